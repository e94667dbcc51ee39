//! Forget the answers that were kept for batches sent again under their idempotency key.
//!
//! A sender repeats a batch within minutes or days. What is forgotten is only the answer: the readings themselves stay,
//! and a batch repeated later is compared with them reading by reading.

use chrono::{DateTime, Duration, Utc};

use super::{AppError, Store};
use crate::storage::batches;

/// So long an answer is given again.
pub const DAYS_KEPT: i64 = 30;
/// Answers forgotten in one transaction: readings that arrive meanwhile wait no longer than for a batch.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// Forgets what is older than [`DAYS_KEPT`]; returns how many answers that were.
pub fn forget(store: &Store, now: DateTime<Utc>) -> Result<usize, AppError> {
    let before = (now - Duration::days(DAYS_KEPT)).into();
    let mut forgotten = 0;
    loop {
        match store.write(|connection| Ok(batches::forget(connection, before, FORGOTTEN_AT_ONCE)?))? {
            0 => return Ok(forgotten),
            some => forgotten += some,
        }
    }
}
