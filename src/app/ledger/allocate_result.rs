//! Put the result of a closed year where the body decided: one entry, resting on that decision.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::close_year::CloseReport;
use crate::app::{AppError, Store};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::Text;
use crate::domain::ledger::{CARRY_FORWARD, CloseError, Journal, allocation_document, allocation_entry};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::storage::journal::JournalFilter;
use crate::storage::{AnyConnection, audit, book, journal};

/// Posts where the body decided to keep the result of a closed `year`; `reason` is that decision.
pub fn allocate(
    store: &Store,
    year: i32,
    date: NaiveDate,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<CloseReport, AppError> {
    if reason.trim().is_empty() {
        let english = "allocating a result needs the decision it rests on: say which";
        return Err(refused(Told::new("allocation-no-decision", english)));
    }
    Text::Reason.check(reason)?;
    store.write(|connection| {
        let chart = book::load_accounting(connection)?.chart;
        let (result, account) = closed_result(connection, year)?;
        let account = account.as_deref().unwrap_or_else(|| chart.result_account(result));
        let entry = allocation_entry(year, result, date, reason, (account, &chart)).map_err(|error| match error {
            CloseError::NoResult(_) => of_year("year-no-result", year, error.to_string()),
            other => AppError::input(other),
        })?;
        if is_allocated(connection, year)? {
            let english = format!("the result of {year} is allocated already, by {}", entry.document);
            return Err(of_year("result-allocated", year, english));
        }
        let posted = journal::insert(connection, &entry, now)?;
        let detail = serde_json::json!({ "result": result, "date": date });
        let event = AuditEvent::new(now, by, "result.allocated", &year.to_string(), detail).because(reason);
        audit::append(connection, &event.posting([posted]))?;
        Ok(CloseReport { year, result, posted: vec![entry.document] })
    })
}

/// The result of `year` that is still to be allocated: above zero a profit; none where the year is not closed, left
/// none, or has it allocated.
pub fn waiting(store: &Store, year: i32) -> Result<Option<Money>, AppError> {
    store.read(|connection| waiting_in(connection, year))
}

pub(in crate::app) fn waiting_in(connection: &mut AnyConnection, year: i32) -> Result<Option<Money>, AppError> {
    if !is_closed(connection, year)? || is_allocated(connection, year)? {
        return Ok(None);
    }
    Ok(Some(result_of(connection, year)?.0).filter(|result| !result.is_zero()))
}

fn closed_result(connection: &mut AnyConnection, year: i32) -> Result<(Money, Option<String>), AppError> {
    if is_closed(connection, year)? {
        return result_of(connection, year);
    }
    let english = format!("{year} is not closed: close it with `chapelle journal close-year {year}`");
    Err(of_year("year-not-closed", year, english))
}

/// A closed year opened the next.
fn is_closed(connection: &mut AnyConnection, year: i32) -> Result<bool, AppError> {
    let document = format!("{CARRY_FORWARD}{}", i64::from(year) + 1);
    Ok(journal::is_posted(connection, Journal::Opening, &document)?)
}

fn is_allocated(connection: &mut AnyConnection, year: i32) -> Result<bool, AppError> {
    Ok(journal::is_posted(connection, Journal::Miscellaneous, &allocation_document(year))?)
}

/// The result, and the account it stands on: the line that is neither a charge nor income.
fn result_of(connection: &mut AnyConnection, year: i32) -> Result<(Money, Option<String>), AppError> {
    let closing = JournalFilter {
        journal: Some(Journal::Closing),
        document: Some(format!("RESULTAT-{year}")),
        ..JournalFilter::default()
    };
    let closing = journal::list(connection, closing)?;
    let lines = closing.iter().flat_map(|posted| posted.entry.lines());
    let mut lines = lines.filter(|line| !line.account.starts_with(['6', '7']));
    Ok(lines.next().map_or((Money::ZERO, None), |line| (line.credit - line.debit, Some(line.account.clone()))))
}

fn of_year(key: &str, year: i32, english: String) -> AppError {
    refused(Told::new(key, english).with("year", year.to_string()))
}

fn refused(told: Told) -> AppError {
    AppError::Refused(Box::new(told))
}
