//! A credit note takes back an issued invoice, as a whole or line by line.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::reference::creditor_reference;
use super::vat::{VatError, breakdown_of_part, totals};
use super::{InvoiceKind, InvoiceNumber, IssuedInvoice, LAYOUT, PaymentDetails, Totals, VatBreakdown};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::{Charge, ChargeKind, Provenance};
use crate::domain::told::{Tell, Told};

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
    #[error("line {line} of {invoice} is named twice: name it once, with all that is taken back of it")]
    LineTwice { invoice: InvoiceNumber, line: usize },
    #[error("{amount} of line {line} of {invoice} cannot be taken back: give an amount above zero, {left} at most")]
    NotWithin { invoice: InvoiceNumber, line: usize, amount: Money, left: Money },
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
    /// By position, each with the net amount to take back of it; all that is left of it where none is given.
    Parts(&'a [(usize, Option<Money>)]),
}

/// The number and time of a credit note.
#[derive(Debug, Clone)]
pub struct CreditNoteHead {
    pub number: InvoiceNumber,
    pub issued_at: DateTime<Utc>,
    pub issue_date: NaiveDate,
}

/// What a credit note would take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    pub charges: Vec<Charge>,
    pub vat: Vec<VatBreakdown>,
    pub totals: Totals,
}

/// What a credit note of `lines` takes back, before it has a number.
pub fn credit_of(
    invoice: &IssuedInvoice,
    earlier: &[IssuedInvoice],
    lines: CreditedLines<'_>,
) -> Result<Credit, CreditNoteError> {
    if invoice.kind == InvoiceKind::CreditNote {
        return Err(CreditNoteError::OfCreditNote(invoice.number.clone()));
    }
    let charges = chosen(invoice, earlier, lines)?;
    let before: Vec<VatBreakdown> = earlier.iter().flat_map(|note| note.vat.iter().cloned()).collect();
    let vat = breakdown_of_part(&charges, &before, &invoice.vat)?;
    let totals = totals(&vat);
    let whole = charges.len() == invoice.charges.len();
    if totals.gross <= Money::ZERO && !(whole && totals.gross.is_zero()) {
        return Err(CreditNoteError::NotOwed { invoice: invoice.number.clone(), gross: totals.gross });
    }
    Ok(Credit { charges, vat, totals })
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
    let CreditNoteHead { number, issued_at, issue_date } = head;
    let invoice_date = invoice.issue_date;
    if issue_date < invoice_date {
        return Err(CreditNoteError::BeforeInvoice { invoice: invoice.number.clone(), invoice_date, issue_date });
    }
    let Credit { charges, vat, totals } = credit_of(invoice, earlier, lines)?;
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
        layout: LAYOUT,
        ..invoice.clone()
    })
}

/// What of one line of an invoice credit notes have taken back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditedLine {
    pub net: Money,
    /// The credit notes, oldest first.
    pub by: Vec<InvoiceNumber>,
}

/// The charges chosen, each a line as a whole or an amount of it.
fn chosen(
    invoice: &IssuedInvoice,
    earlier: &[IssuedInvoice],
    lines: CreditedLines<'_>,
) -> Result<Vec<Charge>, CreditNoteError> {
    let credited = credited_lines(invoice, earlier);
    let rest = |line: usize| {
        let found = line.checked_sub(1).and_then(|index| invoice.charges.get(index).zip(credited.get(index)));
        let (charge, before) = found.ok_or_else(|| CreditNoteError::NoLine {
            invoice: invoice.number.clone(),
            line,
            lines: credited.len(),
        })?;
        match before.by.last() {
            Some(by) if before.net == charge.net => {
                Err(CreditNoteError::LineCredited { invoice: invoice.number.clone(), line, by: by.clone() })
            }
            _ => Ok((charge, before)),
        }
    };
    match lines {
        CreditedLines::Only(wanted) => {
            let mut wanted = wanted.to_vec();
            wanted.sort_unstable();
            wanted.dedup();
            wanted.into_iter().map(|line| rest(line).map(|(charge, before)| remainder(line, charge, before))).collect()
        }
        CreditedLines::Parts(wanted) => {
            let part = |(line, amount): &(usize, Option<Money>)| {
                let (charge, before) = rest(*line)?;
                match amount {
                    None => Ok(remainder(*line, charge, before)),
                    Some(amount) => part_of(invoice, *line, charge, before, *amount),
                }
            };
            // Each would be held against the same rest, and together take back more than was billed.
            let mut named = BTreeSet::new();
            if let Some((line, _)) = wanted.iter().find(|(line, _)| !named.insert(*line)) {
                return Err(CreditNoteError::LineTwice { invoice: invoice.number.clone(), line: *line });
            }
            wanted.iter().map(part).collect()
        }
        CreditedLines::Rest => {
            let lines = (1..).zip(invoice.charges.iter().zip(&credited));
            let open = lines.filter(|(_, (charge, before))| before.by.is_empty() || before.net != charge.net);
            let rest: Vec<Charge> = open.map(|(line, (charge, before))| remainder(line, charge, before)).collect();
            if rest.is_empty() {
                let numbers: Vec<&str> = earlier.iter().map(|note| note.number.as_str()).collect();
                return Err(CreditNoteError::AllCredited { invoice: invoice.number.clone(), by: numbers.join(", ") });
            }
            Ok(rest)
        }
    }
}

/// The line as it was billed, or what is left of it.
fn remainder(line: usize, charge: &Charge, before: &CreditedLine) -> Charge {
    if before.net.is_zero() { charge.clone() } else { amount_of(line, charge, charge.net - before.net) }
}

fn part_of(
    invoice: &IssuedInvoice,
    line: usize,
    charge: &Charge,
    before: &CreditedLine,
    amount: Money,
) -> Result<Charge, CreditNoteError> {
    let left = charge.net - before.net;
    if amount <= Money::ZERO || amount > left {
        return Err(CreditNoteError::NotWithin { invoice: invoice.number.clone(), line, amount, left });
    }
    Ok(if amount == charge.net { charge.clone() } else { amount_of(line, charge, amount) })
}

/// An amount of a line, once: its quantity says nothing of it.
fn amount_of(line: usize, charge: &Charge, amount: Money) -> Charge {
    let once = if amount.is_negative() { -Quantity::ONE } else { Quantity::ONE };
    let formula = format!("{amount} / {}", charge.net);
    Charge {
        kind: ChargeKind::PartOf { line },
        quantity: once,
        unit: Unit::One,
        unit_price: UnitPrice::from(amount.abs()),
        net: amount,
        provenance: Provenance { formula, usage: None, ..charge.provenance.clone() },
        ..charge.clone()
    }
}

/// For each line of the invoice what credit notes took back of it.
pub fn credited_lines(invoice: &IssuedInvoice, earlier: &[IssuedInvoice]) -> Vec<CreditedLine> {
    let mut credited: Vec<CreditedLine> = vec![CreditedLine::default(); invoice.charges.len()];
    for note in earlier {
        for charge in &note.charges {
            let index = match charge.kind {
                ChargeKind::PartOf { line } => line.checked_sub(1),
                _ => invoice
                    .charges
                    .iter()
                    .zip(&credited)
                    .position(|(billed, before)| before.by.is_empty() && billed == charge),
            };
            if let Some(line) = index.and_then(|index| credited.get_mut(index)) {
                line.net += charge.net;
                line.by.push(note.number.clone());
            }
        }
    }
    credited
}

impl Tell for CreditNoteError {
    fn told(&self) -> Told {
        match self {
            CreditNoteError::OfCreditNote(number) => {
                Told::new("credit-of-credit-note", self).with("invoice", number.as_str())
            }
            CreditNoteError::BeforeInvoice { invoice, invoice_date, .. } => {
                Told::new("credit-before-invoice", self).with("invoice", invoice.as_str()).with("date", *invoice_date)
            }
            CreditNoteError::NoLine { invoice, line, lines } => Told::new("credit-no-line", self)
                .with("invoice", invoice.as_str())
                .with("line", *line)
                .with("lines", *lines),
            CreditNoteError::LineTwice { invoice, line } => {
                Told::new("credit-line-twice", self).with("invoice", invoice.as_str()).with("line", *line)
            }
            CreditNoteError::LineCredited { invoice, line, by } => Told::new("credit-line-credited", self)
                .with("invoice", invoice.as_str())
                .with("line", *line)
                .with("by", by.as_str()),
            CreditNoteError::NotWithin { line, left, .. } => {
                Told::new("credit-not-within", self).with("line", *line).with("left", *left)
            }
            CreditNoteError::AllCredited { invoice, by } => {
                Told::new("credit-all-credited", self).with("invoice", invoice.as_str()).with("by", by.as_str())
            }
            CreditNoteError::NotOwed { gross, .. } => Told::new("credit-not-owed", self).with("gross", *gross),
            CreditNoteError::Vat(error) => Told::plain(error),
        }
    }
}
