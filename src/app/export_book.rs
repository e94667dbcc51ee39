//! The stored facility book as TOML: what `import` reads back to the same book.

use super::{AppError, Store};
use crate::domain::book::Book;
use crate::storage::book;

/// The stored book.
pub fn load(store: &Store) -> Result<Book, AppError> {
    book::load_book(&mut *store.connection()?)?.ok_or(AppError::NoBook)
}
