//! The reports of the books: each with its tables, its files, and those that were kept.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::chart::{BarChart, Value};
use super::parts::{Link, Pager, exports};
use super::sheet;
use super::{Address, Frame, done, page, see_other, texts};
use crate::app::archive_report::{self, ArchivedReport};
use crate::app::reports::Report;
use crate::app::{AppError, Store, export_journal, read_journal, read_tenants, report_assets, report_ledger};
use crate::documents::amortisation::{funding_sheet, movements_sheet};
use crate::documents::ledger::{ComparisonKind, comparisons_sheet};
use crate::documents::sheet::{Sheet, SheetRank, SheetRow, SheetSection};
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::calendar::{Timestamp, day_in};
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::http::api::reports::{Asked, ReportName, ReportQuery, file as report_file, format, keep};
use crate::http::asked::{Expected, parsed};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// Kept reports on a page of the list.
const KEPT_PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    frame: Frame,
    rows: Vec<ReportRow>,
    kept: Vec<KeptRow>,
    pager: Pager,
    may_archive: bool,
    files: Vec<Link>,
}

/// A report of the list.
struct ReportRow {
    name: &'static str,
    label: String,
    what: String,
    address: String,
    formats: String,
}

/// A file that was kept.
pub struct KeptRow {
    pub kind: String,
    pub as_of: String,
    pub format: String,
    pub language: String,
    pub kept_on: String,
    pub sha256: String,
    pub file: String,
}

/// What a kept report is called: by the word its kind begins with, and what tells it from others of it.
fn kind_name(frame: &Frame, kind: &str) -> String {
    let words = kind.match_indices('-').map(|(at, _)| at).chain([kind.len()]);
    let mut named = words.filter_map(|at| {
        let (stem, rest) = kind.split_at_checked(at)?;
        Some((frame.optional(&format!("report-{stem}"))?, rest.trim_start_matches('-')))
    });
    match named.next_back() {
        Some((name, "")) => name,
        Some((name, rest)) => format!("{name} ({rest})"),
        None => kind.to_owned(),
    }
}

fn kept_row(frame: &Frame, report: &ArchivedReport) -> KeptRow {
    KeptRow {
        kind: kind_name(frame, &report.kind),
        as_of: frame.short_date(&report.as_of),
        format: report.format.to_uppercase(),
        language: report.language.clone(),
        kept_on: frame.short_date(&day_in(report.created_at, frame.zone)),
        file: format!("/reports/kept/{}", report.sha256),
        sha256: report.sha256.clone(),
    }
}

#[derive(Deserialize)]
pub struct ListQuery {
    page: Option<String>,
}

pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Fault> {
    let wanted: usize = parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1);
    let store = shared.store.clone();
    let mut kept = blocking(move || archive_report::list(&store, None)).await?;
    kept.reverse();
    let frame = Frame::of(&http);
    let pages = kept.len().div_ceil(KEPT_PER_PAGE).max(1);
    let shown = wanted.clamp(1, pages);
    let row = |name: ReportName| ReportRow {
        name: name.name(),
        label: frame.t(&format!("report-{}", name.name())),
        what: frame.t(&format!("report-{}-what", name.name())),
        address: own_page(name).map_or_else(|| format!("/reports/{}", name.name()), str::to_owned),
        formats: if name == ReportName::Fec { "TXT" } else { "PDF, XLSX, CSV, JSON" }.to_owned(),
    };
    let skipped = (shown - 1).saturating_mul(KEPT_PER_PAGE);
    let template = ReportsPage {
        rows: ReportName::ALL.map(row).into(),
        kept: kept.iter().skip(skipped).take(KEPT_PER_PAGE).map(|report| kept_row(&frame, report)).collect(),
        pager: Pager::new(&Address::new("/reports"), shown, pages),
        may_archive: policy(granted.role, Action::ArchiveReports) != Decision::Deny,
        files: exports(&Address::new("/reports"), "/reports"),
        frame,
    };
    page(StatusCode::OK, &template)
}

/// Every kept report as a file, the latest first.
pub async fn kept_list(
    shared: Data<Shared>,
    http: HttpRequest,
    format: Path<sheet::Sheet>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (mut kept, zone) =
        blocking(move || Ok((archive_report::list(&store, None)?, read_tenants::zone(&store)?))).await?;
    kept.reverse();
    let frame = Frame::of(&http);
    let keys =
        ["reports-report", "reports-formats", "reports-day", "reports-language", "payback-kept-on", "reports-bytes"];
    let cells = |report: &ArchivedReport| {
        vec![
            sheet::text(kind_name(&frame, &report.kind)),
            sheet::text(report.format.to_uppercase()),
            Cell::Day(report.as_of),
            sheet::text(&report.language),
            sheet::instant(Timestamp::from(report.created_at), zone),
            Cell::Number(report.size_bytes.into()),
            sheet::text(&report.sha256),
        ]
    };
    let table = Table {
        name: frame.t("payback-kept"),
        day: day_in(now, zone),
        headings: keys.map(|key| frame.t(key)).into_iter().chain(["SHA-256".to_owned()]).collect(),
        rows: kept.iter().map(cells).collect(),
    };
    let name = format!("{}-{}", frame.t("reports-file"), table.day);
    sheet::respond(&shared, &frame, table, *format, &name).await
}

/// Where a report has a page elsewhere.
const fn own_page(name: ReportName) -> Option<&'static str> {
    match name {
        ReportName::Plan => Some("/amortisation"),
        ReportName::Balance => Some("/journal/balance"),
        ReportName::Ledger | ReportName::Journal => Some("/journal"),
        ReportName::Payback => Some("/payback"),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: Frame,
    name: &'static str,
    sheet: Sheet,
    chart: Option<BarChart>,
    /// What is asked about: a day or a year, by the field's name.
    field: &'static str,
    value: String,
    is_day: bool,
    files: Vec<Link>,
    kept: Vec<KeptRow>,
    may_archive: bool,
}

impl ReportPage {
    fn is_number(&self, section: &SheetSection, column: &usize) -> bool {
        section.columns.get(*column).is_some_and(|column| column.is_number)
    }

    /// What heads a column: beside its cells where the table is folded.
    fn heading<'a>(&self, section: &'a SheetSection, column: &usize) -> &'a str {
        section.columns.get(*column).map_or("", |column| column.label.as_str())
    }

    fn class(&self, row: &SheetRow) -> &'static str {
        match row.rank {
            SheetRank::Line => "",
            SheetRank::Group | SheetRank::Total => "sum",
        }
    }
}

pub async fn show(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    path: Path<String>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let name = ReportName::of(&path, &granted)?;
    if let Some(address) = own_page(name) {
        return Ok(see_other(address));
    }
    let asked = Asked::of(name, &query)?;
    let (store, now, frame) = (shared.store.clone(), shared.now(), Frame::of(&http));
    let language = frame.language;
    let (report, drawn, kept) = blocking(move || {
        let report = asked.report(&store, now)?;
        let kept = archive_report::list(&store, Some(&report.kind()))?;
        Ok((report.clone(), drawn(&store, &report, language)?, kept))
    })
    .await?;
    let (field, value, is_day) = match &report {
        Report::Reconciliation { as_of } => ("as_of", as_of.to_string(), true),
        Report::Movements { year } | Report::Funding { year } | Report::TieOut { year } | Report::Fec { year } => {
            ("year", year.to_string(), false)
        }
        _ => return Err(Fault::NotFound),
    };
    let address = Address::new(format!("/reports/{}/file", name.name())).set(field, &value);
    let formats: &[(&str, &str)] = match name {
        ReportName::Fec => &[("TXT", "")],
        _ => &[("PDF", "pdf"), ("XLSX", "xlsx"), ("CSV", "csv"), ("JSON", "json")],
    };
    let link = |(label, format): &(&str, &str)| Link {
        label: (*label).to_owned(),
        address: address.set("format", format).href(),
    };
    let template = ReportPage {
        chart: drawn.chart.map(|chart| chart.draw(&frame)),
        sheet: drawn.sheet,
        name: name.name(),
        field,
        value,
        is_day,
        files: formats.iter().map(link).collect(),
        kept: kept.iter().rev().take(20).map(|report| kept_row(&frame, report)).collect(),
        may_archive: policy(granted.role, Action::ArchiveReports) != Decision::Deny,
        frame,
    };
    page(StatusCode::OK, &template)
}

/// A report's tables and what is drawn above them.
struct Drawn {
    sheet: Sheet,
    chart: Option<ChartOf>,
}

/// Amounts by name, under the keys of their title and description.
struct ChartOf {
    title: &'static str,
    description: &'static str,
    values: Vec<(String, Money)>,
}

impl ChartOf {
    fn draw(self, frame: &Frame) -> BarChart {
        let label = |label: &str| if label.starts_with("chart-") { frame.t(label) } else { label.to_owned() };
        let values: Vec<Value> = self
            .values
            .iter()
            .map(|(name, amount)| Value { label: label(name), amount: *amount, is_planned: false })
            .collect();
        BarChart::new(frame.t(self.title), frame.t(self.description), &values, frame.language)
    }
}

fn drawn(store: &Store, report: &Report, language: Language) -> Result<Drawn, AppError> {
    Ok(match report {
        Report::Movements { year } => {
            let movements = report_assets::movements_of(store, *year)?;
            let values = movements.accounts.iter().map(|one| (one.account.clone(), one.total.net_closing)).collect();
            let chart = ChartOf { title: "chart-movements", description: "chart-movements-what", values };
            Drawn { sheet: movements_sheet(&movements, language), chart: Some(chart) }
        }
        Report::Funding { year } => {
            let funding = report_assets::funding_of(store, *year)?;
            let total = &funding.sources_total;
            let values = [
                ("chart-subsidies", total.subsidies),
                ("chart-loans", total.loans),
                ("chart-own-funds", total.own_funds),
            ];
            let values = values.map(|(name, amount)| (name.to_owned(), amount)).into();
            let chart = ChartOf { title: "chart-funding", description: "chart-funding-what", values };
            // Without an asset in service there is nothing to draw.
            let chart = Some(chart).filter(|_| !funding.sources.is_empty());
            Drawn { sheet: funding_sheet(&funding, language), chart }
        }
        Report::Reconciliation { as_of } => {
            let first = NaiveDate::from_ymd_opt(as_of.year(), 1, 1).unwrap_or(*as_of);
            let span = report_ledger::Span::new(first, *as_of)?;
            compared(store, ComparisonKind::Reconciliation, span, language)?
        }
        Report::TieOut { year } => {
            compared(store, ComparisonKind::TieOut, report_ledger::Span::year(*year)?, language)?
        }
        Report::Fec { year } => fec(store, *year, language)?,
        _ => return Err(AppError::input("this report has a page of its own")),
    })
}

fn compared(
    store: &Store,
    kind: ComparisonKind,
    span: report_ledger::Span,
    language: Language,
) -> Result<Drawn, AppError> {
    let found = report_ledger::comparisons(store, kind, span)?;
    Ok(Drawn { sheet: comparisons_sheet(&found, kind, language), chart: None })
}

/// What the tax office's file says of itself: its description, as it is handed in with it.
fn fec(store: &Store, year: i32, language: Language) -> Result<Drawn, AppError> {
    let title = format!("{} {year}", texts::text(language, "report-fec", &[]));
    let span = report_ledger::Span::year(year)?;
    let filter = read_journal::JournalFilter {
        from: Some(span.from),
        through: Some(span.through),
        ..read_journal::JournalFilter::default()
    };
    let entries = read_journal::page(store, filter, 1)?.total;
    if entries == 0 {
        let nothing = Sheet { title, remark: String::new(), sections: vec![] };
        return Ok(Drawn { sheet: nothing, chart: None });
    }
    let [_, description] = export_journal::fec(store, year)?;
    let text = String::from_utf8_lossy(&description.bytes).into_owned();
    Ok(Drawn { sheet: Sheet { title, remark: text, sections: vec![] }, chart: None })
}

pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    path: Path<String>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let name = ReportName::of(&path, &granted)?;
    report_file(&shared, Asked::of(name, &query)?, format(query.format.as_deref())?, Frame::of(&http).language).await
}

#[derive(Deserialize)]
pub struct KeepForm {
    form_token: String,
    #[serde(flatten)]
    asked: ReportQuery,
}

/// Keeps the report in all its formats, in the language of the page.
pub async fn archive(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    http: HttpRequest,
    path: Path<String>,
    form: Form<KeepForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let name = ReportName::of(&path, &granted)?;
    let kept = keep(&shared, Asked::of(name, &form.asked)?, Frame::of(&http).language, visitor.actor(&http)).await?;
    Ok(done("/reports", "report-kept", &kept.len().to_string()))
}
