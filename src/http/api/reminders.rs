//! Reminders of invoices past due: what one says, and sending it.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::once::once;
use super::schemas::receivables::ReminderReport;
use crate::app::Store;
use crate::app::remind;
use crate::domain::invoice::InvoiceNumber;
use crate::http::auth::Granted;
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
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/reminders", tag = "payments", params(("number" = String, Path)),
    description = "The reminder of an invoice past due as it would leave today, and when others left.",
    responses((status = 200, body = ReminderAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn plan(shared: Data<Shared>, number: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, postage, now) = (shared.store.clone(), shared.postage(), shared.now());
    let number = InvoiceNumber::from_stored(number.into_inner());
    let plan = blocking(move || remind::plan(&store, &number, &postage, now)).await?;
    Ok(HttpResponse::Ok().json(ReminderAnswer {
        recipients: plan.recipients,
        subject: plan.preview.subject,
        text: plan.preview.text,
        attachment: plan.preview.attachment,
        before: plan.before,
        hindrance: plan.hindrance.map(|told| told.english),
    }))
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/reminders", tag = "payments", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request queues once."),
    ),
    description = "Queues a reminder of an invoice past due for each of the tenant's contacts; once a day, and not while an earlier one still waits to leave.",
    request_body(content = String, description = "Nothing is asked for."),
    responses((status = 202, body = ReminderReport, description = "The invoice and the recipients."), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn send(
    shared: Data<Shared>,
    granted: Granted,
    number: Path<String>,
    http: HttpRequest,
    request: Bytes,
) -> Result<HttpResponse, Fault> {
    let (by, now) = (granted.by.clone(), shared.now());
    let number = InvoiceNumber::from_stored(number.into_inner());
    let work = move |store: &Store| remind::send(store, &number, &by, now);
    once(&shared, &granted, &http, &request, StatusCode::ACCEPTED, work).await
}
