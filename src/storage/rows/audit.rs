//! The audit trail: appended to, read, checked.

use chrono::{DateTime, SubsecRound};
use diesel::prelude::*;

use crate::domain::audit::{AuditEvent, GENESIS};
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

/// Recomputes the whole chain; the sequence of the first event that does not fit, if any. An event missing at the end
/// shows against the head.
pub fn first_break(connection: &mut AnyConnection) -> StorageResult<Option<i64>> {
    const EVENTS_AT_A_TIME: i64 = 1_000;
    let (mut sequence, mut hash) = (0, GENESIS.to_owned());
    loop {
        let events = list(connection, sequence, EVENTS_AT_A_TIME, None)?;
        if events.is_empty() {
            break;
        }
        for chained in events {
            let expected = hash_after(&chained.event, &hash)?;
            if chained.sequence != sequence + 1 || chained.previous_hash != hash || chained.hash != expected {
                return Ok(Some(sequence + 1));
            }
            (sequence, hash) = (chained.sequence, chained.hash);
        }
    }
    let head: (i64, String) = audit_head::table.select((audit_head::sequence, audit_head::hash)).first(connection)?;
    Ok((head != (sequence, hash)).then_some(sequence + 1))
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
