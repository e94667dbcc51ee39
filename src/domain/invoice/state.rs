//! The life of an invoice: two states and what may happen in each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an invoice is in its life. What happens after issue (credit, payment) is told by other documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvoiceStatus {
    /// May be made again or dropped.
    Draft,
    /// Numbered and frozen.
    Issued,
}

/// What someone wants to do with an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvoiceAction {
    /// Make the draft again from what is now known.
    Redraft,
    /// Drop the draft.
    Discard,
    /// Number and freeze it.
    Issue,
    /// Correct it by a credit note.
    Credit,
}

/// An action that an invoice's status does not admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{action} is not possible for an invoice that is {status}: {}", remedy(*status))]
pub struct RefusedAction {
    pub status: InvoiceStatus,
    pub action: InvoiceAction,
}

impl InvoiceStatus {
    /// The status after `action`; none where the invoice no longer exists. The whole transition table.
    pub const fn after(self, action: InvoiceAction) -> Result<Option<InvoiceStatus>, RefusedAction> {
        use InvoiceAction::{Credit, Discard, Issue, Redraft};
        use InvoiceStatus::{Draft, Issued};
        match (self, action) {
            (Draft, Redraft) => Ok(Some(Draft)),
            (Draft, Discard) => Ok(None),
            (Draft, Issue) => Ok(Some(Issued)),
            (Issued, Credit) => Ok(Some(Issued)),
            (Draft, Credit) | (Issued, Redraft | Discard | Issue) => Err(RefusedAction { status: self, action }),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            InvoiceStatus::Draft => "draft",
            InvoiceStatus::Issued => "issued",
        }
    }
}

const fn remedy(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Draft => "redraft or discard it",
        InvoiceStatus::Issued => "an issued invoice never changes, correct it by a credit note",
    }
}

impl fmt::Display for InvoiceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for InvoiceAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InvoiceAction::Redraft => "redrafting",
            InvoiceAction::Discard => "discarding",
            InvoiceAction::Issue => "issuing",
            InvoiceAction::Credit => "crediting",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_draft_changes_and_only_an_issued_invoice_is_credited() {
        use InvoiceAction::*;
        use InvoiceStatus::*;
        let table =
            [Draft, Issued].map(|status| [Redraft, Discard, Issue, Credit].map(|action| status.after(action).ok()));
        assert_eq!(
            table,
            [[Some(Some(Draft)), Some(None), Some(Some(Issued)), None], [None, None, None, Some(Some(Issued))]]
        );
        assert_eq!(
            Issued.after(Discard).unwrap_err().to_string(),
            "discarding is not possible for an invoice that is issued: an issued invoice never changes, correct it by a credit note"
        );
    }
}
