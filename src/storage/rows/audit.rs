//! The audit trail: appended to, read, checked.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use diesel::prelude::*;

use crate::domain::audit::{AuditEvent, SEALS};
use crate::storage::codec::{corrupt, from_json, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{audit_event, audit_head};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_event)]
struct EventRow {
    sequence: i64,
    at: i64,
    actor: String,
    origin: Option<String>,
    action: String,
    subject: String,
    before_state: Option<String>,
    detail: String,
    reason: Option<String>,
    previous_hash: String,
    hash: String,
}

/// An event with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedEvent {
    pub sequence: i64,
    pub event: AuditEvent,
    pub previous_hash: String,
    pub hash: String,
}

/// Appends an event, its instant cut to the second, and returns its place. Appenders queue on the head's row until
/// their transactions end.
pub fn append(connection: &mut AnyConnection, event: &AuditEvent) -> StorageResult<i64> {
    let event = AuditEvent { at: event.at.trunc_subsecs(0), ..event.clone() };
    let (sequence, previous_hash): (i64, String) = diesel::update(audit_head::table)
        .set(audit_head::sequence.eq(audit_head::sequence + 1))
        .returning((audit_head::sequence, audit_head::hash))
        .get_result(connection)?;
    let hash = hash_after(&event, &previous_hash)?;
    let row = EventRow {
        sequence,
        at: event.at.timestamp(),
        before_state: event.before.map(|state| to_json("an event's former state", &state)).transpose()?,
        detail: to_json("an event's detail", &event.detail)?,
        actor: event.actor,
        origin: event.origin,
        action: event.action,
        subject: event.subject,
        reason: event.reason,
        previous_hash,
        hash: hash.clone(),
    };
    diesel::insert_into(audit_event::table).values(&row).execute(connection)?;
    diesel::update(audit_head::table).set(audit_head::hash.eq(hash)).execute(connection)?;
    Ok(sequence)
}

/// Up to `limit` events after `sequence`, oldest first; of one subject only where it is given.
pub fn list(
    connection: &mut AnyConnection,
    after: i64,
    limit: i64,
    subject: Option<&str>,
) -> StorageResult<Vec<ChainedEvent>> {
    let mut events = audit_event::table.into_boxed().filter(audit_event::sequence.gt(after));
    if let Some(subject) = subject {
        events = events.filter(audit_event::subject.eq(subject.to_owned()));
    }
    let rows: Vec<EventRow> =
        events.order(audit_event::sequence).limit(limit).select(EventRow::as_select()).load(connection)?;
    rows.into_iter().map(event_from).collect()
}

/// Which events a search finds; what is `None` does not restrict it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailFilter {
    pub subject: Option<String>,
    /// The whole action, or its beginning up to a dot: `invoice` finds `invoice.issued`.
    pub action: Option<String>,
    pub actor: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
    /// Leaves out what only seals what other events told: see [`SEALS`].
    pub without_seals: bool,
}

macro_rules! filtered {
    ($query:expr, $filter:expr) => {{
        let mut query = $query.into_boxed();
        if let Some(subject) = &$filter.subject {
            query = query.filter(audit_event::subject.eq(subject.clone()));
        }
        if let Some(action) = &$filter.action {
            // `%` and `_` would be wildcards; no action has them.
            let prefix = format!("{}.%", action.replace(['%', '_'], ""));
            query = query.filter(audit_event::action.eq(action.clone()).or(audit_event::action.like(prefix)));
        }
        if let Some(actor) = &$filter.actor {
            query = query.filter(audit_event::actor.eq(actor.clone()));
        }
        if let Some(from) = $filter.from {
            query = query.filter(audit_event::at.ge(from.timestamp()));
        }
        if let Some(to) = $filter.to {
            query = query.filter(audit_event::at.lt(to.timestamp()));
        }
        if $filter.without_seals {
            query = query.filter(audit_event::action.ne_all(SEALS));
        }
        query
    }};
}

/// Up to `limit` events after `sequence` that pass `filter`, oldest first.
pub fn search(
    connection: &mut AnyConnection,
    filter: &TrailFilter,
    after: i64,
    limit: i64,
) -> StorageResult<Vec<ChainedEvent>> {
    let rows: Vec<EventRow> = filtered!(audit_event::table.select(EventRow::as_select()), filter)
        .filter(audit_event::sequence.gt(after))
        .order(audit_event::sequence)
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(event_from).collect()
}

/// A page of what passes `filter`, newest first, and how many events that are in all.
pub fn newest(
    connection: &mut AnyConnection,
    filter: &TrailFilter,
    offset: i64,
    limit: i64,
) -> StorageResult<(Vec<ChainedEvent>, i64)> {
    let total: i64 =
        filtered!(audit_event::table.select(diesel::dsl::count(audit_event::sequence)), filter).first(connection)?;
    let rows: Vec<EventRow> = filtered!(audit_event::table.select(EventRow::as_select()), filter)
        .order(audit_event::sequence.desc())
        .offset(offset)
        .limit(limit)
        .load(connection)?;
    Ok((rows.into_iter().map(event_from).collect::<StorageResult<_>>()?, total))
}

/// The `limit` latest events that pass `filter`, newest first. Unlike [`newest`] it counts nothing.
pub fn latest(connection: &mut AnyConnection, filter: &TrailFilter, limit: i64) -> StorageResult<Vec<ChainedEvent>> {
    let rows: Vec<EventRow> = filtered!(audit_event::table.select(EventRow::as_select()), filter)
        .order(audit_event::sequence.desc())
        .limit(limit)
        .load(connection)?;
    rows.into_iter().map(event_from).collect()
}

/// Keeps others from appending until the transaction ends: what they did before is visible, what they are doing comes
/// after in the trail.
pub fn lock(connection: &mut AnyConnection) -> StorageResult<()> {
    diesel::update(audit_head::table).set(audit_head::sequence.eq(audit_head::sequence)).execute(connection)?;
    Ok(())
}

/// The sequence and the hash of the last event, as appenders know it; 0 and [`GENESIS`](crate::domain::audit::GENESIS) before the first.
pub fn head(connection: &mut AnyConnection) -> StorageResult<(i64, String)> {
    Ok(audit_head::table.select((audit_head::sequence, audit_head::hash)).first(connection)?)
}

/// Calls `each` with the hash of every event up to `through`, oldest first.
pub fn hashes(connection: &mut AnyConnection, through: i64, mut each: impl FnMut(&str)) -> StorageResult<()> {
    const HASHES_AT_A_TIME: i64 = 10_000;
    let mut after = 0;
    loop {
        let rows: Vec<(i64, String)> = audit_event::table
            .filter(audit_event::sequence.gt(after).and(audit_event::sequence.le(through)))
            .order(audit_event::sequence)
            .limit(HASHES_AT_A_TIME)
            .select((audit_event::sequence, audit_event::hash))
            .load(connection)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = *last;
        rows.iter().for_each(|(_, hash)| each(hash));
    }
}

/// Whether readings arrived in every event after `after`, and nothing else happened.
pub fn are_arrivals_after(connection: &mut AnyConnection, after: i64) -> StorageResult<bool> {
    let others =
        audit_event::table.filter(audit_event::sequence.gt(after).and(audit_event::action.ne("readings.accepted")));
    let found: bool = diesel::select(diesel::dsl::exists(others)).get_result(connection)?;
    Ok(!found)
}

/// The days of readings that arrived in the events after `after`.
pub fn days_of_arrivals(connection: &mut AnyConnection, after: i64) -> StorageResult<BTreeSet<NaiveDate>> {
    let details: Vec<String> = audit_event::table
        .filter(audit_event::sequence.gt(after).and(audit_event::action.eq("readings.accepted")))
        .select(audit_event::detail)
        .load(connection)?;
    let mut days = BTreeSet::new();
    for detail in details {
        let detail: serde_json::Value = from_json("an event's detail", &detail)?;
        let named = detail.get("days").and_then(|days| days.as_object()).into_iter().flat_map(|days| days.keys());
        days.extend(named.filter_map(|day| day.parse::<NaiveDate>().ok()));
    }
    Ok(days)
}

fn event_from(row: EventRow) -> StorageResult<ChainedEvent> {
    let at = DateTime::from_timestamp(row.at, 0);
    Ok(ChainedEvent {
        sequence: row.sequence,
        event: AuditEvent {
            at: at.ok_or_else(|| corrupt("an audit event", format!("{} is not an instant", row.at)))?,
            actor: row.actor,
            origin: row.origin,
            action: row.action,
            subject: row.subject,
            before: row.before_state.map(|state| from_json("an event's former state", &state)).transpose()?,
            detail: from_json("an event's detail", &row.detail)?,
            reason: row.reason,
        },
        previous_hash: row.previous_hash,
        hash: row.hash,
    })
}

fn hash_after(event: &AuditEvent, previous: &str) -> StorageResult<String> {
    let failure = |error: serde_json::Error| StorageError::NotStorable { what: "an event", detail: error.to_string() };
    event.hash_after(previous).map_err(failure)
}
