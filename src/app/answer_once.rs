//! Do a request once however often it is sent: what was answered under its key is answered again.
//!
//! The key is taken before the work and the answer kept after it. A program that ends in between leaves the key taken:
//! the request is then refused rather than done twice, and whoever sent it looks at what became of it.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{AppError, Store};
use crate::domain::audit::hex;
use crate::storage::StorageError;
use crate::storage::answers::{self, Known};

pub use crate::storage::answers::Answer;

/// How long an answer is remembered.
pub const DAYS_KEPT: i64 = 30;

/// Answers `request` by `work`, once per `key`; without a key each time.
pub fn once(
    store: &Store,
    key: Option<&str>,
    request: &[u8],
    now: DateTime<Utc>,
    work: impl FnOnce() -> Result<Answer, AppError>,
) -> Result<Answer, AppError> {
    let Some(key) = key else { return work() };
    let digest = hex(&Sha256::digest(request));
    match store.write(|connection| Ok::<_, AppError>(answers::claim(connection, key, &digest, now)?))? {
        Known::Answered(answer) => Ok(answer),
        Known::Pending => Err(StorageError::Conflict(
            "a request with this Idempotency-Key is being worked on, or was broken off: look at what became of it \
             before you send it under a new key"
                .to_owned(),
        )
        .into()),
        Known::Fresh => match work() {
            Ok(answer) => {
                store.write(|connection| Ok::<_, AppError>(answers::keep(connection, key, &answer)?))?;
                Ok(answer)
            }
            Err(error) => {
                // What was refused changed nothing: it may be sent again once it is mended.
                store.write(|connection| Ok::<_, AppError>(answers::release(connection, key)?))?;
                Err(error)
            }
        },
    }
}

/// Forgets answers older than [`DAYS_KEPT`] days; returns how many.
pub fn forget(store: &Store, now: DateTime<Utc>) -> Result<usize, AppError> {
    let before = now - chrono::Duration::days(DAYS_KEPT);
    store.write(|connection| Ok(answers::forget(connection, before)?))
}
