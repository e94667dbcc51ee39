//! What is past due, and reminders of it: what one says, and sending it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::once::{Writing, once};
use super::schemas::receivables as described;
use super::{PageQuery, page_of, part};
use crate::app::dunning::{self, Dunning};
use crate::app::remind;
use crate::domain::invoice::InvoiceNumber;
use crate::http::asked::page;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// A reminder as it would leave today.
#[derive(Serialize, ToSchema)]
pub struct ReminderAnswer {
    recipients: Vec<String>,
    subject: String,
    text: String,
    /// The file it would carry.
    attachment: Option<String>,
    /// When reminders of the invoice were queued before, oldest first.
    before: Vec<DateTime<Utc>>,
    /// Why none can be queued now: one was today, or still waits in the outbox.
    hindrance: Option<String>,
    /// What its tenant has on account, from which it could be settled first; it hinders none.
    on_account: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/reminders", tag = "payments", params(("number" = String, Path)),
    description = "The reminder of an invoice past due as it would leave today, and when others left.",
    responses((status = 200, body = ReminderAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn plan(shared: Data<Shared>, number: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, way_out, now) = (shared.store.clone(), shared.way_out(), shared.now());
    let number = InvoiceNumber::from_stored(number.into_inner());
    let plan = blocking(move || remind::plan(&store, &number, &way_out.postage(&store)?, now)).await?;
    Ok(HttpResponse::Ok().json(ReminderAnswer {
        recipients: plan.recipients,
        subject: plan.preview.subject,
        text: plan.preview.text,
        attachment: plan.preview.attachment,
        before: plan.before,
        hindrance: plan.hindrance.map(|told| told.english),
        on_account: plan.on_account.map(|told| told.english),
    }))
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/reminders", tag = "payments", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request queues once."),
    ),
    description = "Queues a reminder of an invoice past due for each of the tenant's contacts; once a day, and not while an earlier one still waits to leave.",
    request_body(content = String, description = "Nothing is asked for."),
    responses((status = 202, body = described::ReminderReport, description = "The invoice and the recipients."), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn send(writing: Writing, number: Path<String>) -> Result<HttpResponse, Fault> {
    let number = InvoiceNumber::from_stored(number.into_inner());
    once(writing, StatusCode::ACCEPTED, move |store, by, now| remind::send(store, &number, by, now)).await
}

#[utoipa::path(
    get, path = "/api/v1/dunning", tag = "payments", params(PageQuery),
    description = "Invoices past due by tenant with days late and interest so far, and interest that can be claimed: 100 \
                   tenants and 100 claims a page. `X-Total-Count` is the length of the longer of the two.",
    responses((status = 200, body = described::Dunning, description = "What is late today."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn dunning(shared: Data<Shared>, http: HttpRequest, query: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let page = page(query.page.as_deref())?;
    let (store, now) = (shared.store.clone(), shared.now());
    let late = blocking(move || dunning::read(&store, now)).await?;
    let rows = late.tenants.len().max(late.claimable.len());
    let (tenants, claimable) = (part(&late.tenants, page).to_vec(), part(&late.claimable, page).to_vec());
    Ok(page_of(&http, page, rows).json(Dunning { tenants, claimable, ..late }))
}
