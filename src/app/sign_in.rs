//! Let people in: their password, their session, the keys of their tokens.
//!
//! A session is a random secret in the browser and a row under its SHA-256 here: who reads the database can not take a
//! session over. It ends two hours after the last request and twelve hours after signing in, whichever is first.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

use super::{AppError, Store};
use crate::app::users::{hash, random, rotate_token_key};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::ids::{TenantCode, UserId};
use crate::storage::audit;
use crate::storage::users::{self, Session, TokenKey, User};

/// Longer passwords are not looked at: hashing them would be work for an attacker to give away.
const PASSWORD_BYTES_MAX: usize = 1024;
const SESSION_HOURS_MAX: i64 = 12;
/// A session that nobody uses ends after so long.
pub const SESSION_IDLE_HOURS_MAX: i64 = 2;
/// A session's last sight is noted no more often than this: reading a page writes nothing.
const SIGHT_MINUTES: i64 = 5;

/// Someone who has proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub tenant: Option<TenantCode>,
}

/// The person behind an address and a password. Takes tens of milliseconds and 19 MiB, as much for an unknown address
/// as for a known one, so that the time taken does not tell which exist.
pub fn check(store: &Store, email: &str, password: &str) -> Result<Option<Person>, AppError> {
    let user = users::by_email(&mut *store.connection()?, &email.trim().to_lowercase())?;
    let stored = user.as_ref().filter(|user| user.disabled_at.is_none()).map(|user| user.password_hash.as_str());
    let right = matches(password, stored);
    Ok(user.filter(|_| right).map(person))
}

/// A hash nobody has the password of.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("an account that does not exist").ok());

fn matches(password: &str, stored: Option<&str>) -> bool {
    let Some(reference) = stored.or(NOBODY.as_deref()) else { return false };
    let verified = password.len() <= PASSWORD_BYTES_MAX
        && Argon2::default().verify_password(password.as_bytes(), reference).is_ok();
    verified && stored.is_some()
}

/// Begins a session and returns its secret: for the browser only.
pub fn begin_session(store: &Store, person: UserId, now: DateTime<Utc>) -> Result<String, AppError> {
    let secret = hex(&random::<32>()?);
    let session = Session {
        key: key_of(&secret),
        user: Some(person),
        state: "{}".to_owned(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + Duration::hours(SESSION_IDLE_HOURS_MAX),
    };
    store.write(|connection| {
        users::purge_sessions(connection, now)?;
        Ok(users::insert_session(connection, &session)?)
    })?;
    Ok(secret)
}

/// Whose session it is, as they are now: a changed role counts at once, and whoever is shut out is out.
pub fn resume_session(store: &Store, secret: &str, now: DateTime<Utc>) -> Result<Option<Person>, AppError> {
    let connection = &mut *store.connection()?;
    let Some(session) = users::session(connection, &key_of(secret), now)? else { return Ok(None) };
    let user = session.user.map(|id| users::by_id(connection, id)).transpose()?.flatten();
    if now - session.last_seen_at >= Duration::minutes(SIGHT_MINUTES) {
        users::update_session(connection, &prolonged(session, now))?;
    }
    Ok(user.filter(|user| user.disabled_at.is_none()).map(person))
}

fn prolonged(session: Session, now: DateTime<Utc>) -> Session {
    let end = session.created_at + Duration::hours(SESSION_HOURS_MAX);
    Session { last_seen_at: now, expires_at: end.min(now + Duration::hours(SESSION_IDLE_HOURS_MAX)), ..session }
}

pub fn end_session(store: &Store, secret: &str) -> Result<(), AppError> {
    Ok(users::delete_session(&mut *store.connection()?, &key_of(secret))?)
}

/// Leaves in the trail that someone came in, or tried to. An account nobody has is not named: people type passwords
/// into the wrong field, and the trail forgets nothing.
pub fn note_attempt(store: &Store, by: &Actor, person: Option<&Person>, now: DateTime<Utc>) -> Result<(), AppError> {
    let (action, detail) = match person {
        Some(person) => ("sign-in.accepted", serde_json::json!({ "role": person.role.name(), "user": person.id })),
        None => ("sign-in.refused", serde_json::json!({})),
    };
    store.write(|connection| {
        let is_known = person.is_some() || users::by_email(connection, &by.name)?.is_some();
        let name = if is_known { by.name.as_str() } else { "unknown" };
        let by = Actor::new(name, by.origin.as_deref());
        audit::append(connection, &AuditEvent::new(now, &by, action, name, detail))?;
        Ok(())
    })
}

/// The keys that sign and verify tokens, newest first. The first one is made here.
pub fn token_keys(store: &Store, now: DateTime<Utc>) -> Result<Vec<TokenKey>, AppError> {
    let keys = users::token_keys(&mut *store.connection()?)?;
    if keys.iter().any(|key| key.retired_at.is_none()) {
        return Ok(keys);
    }
    rotate_token_key(store, &Actor::new("server", None), now)?;
    Ok(users::token_keys(&mut *store.connection()?)?)
}

fn key_of(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

fn person(user: User) -> Person {
    Person { id: user.id, email: user.email, name: user.name, role: user.role, tenant: user.tenant }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(matches("correct horse battery", Some(&stored)));
        assert!(!matches("correct horse batterY", Some(&stored)));
        assert!(!matches(&"x".repeat(2000), Some(&stored)));
        assert!(!matches("correct horse battery", Some("not a hash")));
    }

    #[test]
    fn an_unknown_account_matches_nothing_not_even_the_placeholder() {
        assert!(!matches("an account that does not exist", None));
    }

    #[test]
    fn a_session_is_prolonged_within_its_day() {
        let at = |minutes: i64| DateTime::from_timestamp(1_793_000_000 + minutes * 60, 0).unwrap();
        let session = Session {
            key: String::new(),
            user: None,
            state: String::new(),
            created_at: at(0),
            last_seen_at: at(0),
            expires_at: at(120),
        };
        assert_eq!(prolonged(session.clone(), at(60)).expires_at, at(180));
        assert_eq!(prolonged(session, at(11 * 60)).expires_at, at(12 * 60));
    }
}
