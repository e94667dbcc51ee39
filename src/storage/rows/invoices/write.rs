//! Drafting, numbering and issuing. Each function runs inside its caller's transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::lines;
use crate::domain::audit::hex;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, InvoiceId};
use crate::domain::invoice::{Draft, InvoiceKind, InvoiceNumber, IssuedInvoice, Totals};
use crate::domain::receivables::Balance;
use crate::storage::codec::{date_text, integer, to_json};
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::rows::balances;
use crate::storage::schema::{contract, invoice, invoice_reference, number_series};

/// A place in a series: what makes an invoice number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPosition {
    /// The prefix of its numbers.
    pub series: String,
    pub year: i32,
    /// From 1, without gap.
    pub position: i64,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = invoice)]
struct DraftRow<'a> {
    tenant_id: i64,
    contract_id: i64,
    month: String,
    kind: &'a str,
    status: &'a str,
    net_cents: i64,
    tax_cents: i64,
    gross_cents: i64,
    content: &'a str,
    content_sha256: String,
    created_at: i64,
}

/// Keeps `draft`, in place of an earlier draft of the same contract and month. A month that is issued is a conflict.
pub fn save_draft(connection: &mut AnyConnection, draft: &Draft, now: DateTime<Utc>) -> StorageResult<InvoiceId> {
    let (contract_id, tenant_id) = contract_row(connection, &draft.contract)?;
    if let Some((id, number)) = invoice_of(connection, contract_id, draft.month)? {
        match number {
            Some(number) => {
                return Err(StorageError::Conflict(format!(
                    "{} of contract {} is billed by {number}",
                    draft.month, draft.contract
                )));
            }
            // Its lines go with it.
            None => diesel::delete(invoice::table.find(id)).execute(connection)?,
        };
    }
    let content = to_json("a draft", draft)?;
    let row = draft_row((contract_id, tenant_id), draft.month, InvoiceKind::Invoice, draft.totals, &content, now);
    let id: i64 = diesel::insert_into(invoice::table).values(&row).returning(invoice::id).get_result(connection)?;
    lines::insert(connection, id, draft.month, &draft.charges)?;
    Ok(InvoiceId(id))
}

/// Removes the draft of a contract's month; false where there is none.
pub fn delete_draft(
    connection: &mut AnyConnection,
    contract: &ContractCode,
    month: BillingMonth,
) -> StorageResult<bool> {
    let (contract_id, _) = contract_row(connection, contract)?;
    let drafts = invoice::table
        .filter(invoice::contract_id.eq(contract_id).and(invoice::month.eq(month.to_string())))
        .filter(invoice::status.eq("draft"));
    Ok(diesel::delete(drafts).execute(connection)? > 0)
}

/// The next position of `series` in `year`. The counter stays locked until the transaction ends: a number taken by one
/// that is undone is taken again, so there is no gap.
pub fn take_number(connection: &mut AnyConnection, series: &str, year: i32) -> StorageResult<SeriesPosition> {
    let advance = |connection: &mut AnyConnection| {
        diesel::update(number_series::table.find((series, i64::from(year))))
            .set(number_series::next.eq(number_series::next + 1))
            .returning(number_series::next)
            .get_result::<i64>(connection)
            .optional()
    };
    let next = match advance(connection)? {
        Some(next) => next,
        None => {
            dialect::begin_series(connection, series, i64::from(year))?;
            advance(connection)?
                .ok_or_else(|| StorageError::NotFound { what: "number series", key: format!("{series} {year}") })?
        }
    };
    Ok(SeriesPosition { series: series.to_owned(), year, position: next - 1 })
}

/// Freezes `issued` under the number made of `place`, in place of `draft` where it has one; credit notes have none.
/// From here on the database refuses to change it.
pub fn insert_issued(
    connection: &mut AnyConnection,
    issued: &IssuedInvoice,
    draft: Option<InvoiceId>,
    place: &SeriesPosition,
) -> StorageResult<InvoiceId> {
    let number = InvoiceNumber::new(&place.series, place.year, place.position)
        .map_err(|error| StorageError::Refused(error.to_string()))?;
    if number != issued.number {
        return Err(StorageError::Refused(format!("{} is not position {place:?}", issued.number)));
    }
    let contract = contract_row(connection, &issued.references.contract)?;
    let content = to_json("an issued invoice", issued)?;
    let row = draft_row(contract, issued.month, issued.kind, issued.totals, &content, issued.issued_at);
    let id = match draft {
        Some(InvoiceId(id)) => {
            let drafts = invoice::table.filter(invoice::id.eq(id).and(invoice::status.eq("draft")));
            if diesel::update(drafts).set(&row).execute(connection)? == 0 {
                return Err(StorageError::NotFound { what: "draft", key: id.to_string() });
            }
            lines::delete(connection, id)?;
            id
        }
        None => diesel::insert_into(invoice::table).values(&row).returning(invoice::id).get_result(connection)?,
    };
    lines::insert(connection, id, issued.month, &issued.charges)?;
    diesel::update(invoice::table.find(id))
        .set((
            invoice::status.eq("issued"),
            invoice::number.eq(issued.number.as_str()),
            invoice::series.eq(&place.series),
            invoice::year.eq(i64::from(place.year)),
            invoice::position.eq(place.position),
            invoice::issue_date.eq(date_text(issued.issue_date)),
            invoice::due_date.eq(date_text(issued.due_date)),
            invoice::issued_at.eq(issued.issued_at.timestamp()),
        ))
        .execute(connection)?;
    balances::put(connection, InvoiceId(id), &Balance::of_issued(issued))?;
    keep_references(connection, id, issued)?;
    Ok(InvoiceId(id))
}

/// What the document can be found by at Chorus, as it was frozen.
fn keep_references(connection: &mut AnyConnection, id: i64, issued: &IssuedInvoice) -> StorageResult<()> {
    let routed_by = &issued.references;
    let kept = [&routed_by.service_code, &routed_by.engagement, &routed_by.market];
    let kept: BTreeSet<String> = kept.into_iter().flatten().map(|reference| reference.to_lowercase()).collect();
    for reference in kept {
        diesel::insert_into(invoice_reference::table)
            .values((invoice_reference::reference.eq(reference), invoice_reference::invoice_id.eq(id)))
            .execute(connection)?;
    }
    Ok(())
}

fn draft_row<'a>(
    (contract_id, tenant_id): (i64, i64),
    month: BillingMonth,
    kind: InvoiceKind,
    totals: Totals,
    content: &'a str,
    now: DateTime<Utc>,
) -> DraftRow<'a> {
    DraftRow {
        tenant_id,
        contract_id,
        month: month.to_string(),
        kind: kind.name(),
        status: "draft",
        net_cents: totals.net.cents(),
        tax_cents: totals.tax.cents(),
        gross_cents: totals.gross.cents(),
        content_sha256: sha256(content),
        content,
        created_at: now.timestamp(),
    }
}

/// The row ids of a contract and its tenant.
fn contract_row(connection: &mut AnyConnection, code: &ContractCode) -> StorageResult<(i64, i64)> {
    contract::table
        .filter(contract::code.eq(code.as_str()))
        .select((contract::id, contract::tenant_id))
        .first(connection)
        .optional()?
        .ok_or_else(|| StorageError::NotFound { what: "contract", key: code.to_string() })
}

/// The invoice of a contract's month, with its number once it is issued.
fn invoice_of(
    connection: &mut AnyConnection,
    contract_id: i64,
    month: BillingMonth,
) -> StorageResult<Option<(i64, Option<String>)>> {
    Ok(invoice::table
        .filter(invoice::contract_id.eq(contract_id).and(invoice::month.eq(month.to_string())))
        .filter(invoice::kind.eq(InvoiceKind::Invoice.name()))
        .select((invoice::id, invoice::number))
        .first(connection)
        .optional()?)
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256(content: &str) -> String {
    hex(&Sha256::digest(content.as_bytes()))
}

/// Every series of numbers with its year and the next number, the newest years first.
pub fn number_series(connection: &mut AnyConnection) -> StorageResult<Vec<(String, i32, i64)>> {
    let rows: Vec<(String, i64, i64)> = number_series::table
        .order((number_series::year.desc(), number_series::series))
        .select((number_series::series, number_series::year, number_series::next))
        .load(connection)?;
    let row = |(series, year, next): (String, i64, i64)| Ok((series, integer("a year", year)?, next));
    rows.into_iter().map(row).collect()
}
