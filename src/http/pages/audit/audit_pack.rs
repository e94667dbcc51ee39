//! An evidence pack: asked for, watched while it is made, fetched.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::parts::{Badge, Tone};
use super::{Frame, page, see_other};
use crate::app::make_pack::{self, EvidencePack, RunStatus};
use crate::app::{AppError, Store, read_tenants};
use crate::domain::calendar::Timestamp;
use crate::domain::party::Language;
use crate::http::api::audit_packs::{find, send, start};
use crate::http::asked::Expected;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::http::stream::stream;
use chrono_tz::Tz;

/// How often progress is looked at.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
pub struct PackForm {
    form_token: String,
    year: String,
}

/// Begins a pack in the background and leads to its page.
pub async fn ask(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<PackForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let year = form.year.trim();
    let year = year.parse().map_err(|_| Expected::Year.refused("year", year))?;
    let id = start(&shared, year, visitor.actor(&http)).await?;
    Ok(see_other(&format!("/audit/packs/{id}")))
}

/// A pack as pages tell it.
pub struct PackView {
    pub id: i64,
    pub year: i32,
    pub state: Badge,
    pub started: String,
    /// Where its file is fetched, and how large it is.
    pub file: Option<(String, String)>,
    pub sha256: Option<String>,
    pub error: Option<String>,
}

pub fn view(frame: &Frame, zone: Tz, pack: &EvidencePack) -> PackView {
    let (tone, key) = match pack.status {
        RunStatus::Running => (Tone::Info, "pack-running"),
        RunStatus::Done => (Tone::Ok, "pack-done"),
        RunStatus::Failed => (Tone::Error, "pack-failed"),
        RunStatus::Stopped => (Tone::Warn, "pack-stopped"),
    };
    let at = frame.instant(Timestamp::from(pack.started_at), zone);
    let file = pack.file.as_ref().map(|file| {
        (format!("/audit/packs/{}/file", pack.id), frame.with("pack-size", "size", &megabytes(frame, file.size_bytes)))
    });
    PackView {
        id: pack.id,
        year: pack.year,
        state: Badge { tone, text: frame.t(key) },
        started: frame.texts("pack-started", &[("by", &pack.started_by), ("at", &at)]),
        file,
        sha256: pack.sha256.clone(),
        error: pack.error.as_ref().map(|_| frame.t("pack-error")),
    }
}

/// `12,3`, in millions of bytes.
fn megabytes(frame: &Frame, bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    let value = rust_decimal::Decimal::new(i64::try_from(tenths).unwrap_or(i64::MAX), 1);
    crate::domain::typography::decimal(value, frame.language)
}

#[derive(Template)]
#[template(path = "audit_pack.html")]
struct PackPage {
    frame: Frame,
    title: String,
    pack: PackView,
    progress: Progress,
    is_running: bool,
}

/// How far a pack is, as the page's script is told.
#[derive(Serialize)]
struct Progress {
    done: u64,
    total: u64,
    text: String,
}

fn progress(language: Language, pack: &EvidencePack) -> Progress {
    let (done, total) = (pack.parts_done, pack.parts);
    let values = [("done", done.to_string()), ("total", total.to_string())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let key = if total == 0 { "pack-progress-start" } else { "pack-progress" };
    Progress { done, total, text: super::texts::text(language, key, &values) }
}

pub async fn show(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    path: Path<String>,
) -> Result<HttpResponse, Fault> {
    let pack = find(&shared, &path).await?;
    let store = shared.store.clone();
    let zone = blocking(move || read_tenants::zone(&store)).await?;
    let frame = Frame::of(&http);
    let template = PackPage {
        title: frame.with("pack-title", "year", &pack.year.to_string()),
        progress: progress(frame.language, &pack),
        is_running: pack.status == RunStatus::Running,
        pack: view(&frame, zone, &pack),
        frame: {
            let name = frame.t("audit-verify");
            frame.under(name, "/audit/verify".to_owned())
        },
    };
    page(StatusCode::OK, &template)
}

/// The finished file.
pub async fn file(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    path: Path<String>,
) -> Result<HttpResponse, Fault> {
    send(&shared, &path, Frame::of(&http).language).await
}

/// The pack as server-sent events, until it is made: whoever connects again is told how far it is.
pub async fn events(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    path: Path<String>,
) -> Result<HttpResponse, Fault> {
    let id = find(&shared, &path).await?.id;
    let language = Frame::of(&http).language;
    let (sender, body) = stream();
    actix_web::rt::spawn(async move {
        let mut told = String::new();
        loop {
            let (store, now) = (shared.store.clone(), shared.now());
            let Ok((event, ended)) = blocking(move || event(&store, id, now, language)).await else { return };
            // A comment keeps the connection and shows when the reader is gone.
            let piece = if event == told { ":\n\n".to_owned() } else { event.clone() };
            told = event;
            if sender.send(Bytes::from(piece)).await.is_err() {
                return;
            }
            if ended {
                // Where nobody listens there is nobody to tell.
                let _ = sender.send(Bytes::from_static(b"event: end\ndata: {}\n\n")).await;
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header(("x-accel-buffering", "no"))
        .body(body))
}

/// The state as an event, and whether it is the last.
fn event(
    store: &Store,
    id: i64,
    now: chrono::DateTime<chrono::Utc>,
    language: Language,
) -> Result<(String, bool), AppError> {
    let pack = make_pack::find(store, id, now)?.ok_or_else(|| AppError::NotFound(format!("the evidence pack {id}")))?;
    let progress = serde_json::to_string(&progress(language, &pack)).unwrap_or_default();
    Ok((format!("event: progress\ndata: {progress}\n\n"), pack.status != RunStatus::Running))
}
