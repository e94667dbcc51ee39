//! Answers given to batches sent with an idempotency key.

use diesel::prelude::*;

use crate::domain::calendar::Timestamp;
use crate::storage::codec::from_json;
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::reading_batch;
use crate::storage::writer::BatchOutcome;

/// What the batch with this key was answered; an error where the key came with another body.
pub fn answered(connection: &mut AnyConnection, key: &str, body_sha256: &str) -> StorageResult<Option<BatchOutcome>> {
    let row: Option<(String, String)> = reading_batch::table
        .find(key)
        .select((reading_batch::body_sha256, reading_batch::response))
        .first(connection)
        .optional()?;
    match row {
        None => Ok(None),
        Some((body, _)) if body != body_sha256 => Err(StorageError::KeyReused),
        Some((_, response)) => from_json("a batch's answer", &response).map(Some),
    }
}

/// Forgets up to `limit` of the answers given before `before`; returns how many.
pub fn forget(connection: &mut AnyConnection, before: Timestamp, limit: i64) -> StorageResult<usize> {
    let old: Vec<String> = reading_batch::table
        .filter(reading_batch::created_at.lt(before.seconds()))
        .order(reading_batch::created_at)
        .limit(limit)
        .select(reading_batch::idempotency_key)
        .load(connection)?;
    Ok(diesel::delete(reading_batch::table.filter(reading_batch::idempotency_key.eq_any(old))).execute(connection)?)
}
