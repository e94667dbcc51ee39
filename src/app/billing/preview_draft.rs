//! A draft on paper, as it would be issued now. It is made for who asks and kept nowhere.

use chrono::{DateTime, Utc};

use crate::app::issue_invoice::context;
use crate::app::{AppError, Store, export_book};
use crate::documents;
use crate::domain::invoice::Draft;
use crate::domain::party::Language;

/// The PDF of `draft`, marked as what it is on every page, without number or data inside, and the language it is in.
pub fn pdf(store: &Store, draft: Draft, now: DateTime<Utc>) -> Result<(Vec<u8>, Language), AppError> {
    let book = export_book::shared(store)?;
    let context = context(&book, &draft, now)?;
    let invoice = draft.issue(&context);
    Ok((documents::draft_pdf(&invoice)?, invoice.language))
}
