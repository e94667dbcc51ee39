//! `/api/v1/audit/packs`: a year's evidence, asked for, looked after, fetched.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::download;
use super::once::{Writing, kept_once};
use crate::app::AppError;
use crate::app::audit_pack;
use crate::app::make_pack::{self, EvidencePack};
use crate::domain::audit::Actor;
use crate::domain::party::Language;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking, worked};
use crate::http::stream;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackRequest {
    year: i32,
}

/// A pack being made, or made.
#[derive(Serialize, ToSchema)]
pub struct PackAnswer {
    id: i64,
    year: i32,
    /// `running`, `done`, `failed`, `stopped`.
    status: &'static str,
    parts_done: u64,
    /// 0 until it is known.
    parts: u64,
    started_by: String,
    started_at: DateTime<Utc>,
    error: Option<String>,
    sha256: Option<String>,
    bytes: Option<u64>,
    /// Where the file is fetched; absent until it is made, and once it made room for a later one.
    file: Option<String>,
}

fn answer(pack: EvidencePack) -> PackAnswer {
    PackAnswer {
        file: pack.file.as_ref().map(|_| format!("/api/v1/audit/packs/{}/file", pack.id)),
        id: pack.id,
        year: pack.year,
        status: pack.status.name(),
        parts_done: pack.parts_done,
        parts: pack.parts,
        started_by: pack.started_by,
        started_at: pack.started_at,
        error: pack.error,
        sha256: pack.sha256,
        bytes: pack.file.map(|file| file.size_bytes),
    }
}

#[utoipa::path(
    post, path = "/api/v1/audit/packs", tag = "audit", request_body = PackRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request makes one pack: repeated, it is \
        answered with how far that one is.")),
    responses((status = 202, body = PackAnswer, description = "It is being made: look again at its address."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem, description = "Another pack is being made.")),
    security(("token" = []))
)]
pub async fn create(writing: Writing) -> Result<HttpResponse, Fault> {
    let PackRequest { year } = writing.body()?;
    let (shared, worker, asker) = (writing.shared.clone(), writing.shared.clone(), writing.by());
    let (id, _) = kept_once(writing, move |_, _, _| Ok((launch(&worker, year, asker)?, ()))).await?;
    let pack = find(&shared, &id.to_string()).await?;
    let location = format!("/api/v1/audit/packs/{id}");
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, location)).json(answer(pack)))
}

#[utoipa::path(
    get, path = "/api/v1/audit/packs", tag = "audit",
    responses((status = 200, body = Vec<PackAnswer>, description = "The latest few, newest first."),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, _granted: Granted) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || make_pack::recent(&store, now)).await?;
    Ok(HttpResponse::Ok().json(found.into_iter().map(answer).collect::<Vec<_>>()))
}

#[utoipa::path(
    get, path = "/api/v1/audit/packs/{pack}", tag = "audit", params(("pack" = i64, Path, description = "its id")),
    responses((status = 200, body = PackAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, _granted: Granted, path: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(answer(find(&shared, &path).await?)))
}

#[utoipa::path(
    get, path = "/api/v1/audit/packs/{pack}/file", tag = "audit", params(("pack" = i64, Path, description = "its id")),
    responses((status = 200, content((Vec<u8> = "application/zip"))), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn file(shared: Data<Shared>, _granted: Granted, path: Path<String>) -> Result<HttpResponse, Fault> {
    send(&shared, &path, Language::English).await
}

/// Begins a pack and makes it beside the threads that answer; its id.
pub async fn start(shared: &Data<Shared>, year: i32, by: Actor) -> Result<i64, Fault> {
    let worker = shared.clone();
    blocking(move || launch(&worker, year, by)).await
}

fn launch(shared: &Data<Shared>, year: i32, by: Actor) -> Result<i64, AppError> {
    let id = make_pack::begin(&shared.store, year, &by, shared.now())?;
    let worker = shared.clone();
    std::thread::spawn(move || {
        make_pack::carry_out(&worker.store, &worker.signing(), (id, year), &by, || worker.now());
    });
    Ok(id)
}

/// The pack of an address.
pub async fn find(shared: &Data<Shared>, id: &str) -> Result<EvidencePack, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || make_pack::find(&store, id, now)).await?.ok_or(Fault::NotFound)
}

/// The file of a pack, sent while it is read; pages offer it too, under its name in their reader's language.
pub async fn send(shared: &Data<Shared>, id: &str, language: Language) -> Result<HttpResponse, Fault> {
    let pack = find(shared, id).await?;
    let Some(file) = pack.file else { return Err(Fault::NotFound) };
    let location = make_pack::location(&shared.store, &file);
    let opened = move || {
        stream::file(&location).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Fault::NotFound,
            _ => Fault::internal(error),
        })
    };
    let body = worked(opened).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header(download(audit_pack::file_name(pack.year, language)))
        .body(body))
}
