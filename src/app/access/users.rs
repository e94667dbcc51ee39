//! People who may sign in, and the keys that sign their tokens.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use chrono::{DateTime, Duration, Utc};

use crate::app::common_passwords::is_common;
use crate::app::secrets::{Sealed, Secrets};
use crate::app::user_problem::{PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN};
use crate::app::{AppError, Store, UserProblem};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::freetext::Text;
use crate::domain::ids::TenantCode;
use crate::domain::party::mail_address::is_mail_address;
use crate::storage::audit;
use crate::storage::users::{self, TokenKey};

/// How long an access token lasts. Whoever is shut out is out at once: their tokens are refused before.
pub const ACCESS_TOKEN_SECONDS: i64 = 15 * 60;
/// Clocks of two machines may differ by so much.
pub const SKEW_SECONDS: i64 = 30;

/// A shorter name within an address is not looked for in its person's password.
const LOCAL_CHARACTERS_MIN: usize = 4;

/// Someone to let in.
#[derive(Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Whose things they may see: present exactly where the role is tenant.
    pub tenant: Option<TenantCode>,
    pub password: String,
}

/// Stores the person with an argon2id hash of the password.
pub fn add(store: &Store, user: &NewUser, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    check(user)?;
    let (hash, email) = (hash(&user.password)?, address(&user.email));
    store.write(|connection| {
        let row = users::NewUser {
            email: email.clone(),
            name: user.name.clone(),
            password_hash: hash,
            role: user.role,
            tenant: user.tenant.clone(),
            language: None,
        };
        users::insert(connection, &row, now)?;
        let detail = serde_json::json!({ "role": user.role.name(), "tenant": user.tenant });
        audit::append(connection, &AuditEvent::new(now, by, "user.added", &email, detail))?;
        Ok(())
    })
}

fn check(user: &NewUser) -> Result<(), UserProblem> {
    check_name(user.name.trim())?;
    check_password(&user.password, &user.email)?;
    check_address(&user.email)?;
    check_place(user.role, user.tenant.as_ref())
}

/// Whether a password may be chosen by the person with this address.
pub(in crate::app) fn check_password(password: &str, email: &str) -> Result<(), UserProblem> {
    if password.chars().count() < PASSWORD_CHARACTERS_MIN {
        return Err(UserProblem::PasswordShort);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(UserProblem::PasswordLong);
    }
    if holds_address(password, email) {
        return Err(UserProblem::PasswordIsAddress);
    }
    if is_common(password) { Err(UserProblem::PasswordCommon) } else { Ok(()) }
}

/// Whether the part of the address that names the person stands in the password; a short one may by chance.
fn holds_address(password: &str, email: &str) -> bool {
    let local = email.trim().split('@').next().unwrap_or_default().to_lowercase();
    local.chars().count() >= LOCAL_CHARACTERS_MIN && password.to_lowercase().contains(&local)
}

pub(in crate::app) fn check_address(email: &str) -> Result<(), UserProblem> {
    if is_mail_address(email) { Ok(()) } else { Err(UserProblem::NotAnAddress(email.to_owned())) }
}

/// What a person or their token is called.
pub(in crate::app) fn check_name(name: &str) -> Result<(), UserProblem> {
    if name.is_empty() || Text::Name.check(name).is_err() { Err(UserProblem::NameMissing) } else { Ok(()) }
}

/// A tenant belongs to the role tenant, and to no other.
pub(in crate::app) fn check_place(role: Role, tenant: Option<&TenantCode>) -> Result<(), UserProblem> {
    if (role == Role::Tenant) == tenant.is_some() { Ok(()) } else { Err(UserProblem::TenantMismatch) }
}

/// An address as it is compared and stored.
pub(in crate::app) fn address(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The argon2id hash of `password` in PHC form.
pub fn hash(password: &str) -> Result<String, AppError> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| AppError::Corrupt(error.to_string()))
}

/// Makes a new signing key; the ones before sign no more and verify until what they signed has expired.
pub fn rotate_token_key(store: &Store, by: &Actor, now: DateTime<Utc>) -> Result<String, AppError> {
    let kid = hex(&random::<8>()?);
    let sealed_secret = Secrets::of(store)?.seal(Sealed::TokenKey(&kid), &random::<32>()?)?;
    let key = TokenKey { kid: kid.clone(), sealed_secret, created_at: now, retired_at: None };
    store.write(|connection| {
        for key in users::token_keys(connection)?.iter().filter(|key| key.retired_at.is_none()) {
            users::retire_token_key(connection, &key.kid, now)?;
        }
        users::insert_token_key(connection, &key)?;
        users::purge_token_keys(connection, useless_since(now))?;
        audit::append(connection, &AuditEvent::new(now, by, "token-key.rotated", &kid, serde_json::json!({})))?;
        Ok(kid.clone())
    })
}

/// From when a retired key is of no use to anyone.
pub(in crate::app) fn useless_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::seconds(ACCESS_TOKEN_SECONDS + SKEW_SECONDS)
}

/// Bytes nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N], AppError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| AppError::Corrupt(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}
