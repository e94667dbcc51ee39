//! The stored facility book as TOML: what `import` reads back to the same book.

use std::sync::Arc;

use crate::app::{AppError, Store};
use crate::bookfile;
use crate::domain::book::Book;
use crate::storage::book;

/// The file also says which edits made outside it it knows: all of them.
pub fn export(store: &Store) -> Result<String, AppError> {
    store.read(|connection| {
        let book = book::load_book(connection)?.ok_or(AppError::NoBook)?;
        Ok(bookfile::write_at(&book, book::revision(connection)?))
    })
}

/// Whether the stored book was edited outside its file.
pub fn is_edited(store: &Store) -> Result<bool, AppError> {
    Ok(book::revision(&mut *store.connection()?)? > 0)
}

/// The stored book.
pub fn shared(store: &Store) -> Result<Arc<Book>, AppError> {
    store.book(&mut *store.connection()?)
}
