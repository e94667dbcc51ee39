//! `POST /api/v1/assets/{asset}/papers`: a paper of an asset, its file as the body.

use std::path::PathBuf;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use futures_util::StreamExt;
use serde::Deserialize;
use utoipa::IntoParams;

use super::once::once;
use super::schemas::assets as described;
use crate::app::Store;
use crate::app::attach_asset_file::{self, Paper};
use crate::domain::ids::AssetCode;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::Shared;

/// A scanned file of some tens of pages; larger ones are attached on the command line.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PaperQuery {
    /// What the paper is called; a document of the asset with this name and day, still without its file, is the one.
    name: String,
    /// The day it bears, such as `2019-05-28`.
    date: String,
    /// `acquisition`, `supplier-invoice`, `commissioning`, `decision` or `other`.
    kind: Option<String>,
    /// What of the asset it proves.
    proves: Option<String>,
    /// What the file is called where it comes from; its ending is kept.
    file_name: Option<String>,
}

#[utoipa::path(
    post, path = "/api/v1/assets/{asset}/papers", tag = "amortisation",
    params(("asset" = String, Path, description = "its inventory number"), PaperQuery,
           ("Idempotency-Key" = Option<String>, Header, description = "The same request attaches one file.")),
    description = "Attaches a paper to an asset: its file, of 32 MiB at most, is the body. It is kept for good, and the \
                   answer has its SHA-256.",
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 201, body = described::AssetFile), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem),
              (status = 415, body = Problem),
              (status = 422, body = Problem, description = "It is empty, has no name, or is attached already.")),
    security(("token" = []))
)]
pub async fn attach(
    shared: Data<Shared>,
    granted: Granted,
    asset: Path<String>,
    http: HttpRequest,
    query: Query<PaperQuery>,
    payload: Payload,
) -> Result<HttpResponse, Fault> {
    let (paper, file_name) = asked(query.into_inner())?;
    let request = body(&http, payload).await?;
    let (by, now, asset, bytes) = (granted.by.clone(), shared.now(), AssetCode(asset.into_inner()), request.clone());
    let work = move |store: &Store| attach_asset_file::attach(store, &asset, &paper, (&file_name, &bytes), &by, now);
    once(&shared, &granted, &http, &request, StatusCode::CREATED, work).await
}

fn asked(query: PaperQuery) -> Result<(Paper, PathBuf), Fault> {
    let date: Option<NaiveDate> = parsed("date", Some(&query.date), Expected::Day)?;
    let date = date.ok_or_else(|| Expected::Day.refused("date", &query.date))?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let kind = given(query.kind).map(|kind| kind.parse()).transpose().map_err(Fault::BadRequest)?;
    let paper = Paper { name: query.name.trim().to_owned(), date, kind, proves: given(query.proves) };
    Ok((paper, PathBuf::from(query.file_name.unwrap_or_default())))
}

/// The file as it is sent, as far as it may be that large.
async fn body(http: &HttpRequest, mut payload: Payload) -> Result<Bytes, Fault> {
    let encoding = http.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return Err(Fault::UnsupportedMedia("send the file as it is, without a Content-Encoding".to_owned()));
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Fault::BadRequest(format!("the body ended early: {error}")))?;
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FILE_BYTES_MAX {
            return Err(Fault::TooLarge(FILE_BYTES_MAX));
        }
    }
    Ok(bytes.freeze())
}
