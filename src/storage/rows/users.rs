//! People, and the keys that sign their short-lived tokens. Secrets come here hashed or encoded; nothing is checked
//! here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::access::Role;
use crate::domain::ids::{TenantCode, UserId};
use crate::domain::party::Language;
use crate::storage::codec::{from_optional_word, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{app_user, tenant, token_key, web_session};

/// Someone who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// PHC string.
    pub password_hash: String,
    pub role: Role,
    /// Whose things a tenant's user sees; none for every other role.
    pub tenant: Option<TenantCode>,
    pub created_at: DateTime<Utc>,
    pub disabled_at: Option<DateTime<Utc>>,
    /// None where they never chose one.
    pub language: Option<Language>,
    /// Rises with every change of role or tenant.
    pub version: i64,
    /// Access tokens signed before are refused.
    pub tokens_valid_from: DateTime<Utc>,
}

/// Someone to be let in. `tenant` is there exactly for the tenant role: the database refuses anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// In lower case: compared as it is.
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub role: Role,
    pub tenant: Option<TenantCode>,
    pub language: Option<Language>,
}

pub fn insert(connection: &mut AnyConnection, user: &NewUser, now: DateTime<Utc>) -> StorageResult<UserId> {
    let tenant_id = user.tenant.as_ref().map(|code| tenant_id(connection, code)).transpose()?;
    let id = diesel::insert_into(app_user::table)
        .values((
            app_user::email.eq(&user.email),
            app_user::name.eq(&user.name),
            app_user::password_hash.eq(&user.password_hash),
            app_user::role.eq(user.role.name()),
            app_user::tenant_id.eq(tenant_id),
            app_user::created_at.eq(now.timestamp()),
            app_user::language.eq(user.language.map(Language::code)),
        ))
        .returning(app_user::id)
        .get_result(connection)?;
    Ok(UserId(id))
}

pub fn by_email(connection: &mut AnyConnection, email: &str) -> StorageResult<Option<User>> {
    let row: Option<UserRow> = users().filter(app_user::email.eq(email)).first(connection).optional()?;
    row.map(user_from).transpose()
}

pub fn by_id(connection: &mut AnyConnection, id: UserId) -> StorageResult<Option<User>> {
    let row: Option<UserRow> = users().filter(app_user::id.eq(id.0)).first(connection).optional()?;
    row.map(user_from).transpose()
}

/// Everyone, by e-mail address.
pub fn list(connection: &mut AnyConnection) -> StorageResult<Vec<User>> {
    let rows: Vec<UserRow> = users().order(app_user::email).load(connection)?;
    rows.into_iter().map(user_from).collect()
}

/// Replaces the password; access tokens signed until `now` end with the old one. They name the second they were signed in:
/// those of this second end too, and what is signed afterwards names the next.
pub fn set_password_hash(
    connection: &mut AnyConnection,
    id: UserId,
    password_hash: &str,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    let values = (app_user::password_hash.eq(password_hash), app_user::tokens_valid_from.eq(now.timestamp() + 1));
    found("user", id.to_string(), diesel::update(app_user::table.find(id.0)).set(values).execute(connection)?)
}

/// Shuts a user out (`Some`) or lets them in again (`None`); shutting out ends their sessions.
pub fn set_disabled(connection: &mut AnyConnection, id: UserId, at: Option<DateTime<Utc>>) -> StorageResult<()> {
    let changed = diesel::update(app_user::table.find(id.0))
        .set(app_user::disabled_at.eq(at.map(|at| at.timestamp())))
        .execute(connection)?;
    if at.is_some() {
        diesel::delete(web_session::table.filter(web_session::user_id.eq(id.0))).execute(connection)?;
    }
    found("user", id.to_string(), changed)
}

/// Gives a user another role, and the tenant that goes with it, if they are still at `version`; false where they are not.
pub fn set_role(
    connection: &mut AnyConnection,
    id: UserId,
    version: i64,
    role: Role,
    tenant: Option<&TenantCode>,
) -> StorageResult<bool> {
    let tenant_id = tenant.map(|code| tenant_id(connection, code)).transpose()?;
    let current = app_user::table.filter(app_user::id.eq(id.0).and(app_user::version.eq(version)));
    let values = (
        app_user::role.eq(role.name()),
        app_user::tenant_id.eq(tenant_id),
        app_user::version.eq(app_user::version + 1),
    );
    Ok(diesel::update(current).set(values).execute(connection)? > 0)
}

pub fn set_language(connection: &mut AnyConnection, id: UserId, language: Language) -> StorageResult<()> {
    let chosen = app_user::language.eq(Some(language.code()));
    found("user", id.to_string(), diesel::update(app_user::table.find(id.0)).set(chosen).execute(connection)?)
}

/// Whether someone beside `id` is an administrator who can sign in.
pub fn has_other_admin(connection: &mut AnyConnection, id: UserId) -> StorageResult<bool> {
    let others = app_user::table.filter(
        app_user::role
            .eq(Role::Admin.name())
            .and(app_user::disabled_at.is_null())
            .and(app_user::password_hash.ne(""))
            .and(app_user::id.ne(id.0)),
    );
    Ok(others.count().get_result::<i64>(connection)? > 0)
}

/// A key that signs access tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey {
    pub kid: String,
    /// Opened with a key that is not in the database.
    pub sealed_secret: String,
    pub created_at: DateTime<Utc>,
    /// From then on it signs nothing new; it still verifies what it signed.
    pub retired_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for TokenKey {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKey").field("kid", &self.kid).field("retired_at", &self.retired_at).finish_non_exhaustive()
    }
}

pub fn insert_token_key(connection: &mut AnyConnection, key: &TokenKey) -> StorageResult<()> {
    diesel::insert_into(token_key::table)
        .values((
            token_key::kid.eq(&key.kid),
            token_key::sealed_secret.eq(&key.sealed_secret),
            token_key::created_at.eq(key.created_at.timestamp()),
            token_key::retired_at.eq(key.retired_at.map(|at| at.timestamp())),
        ))
        .execute(connection)?;
    Ok(())
}

/// Every key, newest first.
pub fn token_keys(connection: &mut AnyConnection) -> StorageResult<Vec<TokenKey>> {
    let rows: Vec<(String, String, i64, Option<i64>)> = token_key::table
        .order((token_key::created_at.desc(), token_key::kid))
        .select((token_key::kid, token_key::sealed_secret, token_key::created_at, token_key::retired_at))
        .load(connection)?;
    let key = |(kid, sealed_secret, created_at, retired_at): (String, String, i64, Option<i64>)| TokenKey {
        kid,
        sealed_secret,
        created_at: instant(created_at),
        retired_at: retired_at.map(instant),
    };
    Ok(rows.into_iter().map(key).collect())
}

pub fn retire_token_key(connection: &mut AnyConnection, kid: &str, at: DateTime<Utc>) -> StorageResult<()> {
    let changed = diesel::update(token_key::table.find(kid))
        .set(token_key::retired_at.eq(Some(at.timestamp())))
        .execute(connection)?;
    found("token key", kid.to_owned(), changed)
}

/// Removes keys retired before `before`: nothing they signed is valid any more. Returns how many.
pub fn purge_token_keys(connection: &mut AnyConnection, before: DateTime<Utc>) -> StorageResult<usize> {
    let old = token_key::table.filter(token_key::retired_at.lt(before.timestamp()));
    Ok(diesel::delete(old).execute(connection)?)
}

#[derive(Queryable)]
struct UserRow {
    id: i64,
    email: String,
    name: String,
    password_hash: String,
    role: String,
    tenant: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
    language: Option<String>,
    version: i64,
    tokens_valid_from: i64,
}

#[diesel::dsl::auto_type]
fn users() -> _ {
    app_user::table.left_join(tenant::table).select((
        app_user::id,
        app_user::email,
        app_user::name,
        app_user::password_hash,
        app_user::role,
        tenant::code.nullable(),
        app_user::created_at,
        app_user::disabled_at,
        app_user::language,
        app_user::version,
        app_user::tokens_valid_from,
    ))
}

fn user_from(row: UserRow) -> StorageResult<User> {
    Ok(User {
        id: UserId(row.id),
        email: row.email,
        name: row.name,
        password_hash: row.password_hash,
        role: from_word("a user's role", row.role)?,
        tenant: row.tenant.map(TenantCode),
        created_at: instant(row.created_at),
        disabled_at: row.disabled_at.map(instant),
        language: from_optional_word("a user's language", row.language)?,
        version: row.version,
        tokens_valid_from: instant(row.tokens_valid_from),
    })
}

pub(super) fn tenant_id(connection: &mut AnyConnection, code: &TenantCode) -> StorageResult<i64> {
    tenant::table
        .filter(tenant::code.eq(code.as_str()))
        .select(tenant::id)
        .first(connection)
        .optional()?
        .ok_or_else(|| StorageError::NotFound { what: "tenant", key: code.to_string() })
}

pub(super) fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

pub(super) fn found(what: &'static str, key: String, changed: usize) -> StorageResult<()> {
    if changed == 0 { Err(StorageError::NotFound { what, key }) } else { Ok(()) }
}
