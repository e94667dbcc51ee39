//! The second factor of a person: codes of an app (RFC 6238), and recovery codes for when it is lost.
//!
//! A code is taken once: the step it belongs to is noted in the transaction that takes it, and neither it nor an older
//! one is taken again. A recovery code is kept hashed and used up.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Secret, Totp};

use crate::app::secrets::{Sealed, Secrets, digest};
use crate::app::sign_in::{Person, matches, note_accepted};
use crate::app::users::random;
use crate::app::{AppError, Store, UserProblem};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::UserId;
use crate::storage::{AnyConnection, audit, second_factors, sessions, users};

/// RFC 4226 asks for 160 bits.
const SECRET_BYTES: usize = 20;
const RECOVERY_CODES: usize = 10;
/// 80 bits: too many to guess even for who has stolen the hashes.
const RECOVERY_BYTES: usize = 10;
/// The name an app shows for its codes.
const ISSUER: &str = "Chapelle";

/// What a person enters into their app, as text and as the address a QR code holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Base32, in groups of four.
    pub secret: String,
    pub address: String,
}

/// Whether a person has a second factor, and how many recovery codes are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactorState {
    pub since: Option<DateTime<Utc>>,
    pub recovery_codes_left: i64,
}

pub fn state(store: &Store, user: UserId) -> Result<FactorState, AppError> {
    let connection = &mut *store.connection()?;
    let since = second_factors::of(connection, user)?.and_then(|factor| factor.confirmed_at);
    Ok(FactorState { since, recovery_codes_left: second_factors::recovery_codes_left(connection, user)? })
}

/// Prepares a second factor; until [`confirm`] it is not asked for. Beginning again makes a new secret.
pub fn begin(store: &Store, person: &Person, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    let secret = random::<SECRET_BYTES>()?;
    let sealed = Secrets::of(store)?.seal(Sealed::SecondFactor(person.id), &secret)?;
    store.write(|connection| {
        if confirmed(connection, person.id)? {
            return Err(UserProblem::FactorThere.into());
        }
        second_factors::begin(connection, person.id, &sealed, now)?;
        note(connection, "second-factor.begun", &person.email, by, now)
    })
}

/// What was prepared and waits to be confirmed; none where there is nothing.
pub fn pending(store: &Store, person: &Person) -> Result<Option<Enrolment>, AppError> {
    let factor = second_factors::of(&mut *store.connection()?, person.id)?;
    let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_none()) else { return Ok(None) };
    let bytes = Secrets::of(store)?.unseal(Sealed::SecondFactor(person.id), &factor.sealed_secret)?;
    let text = Secret::new(bytes.into_boxed_slice()).to_base32();
    let label = format!("{ISSUER}:{}", person.email.replace('@', "%40"));
    Ok(Some(Enrolment {
        address: format!("otpauth://totp/{label}?secret={text}&issuer={ISSUER}"),
        secret: grouped(&text),
    }))
}

/// Takes the first code, from which on one is asked for; returns the recovery codes, which are shown this once.
pub fn confirm(
    store: &Store,
    person: &Person,
    code: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<String>, AppError> {
    let secrets = Secrets::of(store)?;
    let codes = new_recovery_codes()?;
    store.write(|connection| {
        let factor = second_factors::of(connection, person.id)?.ok_or(UserProblem::FactorMissing)?;
        if factor.confirmed_at.is_some() {
            return Err(UserProblem::FactorThere.into());
        }
        if !takes_code(connection, &secrets, person.id, &factor.sealed_secret, code, now)? {
            return Err(UserProblem::CodeWrong.into());
        }
        second_factors::confirm(connection, person.id, now)?;
        second_factors::set_recovery_codes(connection, person.id, &hashes(&codes))?;
        note(connection, "second-factor.added", &person.email, by, now)?;
        Ok(codes)
    })
}

/// Whether `code` is right: one of the app, or a recovery code. It is used up, and the trail tells that its person came in.
pub fn give(store: &Store, person: &Person, code: &str, by: &Actor, now: DateTime<Utc>) -> Result<bool, AppError> {
    let secrets = Secrets::of(store)?;
    store.write(|connection| {
        let factor = second_factors::of(connection, person.id)?.filter(|factor| factor.confirmed_at.is_some());
        let Some(factor) = factor else { return Ok(false) };
        let kind = if takes_code(connection, &secrets, person.id, &factor.sealed_secret, code, now)? {
            Some("code")
        } else if second_factors::use_recovery_code(connection, person.id, &recovery_hash(code), now)? {
            Some("recovery code")
        } else {
            None
        };
        match kind {
            Some(kind) => note_accepted(connection, by, person, Some(kind), now)?,
            None => note(connection, "sign-in.refused", &person.email, by, now)?,
        }
        Ok(kind.is_some())
    })
}

/// New recovery codes instead of the old ones, for who gives their password.
pub fn renew_recovery_codes(
    store: &Store,
    person: &Person,
    password: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<String>, AppError> {
    must_match(store, person.id, password)?;
    let codes = new_recovery_codes()?;
    store.write(|connection| {
        if !confirmed(connection, person.id)? {
            return Err(UserProblem::FactorMissing.into());
        }
        second_factors::set_recovery_codes(connection, person.id, &hashes(&codes))?;
        note(connection, "second-factor.codes-renewed", &person.email, by, now)?;
        Ok(codes)
    })
}

/// Takes one's own second factor away, for who gives their password; the roles in `required` keep it.
pub fn remove(
    store: &Store,
    person: &Person,
    password: &str,
    required: &[Role],
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    must_match(store, person.id, password)?;
    if required.contains(&person.role) {
        return Err(UserProblem::FactorRequired.into());
    }
    store.write(|connection| {
        if !second_factors::remove(connection, person.id)? {
            return Err(UserProblem::FactorMissing.into());
        }
        note(connection, "second-factor.removed", &person.email, by, now)
    })
}

/// Takes someone's lost second factor away: an administrator's deed. Their sessions end with it.
pub fn reset(store: &Store, user: UserId, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| {
        let user = users::by_id(connection, user)?.ok_or_else(|| AppError::NotFound(format!("user {user}")))?;
        if !second_factors::remove(connection, user.id)? {
            return Err(UserProblem::FactorMissing.into());
        }
        sessions::delete_of(connection, user.id, None)?;
        note(connection, "second-factor.reset", &user.email, by, now)
    })
}

fn must_match(store: &Store, user: UserId, password: &str) -> Result<(), AppError> {
    let user = users::by_id(&mut *store.connection()?, user)?;
    let stored = user.as_ref().map(|user| user.password_hash.as_str());
    if matches(password, stored) { Ok(()) } else { Err(UserProblem::PasswordWrong.into()) }
}

fn confirmed(connection: &mut AnyConnection, user: UserId) -> Result<bool, AppError> {
    Ok(second_factors::of(connection, user)?.is_some_and(|factor| factor.confirmed_at.is_some()))
}

fn note(
    connection: &mut AnyConnection,
    action: &'static str,
    email: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    audit::append(connection, &AuditEvent::new(now, by, action, email, serde_json::json!({})))?;
    Ok(())
}

/// Whether `code` is the app's at `now`, give or take one step, and was not taken before.
fn takes_code(
    connection: &mut AnyConnection,
    secrets: &Secrets,
    user: UserId,
    sealed: &str,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    let totp = totp(secrets.unseal(Sealed::SecondFactor(user), sealed)?)?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    match totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok()) {
        Some(step) => Ok(second_factors::take_step(connection, user, step)?),
        None => Ok(false),
    }
}

fn totp(secret: Vec<u8>) -> Result<Totp, AppError> {
    let totp = Builder::new().with_secret(Secret::new(secret.into_boxed_slice())).build();
    totp.map_err(|error| AppError::Corrupt(format!("a second factor's secret: {error}")))
}

fn new_recovery_codes() -> Result<Vec<String>, AppError> {
    let code = |_| -> Result<String, AppError> {
        let bytes = random::<RECOVERY_BYTES>()?;
        Ok(grouped(&Secret::new(Box::new(bytes)).to_base32()).replace(' ', "-").to_lowercase())
    };
    (0..RECOVERY_CODES).map(code).collect()
}

fn hashes(codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| recovery_hash(code)).collect()
}

/// Typed with or without hyphens, in either case.
fn recovery_hash(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    digest(&format!("recovery:{}", plain.to_lowercase()))
}

/// `ABCD EFGH`
fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B (SHA-1), its last six digits.
    #[test]
    fn the_standards_codes() {
        let totp = totp(b"12345678901234567890".to_vec()).unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(totp.check(code, seconds), Some(seconds / 30), "{seconds}");
        }
        assert_eq!(totp.check("287082", 59 + 60), None, "two steps later");
        assert_eq!(totp.check("287083", 59), None);
    }

    #[test]
    fn recovery_codes_are_read_however_they_are_typed() {
        let codes = new_recovery_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        let code = &codes[0];
        assert_eq!((code.len(), code.matches('-').count()), (19, 3), "{code}");
        assert_eq!(recovery_hash(code), recovery_hash(&format!(" {} ", code.replace('-', " ").to_uppercase())));
        assert_ne!(recovery_hash(code), recovery_hash(&codes[1]));
    }
}
