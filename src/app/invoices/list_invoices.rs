//! Every invoice that passes a filter, unpaged: for scripts and checks.

use crate::app::{AppError, Store};
use crate::domain::access::TenantScope;
use crate::storage::invoices::{self, Page};

pub use crate::storage::invoices::{InvoiceFilter, InvoiceSummary};

pub fn all(store: &Store, scope: &TenantScope, filter: &InvoiceFilter) -> Result<Vec<InvoiceSummary>, AppError> {
    Ok(invoices::list(&mut *store.connection()?, scope, filter, Page::ALL)?.0)
}
