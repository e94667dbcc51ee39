//! Send the notices that wait in the outbox.
//!
//! A notice's row was written in the transaction that issued its invoice, so none is ever forgotten. Sending may happen
//! twice if the process dies between the relay's answer and our note of it: the Message-ID is the same both times, and
//! mail readers show such a message once.

use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use crate::app::invite::INVITATION_MAIL;
use crate::app::letter::Letter;
use crate::app::remind::{self, REMINDER_MAIL, Withdrawal};
use crate::app::reset_password::RESET_MAIL;
use crate::app::secrets::{LinkKind, Secrets};
use crate::app::{AppError, Store, archive_invoice, export_book, sign_roots};
use crate::config::{self, MailConfig, MailPart, MailTransport, PublicUrl};
use crate::domain::audit::{Actor, AuditEvent};
use crate::mail::{self, Authority, LinkNotice, LinkPurpose, MailError, Mailer, RootNotice, SmtpSettings};
use crate::storage::outbox::{self, Message, MessageStatus};
use crate::storage::{AnyConnection, access_links, audit, roots};

/// After so many tries a notice waits for a person.
const ATTEMPTS_MAX: i64 = 8;
/// The first pause; it doubles with every try, up to a day.
const FIRST_PAUSE_MINUTES: i64 = 5;
/// For so long nobody else sends a notice that was taken: longer than the slowest relay needs for one.
const LEASE_MINUTES: i64 = 10;

/// What a notice needs beside the invoice.
#[derive(Debug, Clone)]
pub struct Postage {
    /// Attach the PDF, or only link to it.
    pub attach_pdf: bool,
    /// Links begin with it.
    pub public_url: PublicUrl,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    pub sent: usize,
    /// Reminders of what was paid meanwhile, or that a newer one stands for: nobody gets them.
    pub withdrawn: usize,
    pub postponed: Vec<Undelivered>,
    pub failed: Vec<Undelivered>,
    /// Due, but not tried: the relay could not be used.
    pub untried: usize,
    /// Nothing was sent, though something was to be, and it waits: the way out is closed, which no later try mends.
    pub is_stuck: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Undelivered {
    pub id: i64,
    pub recipient: String,
    pub error: String,
}

/// A notice that is waiting, or failed for good.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct WaitingNotice {
    pub id: i64,
    pub status: String,
    pub message_id: String,
    pub recipient: String,
    pub attempts: i64,
    pub error: String,
}

/// The mailer `config` asks for by itself; nothing is connected, what is wrong with the settings is told.
pub fn mailer(config: &MailConfig, data_dir: &Path) -> Result<Mailer, AppError> {
    made(config, config.smtp_ca_file.clone().map(Authority::File), data_dir)
}

/// Refuses what the machine sets of the relay and cannot work, whichever way mails leave now: administrators may choose the
/// relay later, and would not see why.
pub fn check(config: &MailConfig, data_dir: &Path) -> Result<(), AppError> {
    let sets_relay = [MailPart::Relay, MailPart::Authority].iter().any(|part| config.fixed.contains(part));
    let transport = if sets_relay { MailTransport::Smtp } else { config.transport };
    mailer(&MailConfig { transport, ..config.clone() }, data_dir).map(|_| ())
}

/// The mailer of these settings, trusting `authority` beside the built-in ones.
pub(super) fn made(config: &MailConfig, authority: Option<Authority>, data_dir: &Path) -> Result<Mailer, AppError> {
    match config.transport {
        MailTransport::Directory => Ok(Mailer::Directory(data_dir.join("mail"))),
        MailTransport::Smtp => Ok(Mailer::smtp(&smtp_settings(config, authority)?).map_err(MailError::from)?),
    }
}

fn smtp_settings(config: &MailConfig, authority: Option<Authority>) -> Result<SmtpSettings, MailError> {
    for (name, value) in [("smtp_user", &config.smtp_user), ("smtp_password", &config.smtp_password)] {
        if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
            return Err(MailError::Settings(format!(
                "{name} is empty: set it, or leave out both smtp_user and smtp_password where the relay asks for none"
            )));
        }
    }
    let credentials = match (&config.smtp_user, &config.smtp_password) {
        (None, None) => None,
        (Some(user), Some(password)) => Some((user.clone(), password.clone())),
        _ => {
            let text =
                "smtp_user and smtp_password belong together: set both, or neither where the relay asks for none";
            return Err(MailError::Settings(text.to_owned()));
        }
    };
    Ok(SmtpSettings {
        host: config.smtp_host.clone(),
        port: config.smtp_port,
        security: security_of(config.smtp_security),
        credentials,
        authority,
    })
}

/// The protection the configuration names.
pub(super) const fn security_of(named: config::SmtpSecurity) -> mail::SmtpSecurity {
    match named {
        config::SmtpSecurity::Starttls => mail::SmtpSecurity::StartTls,
        config::SmtpSecurity::Tls => mail::SmtpSecurity::Tls,
        config::SmtpSecurity::None => mail::SmtpSecurity::None,
    }
}

/// Sends every notice that is due. One that cannot be sent, or not even be written, is tried again later, or marked as
/// failed for good; the others go on, unless the relay itself or the database cannot be used. Each is taken by itself, so that `clock` runs on with a slow relay and
/// nobody else takes what is still waiting behind it.
pub fn deliver(
    store: &Store,
    mailer: &Mailer,
    postage: &Postage,
    clock: impl Fn() -> DateTime<Utc>,
) -> Result<DeliveryReport, AppError> {
    let mut report = DeliveryReport::default();
    loop {
        let now = clock();
        let due = store.write(|connection| Ok(outbox::claim(connection, now, Duration::minutes(LEASE_MINUTES), 1)?))?;
        let Some(message) = due.into_iter().next() else { break };
        match send(store, mailer, postage, &message, now) {
            Ok(None) => {
                note_sent(store, &message, clock())?;
                report.sent += 1;
            }
            Ok(Some(withdrawal)) => {
                note_withdrawn(store, &message, &withdrawal, now)?;
                report.withdrawn += 1;
            }
            Err(AppError::Storage(unreachable)) if unreachable.is_transient() => return Err(unreachable.into()),
            Err(error) => {
                note_failure(store, &message, &error, clock(), &mut report)?;
                if matches!(error, AppError::Mail(MailError::Relay(_))) {
                    report.untried = outbox::due_count(&mut *store.connection()?, clock())?;
                    break;
                }
            }
        }
    }
    report.is_stuck = report.sent == 0 && !report.postponed.is_empty();
    Ok(report)
}

/// The trail is held before the row, as where an invitation is taken back with its mail: two that wait for each other would
/// end with a mail sent twice.
fn note_sent(store: &Store, row: &Message, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| {
        audit::lock(connection)?;
        if !outbox::mark_sent(connection, row.id, now)? {
            return Ok(());
        }
        let detail = serde_json::json!({ "recipient": row.message.recipient, "attempts": row.attempts });
        let event = AuditEvent::new(now, &Actor::new("job", None), "notice.sent", &row.message.message_id, detail);
        audit::append(connection, &event)?;
        Ok(())
    })
}

/// What a notice was to say no longer holds: it leaves the outbox unsent.
fn note_withdrawn(store: &Store, row: &Message, why: &Withdrawal, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| {
        audit::lock(connection)?;
        if !outbox::withdraw(connection, row.id)? {
            return Ok(());
        }
        let recipient = &row.message.recipient;
        let detail = match why {
            Withdrawal::Settled => serde_json::json!({ "recipient": recipient }),
            Withdrawal::Superseded(newer) => serde_json::json!({ "recipient": recipient, "superseded_by": newer }),
        };
        let event =
            AuditEvent::new(now, &Actor::new("job", None), "reminder.withdrawn", &row.message.message_id, detail);
        audit::append(connection, &event)?;
        Ok(())
    })
}

/// Sends it, or says why it is not to be sent: what it says no longer holds.
fn send(
    store: &Store,
    mailer: &Mailer,
    postage: &Postage,
    row: &Message,
    now: DateTime<Utc>,
) -> Result<Option<Withdrawal>, AppError> {
    match row.message.kind.as_str() {
        sign_roots::ROOT_MAIL => send_root(store, mailer, row)?,
        INVITATION_MAIL | RESET_MAIL => send_link(store, mailer, postage, row)?,
        REMINDER_MAIL => match remind::message(store, postage, row, now)? {
            Ok(message) => mailer.send(&message)?,
            Err(withdrawal) => return Ok(Some(withdrawal)),
        },
        _ => send_invoice(store, mailer, postage, row)?,
    }
    Ok(None)
}

fn send_invoice(store: &Store, mailer: &Mailer, postage: &Postage, row: &Message) -> Result<(), AppError> {
    let Some(id) = row.message.invoice else {
        return Err(AppError::Corrupt(format!("notice {} names no invoice", row.id)));
    };
    let invoice = archive_invoice::frozen(store, id)?;
    let letter = Letter::queued(&invoice, &row.message, invoice.issued_at);
    Ok(mailer.send(&letter.message(store, postage)?)?)
}

/// A signed root, for people to keep outside the database.
fn send_root(store: &Store, mailer: &Mailer, row: &Message) -> Result<(), AppError> {
    let unknown = || AppError::Corrupt(format!("notice {} names no signed root", row.id));
    let size = sign_roots::size_in(&row.message.message_id).ok_or_else(unknown)?;
    let root = roots::of_size(&mut *store.connection()?, size)?.ok_or_else(unknown)?;
    let book = export_book::shared(store)?;
    let seller = &book.seller;
    let notice = RootNotice {
        sender: (&seller.name, &seller.email),
        recipient: &row.message.recipient,
        language: row.message.language,
        message_id: &row.message.message_id,
        root: &root,
        line: &sign_roots::line(&root)?,
    };
    Ok(mailer.send(&mail::root_signed(&notice)?)?)
}

/// A link of one's own; its secret is made here and nowhere kept.
fn send_link(store: &Store, mailer: &Mailer, postage: &Postage, row: &Message) -> Result<(), AppError> {
    let unknown = || AppError::Corrupt(format!("mail {} names no link", row.id));
    let id = id_in(&row.message.message_id).ok_or_else(unknown)?;
    let (secrets, connection) = (Secrets::of(store)?, &mut *store.connection()?);
    let (purpose, path, secret, expires_at, date) = if row.message.kind == INVITATION_MAIL {
        let invitation = access_links::invitation(connection, id)?.ok_or_else(unknown)?;
        let secret = secrets.link(LinkKind::Invitation, &invitation.nonce);
        (LinkPurpose::Invitation, "invitation", secret, invitation.invitation.expires_at, invitation.created_at)
    } else {
        let link = access_links::reset(connection, id)?.ok_or_else(unknown)?;
        let secret = secrets.link(LinkKind::PasswordReset, &link.nonce);
        (LinkPurpose::PasswordReset, "password/reset", secret, link.expires_at, link.created_at)
    };
    let book = export_book::shared(store)?;
    let notice = LinkNotice {
        sender: (&book.seller.name, &book.seller.email),
        recipient: &row.message.recipient,
        language: row.message.language,
        message_id: &row.message.message_id,
        date,
        purpose,
        facility: &book.facility.name,
        address: &format!("{}/{path}/{secret}", postage.public_url),
        expires_at,
        zone: book.facility.zone,
    };
    Ok(mailer.send(&mail::link(&notice)?)?)
}

/// The number a Message-ID names: `invitation.12@dc.example.org`.
fn id_in(message_id: &str) -> Option<i64> {
    message_id.split_once('@')?.0.rsplit_once('.')?.1.parse().ok()
}

fn note_failure(
    store: &Store,
    row: &Message,
    error: &AppError,
    now: DateTime<Utc>,
    report: &mut DeliveryReport,
) -> Result<(), AppError> {
    let undelivered = Undelivered { id: row.id, recipient: row.message.recipient.clone(), error: error.to_string() };
    // A relay that is down for days gives up no notice, nor does a fault of ours: it goes once they are mended.
    let is_of_mail = matches!(error, AppError::Mail(error) if !matches!(error, MailError::Relay(_)));
    let given_up = row.attempts >= ATTEMPTS_MAX && is_of_mail;
    let is_permanent = matches!(error, AppError::Mail(error) if error.is_permanent());
    if is_permanent || given_up {
        let noted = store.write(|connection| {
            audit::lock(connection)?;
            if !outbox::mark_failed(connection, row.id, &undelivered.error)? {
                return Ok(false);
            }
            let detail = serde_json::json!({ "recipient": row.message.recipient, "error": undelivered.error });
            audit::append(
                connection,
                &AuditEvent::new(now, &Actor::new("job", None), "notice.failed", &row.message.message_id, detail),
            )?;
            Ok(true)
        })?;
        report.failed.extend(noted.then_some(undelivered));
    } else {
        let next = now + pause(row.attempts);
        let noted = store.write(|connection| Ok(outbox::mark_retry(connection, row.id, &undelivered.error, next)?))?;
        // Taken back, or sent by another meanwhile, it is no longer ours to tell of.
        report.postponed.extend(noted.then_some(undelivered));
    }
    Ok(())
}

/// 5, 10, 20 … minutes, at most a day.
fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or(0);
    Duration::minutes(FIRST_PAUSE_MINUTES * 2i64.pow(doublings)).min(Duration::days(1))
}

/// Everything not sent.
pub fn waiting(store: &Store) -> Result<Vec<WaitingNotice>, AppError> {
    let rows = outbox::unsent(&mut *store.connection()?)?;
    let shown = |row: Message| WaitingNotice {
        id: row.id,
        status: row.status.name().to_owned(),
        message_id: row.message.message_id,
        recipient: row.message.recipient,
        attempts: row.attempts,
        error: row.last_error.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// Puts a notice that failed for good back in the queue, due at once.
pub fn retry(store: &Store, id: i64, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| {
        let known = outbox::by_id(connection, id)?.ok_or_else(|| AppError::NotFound(format!("notice {id}")))?;
        let standing = match known.status {
            MessageStatus::Failed => return requeue(connection, &known, by, now),
            MessageStatus::Sent => "was sent; the page of its invoice sends it again",
            MessageStatus::Pending => "is in the queue and will be tried again by itself",
        };
        Err(AppError::Input(format!("notice {id} did not fail for good: it {standing}")))
    })
}

/// Puts every notice that failed for good back in the queue, and says how many there were.
pub fn retry_all(store: &Store, by: &Actor, now: DateTime<Utc>) -> Result<usize, AppError> {
    store.write(|connection| {
        let failed = outbox::list(connection, Some(MessageStatus::Failed))?;
        failed.iter().try_for_each(|notice| requeue(connection, notice, by, now))?;
        Ok(failed.len())
    })
}

fn requeue(connection: &mut AnyConnection, notice: &Message, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    outbox::requeue(connection, notice.id, now)?;
    let before = serde_json::json!({
        "status": notice.status.name(), "attempts": notice.attempts, "error": notice.last_error,
    });
    let after = serde_json::json!({ "status": "pending" });
    let event = AuditEvent::new(now, by, "notice.requeued", &notice.message.message_id, after);
    audit::append(connection, &event.before(before))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_day() {
        let minutes: Vec<i64> = (1..=12).map(|attempts| pause(attempts).num_minutes()).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]);
    }

    #[test]
    fn a_message_id_names_its_link() {
        assert_eq!(id_in("invitation.12@dc.example.org"), Some(12));
        assert_eq!(id_in("password-reset.7@dc.example.org"), Some(7));
        assert_eq!(id_in("invitation.x@dc.example.org"), None);
    }
}
