//! Bring the balances of other books in, as the opening entry of a day, all or nothing.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use super::{AppError, Store};
use crate::collect::balances::{self, BalanceLine};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ledger::{AccountingPeriod, OpeningLine, PeriodState, opening_entry};
use crate::domain::money::Money;
use crate::storage::{audit, journal, periods};

/// What was brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpeningReport {
    pub document: String,
    pub date: NaiveDate,
    pub accounts: usize,
    /// Of each side.
    pub total: Money,
}

/// Posts the balances in `csv` as the entry `OUVERTURE-<date>`.
pub fn open(
    store: &Store,
    csv: &[u8],
    date: NaiveDate,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<OpeningReport, AppError> {
    let read = balances::read(csv).map_err(AppError::input)?;
    let lines: Vec<OpeningLine<'_>> = read.iter().map(line).collect();
    let entry = opening_entry(date, &lines).map_err(AppError::input)?;
    store.write(|connection| {
        if let Some(earlier) = journal::years(connection)?.into_iter().find(|year| *year < date.year()) {
            return Err(AppError::input(format!(
                "{earlier} has entries here, and closing it carries their balances forward: balances brought in on {date} would count them twice; bring in those of a day before the first entry"
            )));
        }
        let is_locked = |(period, state): (AccountingPeriod, PeriodState)| match (period, state) {
            (AccountingPeriod::Year(year), PeriodState::Locked) => Some(year).filter(|year| *year > date.year()),
            _ => None,
        };
        if let Some(locked) = periods::all(connection)?.iter().find_map(is_locked) {
            return Err(AppError::input(format!(
                "{locked} is closed and locked here, and opened with its own balances: those of {date} can be carried into no year any more; bring in balances of a day after the last locked year"
            )));
        }
        journal::insert(connection, &entry, now)?;
        let detail = serde_json::json!({ "date": date, "lines": lines.len(), "total": entry.total() });
        audit::append(connection, &AuditEvent::new(now, by, "balances.opened", &entry.document, detail))?;
        Ok(())
    })?;
    Ok(OpeningReport { document: entry.document.clone(), date, accounts: lines.len(), total: entry.total() })
}

fn line(read: &BalanceLine) -> OpeningLine<'_> {
    OpeningLine {
        line: read.line,
        account: &read.account,
        auxiliary: Some(read.auxiliary.as_str()).filter(|auxiliary| !auxiliary.is_empty()),
        label: &read.label,
        debit: &read.debit,
        credit: &read.credit,
    }
}
