//! A mail about an issued invoice: filled in the same way whether it is read beforehand or leaves.

use chrono::{DateTime, Utc};

use crate::app::archive_invoice::{self, ArchiveKind};
use crate::app::deliver_outbox::Postage;
use crate::app::{AppError, Store};
use crate::domain::invoice::IssuedInvoice;
use crate::domain::party::Language;
use crate::domain::receivables::Reminder;
use crate::mail::{self, InvoiceNotice, Preview};
use crate::storage::outbox::NewMessage;

/// What is said to whom, without the file it carries.
pub(in crate::app) struct Letter<'a> {
    pub invoice: &'a IssuedInvoice,
    /// A bare address; empty where nobody is known to write to, which a preview shows.
    pub recipient: &'a str,
    pub language: Language,
    /// Empty in a preview, which does not show it.
    pub message_id: &'a str,
    pub date: DateTime<Utc>,
    /// How the invoice stands, where its tenant is reminded to pay it.
    pub reminder: Option<&'a Reminder>,
}

impl<'a> Letter<'a> {
    /// What the outbox holds for somebody.
    pub fn queued(invoice: &'a IssuedInvoice, queued: &'a NewMessage, date: DateTime<Utc>) -> Letter<'a> {
        let NewMessage { recipient, language, message_id, .. } = queued;
        Letter { invoice, recipient, language: *language, message_id, date, reminder: None }
    }

    /// The letter as people read it, before it is a message.
    pub fn preview(&self, postage: &Postage) -> Result<Preview, AppError> {
        // Its words only depend on whether there is a file.
        let pdf: Option<&[u8]> = postage.attach_pdf.then_some(&[]);
        Ok(mail::preview(&self.notice(pdf, &self.link(postage)))?)
    }

    /// The message with its file where `postage` attaches one.
    pub fn message(&self, store: &Store, postage: &Postage) -> Result<mail::Message, AppError> {
        let pdf = match postage.attach_pdf {
            true => Some(archive_invoice::document(store, self.invoice, ArchiveKind::Pdf)?),
            false => None,
        };
        Ok(mail::invoice_notice(&self.notice(pdf.as_deref(), &self.link(postage)))?)
    }

    fn link(&self, postage: &Postage) -> String {
        format!("{}/invoices/{}", postage.public_url, self.invoice.number)
    }

    fn notice<'b>(&'b self, pdf: Option<&'b [u8]>, link: &'b str) -> InvoiceNotice<'b> {
        InvoiceNotice {
            invoice: self.invoice,
            recipient: self.recipient,
            language: self.language,
            message_id: self.message_id,
            date: self.date,
            pdf,
            link: Some(link),
            reminder: self.reminder,
        }
    }
}
