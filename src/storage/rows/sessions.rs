//! Sessions of the web pages. A session's key is a hash of what the browser holds.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::users::instant;
use crate::domain::ids::UserId;
use crate::storage::codec::{from_word, to_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::web_session;

/// How far someone has come who has given their password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Signed in.
    Open,
    /// A code of their second factor is still to be given.
    Code,
    /// A second factor is required of them and still to be set up.
    Enrolment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub key: String,
    pub user: UserId,
    pub stage: Stage,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// What the browser said it is.
    pub device: String,
    /// Where it signed in from.
    pub address: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = web_session)]
struct SessionRow {
    key: String,
    user_id: Option<i64>,
    stage: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    device: String,
    address: String,
}

pub fn insert(connection: &mut AnyConnection, session: &Session) -> StorageResult<()> {
    diesel::insert_into(web_session::table)
        .values((
            web_session::key.eq(&session.key),
            web_session::user_id.eq(Some(session.user.0)),
            web_session::stage.eq(to_word("a session's stage", &session.stage)?),
            web_session::created_at.eq(session.created_at.timestamp()),
            web_session::last_seen_at.eq(session.last_seen_at.timestamp()),
            web_session::expires_at.eq(session.expires_at.timestamp()),
            web_session::device.eq(&session.device),
            web_session::address.eq(&session.address),
        ))
        .execute(connection)?;
    Ok(())
}

/// The session, unless it has expired at `now`.
pub fn live(connection: &mut AnyConnection, key: &str, now: DateTime<Utc>) -> StorageResult<Option<Session>> {
    let row: Option<SessionRow> = web_session::table
        .filter(web_session::key.eq(key).and(web_session::expires_at.gt(now.timestamp())))
        .select(SessionRow::as_select())
        .first(connection)
        .optional()?;
    row.map(session_from).transpose()
}

/// The live sessions of a user, or of everyone: those seen last come first.
pub fn list(connection: &mut AnyConnection, user: Option<UserId>, now: DateTime<Utc>) -> StorageResult<Vec<Session>> {
    let mut sessions = web_session::table.filter(web_session::expires_at.gt(now.timestamp())).into_boxed();
    if let Some(user) = user {
        sessions = sessions.filter(web_session::user_id.eq(user.0));
    }
    let rows: Vec<SessionRow> = sessions
        .filter(web_session::user_id.is_not_null())
        .order((web_session::last_seen_at.desc(), web_session::key))
        .select(SessionRow::as_select())
        .load(connection)?;
    rows.into_iter().map(session_from).collect()
}

/// Notes when a session was last seen and how long it now lasts; false where it is gone.
pub fn prolong(
    connection: &mut AnyConnection,
    key: &str,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> StorageResult<bool> {
    let values =
        (web_session::last_seen_at.eq(last_seen_at.timestamp()), web_session::expires_at.eq(expires_at.timestamp()));
    Ok(diesel::update(web_session::table.find(key)).set(values).execute(connection)? > 0)
}

/// False where it was gone already.
pub fn delete(connection: &mut AnyConnection, key: &str) -> StorageResult<bool> {
    Ok(diesel::delete(web_session::table.find(key)).execute(connection)? > 0)
}

/// Ends a user's sessions, all but the one under `kept`; returns how many.
pub fn delete_of(connection: &mut AnyConnection, user: UserId, kept: Option<&str>) -> StorageResult<usize> {
    let ended = web_session::table
        .filter(web_session::user_id.eq(user.0).and(web_session::key.ne(kept.unwrap_or_default().to_owned())));
    Ok(diesel::delete(ended).execute(connection)?)
}

/// Removes sessions that have expired; returns how many.
pub fn purge(connection: &mut AnyConnection, now: DateTime<Utc>) -> StorageResult<usize> {
    let expired = web_session::table.filter(web_session::expires_at.le(now.timestamp()));
    Ok(diesel::delete(expired).execute(connection)?)
}

fn session_from(row: SessionRow) -> StorageResult<Session> {
    let missing = || StorageError::Corrupt { what: "a session", detail: "it names no user".to_owned() };
    Ok(Session {
        key: row.key,
        user: row.user_id.map(UserId).ok_or_else(missing)?,
        stage: from_word("a session's stage", row.stage)?,
        created_at: instant(row.created_at),
        last_seen_at: instant(row.last_seen_at),
        expires_at: instant(row.expires_at),
        device: row.device,
        address: row.address,
    })
}
