//! What happened to an invoice since its issue, and how what is owed to a tenant goes back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::once::{Writing, once};
use super::schemas::receivables as described;
use super::schemas::values::Amount;
use crate::app::read_account::{self, Account};
use crate::app::refund::{self, NewRefund};
use crate::app::transfer::{self, NewTransfer};
use crate::domain::calendar::plain_day;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{PaidBack, Payment};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// open = invoice + interest − credited − paid + paid back.
#[derive(Serialize, ToSchema)]
pub struct AccountAnswer {
    /// Below zero is owed to the tenant.
    #[schema(value_type = Amount)]
    open: String,
    /// `open`, `paid`, `credited` or `overpaid`.
    settlement: &'static str,
    due_date: NaiveDate,
    #[schema(value_type = Amount)]
    credited: String,
    #[schema(value_type = Amount)]
    paid: String,
    #[schema(value_type = Amount)]
    paid_back: String,
    #[schema(value_type = Amount)]
    interest: String,
    credit_notes: Vec<AmountOf>,
    payments: Vec<PaidRow>,
    refunds_and_transfers: Vec<PaidBackRow>,
    /// Claims of late interest.
    claims: Vec<AmountOf>,
}

/// A document and what it comes to.
#[derive(Serialize, ToSchema)]
pub struct AmountOf {
    number: String,
    #[schema(value_type = Amount)]
    amount: String,
}

#[derive(Serialize, ToSchema)]
pub struct PaidRow {
    #[schema(example = "REG-2026-000001")]
    number: String,
    received_on: NaiveDate,
    #[schema(value_type = Amount)]
    amount: String,
    reference: Option<String>,
    /// The invoice on which it was owed to the tenant, where it was set against this one.
    from: Option<String>,
    /// The day it was taken from what the tenant had on account, where it was.
    settled_on: Option<NaiveDate>,
}

#[derive(Serialize, ToSchema)]
pub struct PaidBackRow {
    /// `RBT-…` for a refund, `IMP-…` for a transfer.
    #[schema(example = "RBT-2026-000001")]
    number: String,
    on: NaiveDate,
    #[schema(value_type = Amount)]
    amount: String,
    reference: Option<String>,
    /// The invoice it was set against; none for a refund.
    to: Option<String>,
}

fn amount_of((number, amount): (impl ToString, Money)) -> AmountOf {
    AmountOf { number: number.to_string(), amount: amount.to_string() }
}

fn paid(payment: Payment) -> PaidRow {
    PaidRow {
        number: payment.number,
        received_on: payment.received_on,
        amount: payment.amount.to_string(),
        reference: payment.reference,
        from: payment.transferred_from.map(|from| from.to_string()),
        settled_on: payment.settled_on,
    }
}

fn paid_back(back: PaidBack) -> PaidBackRow {
    PaidBackRow {
        number: back.number,
        on: back.on,
        amount: back.amount.to_string(),
        reference: back.reference,
        to: back.to.map(|to| to.to_string()),
    }
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/account", tag = "invoices", params(("number" = String, Path)),
    description = "What is open on an invoice, and what it follows from: credit notes, payments, refunds and transfers, \
        claims of interest.",
    responses((status = 200, body = AccountAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem, description = "Unknown, or another tenant's.")),
    security(("token" = []))
)]
pub async fn account(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let number = InvoiceNumber::from_stored(number.into_inner());
    let found = blocking(move || read_account::of(&store, &granted.scope, &number, now)).await?;
    let Account { balance, credit_notes, payments, paid_back: back, claims, .. } = found.ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok().json(AccountAnswer {
        open: balance.open.to_string(),
        settlement: balance.settlement.name(),
        due_date: balance.due_date,
        credited: balance.credited.to_string(),
        paid: balance.paid.to_string(),
        paid_back: balance.paid_back.to_string(),
        interest: balance.interest.to_string(),
        credit_notes: credit_notes.into_iter().map(|(number, _, gross)| amount_of((number, gross))).collect(),
        payments: payments.into_iter().map(paid).collect(),
        refunds_and_transfers: back.into_iter().map(paid_back).collect(),
        claims: claims.into_iter().map(|claim| amount_of((claim.document, claim.amount))).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    /// The day it was sent back.
    #[serde(deserialize_with = "plain_day")]
    refunded_on: NaiveDate,
    /// At most what is owed to the tenant.
    #[schema(value_type = Amount)]
    amount: Money,
    /// What the bank is told of it.
    reference: Option<String>,
    /// Answers what would be open and writes nothing.
    #[serde(default)]
    preview: bool,
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/refunds", tag = "payments", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once."),
    ),
    description = "Records that what is owed to the tenant on an invoice was sent back to it.",
    request_body = RefundBody,
    responses((status = 200, body = described::RefundPlan, description = "With `preview`: what is open before and after."),
              (status = 201, body = described::RefundReport,
               description = "Recorded: its number, what is open before and after, the letter that settles."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn refund(writing: Writing, number: Path<String>) -> Result<HttpResponse, Fault> {
    let RefundBody { refunded_on, amount, reference, preview } = writing.body()?;
    let invoice = InvoiceNumber::from_stored(number.into_inner());
    let new = NewRefund { invoice, on: refunded_on, amount, reference };
    if preview {
        let (store, now) = (writing.shared.store.clone(), writing.shared.now());
        return Ok(HttpResponse::Ok().json(blocking(move || refund::plan(&store, &new, now)).await?));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| refund::record(store, &new, by, now)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferBody {
    /// The open invoice of the same tenant that it pays.
    to: String,
    /// At most what is owed on the one and open on the other.
    #[schema(value_type = Amount)]
    amount: Money,
    /// Today where it is not given.
    #[serde(default, deserialize_with = "some_day")]
    transferred_on: Option<NaiveDate>,
    /// Answers what would be open on both and writes nothing.
    #[serde(default)]
    preview: bool,
}

fn some_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    plain_day(deserializer).map(Some)
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/transfers", tag = "payments", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once."),
    ),
    description = "Sets what is owed to the tenant on an invoice against another of its invoices, as a payment of that.",
    request_body = TransferBody,
    responses((status = 200, body = described::TransferPlan,
               description = "With `preview`: what is open on both before and after."),
              (status = 201, body = described::TransferReport,
               description = "Recorded: its number, what is open on both before and after, the letters."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn transfer(writing: Writing, number: Path<String>) -> Result<HttpResponse, Fault> {
    let TransferBody { to, amount, transferred_on, preview } = writing.body()?;
    let from = InvoiceNumber::from_stored(number.into_inner());
    let new = NewTransfer { from, to: InvoiceNumber::from_stored(to), on: transferred_on, amount };
    if preview {
        let (store, now) = (writing.shared.store.clone(), writing.shared.now());
        return Ok(HttpResponse::Ok().json(blocking(move || transfer::plan(&store, &new, now)).await?));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| transfer::record(store, &new, by, now)).await
}
