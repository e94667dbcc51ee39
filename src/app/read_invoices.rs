//! Show invoices to whoever may see them.

use super::archive_invoice::{self, ArchiveKind};
use super::{AppError, Store};
use crate::domain::access::{Action, Decision, Role, TenantScope, policy};
use crate::domain::calendar::BillingMonth;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, IssuedInvoice};
use crate::domain::money::Money;
use crate::storage::invoices::{self, Page};

pub use crate::storage::invoices::{InvoiceFilter, InvoiceStatus, InvoiceSummary};

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    #[default]
    Month,
    Number,
    Tenant,
    Due,
    Gross,
}

impl SortKey {
    pub const ALL: [SortKey; 5] = [SortKey::Number, SortKey::Month, SortKey::Tenant, SortKey::Due, SortKey::Gross];

    pub const fn name(self) -> &'static str {
        match self {
            SortKey::Month => "month",
            SortKey::Number => "number",
            SortKey::Tenant => "tenant",
            SortKey::Due => "due",
            SortKey::Gross => "gross",
        }
    }
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub key: SortKey,
    pub descending: bool,
}

impl Default for Order {
    /// The latest month first.
    fn default() -> Order {
        Order { key: SortKey::Month, descending: true }
    }
}

/// One page of a list, and what the whole list comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePage {
    pub invoices: Vec<InvoiceSummary>,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
    pub total: usize,
    /// Sums over the whole list: invoices less credit notes.
    pub net: Money,
    pub gross: Money,
}

pub const INVOICES_PER_PAGE: usize = 50;

/// Who reads a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub role: Role,
    pub scope: TenantScope,
}

/// The `page`th page, from 1, of the invoices `reader` may see that pass `filter`. Drafts are not there for a role that
/// may not see them. A page beyond the last is the last. A
/// facility issues some hundreds a year, so the list is ordered here.
pub fn list(
    store: &Store,
    reader: &Reader,
    filter: InvoiceFilter,
    order: Order,
    page: usize,
) -> Result<InvoicePage, AppError> {
    let mut invoices = match visible(reader.role, filter) {
        Some(filter) => invoices::list(&mut *store.connection()?, &reader.scope, &filter, Page::ALL)?.0,
        None => vec![],
    };
    sort(&mut invoices, order);
    let total = invoices.len();
    let pages = total.div_ceil(INVOICES_PER_PAGE).max(1);
    let page = page.clamp(1, pages);
    let net = invoices.iter().map(|invoice| signed(invoice, invoice.totals.net)).sum();
    let gross = invoices.iter().map(|invoice| signed(invoice, invoice.totals.gross)).sum();
    let invoices = invoices.into_iter().skip((page - 1) * INVOICES_PER_PAGE).take(INVOICES_PER_PAGE).collect();
    Ok(InvoicePage { invoices, page, pages, total, net, gross })
}

/// The months `reader` has invoices of, latest first.
pub fn months(store: &Store, reader: &Reader) -> Result<Vec<BillingMonth>, AppError> {
    let Some(filter) = visible(reader.role, InvoiceFilter::default()) else { return Ok(vec![]) };
    // The list is by month, latest first.
    let (invoices, _) = invoices::list(&mut *store.connection()?, &reader.scope, &filter, Page::ALL)?;
    let mut months: Vec<BillingMonth> = invoices.into_iter().map(|invoice| invoice.month).collect();
    months.dedup();
    Ok(months)
}

/// The filter without what `role` may not see; none where nothing is left of it.
fn visible(role: Role, filter: InvoiceFilter) -> Option<InvoiceFilter> {
    let issued = Some(InvoiceStatus::Issued);
    match (policy(role, Action::SeeDrafts), filter.status) {
        (Decision::Deny, Some(InvoiceStatus::Draft)) => None,
        (Decision::Deny, _) => Some(InvoiceFilter { status: issued, ..filter }),
        _ => Some(filter),
    }
}

/// A credit note's amounts are positive on paper and lower what is owed.
fn signed(invoice: &InvoiceSummary, amount: Money) -> Money {
    match invoice.kind {
        InvoiceKind::CreditNote => -amount,
        _ => amount,
    }
}

/// By the key, then by number: two equal lists are shown alike.
fn sort(invoices: &mut [InvoiceSummary], order: Order) {
    invoices.sort_by(|a, b| {
        let by_key = match order.key {
            SortKey::Month => a.month.cmp(&b.month),
            SortKey::Number => a.number.cmp(&b.number),
            SortKey::Tenant => a.tenant.cmp(&b.tenant),
            SortKey::Due => a.due_date.cmp(&b.due_date),
            SortKey::Gross => signed(a, a.totals.gross).cmp(&signed(b, b.totals.gross)),
        };
        let ordered = by_key.then_with(|| a.number.cmp(&b.number)).then_with(|| a.id.cmp(&b.id));
        if order.descending { ordered.reverse() } else { ordered }
    });
}

/// The issued invoice with this number, if it lies within `scope`.
pub fn one(store: &Store, scope: &TenantScope, number: &str) -> Result<Option<IssuedInvoice>, AppError> {
    let number = InvoiceNumber::from_stored(number);
    let found = invoices::by_number(&mut *store.connection()?, scope, &number)?;
    Ok(found.map(|(_, invoice)| invoice))
}

/// The bytes of an issued invoice's document, if it lies within `scope`.
pub fn document(
    store: &Store,
    scope: &TenantScope,
    number: &str,
    kind: ArchiveKind,
) -> Result<Option<Vec<u8>>, AppError> {
    one(store, scope, number)?.map(|invoice| archive_invoice::document(store, &invoice, kind)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::InvoiceId;
    use crate::domain::invoice::Totals;

    fn summary(position: i64, month: u32, gross_cents: i64, kind: InvoiceKind) -> InvoiceSummary {
        let gross = Money::from_cents(gross_cents);
        InvoiceSummary {
            id: InvoiceId(position),
            tenant: "aphp".into(),
            contract: "C1".into(),
            month: BillingMonth::new(2026, month).unwrap(),
            kind,
            status: InvoiceStatus::Issued,
            number: InvoiceNumber::new("DC", 2026, position).ok(),
            issue_date: None,
            due_date: None,
            totals: Totals { net: gross, tax: Money::ZERO, gross },
        }
    }

    #[test]
    fn orders_are_total_and_credit_notes_count_against() {
        let mut invoices = vec![
            summary(1, 9, 500, InvoiceKind::Invoice),
            summary(2, 10, 900, InvoiceKind::CreditNote),
            summary(3, 10, 700, InvoiceKind::Invoice),
        ];
        let mut ids = |key, descending| {
            sort(&mut invoices, Order { key, descending });
            invoices.iter().map(|invoice| invoice.id.0).collect::<Vec<_>>()
        };
        assert_eq!(ids(SortKey::Month, true), [3, 2, 1]);
        assert_eq!(ids(SortKey::Gross, false), [2, 1, 3]);
        assert_eq!(ids(SortKey::Number, false), [1, 2, 3]);
    }
}
