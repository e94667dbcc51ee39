//! What the file of an invoice, or of a draft, says about itself.

use super::Words;
use crate::documents::pdf::{Extension, Metadata};
use crate::domain::invoice::IssuedInvoice;
use crate::domain::party::Language;

/// Of a document titled `title`.
pub fn metadata(invoice: &IssuedInvoice, title: &str, extension: Option<Extension>) -> Metadata {
    Metadata {
        subject: format!("{title} — {}", Words::of(invoice).format.month(invoice.month)),
        title: format!("{title} — {}", invoice.seller.name),
        author: invoice.seller.name.clone(),
        language: match invoice.language {
            Language::French => "fr-FR",
            Language::English => "en-GB",
        },
        created_at: invoice.issued_at,
        extension,
    }
}
