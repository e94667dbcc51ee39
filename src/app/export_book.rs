//! The stored facility book as TOML: what `import` reads back to the same book.

use super::{AppError, Store};
use crate::bookfile;
use crate::domain::book::Book;
use crate::storage::book;

pub fn export(store: &Store) -> Result<String, AppError> {
    load(store).map(|book| bookfile::write(&book))
}

/// The stored book.
pub fn load(store: &Store) -> Result<Book, AppError> {
    book::load_book(&mut *store.connection()?)?.ok_or(AppError::NoBook)
}
