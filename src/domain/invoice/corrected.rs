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

/// Something a document says besides its lines, in the words of one that was issued and of one that takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restated {
    /// `buyer`, `address`, `siret`, `vat-number`, `service-code`, `engagement`, `market`, `contract` or `iban`.
    pub what: &'static str,
    /// Empty where it was not stated.
    pub before: String,
    pub after: String,
}

/// What `corrected` says otherwise than `invoice`: who is billed, under which reference, to which account to pay.
pub fn restated(invoice: &IssuedInvoice, corrected: &IssuedInvoice) -> Vec<Restated> {
    let said = stated(invoice).into_iter().zip(stated(corrected));
    said.filter(|((_, before), (_, after))| before != after)
        .map(|((what, before), (_, after))| Restated { what, before, after })
        .collect()
}

fn stated(invoice: &IssuedInvoice) -> [(&'static str, String); 9] {
    let IssuedInvoice { buyer, references, payment, .. } = invoice;
    let address = &buyer.address;
    let place = format!("{} {} ({})", address.postcode, address.city, address.country);
    let address: Vec<&str> = address.lines.iter().map(String::as_str).chain([place.as_str()]).collect();
    let told = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        ("buyer", buyer.name.clone()),
        ("address", address.join(", ")),
        ("siret", buyer.siret.clone()),
        ("vat-number", told(&buyer.vat_number)),
        ("service-code", told(&references.service_code)),
        ("engagement", told(&references.engagement)),
        ("market", told(&references.market)),
        ("contract", format!("{} ({})", references.contract_title, references.contract)),
        ("iban", payment.iban.clone()),
    ]
}
