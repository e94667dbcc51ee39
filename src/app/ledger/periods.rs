//! Close, reopen and lock months and years of the books.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::{AppError, Store, allocate_result, export_book, period_postings};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::{BillingMonth, day_in};
use crate::domain::freetext::Text;
use crate::domain::ledger::{AccountingPeriod, PeriodAction, PeriodState, Periods};
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};
use crate::storage::{AnyConnection, audit, book, journal, periods};

/// A period that goes on.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{period} has not ended yet: close it on or after {end}")]
pub(in crate::app) struct NotEnded {
    pub period: AccountingPeriod,
    pub end: NaiveDate,
}

impl Tell for NotEnded {
    fn told(&self) -> Told {
        Told::new("period-not-ended", self).with("period", self.period).with("day", self.end)
    }
}

/// Opening again without saying why.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("opening {0} again needs its reason: say why, the audit trail keeps it")]
struct NoReason(AccountingPeriod);

impl Tell for NoReason {
    fn told(&self) -> Told {
        Told::new("period-no-reason", self).with("period", self.0)
    }
}

/// A period before the books begin: closing it would say something of entries that never were.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{period} is before the books begin, in {first}: there is nothing to close")]
struct BeforeBooks {
    period: AccountingPeriod,
    first: i32,
}

impl Tell for BeforeBooks {
    fn told(&self) -> Told {
        Told::new("period-before-books", self).with("period", self.period).with("first", self.first.to_string())
    }
}

/// A year of the books with its months, for a person who closes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookYear {
    pub year: i32,
    pub state: PeriodState,
    pub has_ended: bool,
    /// Those that have ended, the latest first.
    pub months: Vec<(BillingMonth, PeriodState)>,
    /// Of a closed year: its result, where it is still to be allocated.
    pub result: Option<Money>,
}

/// The years with entries that are not closed, the first one first.
pub(in crate::app) fn unclosed_years(connection: &mut AnyConnection) -> Result<Vec<i32>, AppError> {
    let states = periods::all(connection)?;
    let is_open = |year: &i32| states.state(AccountingPeriod::Year(*year)) != PeriodState::Locked;
    Ok(journal::years(connection)?.into_iter().filter(is_open).collect())
}

/// The years from the first with entries to the running one, the latest first.
pub fn years(store: &Store, now: DateTime<Utc>) -> Result<Vec<BookYear>, AppError> {
    let today = day_in(now, export_book::shared(store)?.facility.zone);
    let connection = &mut *store.connection()?;
    let states = periods::all(connection)?;
    let first = first_year(connection, today)?;
    let mut results = BTreeMap::new();
    for year in first..=today.year() {
        if states.state(AccountingPeriod::Year(year)) == PeriodState::Locked {
            results.insert(year, allocate_result::waiting_in(connection, year)?);
        }
    }
    let year = |year: i32| {
        let ended = |month: &BillingMonth| AccountingPeriod::Month(*month).end() <= today;
        let months = (1..=12).rev().filter_map(|month| BillingMonth::new(year, month)).filter(ended);
        BookYear {
            year,
            state: states.state(AccountingPeriod::Year(year)),
            has_ended: AccountingPeriod::Year(year).end() <= today,
            months: months.map(|month| (month, states.state(AccountingPeriod::Month(month)))).collect(),
            result: results.get(&year).copied().flatten(),
        }
    };
    Ok((first..=today.year()).rev().map(year).collect())
}

/// The year of the first entry; the running one before there are any.
fn first_year(connection: &mut AnyConnection, today: NaiveDate) -> Result<i32, AppError> {
    let first = journal::years(connection)?.first().copied();
    Ok(first.unwrap_or(today.year()).min(today.year()))
}

/// A period that is, or once was, not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeriodReport {
    pub period: String,
    pub state: PeriodState,
}

/// Every period that was ever closed; what is not named is open.
pub fn list(store: &Store) -> Result<Vec<PeriodReport>, AppError> {
    let periods = periods::all(&mut *store.connection()?)?;
    Ok(periods.iter().map(|(period, state)| PeriodReport { period: period.to_string(), state }).collect())
}

/// Does `action` to `period`. Only what has ended, belongs to the books and has its depreciation in it can be closed;
/// opening again needs a reason.
pub fn change(
    store: &Store,
    period: AccountingPeriod,
    action: PeriodAction,
    reason: Option<&str>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PeriodReport, AppError> {
    let today = day_in(now, export_book::shared(store)?.facility.zone);
    if action == PeriodAction::Close && today < period.end() {
        return Err(AppError::refused(&NotEnded { period, end: period.end() }));
    }
    if action == PeriodAction::Reopen && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(AppError::refused(&NoReason(period)));
    }
    Text::Reason.check(reason.unwrap_or_default())?;
    store.write(|connection| {
        // In the order of posting: who records an event of an asset meanwhile waits, and finds the period closed.
        book::lock(connection)?;
        periods::hold(connection)?;
        let states = periods::all(connection)?;
        let before = states.state(period);
        let state = before.after(period, action).map_err(|error| AppError::refused(&error))?;
        if action != PeriodAction::Reopen {
            check_whole(connection, &states, period, today)?;
        }
        periods::set(connection, period, state, now)?;
        let name = match action {
            PeriodAction::Close => "period.closed",
            PeriodAction::Reopen => "period.reopened",
            PeriodAction::Lock => "period.locked",
        };
        let detail = serde_json::json!({ "state": state });
        let mut event =
            AuditEvent::new(now, by, name, &period.to_string(), detail).before(serde_json::json!({ "state": before }));
        if let Some(reason) = reason {
            event = event.because(reason);
        }
        audit::append(connection, &event)?;
        Ok(PeriodReport { period: period.to_string(), state })
    })
}

/// Why `action` on `period` can only be refused as the books stand, whatever its reason; none where it can be done.
pub fn refusal(
    store: &Store,
    period: AccountingPeriod,
    action: PeriodAction,
    now: DateTime<Utc>,
) -> Result<Option<Told>, AppError> {
    let today = day_in(now, export_book::shared(store)?.facility.zone);
    store.read(|connection| {
        let states = periods::all(connection)?;
        if action == PeriodAction::Close && today < period.end() {
            return Ok(Some(NotEnded { period, end: period.end() }.told()));
        }
        if let Err(error) = states.state(period).after(period, action) {
            return Ok(Some(error.told()));
        }
        match action {
            PeriodAction::Reopen => Ok(None),
            PeriodAction::Close | PeriodAction::Lock => told(check_whole(connection, &states, period, today)),
        }
    })
}

/// A refusal as it is told; what breaks is no refusal.
pub(in crate::app) fn told(checked: Result<(), AppError>) -> Result<Option<Told>, AppError> {
    match checked {
        Ok(()) => Ok(None),
        Err(AppError::Refused(told)) => Ok(Some(*told)),
        Err(error) => Err(error),
    }
}

/// Whether `period` can be closed as it stands.
fn check_whole(
    connection: &mut AnyConnection,
    states: &Periods,
    period: AccountingPeriod,
    today: NaiveDate,
) -> Result<(), AppError> {
    let first = first_year(connection, today)?;
    if period.year() < first {
        return Err(AppError::refused(&BeforeBooks { period, first }));
    }
    period_postings::check(connection, states, period)
}
