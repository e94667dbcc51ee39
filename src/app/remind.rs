//! Remind a tenant of an invoice that is past due: look at the mail, then queue it for each of the tenant's contacts.
//!
//! What the mail says is worked out when it leaves, so that nobody is reminded of what was paid meanwhile.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::deliver_outbox::Postage;
use super::{AppError, Store, archive_invoice, notices, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::party::{Contact, Language};
use crate::domain::receivables::Reminder;
use crate::domain::told::{Tell, Told};
use crate::mail::{self, InvoiceNotice, Preview};
use crate::storage::outbox::{self, Message, NewMessage};
use crate::storage::{AnyConnection, audit, book as stored};

/// The kind of mail that reminds of an invoice.
pub const REMINDER_MAIL: &str = "payment-reminder";

/// What would be sent, to whom, and what was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderPlan {
    pub preview: Preview,
    pub recipients: Vec<String>,
    /// When reminders of this invoice were queued before, oldest first.
    pub before: Vec<DateTime<Utc>>,
    /// One was queued today already: another is refused until tomorrow.
    pub is_sent_today: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReminderReport {
    pub invoice: InvoiceNumber,
    pub recipients: Vec<String>,
}

/// A reminder that cannot be sent although the invoice is late.
#[derive(Debug, Clone, thiserror::Error)]
enum Unsent {
    #[error("{tenant} has no contact to write to: add one to the tenant")]
    NoContact { tenant: String },
    #[error("{invoice} was reminded of today already; another can be sent from tomorrow on")]
    Today { invoice: InvoiceNumber },
}

impl Tell for Unsent {
    fn told(&self) -> Told {
        match self {
            Unsent::NoContact { tenant } => Told::new("reminder-no-contact", self).with("tenant", tenant.as_str()),
            Unsent::Today { invoice } => Told::new("reminder-today", self).with("invoice", invoice.as_str()),
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
    let link = format!("{}/invoices/{number}", postage.public_url);
    let notice = InvoiceNotice {
        invoice: &gathered.invoice,
        recipient: contacts.first().map_or("", |contact| contact.email.as_str()),
        language,
        message_id: "",
        date: now,
        // Its words only depend on whether there is a file.
        pdf: postage.attach_pdf.then_some(&[]),
        link: Some(&link),
        reminder: Some(&reminder),
    };
    let before = sent_before(connection, id)?;
    Ok(ReminderPlan {
        is_sent_today: is_sent_today(&book, &before, now),
        preview: mail::preview(&notice)?,
        recipients: contacts.iter().map(|contact| contact.email.clone()).collect(),
        before: before.iter().map(|message| message.created_at).collect(),
    })
}

/// Queues a reminder of `number` for each of its tenant's contacts; once a day.
pub fn send(store: &Store, number: &InvoiceNumber, by: &Actor, now: DateTime<Utc>) -> Result<ReminderReport, AppError> {
    store.write(|connection| {
        let book = store.book(connection)?;
        let (id, invoice) = settle::find(connection, number)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let reminder = reminder(connection, &gathered, today(&book, now))?;
        let (language, contacts) = contacts(&book, &gathered)?;
        let before = sent_before(connection, id)?;
        if is_sent_today(&book, &before, now) {
            return Err(AppError::refused(&Unsent::Today { invoice: number.clone() }));
        }
        let host = notices::host(&book.seller.email);
        let mut recipients = Vec::new();
        // By day and not by count: withdrawn reminders are counted no more, and a Message-ID is never given twice.
        let today = today(&book, now);
        for (place, contact) in (1..).zip(contacts) {
            let message = NewMessage {
                kind: REMINDER_MAIL.to_owned(),
                invoice: Some(id),
                recipient: contact.email.clone(),
                language,
                message_id: format!("reminder.{number}.{today}.{place}@{host}"),
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

/// The mail behind a queued reminder as it is to be said at `now`; none where nothing is late any more.
pub(super) fn message(
    store: &Store,
    postage: &Postage,
    row: &Message,
    now: DateTime<Utc>,
) -> Result<Option<mail::Message>, AppError> {
    let connection = &mut *store.connection()?;
    let book = store.book(connection)?;
    let id = row.message.invoice.ok_or_else(|| AppError::Corrupt(format!("reminder {} names no invoice", row.id)))?;
    let gathered = settle::gather(connection, id, archive_invoice::frozen(store, id)?)?;
    let reminder = match reminder(connection, &gathered, today(&book, now)) {
        Ok(reminder) => reminder,
        Err(AppError::Refused(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let pdf = match postage.attach_pdf {
        true => Some(archive_invoice::document(store, &gathered.invoice, archive_invoice::ArchiveKind::Pdf)?),
        false => None,
    };
    let link = format!("{}/invoices/{}", postage.public_url, gathered.invoice.number);
    let notice = InvoiceNotice {
        invoice: &gathered.invoice,
        recipient: &row.message.recipient,
        language: row.message.language,
        message_id: &row.message.message_id,
        date: row.created_at,
        pdf: pdf.as_deref(),
        link: Some(&link),
        reminder: Some(&reminder),
    };
    Ok(Some(mail::invoice_notice(&notice)?))
}

fn today(book: &Book, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&book.facility.zone).date_naive()
}

fn is_sent_today(book: &Book, before: &[Message], now: DateTime<Utc>) -> bool {
    before.iter().any(|message| today(book, message.created_at) == today(book, now))
}

fn reminder(
    connection: &mut AnyConnection,
    gathered: &settle::Gathered,
    today: NaiveDate,
) -> Result<Reminder, AppError> {
    let rates = stored::load_accounting(connection)?.reference_rates;
    gathered.account().reminder(today, &rates, &gathered.claimed()).map_err(|error| AppError::refused(&error))
}

/// To whom it goes, and in which language.
fn contacts<'a>(book: &'a Book, gathered: &settle::Gathered) -> Result<(Language, &'a [Contact]), AppError> {
    let buyer = &gathered.invoice.buyer;
    let tenant = book.tenants.iter().find(|tenant| tenant.code == buyer.code);
    match tenant.filter(|tenant| !tenant.contacts.is_empty()) {
        Some(tenant) => Ok((tenant.language, &tenant.contacts)),
        None => Err(AppError::refused(&Unsent::NoContact { tenant: buyer.name.clone() })),
    }
}

/// The reminders of an invoice, oldest first.
pub(super) fn sent_before(connection: &mut AnyConnection, id: InvoiceId) -> Result<Vec<Message>, AppError> {
    let mut known = outbox::of_invoice(connection, id)?;
    known.retain(|message| message.message.kind == REMINDER_MAIL);
    Ok(known)
}
