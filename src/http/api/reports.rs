//! `/api/v1/reports`: every report of the books by its name, as a file or kept for good.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Query};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::once::{Writing, once};
use super::schemas::reports::ReportAnswer;
use super::{download, paged};
use crate::app::archive_report::{self, ArchivedReport};
use crate::app::report_ledger::Span;
use crate::app::reports::{self, Report};
use crate::app::{AppError, Store, read_tenants};
use crate::documents::ReportFormat;
use crate::domain::access::{Action, Decision, policy};
use crate::domain::audit::Actor;
use crate::domain::ids::AssetCode;
use crate::domain::party::Language;
use crate::domain::payback::{Horizon, RequestedView};
use crate::http::asked::{self, Expected, none_of, parsed, within};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// What a report is asked about; each takes its own part of it.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
pub struct ReportQuery {
    /// Of `plan`, `reconciliation`, `payback`: `2026-10-31`; today in the facility's zone where it is left out.
    pub as_of: Option<String>,
    /// Of `plan`: as it was known at the end of this day.
    pub known_on: Option<String>,
    /// Of `plan`: one asset alone, by its inventory number.
    pub asset: Option<String>,
    /// Of `movements`, `funding`, `tie-out`, `fec`: this year where it is left out.
    pub year: Option<String>,
    /// Of `balance`, `ledger`, `journal`: the first of January of the last day's year where it is left out.
    pub from: Option<String>,
    /// Of the same: today where it is left out.
    pub through: Option<String>,
    /// Of `ledger`: the beginning of the accounts' number.
    pub account: Option<String>,
    /// Of `payback`.
    pub scenario: Option<String>,
    /// Of `payback`: `8`, `40` (the default) or `50` years.
    pub horizon: Option<String>,
    /// `json` (the default), `csv`, `xlsx` or `pdf`; `fec` is a text whatever is asked for.
    pub format: Option<String>,
    /// `fr` (the default) or `en`: the words of the files.
    pub lang: Option<String>,
}

/// A report by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportName {
    Plan,
    Movements,
    Funding,
    Reconciliation,
    TieOut,
    Balance,
    Ledger,
    Journal,
    Fec,
    Payback,
}

impl ReportName {
    pub const ALL: [ReportName; 10] = [
        ReportName::Plan,
        ReportName::Movements,
        ReportName::Funding,
        ReportName::Reconciliation,
        ReportName::TieOut,
        ReportName::Balance,
        ReportName::Ledger,
        ReportName::Journal,
        ReportName::Fec,
        ReportName::Payback,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            ReportName::Plan => "plan",
            ReportName::Movements => "movements",
            ReportName::Funding => "funding",
            ReportName::Reconciliation => "reconciliation",
            ReportName::TieOut => "tie-out",
            ReportName::Balance => "balance",
            ReportName::Ledger => "ledger",
            ReportName::Journal => "journal",
            ReportName::Fec => "fec",
            ReportName::Payback => "payback",
        }
    }

    /// What of a query it is asked about, beside the form and the words of its file.
    const fn takes(self) -> &'static [&'static str] {
        match self {
            ReportName::Plan => &["as_of", "known_on", "asset"],
            ReportName::Reconciliation => &["as_of"],
            ReportName::Movements | ReportName::Funding | ReportName::TieOut | ReportName::Fec => &["year"],
            ReportName::Balance | ReportName::Journal => &["from", "through"],
            ReportName::Ledger => &["from", "through", "account"],
            ReportName::Payback => &["as_of", "scenario", "horizon"],
        }
    }

    /// Of whom it is asked whether they may see it.
    const fn action(self) -> Action {
        match self {
            ReportName::Plan | ReportName::Movements | ReportName::Funding => Action::SeeAmortisation,
            ReportName::Payback => Action::SeePayback,
            _ => Action::SeeJournal,
        }
    }

    /// The report of an address, for whom the policy grants it.
    pub fn of(name: &str, granted: &Granted) -> Result<ReportName, Fault> {
        let known = ReportName::ALL.into_iter().find(|known| known.name() == name).ok_or(Fault::NotFound)?;
        match policy(granted.role, known.action()) {
            Decision::Everyone => Ok(known),
            Decision::Own | Decision::Deny => Err(Fault::Forbidden(granted.role, known.action())),
        }
    }
}

impl ReportQuery {
    /// Refuses what `name` is not asked about: it would answer another question than the one meant. `form` names what the
    /// address takes of the file's form.
    fn only_of(&self, name: ReportName, form: &[&str]) -> Result<(), Fault> {
        let given = [
            ("as_of", &self.as_of),
            ("known_on", &self.known_on),
            ("asset", &self.asset),
            ("year", &self.year),
            ("from", &self.from),
            ("through", &self.through),
            ("account", &self.account),
            ("scenario", &self.scenario),
            ("horizon", &self.horizon),
            ("format", &self.format),
            ("lang", &self.lang),
        ];
        let taken = [name.takes(), form].concat();
        match given.into_iter().find(|(name, value)| value.is_some() && !taken.contains(name)) {
            Some((foreign, _)) => Err(Fault::BadRequest(format!(
                "the report {} takes no `{foreign}`: it takes {}",
                name.name(),
                taken.join(", ")
            ))),
            None => Ok(()),
        }
    }
}

/// What an address asks for; days and years may be left to today.
#[derive(Debug, Clone)]
pub struct Asked {
    name: ReportName,
    as_of: Option<NaiveDate>,
    known_on: Option<NaiveDate>,
    asset: Option<AssetCode>,
    year: Option<i32>,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
    account: Option<String>,
    scenario: Option<String>,
    horizon: Horizon,
}

impl Asked {
    pub fn of(name: ReportName, query: &ReportQuery) -> Result<Asked, Fault> {
        let day = |name: &str, text: &Option<String>| parsed(name, text.as_deref(), Expected::Day);
        let text =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Asked {
            name,
            as_of: day("as_of", &query.as_of)?,
            known_on: day("known_on", &query.known_on)?,
            asset: text(&query.asset).map(AssetCode),
            year: within("year", query.year.as_deref(), 1..=9999, Expected::Year)?,
            from: day("from", &query.from)?,
            through: day("through", &query.through)?,
            account: super::journal::account(query.account.as_deref())?,
            scenario: text(&query.scenario),
            horizon: asked::horizon(query.horizon.as_deref())?,
        })
    }

    /// The report, with today where no day was named.
    pub fn report(self, store: &Store, now: DateTime<Utc>) -> Result<Report, AppError> {
        let today = read_tenants::today(store, now)?;
        let year = self.year.unwrap_or_else(|| today.year());
        let as_of = self.as_of.unwrap_or(today);
        let through = self.through.unwrap_or(today);
        let first = NaiveDate::from_ymd_opt(through.year(), 1, 1).unwrap_or(through);
        let span = || Span::new(self.from.unwrap_or(first), through);
        Ok(match self.name {
            ReportName::Plan => Report::Plan { as_of, known_on: self.known_on, asset: self.asset },
            ReportName::Movements => Report::Movements { year },
            ReportName::Funding => Report::Funding { year },
            ReportName::Reconciliation => Report::Reconciliation { as_of },
            ReportName::TieOut => Report::TieOut { year },
            ReportName::Balance => Report::Balance(span()?),
            ReportName::Ledger => Report::Ledger { account: self.account.unwrap_or_default(), span: span()? },
            ReportName::Journal => Report::Journal(span()?),
            ReportName::Fec => Report::Fec { year },
            ReportName::Payback => Report::Payback(self.view_on(today)),
        })
    }

    /// The view of payback that is asked for, today where no day was named.
    pub fn view(self, store: &Store, now: DateTime<Utc>) -> Result<RequestedView, AppError> {
        Ok(self.view_on(read_tenants::today(store, now)?))
    }

    fn view_on(self, today: NaiveDate) -> RequestedView {
        RequestedView { as_of: self.as_of.unwrap_or(today), scenario: self.scenario, horizon: self.horizon }
    }
}

/// A format by its name.
pub fn format(name: Option<&str>) -> Result<ReportFormat, Fault> {
    match name.filter(|name| !name.is_empty()) {
        None => Ok(ReportFormat::Json),
        Some(name) => {
            ReportFormat::from_name(name).ok_or_else(|| none_of("format", name, &["json", "csv", "xlsx", "pdf"]))
        }
    }
}

/// A language by its code.
pub fn language(code: Option<&str>) -> Result<Language, Fault> {
    match code {
        None | Some("fr") => Ok(Language::French),
        Some("en") => Ok(Language::English),
        Some(other) => Err(none_of("lang", other, &["fr", "en"])),
    }
}

/// A report's answer; what is not JSON is a file to keep.
pub fn answer(stem: &str, format: ReportFormat, bytes: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, format.media_type()));
    if format != ReportFormat::Json {
        response.insert_header(download(format!("{stem}.{}", format.name())));
    }
    response.body(bytes)
}

#[utoipa::path(
    get, path = "/api/v1/reports/{report}", tag = "reports",
    params(("report" = String, Path, description = "`plan`, `movements`, `funding`, `reconciliation`, `tie-out`, \
        `balance`, `ledger`, `journal`, `fec` or `payback`"), ReportQuery),
    responses(
        (status = 200, content(
            (ReportAnswer = "application/json"),
            (String = "text/csv"),
            (String = "text/plain"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/pdf"),
        )),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
    ),
    security(("token" = []))
)]
pub async fn one(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<String>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let name = ReportName::of(&path, &granted)?;
    query.only_of(name, &["format", "lang"])?;
    asked_for(&shared, &granted, name, &query).await
}

/// The report `name` in the form its query asks for, for whom the policy grants it: addresses of their own answer so too.
pub async fn asked_for(
    shared: &Data<Shared>,
    granted: &Granted,
    name: ReportName,
    query: &ReportQuery,
) -> Result<HttpResponse, Fault> {
    let name = ReportName::of(name.name(), granted)?;
    let (format, language) = (format(query.format.as_deref())?, language(query.lang.as_deref())?);
    file(shared, Asked::of(name, query)?, format, language).await
}

/// The report as a file; pages offer it too.
pub async fn file(
    shared: &Data<Shared>,
    asked: Asked,
    format: ReportFormat,
    language: Language,
) -> Result<HttpResponse, Fault> {
    let (store, now, name) = (shared.store.clone(), shared.now(), asked.name);
    let (stem, bytes) = blocking(move || {
        let report = asked.report(&store, now)?;
        if let Report::Fec { year } = report {
            let [file, _] = crate::app::export_journal::fec(&store, year)?;
            return Ok((file.name, file.bytes));
        }
        Ok((report.stem(language)?, reports::file(&store, &report, format, language)?))
    })
    .await?;
    if name == ReportName::Fec {
        return Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
            .insert_header(download(stem))
            .body(bytes));
    }
    Ok(answer(&stem, format, bytes))
}

#[utoipa::path(
    post, path = "/api/v1/reports/{report}/archive", tag = "reports",
    params(("report" = String, Path, description = "as above"), ReportQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "The same request keeps the report once.")),
    responses((status = 201, body = Vec<KeptAnswer>, description = "Kept in all its formats; kept again unchanged, \
        nothing changes."),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn archive(writing: Writing, path: Path<String>, query: Query<ReportQuery>) -> Result<HttpResponse, Fault> {
    if !matches!(writing.request.as_ref(), b"" | b"{}") {
        let wrong = "what is to be kept stands in the query, as for reading the report: send no body";
        return Err(Fault::BadRequest(wrong.to_owned()));
    }
    let name = ReportName::of(&path, &writing.granted)?;
    // It is kept in every format.
    query.only_of(name, &["lang"])?;
    let language = language(query.lang.as_deref())?;
    let asked = Asked::of(name, &query)?;
    once(writing, StatusCode::CREATED, move |store, by, now| {
        let kept = reports::archive(store, &asked.report(store, now)?, language, by, now)?;
        Ok(kept.into_iter().map(kept_answer).collect::<Vec<_>>())
    })
    .await
}

/// Keeps the report in all its formats; pages do it too.
pub async fn keep(
    shared: &Data<Shared>,
    asked: Asked,
    language: Language,
    by: Actor,
) -> Result<Vec<ArchivedReport>, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || reports::archive(&store, &asked.report(&store, now)?, language, &by, now)).await
}

/// A report that was kept.
#[derive(Serialize, ToSchema)]
pub struct KeptAnswer {
    kind: String,
    as_of: NaiveDate,
    format: String,
    language: String,
    sha256: String,
    bytes: u64,
    kept_at: DateTime<Utc>,
    /// Where the file is fetched.
    file: String,
}

fn kept_answer(report: ArchivedReport) -> KeptAnswer {
    KeptAnswer {
        file: format!("/api/v1/reports/kept/{}", report.sha256),
        kind: report.kind,
        as_of: report.as_of,
        format: report.format,
        language: report.language,
        sha256: report.sha256,
        bytes: report.size_bytes,
        kept_at: report.created_at,
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct KeptQuery {
    /// Only reports of this kind.
    kind: Option<String>,
    /// From 1; a page holds 100.
    page: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/reports", tag = "reports", params(KeptQuery),
    responses((status = 200, body = Vec<KeptAnswer>, description = "Reports that were kept, in the order they were."),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn kept(shared: Data<Shared>, _granted: Granted, query: Query<KeptQuery>) -> Result<HttpResponse, Fault> {
    let (store, kind) = (shared.store.clone(), query.kind.clone());
    let found = blocking(move || archive_report::list(&store, kind.as_deref())).await?;
    let rows: Vec<KeptAnswer> = found.into_iter().map(kept_answer).collect();
    paged("/api/v1/reports", &rows, query.page.as_deref())
}

#[utoipa::path(
    get, path = "/api/v1/reports/kept/{hash}", tag = "reports",
    params(("hash" = String, Path, description = "its SHA-256, in hex")),
    responses((status = 200, content((Vec<u8> = "application/octet-stream"))), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn kept_file(shared: Data<Shared>, _granted: Granted, path: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, hash) = (shared.store.clone(), path.into_inner());
    let found = blocking(move || archive_report::read(&store, &hash)).await?;
    let (report, bytes) = found.ok_or(Fault::NotFound)?;
    let media_type =
        ReportFormat::from_name(&report.format).map_or("text/plain; charset=utf-8", ReportFormat::media_type);
    let name = report.path.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, media_type)).insert_header(download(name)).body(bytes))
}
