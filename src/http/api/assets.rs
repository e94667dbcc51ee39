//! `/api/v1/assets`: the inventory, one asset with the entries behind its figures, and its papers.

use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::schemas::assets as described;
use super::schemas::values::Amount;
use super::{download, paged};
use crate::app::read_asset::{self, AssetDossier};
use crate::app::{read_tenants, report_amortisation};
use crate::domain::ids::AssetCode;
use crate::domain::money::Money;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AssetsQuery {
    /// `2026-10-31`; today in the facility's zone where it is left out.
    as_of: Option<String>,
    /// From 1; a page holds 100.
    page: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AssetQuery {
    /// `2026-10-31`; today in the facility's zone where it is left out.
    as_of: Option<String>,
    /// As it was known at the end of this day.
    known_on: Option<String>,
}

/// An asset in a line.
#[derive(Serialize, ToSchema)]
pub struct AssetAnswer {
    code: String,
    name: String,
    account: String,
    commissioned_on: Option<NaiveDate>,
    #[schema(value_type = Amount)]
    cost: Money,
    #[schema(value_type = Amount)]
    cumulative: Money,
    #[schema(value_type = Amount)]
    net_book_value: Money,
}

#[utoipa::path(
    get, path = "/api/v1/assets", tag = "amortisation", params(AssetsQuery),
    responses((status = 200, body = Vec<AssetAnswer>), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<AssetsQuery>,
) -> Result<HttpResponse, Fault> {
    let asked: Option<NaiveDate> = parsed("as_of", query.as_of.as_deref(), Expected::Day)?;
    let (store, now) = (shared.store.clone(), shared.now());
    let assets = blocking(move || {
        let as_of = asked.map_or_else(|| read_tenants::today(&store, now), Ok)?;
        Ok(report_amortisation::figures(&store, as_of)?.assets)
    })
    .await?;
    let answer = assets.into_iter().map(|asset| AssetAnswer {
        code: asset.code.to_string(),
        name: asset.name,
        account: asset.account,
        commissioned_on: asset.commissioned_on,
        cost: asset.plan.position.cost,
        cumulative: asset.plan.position.cumulative,
        net_book_value: asset.plan.position.net_book_value,
    });
    paged(&http, &answer.collect::<Vec<_>>(), query.page.as_deref())
}

#[utoipa::path(
    get, path = "/api/v1/assets/{asset}", tag = "amortisation",
    params(("asset" = String, Path, description = "its inventory number"), AssetQuery),
    responses((status = 200, body = described::AssetDossier, description = "Its plan, components, papers, events, and the \
        entries behind each figure."),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(
    shared: Data<Shared>,
    _granted: Granted,
    path: Path<String>,
    query: Query<AssetQuery>,
) -> Result<HttpResponse, Fault> {
    let day = |name: &str, text: &Option<String>| parsed(name, text.as_deref(), Expected::Day);
    let asked = (day("as_of", &query.as_of)?, day("known_on", &query.known_on)?);
    let (_, dossier) = find(&shared, AssetCode(path.into_inner()), asked).await?;
    Ok(HttpResponse::Ok().json(dossier.ok_or(Fault::NotFound)?))
}

/// The asset of an address and the day it is shown as of; without a dossier where it was not known then.
pub async fn find(
    shared: &Data<Shared>,
    code: AssetCode,
    (as_of, known_on): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<(NaiveDate, Option<AssetDossier>), Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || {
        let as_of = as_of.map_or_else(|| read_tenants::today(&store, now), Ok)?;
        let exists = read_asset::exists(&store, &code)?;
        Ok(exists.then_some((as_of, read_asset::dossier(&store, &code, as_of, known_on)?)))
    })
    .await?;
    found.ok_or(Fault::NotFound)
}

#[utoipa::path(
    get, path = "/api/v1/assets/{asset}/papers/{hash}", tag = "amortisation",
    params(("asset" = String, Path, description = "its inventory number"),
           ("hash" = String, Path, description = "the paper's SHA-256, in hex")),
    responses((status = 200, content((Vec<u8> = "application/octet-stream"))), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn paper(
    shared: Data<Shared>,
    _granted: Granted,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let (asset, hash) = path.into_inner();
    let store = shared.store.clone();
    let found = blocking(move || read_asset::paper(&store, &AssetCode(asset), &hash)).await?;
    let (file, bytes) = found.ok_or(Fault::NotFound)?;
    // Whatever the paper is, a browser keeps it and never runs it.
    let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/octet-stream"))
        .insert_header(download(name))
        .body(bytes))
}
