//! The notices of an invoice: what became of each, what it says, and sending it again.

use chrono::{DateTime, Utc};

use crate::app::deliver_outbox::Postage;
use crate::app::invite::INVITATION_MAIL;
use crate::app::letter::Letter;
use crate::app::{AppError, Store, export_book};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{InvoiceNumber, IssuedInvoice};
use crate::domain::party::Tenant;
use crate::domain::party::mail_address::mail_host;
use crate::domain::told::{Tell, Told};
use crate::storage::outbox::{self, Message, NewMessage};
use crate::storage::{AnyConnection, audit, invoices};

pub use crate::mail::Preview;
pub use crate::storage::outbox::{Message as Notice, MessageStatus as NoticeStatus};

/// The kind of mail that says an invoice is there.
const AVAILABLE_MAIL: &str = "invoice-available";

/// A tenant nobody can be told anything of.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{tenant} has no contact to write to: add one to the tenant")]
pub(in crate::app) struct NoContact {
    pub(in crate::app) tenant: String,
}

impl Tell for NoContact {
    fn told(&self) -> Told {
        Told::new("no-contact", self).with("tenant", self.tenant.as_str())
    }
}

fn is_available(notice: &Notice) -> bool {
    notice.message.kind == AVAILABLE_MAIL
}

/// The `position`th notice of an invoice, with a Message-ID that stays the same however often it is sent. Letter and document
/// are in one language.
pub(in crate::app) fn notice(
    (id, invoice): (InvoiceId, &IssuedInvoice),
    recipient: &str,
    position: usize,
    sender: &str,
) -> NewMessage {
    NewMessage {
        kind: AVAILABLE_MAIL.to_owned(),
        invoice: Some(id),
        recipient: recipient.to_owned(),
        language: invoice.language,
        message_id: format!("invoice.{}.{position}@{}", invoice.number, mail_host(sender)),
    }
}

/// The notices of the issued invoice with this number, oldest first; none where it lies outside `scope`.
pub fn of(store: &Store, scope: &TenantScope, number: &str) -> Result<Option<Vec<Notice>>, AppError> {
    let connection = &mut *store.connection()?;
    let Some((id, _)) = invoices::by_number(connection, scope, &InvoiceNumber::from_stored(number))? else {
        return Ok(None);
    };
    Ok(Some(outbox::of_invoice(connection, id)?))
}

/// Whether sending it was tried in vain and will be tried again.
pub fn is_postponed(notice: &Notice) -> bool {
    notice.status == NoticeStatus::Pending && notice.attempts > 0 && notice.last_error.is_some()
}

/// How many notices wait for another try.
pub fn postponed_count(store: &Store) -> Result<usize, AppError> {
    Ok(usize::try_from(outbox::postponed_count(&mut *store.connection()?)?).unwrap_or(usize::MAX))
}

/// The mails of invitations that did not leave: postponed, or given up.
pub fn undelivered_invitations(store: &Store) -> Result<Vec<Notice>, AppError> {
    Ok(outbox::undelivered(&mut *store.connection()?, Some(INVITATION_MAIL))?)
}

/// How many notices nobody will try again by themselves.
pub fn failed_count(store: &Store) -> Result<usize, AppError> {
    Ok(usize::try_from(outbox::failed_count(&mut *store.connection()?)?).unwrap_or(usize::MAX))
}

/// The notices that failed for good, then those that wait for another try, each with the invoice it is about.
pub fn undelivered(store: &Store) -> Result<Vec<(Option<InvoiceNumber>, Notice)>, AppError> {
    let connection = &mut *store.connection()?;
    let found = outbox::undelivered(connection, None)?;
    let about: Vec<InvoiceId> = found.iter().filter_map(|notice| notice.message.invoice).collect();
    let numbers = invoices::numbers_of(connection, &about)?;
    let number = |notice: &Notice| notice.message.invoice.and_then(|id| numbers.get(&id).cloned());
    Ok(found.into_iter().map(|notice| (number(&notice), notice)).collect())
}

/// The notice as its first recipient gets it; none where there is no such invoice.
pub fn preview(
    store: &Store,
    scope: &TenantScope,
    number: &str,
    postage: &Postage,
) -> Result<Option<Preview>, AppError> {
    let found = invoices::by_number(&mut *store.connection()?, scope, &InvoiceNumber::from_stored(number))?;
    let Some((id, invoice)) = found else { return Ok(None) };
    let mut known = outbox::of_invoice(&mut *store.connection()?, id)?;
    known.retain(is_available);
    let last = known.pop().map(|notice| notice.message);
    let letter = match &last {
        Some(message) => Letter::queued(&invoice, message, invoice.issued_at),
        None => Letter {
            invoice: &invoice,
            recipient: "",
            language: invoice.language,
            message_id: "",
            date: invoice.issued_at,
            reminder: None,
        },
    };
    Ok(Some(letter.preview(postage)?))
}

/// Queues a notice for each of the tenant's contacts again and returns how many that were: one that failed is put back,
/// for the others a new one is made under a Message-ID of its own. Refused where the tenant has no contact.
pub fn resend(
    store: &Store,
    scope: &TenantScope,
    number: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<usize>, AppError> {
    let book = export_book::shared(store)?;
    store.write(|connection| {
        let found = invoices::by_number(connection, scope, &InvoiceNumber::from_stored(number))?;
        let Some((id, invoice)) = found else { return Ok(None) };
        let tenant = book.tenants.iter().find(|tenant| tenant.code == invoice.buyer.code);
        let tenant = tenant.ok_or_else(|| AppError::NotFound(format!("tenant {}", invoice.buyer.code)))?;
        if tenant.contacts.is_empty() {
            return Err(AppError::Contrary(Box::new(NoContact { tenant: tenant.name.clone() }.told())));
        }
        let recipients = queue(connection, id, &invoice, tenant, &book.seller.email, now)?;
        let detail = serde_json::json!({ "recipients": recipients });
        audit::append(connection, &AuditEvent::new(now, by, "notice.resent", invoice.number.as_str(), detail))?;
        Ok(Some(recipients.len()))
    })
}

fn queue(
    connection: &mut AnyConnection,
    id: InvoiceId,
    invoice: &IssuedInvoice,
    tenant: &Tenant,
    sender: &str,
    now: DateTime<Utc>,
) -> Result<Vec<String>, AppError> {
    let mut known = outbox::of_invoice(connection, id)?;
    known.retain(is_available);
    let mut next = known.len();
    let mut recipients = Vec::new();
    for contact in &tenant.contacts {
        let of_contact = || known.iter().filter(|notice| notice.message.recipient == contact.email);
        let failed: Vec<&Message> = of_contact().filter(|notice| notice.status == NoticeStatus::Failed).collect();
        let waiting = of_contact().any(|notice| notice.status == NoticeStatus::Pending);
        if waiting {
            continue;
        }
        recipients.push(contact.email.clone());
        if let Some(failed) = failed.last() {
            outbox::requeue(connection, failed.id, now)?;
            continue;
        }
        next += 1;
        outbox::enqueue(connection, &notice((id, invoice), &contact.email, next, sender), now)?;
    }
    Ok(recipients)
}
