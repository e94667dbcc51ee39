//! Messages to send. They are written by the transaction that has something to say and sent later, each at least once
//! and under the same Message-ID, so that a recipient's server can drop a repetition.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;

use crate::domain::ids::InvoiceId;
use crate::domain::party::Language;
use crate::storage::codec::from_word;
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::outbox;

/// A message to be made and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// What it says: `invoice-available`, `payment-reminder`.
    pub kind: String,
    pub invoice: Option<InvoiceId>,
    pub recipient: String,
    pub language: Language,
    /// Stable and unique: `DC2026000001.1@dc.example.org`.
    pub message_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    Pending,
    Sent,
    /// Given up: a person has to look.
    Failed,
}

impl MessageStatus {
    pub const fn name(self) -> &'static str {
        match self {
            MessageStatus::Pending => "pending",
            MessageStatus::Sent => "sent",
            MessageStatus::Failed => "failed",
        }
    }
}

/// A message and how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: i64,
    pub message: NewMessage,
    pub status: MessageStatus,
    /// Attempts begun.
    pub attempts: i64,
    pub next_attempt_at: DateTime<Utc>,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct MessageRow {
    id: i64,
    kind: String,
    invoice_id: Option<i64>,
    recipient: String,
    language: String,
    message_id: String,
    status: String,
    attempts: i64,
    next_attempt_at: i64,
    last_error: Option<String>,
    created_at: i64,
    sent_at: Option<i64>,
}

/// Adds a message, due at once. A Message-ID that exists is a conflict.
pub fn enqueue(connection: &mut AnyConnection, message: &NewMessage, now: DateTime<Utc>) -> StorageResult<i64> {
    Ok(diesel::insert_into(outbox::table)
        .values((
            outbox::kind.eq(&message.kind),
            outbox::invoice_id.eq(message.invoice.map(|invoice| invoice.0)),
            outbox::recipient.eq(&message.recipient),
            outbox::language.eq(message.language.code()),
            outbox::message_id.eq(&message.message_id),
            outbox::status.eq(MessageStatus::Pending.name()),
            outbox::attempts.eq(0_i64),
            outbox::next_attempt_at.eq(now.timestamp()),
            outbox::created_at.eq(now.timestamp()),
        ))
        .returning(outbox::id)
        .get_result(connection)?)
}

/// Takes up to `limit` messages that are due, oldest first, and counts an attempt on each. For the time of `lease`
/// nobody else takes them; a sender that dies leaves them to be taken again afterwards. Commit before sending.
pub fn claim(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    lease: Duration,
    limit: i64,
) -> StorageResult<Vec<Message>> {
    connection.write_transaction(|connection| {
        let ids = dialect::due_messages(connection, now.timestamp(), limit)?;
        diesel::update(outbox::table.filter(outbox::id.eq_any(&ids)))
            .set((outbox::attempts.eq(outbox::attempts + 1), outbox::next_attempt_at.eq((now + lease).timestamp())))
            .execute(connection)?;
        let rows: Vec<MessageRow> = outbox::table
            .filter(outbox::id.eq_any(&ids))
            .order(outbox::id)
            .select(MessageRow::as_select())
            .load(connection)?;
        rows.into_iter().map(message_from).collect()
    })
}

/// Notes that a message left. It did, whatever was noted of it meanwhile; false where it was noted already, or the message
/// is taken back.
pub fn mark_sent(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<bool> {
    let values = (
        outbox::status.eq(MessageStatus::Sent.name()),
        outbox::sent_at.eq(Some(now.timestamp())),
        outbox::last_error.eq(None::<String>),
    );
    let unsent = outbox::table.filter(outbox::id.eq(id).and(outbox::status.ne(MessageStatus::Sent.name())));
    Ok(diesel::update(unsent).set(values).execute(connection)? > 0)
}

/// Notes a failure that may pass and when to try again; false where the message waits no more.
pub fn mark_retry(
    connection: &mut AnyConnection,
    id: i64,
    error: &str,
    next_attempt_at: DateTime<Utc>,
) -> StorageResult<bool> {
    let values = (outbox::next_attempt_at.eq(next_attempt_at.timestamp()), outbox::last_error.eq(Some(error)));
    let pending = outbox::table.filter(outbox::id.eq(id).and(outbox::status.eq(MessageStatus::Pending.name())));
    Ok(diesel::update(pending).set(values).execute(connection)? > 0)
}

/// Gives a message up; false where it waits no more.
pub fn mark_failed(connection: &mut AnyConnection, id: i64, error: &str) -> StorageResult<bool> {
    let values = (outbox::status.eq(MessageStatus::Failed.name()), outbox::last_error.eq(Some(error)));
    let pending = outbox::table.filter(outbox::id.eq(id).and(outbox::status.eq(MessageStatus::Pending.name())));
    Ok(diesel::update(pending).set(values).execute(connection)? > 0)
}

/// Puts a message that was given up back in the queue, due at once.
pub fn requeue(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<()> {
    let given_up = outbox::table.filter(outbox::id.eq(id).and(outbox::status.eq(MessageStatus::Failed.name())));
    let values = (
        outbox::status.eq(MessageStatus::Pending.name()),
        outbox::attempts.eq(0_i64),
        outbox::next_attempt_at.eq(now.timestamp()),
    );
    found(id, diesel::update(given_up).set(values).execute(connection)?)
}

/// Takes back messages of a kind to a recipient that were not sent: what they say no longer holds.
pub fn cancel(connection: &mut AnyConnection, kind: &str, recipient: &str) -> StorageResult<()> {
    let unsent = outbox::table.filter(
        outbox::kind
            .eq(kind.to_owned())
            .and(outbox::recipient.eq(recipient.to_owned()))
            .and(outbox::status.ne(MessageStatus::Sent.name())),
    );
    diesel::delete(unsent).execute(connection)?;
    Ok(())
}

/// Takes a message back that was not sent: what it says no longer holds. False where it was sent, or is gone already.
pub fn withdraw(connection: &mut AnyConnection, id: i64) -> StorageResult<bool> {
    let unsent = outbox::table.filter(outbox::id.eq(id).and(outbox::status.ne(MessageStatus::Sent.name())));
    Ok(diesel::delete(unsent).execute(connection)? > 0)
}

/// Messages, oldest first; of one status only where it is given.
pub fn list(connection: &mut AnyConnection, status: Option<MessageStatus>) -> StorageResult<Vec<Message>> {
    let mut messages = outbox::table.into_boxed();
    if let Some(status) = status {
        messages = messages.filter(outbox::status.eq(status.name()));
    }
    let rows: Vec<MessageRow> = messages.order(outbox::id).select(MessageRow::as_select()).load(connection)?;
    rows.into_iter().map(message_from).collect()
}

/// Given up.
macro_rules! failed {
    () => {
        outbox::status.eq(MessageStatus::Failed.name())
    };
}

/// Tried in vain, and to be tried again.
macro_rules! postponed {
    () => {
        outbox::status
            .eq(MessageStatus::Pending.name())
            .and(outbox::attempts.gt(0))
            .and(outbox::last_error.is_not_null())
    };
}

/// The messages that did not leave as they should: given up first, then those that wait for another try, each oldest first;
/// of one kind only where it is given.
pub fn undelivered(connection: &mut AnyConnection, kind: Option<&str>) -> StorageResult<Vec<Message>> {
    let mut messages = outbox::table.filter(failed!().or(postponed!())).into_boxed();
    if let Some(kind) = kind {
        messages = messages.filter(outbox::kind.eq(kind.to_owned()));
    }
    // `failed` comes before `pending`.
    let rows: Vec<MessageRow> =
        messages.order((outbox::status, outbox::id)).select(MessageRow::as_select()).load(connection)?;
    rows.into_iter().map(message_from).collect()
}

/// The messages that were not sent, oldest first.
pub fn unsent(connection: &mut AnyConnection) -> StorageResult<Vec<Message>> {
    let unsent = outbox::table.filter(outbox::status.ne(MessageStatus::Sent.name()));
    let rows: Vec<MessageRow> = unsent.order(outbox::id).select(MessageRow::as_select()).load(connection)?;
    rows.into_iter().map(message_from).collect()
}

/// How many messages are given up.
pub fn failed_count(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(outbox::table.filter(failed!()).count().get_result(connection)?)
}

/// How many messages wait for another try.
pub fn postponed_count(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(outbox::table.filter(postponed!()).count().get_result(connection)?)
}

pub fn by_id(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<Message>> {
    let row: Option<MessageRow> =
        outbox::table.find(id).select(MessageRow::as_select()).first(connection).optional()?;
    row.map(message_from).transpose()
}

/// How many messages are due at `now`.
pub fn due_count(connection: &mut AnyConnection, now: DateTime<Utc>) -> StorageResult<usize> {
    let due = outbox::table
        .filter(outbox::status.eq(MessageStatus::Pending.name()).and(outbox::next_attempt_at.le(now.timestamp())));
    let count: i64 = due.count().get_result(connection)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The messages about an invoice, oldest first.
pub fn of_invoice(connection: &mut AnyConnection, invoice: InvoiceId) -> StorageResult<Vec<Message>> {
    let rows: Vec<MessageRow> = outbox::table
        .filter(outbox::invoice_id.eq(invoice.0))
        .order(outbox::id)
        .select(MessageRow::as_select())
        .load(connection)?;
    rows.into_iter().map(message_from).collect()
}

fn message_from(row: MessageRow) -> StorageResult<Message> {
    let instant = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    Ok(Message {
        id: row.id,
        message: NewMessage {
            kind: row.kind,
            invoice: row.invoice_id.map(InvoiceId),
            recipient: row.recipient,
            language: from_word("a message's language", row.language)?,
            message_id: row.message_id,
        },
        status: from_word("a message's status", row.status)?,
        attempts: row.attempts,
        next_attempt_at: instant(row.next_attempt_at),
        last_error: row.last_error,
        created_at: instant(row.created_at),
        sent_at: row.sent_at.map(instant),
    })
}

fn found(id: i64, changed: usize) -> StorageResult<()> {
    if changed == 0 { Err(StorageError::NotFound { what: "message", key: id.to_string() }) } else { Ok(()) }
}
