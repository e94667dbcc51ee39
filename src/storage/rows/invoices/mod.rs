//! Invoices: drafts that may still change, issued documents that never do.
//!
//! Owns: their rows, their lines, the counter numbers come from. An issued document is its frozen JSON; columns and
//! lines beside it are for searching and for comparing what was billed. The database refuses every change of it.
//! Drafts are shown to whoever may see the tenant: keep tenants to issued documents with [`InvoiceFilter::status`].

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, InvoiceId, TenantCode};
use crate::domain::invoice::{Draft, InvoiceKind, InvoiceNumber, IssuedInvoice, Totals};
use crate::domain::money::Money;
use crate::domain::receivables::{Settlement, interest_only_due};
use crate::storage::codec::{corrupt, from_json, from_optional_word, from_word, optional_date_from};
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::schema::{contract, invoice, invoice_balance, tenant};

mod held;
mod issues;
mod lines;
mod named;
pub mod search;
pub(in crate::storage) mod searched;
mod write;

pub use crate::domain::invoice::InvoiceStatus;
pub use held::{Departure, departures};
pub use issues::{Issue, first_unbilled, issues};
pub use lines::billed_lines;
pub use write::{SeriesPosition, delete_draft, insert_issued, number_series, save_draft, take_number};

/// One row of a list of invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceSummary {
    pub id: InvoiceId,
    pub tenant: TenantCode,
    pub contract: ContractCode,
    pub month: BillingMonth,
    pub kind: InvoiceKind,
    pub status: InvoiceStatus,
    /// Number and dates: none for a draft.
    pub number: Option<InvoiceNumber>,
    pub issue_date: Option<chrono::NaiveDate>,
    pub due_date: Option<chrono::NaiveDate>,
    pub totals: Totals,
    /// What is open on it, and whether that settles it; none for a draft.
    pub standing: Option<(Money, Settlement)>,
    /// When what is open on it is to be paid: later than its due date where only claimed interest is open.
    pub pay_by: Option<chrono::NaiveDate>,
    /// What was paid on it.
    pub paid: Money,
}

impl InvoiceSummary {
    /// When it is to be paid, as it says itself: nobody pays a credit note.
    pub fn due(&self) -> Option<chrono::NaiveDate> {
        self.due_date.filter(|_| self.kind != InvoiceKind::CreditNote)
    }

    /// When what is open on it is to be paid, as [`pay_by`](Self::pay_by) says it; nobody pays a credit note.
    pub fn payable_on(&self) -> Option<chrono::NaiveDate> {
        self.pay_by.or(self.due_date).filter(|_| self.kind != InvoiceKind::CreditNote)
    }

    /// Whether all that is open on it is claimed interest, which is due on a day of its own.
    pub fn owes_interest_only(&self) -> bool {
        let (Some((open, _)), Some(due), Some(pay_by)) = (self.standing, self.due_date, self.pay_by) else {
            return false;
        };
        interest_only_due(open, due, pay_by).is_some()
    }

    /// `amount` of it as it counts in a sum: a credit note takes away.
    pub fn counted(&self, amount: Money) -> Money {
        if self.kind == InvoiceKind::CreditNote { -amount } else { amount }
    }
}

/// Which invoices a list holds; what is `None` does not restrict it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct InvoiceFilter {
    pub tenant: Option<TenantCode>,
    pub contract: Option<ContractCode>,
    pub month: Option<BillingMonth>,
    pub status: Option<InvoiceStatus>,
    pub kind: Option<InvoiceKind>,
}

/// A part of a list: at most `limit` rows after the first `offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub limit: i64,
    pub offset: i64,
}

impl Page {
    pub const ALL: Page = Page { limit: i64::MAX, offset: 0 };
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invoice)]
struct SummaryRow {
    id: i64,
    month: String,
    kind: String,
    status: String,
    number: Option<String>,
    issue_date: Option<String>,
    due_date: Option<String>,
    net_cents: i64,
    tax_cents: i64,
    gross_cents: i64,
}

/// The invoices within `scope` that pass `filter`, newest month first, and how many there are without the page.
pub fn list(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    filter: &InvoiceFilter,
    page: Page,
) -> StorageResult<(Vec<InvoiceSummary>, i64)> {
    macro_rules! filtered {
        ($query:expr) => {{
            let mut query = $query.into_boxed();
            if let TenantScope::Only(own) = scope {
                query = query.filter(tenant::code.eq(own.0.clone()));
            }
            if let Some(code) = &filter.tenant {
                query = query.filter(tenant::code.eq(code.0.clone()));
            }
            if let Some(code) = &filter.contract {
                query = query.filter(contract::code.eq(code.0.clone()));
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
            query
        }};
    }
    let joined =
        || invoice::table.inner_join(tenant::table).inner_join(contract::table).left_join(invoice_balance::table);
    let total: i64 = filtered!(joined().select(diesel::dsl::count(invoice::id))).first(connection)?;
    let standing = (
        invoice_balance::open_cents.nullable(),
        invoice_balance::state.nullable(),
        invoice_balance::due_date.nullable(),
        invoice_balance::paid_cents.nullable(),
    );
    let rows: Vec<(SummaryRow, String, String, StandingRow)> =
        filtered!(joined().select((SummaryRow::as_select(), tenant::code, contract::code, standing)))
            .order((invoice::month.desc(), invoice::id.desc()))
            .limit(page.limit)
            .offset(page.offset)
            .load(connection)?;
    let summaries = rows
        .into_iter()
        .map(|(row, tenant, contract, standing)| summary_from(row, tenant, contract, standing))
        .collect::<StorageResult<_>>()?;
    Ok((summaries, total))
}

/// The months a contract was issued invoices of its own for, from the first through the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BilledSpan {
    pub first: BillingMonth,
    pub last: BillingMonth,
}

/// The billed span of each contract that has one.
pub fn billed_spans(connection: &mut AnyConnection) -> StorageResult<HashMap<ContractCode, BilledSpan>> {
    let rows: Vec<(String, Option<String>, Option<String>)> = invoice::table
        .inner_join(contract::table)
        .filter(invoice::status.eq(InvoiceStatus::Issued.name()).and(invoice::kind.eq(InvoiceKind::Invoice.name())))
        .group_by(contract::code)
        .select((contract::code, diesel::dsl::min(invoice::month), diesel::dsl::max(invoice::month)))
        .load(connection)?;
    let month = |text: Option<String>| from_word("an invoice's month", text.unwrap_or_default());
    let span = |(code, first, last)| {
        let span = BilledSpan { first: month(first)?, last: month(last)? };
        Ok((ContractCode(code), span))
    };
    rows.into_iter().map(span).collect()
}

/// The numbers of issued documents by their rows, whosever they are.
pub fn numbers_of(
    connection: &mut AnyConnection,
    ids: &[InvoiceId],
) -> StorageResult<HashMap<InvoiceId, InvoiceNumber>> {
    /// Fewer than a statement may have values.
    const AT_ONCE: usize = 1_000;
    let mut numbers = HashMap::with_capacity(ids.len());
    for part in ids.chunks(AT_ONCE) {
        let rows: Vec<(i64, Option<String>)> = invoice::table
            .filter(invoice::id.eq_any(part.iter().map(|id| id.0)))
            .select((invoice::id, invoice::number))
            .load(connection)?;
        let numbered = rows.into_iter().filter_map(|(id, number)| Some((InvoiceId(id), number?)));
        numbers.extend(numbered.map(|(id, number)| (id, InvoiceNumber::from_stored(number))));
    }
    Ok(numbers)
}

/// The issued document with this number, within `scope`.
pub fn by_number(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    number: &InvoiceNumber,
) -> StorageResult<Option<(InvoiceId, IssuedInvoice)>> {
    let row: Option<(i64, String, String, String)> = invoice::table
        .inner_join(tenant::table)
        .filter(invoice::number.eq(number.as_str()))
        .select((invoice::id, tenant::code, invoice::content, invoice::content_sha256))
        .first(connection)
        .optional()?;
    admitted(row, scope)
}

/// The issued document with this row id, within `scope`.
pub fn issued_by_id(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    id: InvoiceId,
) -> StorageResult<Option<(InvoiceId, IssuedInvoice)>> {
    let row: Option<(i64, String, String, String)> = invoice::table
        .inner_join(tenant::table)
        .filter(invoice::id.eq(id.0).and(invoice::status.eq("issued")))
        .select((invoice::id, tenant::code, invoice::content, invoice::content_sha256))
        .first(connection)
        .optional()?;
    admitted(row, scope)
}

/// The invoice that was issued last, whosever it is; one of the seller's own only where there is no other: it says less.
pub fn newest(connection: &mut AnyConnection) -> StorageResult<Option<IssuedInvoice>> {
    let row: Option<(i64, String, String, String)> = invoice::table
        .inner_join(tenant::table)
        .filter(invoice::status.eq("issued").and(invoice::kind.eq(InvoiceKind::Invoice.name())))
        .order((tenant::internal, invoice::issued_at.desc(), invoice::id.desc()))
        .select((invoice::id, tenant::code, invoice::content, invoice::content_sha256))
        .first(connection)
        .optional()?;
    Ok(admitted(row, &TenantScope::Everyone)?.map(|(_, invoice)| invoice))
}

/// Drafts of a month within `scope`, by contract.
pub fn drafts(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    month: BillingMonth,
) -> StorageResult<Vec<(InvoiceId, Draft)>> {
    let rows: Vec<(i64, String, String)> = invoice::table
        .inner_join(tenant::table)
        .inner_join(contract::table)
        .filter(invoice::month.eq(month.to_string()).and(invoice::status.eq("draft")))
        .order(contract::code)
        .select((invoice::id, tenant::code, invoice::content))
        .load(connection)?;
    rows.into_iter()
        .filter(|(_, owner, _)| scope.admits(&TenantCode(owner.clone())))
        .map(|(id, _, content)| Ok((InvoiceId(id), from_json("a draft", &content)?)))
        .collect()
}

/// The draft of a contract's month, within `scope`.
pub fn draft_of(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    code: &ContractCode,
    month: BillingMonth,
) -> StorageResult<Option<(InvoiceId, Draft)>> {
    let row: Option<(i64, String, String)> = invoice::table
        .inner_join(tenant::table)
        .inner_join(contract::table)
        .filter(invoice::month.eq(month.to_string()).and(invoice::status.eq("draft")))
        .filter(contract::code.eq(code.as_str()))
        .select((invoice::id, tenant::code, invoice::content))
        .first(connection)
        .optional()?;
    let own = row.filter(|(_, owner, _)| scope.admits(&TenantCode(owner.clone())));
    own.map(|(id, _, content)| Ok((InvoiceId(id), from_json("a draft", &content)?))).transpose()
}

/// A contract that has its invoice of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledContract {
    pub contract: ContractCode,
    pub invoice: InvoiceId,
    pub status: InvoiceStatus,
    pub number: Option<InvoiceNumber>,
}

/// The contracts something was issued on.
pub fn contracts_issued(connection: &mut AnyConnection) -> StorageResult<BTreeSet<ContractCode>> {
    let issued = invoice::table.filter(invoice::status.eq(InvoiceStatus::Issued.name())).select(invoice::contract_id);
    let codes: Vec<String> =
        contract::table.filter(contract::id.eq_any(issued.distinct())).select(contract::code).load(connection)?;
    Ok(codes.into_iter().map(ContractCode).collect())
}

/// Keeps others from drafting or issuing, and from adding, removing or using up manual lines, until the transaction ends:
/// a contract has one invoice a month, which carries exactly the lines that are there when it is issued.
pub fn hold_drafts(connection: &mut AnyConnection) -> StorageResult<()> {
    Ok(dialect::lock_drafts(connection)?)
}

/// Which contracts have an invoice (not a credit note) of `month`, by contract.
pub fn billed_contracts(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    month: BillingMonth,
) -> StorageResult<Vec<BilledContract>> {
    let filter = InvoiceFilter { month: Some(month), kind: Some(InvoiceKind::Invoice), ..InvoiceFilter::default() };
    let (mut invoices, _) = list(connection, scope, &filter, Page::ALL)?;
    invoices.sort_by(|a, b| a.contract.cmp(&b.contract));
    let billed = |invoice: InvoiceSummary| BilledContract {
        contract: invoice.contract,
        invoice: invoice.id,
        status: invoice.status,
        number: invoice.number,
    };
    Ok(invoices.into_iter().map(billed).collect())
}

/// The contracts with an issued invoice of `month`.
pub fn billed_codes(connection: &mut AnyConnection, month: BillingMonth) -> StorageResult<BTreeSet<ContractCode>> {
    let codes: Vec<String> = invoice::table
        .inner_join(contract::table)
        .filter(invoice::month.eq(month.to_string()).and(invoice::kind.eq(InvoiceKind::Invoice.name())))
        .filter(invoice::status.eq("issued"))
        .select(contract::code)
        .load(connection)?;
    Ok(codes.into_iter().map(ContractCode).collect())
}

fn admitted(
    row: Option<(i64, String, String, String)>,
    scope: &TenantScope,
) -> StorageResult<Option<(InvoiceId, IssuedInvoice)>> {
    let Some((id, owner, content, sha256)) = row else { return Ok(None) };
    if !scope.admits(&TenantCode(owner)) {
        return Ok(None);
    }
    if write::sha256(&content) != sha256 {
        return Err(corrupt("an issued invoice", format!("the content of row {id} does not match its SHA-256")));
    }
    Ok(Some((InvoiceId(id), from_json("an issued invoice", &content)?)))
}

/// What is open, the state it settles into, when that is to be paid, and what was paid, where there is a row.
type StandingRow = (Option<i64>, Option<String>, Option<String>, Option<i64>);

fn summary_from(
    row: SummaryRow,
    tenant: String,
    contract: String,
    (open, state, pay_by, paid): StandingRow,
) -> StorageResult<InvoiceSummary> {
    let state = from_optional_word("a balance's state", state)?;
    Ok(InvoiceSummary {
        id: InvoiceId(row.id),
        tenant: TenantCode(tenant),
        contract: ContractCode(contract),
        month: from_word("an invoice's month", row.month)?,
        kind: from_word("an invoice's kind", row.kind)?,
        status: from_word("an invoice's status", row.status)?,
        number: from_optional_word("an invoice's number", row.number)?,
        issue_date: optional_date_from("an invoice's dates", row.issue_date)?,
        due_date: optional_date_from("an invoice's dates", row.due_date)?,
        totals: Totals {
            net: Money::from_cents(row.net_cents),
            tax: Money::from_cents(row.tax_cents),
            gross: Money::from_cents(row.gross_cents),
        },
        standing: open.map(Money::from_cents).zip(state),
        pay_by: optional_date_from("a balance's due date", pay_by)?,
        paid: paid.map_or(Money::ZERO, Money::from_cents),
    })
}
