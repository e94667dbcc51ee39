//! What was answered under an Idempotency-Key, so that a request sent twice is done once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::api_answer;

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nobody used it: it is now taken for the caller.
    Fresh,
    Answered(Answer),
    /// Somebody is at it, or was when the program ended.
    Pending,
}

/// Takes `key` for a request, unless it was used; another request under the same key is refused.
pub fn claim(
    connection: &mut AnyConnection,
    key: &str,
    request_sha256: &str,
    now: DateTime<Utc>,
) -> StorageResult<Known> {
    type Row = (String, Option<i64>, Option<String>);
    let known: Option<Row> = api_answer::table
        .find(key)
        .select((api_answer::request_sha256, api_answer::status, api_answer::body))
        .first(connection)
        .optional()?;
    match known {
        Some((request, ..)) if request != request_sha256 => Err(StorageError::KeyReused),
        Some((_, Some(status), body)) => {
            Ok(Known::Answered(Answer { status: u16::try_from(status).unwrap_or(500), body: body.unwrap_or_default() }))
        }
        Some((_, None, _)) => Ok(Known::Pending),
        None => {
            let row = (
                api_answer::key.eq(key),
                api_answer::request_sha256.eq(request_sha256),
                api_answer::created_at.eq(now.timestamp()),
            );
            match diesel::insert_into(api_answer::table).values(row).execute(connection) {
                Ok(_) => Ok(Known::Fresh),
                // Another took it in the same moment.
                Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(Known::Pending),
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// Keeps what was answered.
pub fn keep(connection: &mut AnyConnection, key: &str, answer: &Answer) -> StorageResult<()> {
    diesel::update(api_answer::table.find(key))
        .set((api_answer::status.eq(i64::from(answer.status)), api_answer::body.eq(&answer.body)))
        .execute(connection)?;
    Ok(())
}

/// Gives a key back whose request changed nothing.
pub fn release(connection: &mut AnyConnection, key: &str) -> StorageResult<()> {
    diesel::delete(api_answer::table.find(key).filter(api_answer::status.is_null())).execute(connection)?;
    Ok(())
}

/// Forgets what was answered before `before`; returns how many.
pub fn forget(connection: &mut AnyConnection, before: DateTime<Utc>) -> StorageResult<usize> {
    let old = api_answer::table.filter(api_answer::created_at.lt(before.timestamp()));
    Ok(diesel::delete(old).execute(connection)?)
}
