//! Do a request once however often it is sent: what was answered under its key is answered again.
//!
//! The key is taken before the work and the answer kept after it. A program that ends in between, or a fault of ours that
//! breaks the work off, leaves the key taken: the request is then refused rather than done twice, and whoever sent it looks
//! at what became of it.

use std::convert::Infallible;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{AppError, Store};
use crate::domain::audit::hex;
use crate::storage::StorageError;
use crate::storage::answers::{self, Known};

pub use crate::storage::answers::Answer;

/// How long an answer is remembered.
pub const DAYS_KEPT: i64 = 30;

/// What tells a request from another one under the same key.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What the address says beside the path: the day of balances, the name of a paper.
    pub query: &'a str,
    pub body: &'a [u8],
}

impl Request<'_> {
    fn sha256(self) -> String {
        let mut digest = Sha256::new();
        digest.update(self.body);
        if !self.query.is_empty() {
            digest.update(b"?");
            digest.update(self.query);
        }
        hex(&digest.finalize())
    }
}

/// Answers `request` by `work`, once per `key`; without a key each time.
pub fn once(
    store: &Store,
    key: Option<&str>,
    request: Request<'_>,
    now: DateTime<Utc>,
    work: impl FnOnce() -> Result<Answer, AppError>,
) -> Result<Answer, AppError> {
    match once_unless(store, key, request, now, || Ok(Ok::<_, Infallible>(work()?)))? {
        Ok(answer) => Ok(answer),
        Err(never) => match never {},
    }
}

/// The same for work that may refuse the request in words of its own: that is not kept, and the key may be used again.
pub fn once_unless<R>(
    store: &Store,
    key: Option<&str>,
    request: Request<'_>,
    now: DateTime<Utc>,
    work: impl FnOnce() -> Result<Result<Answer, R>, AppError>,
) -> Result<Result<Answer, R>, AppError> {
    let Some(key) = key else { return work() };
    let digest = request.sha256();
    match store.write(|connection| Ok::<_, AppError>(answers::claim(connection, key, &digest, now)?))? {
        Known::Answered(answer) => Ok(Ok(answer)),
        Known::Pending => Err(StorageError::Conflict(
            "a request with this Idempotency-Key is being worked on, or was broken off: look at what became of it \
             before you send it under a new key"
                .to_owned(),
        )
        .into()),
        Known::Fresh => match work() {
            Ok(Ok(answer)) => {
                store.write(|connection| Ok::<_, AppError>(answers::keep(connection, key, &answer)?))?;
                Ok(Ok(answer))
            }
            Ok(Err(refused)) => {
                store.write(|connection| Ok::<_, AppError>(answers::release(connection, key)?))?;
                Ok(Err(refused))
            }
            Err(error) => {
                // What was refused, or never had its turn, changed nothing: it may be sent again. After a fault of ours
                // nobody can say so, and the key stays taken.
                let never_began = matches!(&error, AppError::Storage(error) if error.is_transient());
                if never_began || error.amiss().is_some() {
                    store.write(|connection| Ok::<_, AppError>(answers::release(connection, key)?))?;
                }
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
