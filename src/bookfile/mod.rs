//! The facility book as a TOML file, read and written.
//!
//! Owns: the spelling of the book (keys, words, layout), and where in a file each mistake is. Does not own: the rules
//! a sound book keeps ([`Book::check`](crate::domain::book::Book::check)). Invariants: what is written reads back equal; a file is taken whole or not at
//! all; every mistake names file, line, column, key, what is wrong and what would be right, and all are told at once.
//! Numbers are read from their digits, never through a float. `docs/facility-book.md` documents every key.

use std::fmt;

use serde::Serialize;

use crate::domain::book::BookPath;

mod cursor;
mod entry;
mod fault;
mod field;
mod legible;
mod read;
mod source;
mod syntax;
#[cfg(test)]
mod tests;
mod words;
mod write;

pub use entry::{EntryMistake, book_document, field, item_document, read_entry, write_entry};
pub use fault::{Fault, ReadFault};
pub use legible::legible;
pub use read::{place, read, read_bytes, revision};
pub use write::{items, write, write_at};

/// One mistake in a book file. Displayed as
/// `book.toml:42:9: contract[AP-2025].line[energy].quantity: -4 is negative; write the number of units rented, for example 4`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct BookMistake {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The key, in the words of the file; empty where the file as a whole is meant.
    pub key: String,
    /// What is wrong, and what would be right.
    pub message: String,
    /// The same by its kind, for whoever tells it in other words.
    #[serde(skip)]
    pub fault: Box<Fault>,
    #[serde(skip)]
    pub path: BookPath,
}

impl fmt::Display for BookMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

impl BookMistake {
    fn at(source: &source::Source, offset: usize, key: &BookPath, fault: impl Into<Fault>) -> BookMistake {
        let (line, column) = source.line_and_column(offset);
        let file = source.file_name.to_owned();
        let fault = fault.into();
        BookMistake {
            file,
            line,
            column,
            key: key.to_string(),
            message: fault.to_string(),
            fault: Box::new(fault),
            path: key.clone(),
        }
    }
}
