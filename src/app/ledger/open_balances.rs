//! Bring the balances of other books in, as the opening entry of a day, all or nothing.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::{AppError, Store, post_depreciation};
use crate::collect::balances::{self, BalanceLine};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{
    AccountingPeriod, JournalEntry, OPENING, OpeningLine, PeriodState, PostedEntry, opening_entry,
};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, audit, journal, periods};

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
    let entry = entry(csv, date)?;
    store.write(|connection| post(connection, &entry, by, now))?;
    Ok(report(&entry))
}

/// What [`open`] would post, or why it would refuse; nothing is kept of it.
pub fn check(
    store: &Store,
    csv: &[u8],
    date: NaiveDate,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(OpeningReport, JournalEntry), AppError> {
    let entry = entry(csv, date)?;
    store.rehearse(|connection| post(connection, &entry, by, now))?;
    Ok((report(&entry), entry))
}

fn entry(csv: &[u8], date: NaiveDate) -> Result<JournalEntry, AppError> {
    let read = balances::read(csv).map_err(|error| AppError::refused(&error))?;
    let lines: Vec<OpeningLine<'_>> = read.iter().map(line).collect();
    opening_entry(date, &lines).map_err(|error| AppError::refused(&error))
}

fn report(entry: &JournalEntry) -> OpeningReport {
    OpeningReport {
        document: entry.document.clone(),
        date: entry.date,
        accounts: entry.lines().len(),
        total: entry.total(),
    }
}

fn post(connection: &mut AnyConnection, entry: &JournalEntry, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    // Before looking: of two at once, the second finds what the first brought in.
    periods::hold(connection)?;
    let date = entry.date;
    if let Some(earlier) = journal::years(connection)?.into_iter().find(|year| *year < date.year()) {
        let english = format!(
            "{earlier} has entries here, and closing it carries their balances forward: balances brought in on {date} would count them twice; bring in those of a day before the first entry"
        );
        return Err(of_year("opening-counted-twice", earlier, date, english));
    }
    let is_locked = |(period, state): (AccountingPeriod, PeriodState)| match (period, state) {
        (AccountingPeriod::Year(year), PeriodState::Locked) => Some(year).filter(|year| *year > date.year()),
        _ => None,
    };
    if let Some(locked) = periods::all(connection)?.iter().find_map(is_locked) {
        let english = format!(
            "{locked} is closed and locked here, and opened with its own balances: those of {date} can be carried into no year any more; bring in balances of a day after the last locked year"
        );
        return Err(of_year("opening-before-locked", locked, date, english));
    }
    refuse_second(connection, entry)?;
    let posted = journal::insert(connection, entry, now)?;
    let detail = serde_json::json!({ "date": date, "lines": entry.lines().len(), "total": entry.total() });
    let event = AuditEvent::new(now, by, "balances.opened", &entry.document, detail);
    audit::append(connection, &event.posting([posted]))?;
    Ok(())
}

/// Balances stand before everything else, once: others, or an entry before them, would be counted a second time.
fn refuse_second(connection: &mut AnyConnection, entry: &JournalEntry) -> Result<(), AppError> {
    let date = entry.date;
    let openings = JournalFilter { journal: Some(entry.journal), ..JournalFilter::default() };
    let brought_in = |posted: &PostedEntry| posted.entry.document.starts_with(OPENING);
    if let Some(PostedEntry { entry: posted, .. }) = journal::list(connection, openings)?.into_iter().find(brought_in) {
        let (document, total) = (posted.document.as_str(), posted.total());
        let english = format!(
            "balances are brought in already, once for all: {document} holds {total} on each side; those of {date} would be counted on top of them"
        );
        let told = Told::new("opening-posted", english).with("day", date).with("document", document);
        return Err(AppError::Refused(Box::new(told.with("opened", posted.date).with("total", total))));
    }
    let through = BillingMonth::of(date).previous();
    if let Some(waiting) = post_depreciation::missing(connection, through)?.into_iter().find(|one| one.date < date) {
        let (document, first) = (waiting.document.as_str(), waiting.date);
        let english = format!(
            "{document} of {first} is still to be posted for the assets of the book: balances of {date} would count it a second time; bring in those of {first} or a day before"
        );
        let told = Told::new("opening-assets-before", english).with("document", document);
        return Err(AppError::Refused(Box::new(told.with("first", first).with("day", date))));
    }
    if let Some((document, first)) = journal::earliest(connection)?.filter(|(_, first)| *first < date) {
        let english = format!(
            "{document} of {first} stands in the books: balances of {date} would count it a second time; bring in those of {first} or a day before"
        );
        let told = Told::new("opening-counted-before", english).with("document", document.as_str());
        return Err(AppError::Refused(Box::new(told.with("first", first).with("day", date))));
    }
    Ok(())
}

fn of_year(key: &str, year: i32, date: NaiveDate, english: String) -> AppError {
    AppError::Refused(Box::new(Told::new(key, english).with("year", year.to_string()).with("day", date)))
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
