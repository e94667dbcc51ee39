//! How far each month is billed: its documents, and the contracts that still wait for an invoice.

use chrono::{DateTime, Utc};

use crate::app::read_invoices::{self, InvoiceFilter, Reader, Wanted};
use crate::app::{AppError, Store, export_book, read_tenants};
use crate::domain::billing_run::may_bill;
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Contract;
use crate::domain::invoice::InvoiceKind;
use crate::storage::{AnyConnection, invoices};

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
        let filter = InvoiceFilter { month: Some(month), kind: Some(InvoiceKind::CreditNote), ..Default::default() };
        let credit_notes = read_invoices::counts(store, reader, Wanted { filter, ..Wanted::default() }, today)?.issued;
        let unbilled = match &book {
            Some(book) => unbilled(&mut *store.connection()?, book, month)?,
            None => 0,
        };
        Ok(MonthBilling { month, drafts: all.drafts, issued: all.issued - credit_notes, credit_notes, unbilled })
    };
    months.map(of).collect()
}

/// How many of the contracts with something to bill in `month` have no issued invoice of it. What cancels or replaces an
/// invoice bills no further contract.
pub(in crate::app) fn unbilled(
    connection: &mut AnyConnection,
    book: &Book,
    month: BillingMonth,
) -> Result<usize, AppError> {
    Ok(open_contracts(connection, book, month)?.count())
}

/// The contracts with something to bill in `month` and no issued invoice of it.
fn open_contracts<'b>(
    connection: &mut AnyConnection,
    book: &'b Book,
    month: BillingMonth,
) -> Result<impl Iterator<Item = &'b Contract>, AppError> {
    let billed = invoices::billed_codes(connection, month)?;
    let open = book.contracts.iter().filter(move |contract| !billed.contains(&contract.code));
    Ok(open.filter(move |contract| may_bill(book, contract, month)))
}

/// Finished months before `month` in which a contract with something to bill has no issued invoice, and how many those are;
/// the latest first. Of a contract nothing before its own first invoice, and of none before the first ever issued: what
/// went before is not this system's.
pub fn forgotten(store: &Store, month: BillingMonth) -> Result<Vec<(BillingMonth, usize)>, AppError> {
    let book = export_book::shared(store)?;
    let connection = &mut *store.connection()?;
    let spans = invoices::billed_spans(connection)?;
    let Some(first) = spans.values().map(|span| span.first).min() else { return Ok(vec![]) };
    let months = std::iter::successors(Some(month.previous()), |month| Some(month.previous()));
    let mut forgotten = Vec::new();
    for month in months.take_while(|month| first <= *month) {
        let is_ours = |contract: &&Contract| spans.get(&contract.code).is_none_or(|span| span.first <= month);
        match open_contracts(connection, &book, month)?.filter(is_ours).count() {
            0 => {}
            count => forgotten.push((month, count)),
        }
    }
    Ok(forgotten)
}
