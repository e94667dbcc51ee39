//! The life of an invoice: a draft is made again or dropped, an issued one never changes.

use serde::{Deserialize, Serialize};

/// Where an invoice is in its life. What happens after issue (credit, payment) is told by other documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvoiceStatus {
    /// May be made again or dropped.
    Draft,
    /// Numbered and frozen.
    Issued,
}

impl InvoiceStatus {
    pub const fn name(self) -> &'static str {
        match self {
            InvoiceStatus::Draft => "draft",
            InvoiceStatus::Issued => "issued",
        }
    }
}
