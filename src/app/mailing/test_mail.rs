//! Send a mail that says nothing but that mails arrive.

use chrono::{DateTime, Utc};

use crate::app::way_out::WayOut;
use crate::app::{AppError, Store, export_book};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::party::Language;
use crate::domain::party::mail_address::mail_host;
use crate::mail::{self, MailError, TestNotice};
use crate::storage::audit;

/// Sends it now, past the outbox, and tells what became of it; the trail tells it too.
pub fn send(
    store: &Store,
    way_out: &WayOut,
    recipient: &str,
    language: Language,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Result<(), MailError>, AppError> {
    crate::app::users::check_address(recipient)?;
    let book = export_book::shared(store)?;
    let seller = &book.seller;
    let host = mail_host(&seller.email);
    let message_id = format!("test.{}@{host}", now.timestamp_micros());
    let notice =
        TestNotice { sender: (&seller.name, &seller.email), recipient, language, message_id: &message_id, date: now };
    let sent = match way_out.mailer(store) {
        Ok(mailer) => mail::test(&notice).and_then(|message| mailer.send(&message)),
        Err(AppError::Mail(error)) => Err(error),
        Err(error) => return Err(error),
    };
    let detail = match &sent {
        Ok(()) => serde_json::json!({ "sent": true }),
        Err(error) => serde_json::json!({ "sent": false, "error": error.to_string() }),
    };
    store.write(|connection| {
        audit::append(connection, &AuditEvent::new(now, by, "mail.tested", recipient, detail))?;
        Ok(sent)
    })
}
