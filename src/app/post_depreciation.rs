//! Make the journal entries of every month of depreciation due, once each.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{AppError, Store, export_book};
use crate::domain::amortisation::{PostedDepreciation, depreciation_entry, months_due, plans};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{Journal, JournalEntry};
use crate::domain::money::Money;
use crate::storage::{audit, journal};

/// What was posted.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct PostingReport {
    pub through: BillingMonth,
    /// The months posted now; those in the journal before are not among them.
    pub posted: Vec<BillingMonth>,
    pub depreciation: Money,
    pub subsidies: Money,
}

/// Posts every month through `through` that is not in the journal yet, each in a transaction of its own: a run that is
/// stopped is continued by the next. A month that has not ended at `now` is refused.
pub fn post(store: &Store, through: BillingMonth, by: &Actor, now: DateTime<Utc>) -> Result<PostingReport, AppError> {
    let book = export_book::load(store)?;
    if through.period(book.facility.zone).to.to_utc() > now {
        return Err(AppError::input(format!(
            "{through} has not ended yet: post through {} at most",
            through.previous()
        )));
    }
    let chart = &book.accounting.chart;
    let plans = plans(&book.assets);
    let mut report = PostingReport { through, posted: vec![], depreciation: Money::ZERO, subsidies: Money::ZERO };
    for month in months_due(&plans, through) {
        let Some(entry) =
            depreciation_entry(&plans, month, chart).map_err(|error| AppError::Corrupt(error.to_string()))?
        else {
            continue;
        };
        if journal::is_posted(&mut *store.connection()?, Journal::Depreciation, &entry.document)? {
            continue;
        }
        write(store, &entry, by, now)?;
        let posted = PostedDepreciation::from_entries([&entry], chart);
        report.depreciation += posted.iter().map(|(_, _, _, amounts)| amounts.charge).sum();
        report.subsidies += posted.iter().map(|(_, _, _, amounts)| amounts.subsidy_income).sum();
        report.posted.push(month);
    }
    Ok(report)
}

fn write(store: &Store, entry: &JournalEntry, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| {
        journal::insert(connection, entry, now)?;
        let detail = serde_json::json!({ "total": entry.total() });
        audit::append(connection, &AuditEvent::new(now, by, "depreciation.posted", &entry.document, detail))?;
        Ok(())
    })
}
