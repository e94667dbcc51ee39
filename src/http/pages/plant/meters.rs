//! The list of meters, with what each covers of a month.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::parts::{Badge, Choice, Column, Link, Pager, Tone, count, exports_of};
use super::plant_figures;
use super::sheet::{self, Sheet};
use super::{Address, Frame, encoded, page};
use crate::app::listing::Order;
use crate::app::read_meters::{self, MeterKey, MeterSummary, MetersFilter, MetersPage};
use crate::documents::table::{Cell, Table};
use crate::domain::calendar::{BillingMonth, Timestamp, day_in};
use crate::domain::metering::Register;
use crate::http::asked::{Expected, parsed};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct MetersQuery {
    month: Option<String>,
    q: Option<String>,
    register: Option<String>,
    attention: Option<String>,
    /// A column's name, with `-` before it for descending.
    sort: Option<String>,
    page: Option<String>,
}

impl MetersQuery {
    fn filter(&self) -> Result<MetersFilter, Fault> {
        Ok(MetersFilter {
            month: parsed("month", self.month.as_deref(), Expected::Month)?,
            text: self.q.clone().unwrap_or_default(),
            register: plant_figures::REGISTERS.into_iter().find(|one| Some(one.name()) == self.register.as_deref()),
            attention: self.attention.as_deref().is_some_and(|value| !value.is_empty()),
            order: Order::named(self.sort.as_deref().unwrap_or_default()),
            page: Some(parsed("page", self.page.as_deref(), Expected::Page)?.unwrap_or(1)),
        })
    }
}

#[derive(Template)]
#[template(path = "meters.html")]
struct MetersTemplate {
    frame: Frame,
    month: String,
    month_value: String,
    months: Vec<Link>,
    text: String,
    attention: bool,
    sort: String,
    registers: Vec<Choice>,
    columns: Vec<Column>,
    rows: Vec<MeterRow>,
    pager: Pager,
    count: String,
    files: Vec<Link>,
}

struct MeterRow {
    code: String,
    address: String,
    register: String,
    place: String,
    /// The page of its rack.
    rack: Option<String>,
    tenant: String,
    last_at: String,
    last_value: String,
    silence: Option<String>,
    coverage: String,
    readings: String,
    badges: Vec<Badge>,
}

pub async fn list(shared: Data<Shared>, http: HttpRequest, query: Query<MetersQuery>) -> Result<HttpResponse, Fault> {
    let filter = query.filter()?;
    let (store, now, asked) = (shared.store.clone(), shared.now(), filter.clone());
    let found = blocking(move || read_meters::list(&store, &asked, now)).await?;
    let frame = Frame::of(&http);
    let address = address(&found, &filter);
    let this_month = BillingMonth::of(Timestamp::from(now).date_in(found.zone));
    let registers = plant_figures::REGISTERS.into_iter().map(|register| Choice {
        value: register.name().to_owned(),
        label: frame.t(&format!("register-{}", register.name())),
        is_chosen: filter.register == Some(register),
    });
    let scales = plant_figures::REGISTERS.map(|register| (register, scale_of(&found, register)));
    let template = MetersTemplate {
        month: frame.month(&found.month),
        month_value: found.month.to_string(),
        months: plant_figures::month_links(&frame, &address.without("page"), found.month, this_month),
        text: filter.text.clone(),
        attention: filter.attention,
        sort: filter.order.text(),
        registers: registers.collect(),
        columns: columns(&frame, &address, filter.order),
        rows: found.meters.iter().map(|one| row(&frame, one, &found, &scales, now.into())).collect(),
        pager: Pager::new(&address, found.page, found.pages),
        count: count(&frame, found.total),
        files: exports_of(found.total, &address, "/meters"),
        frame,
    };
    page(StatusCode::OK, &template)
}

fn address(found: &MetersPage, filter: &MetersFilter) -> Address {
    Address::new("/meters")
        .set("month", found.month)
        .set("q", &filter.text)
        .set("register", filter.register.map(Register::name).unwrap_or_default())
        .set("attention", if filter.attention { "1" } else { "" })
        .set("sort", filter.order.text())
}

fn columns(frame: &Frame, address: &Address, order: Order<MeterKey>) -> Vec<Column> {
    let plain = |key: &str| Column::plain(frame.t(key));
    let ordering = |key: &str, by: MeterKey| Column::ordering(frame.t(key), address, order, by);
    vec![
        ordering("meter", MeterKey::Code),
        plain("meter-register").giving_way(true),
        plain("meter-place").giving_way(true),
        plain("invoice-tenant").giving_way(true),
        ordering("meter-last-reading", MeterKey::LastReading).giving_way(true),
        plain("meter-value").of_numbers(),
        ordering("meter-coverage", MeterKey::Coverage).of_numbers(),
        plain("meter-readings").of_numbers().giving_way(true),
        ordering("meter-state", MeterKey::Gaps).giving_way(true),
    ]
}

/// The decimals of what the page shows of one register.
fn scale_of(found: &MetersPage, register: Register) -> u32 {
    let own = found.meters.iter().filter(|one| one.meter.register == register);
    plant_figures::scale(own.filter_map(|one| one.last.map(|last| last.value)))
}

fn row(
    frame: &Frame,
    summary: &MeterSummary,
    found: &MetersPage,
    scales: &[(Register, u32)],
    now: Timestamp,
) -> MeterRow {
    let meter = &summary.meter;
    let silence = summary.silent_seconds(now);
    let scale = scales.iter().find(|(register, _)| *register == meter.register).map_or(0, |(_, scale)| *scale);
    let value = |value| plant_figures::aligned(frame, value, scale, meter.register);
    MeterRow {
        code: meter.code.to_string(),
        address: format!("/meters/{}?month={}", encoded(meter.code.as_str()), found.month),
        register: frame.t(&format!("register-{}", meter.register.name())),
        place: place(frame, meter),
        rack: meter.rack.as_ref().map(|rack| format!("/racks/{}", encoded(rack.as_str()))),
        tenant: summary.billed_on.as_ref().map(|on| on.tenant_name.clone()).unwrap_or_default(),
        last_at: summary.last.map(|last| frame.instant(last.at, found.zone)).unwrap_or_else(|| "–".to_owned()),
        last_value: summary.last.map_or_else(|| "–".to_owned(), |last| value(last.value)),
        silence: silence
            .map(|seconds| frame.with("meter-silent", "duration", &plant_figures::duration(frame, seconds))),
        coverage: coverage_text(frame, summary),
        readings: readings_text(frame, summary),
        badges: badges(frame, summary),
    }
}

pub(super) fn place(frame: &Frame, meter: &crate::domain::metering::Meter) -> String {
    let rack = meter.rack.as_ref().map(ToString::to_string);
    let feed = meter.feed.map(|feed| frame.with("feed", "feed", feed.name()));
    [rack, feed].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(super) fn value(frame: &Frame, value: Decimal, register: Register) -> String {
    format!("{}\u{a0}{}", frame.number(&value), plant_figures::unit(frame, register))
}

pub(super) fn coverage_text(frame: &Frame, summary: &MeterSummary) -> String {
    match summary.coverage.per_mille() {
        _ if summary.meter.register == Register::Occupancy => frame.t("coverage-events"),
        None if summary.coverage.is_to_come => frame.t("coverage-to-come"),
        None => frame.t("coverage-out-of-service"),
        Some(thousandths) => plant_figures::per_mille(frame, thousandths),
    }
}

pub(super) fn readings_text(frame: &Frame, summary: &MeterSummary) -> String {
    let received = count(frame, summary.coverage.received);
    match summary.coverage.expected {
        Some(expected) => frame.texts("coverage-of", &[("received", &received), ("expected", &count(frame, expected))]),
        None => received,
    }
}

/// What somebody should know, the gravest first; one that says all is well where there is nothing.
pub(super) fn badges(frame: &Frame, summary: &MeterSummary) -> Vec<Badge> {
    let coverage = &summary.coverage;
    let mut badges = Vec::new();
    let mut add = |tone: Tone, key: &str, number: u64| {
        if number > 0 {
            badges.push(Badge { tone, text: frame.with(key, "count", &count(frame, number)) });
        }
    };
    let of = |name: &str| {
        let found = coverage.anomalies.iter().filter(|anomaly| anomaly.name() == name).count();
        u64::try_from(found).unwrap_or(u64::MAX)
    };
    add(Tone::Error, "badge-decreases", of("undeclared-decrease"));
    add(Tone::Error, "badge-above-rating", of("above-rating"));
    add(Tone::Warn, "badge-gaps", u64::try_from(coverage.gaps.len()).unwrap_or(u64::MAX));
    add(Tone::Warn, "badge-late", u64::try_from(summary.late.len()).unwrap_or(u64::MAX));
    add(Tone::Info, "badge-estimated", coverage.estimated);
    add(Tone::Info, "badge-corrected", coverage.corrected);
    add(Tone::Plain, "badge-rollovers", of("rollover"));
    add(Tone::Plain, "badge-resets", of("reset"));
    if badges.is_empty() && coverage.period.is_some() && coverage.received > 0 {
        badges.push(Badge { tone: Tone::Ok, text: frame.t("badge-complete") });
    }
    badges
}

/// The whole list, in its order and filter, as a file.
pub async fn file(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<MetersQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let filter = MetersFilter { page: None, ..query.filter()? };
    let (store, now, wanted) = (shared.store.clone(), shared.now(), filter.clone());
    let found = blocking(move || read_meters::list(&store, &wanted, now)).await?;
    let frame = Frame::of(&http);
    let headings = [
        "meter",
        "meter-register",
        "meter-rack",
        "meter-feed",
        "invoice-tenant",
        "meter-last-reading",
        "meter-value",
        "meter-coverage",
        "meter-received",
        "meter-expected",
        "meter-gaps",
        "meter-estimated",
        "meter-corrected",
        "meter-anomalies",
    ];
    let table = Table {
        name: frame.t("nav-meters"),
        day: day_in(now, found.zone),
        headings: headings.map(|key| frame.t(key)).into(),
        rows: found.meters.iter().map(|summary| cells(&frame, summary, found.zone)).collect(),
    };
    let mut about = sheet::searched(&frame, &filter.text);
    let register = filter.register.map(|register| frame.t(&format!("register-{}", register.name())));
    let only = filter.attention.then(|| frame.t("filter-attention"));
    let stated = [("invoice-month", Some(frame.month(&found.month))), ("meter-register", register), ("state", only)];
    about.filter.extend(stated.into_iter().filter_map(|(key, value)| Some((frame.t(key), value?))));
    let name = format!("{}-{}", frame.t("meters-file"), found.month);
    sheet::respond_about(&shared, &frame, table, about, *sheet, &name).await
}

fn cells(frame: &Frame, summary: &MeterSummary, zone: Tz) -> Vec<Cell> {
    let (meter, coverage) = (&summary.meter, &summary.coverage);
    let optional = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    let count = |count: u64| Cell::Number(count.into());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for anomaly in &coverage.anomalies {
        *kinds.entry(anomaly.name()).or_default() += 1;
    }
    let anomalies: Vec<String> = kinds
        .into_iter()
        .map(|(name, count)| match (frame.t(&format!("anomaly-{name}")), count) {
            (word, 1) => word,
            (word, count) => format!("{word} ({count})"),
        })
        .collect();
    vec![
        sheet::text(meter.code.as_str()),
        sheet::text(frame.t(&format!("register-{}", meter.register.name()))),
        optional(meter.rack.as_ref().map(ToString::to_string)),
        optional(meter.feed.map(|feed| feed.name().to_owned())),
        optional(summary.billed_on.as_ref().map(|on| on.tenant_name.clone())),
        summary.last.map_or(Cell::Empty, |last| sheet::instant(last.at, zone)),
        sheet::number(summary.last.map(|last| last.value.to_decimal())),
        sheet::number(coverage.per_mille().map(|thousandths| Decimal::new(thousandths, 1))),
        count(coverage.received),
        coverage.expected.map_or(Cell::Empty, count),
        Cell::Number(coverage.gaps.len().into()),
        count(coverage.estimated),
        count(coverage.corrected),
        sheet::text(anomalies.join(", ")),
    ]
}
