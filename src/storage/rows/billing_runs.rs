//! Billing runs that people start, and how far each got. A run that is carried out notes that it is alive; one that has
//! been silent for [`SILENCE_SECONDS_MAX`] was stopped with its program, and another may begin.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;

use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::{ContractCode, TenantCode};
use crate::storage::codec::from_word;
use crate::storage::db::AnyConnection;
use crate::storage::error::{Running, StorageError, StorageResult};
use crate::storage::schema::{billing_run, billing_run_item};

/// A run notes every contract; none takes so long.
pub const SILENCE_SECONDS_MAX: i64 = 180;

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    Running,
    Done,
    /// It ended, but not every contract could be done.
    Failed,
    /// Its program ended before it did.
    Stopped,
}

impl RunStatus {
    pub const fn name(self) -> &'static str {
        match self {
            RunStatus::Running => "running",
            RunStatus::Done => "done",
            RunStatus::Failed => "failed",
            RunStatus::Stopped => "stopped",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Waiting,
    Drafted,
    Issued,
    /// Somebody else had issued it meanwhile.
    Skipped,
    Failed,
}

impl Outcome {
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Waiting => "waiting",
            Outcome::Drafted => "drafted",
            Outcome::Issued => "issued",
            Outcome::Skipped => "skipped",
            Outcome::Failed => "failed",
        }
    }
}

/// A run and what became of its contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingRun {
    pub id: i64,
    pub month: BillingMonth,
    /// Drafts are numbered and frozen, not only made.
    pub issues: bool,
    pub status: RunStatus,
    pub started_by: String,
    pub started_at: DateTime<Utc>,
    /// When its program last said that it goes on.
    pub seen_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    pub items: Vec<RunItem>,
}

/// Whether work that was last seen then was stopped with its program.
pub fn is_silent(seen_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    seen_at < now - Duration::seconds(SILENCE_SECONDS_MAX)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunItem {
    pub contract: ContractCode,
    pub tenant: TenantCode,
    pub outcome: Outcome,
    pub number: Option<String>,
    pub error: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = billing_run)]
struct RunRow {
    id: i64,
    month: String,
    issues: i64,
    status: String,
    started_by: String,
    started_at: i64,
    seen_at: i64,
    ended_at: Option<i64>,
    error: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = billing_run_item)]
struct ItemRow {
    run_id: i64,
    contract: String,
    tenant: String,
    outcome: String,
    number: Option<String>,
    error: Option<String>,
}

/// Begins a run. While another is alive that is a conflict; one that fell silent is closed first.
pub fn begin(
    connection: &mut AnyConnection,
    month: BillingMonth,
    issues: bool,
    by: &str,
    now: DateTime<Utc>,
) -> StorageResult<i64> {
    close_silent(connection, now)?;
    refuse_beside(connection, now)?;
    Ok(diesel::insert_into(billing_run::table)
        .values((
            billing_run::month.eq(month.to_string()),
            billing_run::issues.eq(i64::from(issues)),
            billing_run::status.eq(RunStatus::Running.name()),
            billing_run::started_by.eq(by),
            billing_run::started_at.eq(now.timestamp()),
            billing_run::seen_at.eq(now.timestamp()),
        ))
        .returning(billing_run::id)
        .get_result(connection)?)
}

/// Refuses what would be done beside a run that is alive.
pub fn refuse_beside(connection: &mut AnyConnection, now: DateTime<Utc>) -> StorageResult<()> {
    let alive: Option<(i64, String)> = billing_run::table
        .filter(billing_run::status.eq(RunStatus::Running.name()))
        .filter(billing_run::seen_at.ge(now.timestamp() - SILENCE_SECONDS_MAX))
        .select((billing_run::id, billing_run::started_by))
        .first(connection)
        .optional()?;
    alive.map_or(Ok(()), |(id, by)| Err(StorageError::Running { what: Running::BillingRun, id, by }))
}

/// Marks runs whose program is gone as stopped.
fn close_silent(connection: &mut AnyConnection, now: DateTime<Utc>) -> StorageResult<usize> {
    let silent = billing_run::table
        .filter(billing_run::status.eq(RunStatus::Running.name()))
        .filter(billing_run::seen_at.lt(now.timestamp() - SILENCE_SECONDS_MAX));
    let values = (billing_run::status.eq(RunStatus::Stopped.name()), billing_run::ended_at.eq(Some(now.timestamp())));
    Ok(diesel::update(silent).set(values).execute(connection)?)
}

/// Says that a run goes on.
pub fn beat(connection: &mut AnyConnection, run: i64, now: DateTime<Utc>) -> StorageResult<()> {
    diesel::update(billing_run::table.find(run)).set(billing_run::seen_at.eq(now.timestamp())).execute(connection)?;
    Ok(())
}

/// Adds a contract or says what became of it.
pub fn note(connection: &mut AnyConnection, run: i64, item: &RunItem, now: DateTime<Utc>) -> StorageResult<()> {
    let known = billing_run_item::table.find((run, item.contract.as_str()));
    diesel::delete(known).execute(connection)?;
    let row = ItemRow {
        run_id: run,
        contract: item.contract.0.clone(),
        tenant: item.tenant.0.clone(),
        outcome: item.outcome.name().to_owned(),
        number: item.number.clone(),
        error: item.error.clone(),
    };
    diesel::insert_into(billing_run_item::table).values(&row).execute(connection)?;
    beat(connection, run, now)
}

pub fn end(
    connection: &mut AnyConnection,
    run: i64,
    status: RunStatus,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    let values = (
        billing_run::status.eq(status.name()),
        billing_run::ended_at.eq(Some(now.timestamp())),
        billing_run::error.eq(error),
    );
    diesel::update(billing_run::table.find(run)).set(values).execute(connection)?;
    Ok(())
}

pub fn find(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<BillingRun>> {
    let row: Option<RunRow> = billing_run::table.find(id).select(RunRow::as_select()).first(connection).optional()?;
    row.map(|row| whole(connection, row)).transpose()
}

/// The latest runs, newest first.
pub fn recent(connection: &mut AnyConnection, limit: i64) -> StorageResult<Vec<BillingRun>> {
    page(connection, limit, 0)
}

/// When the runs began that issued the invoices of `contracts` for months from `from` on, by the invoice's number.
pub fn began(
    connection: &mut AnyConnection,
    contracts: &[ContractCode],
    from: BillingMonth,
) -> StorageResult<HashMap<String, Timestamp>> {
    let codes = contracts.iter().map(ContractCode::as_str);
    let rows: Vec<(Option<String>, i64)> = billing_run_item::table
        .inner_join(billing_run::table)
        .filter(billing_run::month.ge(from.to_string()).and(billing_run_item::contract.eq_any(codes)))
        .filter(billing_run_item::number.is_not_null())
        .select((billing_run_item::number, billing_run::started_at))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(number, at)| Some((number?, Timestamp::from_seconds(at)))).collect())
}

/// Contracts that runs of `month` after the run `after` drafted.
pub fn drafted_after(
    connection: &mut AnyConnection,
    month: BillingMonth,
    after: i64,
) -> StorageResult<Vec<ContractCode>> {
    let codes: Vec<String> = billing_run_item::table
        .inner_join(billing_run::table)
        .filter(billing_run::month.eq(month.to_string()).and(billing_run::id.gt(after)))
        .filter(billing_run_item::outcome.eq(Outcome::Drafted.name()))
        .select(billing_run_item::contract)
        .load(connection)?;
    Ok(codes.into_iter().map(ContractCode).collect())
}

/// How many runs there are.
pub fn count(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(billing_run::table.count().get_result(connection)?)
}

/// At most `limit` runs after the latest `offset`, newest first.
pub fn page(connection: &mut AnyConnection, limit: i64, offset: i64) -> StorageResult<Vec<BillingRun>> {
    let rows: Vec<RunRow> = billing_run::table
        .order(billing_run::id.desc())
        .limit(limit)
        .offset(offset)
        .select(RunRow::as_select())
        .load(connection)?;
    rows.into_iter().map(|row| whole(connection, row)).collect()
}

fn whole(connection: &mut AnyConnection, row: RunRow) -> StorageResult<BillingRun> {
    let items: Vec<ItemRow> = billing_run_item::table
        .filter(billing_run_item::run_id.eq(row.id))
        .order(billing_run_item::contract)
        .select(ItemRow::as_select())
        .load(connection)?;
    let instant = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let item = |row: ItemRow| -> StorageResult<RunItem> {
        Ok(RunItem {
            contract: ContractCode(row.contract),
            tenant: TenantCode(row.tenant),
            outcome: from_word("what became of a contract", row.outcome)?,
            number: row.number,
            error: row.error,
        })
    };
    Ok(BillingRun {
        id: row.id,
        month: from_word("a run's month", row.month)?,
        issues: row.issues == 1,
        status: from_word("a run's status", row.status)?,
        started_by: row.started_by,
        started_at: instant(row.started_at),
        seen_at: instant(row.seen_at),
        ended_at: row.ended_at.map(instant),
        error: row.error,
        items: items.into_iter().map(item).collect::<StorageResult<_>>()?,
    })
}
