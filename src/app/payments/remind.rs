//! Remind a tenant of an invoice that is past due: look at the mail, then queue it for each of the tenant's contacts.
//!
//! What the mail says is worked out when it leaves, so that nobody is reminded of what was paid meanwhile.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::deliver_outbox::Postage;
use crate::app::letter::Letter;
use crate::app::notices::NoContact;
use crate::app::{AppError, Store, archive_invoice, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::domain::calendar::day_in;
use crate::domain::ids::InvoiceId;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::party::mail_address::mail_host;
use crate::domain::party::{Contact, Language};
use crate::domain::receivables::Reminder;
use crate::domain::told::{Tell, Told};
use crate::mail::{self, Preview};
use crate::storage::outbox::{self, Message, MessageStatus, NewMessage};
use crate::storage::{AnyConnection, audit, book as stored, on_account};

/// The kind of mail that reminds of an invoice.
pub const REMINDER_MAIL: &str = "payment-reminder";

/// What would be sent, to whom, and what was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderPlan {
    pub tenant: TenantCode,
    pub preview: Preview,
    pub recipients: Vec<String>,
    /// When reminders of this invoice were queued before, oldest first.
    pub before: Vec<DateTime<Utc>>,
    /// Why none can be queued now, where one was today or still waits to leave.
    pub hindrance: Option<Told>,
    /// What its tenant has on account, from which it could be settled first, and that it could; it hinders none.
    pub kept: Money,
    pub on_account: Option<Told>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReminderReport {
    pub invoice: InvoiceNumber,
    pub recipients: Vec<String>,
}

/// Why a queued reminder leaves the outbox unsent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum Withdrawal {
    /// Nothing is late any more.
    Settled,
    /// A newer one to the same person waits: its Message-ID.
    Superseded(String),
}

/// A reminder that cannot be sent although the invoice is late.
#[derive(Debug, Clone, thiserror::Error)]
enum Unsent {
    #[error("{invoice} was reminded of today already; another can be sent from tomorrow on")]
    Today { invoice: InvoiceNumber },
    #[error(
        "the reminder of {invoice} of {day} has not left yet: `chapelle outbox list` says what it waits for; another can be sent once it has left"
    )]
    Waiting { invoice: InvoiceNumber, day: NaiveDate },
}

impl Tell for Unsent {
    fn told(&self) -> Told {
        match self {
            Unsent::Today { invoice } => Told::new("reminder-today", self).with("invoice", invoice.as_str()),
            Unsent::Waiting { invoice, day } => {
                Told::new("reminder-waiting", self).with("invoice", invoice.as_str()).with("day", *day)
            }
        }
    }
}

/// The reminder of `number` as its first recipient would get it today; writes nothing.
pub fn plan(
    store: &Store,
    number: &InvoiceNumber,
    postage: &Postage,
    now: DateTime<Utc>,
) -> Result<ReminderPlan, AppError> {
    let connection = &mut *store.connection()?;
    let book = store.book(connection)?;
    let (id, invoice) = settle::find(connection, number)?;
    let gathered = settle::gather(connection, id, invoice)?;
    let reminder = reminder(connection, &gathered, today(&book, now))?;
    let (language, contacts) = contacts(&book, &gathered)?;
    let letter = Letter {
        invoice: &gathered.invoice,
        recipient: contacts.first().map_or("", |contact| contact.email.as_str()),
        language,
        message_id: "",
        date: now,
        reminder: Some(&reminder),
    };
    let before = sent_before(connection, id)?;
    let kept = on_account::balance(connection, Some(&gathered.invoice.buyer.code))?;
    Ok(ReminderPlan {
        tenant: gathered.invoice.buyer.code.clone(),
        kept,
        on_account: (kept > Money::ZERO).then(|| settle_first(kept)),
        hindrance: hindrance(&book, number, &before, now).map(|unsent| unsent.told()),
        preview: letter.preview(postage)?,
        recipients: contacts.iter().map(|contact| contact.email.clone()).collect(),
        before: before.iter().map(|message| message.created_at).collect(),
    })
}

/// Queues a reminder of `number` for each of its tenant's contacts; once a day, and not before the last one has left.
pub fn send(store: &Store, number: &InvoiceNumber, by: &Actor, now: DateTime<Utc>) -> Result<ReminderReport, AppError> {
    store.write(|connection| {
        let book = store.book(connection)?;
        let (id, invoice) = settle::find(connection, number)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let reminder = reminder(connection, &gathered, today(&book, now))?;
        let (language, contacts) = contacts(&book, &gathered)?;
        let before = sent_before(connection, id)?;
        if let Some(unsent) = hindrance(&book, number, &before, now) {
            return Err(AppError::refused(&unsent));
        }
        let mut ids = message_ids(&book, number, &before, now);
        let mut recipients = Vec::new();
        for (contact, message_id) in contacts.iter().zip(&mut ids) {
            let message = NewMessage {
                kind: REMINDER_MAIL.to_owned(),
                invoice: Some(id),
                recipient: contact.email.clone(),
                language,
                message_id,
            };
            outbox::enqueue(connection, &message, now)?;
            recipients.push(contact.email.clone());
        }
        let detail = serde_json::json!({
            "recipients": recipients, "open": reminder.open, "due_date": reminder.due_date, "days_late": reminder.days_late,
        });
        audit::append(connection, &AuditEvent::new(now, by, "reminder.queued", number.as_str(), detail))?;
        Ok(ReminderReport { invoice: number.clone(), recipients })
    })
}

/// The mail behind a queued reminder as it is to be said at `now`, or why it is not sent at all.
pub(in crate::app) fn message(
    store: &Store,
    postage: &Postage,
    row: &Message,
    now: DateTime<Utc>,
) -> Result<Result<mail::Message, Withdrawal>, AppError> {
    let connection = &mut *store.connection()?;
    let book = store.book(connection)?;
    let id = row.message.invoice.ok_or_else(|| AppError::Corrupt(format!("reminder {} names no invoice", row.id)))?;
    if let Some(newer) = superseding(row, &sent_before(connection, id)?) {
        return Ok(Err(Withdrawal::Superseded(newer)));
    }
    let gathered = settle::gather(connection, id, archive_invoice::frozen(store, id)?)?;
    let reminder = match reminder(connection, &gathered, today(&book, now)) {
        Ok(reminder) => reminder,
        Err(AppError::Refused(_)) => return Ok(Err(Withdrawal::Settled)),
        Err(error) => return Err(error),
    };
    let letter = Letter::queued(&gathered.invoice, &row.message, row.created_at);
    Letter { reminder: Some(&reminder), ..letter }.message(store, postage).map(Ok)
}

fn settle_first(kept: Money) -> Told {
    let english = format!("{kept} is on account of the tenant: settle the invoice from it before you remind");
    Told::new("reminder-on-account", english).with("amount", kept)
}

fn today(book: &Book, now: DateTime<Utc>) -> NaiveDate {
    day_in(now, book.facility.zone)
}

/// What stands in the way of another reminder now. One that was given up does not: it reached nobody.
fn hindrance(book: &Book, number: &InvoiceNumber, before: &[Message], now: DateTime<Utc>) -> Option<Unsent> {
    let day = |message: &Message| today(book, message.created_at);
    let mut under_way = before.iter().filter(|message| message.status != MessageStatus::Failed);
    if under_way.clone().any(|message| day(message) == today(book, now)) {
        return Some(Unsent::Today { invoice: number.clone() });
    }
    let waiting = under_way.find(|message| message.status == MessageStatus::Pending)?;
    Some(Unsent::Waiting { invoice: number.clone(), day: day(waiting) })
}

/// Message-IDs that no reminder had. By day and not by count: withdrawn reminders are counted no more.
fn message_ids(
    book: &Book,
    number: &InvoiceNumber,
    before: &[Message],
    now: DateTime<Utc>,
) -> impl Iterator<Item = String> {
    let (host, today) = (mail_host(&book.seller.email), today(book, now));
    (1..)
        .map(move |place| format!("reminder.{number}.{today}.{place}@{host}"))
        .filter(|id| !before.iter().any(|message| message.message.message_id == *id))
}

/// The newest reminder that waits for the same person too: several that gathered while mail was down are one.
fn superseding(row: &Message, known: &[Message]) -> Option<String> {
    let waits = |other: &&Message| {
        other.id > row.id && other.status == MessageStatus::Pending && other.message.recipient == row.message.recipient
    };
    known.iter().rfind(waits).map(|newest| newest.message.message_id.clone())
}

fn reminder(
    connection: &mut AnyConnection,
    gathered: &settle::Gathered,
    today: NaiveDate,
) -> Result<Reminder, AppError> {
    let rates = stored::load_accounting(connection)?.reference_rates;
    gathered.account().reminder(today, &rates, &gathered.claims).map_err(|error| AppError::refused(&error))
}

/// To whom it goes, and in which language.
fn contacts<'a>(book: &'a Book, gathered: &settle::Gathered) -> Result<(Language, &'a [Contact]), AppError> {
    let buyer = &gathered.invoice.buyer;
    let tenant = book.tenants.iter().find(|tenant| tenant.code == buyer.code);
    match tenant.filter(|tenant| !tenant.contacts.is_empty()) {
        Some(tenant) => Ok((tenant.language, &tenant.contacts)),
        None => Err(AppError::refused(&NoContact { tenant: buyer.name.clone() })),
    }
}

/// The reminders of an invoice, oldest first.
pub(in crate::app) fn sent_before(connection: &mut AnyConnection, id: InvoiceId) -> Result<Vec<Message>, AppError> {
    let mut known = outbox::of_invoice(connection, id)?;
    known.retain(|message| message.message.kind == REMINDER_MAIL);
    Ok(known)
}
