//! Payback: when the investment has come back, the curve with its band, the scenarios, and where each figure comes from.
//!
//! The report's own words are those of its files, so that page and PDF say the same.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::Frame;
use super::curve::{Curve, Mark};
use super::parts::{Address, Choice, Link};
use crate::app::AppError;
use crate::app::archive_report::{self, ArchivedReport};
use crate::app::report_payback;
use crate::app::reports::{self, Report};
use crate::documents::payback::{Words, last_month, shown};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::calendar::{BillingMonth, day_in};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::payback::{Horizon, MonthRow, PaybackReport, Source, TenantRow};
use crate::http::api::reports::{Asked, ReportName, ReportQuery, file as report_file, format};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize)]
pub struct ArchiveForm {
    form_token: String,
    #[serde(flatten)]
    asked: ReportQuery,
}

#[derive(Template)]
#[template(path = "payback.html")]
struct PaybackPage {
    frame: Frame,
    words: Words,
    report: PaybackReport,
    scenarios: Vec<Choice>,
    horizons: Vec<Choice>,
    curves: Vec<Curve>,
    files: Vec<Link>,
    kept: Vec<ArchivedReport>,
    may_archive: bool,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "payback_empty.html")]
struct EmptyPage {
    frame: Frame,
}

/// Tenants whose revenue is summed together.
struct TenantGroup<'r> {
    heading: Option<String>,
    rows: Vec<&'r TenantRow>,
    label: String,
    /// Invoiced here, invoiced before, both.
    sums: [String; 3],
}

impl PaybackPage {
    /// A word of the report's files.
    fn w(&self, id: &str) -> String {
        self.words.text(id)
    }

    fn bare(&self, money: Money) -> String {
        self.frame.bare(&money)
    }

    fn scenarios_caption(&self) -> String {
        self.frame.with("payback-scenarios-caption", "month", &self.frame.month(&self.report.target_month))
    }

    fn kept_on(&self, kept: &ArchivedReport) -> String {
        self.frame.short_date(&day_in(kept.created_at, self.frame.zone))
    }

    fn percent(&self, value: &Option<Decimal>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.words.percent(value))
    }

    fn price(&self, price: &Option<UnitPrice>) -> String {
        price.map_or_else(|| "–".to_owned(), |price| self.words.format.unit_price(price))
    }

    fn quantity(&self, value: &Option<Decimal>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.words.format.up_to(value, 2))
    }

    fn even(&self, month: &Option<BillingMonth>) -> String {
        self.words.break_even(*month, last_month(&self.report))
    }

    fn years(&self, id: &str, years: &u32) -> String {
        self.words.with(id, &[("years", &years.to_string())])
    }

    /// The tenants that count with their total; then, where there are any, the internal ones with theirs.
    fn groups(&self) -> Vec<TenantGroup<'_>> {
        let group = |counts: bool| {
            let rows: Vec<&TenantRow> = self.report.tenants.iter().filter(|row| row.counts == counts).collect();
            let sum = |of: fn(&TenantRow) -> Money| self.frame.bare(&rows.iter().map(|row| of(row)).sum());
            TenantGroup {
                heading: (!counts).then(|| self.w("payback-internal-tenants")),
                label: self.w(if counts { "payback-total-counted" } else { "payback-total-internal" }),
                sums: [sum(|row| row.invoiced), sum(|row| row.earlier), sum(|row| row.total)],
                rows,
            }
        };
        [group(true), group(false)].into_iter().filter(|group| !group.rows.is_empty()).collect()
    }

    fn market(&self) -> String {
        self.words.market(&self.report)
    }

    fn running(&self, row: &crate::domain::payback::YearRow) -> Money {
        row.flow.running_cost()
    }

    fn outlay(&self, row: &crate::domain::payback::YearRow) -> Money {
        row.flow.investment + row.flow.renewal
    }

    fn source(&self, source: &Source) -> (String, String, String) {
        let (what, from, amount) = self.words.source(&self.report, source);
        (what, from, amount.map(|amount| self.frame.bare(&amount)).unwrap_or_default())
    }

    fn rest(&self) -> (String, Money) {
        let cumulative = self.report.position.cumulative;
        let id = if cumulative.is_negative() { "payback-tile-cumulative" } else { "payback-tile-surplus" };
        (self.w(id), cumulative.abs())
    }
}

pub async fn page(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let asked = Asked::of(ReportName::Payback, &query)?;
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || {
        let view = asked.view(&store, now)?;
        let kept: Vec<ArchivedReport> =
            archive_report::list(&store, None)?.into_iter().filter(|kept| kept.kind.starts_with("payback")).collect();
        match report_payback::figures(&store, &view) {
            Ok(report) => Ok(Ok((report, kept))),
            Err(AppError::Misasked(told)) => Ok(Err(told)),
            Err(error) => Err(error),
        }
    })
    .await?;
    let frame = Frame::of(&http);
    match found {
        Ok((report, kept)) => super::page(StatusCode::OK, &filled(frame, report, kept)),
        // An unknown scenario was asked for by its name; anything else lies in the book.
        Err(told) if query.scenario.is_some() => Err(Fault::Misasked(told)),
        Err(_) => super::page(StatusCode::OK, &EmptyPage { frame }),
    }
}

fn filled(frame: Frame, report: PaybackReport, kept: Vec<ArchivedReport>) -> PaybackPage {
    let words = Words::new(frame.language);
    let choice = |value: String, label: String, is_chosen: bool| Choice { value, label, is_chosen };
    let scenarios = report
        .scenarios
        .iter()
        .map(|result| choice(result.code.clone(), result.name.clone(), result.code == report.scenario.code))
        .collect();
    let horizons = Horizon::ALL
        .into_iter()
        .map(|horizon| {
            let years = horizon.years();
            let label = frame.with("payback-horizon-years", "years", &years.to_string());
            choice(years.to_string(), label, years == report.horizon_years)
        })
        .collect();
    let address = Address::new("/payback/file")
        .set("as_of", report.as_of)
        .set("scenario", &report.scenario.code)
        .set("horizon", report.horizon_years);
    let formats = [("PDF", "pdf"), ("XLSX", "xlsx"), ("CSV", "csv"), ("JSON", "json")];
    let file =
        |(label, format): (&str, &str)| Link { label: label.to_owned(), address: address.set("format", format).href() };
    let role = frame.visitor.as_ref().map(|visitor| visitor.person.role);
    let may = |action: Action| role.is_some_and(|role| policy(role, action) != Decision::Deny);
    PaybackPage {
        curves: curves(&frame, &words, &report),
        may_archive: may(Action::ArchiveReports),
        may_edit: may(Action::KeepBooks),
        frame,
        words,
        report,
        scenarios,
        horizons,
        files: formats.map(file).into(),
        kept,
    }
}

/// Up to break-even first, where that is but a part; then the whole horizon.
fn curves(frame: &Frame, words: &Words, report: &PaybackReport) -> Vec<Curve> {
    const AFTER: usize = 24;
    let rows = report.months.as_slice();
    let even = report.scenarios.iter().filter_map(|result| result.break_even);
    let last = even.chain([report.target_month]).chain(report.actual_through).max();
    let near = last.and_then(|last| rows.iter().position(|row| row.month == last));
    let near = near.map_or(rows.len(), |index| (index + AFTER).min(rows.len()));
    let far = words.far_caption(&report.horizon_years.to_string());
    let mut curves = Vec::new();
    if near * 5 < rows.len() * 4 {
        let part = rows.get(..near).unwrap_or(rows);
        curves.push(curve("near", words.near_caption(), part, frame, words, report));
    }
    curves.push(curve("far", far, rows, frame, words, report));
    curves
}

fn curve(
    id: &'static str,
    title: String,
    rows: &[MonthRow],
    frame: &Frame,
    words: &Words,
    report: &PaybackReport,
) -> Curve {
    let even = shown(report).and_then(|result| result.break_even);
    let mark = |id: &str, class: &'static str, month: Option<BillingMonth>| {
        let month = month?;
        let label = words.with(id, &[("month", &words.format.month_short(month))]);
        Some(Mark { month, label, class })
    };
    let marks = [
        mark("payback-mark-now", "now", report.actual_through),
        mark("payback-mark-target", "target", Some(report.target_month)),
        mark("payback-mark-break-even", "even", even),
    ];
    let texts = (title, words.curve_words(report, rows));
    Curve::new(id, texts, rows, marks.into_iter().flatten().collect(), frame.language)
}

pub async fn file(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let asked = Asked::of(ReportName::Payback, &query)?;
    report_file(&shared, asked, format(query.format.as_deref())?, Frame::of(&http).language).await
}

/// Keeps the report in all its formats, in the language of the page.
pub async fn archive(
    shared: Data<Shared>,
    _granted: Granted,
    visitor: Visitor,
    http: HttpRequest,
    form: Form<ArchiveForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let asked = Asked::of(ReportName::Payback, &form.asked)?;
    let (store, now, language) = (shared.store.clone(), shared.now(), Frame::of(&http).language);
    let by = visitor.actor(&http);
    let view = blocking(move || {
        let view = asked.view(&store, now)?;
        reports::archive(&store, &Report::Payback(view.clone()), language, &by, now)?;
        Ok(view)
    })
    .await?;
    let address = Address::new("/payback")
        .set("as_of", view.as_of)
        .set("scenario", view.scenario.unwrap_or_default())
        .set("horizon", view.horizon.years());
    Ok(super::done(&address.href(), "report-kept", "4"))
}
