//! One meter's month: its readings, and everything odd about them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::course_chart::{CourseChart, Courses};
use super::meters::{badges, coverage_text, place, readings_text, value};
use super::parts::{Badge, Link, Pager, Tone, count, exports_of};
use super::plant_figures;
use super::sheet::{self, Sheet};
use super::{Address, Frame, encoded, page};
use crate::app::read_meters::{self, MeterFile, READINGS_PER_PAGE};
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::calendar::{BillingMonth, Timestamp, day_in};
use crate::domain::metering::{Anomaly, Coverage, Gap, Quality, Reading, Register};
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct MeterQuery {
    month: Option<String>,
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "meter.html")]
struct MeterTemplate {
    frame: Frame,
    code: String,
    /// The code as an address has it.
    path: String,
    register: String,
    unit: &'static str,
    place: Option<(String, String)>,
    tenant: Option<Link>,
    contract: Option<Link>,
    month: String,
    months: Vec<Link>,
    last: String,
    silence: Option<String>,
    coverage: String,
    received: String,
    cadence: Option<String>,
    badges: Vec<Badge>,
    late: Vec<String>,
    chart: Option<CourseChart>,
    days: Vec<DayRow>,
    troubles: Vec<Trouble>,
    /// How many more there are.
    troubles_more: Option<String>,
    corrections: Vec<CorrectionRow>,
    readings: Vec<ReadingRow>,
    readings_count: String,
    pager: Pager,
    files: Vec<Link>,
    may_correct: bool,
    is_counter: bool,
    days_caption: String,
    readings_caption: String,
}

struct DayRow {
    day: String,
    value: String,
    note: String,
}

/// A gap or an anomaly, and what can be done about it.
struct Trouble {
    badge: Badge,
    text: String,
    remedies: Vec<Link>,
}

struct CorrectionRow {
    at: String,
    old: String,
    new: String,
    reason: String,
    recorded: String,
}

struct ReadingRow {
    at: String,
    value: String,
    quality: Option<String>,
    correct: String,
}

pub async fn one(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
    query: Query<MeterQuery>,
) -> Result<HttpResponse, Fault> {
    let page_number: usize = parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1);
    let now = Timestamp::from(shared.now());
    let file = find(&shared, &code, query.month.as_deref()).await?;
    let frame = Frame::of(&http);
    let may_correct = policy(granted.role, Action::CorrectReadings) != Decision::Deny;
    page(StatusCode::OK, &template(frame, &file, page_number, may_correct, now))
}

async fn find(shared: &Data<Shared>, code: &str, month: Option<&str>) -> Result<MeterFile, Fault> {
    let month = parsed("month", month, Expected::Month)?;
    let (store, now, code) = (shared.store.clone(), shared.now(), code.to_owned());
    blocking(move || read_meters::one(&store, &code, month, now)).await?.ok_or(Fault::NotFound)
}

fn template(frame: Frame, file: &MeterFile, page_number: usize, may_correct: bool, now: Timestamp) -> MeterTemplate {
    let (meter, coverage) = (&file.summary.meter, &file.summary.coverage);
    let path = format!("/meters/{}", encoded(meter.code.as_str()));
    let address = Address::new(&path).set("month", file.month);
    let period = file.month.period(file.zone);
    let within: Vec<_> = file.readings.iter().filter(|reading| period.contains(reading.at)).collect();
    let pages = within.len().div_ceil(READINGS_PER_PAGE).max(1);
    let page_number = page_number.clamp(1, pages);
    let shown = within.iter().skip((page_number - 1) * READINGS_PER_PAGE).take(READINGS_PER_PAGE);
    let silence = file.summary.silent_seconds(now);
    let this_month = BillingMonth::of(now.date_in(file.zone));
    let last = file.summary.last;
    // All of the page with as many decimals, so that they stand in line.
    let scale = plant_figures::scale(shown.clone().map(|reading| reading.value).chain(last.map(|last| last.value)));
    let readings = shown.map(|reading| ReadingRow {
        at: frame.instant(reading.at, file.zone),
        value: plant_figures::aligned(&frame, reading.value, scale, meter.register),
        quality: quality(&frame, reading.quality),
        correct: resolve_link(&path, file, "correct", &[("at", reading.at)]),
    });
    MeterTemplate {
        register: frame.t(&format!("register-{}", meter.register.name())),
        unit: plant_figures::unit(&frame, meter.register),
        place: meter.rack.as_ref().map(|rack| (format!("/racks/{}", encoded(rack.as_str())), place(&frame, meter))),
        tenant: file.summary.billed_on.as_ref().map(|on| Link {
            label: on.tenant_name.clone(),
            address: format!("/tenants/{}", encoded(on.tenant.as_str())),
        }),
        contract: file.summary.billed_on.as_ref().map(|on| Link {
            label: on.contract.to_string(),
            address: super::edit::contract::address(on.contract.as_str(), ""),
        }),
        month: frame.month(&file.month),
        months: plant_figures::month_links(&frame, &address, file.month, this_month),
        last: last.map_or_else(
            || "–".to_owned(),
            |last| {
                let value = plant_figures::aligned(&frame, last.value, scale, meter.register);
                format!("{value} ({})", frame.instant(last.at, file.zone))
            },
        ),
        silence: silence
            .map(|seconds| frame.with("meter-silent", "duration", &plant_figures::duration(&frame, seconds))),
        coverage: coverage_text(&frame, &file.summary),
        received: readings_text(&frame, &file.summary),
        cadence: coverage.cadence_seconds.map(|seconds| plant_figures::duration(&frame, seconds)),
        badges: badges(&frame, &file.summary),
        late: file.summary.late.iter().map(|month| frame.month(month)).collect(),
        chart: chart(&frame, file),
        days: file.days.iter().map(|(day, value)| day_row(&frame, file, *day, value)).collect(),
        troubles: troubles(&frame, file, &path).take(TROUBLES_SHOWN).collect(),
        troubles_more: troubles_more(&frame, &file.summary.coverage),
        corrections: corrections(&frame, file),
        readings: readings.collect(),
        readings_count: count(&frame, within.len()),
        pager: Pager::new(&address, page_number, pages),
        files: exports_of(within.len(), &address, &format!("{path}/readings")),
        may_correct,
        is_counter: meter.register == Register::Energy,
        days_caption: frame.texts(
            "days-caption",
            &[("meter", meter.code.as_str()), ("unit", plant_figures::unit(&frame, meter.register))],
        ),
        readings_caption: frame
            .texts("month-readings-caption", &[("meter", meter.code.as_str()), ("month", &frame.month(&file.month))]),
        code: meter.code.to_string(),
        path,
        frame,
    }
}

const fn decimals(register: Register) -> u32 {
    match register {
        Register::Energy | Register::Storage => 2,
        Register::Power => 3,
        Register::Occupancy => 0,
    }
}

fn chart(frame: &Frame, file: &MeterFile) -> Option<CourseChart> {
    let register = file.summary.meter.register;
    let values: Vec<Option<Decimal>> = file.days.iter().map(|(_, value)| value.value).collect();
    values.iter().any(Option::is_some).then(|| {
        let month = frame.month(&file.month);
        let courses = Courses {
            id: "days",
            title: frame.texts(
                &format!("meter-chart-{}", register.name()),
                &[("meter", file.summary.meter.code.as_str()), ("month", &month)],
            ),
            description: frame.t("chart-see-table"),
            unit: plant_figures::unit(frame, register),
            labels: file.days.iter().map(|(day, _)| chrono::Datelike::day(day).to_string()).collect(),
            courses: vec![values],
            limit: None,
        };
        CourseChart::bars(courses, frame.language)
    })
}

fn day_row(
    frame: &Frame,
    file: &MeterFile,
    day: chrono::NaiveDate,
    value: &crate::domain::metering::SlotValue,
) -> DayRow {
    let period = file.summary.coverage.period;
    let over = period.and_then(|period| period.intersection(value.slot)).map_or(0, |part| part.seconds());
    let note = if over > 0 && value.value.is_none() {
        frame.t("day-unknown")
    } else if value.estimated {
        frame.t("line-estimated")
    } else if value.known_seconds < over {
        frame.with("day-partial", "duration", &plant_figures::duration(frame, value.known_seconds))
    } else {
        String::new()
    };
    DayRow {
        day: frame.short_date(&day),
        value: plant_figures::known(frame, value.value, decimals(file.summary.meter.register)),
        note,
    }
}

fn quality(frame: &Frame, quality: Quality) -> Option<String> {
    match quality {
        Quality::Measured => None,
        Quality::Estimated => Some(frame.t("quality-estimated")),
        Quality::Corrected => Some(frame.t("quality-corrected")),
    }
}

fn resolve_link(path: &str, file: &MeterFile, kind: &str, instants: &[(&'static str, Timestamp)]) -> String {
    let address = Address::new(format!("{path}/resolve")).set("month", file.month).set("kind", kind);
    instants.iter().fold(address, |address, (name, at)| address.set(name, at)).href()
}

/// A meter that hovers about its rating has thousands: nobody reads them, nor would a browser like them.
const TROUBLES_SHOWN: usize = 200;

/// The silences first.
fn troubles<'a>(frame: &'a Frame, file: &'a MeterFile, path: &'a str) -> impl Iterator<Item = Trouble> + 'a {
    let coverage = &file.summary.coverage;
    let gaps = coverage.gaps.iter().map(move |gap| gap_trouble(frame, file, path, *gap));
    gaps.chain(coverage.anomalies.iter().map(move |anomaly| anomaly_trouble(frame, file, path, *anomaly)))
}

fn troubles_more(frame: &Frame, coverage: &Coverage) -> Option<String> {
    let more = (coverage.gaps.len() + coverage.anomalies.len()).checked_sub(TROUBLES_SHOWN)?;
    (more > 0).then(|| frame.with("troubles-more", "count", &frame.whole(i64::try_from(more).unwrap_or(i64::MAX))))
}

fn gap_trouble(frame: &Frame, file: &MeterFile, path: &str, gap: Gap) -> Trouble {
    let instant = |at| frame.instant(at, file.zone);
    let lasted = plant_figures::duration(frame, gap.to.seconds() - gap.from.seconds());
    let mut remedies = Vec::new();
    if file.ends_of(gap.from, gap.to).is_some() {
        remedies.push(Link {
            label: frame.t("resolve-estimate"),
            address: resolve_link(path, file, "estimate", &[("from", gap.from), ("to", gap.to)]),
        });
    }
    let middle = gap.from.plus_seconds((gap.to.seconds() - gap.from.seconds()) / 2);
    remedies.push(Link {
        label: frame.t("resolve-supply"),
        address: resolve_link(path, file, "correct", &[("at", middle)]),
    });
    Trouble {
        badge: Badge { tone: Tone::Warn, text: frame.t("trouble-gap") },
        text: frame.texts(
            "trouble-gap-text",
            &[("from", &instant(gap.from)), ("to", &instant(gap.to)), ("duration", &lasted)],
        ),
        remedies,
    }
}

fn anomaly_trouble(frame: &Frame, file: &MeterFile, path: &str, anomaly: Anomaly) -> Trouble {
    let instant = |at| frame.instant(at, file.zone);
    let correct =
        |at| Link { label: frame.t("resolve-correct"), address: resolve_link(path, file, "correct", &[("at", at)]) };
    let (text, remedies) = match anomaly {
        Anomaly::UndeclaredDecrease { previous, next } => (
            frame.texts(
                "trouble-undeclared-decrease-text",
                &[
                    ("before", &frame.number(&previous.value.to_decimal())),
                    ("previous", &instant(previous.at)),
                    ("after", &frame.number(&next.value.to_decimal())),
                    ("at", &instant(next.at)),
                ],
            ),
            vec![
                Link {
                    label: frame.t("resolve-reset"),
                    address: resolve_link(path, file, "reset", &[("at", next.at)]),
                },
                correct(next.at),
            ],
        ),
        Anomaly::AboveRating { from, to, mean_kw, rated_kw } => (
            frame.texts(
                "trouble-above-rating-text",
                &[
                    ("from", &instant(from)),
                    ("to", &instant(to)),
                    ("mean", &plant_figures::number(frame, mean_kw, 2)),
                    ("rated", &plant_figures::number(frame, rated_kw, 2)),
                ],
            ),
            vec![correct(to)],
        ),
        Anomaly::Rollover { at } => (frame.with("remark-rollover", "at", &instant(at)), vec![]),
        Anomaly::Reset { at } => (frame.with("remark-reset", "at", &instant(at)), vec![]),
    };
    let tone = if anomaly.is_problem() { Tone::Error } else { Tone::Plain };
    let badge = Badge { tone, text: frame.t(&format!("trouble-{}", anomaly.name())) };
    Trouble { badge, text, remedies }
}

fn corrections(frame: &Frame, file: &MeterFile) -> Vec<CorrectionRow> {
    let register = file.summary.meter.register;
    let row = |one: &read_meters::Correction| CorrectionRow {
        at: frame.instant(one.at, file.zone),
        old: one
            .old_value
            .map_or_else(|| frame.t("correction-missing"), |old| value(frame, old.to_decimal(), register)),
        new: value(frame, one.value.to_decimal(), register),
        reason: one.reason.clone(),
        recorded: frame.instant(one.recorded_at, file.zone),
    };
    file.corrections.iter().map(row).collect()
}

/// The month's readings as a file.
pub async fn readings(
    shared: Data<Shared>,
    path: Path<(String, Sheet)>,
    http: HttpRequest,
    query: Query<MeterQuery>,
) -> Result<HttpResponse, Fault> {
    let (code, sheet) = path.into_inner();
    let file = find(&shared, &code, query.month.as_deref()).await?;
    let frame = Frame::of(&http);
    let period = file.month.period(file.zone);
    let row = |reading: &Reading| {
        vec![
            sheet::text(reading.at.to_string()),
            sheet::instant(reading.at, file.zone),
            Cell::Number(reading.value.to_decimal()),
            sheet::text(sheet::quality(frame.language, reading.quality)),
        ]
    };
    let code = file.summary.meter.code.as_str();
    let table = Table {
        name: frame.t("meter-readings"),
        day: day_in(shared.now(), file.zone),
        headings: ["reading-instant", "reading-local", "meter-value", "reading-quality"].map(|key| frame.t(key)).into(),
        rows: file.readings.iter().filter(|reading| period.contains(reading.at)).map(row).collect(),
    };
    sheet::respond(&shared, &frame, table, sheet, &format!("{}-{}", code.replace('/', "-"), file.month)).await
}
