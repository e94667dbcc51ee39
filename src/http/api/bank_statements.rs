//! Bank statements, and what became of their receipts: matched with the invoices they pay, kept on account, set aside.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::once::{Writing, once, once_without_answer};
use super::schemas::receivables as described;
use super::schemas::values::Amount;
use super::{LongPageQuery, PAGE_ROWS_MAX, PageQuery, page_of, paged_long};
use crate::app::match_receipts::{self, BankReceipt, BankStatement};
use crate::app::{Store, import_statement};
use crate::domain::audit::Actor;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::http::asked::page;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[utoipa::path(
    post, path = "/api/v1/payments/statements", tag = "payments",
    description = "Reads a bank statement, camt.053 or CFONB 120, as the body. A statement read twice counts once.",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same statement is answered alike.")),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 201, body = described::ImportReport,
               description = "What was recorded, known before, and left for a person with the reason."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn read_statement(writing: Writing) -> Result<HttpResponse, Fault> {
    let statement = writing.request.clone();
    once(writing, StatusCode::CREATED, move |store, by, now| import_statement::import(store, &statement, by, now)).await
}

/// A bank statement that was read.
#[derive(Serialize, ToSchema)]
pub struct StatementRow {
    id: i64,
    read_by: String,
    read_at: DateTime<Utc>,
    receipts: i64,
    /// Receipts that an earlier statement held.
    known_before: i64,
}

#[utoipa::path(
    get, path = "/api/v1/payments/statements", tag = "payments", params(PageQuery),
    responses((status = 200, body = Vec<StatementRow>, description = "The latest first."), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn statements(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Fault> {
    let (store, page) = (shared.store.clone(), page(query.page.as_deref())?);
    let skipped = page.saturating_sub(1).saturating_mul(PAGE_ROWS_MAX);
    let (found, total) = blocking(move || match_receipts::statements_part(&store, skipped, PAGE_ROWS_MAX)).await?;
    let row = |one: BankStatement| StatementRow {
        id: one.id,
        read_by: one.by,
        read_at: one.at,
        receipts: one.receipts,
        known_before: one.known_before,
    };
    Ok(page_of(&http, page, total).json(found.into_iter().map(row).collect::<Vec<_>>()))
}

/// A receipt of a bank statement.
#[derive(Serialize, ToSchema)]
pub struct ReceiptRow {
    /// What tells it from every other; matching and setting aside name it.
    key: String,
    statement: i64,
    booked_on: NaiveDate,
    #[schema(value_type = Amount)]
    amount: String,
    /// What the bank kept of it and no payment carries yet.
    #[schema(value_type = Amount)]
    charge: String,
    /// What is left of it to match.
    #[schema(value_type = Amount)]
    left: String,
    text: String,
    /// `recorded`, `left` or `dismissed`.
    outcome: &'static str,
    why: Option<String>,
    /// Numbers of the payments it became.
    payments: Option<String>,
}

fn receipt(receipt: &BankReceipt) -> ReceiptRow {
    ReceiptRow {
        key: receipt.key.clone(),
        statement: receipt.statement,
        booked_on: receipt.booked_on,
        amount: receipt.amount.to_string(),
        charge: receipt.charge.to_string(),
        left: receipt.open().to_string(),
        text: receipt.text.clone(),
        outcome: receipt.outcome.name(),
        why: match_receipts::why(receipt).map(|told| told.english),
        payments: receipt.payment.clone(),
    }
}

#[utoipa::path(
    get, path = "/api/v1/payments/receipts", tag = "payments", params(LongPageQuery),
    description = "Receipts of bank statements that a person has to match, oldest first.",
    responses((status = 200, body = Vec<ReceiptRow>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn receipts(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<LongPageQuery>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let left = blocking(move || match_receipts::left(&store)).await?;
    paged_long(&http, &left.iter().map(receipt).collect::<Vec<_>>(), query.page.as_deref())
}

#[utoipa::path(
    get, path = "/api/v1/payments/statements/{statement}", tag = "payments", params(("statement" = i64, Path), LongPageQuery),
    responses((status = 200, body = Vec<ReceiptRow>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn statement(
    shared: Data<Shared>,
    id: Path<String>,
    http: HttpRequest,
    query: Query<LongPageQuery>,
) -> Result<HttpResponse, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let store = shared.store.clone();
    let found = blocking(move || match_receipts::statement(&store, id)).await?;
    let (_, receipts) = found.ok_or(Fault::NotFound)?;
    paged_long(&http, &receipts.iter().map(receipt).collect::<Vec<_>>(), query.page.as_deref())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchBody {
    receipt: String,
    invoice: String,
    #[schema(value_type = Amount)]
    amount: Money,
}

#[utoipa::path(
    post, path = "/api/v1/payments/receipts/match", tag = "payments", request_body = MatchBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once.")),
    responses((status = 201, body = described::PaymentReport, description = "Recorded, as a payment is."), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn match_receipt(writing: Writing) -> Result<HttpResponse, Fault> {
    let wanted: MatchBody = writing.body()?;
    once(writing, StatusCode::CREATED, move |store, by, now| {
        let invoice = InvoiceNumber::from_stored(wanted.invoice);
        match_receipts::assign(store, &wanted.receipt, &invoice, wanted.amount, None, by, now)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissBody {
    receipt: String,
    /// Why it pays no invoice.
    reason: String,
}

#[utoipa::path(
    post, path = "/api/v1/payments/receipts/dismiss", tag = "payments", request_body = DismissBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request is done once.")),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn dismiss(writing: Writing) -> Result<HttpResponse, Fault> {
    let DismissBody { receipt, reason } = writing.body()?;
    let dismiss = move |store: &Store, by: &Actor, now| match_receipts::dismiss(store, &receipt, &reason, by, now);
    once_without_answer(writing, StatusCode::NO_CONTENT, dismiss).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepBody {
    receipt: String,
    /// Whose money it is.
    tenant: String,
}

#[utoipa::path(
    post, path = "/api/v1/payments/receipts/keep", tag = "payments", request_body = KeepBody,
    description = "Keeps what is left of a receipt on account of the tenant it comes from.",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once.")),
    responses((status = 201, body = described::KeptReport, description = "Kept: its number, and what is on account."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn keep(writing: Writing) -> Result<HttpResponse, Fault> {
    let KeepBody { receipt, tenant } = writing.body()?;
    once(writing, StatusCode::CREATED, move |store, by, now| {
        match_receipts::keep_on_account(store, &receipt, &TenantCode(tenant), None, by, now)
    })
    .await
}
