//! A draft on paper, as it would be issued now. It is made for who asks and kept nowhere.

use chrono::{DateTime, Utc};

use crate::app::issue_invoice::context;
use crate::app::{AppError, Store, export_book};
use crate::documents;
use crate::domain::invoice::Draft;

/// The PDF of `draft`, marked as what it is on every page, without number or data inside.
pub fn pdf(store: &Store, draft: Draft, now: DateTime<Utc>) -> Result<Vec<u8>, AppError> {
    let book = export_book::shared(store)?;
    let context = context(&book, &draft, now)?;
    Ok(documents::draft_pdf(&draft.issue(&context))?)
}
