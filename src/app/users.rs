//! People who may sign in, and the keys that sign their tokens.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use chrono::{DateTime, Utc};

use super::{AppError, Store};
use crate::domain::access::Role;
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::ids::TenantCode;
use crate::storage::audit;
use crate::storage::users::{self, TokenKey};

/// ANSSI's advice for passwords without a second factor.
const PASSWORD_CHARACTERS_MIN: usize = 12;

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
    let hash = hash(&user.password)?;
    store.write(|connection| {
        let row = users::NewUser {
            email: user.email.clone(),
            name: user.name.clone(),
            password_hash: hash,
            role: user.role,
            tenant: user.tenant.clone(),
        };
        users::insert(connection, &row, now)?;
        let detail = serde_json::json!({ "role": user.role.name(), "tenant": user.tenant });
        audit::append(connection, &AuditEvent::new(now, by, "user.added", &user.email, detail))?;
        Ok(())
    })
}

fn check(user: &NewUser) -> Result<(), AppError> {
    if user.password.chars().count() < PASSWORD_CHARACTERS_MIN {
        return Err(AppError::input(format!(
            "the password has fewer than {PASSWORD_CHARACTERS_MIN} characters: give it on the first line of standard input"
        )));
    }
    if user.email.split_once('@').is_none_or(|(local, host)| local.is_empty() || !host.contains('.')) {
        return Err(AppError::input(format!("`{}` is not an e-mail address", user.email)));
    }
    if (user.role == Role::Tenant) != user.tenant.is_some() {
        return Err(AppError::input("--tenant belongs to the role tenant, and to no other"));
    }
    Ok(())
}

/// The argon2id hash of `password` in PHC form.
pub fn hash(password: &str) -> Result<String, AppError> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| AppError::Corrupt(error.to_string()))
}

/// Makes a new signing key; the ones before sign no more and verify until what they signed has expired.
pub fn rotate_token_key(store: &Store, by: &Actor, now: DateTime<Utc>) -> Result<String, AppError> {
    let (kid, secret) = (hex(&random::<8>()?), hex(&random::<32>()?));
    store.write(|connection| {
        for key in users::token_keys(connection)?.iter().filter(|key| key.retired_at.is_none()) {
            users::retire_token_key(connection, &key.kid, now)?;
        }
        users::insert_token_key(connection, &TokenKey { kid: kid.clone(), secret, created_at: now, retired_at: None })?;
        audit::append(connection, &AuditEvent::new(now, by, "token-key.rotated", &kid, serde_json::json!({})))?;
        Ok(kid.clone())
    })
}

/// Bytes nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N], AppError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| AppError::Corrupt(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}
