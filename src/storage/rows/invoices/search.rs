//! Lists of invoices as people look through them: filtered, searched, ordered and cut into pages by the database.
//!
//! What is selected, counted and summed here stands in the indexes of the migration `0011_web`: a list of a hundred
//! thousand invoices never reads their documents.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

pub use super::named::{Named, contracts, tenants};
use super::searched::{NO_ROW, indexed, like, upper};
pub use super::searched::{Routed, SearchedFor, is_reference_part, number_beginnings};
use super::{InvoiceFilter, InvoiceStatus, InvoiceSummary, Page, StandingRow, SummaryRow, summary_from};
use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::InvoiceKind;
use crate::domain::money::Money;
use crate::storage::codec::date_text;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{contract, invoice, invoice_balance, invoice_reference, invoice_revision, tenant};

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    #[default]
    Month,
    Number,
    Tenant,
    Contract,
    Issued,
    Due,
    Net,
    Gross,
}

impl SortKey {
    pub const ALL: [SortKey; 8] = [
        SortKey::Number,
        SortKey::Tenant,
        SortKey::Contract,
        SortKey::Month,
        SortKey::Issued,
        SortKey::Due,
        SortKey::Net,
        SortKey::Gross,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            SortKey::Month => "month",
            SortKey::Number => "number",
            SortKey::Tenant => "tenant",
            SortKey::Contract => "contract",
            SortKey::Issued => "issued",
            SortKey::Due => "due",
            SortKey::Net => "net",
            SortKey::Gross => "gross",
        }
    }
}

/// How a list is ordered: by the key, then as the invoices were made.
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

/// Which invoices a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    pub filter: InvoiceFilter,
    pub search: Option<SearchedFor>,
    pub standing: Option<Standing>,
}

/// Which issued documents, by what is open on them. `Open`, `Paid`, `Overpaid` and `Credited` share all of them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Something is to be paid.
    Open,
    /// Something was to be paid before this day.
    Overdue(NaiveDate),
    /// Nothing is to be paid.
    Paid,
    /// More was paid than is owed: the difference belongs to the tenant.
    Overpaid,
    /// Credit notes, and what they took back as a whole.
    Credited,
}

/// What a whole list comes to: credit notes count against the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    pub count: i64,
    pub net: Money,
    pub gross: Money,
}

/// How many invoices of a selection are in each state, whatever state the selection itself asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCounts {
    pub drafts: i64,
    pub issued: i64,
    pub open: i64,
    pub overdue: i64,
    pub paid: i64,
    pub overpaid: i64,
    pub credited: i64,
}

/// The rows of the tenants and the contract a selection names: filtering by them needs no join, which would look every
/// invoice's tenant and contract up only to count it.
struct Parties {
    tenants: Vec<i64>,
    contract: Option<i64>,
}

impl Parties {
    fn of(connection: &mut AnyConnection, scope: &TenantScope, filter: &InvoiceFilter) -> StorageResult<Parties> {
        let own = match scope {
            TenantScope::Everyone => None,
            TenantScope::Only(own) => Some(own),
        };
        let mut tenants = Vec::new();
        for code in own.into_iter().chain(&filter.tenant) {
            let found =
                tenant::table.filter(tenant::code.eq(&code.0)).select(tenant::id).first(connection).optional()?;
            tenants.push(found.unwrap_or(NO_ROW));
        }
        let contract = match &filter.contract {
            None => None,
            Some(code) => {
                let named = contract::table.filter(contract::code.eq(&code.0)).select(contract::id);
                Some(named.first(connection).optional()?.unwrap_or(NO_ROW))
            }
        };
        Ok(Parties { tenants, contract })
    }
}

macro_rules! selected {
    ($query:expr, $parties:expr, $selection:expr) => {{
        let (parties, selection): (&Parties, &Selection) = ($parties, $selection);
        let filter = &selection.filter;
        let mut query = $query.into_boxed();
        // The reader's own and the one asked for: both must be the invoice's.
        for tenant in &parties.tenants {
            query = query.filter(invoice::tenant_id.eq(*tenant));
        }
        if let Some(contract) = parties.contract {
            query = query.filter(invoice::contract_id.eq(contract));
        }
        if let Some(month) = filter.month {
            query = query.filter(invoice::month.eq(month.to_string()));
        }
        if let Some(status) = filter.status {
            query = query.filter(invoice::status.eq(status.name()));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(invoice::kind.eq(kind.name()));
        }
        // Through the index of states: no list joins the balances only to count.
        let kept = diesel::alias!(invoice_balance as kept_balance);
        let (row, state) = (kept.field(invoice_balance::invoice_id), kept.field(invoice_balance::state));
        match selection.standing {
            None => {}
            Some(Standing::Open) => query = query.filter(invoice::id.eq_any(kept.filter(state.eq("open")).select(row))),
            Some(Standing::Overdue(day)) => {
                let late = kept.field(invoice_balance::due_date).lt(date_text(day));
                query = query.filter(invoice::id.eq_any(kept.filter(state.eq("open")).filter(late).select(row)));
            }
            Some(Standing::Paid) => query = query.filter(invoice::id.eq_any(kept.filter(state.eq("paid")).select(row))),
            Some(Standing::Overpaid) => {
                query = query.filter(invoice::id.eq_any(kept.filter(state.eq("overpaid")).select(row)));
            }
            Some(Standing::Credited) => {
                query = query.filter(invoice::id.eq_any(kept.filter(state.eq("credited")).select(row)));
            }
        }
        if let Some(search) = &selection.search {
            let is_draft = invoice::status.eq(InvoiceStatus::Draft.name());
            let routed = invoice::tenant_id
                .eq_any(indexed(&search.routed.tenants))
                .or(invoice::contract_id.eq_any(indexed(&search.routed.contracts)));
            let by_party = invoice::tenant_id
                .eq_any(indexed(&search.tenants))
                .or(invoice::contract_id.eq_any(indexed(&search.contracts)))
                .or(is_draft.and(routed));
            let by_number = |part: &str| upper(invoice::number).like(like(part)).escape('\\').assume_not_null();
            let by_reference = |part: &str| {
                let frozen = diesel::alias!(invoice_reference as frozen_reference);
                let having = frozen.field(invoice_reference::reference).like(like(part)).escape('\\');
                invoice::id.eq_any(frozen.filter(having).select(frozen.field(invoice_reference::invoice_id)))
            };
            query = match (&search.number_part, &search.reference_part) {
                (None, None) => query.filter(by_party),
                (Some(number), None) => query.filter(by_party.or(by_number(number))),
                (None, Some(reference)) => query.filter(by_party.or(by_reference(reference))),
                (Some(number), Some(reference)) => {
                    query.filter(by_party.or(by_number(number)).or(by_reference(reference)))
                }
            };
        }
        query
    }};
}

macro_rules! ordered {
    ($query:expr, $order:expr, $column:expr) => {
        match $order.descending {
            true => $query.order(($column.desc(), invoice::id.desc())),
            false => $query.order(($column.asc(), invoice::id.asc())),
        }
    };
}

/// The columns of a row of a list, with whose it is and how it stands.
macro_rules! shown {
    () => {
        (
            (
                invoice::id,
                invoice::month,
                invoice::kind,
                invoice::status,
                invoice::number,
                invoice::issue_date,
                invoice::due_date,
                invoice::net_cents,
                invoice::gross_cents,
            ),
            tenant::code,
            contract::code,
            (
                invoice_balance::open_cents.nullable(),
                invoice_balance::state.nullable(),
                invoice_balance::due_date.nullable(),
                invoice_balance::paid_cents.nullable(),
            ),
        )
    };
}

/// Which state of the invoices and their balances is stored: another number after every change of one, and never one
/// that was there before.
pub fn revision(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(invoice_revision::table.select(invoice_revision::revision).first(connection)?)
}

/// A page of the selection.
pub fn page(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    selection: &Selection,
    order: Order,
    page: Page,
) -> StorageResult<Vec<InvoiceSummary>> {
    let joined = invoice::table.left_join(invoice_balance::table).inner_join(tenant::table).inner_join(contract::table);
    let parties = Parties::of(connection, scope, &selection.filter)?;
    let query = selected!(joined.select(shown!()), &parties, selection);
    let query = match order.key {
        SortKey::Month => ordered!(query, order, invoice::month),
        SortKey::Number => ordered!(query, order, invoice::number),
        SortKey::Tenant => ordered!(query, order, tenant::name),
        SortKey::Contract => ordered!(query, order, contract::code),
        SortKey::Issued => ordered!(query, order, invoice::issue_date),
        SortKey::Due => return page_by_due(connection, &parties, selection, order, page),
        SortKey::Net => ordered!(query, order, invoice::net_cents),
        SortKey::Gross => ordered!(query, order, invoice::gross_cents),
    };
    summaries(query.limit(page.limit).offset(page.offset).load(connection)?)
}

/// What comes after the document `last` of `month` by their months, `limit` of it. What is issued meanwhile moves none of
/// it, and `last` need not be there any more.
pub fn after(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    selection: &Selection,
    order: Order,
    ((month, last), limit): ((BillingMonth, InvoiceId), i64),
) -> StorageResult<Vec<InvoiceSummary>> {
    let joined = invoice::table.left_join(invoice_balance::table).inner_join(tenant::table).inner_join(contract::table);
    let parties = Parties::of(connection, scope, &selection.filter)?;
    let month = month.to_string();
    let same = invoice::month.eq(month.clone());
    let query = selected!(joined.select(shown!()), &parties, selection);
    let query = match order.descending {
        true => query.filter(invoice::month.lt(month).or(same.and(invoice::id.lt(last.0)))),
        false => query.filter(invoice::month.gt(month).or(same.and(invoice::id.gt(last.0)))),
    };
    summaries(ordered!(query, order, invoice::month).limit(limit).load(connection)?)
}

/// A page by the day on which what is open is to be paid, as lists show it: of interest alone its own, else the document's.
/// Drafts and credit notes, which nobody pays, stand at the end whichever way the list goes.
fn page_by_due(
    connection: &mut AnyConnection,
    parties: &Parties,
    selection: &Selection,
    order: Order,
    page: Page,
) -> StorageResult<Vec<InvoiceSummary>> {
    let parted = || invoice::table.inner_join(tenant::table).inner_join(contract::table);
    let payable = invoice::kind.ne(InvoiceKind::CreditNote.name());
    let joined = parted().inner_join(invoice_balance::table).filter(payable);
    let dated = selected!(joined.select(shown!()), parties, selection);
    let dated = ordered!(dated, order, invoice_balance::due_date);
    let mut found = summaries(dated.limit(page.limit).offset(page.offset).load(connection)?)?;
    let left = page.limit.saturating_sub(i64::try_from(found.len()).unwrap_or(i64::MAX));
    if left == 0 {
        return Ok(found);
    }
    let counted = invoice::table.inner_join(invoice_balance::table).filter(payable);
    let before: i64 =
        selected!(counted.select(diesel::dsl::sql::<BigInt>("COUNT(*)")), parties, selection).first(connection)?;
    let unpaid = invoice::kind.eq(InvoiceKind::CreditNote.name()).or(invoice::status.eq(InvoiceStatus::Draft.name()));
    let joined = parted().left_join(invoice_balance::table).filter(unpaid);
    let rest = ordered!(selected!(joined.select(shown!()), parties, selection), order, invoice::month);
    found.extend(summaries(rest.limit(left).offset(page.offset.saturating_sub(before).max(0)).load(connection)?)?);
    Ok(found)
}

/// What is open and was due before `today`, the longest first: `limit` of it, found through the index of states without
/// a look at the rest.
pub fn longest_overdue(
    connection: &mut AnyConnection,
    today: NaiveDate,
    limit: i64,
) -> StorageResult<Vec<InvoiceSummary>> {
    let joined =
        invoice_balance::table.inner_join(invoice::table.inner_join(tenant::table).inner_join(contract::table));
    let rows = joined
        .filter(invoice_balance::state.eq("open").and(invoice_balance::due_date.lt(date_text(today))))
        .order((invoice_balance::due_date, invoice_balance::invoice_id))
        .limit(limit)
        .select(shown!())
        .load(connection)?;
    summaries(rows)
}

fn summaries(rows: Vec<(ListRow, String, String, StandingRow)>) -> StorageResult<Vec<InvoiceSummary>> {
    rows.into_iter()
        .map(|(row, tenant, contract, standing)| summary_from(row.into(), tenant, contract, standing))
        .collect()
}

/// A summary without the tax, which is what gross has more than net.
#[derive(Queryable)]
struct ListRow {
    id: i64,
    month: String,
    kind: String,
    status: String,
    number: Option<String>,
    issue_date: Option<String>,
    due_date: Option<String>,
    net_cents: i64,
    gross_cents: i64,
}

impl From<ListRow> for SummaryRow {
    fn from(row: ListRow) -> SummaryRow {
        SummaryRow {
            id: row.id,
            month: row.month,
            kind: row.kind,
            status: row.status,
            number: row.number,
            issue_date: row.issue_date,
            due_date: row.due_date,
            net_cents: row.net_cents,
            tax_cents: row.gross_cents.saturating_sub(row.net_cents),
            gross_cents: row.gross_cents,
        }
    }
}

/// What the selection comes to.
pub fn sums(connection: &mut AnyConnection, scope: &TenantScope, selection: &Selection) -> StorageResult<Sums> {
    let signed = |column: &str| {
        diesel::dsl::sql::<BigInt>(&format!(
            "CAST(COALESCE(SUM(CASE invoice.kind WHEN 'credit-note' THEN -invoice.{column} \
             ELSE invoice.{column} END), 0) AS BIGINT)"
        ))
    };
    let parties = Parties::of(connection, scope, &selection.filter)?;
    let (count, net, gross): (i64, i64, i64) = selected!(
        invoice::table.select((diesel::dsl::sql::<BigInt>("COUNT(*)"), signed("net_cents"), signed("gross_cents"))),
        &parties,
        selection
    )
    .first(connection)?;
    Ok(Sums { count, net: Money::from_cents(net), gross: Money::from_cents(gross) })
}

/// What is open on the documents of the selection.
pub fn open_sum(connection: &mut AnyConnection, scope: &TenantScope, selection: &Selection) -> StorageResult<Money> {
    let sum = diesel::dsl::sql::<BigInt>("CAST(COALESCE(SUM(invoice_balance.open_cents), 0) AS BIGINT)");
    let parties = Parties::of(connection, scope, &selection.filter)?;
    let joined = invoice::table.inner_join(invoice_balance::table);
    let cents: i64 = selected!(joined.select(sum), &parties, selection).first(connection)?;
    Ok(Money::from_cents(cents))
}

/// The selection by state on `today`, whatever state it asks for. What is open, late, overpaid or credited is counted
/// through the index of states; what is left of the issued is paid.
pub fn state_counts(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    selection: &Selection,
    today: NaiveDate,
) -> StorageResult<StateCounts> {
    let whole = Selection {
        filter: InvoiceFilter { status: None, ..selection.filter.clone() },
        standing: None,
        ..selection.clone()
    };
    let parties = Parties::of(connection, scope, &whole.filter)?;
    let mut count = |part: &Selection| -> StorageResult<i64> {
        let count = diesel::dsl::sql::<BigInt>("COUNT(*)");
        Ok(selected!(invoice::table.select(count), &parties, part).first(connection)?)
    };
    let all = count(&whole)?;
    // Few are drafts, and they have an index of their own; all others are issued.
    let filter = InvoiceFilter { status: Some(InvoiceStatus::Draft), ..whole.filter.clone() };
    let drafts = count(&Selection { filter, ..whole.clone() })?;
    let mut of = |standing| count(&Selection { standing: Some(standing), ..whole.clone() });
    let (open, overdue, credited) = (of(Standing::Open)?, of(Standing::Overdue(today))?, of(Standing::Credited)?);
    let overpaid = of(Standing::Overpaid)?;
    let issued = all - drafts;
    let paid = issued - open - overpaid - credited;
    Ok(StateCounts { drafts, issued, open, overdue, paid, overpaid, credited })
}

/// The months of the selection, latest first.
pub fn months(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    selection: &Selection,
) -> StorageResult<Vec<String>> {
    let parties = Parties::of(connection, scope, &selection.filter)?;
    let months = || selected!(invoice::table.select(invoice::month), &parties, selection).order(invoice::month.desc());
    if !parties.tenants.is_empty() {
        return Ok(selected!(invoice::table.select(invoice::month).distinct(), &parties, selection)
            .order(invoice::month.desc())
            .load(connection)?);
    }
    // From each month to the one before through the index: a step a month, not a row a document.
    let mut found: Vec<String> = Vec::new();
    loop {
        let next: Option<String> = match found.last() {
            None => months().first(connection).optional()?,
            Some(last) => months().filter(invoice::month.lt(last.clone())).first(connection).optional()?,
        };
        match next {
            Some(month) => found.push(month),
            None => return Ok(found),
        }
    }
}
