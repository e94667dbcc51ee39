//! Show the books of account.

use crate::app::{AppError, Store};
use crate::storage::journal;

pub use crate::storage::journal::{JournalFilter, PostedEntry};

/// Entries in the order they were posted.
pub fn list(store: &Store, filter: JournalFilter) -> Result<Vec<PostedEntry>, AppError> {
    Ok(journal::list(&mut *store.connection()?, filter)?)
}

/// Entries a page of the list holds.
pub const ENTRIES_PER_PAGE: usize = 50;

/// One page of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalPage {
    pub entries: Vec<PostedEntry>,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
    pub total: usize,
}

/// The `page`th page, from 1, of the entries that pass `filter`; a page beyond the last is the last.
pub fn page(store: &Store, filter: JournalFilter, page: usize) -> Result<JournalPage, AppError> {
    store.read(|connection| {
        let limit = i64::try_from(ENTRIES_PER_PAGE).unwrap_or(i64::MAX);
        let offset =
            |page: usize| i64::try_from(page.saturating_sub(1).saturating_mul(ENTRIES_PER_PAGE)).unwrap_or(i64::MAX);
        let (mut entries, total) = journal::page(connection, filter.clone(), limit, offset(page))?;
        let total = usize::try_from(total).unwrap_or_default();
        let pages = total.div_ceil(ENTRIES_PER_PAGE).max(1);
        if page > pages {
            entries = journal::page(connection, filter, limit, offset(pages))?.0;
        }
        Ok(JournalPage { entries, page: page.clamp(1, pages), pages, total })
    })
}
