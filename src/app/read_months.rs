//! How far each month is billed: its documents, and the contracts that still wait for an invoice.

use chrono::{DateTime, NaiveDate, Utc};

use super::read_invoices::{self, InvoiceFilter, Reader, Wanted};
use super::{AppError, Store, export_book, read_tenants};
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::invoice::InvoiceKind;

/// A month's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthBilling {
    pub month: BillingMonth,
    pub drafts: i64,
    /// Invoices, those that are cancelled and those that take their place included.
    pub issued: i64,
    pub credit_notes: i64,
    /// Contracts in force in the month without an issued invoice of it.
    pub unbilled: usize,
}

/// The running month and those before it, the latest first, `count` in all.
pub fn latest(store: &Store, reader: &Reader, count: usize, now: DateTime<Utc>) -> Result<Vec<MonthBilling>, AppError> {
    let today = read_tenants::today(store, now)?;
    let book = match export_book::shared(store) {
        Err(AppError::NoBook) => None,
        book => Some(book?),
    };
    let months = std::iter::successors(Some(BillingMonth::of(today)), |month| Some(month.previous())).take(count);
    let of = |month: BillingMonth| {
        let filter = InvoiceFilter { month: Some(month), ..InvoiceFilter::default() };
        let all = read_invoices::counts(store, reader, Wanted { filter, ..Wanted::default() }, today)?;
        let credit_notes = issued_of(store, reader, month, InvoiceKind::CreditNote, today)?;
        let unbilled = book.as_ref().map_or(Ok(0), |book| unbilled(store, reader, book, month, today))?;
        Ok(MonthBilling { month, drafts: all.drafts, issued: all.issued - credit_notes, credit_notes, unbilled })
    };
    months.map(of).collect()
}

/// How many of the contracts in force in `month` have no issued invoice of it. A contract has one invoice a month;
/// what cancels or replaces it counts no second time.
pub(super) fn unbilled(
    store: &Store,
    reader: &Reader,
    book: &Book,
    month: BillingMonth,
    today: NaiveDate,
) -> Result<usize, AppError> {
    let in_force = book.contracts.iter().filter(|contract| contract.in_force.overlaps(month.days())).count();
    let billed = issued_of(store, reader, month, InvoiceKind::Invoice, today)?;
    Ok(in_force.saturating_sub(usize::try_from(billed).unwrap_or(0)))
}

fn issued_of(
    store: &Store,
    reader: &Reader,
    month: BillingMonth,
    kind: InvoiceKind,
    today: NaiveDate,
) -> Result<i64, AppError> {
    let filter = InvoiceFilter { month: Some(month), kind: Some(kind), ..InvoiceFilter::default() };
    Ok(read_invoices::counts(store, reader, Wanted { filter, ..Wanted::default() }, today)?.issued)
}
