//! Let people in: their password, their session, the keys of their tokens.
//!
//! A session is a random secret in the browser and a row under its SHA-256 here: who reads the database can not take a
//! session over. It ends two hours after the last request and twelve hours after signing in, whichever is first. Until a
//! second factor is given or set up, a session opens nothing but the page that asks for it.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use chrono::{DateTime, Duration, Utc};

use crate::app::secrets::{Sealed, Secrets, digest};
use crate::app::user_problem::PASSWORD_BYTES_MAX;
use crate::app::users::{address, hash, random, rotate_token_key};
use crate::app::{AppError, Store};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::ids::{TenantCode, UserId};
use crate::domain::party::Language;
use crate::storage::sessions::{self, Session};
use crate::storage::users::{self, TokenKey, User};
use crate::storage::{AnyConnection, audit, second_factors};

pub use crate::storage::sessions::Stage;

const SESSION_HOURS_MAX: i64 = 12;
/// To find the device that makes the code, or to set it up.
const PENDING_MINUTES_MAX: i64 = 20;
/// A session that nobody uses ends after so long.
pub const SESSION_IDLE_HOURS_MAX: i64 = 2;
/// A session's last sight is noted no more often than this: reading a page writes nothing.
const SIGHT_MINUTES: i64 = 5;
const DEVICE_CHARACTERS_MAX: usize = 200;

/// Someone who has proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub tenant: Option<TenantCode>,
    /// None where they never chose one.
    pub language: Option<Language>,
    /// Access tokens signed before are refused.
    pub tokens_valid_from: DateTime<Utc>,
}

impl From<User> for Person {
    fn from(user: User) -> Person {
        Person {
            id: user.id,
            email: user.email,
            name: user.name,
            role: user.role,
            tenant: user.tenant,
            language: user.language,
            tokens_valid_from: user.tokens_valid_from,
        }
    }
}

/// What a browser says of itself, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    pub agent: String,
    pub address: String,
}

/// A session as it was found: whose it is, and how far they have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub person: Person,
    pub stage: Stage,
}

/// The person behind an address and a password. Takes tens of milliseconds and 19 MiB, as much for an unknown address
/// as for a known one, so that the time taken does not tell which exist.
pub fn check(store: &Store, email: &str, password: &str) -> Result<Option<Person>, AppError> {
    let user = users::by_email(&mut *store.connection()?, &address(email))?;
    let stored = user.as_ref().filter(|user| user.disabled_at.is_none()).map(|user| user.password_hash.as_str());
    let right = matches(password, stored);
    Ok(user.filter(|_| right).map(Person::from))
}

/// How far a right password brings someone; the roles in `required` need a second factor.
pub fn stage(store: &Store, person: &Person, required: &[Role]) -> Result<Stage, AppError> {
    Ok(if has_factor(&mut *store.connection()?, person.id)? {
        Stage::Code
    } else if required.contains(&person.role) {
        Stage::Enrolment
    } else {
        Stage::Open
    })
}

fn has_factor(connection: &mut AnyConnection, user: UserId) -> Result<bool, AppError> {
    Ok(second_factors::of(connection, user)?.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// Whether the person's role is one of those in `required` and they have no second factor: then neither session nor token
/// opens anything, however long they have been in.
pub fn lacks_factor(store: &Store, person: &Person, required: &[Role]) -> Result<bool, AppError> {
    Ok(required.contains(&person.role) && !has_factor(&mut *store.connection()?, person.id)?)
}

/// A hash nobody has the password of.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("an account that does not exist").ok());

pub(in crate::app) fn matches(password: &str, stored: Option<&str>) -> bool {
    let Some(reference) = stored.or(NOBODY.as_deref()) else { return false };
    let verified = password.len() <= PASSWORD_BYTES_MAX
        && Argon2::default().verify_password(password.as_bytes(), reference).is_ok();
    verified && stored.is_some()
}

/// Begins a session and returns its secret: for the browser only. The session the browser had before, `former`, ends:
/// nobody who planted it or saw it takes part in the new one.
pub fn begin_session(
    store: &Store,
    person: UserId,
    stage: Stage,
    former: Option<&str>,
    device: &Device,
    now: DateTime<Utc>,
) -> Result<String, AppError> {
    let secret = hex(&random::<32>()?);
    let lasts = match stage {
        Stage::Open => Duration::hours(SESSION_IDLE_HOURS_MAX),
        Stage::Code | Stage::Enrolment => Duration::minutes(PENDING_MINUTES_MAX),
    };
    let session = Session {
        key: digest(&secret),
        user: person,
        stage,
        created_at: now,
        last_seen_at: now,
        expires_at: now + lasts,
        device: device.agent.chars().filter(|c| !c.is_control()).take(DEVICE_CHARACTERS_MAX).collect(),
        address: device.address.clone(),
    };
    store.write(|connection| {
        sessions::purge(connection, now)?;
        if let Some(former) = former {
            sessions::delete(connection, &digest(former))?;
        }
        Ok(sessions::insert(connection, &session)?)
    })?;
    Ok(secret)
}

/// Whose session it is, as they are now: a changed role counts at once, whoever is shut out is out, and whose role has come
/// to need a second factor (the roles in `required`) sets one up first.
pub fn resume_session(
    store: &Store,
    secret: &str,
    required: &[Role],
    now: DateTime<Utc>,
) -> Result<Option<Visit>, AppError> {
    let mut connection = store.connection()?;
    let Some(session) = sessions::live(&mut connection, &digest(secret), now)? else { return Ok(None) };
    let user = users::by_id(&mut connection, session.user)?.filter(|user| user.disabled_at.is_none());
    let Some(person) = user.map(Person::from) else { return Ok(None) };
    let stage = stage_now(&mut connection, session.stage, &person, required)?;
    // Writing may wait for a turn; others read meanwhile.
    drop(connection);
    if session.stage == Stage::Open && now - session.last_seen_at >= Duration::minutes(SIGHT_MINUTES) {
        let end = end_of(&session, now);
        let noted = store.write(|connection| Ok(sessions::prolong(connection, &session.key, now, end)?));
        // The page can be shown all the same, and the next one prolongs it.
        if let Err(error) = noted {
            tracing::warn!(%error, "a session could not be prolonged");
        }
    }
    Ok(Some(Visit { person, stage }))
}

/// How far a session brings its person by the rules of now, which may be others than when it began.
fn stage_now(
    connection: &mut AnyConnection,
    begun: Stage,
    person: &Person,
    required: &[Role],
) -> Result<Stage, AppError> {
    Ok(match begun {
        Stage::Open if required.contains(&person.role) && !has_factor(connection, person.id)? => Stage::Enrolment,
        // Set up elsewhere meanwhile: this browser is asked for a code.
        Stage::Enrolment if has_factor(connection, person.id)? => Stage::Code,
        begun => begun,
    })
}

fn end_of(session: &Session, now: DateTime<Utc>) -> DateTime<Utc> {
    let end = session.created_at + Duration::hours(SESSION_HOURS_MAX);
    end.min(now + Duration::hours(SESSION_IDLE_HOURS_MAX))
}

pub fn end_session(store: &Store, secret: &str) -> Result<(), AppError> {
    store.write(|connection| {
        sessions::delete(connection, &digest(secret))?;
        Ok(())
    })
}

/// Leaves in the trail that someone came in, or tried to. An account nobody has is not named: people type passwords
/// into the wrong field, and the trail forgets nothing.
pub fn note_attempt(store: &Store, by: &Actor, person: Option<&Person>, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| match person {
        Some(person) => note_accepted(connection, by, person, None, now),
        None => {
            let is_known = users::by_email(connection, &by.name)?.is_some();
            let name = if is_known { by.name.as_str() } else { "unknown" };
            let by = Actor::new(name, by.origin.as_deref());
            audit::append(connection, &AuditEvent::new(now, &by, "sign-in.refused", name, serde_json::json!({})))?;
            Ok(())
        }
    })
}

/// The event of someone who came in, by a second factor where one was given.
pub(in crate::app) fn note_accepted(
    connection: &mut AnyConnection,
    by: &Actor,
    person: &Person,
    factor: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let (role, user) = (person.role.name(), person.id);
    let detail = match factor {
        Some(factor) => serde_json::json!({ "role": role, "user": user, "second_factor": factor }),
        None => serde_json::json!({ "role": role, "user": user }),
    };
    let by = Actor::new(&person.email, by.origin.as_deref());
    audit::append(connection, &AuditEvent::new(now, &by, "sign-in.accepted", &person.email, detail))?;
    Ok(())
}

/// Whom an access token speaks for that was signed at `issued_at`, as they are now; none where they are shut out or have
/// changed their password since.
pub fn token_holder(store: &Store, user: UserId, issued_at: DateTime<Utc>) -> Result<Option<Person>, AppError> {
    let user = users::by_id(&mut *store.connection()?, user)?;
    let counts = |user: &User| user.disabled_at.is_none() && user.tokens_valid_from <= issued_at;
    Ok(user.filter(counts).map(Person::from))
}

/// A key that signs tokens, opened; and from when on it signs nothing new.
pub struct OpenKey {
    pub kid: String,
    pub secret: Vec<u8>,
    pub retired_at: Option<DateTime<Utc>>,
}

/// The keys that sign and verify tokens, newest first. The first one is made here.
pub fn token_keys(store: &Store, now: DateTime<Utc>) -> Result<Vec<OpenKey>, AppError> {
    let mut keys = users::token_keys(&mut *store.connection()?)?;
    if keys.iter().all(|key| key.retired_at.is_some()) {
        rotate_token_key(store, &Actor::new("server", None), now)?;
        keys = users::token_keys(&mut *store.connection()?)?;
    }
    let secrets = Secrets::of(store)?;
    let opened = keys.into_iter().map(|key| match (key.retired_at, opened(&secrets, key)) {
        (None, opened) => opened.map(Some),
        // What a retired key signed is over in minutes.
        (Some(_), opened) => Ok(opened.ok()),
    });
    opened.filter_map(Result::transpose).collect()
}

/// Makes another key where the one that signs cannot be opened, as after a lost `secret-key`. Only when a server starts: two
/// with different ones would else take each other's away for ever.
pub fn replace_lost_key(store: &Store, now: DateTime<Utc>) -> Result<(), AppError> {
    let secrets = Secrets::of(store)?;
    let signing = users::token_keys(&mut *store.connection()?)?.into_iter().find(|key| key.retired_at.is_none());
    let Some(Err(error)) = signing.map(|key| opened(&secrets, key)) else { return Ok(()) };
    tracing::warn!(%error, "access tokens are asked for anew: they are signed with another key from now on");
    rotate_token_key(store, &Actor::new("server", None), now).map(|_| ())
}

fn opened(secrets: &Secrets, key: TokenKey) -> Result<OpenKey, AppError> {
    let secret = secrets.unseal(Sealed::TokenKey(&key.kid), &key.sealed_secret)?;
    Ok(OpenKey { kid: key.kid, secret, retired_at: key.retired_at })
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
            user: UserId(1),
            stage: Stage::Open,
            created_at: at(0),
            last_seen_at: at(0),
            expires_at: at(120),
            device: String::new(),
            address: String::new(),
        };
        assert_eq!(end_of(&session, at(60)), at(180));
        assert_eq!(end_of(&session, at(11 * 60)), at(12 * 60));
    }
}
