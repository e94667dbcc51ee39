//! `/api/v1/payments` and what is late: money received, credit notes, late interest.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::once::{Writing, once};
use super::schemas::receivables as described;
use super::schemas::values::Amount;
use super::{Asked, cut, going_on, only_of};
use crate::app::Store;
use crate::app::charge_interest;
use crate::app::correct_invoice::{self, CorrectionRequest};
use crate::app::credit_invoice::{self, CreditRequest};
use crate::app::read_payments::{self, PAYMENTS_PER_PAGE, RecordedPayment};
use crate::app::record_and_keep::{self, SplitReport};
use crate::app::record_payment::{self, NewPayment};
use crate::domain::audit::Actor;
use crate::domain::calendar::plain_day;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::{InvoiceNumber, restated};
use crate::domain::money::Money;
use crate::http::asked::{Expected, days};
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PaymentsQuery {
    /// First day received, `2026-10-01`.
    from: Option<String>,
    /// Last day received.
    to: Option<String>,
    /// A tenant's code.
    tenant: Option<String>,
    /// Part of the payment's number, of the invoice's or of the wording.
    q: Option<String>,
    /// From 1; 50 payments and refunds each.
    page: Option<String>,
    /// Instead of a page: the `next` of the answer before, for the 50 after it, whatever was recorded since.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct PaymentsAnswer {
    payments: Vec<PaymentRow>,
    /// None after a cursor.
    page: Option<usize>,
    pages: usize,
    total: usize,
    /// Where the list goes on, as a `cursor`; none at its end. `Link` names the whole address.
    #[schema(example = "REG-2026-000001")]
    next: Option<String>,
    /// What all of them come to: payments less refunds.
    #[schema(value_type = Amount)]
    amount: String,
}

#[derive(Serialize, ToSchema)]
pub struct PaymentRow {
    /// That of a refund begins with `RBT-`.
    #[schema(example = "REG-2026-000001")]
    number: String,
    received_on: NaiveDate,
    invoice: String,
    tenant: String,
    /// Below zero for a refund.
    #[schema(value_type = Amount)]
    amount: String,
    reference: Option<String>,
    /// The day it was taken from what the tenant had on account, where it was.
    settled_on: Option<NaiveDate>,
}

#[utoipa::path(
    get, path = "/api/v1/payments", tag = "payments", params(PaymentsQuery),
    responses((status = 200, body = PaymentsAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, http: HttpRequest, query: Query<PaymentsQuery>) -> Result<HttpResponse, Fault> {
    let (from, to) = days(("from", query.from.as_deref()), ("to", query.to.as_deref()))?;
    let tenant = query.tenant.clone().filter(|code| !code.is_empty()).map(TenantCode);
    let text = query.q.clone().unwrap_or_default();
    let filter = read_payments::filter(from, to, tenant, &text);
    let cursor = query.cursor.clone();
    let asked = Asked::<String>::of(query.page.as_deref(), cursor.as_deref())?;
    let store = shared.store.clone();
    let answer = blocking(move || {
        let page = if let Asked::Page(page) = asked { page } else { 1 };
        let found = read_payments::search(&store, &filter, page)?;
        let (payments, goes_on) = match &asked {
            Asked::Page(page) => (only_of(*page, found.page, found.payments), *page < found.pages),
            Asked::After(last) => {
                let rows = read_payments::after(&store, &filter, last, PAYMENTS_PER_PAGE + 1)?;
                let Some(rows) = rows else { return Ok(None) };
                cut(rows, PAYMENTS_PER_PAGE)
            }
        };
        Ok(Some(PaymentsAnswer {
            next: payments.last().filter(|_| goes_on).map(|last| last.payment.number.clone()),
            payments: payments.into_iter().map(row).collect(),
            page: matches!(asked, Asked::Page(_)).then_some(page),
            pages: found.pages,
            total: found.total,
            amount: found.amount.to_string(),
        }))
    })
    .await?;
    let answer = answer.ok_or_else(|| Expected::Cursor.refused("cursor", cursor.as_deref().unwrap_or_default()))?;
    Ok(going_on(&http, answer.next.as_deref(), &answer))
}

fn row(recorded: RecordedPayment) -> PaymentRow {
    PaymentRow {
        number: recorded.payment.number,
        received_on: recorded.payment.received_on,
        invoice: recorded.invoice.to_string(),
        tenant: recorded.tenant.to_string(),
        amount: recorded.payment.amount.to_string(),
        reference: recorded.payment.reference,
        settled_on: recorded.payment.settled_on,
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentBody {
    invoice: String,
    #[serde(deserialize_with = "plain_day")]
    received_on: NaiveDate,
    #[schema(value_type = Amount)]
    amount: Money,
    reference: Option<String>,
    /// The same was received before, and came a second time.
    #[serde(default)]
    again: bool,
    /// What is more than what is open is kept on account of the tenant, instead of being refused.
    #[serde(default)]
    keep_rest: bool,
}

#[utoipa::path(
    post, path = "/api/v1/payments", tag = "payments", request_body = PaymentBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once.")),
    responses((status = 201, body = described::RecordedReport,
               description = "Recorded: its number, what is open before and after, the letter that settles, what was kept on account."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem),
              (status = 409, body = Problem,
               description = "One of the same invoice, day, amount and reference stands already; `again` records another."),
              (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn record(writing: Writing) -> Result<HttpResponse, Fault> {
    let PaymentBody { invoice, received_on, amount, reference, again, keep_rest } = writing.body()?;
    let invoice = InvoiceNumber::from_stored(invoice);
    let new = NewPayment { invoice, received_on, amount, reference, statement_key: None };
    let recorded = move |store: &Store, by: &Actor, now| match keep_rest {
        true => record_and_keep::record(store, &new, again, by, now),
        false => {
            record_payment::record_once(store, &new, again, by, now).map(|payment| SplitReport { payment, kept: None })
        }
    };
    once(writing, StatusCode::CREATED, recorded).await
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/interest", tag = "payments", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request claims once."),
    ),
    description = "Claims late interest and the indemnity for payments that came late, once each.",
    request_body(content = String, description = "Nothing is asked for."),
    responses((status = 200, body = described::InterestReport,
               description = "What was claimed now and before, and what is open."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn claim(writing: Writing, number: Path<String>) -> Result<HttpResponse, Fault> {
    let number = InvoiceNumber::from_stored(number.into_inner());
    once(writing, StatusCode::OK, move |store, by, now| charge_interest::charge(store, &number, by, now)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditBody {
    /// Why the invoice is taken back; kept in the audit trail.
    reason: String,
    /// Lines from 1, each with the net amount to take back of it; all that is left where this is empty.
    #[serde(default)]
    lines: Vec<CreditLine>,
    /// Answers what would be issued and writes nothing.
    #[serde(default)]
    preview: bool,
    /// The same amounts were taken back before, and are a second time.
    #[serde(default)]
    again: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditLine {
    line: usize,
    /// All that is left of the line where it is not given.
    #[schema(value_type = Option<Amount>)]
    net: Option<Money>,
}

/// What a credit note would come to.
#[derive(Serialize, ToSchema)]
pub struct CreditPreviewAnswer {
    lines: usize,
    #[schema(value_type = Amount)]
    net: String,
    #[schema(value_type = Amount)]
    tax: String,
    #[schema(value_type = Amount)]
    gross: String,
    #[schema(value_type = Amount)]
    open_before: String,
    /// Below zero is owed to the tenant.
    #[schema(value_type = Amount)]
    open_after: String,
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/credit-notes", tag = "invoices", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request issues one credit note."),
    ),
    request_body = CreditBody,
    responses((status = 200, body = CreditPreviewAnswer, description = "With `preview`: what would be issued."),
              (status = 201, body = described::CreditReport,
               description = "Issued: its number, totals, what is open on the invoice."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem),
              (status = 409, body = Problem,
               description = "The same amounts of the same lines are taken back already; `again` takes them back once more."),
              (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn credit(writing: Writing, number: Path<String>) -> Result<HttpResponse, Fault> {
    let wanted: CreditBody = writing.body()?;
    let credit = CreditRequest {
        invoice: InvoiceNumber::from_stored(number.into_inner()),
        lines: wanted.lines.into_iter().map(|line| (line.line, line.net)).collect(),
        reason: wanted.reason,
    };
    if wanted.preview {
        let store = writing.shared.store.clone();
        let plan = blocking(move || credit_invoice::preview(&store, &credit)).await?;
        let totals = plan.credit.totals;
        return Ok(HttpResponse::Ok().json(CreditPreviewAnswer {
            lines: plan.credit.charges.len(),
            net: totals.net.to_string(),
            tax: totals.tax.to_string(),
            gross: totals.gross.to_string(),
            open_before: plan.open_before.to_string(),
            open_after: plan.open_after.to_string(),
        }));
    }
    let again = wanted.again;
    let credited = move |store: &Store, by: &Actor, now| credit_invoice::credit_once(store, &credit, again, by, now);
    once(writing, StatusCode::CREATED, credited).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionBody {
    /// What was wrong; kept in the audit trail.
    #[serde(default)]
    reason: String,
    /// Answers what would be stated otherwise and writes nothing.
    #[serde(default)]
    preview: bool,
}

/// What a corrected invoice would say.
#[derive(Serialize, ToSchema)]
pub struct CorrectionPreviewAnswer {
    #[schema(value_type = Amount)]
    gross: String,
    due_date: NaiveDate,
    /// What was paid on the invoice and has not gone back: it is then owed to the tenant.
    #[schema(value_type = Amount)]
    paid: String,
    changes: Vec<RestatedRow>,
}

#[derive(Serialize, ToSchema)]
pub struct RestatedRow {
    #[schema(example = "engagement")]
    what: &'static str,
    before: String,
    after: String,
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/correction", tag = "invoices", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request corrects the invoice once."),
    ),
    request_body = CorrectionBody,
    responses((status = 200, body = CorrectionPreviewAnswer, description = "With `preview`: what would be stated otherwise."),
              (status = 201, body = described::CorrectionReport,
               description = "Issued: the numbers of the credit note and of the corrected invoice (384)."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn correct(writing: Writing, number: Path<String>) -> Result<HttpResponse, Fault> {
    let CorrectionBody { reason, preview } = writing.body()?;
    let invoice = InvoiceNumber::from_stored(number.into_inner());
    if preview {
        let (store, now) = (writing.shared.store.clone(), writing.shared.now());
        let plan = blocking(move || correct_invoice::preview(&store, &invoice, now)).await?;
        let changes = restated(&plan.invoice, &plan.corrected).into_iter();
        return Ok(HttpResponse::Ok().json(CorrectionPreviewAnswer {
            gross: plan.corrected.totals.gross.to_string(),
            due_date: plan.corrected.due_date,
            paid: plan.paid.to_string(),
            changes: changes
                .map(|change| RestatedRow { what: change.what, before: change.before, after: change.after })
                .collect(),
        }));
    }
    let wanted = CorrectionRequest { invoice, reason };
    once(writing, StatusCode::CREATED, move |store, by, now| correct_invoice::correct(store, &wanted, by, now)).await
}
