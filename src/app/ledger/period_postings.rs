//! What a period of the books lacks before it can be closed: afterwards nothing can be dated there, and every later
//! posting would fail on what is missing.

use std::collections::BTreeSet;

use chrono::Datelike;

use crate::app::{AppError, post_depreciation};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{AccountingPeriod, Journal, JournalEntry, PeriodState, Periods};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::storage::AnyConnection;

/// Refuses to close `period` without the entries of fixed assets dated in it, or in an open year before it where it is a
/// year, with their months, amounts and sum.
pub(in crate::app) fn check(
    connection: &mut AnyConnection,
    states: &Periods,
    period: AccountingPeriod,
) -> Result<(), AppError> {
    let Some(last) = last_month(period) else { return Ok(()) };
    let mut missing = post_depreciation::missing(connection, last)?;
    missing.retain(|entry| match period {
        AccountingPeriod::Month(month) => BillingMonth::of(entry.date) == month,
        // What an earlier year was locked without can be posted no more.
        AccountingPeriod::Year(_) => states.state(AccountingPeriod::Year(entry.date.year())) != PeriodState::Locked,
    });
    if missing.is_empty() {
        return Ok(());
    }
    // Closed without them, it takes none before it is opened again.
    let is_open = states.state(period) == PeriodState::Open;
    let first = if is_open { String::new() } else { format!("open {period} again with a reason, then ") };
    let english = format!(
        "{period} cannot be closed: not posted yet are {}; {first}post them with `chapelle amortisation post --through \
         {last}`",
        listed(&missing)
    );
    Err(AppError::Refused(Box::new(Told::new("period-lacks-postings", english).with("period", period))))
}

fn last_month(period: AccountingPeriod) -> Option<BillingMonth> {
    match period {
        AccountingPeriod::Month(month) => Some(month),
        AccountingPeriod::Year(year) => BillingMonth::new(year, 12),
    }
}

/// Depreciation by its months with the sum of it, other entries by their documents.
fn listed(missing: &[JournalEntry]) -> String {
    let (charges, moved): (Vec<_>, Vec<_>) = missing.iter().partition(|entry| entry.journal == Journal::Depreciation);
    let mut told = Vec::new();
    if !charges.is_empty() {
        let months: BTreeSet<BillingMonth> = charges.iter().map(|entry| BillingMonth::of(entry.date)).collect();
        let months: Vec<String> = months.iter().map(ToString::to_string).collect();
        told.push(format!("depreciation of {}: {}", months.join(", "), summed(&charges)));
    }
    if !moved.is_empty() {
        let documents: Vec<&str> = moved.iter().map(|entry| entry.document.as_str()).collect();
        told.push(format!("entries of assets {}", documents.join(", ")));
    }
    told.join(", and ")
}

/// The amounts with their sum, where there are several.
fn summed(entries: &[&JournalEntry]) -> String {
    let amounts: Vec<String> = entries.iter().map(|entry| entry.total().to_string()).collect();
    let total: Money = entries.iter().map(|entry| entry.total()).sum();
    match amounts.as_slice() {
        [one] => one.clone(),
        _ => format!("{} = {total}", amounts.join(" + ")),
    }
}
