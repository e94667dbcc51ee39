//! Following one line of a document: the usage behind it day by day, each day down to the very readings, and the
//! arithmetic that leads from them to the amount.
//!
//! The same pages serve issued invoices and drafts: both are a [`Traced`].

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::chart::{BarChart, Measured};
use super::lines::{LineView, line, vat_text, with_decimals};
use super::parts::{Address, Link};
use super::{Frame, page};
use crate::app::read_evidence::WindowEvidence;
use crate::app::{Store, read_evidence, read_invoices};
use crate::documents::arithmetic::arithmetic;
use crate::documents::table::{Cell, Table, csv};
use crate::domain::access::TenantScope;
use crate::domain::calendar::{Period, Timestamp, midnight};
use crate::domain::facility::Feed;
use crate::domain::ids::MeterCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::metering::{Measure, MeterUsage, Quality, RestartKind, Usage};
use crate::domain::party::Language;
use crate::domain::quantity::Unit;
use crate::domain::rating::{Charge, ChargeKind, credited_line};
use crate::domain::typography;
use crate::http::api::download;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

mod days;
mod readings;
mod totals;
mod window;

use days::{Daily, daily_unit, weekday};
pub use readings::{ReadingsQuery, readings_file, readings_page};
use window::{is_by_window, window_view};

/// Up to so many meters are spelled out one by one; more are told by their table.
const METERS_SPELLED: usize = 4;

/// A document whose lines can be followed.
pub struct Traced {
    /// Its own address: `/invoices/DC2026000001`.
    pub base: String,
    pub title: String,
    pub zone: Tz,
    pub charges: Vec<Charge>,
    /// Frozen: what was billed may differ from what is known now.
    pub is_issued: bool,
    /// Whose documents the reader may see.
    pub scope: TenantScope,
    /// The reader may know why a line was added by hand, and by whom.
    pub sees_reasons: bool,
    /// The invoice a credit note takes back.
    pub corrects: Option<InvoiceNumber>,
}

impl Traced {
    /// The line with this number, from 1, in words that name it.
    fn line(&self, number: usize) -> Result<&Charge, Fault> {
        read_evidence::line(&self.charges, number).ok_or(Fault::NotFound)
    }

    fn address(&self, number: usize) -> String {
        format!("{}/lines/{number}", self.base)
    }
}

#[derive(Template)]
#[template(path = "trace.html")]
struct TracePage {
    frame: Frame,
    line: LineView,
    steps: Vec<Step>,
    meters: Vec<TracedMeter>,
    meters_total: Option<MetersTotal>,
    has_counters: bool,
    chart: Option<BarChart>,
    days: Vec<DayRow>,
    days_total: Option<DaysTotal>,
    /// Headings of the days' table: one per meter group shown.
    series: Vec<String>,
    unit: String,
    vat: String,
    /// The invoice and the line it corrects, where it corrects one.
    corrects: Vec<Link>,
    /// Why a person added it, who and when.
    added: Option<String>,
    window: Option<WindowView>,
    /// Some of the days are estimated.
    has_estimates: bool,
    readings_heading: String,
    document: String,
}

/// One step of the calculation.
struct Step {
    label: String,
    text: String,
    result: bool,
}

/// A meter of the line with the way to its readings.
struct TracedMeter {
    view: super::lines::MeterView,
    difference: Option<String>,
    address: String,
    file: String,
}

/// What the meters of a line come to.
struct MetersTotal {
    label: String,
    /// What was measured.
    quantity: String,
    readings: String,
    /// What this line bills of it, where that is something else: raised by the PUE, a tier, a part of the month.
    billed: Option<String>,
}

/// What the days of a line come to.
struct DaysTotal {
    label: String,
    /// By series, where they add up.
    values: Vec<String>,
    quantity: String,
}

/// The window a demand is billed by.
struct WindowView {
    title: String,
    text: String,
    rows: Vec<WindowRow>,
    total: String,
    /// Whether it still comes to what was billed.
    same: (bool, String),
}

struct WindowRow {
    meter: String,
    /// To the readings of its day.
    address: String,
    place: String,
    /// Instants and values in the window, the one that holds at its beginning first.
    readings: Vec<(String, String)>,
    mean: String,
}

/// A day of the chart's table.
struct DayRow {
    day: String,
    is_estimated: bool,
    /// The billed window lies in it.
    is_peak: bool,
    values: Vec<String>,
    total: String,
    /// To the day's readings, one per meter.
    links: Vec<Link>,
}

/// The page of line `number`.
pub async fn line_page(
    shared: &Data<Shared>,
    http: &HttpRequest,
    traced: &Traced,
    number: usize,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(http);
    let charge = traced.line(number)?;
    let usage = charge.provenance.usage.as_ref();
    let evidence = match usage.filter(|usage| is_by_window(usage.measure)) {
        Some(usage) => {
            let (store, usage) = (shared.store.clone(), usage.clone());
            blocking(move || read_evidence::window(&store, &usage)).await?
        }
        None => None,
    };
    let peak = evidence.as_ref().map(|evidence| evidence.window.from.date_in(traced.zone));
    let corrects = corrects(shared, &frame, traced, charge).await?;
    let daily = usage.map(|usage| Daily::of(usage, traced.zone));
    let address = traced.address(number);
    let view = line(&frame, charge, address.clone());
    let has_counters = usage.is_some_and(|usage| usage.measure == Measure::Energy);
    let series = daily.as_ref().map(|daily| daily.series(&frame)).unwrap_or_default();
    let template = TracePage {
        steps: steps(&frame, charge),
        meters: usage.map(|usage| traced_meters(&frame, traced, usage, &address)).unwrap_or_default(),
        meters_total: usage.map(|usage| totals::of_meters(&frame, usage, charge)),
        days_total: daily.as_ref().map(|daily| totals::of_days(&frame, daily)),
        has_counters,
        chart: daily.as_ref().and_then(|daily| daily.chart(&frame)),
        has_estimates: daily.as_ref().is_some_and(|daily| !daily.estimated.is_empty()),
        window: usage
            .zip(evidence.as_ref())
            .map(|(usage, evidence)| window_view(&frame, traced, usage, evidence, &address)),
        added: added(&frame, traced, charge),
        corrects,
        vat: vat_text(&frame, &charge.vat),
        readings_heading: frame.t("trace-readings"),
        document: traced.title.clone(),
        days: daily.as_ref().map(|daily| daily.rows(&frame, &address, peak)).unwrap_or_default(),
        series,
        unit: daily.as_ref().map(|daily| daily.unit(&frame)).unwrap_or_default(),
        line: view,
        frame: frame.under(traced.title.clone(), traced.base.clone()),
    };
    page(StatusCode::OK, &template)
}

/// Where the line it corrects is, of those the reader may see.
async fn corrects(shared: &Data<Shared>, frame: &Frame, traced: &Traced, charge: &Charge) -> Result<Vec<Link>, Fault> {
    let (number, position) = match (&charge.kind, &traced.corrects) {
        (ChargeKind::PartOf { line }, Some(number)) => (number.clone(), Some(*line)),
        // A line taken back as a whole stands on the invoice as it stands here.
        (_, Some(number)) => (number.clone(), None),
        (ChargeKind::Regularisation { invoice, .. } | ChargeKind::ServiceCredit { invoice, .. }, None) => {
            (InvoiceNumber::from_stored(invoice.as_str()), None)
        }
        _ => return Ok(vec![]),
    };
    let (store, scope, wanted) = (shared.store.clone(), traced.scope.clone(), number.clone());
    let found = blocking(move || read_invoices::one(&store, &scope, wanted.as_str())).await?;
    let Some(invoice) = found else { return Ok(vec![]) };
    let line = credited_line(charge);
    let place = |same: &dyn Fn(&Charge) -> bool| invoice.charges.iter().position(same).map(|index| index + 1);
    let position = position
        .or_else(|| place(&|billed| billed == charge))
        .or_else(|| place(&|billed| billed.provenance.line == line));
    let month = frame.month(&invoice.month);
    let whole = Link {
        label: frame.texts("trace-corrects-invoice", &[("invoice", number.as_str()), ("month", &month)]),
        address: format!("/invoices/{number}"),
    };
    let line = position.map(|position| Link {
        label: frame.with("trace-corrects-line", "line", &position.to_string()),
        address: format!("/invoices/{number}/lines/{position}"),
    });
    Ok(std::iter::once(whole).chain(line).collect())
}

/// Why a person added the line, for who may know.
fn added(frame: &Frame, traced: &Traced, charge: &Charge) -> Option<String> {
    let ChargeKind::Manual { reason, by, at, .. } = &charge.kind else { return None };
    let at = frame.instant(Timestamp::from(*at), traced.zone);
    traced.sees_reasons.then(|| frame.texts("trace-added", &[("reason", reason), ("by", by), ("at", &at)]))
}

/// From what the meters say to the amount, as the figures follow from one another.
fn steps(frame: &Frame, charge: &Charge) -> Vec<Step> {
    let step = |key: &str, text: String| Step { label: frame.t(key), text, result: false };
    let mut steps = vec![];
    if let Some(usage) = &charge.provenance.usage {
        let unit = typography::unit_symbol(usage.measure.unit(), frame.language);
        let spelled = usage.measure == Measure::Energy && usage.meters.len() <= METERS_SPELLED;
        for meter in usage.meters.iter().filter(|_| spelled) {
            steps.extend(counter_step(frame, meter, unit));
        }
        let total = format!("{}\u{a0}{unit}", frame.number(&usage.quantity.round_dp(4).normalize()));
        let text = match usage.meters.len() {
            0 | 1 => total,
            count if count > METERS_SPELLED => {
                frame.texts("trace-sum", &[("count", &count.to_string()), ("total", &total)])
            }
            _ => format!("{} = {total}", sum_text(frame, usage)),
        };
        steps.push(step(measure_key(usage.measure), text));
    }
    let parts: Vec<&str> = charge.provenance.formula.split("; ").collect();
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let key = if last { "trace-amount" } else { step_key(part) };
        steps.push(Step { label: frame.t(key), text: arithmetic(frame.language, part), result: last });
    }
    steps
}

/// What a part of a stored calculation works out, by its shape.
fn step_key(part: &str) -> &'static str {
    match part {
        part if part.contains("PUE") => "trace-pue",
        part if part.contains('/') && part.contains("kWh") => "trace-pue",
        part if part.contains('→') => "trace-revised",
        part if part.contains(" + ") && part.ends_with(')') => "trace-coefficient",
        _ => "trace-step",
    }
}

fn sum_text(frame: &Frame, usage: &Usage) -> String {
    let parts: Vec<String> = usage.meters.iter().map(|meter| frame.number(&meter.quantity)).collect();
    parts.join(" + ")
}

/// Last index less first index, where the counter did not begin again in between.
fn counter_step(frame: &Frame, meter: &MeterUsage, unit: &str) -> Option<Step> {
    let (first, last) = (meter.first?, meter.last?);
    let number = |value: Decimal| frame.number(&value);
    let result = format!("{}\u{a0}{unit}", number(meter.quantity));
    let (first, last) = (number(first.value.to_decimal()), number(last.value.to_decimal()));
    let text = match meter.restarts.len() {
        0 => format!("{last} − {first} = {result}"),
        _ => {
            let kinds: Vec<String> = meter
                .restarts
                .iter()
                .map(|restart| match restart.kind {
                    RestartKind::Rollover => frame.t("trace-rollover"),
                    RestartKind::Reset => frame.t("trace-reset"),
                })
                .collect();
            format!("{first} → {last} ({}) = {result}", kinds.join(", "))
        }
    };
    Some(Step { label: frame.with("trace-meter", "meter", meter.meter.as_str()), text, result: false })
}

const fn measure_key(measure: Measure) -> &'static str {
    match measure {
        Measure::Energy => "trace-energy",
        Measure::Demand { .. } => "trace-demand",
        Measure::Percentile95 { .. } => "trace-percentile",
        Measure::StorageMonth => "trace-storage",
        Measure::OccupancyDays => "trace-occupancy",
    }
}

fn traced_meters(frame: &Frame, traced: &Traced, usage: &Usage, address: &str) -> Vec<TracedMeter> {
    let views = super::lines::meters(frame, traced.zone, usage);
    let rise = |meter: &MeterUsage| Some(meter.last?.value.to_decimal() - meter.first?.value.to_decimal());
    let decimals = usage.meters.iter().filter_map(rise).map(|rise| rise.normalize().scale()).max().unwrap_or_default();
    let meter = |(view, meter): (super::lines::MeterView, &MeterUsage)| {
        let difference = rise(meter).filter(|_| usage.measure == Measure::Energy);
        let difference = difference.map(|rise| with_decimals(frame, rise, decimals));
        let to = |path: &str| Address::new(format!("{address}/{path}")).set("meter", &meter.meter).href();
        TracedMeter { view, difference, address: to("readings"), file: to("readings.csv") }
    };
    views.into_iter().zip(&usage.meters).map(meter).collect()
}
