//! The store in a few figures: for summaries and for checks from outside.

use serde::Serialize;

use super::{AppError, Store};
use crate::domain::access::TenantScope;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceKind;
use crate::domain::money::Money;
use crate::storage::invoices::{InvoiceFilter, InvoiceStatus, InvoiceSummary, Page};
use crate::storage::{invoices, journal, readings};

/// What is stored, read back.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub readings: i64,
    /// Issued documents; amounts are invoices less credit notes.
    pub invoices: usize,
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    pub tenants: Vec<TenantFigures>,
    pub journal_entries: usize,
    pub journal_debit: Money,
    pub journal_credit: Money,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TenantFigures {
    pub tenant: TenantCode,
    pub invoices: usize,
    pub gross: Money,
}

/// Counts and sums everything issued and posted.
pub fn figures(store: &Store) -> Result<Figures, AppError> {
    store.read(|connection| {
        let filter = InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
        let (issued, _) = invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?;
        let entries = journal::list(connection, journal::JournalFilter::default())?;
        let lines = || entries.iter().flat_map(|posted| posted.entry.lines());
        let mut tenants: Vec<TenantFigures> = Vec::new();
        for invoice in &issued {
            match tenants.iter_mut().find(|figures| figures.tenant == invoice.tenant) {
                Some(figures) => {
                    figures.invoices += 1;
                    figures.gross += signed(invoice, invoice.totals.gross);
                }
                None => tenants.push(TenantFigures {
                    tenant: invoice.tenant.clone(),
                    invoices: 1,
                    gross: signed(invoice, invoice.totals.gross),
                }),
            }
        }
        tenants.sort_by(|a, b| a.tenant.cmp(&b.tenant));
        Ok(Figures {
            readings: readings::count(connection)?,
            invoices: issued.len(),
            net: issued.iter().map(|invoice| signed(invoice, invoice.totals.net)).sum(),
            tax: issued.iter().map(|invoice| signed(invoice, invoice.totals.tax)).sum(),
            gross: issued.iter().map(|invoice| signed(invoice, invoice.totals.gross)).sum(),
            tenants,
            journal_entries: entries.len(),
            journal_debit: lines().map(|line| line.debit).sum(),
            journal_credit: lines().map(|line| line.credit).sum(),
        })
    })
}

/// A credit note's amounts are positive on paper and lower what is owed.
fn signed(invoice: &InvoiceSummary, amount: Money) -> Money {
    match invoice.kind {
        InvoiceKind::CreditNote => -amount,
        InvoiceKind::Invoice | InvoiceKind::Corrected => amount,
    }
}
