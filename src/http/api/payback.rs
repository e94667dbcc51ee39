//! `GET /api/v1/payback`: what the investment brings back, and when, in the format asked for.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::reports::{ReportName, ReportQuery, asked_for};
use super::schemas::payback::PaybackReport;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::Shared;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PaybackQuery {
    /// `2026-10-31`; today in the facility's zone where it is left out.
    as_of: Option<String>,
    /// A scenario of the book; its reference where it is left out.
    scenario: Option<String>,
    /// Years after commissioning: `8`, `40` (the default) or `50`.
    horizon: Option<String>,
    /// `json` (the default), `csv`, `xlsx` or `pdf`.
    format: Option<String>,
    /// `fr` (the default) or `en`: the words of the files.
    lang: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/payback", tag = "payback", params(PaybackQuery),
    responses(
        (status = 200, content(
            (PaybackReport = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/pdf"),
        )),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    ),
    security(("token" = []))
)]
pub async fn report(shared: Data<Shared>, granted: Granted, query: Query<PaybackQuery>) -> Result<HttpResponse, Fault> {
    let PaybackQuery { as_of, scenario, horizon, format, lang } = query.into_inner();
    let query = ReportQuery { as_of, scenario, horizon, format, lang, ..ReportQuery::default() };
    asked_for(&shared, &granted, ReportName::Payback, &query).await
}
