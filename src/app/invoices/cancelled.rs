//! Which invoices of a month credit notes took back as a whole, and what took their place.

use crate::app::{AppError, Store};
use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ContractCode;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, IssuedInvoice};
use crate::domain::money::Money;
use crate::storage::AnyConnection;
use crate::storage::invoices::{self, InvoiceFilter, InvoiceStatus, InvoiceSummary, Page};

/// An invoice of which nothing is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    pub contract: ContractCode,
    pub invoice: InvoiceNumber,
    /// The credit notes, oldest first.
    pub by: Vec<InvoiceNumber>,
    /// The corrected invoice that states it again, where there is one.
    pub replaced_by: Option<InvoiceNumber>,
}

impl Cancelled {
    /// Whether nothing took its place: its contract's month is billed, and comes to nothing.
    pub const fn leaves_nothing(&self) -> bool {
        self.replaced_by.is_none()
    }
}

/// Those of `month`, in the order of their issue.
pub fn of_month(store: &Store, month: BillingMonth) -> Result<Vec<Cancelled>, AppError> {
    store.read(|connection| in_month(connection, month))
}

/// The number that stands for `number` now: its own, or that of the corrected invoice in its place.
pub fn in_force(cancelled: &[Cancelled], number: &InvoiceNumber) -> InvoiceNumber {
    let mut number = number;
    // Each replaces an earlier one, so that this ends.
    while let Some(next) = cancelled.iter().find(|one| one.invoice == *number).and_then(|one| one.replaced_by.as_ref())
    {
        number = next;
    }
    number.clone()
}

pub(in crate::app) fn in_month(
    connection: &mut AnyConnection,
    month: BillingMonth,
) -> Result<Vec<Cancelled>, AppError> {
    let notes = issued(connection, month, InvoiceKind::CreditNote)?;
    if notes.is_empty() {
        return Ok(vec![]);
    }
    let corrected = issued(connection, month, InvoiceKind::Corrected)?;
    let names =
        |document: &&IssuedInvoice, number: &InvoiceNumber| document.corrects.iter().any(|(known, _)| known == number);
    let mut found = Vec::new();
    for invoice in listed(connection, month, None)? {
        let Some(number) = invoice.number.filter(|_| invoice.kind != InvoiceKind::CreditNote) else { continue };
        let of_invoice: Vec<&IssuedInvoice> = notes.iter().filter(|note| names(note, &number)).collect();
        let taken_back: Money = of_invoice.iter().map(|note| note.totals.gross).sum();
        if of_invoice.is_empty() || taken_back < invoice.totals.gross {
            continue;
        }
        found.push(Cancelled {
            contract: invoice.contract,
            by: of_invoice.iter().map(|note| note.number.clone()).collect(),
            replaced_by: corrected.iter().find(|one| names(one, &number)).map(|one| one.number.clone()),
            invoice: number,
        });
    }
    Ok(found)
}

/// Issued documents of a month, oldest first.
fn listed(
    connection: &mut AnyConnection,
    month: BillingMonth,
    kind: Option<InvoiceKind>,
) -> Result<Vec<InvoiceSummary>, AppError> {
    let filter =
        InvoiceFilter { month: Some(month), status: Some(InvoiceStatus::Issued), kind, ..InvoiceFilter::default() };
    let (mut found, _) = invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?;
    found.sort_by_key(|summary| summary.id);
    Ok(found)
}

fn issued(
    connection: &mut AnyConnection,
    month: BillingMonth,
    kind: InvoiceKind,
) -> Result<Vec<IssuedInvoice>, AppError> {
    let mut found = Vec::new();
    for summary in listed(connection, month, Some(kind))? {
        let one = invoices::issued_by_id(connection, &TenantScope::Everyone, summary.id)?;
        found.extend(one.map(|(_, document)| document));
    }
    Ok(found)
}
