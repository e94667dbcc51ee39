//! Files of readings, from programs and from browsers: sent, how far each is, and what became of its lines.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::once::{Repeatable, kept_once};
use super::packed::Packing;
use super::readings::{BilledMonthAnswer, idempotency_key};
use super::{PAGE_ROWS_MAX, PageQuery, page_of};
use crate::app::Store;
use crate::app::upload_readings::{self, FILE_BYTES_MAX, RefusedLine, UploadState, UploadView};
use crate::domain::audit::Actor;
use crate::http::asked::page;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::incoming::{Incoming, Reading};
use crate::http::state::{Shared, blocking};
use crate::http::unreadable;

/// What a file may say it is; what it is, is told from its first bytes.
const KINDS: [&str; 6] = [
    "text/csv",
    "application/x-ndjson",
    "application/ndjson",
    "application/gzip",
    "application/x-gzip",
    "application/octet-stream",
];

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FileQuery {
    /// What the file is called where it comes from: reports name it.
    file_name: Option<String>,
}

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
    post, path = "/api/v1/readings/imports", tag = "readings",
    params(FileQuery,
           ("Idempotency-Key" = Option<String>, Header, description = "The same file is read once; how far it is by now is answered again. Where its reading broke off, it is read as the same import.")),
    description = "A file of readings, CSV or lines of JSON, gzipped or not, of 256 MiB at most as it is sent: it is the body. \
                   It is read beside the answer, which tells what became of it so far; its report is kept. Of a file that \
                   was sent before only what is new is taken.",
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"), (String = "application/gzip"),
                         (String = "application/octet-stream"))),
    responses((status = 202, body = ImportAnswer, description = "It is in: Location tells how far it is read."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 413, body = Problem),
              (status = 415, body = Problem), (status = 422, body = Problem, description = "There is nothing in it.")),
    security(("token" = []))
)]
pub async fn send(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<FileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Fault> {
    must_be_a_file(http.headers())?;
    // Before the file comes in, not after.
    idempotency_key(http.headers())?;
    let file = Incoming::open(&shared).await?;
    let bytes_max = usize::try_from(FILE_BYTES_MAX).unwrap_or(usize::MAX);
    let received = file.receive(payload, |error| unreadable::payload(&error, bytes_max)).await?;
    if received.bytes == 0 {
        return Err(Fault::Unprocessable("there is nothing in the file".to_owned()));
    }
    let (name, by, clock) = (query.into_inner().file_name.unwrap_or_default(), granted.by.clone(), shared.clock());
    let asked = Repeatable::with_file(shared.clone(), granted, http, received.sha256);
    let file = Arc::new(file);
    let begun = file.clone();
    let begin = move |store: &Store, by: &Actor, now| {
        let id = upload_readings::begin(store, &name, begun.path(), by, now)?;
        Ok((id, begun.read(store, id, by, clock)))
    };
    let (id, reading) = kept_once(asked, begin).await?;
    let reading = match reading {
        Some(reading) => Some(reading),
        None => read_again(&shared, file, id, by).await?,
    };
    if let Some(reading) = reading {
        reading.settle().await;
    }
    let address = format!("/api/v1/readings/imports/{id}");
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, address)).json(found(&shared, id).await?))
}

/// Reads a file that was sent before under the same key, where its reading broke off: what came now is the same, by its hash.
async fn read_again(shared: &Data<Shared>, file: Arc<Incoming>, id: i64, by: Actor) -> Result<Option<Reading>, Fault> {
    let (store, clock) = (shared.store.clone(), shared.clock());
    blocking(move || {
        let goes_on = upload_readings::resume(&store, id, clock())?;
        Ok(goes_on.then(|| file.read(&store, id, &by, clock)))
    })
    .await
}

/// A form, or what is not unpacked here, would be read as if it were lines.
fn must_be_a_file(headers: &HeaderMap) -> Result<(), Fault> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !KINDS.contains(&kind.as_str()) {
        return Err(Fault::UnsupportedMedia(format!(
            "`{said}` is not taken here: send the file itself as the body, as text/csv, application/x-ndjson, \
             application/gzip or application/octet-stream"
        )));
    }
    match Packing::of(headers)? {
        // A packed file is told from its first bytes, whoever packed it.
        Packing::Plain | Packing::Gzip => Ok(()),
        Packing::Deflate => {
            Err(Fault::UnsupportedMedia("Content-Encoding `deflate` is not taken of files: send gzip".to_owned()))
        }
    }
}

#[utoipa::path(
    get, path = "/api/v1/readings/imports", tag = "readings", params(PageQuery),
    description = "Files of readings, sent by programs or through the browser, the latest first.",
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
    Ok(HttpResponse::Ok().json(found(&shared, id).await?))
}

async fn found(shared: &Data<Shared>, id: i64) -> Result<ImportAnswer, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let view = blocking(move || upload_readings::one(&store, id, now)).await?.ok_or(Fault::NotFound)?;
    let refused = |one: &RefusedLine| RefusedLineAnswer { line: one.line, why: one.why.clone() };
    Ok(ImportAnswer {
        import: row(&view),
        refused_lines: view.report.refused.iter().map(refused).collect(),
        billed_months: view.report.billed.iter().map(BilledMonthAnswer::from).collect(),
        failure: view.report.failure.clone(),
    })
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
