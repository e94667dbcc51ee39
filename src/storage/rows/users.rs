//! People, their sessions, and the keys that sign their tokens. Secrets come here hashed or encoded; nothing is checked
//! here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::access::Role;
use crate::domain::ids::{TenantCode, UserId};
use crate::storage::codec::from_word;
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

pub fn set_password_hash(connection: &mut AnyConnection, id: UserId, password_hash: &str) -> StorageResult<()> {
    let changed = diesel::update(app_user::table.find(id.0))
        .set(app_user::password_hash.eq(password_hash))
        .execute(connection)?;
    found("user", id.to_string(), changed)
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

/// A session of the web pages. Its key is a hash of what the browser holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub key: String,
    pub user: Option<UserId>,
    /// JSON of the web layer.
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub fn insert_session(connection: &mut AnyConnection, session: &Session) -> StorageResult<()> {
    diesel::insert_into(web_session::table)
        .values((
            web_session::key.eq(&session.key),
            web_session::user_id.eq(session.user.map(|user| user.0)),
            web_session::state.eq(&session.state),
            web_session::created_at.eq(session.created_at.timestamp()),
            web_session::last_seen_at.eq(session.last_seen_at.timestamp()),
            web_session::expires_at.eq(session.expires_at.timestamp()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The session, unless it has expired at `now`.
pub fn session(connection: &mut AnyConnection, key: &str, now: DateTime<Utc>) -> StorageResult<Option<Session>> {
    type Row = (Option<i64>, String, i64, i64, i64);
    let row: Option<Row> = web_session::table
        .filter(web_session::key.eq(key).and(web_session::expires_at.gt(now.timestamp())))
        .select((
            web_session::user_id,
            web_session::state,
            web_session::created_at,
            web_session::last_seen_at,
            web_session::expires_at,
        ))
        .first(connection)
        .optional()?;
    Ok(row.map(|(user, state, created_at, last_seen_at, expires_at)| Session {
        key: key.to_owned(),
        user: user.map(UserId),
        state,
        created_at: instant(created_at),
        last_seen_at: instant(last_seen_at),
        expires_at: instant(expires_at),
    }))
}

/// Replaces user, state, last sight and expiry of a session; false where it is gone.
pub fn update_session(connection: &mut AnyConnection, session: &Session) -> StorageResult<bool> {
    let changed = diesel::update(web_session::table.find(&session.key))
        .set((
            web_session::user_id.eq(session.user.map(|user| user.0)),
            web_session::state.eq(&session.state),
            web_session::last_seen_at.eq(session.last_seen_at.timestamp()),
            web_session::expires_at.eq(session.expires_at.timestamp()),
        ))
        .execute(connection)?;
    Ok(changed > 0)
}

pub fn delete_session(connection: &mut AnyConnection, key: &str) -> StorageResult<()> {
    diesel::delete(web_session::table.find(key)).execute(connection)?;
    Ok(())
}

/// Removes sessions that have expired; returns how many.
pub fn purge_sessions(connection: &mut AnyConnection, now: DateTime<Utc>) -> StorageResult<usize> {
    let expired = web_session::table.filter(web_session::expires_at.le(now.timestamp()));
    Ok(diesel::delete(expired).execute(connection)?)
}

/// A key that signs access tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey {
    pub kid: String,
    /// Encoded as the web layer likes.
    pub secret: String,
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
            token_key::secret.eq(&key.secret),
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
        .select((token_key::kid, token_key::secret, token_key::created_at, token_key::retired_at))
        .load(connection)?;
    let key = |(kid, secret, created_at, retired_at): (String, String, i64, Option<i64>)| TokenKey {
        kid,
        secret,
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

type UserRow = (i64, String, String, String, String, Option<String>, i64, Option<i64>);

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
    ))
}

fn user_from((id, email, name, password_hash, role, tenant, created_at, disabled_at): UserRow) -> StorageResult<User> {
    Ok(User {
        id: UserId(id),
        email,
        name,
        password_hash,
        role: from_word("a user's role", role)?,
        tenant: tenant.map(TenantCode),
        created_at: instant(created_at),
        disabled_at: disabled_at.map(instant),
    })
}

fn tenant_id(connection: &mut AnyConnection, code: &TenantCode) -> StorageResult<i64> {
    tenant::table
        .filter(tenant::code.eq(code.as_str()))
        .select(tenant::id)
        .first(connection)
        .optional()?
        .ok_or_else(|| StorageError::NotFound { what: "tenant", key: code.to_string() })
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn found(what: &'static str, key: String, changed: usize) -> StorageResult<()> {
    if changed == 0 { Err(StorageError::NotFound { what, key }) } else { Ok(()) }
}
