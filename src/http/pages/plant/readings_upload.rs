//! Files of readings from the browser: dropped on the field or chosen, streamed to the disk, reported line by line.

use actix_multipart::{Field, Multipart};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use futures_util::StreamExt;

use super::parts::{Badge, FieldError, Link, Tone, count};
use super::progress::{self, Progress};
use super::{Frame, page, see_other, texts};
use crate::app::late_readings::BilledMonth;
use crate::app::upload_readings::{self, FILE_BYTES_MAX, RefusedLine, UploadState, UploadView};
use crate::app::{AppError, read_tenants};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::party::Language;
use crate::domain::told::Told;
use crate::http::auth::{Visitor, session};
use crate::http::error::Fault;
use crate::http::incoming::Incoming;
use crate::http::state::{Shared, blocking};

const UPLOADS_SHOWN: i64 = 20;
const TOKEN_BYTES_MAX: usize = 256;

#[derive(Template)]
#[template(path = "readings_upload.html")]
struct ReadingsTemplate {
    frame: Frame,
    errors: Vec<FieldError>,
    size_max: String,
    uploads: Vec<UploadRow>,
}

/// A file in a list.
pub struct UploadRow {
    pub address: String,
    pub file: String,
    pub by: String,
    pub at: String,
    pub accepted: String,
    pub duplicates: String,
    pub refused: String,
    pub badge: Badge,
}

#[derive(Template)]
#[template(path = "readings_report.html")]
struct ReportTemplate {
    frame: Frame,
    row: UploadRow,
    /// How far it is, while it is read.
    progress: Option<Progress>,
    /// How much of it was read when the server stopped.
    interrupted: Option<String>,
    /// Not one line could be read.
    is_unread: bool,
    /// What became of its lines is known.
    is_counted: bool,
    failure: Option<Words>,
    refused: Vec<RefusedRow>,
    more: Option<String>,
    /// What came too late for the invoice of its month, month by month.
    billed: Vec<BilledRow>,
}

struct BilledRow {
    text: String,
    /// The invoices, for who may open them.
    invoices: Vec<Link>,
}

struct RefusedRow {
    line: u64,
    why: Words,
}

struct Words {
    text: String,
    /// The report is of a time before there were words in the reader's language.
    is_english: bool,
}

pub async fn form(shared: Data<Shared>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    show(&shared, frame, StatusCode::OK, vec![]).await
}

async fn show(
    shared: &Data<Shared>,
    frame: Frame,
    status: StatusCode,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (found, zone) =
        blocking(move || Ok((upload_readings::latest(&store, UPLOADS_SHOWN, now)?, read_tenants::zone(&store)?)))
            .await?;
    let template = ReadingsTemplate {
        errors,
        size_max: frame.whole(i64::try_from(FILE_BYTES_MAX / 1024 / 1024).unwrap_or(0)),
        uploads: found.iter().map(|view| row(&frame, view, zone)).collect(),
        frame,
    };
    page(status, &template)
}

pub fn row(frame: &Frame, view: &UploadView, zone: Tz) -> UploadRow {
    let (upload, report) = (&view.upload, &view.report);
    let (tone, key) = match upload.state {
        UploadState::Running if view.is_interrupted => (Tone::Warn, "upload-interrupted"),
        UploadState::Running => (Tone::Info, "upload-running"),
        UploadState::Failed => (Tone::Error, "upload-failed"),
        UploadState::Done if report.refused_count > 0 => (Tone::Warn, "upload-refusals"),
        UploadState::Done => (Tone::Ok, "upload-done"),
    };
    // Of a file that broke off with nothing counted it is not known that nothing was taken.
    let is_unknown = view.is_interrupted && report.is_blank();
    // What was kept last before the server stopped is counted; of what came after nothing is known.
    let told = |number: u64| match view.is_interrupted {
        true if is_unknown => "–".to_owned(),
        true => frame.with("upload-at-least", "count", &count(frame, number)),
        false => count(frame, number),
    };
    UploadRow {
        address: format!("/readings/import/{}", upload.id),
        file: upload.file_name.clone(),
        by: upload.by.clone(),
        at: frame.instant(upload.started_at, zone),
        accepted: told(report.accepted),
        duplicates: told(report.duplicates),
        refused: told(report.refused_count),
        badge: Badge { tone, text: frame.t(key) },
    }
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    body: Multipart,
) -> Result<HttpResponse, Fault> {
    let file = Incoming::open(&shared).await?;
    let Some(name) = take(&visitor, body, &file).await? else {
        let frame = Frame::of(&http);
        let text = frame.t("upload-no-file");
        let errors = vec![FieldError { field: "file", text }];
        return show(&shared, frame, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    };
    let by = visitor.actor(&http);
    let (store, clock) = (shared.store.clone(), shared.clock());
    let (id, reading) = blocking(move || {
        let id = upload_readings::begin(&store, &name, file.path(), &by, clock())?;
        Ok((id, file.read(&store, id, &by, clock)))
    })
    .await?;
    reading.settle().await;
    Ok(see_other(&format!("/readings/import/{id}")))
}

/// Takes the form's file in and gives its name; none where there is none. The form's token comes first.
async fn take(visitor: &Visitor, mut body: Multipart, file: &Incoming) -> Result<Option<String>, Fault> {
    let mut is_ours = false;
    while let Some(field) = body.next().await {
        let mut field = field.map_err(unreadable)?;
        match field.name().unwrap_or_default() {
            "form_token" => {
                let token = collect(&mut field).await?;
                is_ours = session::same_token(&visitor.form_token, &token);
            }
            "file" => {
                if !is_ours {
                    return Err(Fault::Forged);
                }
                let name = field.content_disposition().and_then(|about| about.get_filename()).map(str::to_owned);
                let received = file.receive(field, unreadable).await?;
                return Ok(name.filter(|name| !name.is_empty() && received.bytes > 0));
            }
            _ => {}
        }
    }
    if is_ours { Ok(None) } else { Err(Fault::Forged) }
}

async fn collect(field: &mut Field) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(unreadable)?);
        if bytes.len() > TOKEN_BYTES_MAX {
            return Err(Fault::Forged);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unreadable(error: actix_multipart::MultipartError) -> Fault {
    let told = Told::new("form-ended-early", format!("the form ended early or is no form with a file: {error}"));
    Fault::Misasked(Box::new(told))
}

pub async fn report(shared: Data<Shared>, id: Path<i64>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, now, id) = (shared.store.clone(), shared.now(), id.into_inner());
    let (view, zone) =
        blocking(move || Ok((upload_readings::one(&store, id, now)?, read_tenants::zone(&store)?))).await?;
    let view = view.ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http);
    let row = row(&frame, &view, zone);
    let shown = u64::try_from(view.report.refused.len()).unwrap_or(u64::MAX);
    let more = view.report.refused_count.saturating_sub(shown);
    let template = ReportTemplate {
        progress: is_running(&view).then(|| progress_of(frame.language, &view)),
        interrupted: view.is_interrupted.then(|| {
            let percent = progress_of(frame.language, &view).text;
            frame.with("upload-interrupted-text", "percent", &percent)
        }),
        is_unread: view.report.failure.is_some() && view.report.is_blank(),
        is_counted: !view.report.is_blank() || (!view.is_interrupted && view.report.failure.is_none()),
        more: (more > 0).then(|| frame.with("upload-more", "count", &count(&frame, more))),
        failure: view.report.failure.as_ref().map(|text| words(&frame, text, view.report.failure_told.as_ref())),
        refused: view.report.refused.iter().map(|line| refused_row(&frame, line)).collect(),
        billed: view.report.billed.iter().map(|billed| billed_row(&frame, billed)).collect(),
        row,
        frame,
    };
    page(StatusCode::OK, &template)
}

fn billed_row(frame: &Frame, billed: &BilledMonth) -> BilledRow {
    let link = |number: &InvoiceNumber| Link { label: number.to_string(), address: format!("/invoices/{number}") };
    let (month, readings) = (frame.month(&billed.month), count(frame, billed.readings));
    BilledRow {
        text: frame.texts("upload-billed-item", &[("month", &month), ("readings", &readings)]),
        invoices: billed.invoices.iter().filter(|_| frame.has("/invoices")).map(link).collect(),
    }
}

fn refused_row(frame: &Frame, line: &RefusedLine) -> RefusedRow {
    RefusedRow { line: line.line, why: words(frame, &line.why, line.told.as_ref()) }
}

/// In the reader's language, or the English that is kept.
fn words(frame: &Frame, english: &str, told: Option<&Told>) -> Words {
    let own = told.and_then(|told| frame.told(told));
    Words { is_english: own.is_none(), text: own.unwrap_or_else(|| english.to_owned()) }
}

const fn is_running(view: &UploadView) -> bool {
    matches!(view.upload.state, UploadState::Running) && !view.is_interrupted
}

/// `42 % lus` of a file's bytes.
fn progress_of(language: Language, view: &UploadView) -> Progress {
    let (done, total) = (view.upload.bytes_read, view.upload.bytes_total.max(1));
    let percent = (done.saturating_mul(100) / total).min(100).to_string();
    Progress { done, total, text: texts::text(language, "upload-percent", &[("percent", &percent)]) }
}

/// The reading of a file as server-sent events, until it ends.
pub async fn events(shared: Data<Shared>, id: Path<i64>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, id, language) = (shared.store.clone(), id.into_inner(), Frame::of(&http).language);
    let clock = shared.clock();
    let look = move || {
        let view = upload_readings::one(&store, id, clock())?;
        let view = view.ok_or_else(|| AppError::NotFound(format!("upload {id}")))?;
        Ok((progress_of(language, &view), !is_running(&view)))
    };
    let first = look.clone();
    blocking(first).await?;
    Ok(progress::events(look))
}
