//! Files of readings that were sent through the browser: how far each is, and what became of its lines.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::readings::BilledMonthAnswer;
use super::{PAGE_ROWS_MAX, PageQuery, page_of};
use crate::app::upload_readings::{self, RefusedLine, UploadState, UploadView};
use crate::http::asked::page;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Serialize, ToSchema)]
pub struct ImportRow {
    id: i64,
    file_name: String,
    sent_by: String,
    started_at: String,
    /// `running`, `done`, `failed` (the file could not be read to its end) or `interrupted` (the server stopped meanwhile: sending
    /// the file again goes on).
    status: &'static str,
    bytes_read: u64,
    bytes_total: u64,
    /// As far as it was read.
    accepted: u64,
    duplicates: u64,
    refused: u64,
}

/// One file with its report.
#[derive(Serialize, ToSchema)]
pub struct ImportAnswer {
    #[serde(flatten)]
    import: ImportRow,
    /// The first lines that were refused.
    refused_lines: Vec<RefusedLineAnswer>,
    /// What of the accepted is of months already billed.
    billed_months: Vec<BilledMonthAnswer>,
    /// Why the file could not be read to its end.
    failure: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct RefusedLineAnswer {
    line: u64,
    why: String,
}

#[utoipa::path(
    get, path = "/api/v1/readings/imports", tag = "readings", params(PageQuery),
    description = "Files of readings sent through the browser, the latest first.",
    responses((status = 200, body = Vec<ImportRow>), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, http: HttpRequest, query: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let page = page(query.page.as_deref())?;
    let (store, now) = (shared.store.clone(), shared.now());
    let place = (page.saturating_sub(1).saturating_mul(PAGE_ROWS_MAX), PAGE_ROWS_MAX);
    let (found, total) = blocking(move || upload_readings::part(&store, place, now)).await?;
    Ok(page_of(&http, page, total).json(found.iter().map(row).collect::<Vec<_>>()))
}

#[utoipa::path(
    get, path = "/api/v1/readings/imports/{upload}", tag = "readings", params(("upload" = i64, Path)),
    responses((status = 200, body = ImportAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, id: Path<String>) -> Result<HttpResponse, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let (store, now) = (shared.store.clone(), shared.now());
    let view = blocking(move || upload_readings::one(&store, id, now)).await?.ok_or(Fault::NotFound)?;
    let refused = |one: &RefusedLine| RefusedLineAnswer { line: one.line, why: one.why.clone() };
    Ok(HttpResponse::Ok().json(ImportAnswer {
        import: row(&view),
        refused_lines: view.report.refused.iter().map(refused).collect(),
        billed_months: view.report.billed.iter().map(BilledMonthAnswer::from).collect(),
        failure: view.report.failure.clone(),
    }))
}

fn row(view: &UploadView) -> ImportRow {
    let (upload, report) = (&view.upload, &view.report);
    ImportRow {
        id: upload.id,
        file_name: upload.file_name.clone(),
        sent_by: upload.by.clone(),
        started_at: upload.started_at.to_string(),
        status: match upload.state {
            UploadState::Running if view.is_interrupted => "interrupted",
            state => state.name(),
        },
        bytes_read: upload.bytes_read,
        bytes_total: upload.bytes_total,
        accepted: report.accepted,
        duplicates: report.duplicates,
        refused: report.refused_count,
    }
}
