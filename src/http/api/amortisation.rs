//! `GET /api/v1/amortisation`: the plan against the journal, as of a day, in the format asked for.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::reports::{ReportName, ReportQuery, asked_for};
use super::schemas::assets::AmortisationReport;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::Shared;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AmortisationQuery {
    /// `2026-10-31`; today in the facility's zone where it is left out.
    as_of: Option<String>,
    /// As it was known at the end of this day.
    known_on: Option<String>,
    /// One asset alone, by its inventory number.
    asset: Option<String>,
    /// `json` (the default), `csv`, `xlsx` or `pdf`.
    format: Option<String>,
    /// `fr` (the default) or `en`: the words of the files.
    lang: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/amortisation", tag = "amortisation", params(AmortisationQuery),
    responses(
        (status = 200, content(
            (AmortisationReport = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/pdf"),
        )),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem, description = "There is no such asset."),
    ),
    security(("token" = []))
)]
pub async fn report(
    shared: Data<Shared>,
    granted: Granted,
    query: Query<AmortisationQuery>,
) -> Result<HttpResponse, Fault> {
    let AmortisationQuery { as_of, known_on, asset, format, lang } = query.into_inner();
    let query = ReportQuery { as_of, known_on, asset, format, lang, ..ReportQuery::default() };
    asked_for(&shared, &granted, ReportName::Plan, &query).await
}
