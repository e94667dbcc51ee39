//! Which invoices are not paid, and since when they should be.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::{AppError, Store, export_book, settle};
use crate::domain::access::TenantScope;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::domain::money::Money;
use crate::storage::invoices::{self, InvoiceFilter, InvoiceStatus, Page};

/// An invoice on which something is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenInvoice {
    pub number: InvoiceNumber,
    pub tenant: TenantCode,
    pub due_date: NaiveDate,
    pub gross: Money,
    pub open: Money,
    /// Zero before the day after the due date.
    pub days_overdue: i64,
}

/// Every invoice with something open, or with more paid than was owed, oldest due first.
pub fn list(store: &Store, now: DateTime<Utc>) -> Result<Vec<OpenInvoice>, AppError> {
    let today = now.with_timezone(&export_book::shared(store)?.facility.zone).date_naive();
    let mut found = store.read(|connection| {
        let filter = InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
        let (issued, _) = invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?;
        let mut found = Vec::new();
        for summary in issued.into_iter().filter(|one| one.kind != InvoiceKind::CreditNote) {
            let stored = invoices::issued_by_id(connection, &TenantScope::Everyone, summary.id)?;
            let Some((id, invoice)) = stored else { continue };
            let gathered = settle::gather(connection, id, invoice)?;
            let open = gathered.account().open();
            if open.is_zero() {
                continue;
            }
            let due_date = gathered.invoice.due_date;
            found.push(OpenInvoice {
                number: gathered.invoice.number.clone(),
                tenant: gathered.invoice.buyer.code.clone(),
                due_date,
                gross: gathered.invoice.totals.gross,
                open,
                days_overdue: (today - due_date).num_days().max(0),
            });
        }
        Ok::<_, AppError>(found)
    })?;
    found.sort_by(|a, b| (a.due_date, &a.number).cmp(&(b.due_date, &b.number)));
    Ok(found)
}
