//! `GET /api/v1/journal/balance` and `…/accounts/{account}`: the ledger's reports in the format asked for.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use super::reports::{answer, format, language};
use super::schemas::books as described;
use crate::app::read_tenants;
use crate::app::report_ledger::{self, ReportFormat, Span};
use crate::app::{AppError, Store};
use crate::domain::party::Language;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// First day; the first of January of the last day's year where it is left out.
    from: Option<String>,
    /// Last day; today in the facility's zone where it is left out.
    through: Option<String>,
    /// `json` (the default), `csv`, `xlsx` or `pdf`.
    format: Option<String>,
    /// `fr` (the default) or `en`: the words of the files.
    lang: Option<String>,
}

impl ReportQuery {
    fn days(&self) -> Result<Days, Fault> {
        Ok(Days {
            from: parsed("from", self.from.as_deref(), Expected::Day)?,
            through: parsed("through", self.through.as_deref(), Expected::Day)?,
        })
    }
}

/// The days asked for, as far as they were.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    pub from: Option<NaiveDate>,
    pub through: Option<NaiveDate>,
}

impl Days {
    /// The whole span: to today, from the first of January.
    pub fn span(self, store: &Store, now: chrono::DateTime<chrono::Utc>) -> Result<Span, AppError> {
        let through = self.through.map_or_else(|| read_tenants::today(store, now), Ok)?;
        let first = NaiveDate::from_ymd_opt(through.year(), 1, 1).unwrap_or(through);
        Span::new(self.from.unwrap_or(first), through)
    }
}

#[utoipa::path(
    get, path = "/api/v1/journal/balance", tag = "accounts", params(ReportQuery),
    responses((status = 200, body = described::TrialBalance), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn balance(
    shared: Data<Shared>,
    _granted: Granted,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let (days, form, language) = (query.days()?, format(query.format.as_deref())?, language(query.lang.as_deref())?);
    balance_file(&shared, days, form, language).await
}

#[utoipa::path(
    get, path = "/api/v1/journal/accounts/{account}", tag = "accounts",
    params(("account" = String, Path, description = "the beginning of an account's number, such as 411"), ReportQuery),
    responses((status = 200, body = described::GeneralLedger), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn account(
    shared: Data<Shared>,
    _granted: Granted,
    path: Path<String>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let account = super::journal::account(Some(&path))?.unwrap_or_default();
    let (days, form, language) = (query.days()?, format(query.format.as_deref())?, language(query.lang.as_deref())?);
    account_file(&shared, account, days, form, language).await
}

/// The trial balance as a file; pages offer it too.
pub async fn balance_file(
    shared: &Data<Shared>,
    days: Days,
    form: ReportFormat,
    language: Language,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (span, bytes) = blocking(move || {
        let span = days.span(&store, now)?;
        let report = report_ledger::balance(&store, span)?;
        Ok((span, report_ledger::balance_file(&store, &report, form, language)?))
    })
    .await?;
    Ok(answer(&format!("balance-{}-{}", span.from, span.through), form, bytes))
}

/// The ledger of accounts as a file; pages offer it too.
pub async fn account_file(
    shared: &Data<Shared>,
    account: String,
    days: Days,
    form: ReportFormat,
    language: Language,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let name = if language == Language::French { "grand-livre" } else { "ledger" };
    let stem = format!("{name}-{account}");
    let (span, bytes) = blocking(move || {
        let span = days.span(&store, now)?;
        let report = report_ledger::general(&store, &account, None, span)?;
        Ok((span, report_ledger::general_file(&store, &report, form, language)?))
    })
    .await?;
    Ok(answer(&format!("{stem}-{}-{}", span.from, span.through), form, bytes))
}
