//! Look through payments: filtered, searched, in pages.

use chrono::NaiveDate;

use crate::app::{AppError, Store};
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::storage::invoices::Page;
use crate::storage::payments;

pub use crate::storage::payments::{PaymentFilter, RecordedPayment};

pub const PAYMENTS_PER_PAGE: usize = 50;

/// One page of payments, and what all of them come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentPage {
    pub payments: Vec<RecordedPayment>,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
    pub total: usize,
    pub amount: Money,
}

/// A filter as people give it.
pub fn filter(
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
    tenant: Option<TenantCode>,
    text: &str,
) -> PaymentFilter {
    PaymentFilter { from, through, tenant, text: text.trim().to_owned() }
}

/// The `page`th page, the latest first; a page beyond the last is the last.
pub fn search(store: &Store, filter: &PaymentFilter, page: usize) -> Result<PaymentPage, AppError> {
    let connection = &mut *store.connection()?;
    let (count, amount) = payments::sums(connection, filter)?;
    let total = usize::try_from(count).unwrap_or(usize::MAX);
    let pages = total.div_ceil(PAYMENTS_PER_PAGE).max(1);
    let page = page.clamp(1, pages);
    let limit = i64::try_from(PAYMENTS_PER_PAGE).unwrap_or(i64::MAX);
    let offset = i64::try_from(page - 1).unwrap_or(0).saturating_mul(limit);
    let found = payments::page(connection, filter, Page { limit, offset })?;
    Ok(PaymentPage { payments: found, page, pages, total, amount })
}

/// What comes after the payment or refund numbered `last`, `limit` of it at most; none where that is not known. Payments
/// recorded meanwhile shift none of them.
pub fn after(
    store: &Store,
    filter: &PaymentFilter,
    last: &str,
    limit: usize,
) -> Result<Option<Vec<RecordedPayment>>, AppError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(payments::after(&mut *store.connection()?, filter, last, limit)?)
}

/// All of what [`search`] shows in pages.
pub fn whole(store: &Store, filter: &PaymentFilter) -> Result<Vec<RecordedPayment>, AppError> {
    Ok(payments::page(&mut *store.connection()?, filter, Page::ALL)?)
}
