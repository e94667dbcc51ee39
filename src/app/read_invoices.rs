//! Show invoices to whoever may see them.

use chrono::NaiveDate;

use super::archive_invoice::{self, ArchiveKind};
use super::{AppError, Store};
use crate::domain::access::{Action, Decision, Role, TenantScope, policy};
use crate::domain::calendar::BillingMonth;
use crate::domain::invoice::{InvoiceNumber, IssuedInvoice};
use crate::domain::money::Money;
use crate::storage::AnyConnection;
use crate::storage::invoices::search::{self, Named, SearchedFor, Selection};
use crate::storage::invoices::{self, Page};

pub use crate::storage::invoices::search::{Order, SortKey, StateCounts};
pub use crate::storage::invoices::{InvoiceFilter, InvoiceStatus, InvoiceSummary};

/// What a person looks for in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub filter: InvoiceFilter,
    /// Part of a number, or of the name or code of a tenant or contract.
    pub text: String,
    /// Only what was due before this day.
    pub overdue_on: Option<NaiveDate>,
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

impl InvoicePage {
    fn empty() -> InvoicePage {
        InvoicePage { invoices: vec![], page: 1, pages: 1, total: 0, net: Money::ZERO, gross: Money::ZERO }
    }
}

pub const INVOICES_PER_PAGE: usize = 50;

/// Who reads a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub role: Role,
    pub scope: TenantScope,
}

/// The `page`th page, from 1, of the invoices `reader` may see that pass `filter`. Drafts are not there for a role that
/// may not see them. A page beyond the last is the last.
pub fn list(
    store: &Store,
    reader: &Reader,
    filter: InvoiceFilter,
    order: Order,
    page: usize,
) -> Result<InvoicePage, AppError> {
    search(store, reader, Wanted { filter, ..Wanted::default() }, order, page)
}

/// The `page`th page of what `reader` may see of what is wanted.
pub fn search(
    store: &Store,
    reader: &Reader,
    wanted: Wanted,
    order: Order,
    page: usize,
) -> Result<InvoicePage, AppError> {
    let connection = &mut *store.connection()?;
    let Some(selection) = selection(connection, reader, wanted)? else { return Ok(InvoicePage::empty()) };
    let sums = search::sums(connection, &reader.scope, &selection)?;
    let total = usize::try_from(sums.count).unwrap_or(usize::MAX);
    let pages = total.div_ceil(INVOICES_PER_PAGE).max(1);
    let page = page.clamp(1, pages);
    let limit = i64::try_from(INVOICES_PER_PAGE).unwrap_or(i64::MAX);
    let offset = i64::try_from(page - 1).unwrap_or(0).saturating_mul(limit);
    let invoices = search::page(connection, &reader.scope, &selection, order, Page { limit, offset })?;
    Ok(InvoicePage { invoices, page, pages, total, net: sums.net, gross: sums.gross })
}

/// All of what [`search`] shows in pages.
pub fn whole(store: &Store, reader: &Reader, wanted: Wanted, order: Order) -> Result<Vec<InvoiceSummary>, AppError> {
    let connection = &mut *store.connection()?;
    match selection(connection, reader, wanted)? {
        Some(selection) => Ok(search::page(connection, &reader.scope, &selection, order, Page::ALL)?),
        None => Ok(vec![]),
    }
}

/// How many of what is wanted are drafts, issued, overdue on `today`; drafts only for who may see them.
pub fn counts(store: &Store, reader: &Reader, wanted: Wanted, today: NaiveDate) -> Result<StateCounts, AppError> {
    let connection = &mut *store.connection()?;
    let wanted = Wanted { filter: InvoiceFilter { status: None, ..wanted.filter }, overdue_on: None, ..wanted };
    let nothing = StateCounts { drafts: 0, issued: 0, overdue: 0 };
    let Some(selection) = selection(connection, reader, wanted)? else { return Ok(nothing) };
    let counts = search::state_counts(connection, &reader.scope, &selection, today)?;
    let sees_drafts = policy(reader.role, Action::SeeDrafts) != Decision::Deny;
    Ok(StateCounts { drafts: if sees_drafts { counts.drafts } else { 0 }, ..counts })
}

/// The months `reader` has invoices of, latest first.
pub fn months(store: &Store, reader: &Reader) -> Result<Vec<BillingMonth>, AppError> {
    let connection = &mut *store.connection()?;
    let Some(selection) = selection(connection, reader, Wanted::default())? else { return Ok(vec![]) };
    let months = search::months(connection, &reader.scope, &selection)?;
    months.iter().map(|month| month.parse().map_err(|_| AppError::Corrupt(format!("{month} is no month")))).collect()
}

/// What is wanted in the terms of the database, less what the reader may not see; none where nothing can match.
fn selection(connection: &mut AnyConnection, reader: &Reader, wanted: Wanted) -> Result<Option<Selection>, AppError> {
    let Some(filter) = visible(reader.role, wanted.filter) else { return Ok(None) };
    let filter = match wanted.overdue_on {
        Some(_) => InvoiceFilter { status: Some(InvoiceStatus::Issued), ..filter },
        None => filter,
    };
    let text = folded(wanted.text.trim());
    let search = match text.is_empty() {
        true => None,
        false => {
            let holds = |one: &&Named| folded(&one.name).contains(&text) || folded(&one.code).contains(&text);
            let ids = |all: Vec<Named>| all.iter().filter(holds).map(|one| one.id).collect::<Vec<i64>>();
            Some(SearchedFor {
                number_part: wanted.text.trim().to_uppercase(),
                tenants: ids(search::tenants(connection, &reader.scope)?),
                contracts: ids(search::contracts(connection)?),
            })
        }
    };
    Ok(Some(Selection { filter, search, overdue_on: wanted.overdue_on }))
}

/// Lower case without accents: `Hôpitaux` is found by `hopitaux`.
fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        '’' => '\'',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
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

    #[test]
    fn drafts_are_not_there_for_tenants() {
        let filter = |status| InvoiceFilter { status, ..InvoiceFilter::default() };
        assert_eq!(visible(Role::Tenant, filter(Some(InvoiceStatus::Draft))), None);
        assert_eq!(visible(Role::Tenant, filter(None)), Some(filter(Some(InvoiceStatus::Issued))));
        assert_eq!(visible(Role::Finance, filter(None)), Some(filter(None)));
    }

    #[test]
    fn names_are_found_without_accents() {
        assert_eq!(folded("Assistance publique-Hôpitaux de l’État"), "assistance publique-hopitaux de l'etat");
    }
}
