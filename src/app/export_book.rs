//! The stored facility book as TOML: what `import` reads back to the same book.

use std::sync::Arc;

use super::{AppError, Store};
use crate::bookfile;
use crate::domain::book::Book;

pub fn export(store: &Store) -> Result<String, AppError> {
    load(store).map(|book| bookfile::write(&book))
}

/// The stored book, to keep or to change.
pub fn load(store: &Store) -> Result<Book, AppError> {
    shared(store).map(Arc::unwrap_or_clone)
}

/// The stored book, to look at.
pub fn shared(store: &Store) -> Result<Arc<Book>, AppError> {
    store.book(&mut *store.connection()?)
}
