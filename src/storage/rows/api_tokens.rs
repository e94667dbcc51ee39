//! Long-lived tokens of programs, under the hash of their secret.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::users::instant;
use crate::domain::access::Scopes;
use crate::domain::ids::UserId;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::api_token;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiToken {
    pub user: UserId,
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    pub scopes: Scopes,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: i64,
    pub token: NewApiToken,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiToken {
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.token.expires_at
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_token)]
struct TokenRow {
    id: i64,
    user_id: i64,
    name: String,
    prefix: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// A name the person has given to another live token is a conflict.
pub fn insert(
    connection: &mut AnyConnection,
    new: &NewApiToken,
    secret_hash: &str,
    now: DateTime<Utc>,
) -> StorageResult<i64> {
    Ok(diesel::insert_into(api_token::table)
        .values((
            api_token::user_id.eq(new.user.0),
            api_token::name.eq(&new.name),
            api_token::prefix.eq(&new.prefix),
            api_token::secret_hash.eq(secret_hash),
            api_token::scopes.eq(new.scopes.to_string()),
            api_token::created_at.eq(now.timestamp()),
            api_token::expires_at.eq(new.expires_at.timestamp()),
        ))
        .returning(api_token::id)
        .get_result(connection)?)
}

pub fn by_hash(connection: &mut AnyConnection, secret_hash: &str) -> StorageResult<Option<ApiToken>> {
    let row: Option<TokenRow> = api_token::table
        .filter(api_token::secret_hash.eq(secret_hash))
        .select(TokenRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(token_from))
}

pub fn by_id(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<ApiToken>> {
    let row: Option<TokenRow> = api_token::table.find(id).select(TokenRow::as_select()).first(connection).optional()?;
    Ok(row.map(token_from))
}

/// The tokens of a user, or of everyone, revoked ones too: the newest come first.
pub fn list(connection: &mut AnyConnection, user: Option<UserId>) -> StorageResult<Vec<ApiToken>> {
    let mut tokens = api_token::table.into_boxed();
    if let Some(user) = user {
        tokens = tokens.filter(api_token::user_id.eq(user.0));
    }
    let rows: Vec<TokenRow> = tokens.order(api_token::id.desc()).select(TokenRow::as_select()).load(connection)?;
    Ok(rows.into_iter().map(token_from).collect())
}

/// False where it was revoked before.
pub fn revoke(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<bool> {
    let live = api_token::table.filter(api_token::id.eq(id).and(api_token::revoked_at.is_null()));
    Ok(diesel::update(live).set(api_token::revoked_at.eq(Some(now.timestamp()))).execute(connection)? > 0)
}

pub fn note_use(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<()> {
    diesel::update(api_token::table.find(id))
        .set(api_token::last_used_at.eq(Some(now.timestamp())))
        .execute(connection)?;
    Ok(())
}

fn token_from(row: TokenRow) -> ApiToken {
    ApiToken {
        id: row.id,
        token: NewApiToken {
            user: UserId(row.user_id),
            name: row.name,
            prefix: row.prefix,
            // A scope that no longer exists allows nothing.
            scopes: Scopes::known_of(&row.scopes),
            expires_at: instant(row.expires_at),
        },
        created_at: instant(row.created_at),
        last_used_at: row.last_used_at.map(instant),
        revoked_at: row.revoked_at.map(instant),
    }
}
