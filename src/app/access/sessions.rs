//! Show who is signed in where, and end it.

use chrono::{DateTime, Utc};

use crate::app::secrets::digest;
use crate::app::{AppError, Store};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::UserId;
use crate::storage::sessions::{self, Session, Stage};
use crate::storage::{audit, users};

/// So many characters of a session's key name it: too few to tell the key, enough to tell it from others.
const NAME_CHARACTERS: usize = 16;

/// A session as its owner and administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub name: String,
    pub user: UserId,
    pub device: String,
    pub address: String,
    pub began_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

/// The sessions a person is signed in with, or everyone's; `asking` is the secret of the session that asks.
pub fn of(store: &Store, user: UserId, asking: Option<&str>, now: DateTime<Utc>) -> Result<Vec<OpenSession>, AppError> {
    let own = asking.map(digest);
    let found = sessions::list(&mut *store.connection()?, Some(user), now)?;
    let shown = |session: Session| OpenSession {
        is_own: own.as_ref() == Some(&session.key),
        name: name_of(&session.key).to_owned(),
        user: session.user,
        device: session.device,
        address: session.address,
        began_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
    };
    Ok(found.into_iter().filter(|session| session.stage == Stage::Open).map(shown).collect())
}

fn name_of(key: &str) -> &str {
    key.get(..NAME_CHARACTERS).unwrap_or(key)
}

/// Ends the session of `user` with this name. One that is over, or another person's, is not known.
pub fn end(store: &Store, user: UserId, name: &str, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| {
        let found = sessions::list(connection, Some(user), now)?.into_iter().find(|one| name_of(&one.key) == name);
        let session = found.ok_or_else(|| AppError::NotFound(format!("session {name}")))?;
        let owner = users::by_id(connection, user)?.ok_or_else(|| AppError::NotFound(format!("user {user}")))?;
        sessions::delete(connection, &session.key)?;
        let detail = serde_json::json!({ "sessions": [name] });
        audit::append(connection, &AuditEvent::new(now, by, "session.ended", &owner.email, detail))?;
        Ok(())
    })
}

/// Ends every session of `user` but the one whose secret is `kept`; returns how many.
pub fn end_all(
    store: &Store,
    user: UserId,
    kept: Option<&str>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<usize, AppError> {
    store.write(|connection| {
        let owner = users::by_id(connection, user)?.ok_or_else(|| AppError::NotFound(format!("user {user}")))?;
        let kept = kept.map(digest);
        let open = sessions::list(connection, Some(user), now)?;
        let ended = open.iter().map(|one| one.key.as_str()).filter(|key| Some(*key) != kept.as_deref());
        let names: Vec<&str> = ended.map(name_of).collect();
        sessions::delete_of(connection, user, kept.as_deref())?;
        if !names.is_empty() {
            let detail = serde_json::json!({ "sessions": names });
            audit::append(connection, &AuditEvent::new(now, by, "session.ended", &owner.email, detail))?;
        }
        Ok(names.len())
    })
}
