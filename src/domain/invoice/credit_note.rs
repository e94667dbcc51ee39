//! A credit note takes back an issued invoice, as a whole or line by line.

use chrono::{DateTime, NaiveDate, Utc};

use super::reference::creditor_reference;
use super::vat::{VatError, breakdown, totals};
use super::{InvoiceKind, InvoiceNumber, IssuedInvoice, PaymentDetails};
use crate::domain::money::Money;
use crate::domain::rating::Charge;

/// Why a document cannot be credited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditNoteError {
    #[error("{0} is itself a credit note: it takes back an invoice and is not taken back itself")]
    OfCreditNote(InvoiceNumber),
    #[error("a credit note of {invoice} cannot be dated {issue_date}, before the invoice's own {invoice_date}")]
    BeforeInvoice { invoice: InvoiceNumber, invoice_date: NaiveDate, issue_date: NaiveDate },
    #[error("{invoice} has lines 1 to {lines}; there is no line {line}")]
    NoLine { invoice: InvoiceNumber, line: usize, lines: usize },
    #[error("line {line} of {invoice} is credited already by {by}")]
    LineCredited { invoice: InvoiceNumber, line: usize, by: InvoiceNumber },
    #[error("every line of {invoice} is credited already by {by}")]
    AllCredited { invoice: InvoiceNumber, by: String },
    #[error(
        "the chosen lines of {invoice} come to {gross}: a credit note takes back what was owed, so choose lines whose sum is above zero"
    )]
    NotOwed { invoice: InvoiceNumber, gross: Money },
    #[error(transparent)]
    Vat(#[from] VatError),
}

/// Which lines a credit note takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditedLines<'a> {
    /// All that earlier credit notes left.
    Rest,
    /// By position on the invoice, from 1.
    Only(&'a [usize]),
}

/// The number and time of a credit note.
#[derive(Debug, Clone)]
pub struct CreditNoteHead {
    pub number: InvoiceNumber,
    pub issued_at: DateTime<Utc>,
    pub issue_date: NaiveDate,
}

/// The credit note (381) of `invoice`: the chosen lines and their amounts, positive as the invoice's are; that they are
/// owed the other way round is what the document type says. Nothing is left to pay, so it is due on its own day. No line
/// is credited twice: `earlier` are the credit notes the invoice has.
pub fn credit_note_of(
    invoice: &IssuedInvoice,
    earlier: &[IssuedInvoice],
    lines: CreditedLines<'_>,
    head: CreditNoteHead,
) -> Result<IssuedInvoice, CreditNoteError> {
    if invoice.kind == InvoiceKind::CreditNote {
        return Err(CreditNoteError::OfCreditNote(invoice.number.clone()));
    }
    let CreditNoteHead { number, issued_at, issue_date } = head;
    let invoice_date = invoice.issue_date;
    if issue_date < invoice_date {
        return Err(CreditNoteError::BeforeInvoice { invoice: invoice.number.clone(), invoice_date, issue_date });
    }
    let charges = chosen(invoice, earlier, lines)?;
    let vat = breakdown(&charges)?;
    let totals = totals(&vat);
    let whole = charges.len() == invoice.charges.len();
    if totals.gross <= Money::ZERO && !(whole && totals.gross.is_zero()) {
        return Err(CreditNoteError::NotOwed { invoice: invoice.number.clone(), gross: totals.gross });
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
        charges,
        vat,
        totals,
        ..invoice.clone()
    })
}

fn chosen(
    invoice: &IssuedInvoice,
    earlier: &[IssuedInvoice],
    lines: CreditedLines<'_>,
) -> Result<Vec<Charge>, CreditNoteError> {
    let credited = credited_by(invoice, earlier);
    let free = |line: usize| {
        let charge = line.checked_sub(1).and_then(|index| invoice.charges.get(index).zip(credited.get(index)));
        match charge {
            None => {
                let (invoice, lines) = (invoice.number.clone(), credited.len());
                Err(CreditNoteError::NoLine { invoice, line, lines })
            }
            Some((_, Some(by))) => {
                Err(CreditNoteError::LineCredited { invoice: invoice.number.clone(), line, by: (*by).clone() })
            }
            Some((charge, None)) => Ok(charge.clone()),
        }
    };
    match lines {
        CreditedLines::Only(wanted) => {
            let mut wanted = wanted.to_vec();
            wanted.sort_unstable();
            wanted.dedup();
            wanted.into_iter().map(free).collect()
        }
        CreditedLines::Rest => {
            let rest: Vec<Charge> = invoice
                .charges
                .iter()
                .zip(&credited)
                .filter(|(_, by)| by.is_none())
                .map(|(one, _)| one.clone())
                .collect();
            if rest.is_empty() {
                let numbers: Vec<&str> = earlier.iter().map(|note| note.number.as_str()).collect();
                return Err(CreditNoteError::AllCredited { invoice: invoice.number.clone(), by: numbers.join(", ") });
            }
            Ok(rest)
        }
    }
}

/// For each line of the invoice the credit note that took it back.
fn credited_by<'a>(invoice: &IssuedInvoice, earlier: &'a [IssuedInvoice]) -> Vec<Option<&'a InvoiceNumber>> {
    let mut credited: Vec<Option<&InvoiceNumber>> = vec![None; invoice.charges.len()];
    for note in earlier {
        for charge in &note.charges {
            let mut open = invoice.charges.iter().zip(&mut credited);
            if let Some((_, by)) = open.find(|(billed, by)| by.is_none() && *billed == charge) {
                *by = Some(&note.number);
            }
        }
    }
    credited
}
