//! Amortisation: where things stand on a day, the plan by year, and each asset's part in it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::asset::address_of;
use super::chart::{BarChart, Value};
use super::parts::Link;
use super::{Address, Frame};
use crate::app::read_tenants;
use crate::app::report_amortisation;
use crate::domain::access::Action;
use crate::domain::amortisation::last_closing_day;
use crate::domain::amortisation::report::{AmortisationReport, PlanRow, RowState};
use crate::domain::ids::AssetCode;
use crate::domain::money::Money;
use crate::http::api::reports::{Asked, ReportName, ReportQuery, file as report_file, format};
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize)]
pub struct AmortisationQuery {
    as_of: Option<String>,
    known_on: Option<String>,
}

#[derive(Template)]
#[template(path = "amortisation.html")]
struct AmortisationPage {
    frame: Frame,
    report: AmortisationReport,
    /// The report's day in words.
    day: String,
    known_on: Option<NaiveDate>,
    chart: BarChart,
    files: Vec<Link>,
}

/// Columns that stand only where they hold something, as on paper.
pub(super) struct Columns {
    pub exits: bool,
    pub impairment: bool,
    /// What is still to be posted.
    pub due: bool,
}

impl Columns {
    pub(super) fn of(rows: &[PlanRow<i32>]) -> Columns {
        Columns {
            exits: rows.iter().any(|row| !row.exits.is_zero()),
            impairment: rows.iter().any(|row| !row.impairment.is_zero()),
            due: rows.iter().any(|row| !row.due.is_zero()),
        }
    }
}

/// Through which day charges, impairment and exits count, where that is not the day asked for.
pub(super) fn state_day(frame: &Frame, as_of: NaiveDate) -> Option<String> {
    let through = last_closing_day(as_of);
    (through != as_of).then(|| frame.with("amortisation-state-day", "day", &frame.date(&through)))
}

impl AmortisationPage {
    fn columns(&self) -> Columns {
        Columns::of(&self.report.total.years)
    }

    fn state_day(&self) -> Option<String> {
        state_day(&self.frame, self.report.as_of)
    }

    /// What is known on the day and goes into service after it: no value yet.
    fn not_in_service(&self) -> Option<String> {
        let position = &self.report.total.position;
        let waits = position.cost - position.gross_value;
        (!waits.is_zero()).then(|| self.frame.with("amortisation-not-in-service", "amount", &self.frame.amount(&waits)))
    }

    fn state(&self, state: &RowState) -> String {
        self.frame.t(state_key(*state))
    }

    fn year_sums(&self) -> [String; 5] {
        sums(&self.frame, self.report.total.years.iter().copied())
    }

    fn asset_address(&self, code: &AssetCode) -> String {
        let address = Address::new(address_of(code.as_str())).set("as_of", self.report.as_of);
        address.set("known_on", self.known_on.map(|day| day.to_string()).unwrap_or_default()).href()
    }
}

pub async fn page(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<AmortisationQuery>,
) -> Result<HttpResponse, Fault> {
    let asked: Option<NaiveDate> = parsed("as_of", query.as_of.as_deref(), Expected::Day)?;
    let known_on: Option<NaiveDate> = parsed("known_on", query.known_on.as_deref(), Expected::Day)?;
    let (store, now) = (shared.store.clone(), shared.now());
    let report = blocking(move || {
        let as_of = asked.map_or_else(|| read_tenants::today(&store, now), Ok)?;
        report_amortisation::figures_known_on(&store, as_of, known_on)
    })
    .await?;
    let frame = Frame::of(&http);
    let chart = net_book_values(&frame, &report);
    let day = frame.date(&report.as_of);
    let address = Address::new("/amortisation/file")
        .set("as_of", report.as_of)
        .set("known_on", known_on.map(|day| day.to_string()).unwrap_or_default());
    let formats = [("PDF", "pdf"), ("XLSX", "xlsx"), ("CSV", "csv"), ("JSON", "json")];
    let file =
        |(label, format): (&str, &str)| Link { label: label.to_owned(), address: address.set("format", format).href() };
    let files = formats.map(file).into();
    super::page(StatusCode::OK, &AmortisationPage { frame, report, day, known_on, chart, files })
}

pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let name = ReportName::of(ReportName::Plan.name(), &granted)?;
    report_file(&shared, Asked::of(name, &query)?, format(query.format.as_deref())?, Frame::of(&http).language).await
}

pub(super) const fn state_key(state: RowState) -> &'static str {
    match state {
        RowState::NoCharge => "state-no-charge",
        RowState::Posted => "state-posted",
        RowState::Due => "state-due",
        RowState::InProgress => "state-in-progress",
        RowState::ToCome => "state-to-come",
    }
}

/// What the rows of a plan add up to: charge, posted, due, to come, exits.
pub(super) fn sums<P>(frame: &Frame, rows: impl Iterator<Item = PlanRow<P>>) -> [String; 5] {
    let mut sums = [Money::ZERO; 5];
    for row in rows {
        for (sum, amount) in sums.iter_mut().zip([row.charge, row.posted, row.due, row.to_come, row.exits]) {
            *sum += amount;
        }
    }
    sums.map(|sum| frame.bare(&sum))
}

/// What is left on the books at each year's end.
pub(super) fn net_book_values(frame: &Frame, report: &AmortisationReport) -> BarChart {
    let value = |row: &PlanRow<i32>| Value {
        label: row.period.to_string(),
        amount: row.net_book_value,
        is_planned: row.period >= report.as_of.year(),
    };
    let values: Vec<Value> = report.total.years.iter().map(value).collect();
    let description = match (report.total.years.first(), report.total.years.last()) {
        (Some(first), Some(last)) => frame.texts(
            "chart-description",
            &[
                ("first", &first.period.to_string()),
                ("from", &frame.amount(&first.net_book_value)),
                ("last", &last.period.to_string()),
                ("to", &frame.amount(&last.net_book_value)),
            ],
        ),
        _ => frame.t("chart-empty"),
    };
    BarChart::new(frame.t("chart-title"), description, &values, frame.language)
}
