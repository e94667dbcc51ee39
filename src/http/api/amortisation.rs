//! `GET /api/v1/amortisation`: the plan against the journal, as of a day, in the format asked for.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{download, parsed};
use crate::app::read_tenants;
use crate::app::report_amortisation::{self, ReportFormat};
use crate::domain::party::Language;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AmortisationQuery {
    /// `2026-10-31`; today in the facility's zone where it is left out.
    as_of: Option<String>,
    /// `json` (the default), `csv` or `xlsx`.
    format: Option<String>,
    /// `fr` (the default) or `en`: the words of the files.
    lang: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/amortisation", tag = "amortisation", params(AmortisationQuery),
    responses(
        (status = 200, content(
            (serde_json::Value = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/pdf"),
        )),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    ),
    security(("token" = []))
)]
pub async fn report(
    shared: Data<Shared>,
    _granted: Granted,
    query: Query<AmortisationQuery>,
) -> Result<HttpResponse, Fault> {
    let as_of = parsed("as_of", query.as_of.as_deref(), "a day such as 2026-10-31")?;
    let language = match query.lang.as_deref() {
        None | Some("fr") => Language::French,
        Some("en") => Language::English,
        Some(other) => return Err(Fault::BadRequest(format!("lang={other} is neither fr nor en"))),
    };
    file(&shared, as_of, format(query.format.as_deref())?, language).await
}

/// A format by its name.
pub fn format(name: Option<&str>) -> Result<ReportFormat, Fault> {
    match name {
        None | Some("json") => Ok(ReportFormat::Json),
        Some("csv") => Ok(ReportFormat::Csv),
        Some("xlsx") => Ok(ReportFormat::Xlsx),
        Some("pdf") => Ok(ReportFormat::Pdf),
        Some(other) => Err(Fault::BadRequest(format!("format={other} is none of json, csv, xlsx, pdf"))),
    }
}

/// The report as a file; pages offer it too.
pub async fn file(
    shared: &Data<Shared>,
    as_of: Option<NaiveDate>,
    format: ReportFormat,
    language: Language,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (day, bytes) = blocking(move || {
        let day = as_of.map_or_else(|| read_tenants::today(&store, now), Ok)?;
        Ok((day, report_amortisation::report(&store, day, format, language)?))
    })
    .await?;
    let (extension, media_type) = match format {
        ReportFormat::Json => ("json", "application/json"),
        ReportFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        ReportFormat::Pdf => ("pdf", "application/pdf"),
        ReportFormat::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, media_type));
    if format != ReportFormat::Json {
        response.insert_header(download(format!("amortisation-{day}.{extension}")));
    }
    Ok(response.body(bytes))
}
