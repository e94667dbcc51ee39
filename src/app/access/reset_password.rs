//! Ways to a new password: with the old one, or by a link in a mail that works once and for an hour.

use chrono::{DateTime, Duration, Utc};

use crate::app::api_tokens;
use crate::app::invite::mail_host;
use crate::app::secrets::{LinkKind, Secrets, digest};
use crate::app::sign_in::{Person, matches};
use crate::app::users::{self as people, hash};
use crate::app::{AppError, Store, UserProblem};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::UserId;
use crate::domain::party::Language;
use crate::storage::access_links::{self as links, LinkSecret, PasswordReset};
use crate::storage::outbox::{self, NewMessage};
use crate::storage::users::User;
use crate::storage::{AnyConnection, audit, sessions, users};

/// The outbox's word for a mail with a way to a new password.
pub const RESET_MAIL: &str = "password-reset";
const LINK_MINUTES: i64 = 60;
/// Whoever asks again within this time gets no further mail: nobody's mailbox is filled from our page.
const PAUSE_MINUTES: i64 = 5;

/// Sends the person with this address a link, where there is one; the caller tells everyone the same.
pub fn forgotten(store: &Store, email: &str, origin: Option<&str>, now: DateTime<Utc>) -> Result<(), AppError> {
    let email = people::address(email);
    let (host, secret) = (mail_host(store)?, Secrets::of(store)?.new_link(LinkKind::PasswordReset)?);
    store.write(|connection| {
        let user = users::by_email(connection, &email)?.filter(|user| user.disabled_at.is_none());
        let Some(user) = user else { return Ok(()) };
        let last = links::last_reset_at(connection, user.id)?;
        if last.is_some_and(|last| now - last < Duration::minutes(PAUSE_MINUTES)) {
            return Ok(());
        }
        queue(connection, &user, &secret, &host, &Actor::new(&user.email, origin), now)
    })
}

/// Sends someone a link: an administrator's deed.
pub fn send_link(store: &Store, user: UserId, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    let (host, secret) = (mail_host(store)?, Secrets::of(store)?.new_link(LinkKind::PasswordReset)?);
    store.write(|connection| {
        let user = users::by_id(connection, user)?.ok_or_else(|| AppError::NotFound(format!("user {user}")))?;
        if user.disabled_at.is_some() {
            return Err(UserProblem::ShutOut.into());
        }
        queue(connection, &user, &secret, &host, by, now)
    })
}

fn queue(
    connection: &mut AnyConnection,
    user: &User,
    secret: &LinkSecret,
    host: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let language = user.language.unwrap_or(Language::French);
    // The newest link alone works.
    links::use_resets_of(connection, user.id, now)?;
    outbox::cancel(connection, RESET_MAIL, &user.email)?;
    let id = links::insert_reset(connection, user.id, language, secret, now, now + Duration::minutes(LINK_MINUTES))?;
    let message = NewMessage {
        kind: RESET_MAIL.to_owned(),
        invoice: None,
        recipient: user.email.clone(),
        language,
        message_id: format!("{RESET_MAIL}.{id}@{host}"),
    };
    outbox::enqueue(connection, &message, now)?;
    audit::append(connection, &AuditEvent::new(now, by, "password.link-sent", &user.email, serde_json::json!({})))?;
    Ok(())
}

/// Whose link this is, while it can be used.
pub fn find(store: &Store, secret: &str, now: DateTime<Utc>) -> Result<Option<Person>, AppError> {
    let connection = &mut *store.connection()?;
    let Some(link) = usable(connection, secret, now)? else { return Ok(None) };
    let user = users::by_id(connection, link.user)?.filter(|user| user.disabled_at.is_none());
    Ok(user.map(Person::from))
}

fn usable(connection: &mut AnyConnection, secret: &str, now: DateTime<Utc>) -> Result<Option<PasswordReset>, AppError> {
    let link = links::reset_by_hash(connection, &digest(secret))?;
    Ok(link.filter(|link| link.used_at.is_none() && now < link.expires_at))
}

/// Sets the password of whom the link belongs to. The link is used up, and every session and token of theirs ends, the
/// long-lived ones too.
pub fn set(
    store: &Store,
    secret: &str,
    password: &str,
    origin: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Person, AppError> {
    let person = find(store, secret, now)?.ok_or(UserProblem::LinkGone)?;
    people::check_password(password, &person.email)?;
    let hash = hash(password)?;
    store.write(|connection| {
        let link = usable(connection, secret, now)?.ok_or(UserProblem::LinkGone)?;
        if !links::use_reset(connection, link.id, now)? {
            return Err(UserProblem::LinkGone.into());
        }
        users::set_password_hash(connection, person.id, &hash, now)?;
        sessions::delete_of(connection, person.id, None)?;
        let by = Actor::new(&person.email, origin);
        audit::append(connection, &AuditEvent::new(now, &by, "password.reset", &person.email, serde_json::json!({})))?;
        api_tokens::revoke_all(connection, person.id, &by, now)
    })?;
    Ok(person)
}

/// Whether the person with this address may choose this password, for a form that tells at once all that is wrong with it.
pub fn may_be(password: &str, email: &str) -> Result<(), UserProblem> {
    people::check_password(password, email)
}

/// Changes one's own password. Every other session and every token of theirs ends, the long-lived ones too; the session
/// whose secret is `kept` goes on.
pub fn change(
    store: &Store,
    person: &Person,
    current: &str,
    password: &str,
    kept: Option<&str>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let user = users::by_id(&mut *store.connection()?, person.id)?;
    if !matches(current, user.as_ref().map(|user| user.password_hash.as_str())) {
        return Err(UserProblem::PasswordWrong.into());
    }
    people::check_password(password, &person.email)?;
    let hash = hash(password)?;
    store.write(|connection| {
        users::set_password_hash(connection, person.id, &hash, now)?;
        sessions::delete_of(connection, person.id, kept.map(digest).as_deref())?;
        links::use_resets_of(connection, person.id, now)?;
        let event = AuditEvent::new(now, by, "password.changed", &person.email, serde_json::json!({}));
        audit::append(connection, &event)?;
        api_tokens::revoke_all(connection, person.id, by, now)
    })
}
