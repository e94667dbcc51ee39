//! Close, reopen and lock months and years of the books.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{AppError, Store, export_book};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ledger::{AccountingPeriod, PeriodAction, PeriodState};
use crate::storage::{audit, periods};

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

/// Does `action` to `period`. Only what has ended can be closed; opening again needs a reason.
pub fn change(
    store: &Store,
    period: AccountingPeriod,
    action: PeriodAction,
    reason: Option<&str>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PeriodReport, AppError> {
    let today = now.with_timezone(&export_book::shared(store)?.facility.zone).date_naive();
    if action == PeriodAction::Close && today < period.end() {
        return Err(AppError::input(format!("{period} has not ended yet: close it on or after {}", period.end())));
    }
    if action == PeriodAction::Reopen && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(AppError::input(format!("opening {period} again needs its reason: add --reason \"...\"")));
    }
    store.write(|connection| {
        periods::hold(connection)?;
        let before = periods::all(connection)?.state(period);
        let state = before.after(period, action).map_err(AppError::input)?;
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
