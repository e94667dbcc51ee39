//! A corrected invoice (384): what is still billed by an issued invoice, stated again with what is known of the tenant and
//! the contract today.

use super::credit_note::{CreditNoteHead, CreditedLines, credit_note_of};
use super::{CreditNoteError, Draft, InvoiceKind, IssueContext, IssuedInvoice};

/// The credit note that takes back what is left of `invoice`, and the corrected invoice that takes its place. Together they
/// change no amount: what was wrong is who was billed under what reference. The corrected invoice names exactly one
/// document, the invoice; its clock of payment starts anew, for the buyer could not accept the first.
pub fn corrected_invoice_of(
    invoice: &IssuedInvoice,
    earlier: &[IssuedInvoice],
    note: CreditNoteHead,
    context: &IssueContext<'_>,
) -> Result<(IssuedInvoice, IssuedInvoice), CreditNoteError> {
    let note = credit_note_of(invoice, earlier, CreditedLines::Rest, note)?;
    let draft = Draft {
        tenant: invoice.buyer.code.clone(),
        contract: invoice.references.contract.clone(),
        month: invoice.month,
        charges: note.charges.clone(),
        vat: note.vat.clone(),
        totals: note.totals,
    };
    let corrected = IssuedInvoice {
        kind: InvoiceKind::Corrected,
        corrects: vec![(invoice.number.clone(), invoice.issue_date)],
        ..draft.issue(context)
    };
    Ok((note, corrected))
}
