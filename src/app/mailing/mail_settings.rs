//! How mails leave, as administrators set it: read, checked as the configuration is, saved.
//!
//! The password is sealed and told to nobody again, not even to the trail. Whoever sends it elsewhere gives it anew: an
//! administrator cannot have it sent to a server of their own.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::app::deliver_outbox::security_of;
use crate::app::secrets::{Sealed, Secrets};
use crate::app::{AppError, Store};
use crate::config::{MailConfig, MailPart, MailTransport, SmtpSecurity};
use crate::domain::audit::{Actor, AuditEvent, sha256_hex};
use crate::domain::told::{Tell, Told};
use crate::mail::{Authority, Mailer, SmtpFault, SmtpSettings};
use crate::storage::mail_settings::{self as stored, MailSettingsRow};
use crate::storage::{AnyConnection, audit};

/// Enough for a chain of certificates.
const AUTHORITY_BYTES_MAX: usize = 64 * 1024;
const TEXT_CHARACTERS_MAX: usize = 320;

/// What administrators saved; the defaults, under version 0, before they did.
#[derive(Clone, PartialEq, Eq)]
pub struct MailSettings {
    pub version: i64,
    pub transport: MailTransport,
    pub attach_pdf: bool,
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    pub user: Option<String>,
    pub(in crate::app) sealed_password: Option<String>,
    /// An authority to trust beside the built-in ones, as PEM.
    pub authority: Option<String>,
    /// Who saved it and when.
    pub saved: Option<(String, DateTime<Utc>)>,
}

impl MailSettings {
    pub const fn has_password(&self) -> bool {
        self.sealed_password.is_some()
    }
}

impl Default for MailSettings {
    fn default() -> MailSettings {
        let config = MailConfig::default();
        MailSettings {
            version: 0,
            transport: config.transport,
            attach_pdf: config.attach_pdf,
            host: config.smtp_host,
            port: config.smtp_port,
            security: config.smtp_security,
            user: None,
            sealed_password: None,
            authority: None,
            saved: None,
        }
    }
}

/// What an administrator wants. It holds a password: it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct MailWish {
    pub transport: MailTransport,
    pub attach_pdf: bool,
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    /// None where the relay asks for nobody's name; the saved password goes with it.
    pub user: Option<String>,
    /// None keeps the saved one.
    pub password: Option<String>,
    pub authority: Option<String>,
}

/// What is wrong with a wish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    #[error(transparent)]
    Relay(#[from] SmtpFault),
    #[error("smtp_user is no name: at most {TEXT_CHARACTERS_MAX} characters, none of them invisible")]
    User,
    #[error(
        "smtp_password is missing, of at most {TEXT_CHARACTERS_MAX} characters; leave out smtp_user where the relay asks for neither"
    )]
    Password,
    #[error("smtp_password is given without smtp_user")]
    UserMissing,
    #[error(
        "host, port, protection, user or trusted authority is another: give the password again, so that it is sent nowhere unknowingly"
    )]
    PasswordAgain,
    #[error("the authority is too long: at most {AUTHORITY_BYTES_MAX} bytes")]
    AuthorityLong,
}

impl MailFault {
    /// The key it is about.
    pub const fn key(&self) -> &'static str {
        match self {
            MailFault::Relay(SmtpFault::Host(_) | SmtpFault::Tls(_)) => "host",
            MailFault::Relay(SmtpFault::Port) => "port",
            MailFault::Relay(SmtpFault::Plain(_)) => "security",
            MailFault::Relay(SmtpFault::Authority { .. }) | MailFault::AuthorityLong => "authority",
            MailFault::User | MailFault::UserMissing => "user",
            MailFault::Password | MailFault::PasswordAgain => "password",
        }
    }
}

impl Tell for MailFault {
    fn told(&self) -> Told {
        match self {
            MailFault::Relay(SmtpFault::Host(_)) => Told::new("mail-host", self),
            MailFault::Relay(SmtpFault::Port) => Told::new("mail-port", self),
            MailFault::Relay(SmtpFault::Plain(host)) => Told::new("mail-plain", self).with("host", host.as_str()),
            MailFault::Relay(SmtpFault::Authority { .. }) => Told::new("mail-authority", self),
            MailFault::Relay(SmtpFault::Tls(why)) => Told::new("mail-tls", self).with("why", why.as_str()),
            MailFault::User => Told::new("mail-user", self),
            MailFault::UserMissing => Told::new("mail-user-missing", self),
            MailFault::Password => Told::new("mail-password", self),
            MailFault::PasswordAgain => Told::new("mail-password-again", self),
            MailFault::AuthorityLong => Told::new("mail-authority-long", self),
        }
    }
}

/// Why nothing was saved.
#[derive(Clone, PartialEq, Eq)]
pub enum Unsaved {
    Wrong(Vec<MailFault>),
    /// Somebody else saved meanwhile: this.
    Stale(Box<MailSettings>),
}

pub fn read(store: &Store) -> Result<MailSettings, AppError> {
    read_with(&mut *store.connection()?)
}

fn read_with(connection: &mut AnyConnection) -> Result<MailSettings, AppError> {
    let Some(row) = stored::read(connection)? else { return Ok(MailSettings::default()) };
    let corrupt = |what: &str| AppError::Corrupt(format!("the mail settings have an unknown {what}"));
    let transport = MailTransport::ALL.into_iter().find(|known| known.name() == row.transport);
    let security = SmtpSecurity::ALL.into_iter().find(|known| known.name() == row.smtp_security);
    let at = DateTime::from_timestamp(row.saved_at, 0).ok_or_else(|| corrupt("day"))?;
    Ok(MailSettings {
        version: row.version,
        transport: transport.ok_or_else(|| corrupt("transport"))?,
        attach_pdf: row.attach_pdf != 0,
        host: row.smtp_host,
        port: u16::try_from(row.smtp_port).map_err(|_| corrupt("port"))?,
        security: security.ok_or_else(|| corrupt("protection"))?,
        user: row.smtp_user,
        sealed_password: row.sealed_password,
        authority: row.authority,
        saved: Some((row.saved_by, at)),
    })
}

/// Saves what the machine's configuration leaves free of `wish`, based on `version`; none insists on whatever is there.
pub fn save(
    store: &Store,
    config: &MailConfig,
    wish: MailWish,
    version: Option<i64>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Result<MailSettings, Unsaved>, AppError> {
    let secrets = Secrets::of(store)?;
    store.write(|connection| {
        // Two who save at once come one after the other.
        audit::lock(connection)?;
        let before = read_with(connection)?;
        if version.is_some_and(|known| known != before.version) {
            return Ok(Err(Unsaved::Stale(Box::new(before))));
        }
        let wish = free(config, &before, with_plain_lines(wish));
        let faults = faults(&before, &wish);
        if !faults.is_empty() {
            return Ok(Err(Unsaved::Wrong(faults)));
        }
        let new_password = wish.password.is_some();
        let after = after(&secrets, &before, wish, (by, now))?;
        if !new_password && is_same(&before, &after) {
            return Ok(Ok(before));
        }
        stored::put(connection, &row(&after, by, now))?;
        let event = AuditEvent::new(now, by, "mail.edited", "mail", told(&after, new_password));
        let was = told(&before, false);
        audit::append(connection, &if before.version > 0 { event.before(was) } else { event })?;
        Ok(Ok(after))
    })
}

/// A browser ends the lines of a certificate in its own way: that makes it no other one.
fn with_plain_lines(wish: MailWish) -> MailWish {
    let authority = wish.authority.map(|pem| pem.replace('\r', "").trim().to_owned());
    MailWish { authority, ..wish }
}

/// The wish with what the machine sets left as it is stored.
fn free(config: &MailConfig, before: &MailSettings, mut wish: MailWish) -> MailWish {
    if config.fixed.contains(&MailPart::Transport) {
        wish.transport = before.transport;
    }
    if config.fixed.contains(&MailPart::Attachment) {
        wish.attach_pdf = before.attach_pdf;
    }
    if config.fixed.contains(&MailPart::Relay) {
        wish.host.clone_from(&before.host);
        (wish.port, wish.security) = (before.port, before.security);
        wish.user.clone_from(&before.user);
        wish.password = None;
    }
    if config.fixed.contains(&MailPart::Authority) {
        wish.authority.clone_from(&before.authority);
    }
    wish
}

/// Everything that is wrong with it: what the configuration is held to, and what a page can be asked. Each is looked at by
/// itself, so that all of it is told at once.
fn faults(before: &MailSettings, wish: &MailWish) -> Vec<MailFault> {
    let fault = |host: &str, port, security, authority: Option<&String>| {
        let authority = authority.cloned().map(Authority::Pem);
        let relay =
            SmtpSettings { host: host.to_owned(), port, security: security_of(security), credentials: None, authority };
        Mailer::smtp(&relay).err().map(MailFault::from)
    };
    let (here, some_port) = ("localhost", MailConfig::default().smtp_port);
    let host = fault(&wish.host, some_port, SmtpSecurity::Starttls, None);
    let port = fault(here, wish.port, SmtpSecurity::Starttls, None);
    let protection = || fault(&wish.host, some_port, wish.security, None);
    let authority = match &wish.authority {
        Some(pem) if pem.len() > AUTHORITY_BYTES_MAX => Some(MailFault::AuthorityLong),
        authority => fault(here, some_port, SmtpSecurity::Tls, authority.as_ref()),
    };
    let relay = host.or_else(protection).into_iter().chain(port);
    relay.chain(credential_fault(before, wish)).chain(authority).collect()
}

fn credential_fault(before: &MailSettings, wish: &MailWish) -> Option<MailFault> {
    let is_text = |text: &str| {
        let length = text.chars().count();
        (1..=TEXT_CHARACTERS_MAX).contains(&length) && !text.chars().any(char::is_control)
    };
    // Whoever is trusted to be the relay gets the password as well.
    let is_elsewhere = (&wish.host, wish.port, wish.security, &wish.user, &wish.authority)
        != (&before.host, before.port, before.security, &before.user, &before.authority);
    match (&wish.user, &wish.password) {
        (None, None) => None,
        (None, Some(_)) => Some(MailFault::UserMissing),
        (Some(user), _) if !is_text(user) => Some(MailFault::User),
        (Some(_), Some(password)) => (!is_text(password)).then_some(MailFault::Password),
        (Some(_), None) if !before.has_password() => Some(MailFault::Password),
        (Some(_), None) => is_elsewhere.then_some(MailFault::PasswordAgain),
    }
}

fn after(
    secrets: &Secrets,
    before: &MailSettings,
    wish: MailWish,
    (by, now): (&Actor, DateTime<Utc>),
) -> Result<MailSettings, AppError> {
    let sealed = match (&wish.user, &wish.password) {
        (None, _) => None,
        (Some(_), Some(password)) => Some(secrets.seal(Sealed::MailPassword, password.as_bytes())?),
        (Some(_), None) => before.sealed_password.clone(),
    };
    Ok(MailSettings {
        version: before.version + 1,
        transport: wish.transport,
        attach_pdf: wish.attach_pdf,
        host: wish.host,
        port: wish.port,
        security: wish.security,
        user: wish.user,
        sealed_password: sealed,
        authority: wish.authority,
        saved: Some((by.name.clone(), now)),
    })
}

/// Nothing but version and author differ; settings nobody saved are not the same as those somebody did.
fn is_same(before: &MailSettings, after: &MailSettings) -> bool {
    let named = MailSettings { version: before.version, saved: before.saved.clone(), ..after.clone() };
    before.version > 0 && named == *before
}

fn row(settings: &MailSettings, by: &Actor, now: DateTime<Utc>) -> MailSettingsRow {
    MailSettingsRow {
        version: settings.version,
        transport: settings.transport.name().to_owned(),
        attach_pdf: i64::from(settings.attach_pdf),
        smtp_host: settings.host.clone(),
        smtp_port: i64::from(settings.port),
        smtp_security: settings.security.name().to_owned(),
        smtp_user: settings.user.clone(),
        sealed_password: settings.sealed_password.clone(),
        authority: settings.authority.clone(),
        saved_by: by.name.clone(),
        saved_at: now.timestamp(),
    }
}

/// The settings as the trail keeps them: of the password only whether there is one, and whether it is new.
fn told(settings: &MailSettings, new_password: bool) -> Value {
    json!({
        "transport": settings.transport.name(), "attach_pdf": settings.attach_pdf, "smtp_host": settings.host,
        "smtp_port": settings.port, "smtp_security": settings.security.name(), "smtp_user": settings.user,
        "has_password": settings.has_password(), "new_password": new_password,
        "authority_sha256": settings.authority.as_ref().map(|pem| sha256_hex(pem.as_bytes())),
    })
}
