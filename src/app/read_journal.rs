//! Show the books of account.

use super::{AppError, Store};
use crate::storage::journal;

pub use crate::storage::journal::{JournalFilter, PostedEntry};

/// Entries in the order they were posted.
pub fn list(store: &Store, filter: JournalFilter) -> Result<Vec<PostedEntry>, AppError> {
    Ok(journal::list(&mut *store.connection()?, filter)?)
}
