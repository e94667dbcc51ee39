//! The notices of an invoice: what became of each, and sending them again.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::once::{Writing, once};
use super::{PageQuery, paged};
use crate::app::AppError;
use crate::app::notices::{self, Notice, NoticeStatus, Preview};
use crate::domain::invoice::InvoiceNumber;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Serialize, ToSchema)]
pub struct NoticeAnswer {
    recipient: String,
    /// `invoice-available` or `payment-reminder`; of what is about no invoice `invitation`, `password-reset` or `audit-root`.
    kind: String,
    /// `pending`, `sent` or `failed`.
    status: &'static str,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    attempts: i64,
    error: Option<String>,
}

fn answer(notice: &Notice) -> NoticeAnswer {
    NoticeAnswer {
        recipient: notice.message.recipient.clone(),
        kind: notice.message.kind.clone(),
        status: match notice.status {
            NoticeStatus::Pending => "pending",
            NoticeStatus::Sent => "sent",
            NoticeStatus::Failed => "failed",
        },
        created_at: notice.created_at,
        sent_at: notice.sent_at,
        attempts: notice.attempts,
        error: notice.last_error.clone(),
    }
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/notices", tag = "invoices", params(("number" = String, Path)),
    responses((status = 200, body = Vec<NoticeAnswer>, description = "Oldest first."), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let found = blocking(move || notices::of(&store, &granted.scope, &number)).await?;
    let found = found.ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok().json(found.iter().map(answer).collect::<Vec<_>>()))
}

/// The notice of an invoice as its first recipient gets it.
#[derive(Serialize, ToSchema)]
pub struct NoticePreview {
    from: String,
    subject: String,
    text: String,
    html: String,
    /// The file it carries.
    attachment: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/notices/preview", tag = "invoices", params(("number" = String, Path)),
    responses((status = 200, body = NoticePreview), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn preview(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, way_out) = (shared.store.clone(), shared.way_out());
    let read = move || notices::preview(&store, &granted.scope, &number, &way_out.postage(&store)?);
    let found = blocking(read).await?;
    let Preview { from, subject, text, html, attachment } = found.ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok().json(NoticePreview { from, subject, text, html, attachment }))
}

/// A mail that did not leave.
#[derive(Serialize, ToSchema)]
pub struct UndeliveredAnswer {
    /// What it is about; none of an invitation, a new password or the signed root of the audit trail.
    invoice: Option<String>,
    #[serde(flatten)]
    notice: NoticeAnswer,
}

#[utoipa::path(
    get, path = "/api/v1/notices", tag = "invoices", params(PageQuery),
    responses((status = 200, body = Vec<UndeliveredAnswer>,
               description = "Mails that did not leave, of every invoice: given up first, then those that are tried again."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn undelivered(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let found = blocking(move || notices::undelivered(&store)).await?;
    let row = |(invoice, notice): &(Option<InvoiceNumber>, Notice)| UndeliveredAnswer {
        invoice: invoice.as_ref().map(ToString::to_string),
        notice: answer(notice),
    };
    paged(&http, &found.iter().map(row).collect::<Vec<_>>(), query.page.as_deref())
}

/// How many notices were queued.
#[derive(Serialize, ToSchema)]
pub struct ResendAnswer {
    queued: usize,
}

#[utoipa::path(
    post, path = "/api/v1/invoices/{number}/notices", tag = "invoices", params(
        ("number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request queues once."),
    ),
    description = "Queues a notice for each of the tenant's contacts again; one that waits is not doubled. Refused where it has none.",
    request_body(content = String, description = "Nothing is asked for."),
    responses((status = 202, body = ResendAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem),
              (status = 409, description = "The tenant has no contact to write to.", body = Problem)),
    security(("token" = []))
)]
pub async fn resend(writing: Writing, number: Path<String>) -> Result<HttpResponse, Fault> {
    let scope = writing.granted.scope.clone();
    once(writing, StatusCode::ACCEPTED, move |store, by, now| {
        let queued = notices::resend(store, &scope, &number, by, now)?;
        let queued = queued.ok_or_else(|| AppError::NotFound(format!("invoice {number}")))?;
        Ok(ResendAnswer { queued })
    })
    .await
}
