//! A credit note takes back an issued invoice as a whole.

use chrono::{DateTime, NaiveDate, Utc};

use super::reference::creditor_reference;
use super::{InvoiceKind, InvoiceNumber, IssuedInvoice, PaymentDetails};

/// Why a document cannot be credited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditNoteError {
    #[error("{0} is itself a credit note: bill the month again instead of crediting it")]
    OfCreditNote(InvoiceNumber),
    #[error("a credit note of {invoice} cannot be dated {issue_date}, before the invoice's own {invoice_date}")]
    BeforeInvoice { invoice: InvoiceNumber, invoice_date: NaiveDate, issue_date: NaiveDate },
}

/// The credit note (381) of `invoice`: the same lines and amounts, positive as the invoice's are; that they are owed
/// the other way round is what the document type says. Nothing is left to pay, so it is due on its own day.
pub fn credit_note_of(
    invoice: &IssuedInvoice,
    number: InvoiceNumber,
    issued_at: DateTime<Utc>,
    issue_date: NaiveDate,
) -> Result<IssuedInvoice, CreditNoteError> {
    if invoice.kind == InvoiceKind::CreditNote {
        return Err(CreditNoteError::OfCreditNote(invoice.number.clone()));
    }
    let invoice_date = invoice.issue_date;
    if issue_date < invoice_date {
        return Err(CreditNoteError::BeforeInvoice { invoice: invoice.number.clone(), invoice_date, issue_date });
    }
    let payment = PaymentDetails { reference: creditor_reference(&number), ..invoice.payment.clone() };
    Ok(IssuedInvoice {
        number,
        kind: InvoiceKind::CreditNote,
        issued_at,
        issue_date,
        due_date: issue_date,
        payment_days: 0,
        payment,
        corrects: vec![(invoice.number.clone(), invoice_date)],
        ..invoice.clone()
    })
}
