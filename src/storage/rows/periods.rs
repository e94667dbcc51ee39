//! Months and years of the books: which are closed, which are locked.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::ledger::{AccountingPeriod, PeriodState, Periods};
use crate::storage::codec::{corrupt, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::accounting_period;

/// The state of every period.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Periods> {
    let rows: Vec<(String, String)> =
        accounting_period::table.select((accounting_period::period, accounting_period::state)).load(connection)?;
    let states = rows.into_iter().map(|(period, state)| {
        let period = period.parse().map_err(|_| corrupt("an accounting period", period))?;
        Ok((period, from_word("a period's state", state)?))
    });
    Ok(Periods::new(states.collect::<StorageResult<Vec<_>>>()?))
}

/// Refuses a day on which nothing can be posted any more, as posting would: for who plans it.
pub fn check_open(connection: &mut AnyConnection, date: NaiveDate) -> StorageResult<()> {
    all(connection)?.admits(date).map_err(|closed| StorageError::Closed(closed.to_string()))
}

/// Keeps everybody else from posting until the transaction ends. Taken first by whoever closes and posts.
pub fn hold(connection: &mut AnyConnection) -> StorageResult<()> {
    Ok(dialect::lock_periods(connection)?)
}

/// Puts `period` into `state`; the database refuses to change one that is locked.
pub fn set(
    connection: &mut AnyConnection,
    period: AccountingPeriod,
    state: PeriodState,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    let values = (accounting_period::state.eq(state.name()), accounting_period::changed_at.eq(now.timestamp()));
    let changed = diesel::update(accounting_period::table.find(period.to_string())).set(values).execute(connection)?;
    if changed == 0 {
        diesel::insert_into(accounting_period::table)
            .values((accounting_period::period.eq(period.to_string()), values.0, values.1))
            .execute(connection)?;
    }
    Ok(())
}
