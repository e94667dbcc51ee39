//! scaffold
use super::{AppError, Store};
use crate::domain::invoice::IssuedInvoice;
pub use crate::storage::archive::ArchiveKind;
pub fn document(_store: &Store, _invoice: &IssuedInvoice, kind: ArchiveKind) -> Result<Vec<u8>, AppError> {
    Ok(match kind { ArchiveKind::Pdf => b"%PDF-1.7".to_vec(), ArchiveKind::Xml => b"<xml/>".to_vec() })
}
