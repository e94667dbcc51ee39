//! `GET /api/v1/payback`: what the investment brings back, and when, in the format asked for.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::reports::{answer, format, language};
use super::schemas::payback::PaybackReport;
use crate::app::read_tenants;
use crate::app::{AppError, Store, report_payback};
use crate::documents::ReportFormat;
use crate::domain::party::Language;
use crate::domain::payback::{Horizon, RequestedView};
use crate::http::asked::{self, Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

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
pub async fn report(
    shared: Data<Shared>,
    _granted: Granted,
    query: Query<PaybackQuery>,
) -> Result<HttpResponse, Fault> {
    let language = language(query.lang.as_deref())?;
    let asked = Asked::of(query.as_of.as_deref(), query.scenario.as_deref(), query.horizon.as_deref())?;
    file(&shared, asked, format(query.format.as_deref())?, language).await
}

/// What an address asks for; the day may be left to today.
#[derive(Debug, Clone)]
pub struct Asked {
    as_of: Option<NaiveDate>,
    scenario: Option<String>,
    horizon: Horizon,
}

impl Asked {
    pub fn of(as_of: Option<&str>, scenario: Option<&str>, horizon: Option<&str>) -> Result<Asked, Fault> {
        Ok(Asked {
            as_of: parsed("as_of", as_of, Expected::Day)?,
            scenario: scenario.map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned),
            horizon: asked::horizon(horizon)?,
        })
    }

    /// The view of the report, today where no day was named.
    pub fn view(self, store: &Store, now: chrono::DateTime<chrono::Utc>) -> Result<RequestedView, AppError> {
        let as_of = self.as_of.map_or_else(|| read_tenants::today(store, now), Ok)?;
        Ok(RequestedView { as_of, scenario: self.scenario, horizon: self.horizon })
    }
}

/// The report as a file; pages offer it too.
pub async fn file(
    shared: &Data<Shared>,
    asked: Asked,
    format: ReportFormat,
    language: Language,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (day, bytes) = blocking(move || {
        let view = asked.view(&store, now)?;
        Ok((view.as_of, report_payback::report(&store, &view, format, language)?))
    })
    .await?;
    Ok(answer(&format!("payback-{day}"), format, bytes))
}
