//! What the seller's words look like on paper before they are saved. It is made for who asks and kept nowhere.

use serde_json::Value as Json;

use crate::app::edit_book::{self, Basis, Refusal, Target};
use crate::app::{AppError, Store};
use crate::documents;
use crate::domain::access::TenantScope;
use crate::domain::book::{Entry, EntryKind};
use crate::domain::party::Language;
use crate::storage::{book as stored, invoices};

/// The newest invoice as the seller of `document` would issue it in `language`, marked on every page as what it is; none
/// before any was issued.
pub fn pdf(store: &Store, document: &Json, language: Language) -> Result<Result<Option<Vec<u8>>, Refusal>, AppError> {
    let found = store.read(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let target = Target { kind: EntryKind::Seller, code: Some(String::new()), scope: TenantScope::Everyone };
        let before = edit_book::find(connection, &book, &target)?;
        let checked = edit_book::check(&book, before.as_ref(), &target, &Basis::default(), document);
        Ok(match checked {
            Ok(entry) => Ok((entry, invoices::newest(connection)?)),
            Err(refusal) => Err(refusal),
        })
    })?;
    let (entry, newest) = match found {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (Entry::Seller(seller), Some(invoice)) = (entry, newest) else { return Ok(Ok(None)) };
    Ok(Ok(Some(documents::draft_pdf(&invoice.specimen(&seller, language))?)))
}
