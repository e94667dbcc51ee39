//! Long-lived tokens of programs: made by a person for a part of what they may, shown once, kept as a hash.

use chrono::{DateTime, Duration, Utc};

use crate::app::secrets::digest;
use crate::app::sign_in::Person;
use crate::app::user_problem::TOKEN_DAYS_MAX;
use crate::app::users::random;
use crate::app::{AppError, Store, UserProblem};
use crate::domain::access::Scopes;
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::ids::UserId;
use crate::storage::api_tokens::{self, NewApiToken};
use crate::storage::{AnyConnection, StorageError, audit, users};

pub use crate::storage::api_tokens::ApiToken;

/// Every token begins with it, so that people and scanners of leaked files recognise one.
pub const PREFIX: &str = "chp_";
const SECRET_BYTES: usize = 24;
/// So much of a token is kept to tell it from others.
const SHOWN_CHARACTERS: usize = 12;
/// A token's last use is noted no more often than this.
const USE_MINUTES: i64 = 5;

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenWish {
    pub name: String,
    pub scopes: Scopes,
    pub days: i64,
}

/// A token just made; `secret` is known to nobody afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub id: i64,
    pub secret: String,
    pub expires_at: DateTime<Utc>,
}

/// Makes a token that speaks for `person`.
pub fn create(
    store: &Store,
    person: &Person,
    wish: &TokenWish,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<NewToken, AppError> {
    check(person, wish)?;
    let secret = format!("{PREFIX}{}", hex(&random::<SECRET_BYTES>()?));
    let new = NewApiToken {
        user: person.id,
        name: wish.name.trim().to_owned(),
        prefix: secret.chars().take(SHOWN_CHARACTERS).collect(),
        scopes: wish.scopes.clone(),
        expires_at: now + Duration::days(wish.days),
    };
    store.write(|connection| {
        let id = api_tokens::insert(connection, &new, &digest(&secret), now).map_err(|error| match error {
            StorageError::Conflict(_) => AppError::User(UserProblem::TokenNameTaken),
            other => other.into(),
        })?;
        let detail = serde_json::json!({
            "user": person.email, "name": new.name, "scopes": new.scopes.to_string(), "expires_at": new.expires_at,
        });
        audit::append(connection, &AuditEvent::new(now, by, "token.created", &new.prefix, detail))?;
        Ok(NewToken { id, secret: secret.clone(), expires_at: new.expires_at })
    })
}

fn check(person: &Person, wish: &TokenWish) -> Result<(), UserProblem> {
    crate::app::users::check_name(wish.name.trim())?;
    if wish.scopes.is_empty() {
        return Err(UserProblem::ScopesMissing);
    }
    let allowed = Scopes::of_role(person.role);
    if !wish.scopes.is_within(&allowed) {
        let beyond = Scopes::new(wish.scopes.actions().filter(|action| !allowed.allows(*action)));
        return Err(UserProblem::ScopesBeyondRole(beyond.to_string()));
    }
    if (1..=TOKEN_DAYS_MAX).contains(&wish.days) { Ok(()) } else { Err(UserProblem::TokenDays) }
}

/// The tokens of a person, or everyone's, that are not revoked: the newest come first.
pub fn of(store: &Store, user: Option<UserId>) -> Result<Vec<ApiToken>, AppError> {
    let tokens = api_tokens::list(&mut *store.connection()?, user)?;
    Ok(tokens.into_iter().filter(|token| token.revoked_at.is_none()).collect())
}

/// Revokes a token at once; one of somebody else than `owner`, where it is given, is not known.
pub fn revoke(store: &Store, owner: Option<UserId>, id: i64, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    store.write(|connection| {
        let unknown = || AppError::NotFound(format!("token {id}"));
        let token = api_tokens::by_id(connection, id)?.ok_or_else(unknown)?;
        if owner.is_some_and(|owner| owner != token.token.user) || !api_tokens::revoke(connection, id, now)? {
            return Err(unknown());
        }
        let detail = serde_json::json!({ "name": token.token.name });
        audit::append(connection, &AuditEvent::new(now, by, "token.revoked", &token.token.prefix, detail))?;
        Ok(())
    })
}

/// Revokes every live token of a person whose password has changed: whoever knew the old one may have made some.
pub(in crate::app) fn revoke_all(
    connection: &mut AnyConnection,
    user: UserId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let live = api_tokens::list(connection, Some(user))?.into_iter().filter(|token| token.is_live(now));
    for token in live {
        api_tokens::revoke(connection, token.id, now)?;
        let detail = serde_json::json!({ "name": token.token.name });
        audit::append(connection, &AuditEvent::new(now, by, "token.revoked", &token.token.prefix, detail))?;
    }
    Ok(())
}

/// Whom a token speaks for, and what it may; none where it is none, has expired, was revoked, or its person is shut out.
pub fn bearer(store: &Store, secret: &str, now: DateTime<Utc>) -> Result<Option<(Person, ApiToken)>, AppError> {
    let mut connection = store.connection()?;
    let token = api_tokens::by_hash(&mut connection, &digest(secret))?.filter(|token| token.is_live(now));
    let Some(token) = token else { return Ok(None) };
    let user = users::by_id(&mut connection, token.token.user)?.filter(|user| user.disabled_at.is_none());
    let Some(user) = user else { return Ok(None) };
    // Writing may wait for a turn; others read meanwhile.
    drop(connection);
    if token.last_used_at.is_none_or(|last| now - last >= Duration::minutes(USE_MINUTES)) {
        let noted = store.write(|connection| Ok(api_tokens::note_use(connection, token.id, now)?));
        // The token is as good without the note.
        if let Err(error) = noted {
            tracing::warn!(%error, "the use of a token could not be noted");
        }
    }
    Ok(Some((user.into(), token)))
}
