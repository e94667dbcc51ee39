//! Show invoices to whoever may see them.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};

use super::searched::{Searches, searched_for};
use crate::app::archive_invoice::{self, ArchiveKind};
use crate::app::kept::Kept;
use crate::app::{AppError, Store};
use crate::documents::zip::Zip;
use crate::domain::access::{Action, Decision, Role, TenantScope, policy};
use crate::domain::calendar::BillingMonth;
use crate::domain::freetext;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{InvoiceNumber, IssuedInvoice};
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};
use crate::storage::invoices::search::{self, Selection, Sums};
use crate::storage::invoices::{self, Page};
use crate::storage::{AnyConnection, archive};

pub use crate::storage::invoices::search::{Order, SortKey, Standing, StateCounts};
pub use crate::storage::invoices::{InvoiceFilter, InvoiceStatus, InvoiceSummary};

/// What a person looks for in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub filter: InvoiceFilter,
    /// Part of a number, or of the name or code of a tenant or contract, or of what it is routed by at Chorus.
    pub text: String,
    /// Only what stands so.
    pub standing: Option<Standing>,
}

/// The part of a list that people ask for by a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListState {
    All,
    Draft,
    Issued,
    /// Issued and to be paid.
    Open,
    /// To be paid, and late.
    Overdue,
    Paid,
    /// More was paid than is owed.
    Overpaid,
    /// Credit notes, and what they took back as a whole.
    Credited,
}

impl ListState {
    const NAMES: [(&str, ListState); 8] = [
        ("", ListState::All),
        ("draft", ListState::Draft),
        ("issued", ListState::Issued),
        ("open", ListState::Open),
        ("overdue", ListState::Overdue),
        ("paid", ListState::Paid),
        ("overpaid", ListState::Overpaid),
        ("credited", ListState::Credited),
    ];

    pub fn name(self) -> &'static str {
        ListState::NAMES.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    pub fn named(name: &str) -> Option<ListState> {
        ListState::NAMES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
    }
}

impl Wanted {
    /// The same, in `state` on `today` only.
    pub fn in_state(self, state: ListState, today: NaiveDate) -> Wanted {
        let (status, standing) = match state {
            ListState::All => (None, None),
            ListState::Draft => (Some(InvoiceStatus::Draft), None),
            ListState::Issued => (Some(InvoiceStatus::Issued), None),
            ListState::Open => (Some(InvoiceStatus::Issued), Some(Standing::Open)),
            ListState::Overdue => (Some(InvoiceStatus::Issued), Some(Standing::Overdue(today))),
            ListState::Paid => (Some(InvoiceStatus::Issued), Some(Standing::Paid)),
            ListState::Overpaid => (Some(InvoiceStatus::Issued), Some(Standing::Overpaid)),
            ListState::Credited => (Some(InvoiceStatus::Issued), Some(Standing::Credited)),
        };
        Wanted { filter: InvoiceFilter { status, ..self.filter }, standing, ..self }
    }
}

/// An order as addresses say it: a key, with a dash before it where it falls. None for what is no key.
pub fn order_named(text: &str) -> Option<Order> {
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    SortKey::ALL.into_iter().find(|key| key.name() == name).map(|key| Order { key, descending })
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

/// A selection as one scope sees it.
type Seen = (TenantScope, Selection);

/// What was counted and summed of whole lists: it costs a look at every invoice, and most pages ask for the same again.
#[derive(Default)]
pub(in crate::app) struct Tallies {
    sums: Kept<Seen, Sums>,
    /// By the day that says what is late, too.
    counts: Kept<(Seen, NaiveDate), StateCounts>,
    open: Kept<Seen, Money>,
    months: Kept<Seen, Vec<String>>,
    searches: Searches,
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
    let revision = search::revision(connection)?;
    let Some(selection) = selection(store, connection, reader, wanted)? else { return Ok(InvoicePage::empty()) };
    let sums = store.tallies().sums.answer(revision, (reader.scope.clone(), selection.clone()), || {
        Ok(search::sums(connection, &reader.scope, &selection)?)
    })?;
    let total = usize::try_from(sums.count).unwrap_or(usize::MAX);
    let pages = total.div_ceil(INVOICES_PER_PAGE).max(1);
    let page = page.clamp(1, pages);
    let limit = i64::try_from(INVOICES_PER_PAGE).unwrap_or(i64::MAX);
    let offset = i64::try_from(page - 1).unwrap_or(0).saturating_mul(limit);
    let invoices = search::page(connection, &reader.scope, &selection, order, Page { limit, offset })?;
    Ok(InvoicePage { invoices, page, pages, total, net: sums.net, gross: sums.gross })
}

/// A place in a list by months, to go on after: the month and the row of the last document before it. As a program keeps
/// it, `2026-10.1234`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    month: BillingMonth,
    row: InvoiceId,
}

impl Place {
    pub const fn of(last: &InvoiceSummary) -> Place {
        Place { month: last.month, row: last.id }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}.{}", self.month, self.row.0)
    }
}

impl FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> Result<Place, ()> {
        let (month, row) = text.split_once('.').ok_or(())?;
        Ok(Place { month: month.parse().map_err(drop)?, row: InvoiceId(row.parse().map_err(drop)?) })
    }
}

/// The documents after `place` by their months, `limit` at most: documents that come in meanwhile shift none of them.
pub fn after(
    store: &Store,
    reader: &Reader,
    wanted: Wanted,
    order: Order,
    (place, limit): (Place, usize),
) -> Result<Vec<InvoiceSummary>, AppError> {
    let connection = &mut *store.connection()?;
    let Some(selection) = selection(store, connection, reader, wanted)? else { return Ok(vec![]) };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let from = ((place.month, place.row), limit);
    Ok(search::after(connection, &reader.scope, &selection, Order { key: SortKey::Month, ..order }, from)?)
}

/// All of what [`search`] shows in pages.
pub fn whole(store: &Store, reader: &Reader, wanted: Wanted, order: Order) -> Result<Vec<InvoiceSummary>, AppError> {
    let connection = &mut *store.connection()?;
    match selection(store, connection, reader, wanted)? {
        Some(selection) => Ok(search::page(connection, &reader.scope, &selection, order, Page::ALL)?),
        None => Ok(vec![]),
    }
}

/// Everybody's longest overdue on `today`, `limit` of them.
pub fn longest_overdue(store: &Store, today: NaiveDate, limit: i64) -> Result<Vec<InvoiceSummary>, AppError> {
    Ok(search::longest_overdue(&mut *store.connection()?, today, limit)?)
}

/// How many of what is wanted are drafts, issued, overdue on `today`; drafts only for who may see them.
pub fn counts(store: &Store, reader: &Reader, wanted: Wanted, today: NaiveDate) -> Result<StateCounts, AppError> {
    let connection = &mut *store.connection()?;
    let revision = search::revision(connection)?;
    let wanted = Wanted { filter: InvoiceFilter { status: None, ..wanted.filter }, standing: None, ..wanted };
    let nothing = StateCounts { drafts: 0, issued: 0, open: 0, overdue: 0, paid: 0, overpaid: 0, credited: 0 };
    let Some(selection) = selection(store, connection, reader, wanted)? else { return Ok(nothing) };
    let asked = ((reader.scope.clone(), selection.clone()), today);
    let counts = store
        .tallies()
        .counts
        .answer(revision, asked, || Ok(search::state_counts(connection, &reader.scope, &selection, today)?))?;
    let sees_drafts = policy(reader.role, Action::SeeDrafts) != Decision::Deny;
    Ok(StateCounts { drafts: if sees_drafts { counts.drafts } else { 0 }, ..counts })
}

/// What is open on the documents wanted.
pub fn open_sum(store: &Store, reader: &Reader, wanted: Wanted) -> Result<Money, AppError> {
    let connection = &mut *store.connection()?;
    let revision = search::revision(connection)?;
    let Some(selection) = selection(store, connection, reader, wanted)? else { return Ok(Money::ZERO) };
    store.tallies().open.answer(revision, (reader.scope.clone(), selection.clone()), || {
        Ok(search::open_sum(connection, &reader.scope, &selection)?)
    })
}

/// The months `reader` has invoices of, latest first.
pub fn months(store: &Store, reader: &Reader) -> Result<Vec<BillingMonth>, AppError> {
    let connection = &mut *store.connection()?;
    let revision = search::revision(connection)?;
    let Some(selection) = selection(store, connection, reader, Wanted::default())? else { return Ok(vec![]) };
    let months = store.tallies().months.answer(revision, (reader.scope.clone(), selection.clone()), || {
        Ok(search::months(connection, &reader.scope, &selection)?)
    })?;
    months.iter().map(|month| month.parse().map_err(|_| AppError::Corrupt(format!("{month} is no month")))).collect()
}

/// What is wanted in the terms of the database, less what the reader may not see; none where nothing can match.
fn selection(
    store: &Store,
    connection: &mut AnyConnection,
    reader: &Reader,
    wanted: Wanted,
) -> Result<Option<Selection>, AppError> {
    let Some(filter) = visible(reader.role, wanted.filter) else { return Ok(None) };
    let filter = match wanted.standing {
        Some(_) => InvoiceFilter { status: Some(InvoiceStatus::Issued), ..filter },
        None => filter,
    };
    let search = searched_for(connection, &reader.scope, &store.tallies().searches, &wanted.text)?;
    Ok(Some(Selection { filter, search, standing: wanted.standing }))
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

/// A document and when it was issued.
pub struct DatedDocument {
    pub issued_at: DateTime<Utc>,
    pub bytes: Vec<u8>,
}

/// The same with the instant it was issued.
pub fn dated_document(
    store: &Store,
    scope: &TenantScope,
    number: &str,
    kind: ArchiveKind,
) -> Result<Option<DatedDocument>, AppError> {
    let Some(invoice) = one(store, scope, number)? else { return Ok(None) };
    let bytes = archive_invoice::document(store, &invoice, kind)?;
    Ok(Some(DatedDocument { issued_at: invoice.issued_at, bytes }))
}

/// More documents than one ZIP archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{documents} documents of {bytes} bytes do not fit in one ZIP archive (65,535 files and 4 GiB): narrow the list, for example to a month"
)]
pub struct TooManyDocuments {
    pub documents: usize,
    pub bytes: u64,
}

impl Tell for TooManyDocuments {
    fn told(&self) -> Told {
        let mebibytes = i64::try_from(self.bytes >> 20).unwrap_or(i64::MAX);
        Told::new("too-many-documents", self).with("documents", self.documents).with("mebibytes", mebibytes)
    }
}

/// Refuses what is no archive, or more than one ZIP archive can hold, before anything of it is made: a number that is
/// not known, or lies outside the reader's scope, is named.
pub fn check_archive(store: &Store, reader: &Reader, numbers: &[String]) -> Result<(), AppError> {
    if numbers.is_empty() {
        let told =
            Told::new("no-documents", "there is no issued document among these: choose a month or a state that has");
        return Err(AppError::Refused(Box::new(told)));
    }
    let sizes = archive::sizes(&mut *store.connection()?, &reader.scope, numbers, ArchiveKind::Pdf)?;
    let known: HashSet<&str> = sizes.iter().map(|(number, _)| number.as_str()).collect();
    for number in numbers.iter().filter(|number| !known.contains(number.as_str())) {
        if one(store, &reader.scope, number)?.is_none() {
            let number = freetext::shown(number);
            let english = format!("no invoice {number} is known here: nothing was put together");
            let told = Told::new("no-such-document", english).with("number", number.as_str());
            return Err(AppError::Absent(Box::new(told)));
        }
    }
    let bytes = sizes
        .iter()
        .fold(0, |sum: u64, (number, size)| sum.saturating_add(Zip::bytes_of(&format!("{number}.pdf"), *size)));
    let over = TooManyDocuments { documents: numbers.len(), bytes };
    if over.documents > Zip::FILES_MAX || over.bytes > Zip::BYTES_MAX { Err(AppError::refused(&over)) } else { Ok(()) }
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
}
