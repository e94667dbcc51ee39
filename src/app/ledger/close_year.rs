//! Close a year of the books: its result, its closing entries, the opening of the next, and the lock, all or nothing.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::periods::{NotEnded, told, unclosed_years};
use crate::app::{AppError, Store, export_book, period_postings};
use crate::domain::audit::{Actor, AuditEvent, EntryDigest};
use crate::domain::calendar::{BillingMonth, day_in};
use crate::domain::ledger::{AccountingPeriod, Journal, PeriodState, Periods, close_year};
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, audit, book, journal, periods};

/// What closing did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CloseReport {
    pub year: i32,
    /// Above zero for a profit.
    pub result: Money,
    /// Documents posted: the result, the closing of the balance sheet, the next year's opening.
    pub posted: Vec<String>,
}

/// Closes `year` for good. Earlier years with entries must be closed: their balances are this one's opening.
pub fn close(store: &Store, year: i32, by: &Actor, now: DateTime<Utc>) -> Result<CloseReport, AppError> {
    let today = day_in(now, export_book::shared(store)?.facility.zone);
    let period = AccountingPeriod::Year(year);
    if today < period.end() {
        return Err(AppError::refused(&NotEnded { period, end: period.end() }));
    }
    store.write(|connection| {
        // In the order of posting: who records an event of an asset meanwhile waits, and finds the year closed.
        book::lock(connection)?;
        periods::hold(connection)?;
        let states = periods::all(connection)?;
        check(connection, &states, year)?;
        let (first, last) = days_of(year)?;
        let of_year = JournalFilter { from: Some(first), through: Some(last), ..JournalFilter::default() };
        let entries = journal::list(connection, of_year)?;
        let chart = book::load_accounting(connection)?.chart;
        let close = close_year(year, &entries, &chart).map_err(AppError::input)?;
        let postings: Vec<EntryDigest> =
            close.entries.iter().map(|entry| journal::insert(connection, entry, now)).collect::<Result<_, _>>()?;
        lock(connection, &states, year, now)?;
        let posted: Vec<String> = close.entries.iter().map(|entry| entry.document.clone()).collect();
        let detail = serde_json::json!({ "result": close.result, "posted": posted, "state": PeriodState::Locked });
        let before = serde_json::json!({ "state": states.state(period) });
        let event = AuditEvent::new(now, by, "year.closed", &year.to_string(), detail);
        audit::append(connection, &event.before(before).posting(postings))?;
        Ok(CloseReport { year, result: close.result, posted })
    })
}

/// Why `year` cannot be closed as the books stand; none where it can.
pub fn refusal(store: &Store, year: i32, now: DateTime<Utc>) -> Result<Option<Told>, AppError> {
    let today = day_in(now, export_book::shared(store)?.facility.zone);
    let period = AccountingPeriod::Year(year);
    if today < period.end() {
        return Ok(Some(NotEnded { period, end: period.end() }.told()));
    }
    store.read(|connection| {
        let states = periods::all(connection)?;
        told(check(connection, &states, year))
    })
}

fn check(connection: &mut AnyConnection, states: &Periods, year: i32) -> Result<(), AppError> {
    let period = AccountingPeriod::Year(year);
    if states.state(period) == PeriodState::Locked {
        return Err(refused("year-is-locked", year, format!("{year} is closed and locked already")));
    }
    check_earlier(connection, year)?;
    check_opening(connection, year + 1)?;
    period_postings::check(connection, states, period)
}

/// A refusal about a year, told to people by `key`.
fn refused(key: &str, year: i32, english: String) -> AppError {
    AppError::Refused(Box::new(Told::new(key, english).with("year", year.to_string())))
}

/// Years with entries before `year` that are still to be closed: their balances would be missing from its opening.
fn check_earlier(connection: &mut AnyConnection, year: i32) -> Result<(), AppError> {
    match unclosed_years(connection)?.into_iter().find(|one| *one < year) {
        None => Ok(()),
        Some(earlier) => {
            let english = format!(
                "{earlier} has entries and is not closed, so {year} has no sound opening: close it first with `chapelle journal close-year {earlier}`"
            );
            Err(refused("year-before-is-open", earlier, english))
        }
    }
}

/// A year that balances of other books opened is not opened again: what both hold would count twice.
fn check_opening(connection: &mut AnyConnection, next: i32) -> Result<(), AppError> {
    let (first, last) = days_of(next)?;
    let opening = Some(Journal::Opening);
    let filter = JournalFilter { journal: opening, from: Some(first), through: Some(last), ..Default::default() };
    match journal::list(connection, filter)?.first() {
        None => Ok(()),
        Some(posted) => {
            let document = &posted.entry.document;
            let english =
                format!("{next} is opened already by {document}: carrying balances forward would count them twice");
            Err(refused("year-is-opened", next, english))
        }
    }
}

/// The year, and its months, for good.
fn lock(connection: &mut AnyConnection, states: &Periods, year: i32, now: DateTime<Utc>) -> Result<(), AppError> {
    let months = (1..=12).filter_map(|month| BillingMonth::new(year, month)).map(AccountingPeriod::Month);
    for period in months.chain([AccountingPeriod::Year(year)]) {
        if states.state(period) != PeriodState::Locked {
            periods::set(connection, period, PeriodState::Locked, now)?;
        }
    }
    Ok(())
}

/// The first and the last day of a year.
pub(in crate::app) fn days_of(year: i32) -> Result<(NaiveDate, NaiveDate), AppError> {
    let days = NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31));
    days.ok_or_else(|| AppError::input(format!("{year} is not a year; write for example 2026")))
}
