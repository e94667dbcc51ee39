//! The readings of one meter on one day behind a line, and how the day's quantity follows from them.

use serde::Deserialize;

use super::*;
use crate::app::read_evidence::{DayEvidence, ShownReading};
use crate::domain::calendar::Timestamp;
use crate::domain::metering::{IndexAt, RegisterKind};
use crate::http::asked::{Expected, parsed};
use crate::http::pages::parts::{Badge, Tone};
use crate::http::pages::sheet;
use crate::http::stream::stream;

#[derive(Deserialize)]
pub struct ReadingsQuery {
    #[serde(default)]
    meter: String,
    day: Option<String>,
}

#[derive(Template)]
#[template(path = "readings.html")]
struct ReadingsPage {
    frame: Frame,
    meter: String,
    /// Those of the line, to go from one to another.
    meters: Vec<super::super::parts::Choice>,
    place: String,
    day: String,
    days: Vec<super::super::parts::Choice>,
    line: String,
    address: String,
    previous: Option<Link>,
    next: Option<Link>,
    rows: Vec<ReadingRow>,
    steps: Vec<Step>,
    verdict: Option<(bool, String)>,
    file: String,
    is_counter: bool,
    unit: &'static str,
    count: String,
}

struct ReadingRow {
    at: String,
    value: String,
    /// What it rose by since the one before; counters only.
    difference: String,
    state: Option<Badge>,
    /// What was changed, when and why.
    history: Vec<String>,
    /// A neighbour from another day, or a boundary that nobody read.
    is_aside: bool,
}

fn meter_of<'a>(
    traced: &'a Traced,
    number: usize,
    code: &str,
) -> Result<(&'a Charge, &'a Usage, &'a MeterUsage), Fault> {
    let charge = traced.line(number)?;
    let (usage, meter) = read_evidence::meter(charge, code).ok_or(Fault::NotFound)?;
    Ok((charge, usage, meter))
}

/// The page of one day's readings; without a day, the first of the line.
pub async fn readings_page(
    shared: &Shared,
    http: &HttpRequest,
    traced: &Traced,
    number: usize,
    query: &ReadingsQuery,
) -> Result<HttpResponse, Fault> {
    let (charge, usage, meter) = meter_of(traced, number, &query.meter)?;
    let frame = Frame::of(http);
    let asked: Option<NaiveDate> = parsed("day", query.day.as_deref(), Expected::Day)?;
    let (position, day, billed) = read_evidence::billed_day(meter, asked).ok_or(Fault::NotFound)?;
    let (store, code, measure, period) = (shared.store.clone(), meter.meter.clone(), usage.measure, meter.period);
    let evidence = blocking(move || read_evidence::day(&store, &code, measure, day, period)).await?;

    let base = traced.address(number);
    let to = |index: Option<usize>| {
        let (day, _) = index.and_then(|index| meter.daily.get(index))?;
        let address = Address::new(format!("{base}/readings")).set("meter", &meter.meter).set("day", day).href();
        Some(Link { label: weekday(&frame, *day), address })
    };
    let is_counter = evidence.meter.register.kind() == RegisterKind::Counter;
    let designation = frame.either(&charge.designation.fr, &charge.designation.en).to_owned();
    let template = ReadingsPage {
        meter: meter.meter.to_string(),
        meters: usage
            .meters
            .iter()
            .map(|one| super::super::parts::Choice {
                value: one.meter.to_string(),
                label: [one.meter.to_string(), place(&frame, one)].join("  ").trim_end().to_owned(),
                is_chosen: one.meter == meter.meter,
            })
            .collect(),
        place: place(&frame, meter),
        day: weekday(&frame, day),
        days: meter
            .daily
            .iter()
            .map(|(known, _)| super::super::parts::Choice {
                value: known.to_string(),
                label: weekday(&frame, *known),
                is_chosen: *known == day,
            })
            .collect(),
        previous: to(position.checked_sub(1)),
        next: to(Some(position + 1)),
        rows: rows(&frame, traced, &evidence, is_counter),
        steps: day_steps(&frame, traced, &evidence),
        verdict: verdict(&frame, traced, &evidence, billed, usage.measure),
        file: Address::new(format!("{base}/readings.csv")).set("meter", &meter.meter).href(),
        is_counter,
        unit: typography::unit_symbol(evidence.meter.register.unit(), frame.language),
        count: frame.whole(i64::try_from(evidence.readings.len()).unwrap_or(0)),
        address: format!("{base}/readings"),
        line: designation.clone(),
        frame: frame.under(traced.title.clone(), traced.base.clone()).under(designation, base),
    };
    page(StatusCode::OK, &template)
}

fn place(frame: &Frame, meter: &MeterUsage) -> String {
    let rack = meter.rack.as_ref().map(ToString::to_string);
    let feed = meter.feed.map(|feed| frame.with("feed", "feed", feed.name()));
    [rack, feed].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn rows(frame: &Frame, traced: &Traced, evidence: &DayEvidence, is_counter: bool) -> Vec<ReadingRow> {
    // Values of one column have the same decimals.
    let values = evidence.readings.iter().map(|reading| reading.value).chain(evidence.before.map(|one| one.value));
    let decimals = values.map(|value| value.to_decimal().normalize().scale()).max().unwrap_or_default();
    let number = |mut value: Decimal| {
        value.rescale(decimals.max(value.normalize().scale()));
        typography::decimal(value, frame.language)
    };
    let aside = |at: Timestamp, value: Decimal, key: &str| ReadingRow {
        at: frame.instant(at, traced.zone),
        value: number(value),
        difference: String::new(),
        state: Some(Badge { tone: Tone::Plain, text: frame.t(key) }),
        history: vec![],
        is_aside: true,
    };
    let mut rows = vec![];
    let mut last = None;
    if let Some(before) = evidence.before {
        rows.push(aside(before.at, before.value.to_decimal(), "reading-before"));
        last = Some(before.value.to_decimal());
    }
    for reading in &evidence.readings {
        let value = reading.value.to_decimal();
        let difference = last.filter(|_| is_counter).map(|last: Decimal| number(value - last)).unwrap_or_default();
        rows.push(ReadingRow {
            at: frame.instant(reading.at, traced.zone),
            value: number(value),
            difference,
            state: quality(frame, reading.quality),
            history: history(frame, traced, reading),
            is_aside: false,
        });
        last = Some(value);
    }
    if let Some(after) = evidence.after {
        let mut row = aside(after.at, after.value.to_decimal(), "reading-after");
        row.difference = last
            .filter(|_| is_counter)
            .map(|last: Decimal| number(after.value.to_decimal() - last))
            .unwrap_or_default();
        rows.push(row);
    }
    rows
}

fn quality(frame: &Frame, quality: Quality) -> Option<Badge> {
    match quality {
        Quality::Measured => None,
        Quality::Estimated => Some(Badge { tone: Tone::Warn, text: frame.t("quality-estimated") }),
        Quality::Corrected => Some(Badge { tone: Tone::Info, text: frame.t("quality-corrected") }),
    }
}

fn history(frame: &Frame, traced: &Traced, reading: &ShownReading) -> Vec<String> {
    let one = |correction: &crate::app::read_evidence::Correction| {
        let old = correction.old_value.map_or_else(|| "–".to_owned(), |old| frame.number(&old.to_decimal()));
        frame.texts(
            "reading-correction",
            &[
                ("old", &old),
                ("new", &frame.number(&correction.value.to_decimal())),
                ("at", &frame.instant(correction.recorded_at, traced.zone)),
                ("reason", &correction.reason),
            ],
        )
    };
    reading.corrections.iter().map(one).collect()
}

/// How the day's quantity follows from its readings.
fn day_steps(frame: &Frame, traced: &Traced, evidence: &DayEvidence) -> Vec<Step> {
    let Some(usage) = &evidence.usage else { return vec![] };
    let unit = typography::unit_symbol(evidence.meter.register.unit(), frame.language);
    let number = |value: Decimal| frame.number(&value);
    let index = |key: &str, index: &IndexAt| {
        let how = if index.interpolated { frame.t("meter-interpolated") } else { frame.t("reading-read") };
        let at = frame.instant(index.at, traced.zone);
        Step {
            label: frame.with(key, "at", &at),
            text: format!("{}\u{a0}{unit} ({how})", number(index.value.to_decimal())),
            result: false,
        }
    };
    let mut steps = vec![];
    match (evidence.meter.register.kind(), &usage.first, &usage.last) {
        (RegisterKind::Counter, Some(first), Some(last)) => {
            steps.push(index("reading-index-first", first));
            steps.push(index("reading-index-last", last));
            let mut step = counter_step(frame, usage, unit);
            if let Some(step) = &mut step {
                step.label = frame.t("reading-day");
                step.result = true;
            }
            steps.extend(step);
        }
        _ => {
            let mean = usage.daily.first().map_or(usage.quantity, |(_, quantity)| *quantity);
            steps.push(Step {
                label: frame.t("reading-mean"),
                text: format!("{}\u{a0}{unit}", number(mean)),
                result: true,
            });
        }
    }
    steps
}

/// Whether the day is as it was billed.
fn verdict(
    frame: &Frame,
    traced: &Traced,
    evidence: &DayEvidence,
    billed: Decimal,
    measure: Measure,
) -> Option<(bool, String)> {
    let usage = evidence.usage.as_ref()?;
    let now = match evidence.meter.register.kind() {
        RegisterKind::Counter => usage.quantity,
        _ => usage.daily.first().map_or(usage.quantity, |(_, quantity)| *quantity),
    };
    let unit = daily_unit(frame, measure);
    let shown = |value: Decimal| format!("{}\u{a0}{unit}", frame.number(&value.round_dp(6)));
    if now.round_dp(6) == billed.round_dp(6) {
        return Some((true, frame.with("reading-same", "quantity", &shown(billed))));
    }
    let key = if traced.is_issued { "reading-differs" } else { "reading-differs-draft" };
    Some((false, frame.texts(key, &[("billed", &shown(billed)), ("now", &shown(now))])))
}

/// Every reading of the meter over the line's period as CSV, sent while it is read.
pub async fn readings_file(
    shared: &Shared,
    http: &HttpRequest,
    traced: &Traced,
    number: usize,
    query: &ReadingsQuery,
) -> Result<HttpResponse, Fault> {
    let (_, _, meter) = meter_of(traced, number, &query.meter)?;
    let frame = Frame::of(http);
    let headings = ["meter", "reading-at", "reading-value", "reading-unit", "reading-quality", "reading-history"]
        .map(|key| frame.t(key));
    let (store, code, period) = (shared.store.clone(), meter.meter.clone(), meter.period);
    let name = format!("{}-{}.csv", file_name(&code), period.from.date_in(traced.zone));
    let zone = traced.zone;
    let (sender, body) = stream();
    let language = frame.language;
    let work = move || write(&store, &code, period, &headings, (language, zone), &sender);
    actix_web::rt::spawn(async move {
        if let Ok(Err(error)) = actix_web::web::block(work).await {
            tracing::error!(%error, "a file of readings broke off");
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header(download(name))
        .body(body))
}

/// A code in a file's name.
fn file_name(code: &MeterCode) -> String {
    code.as_str().chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

fn write(
    store: &Store,
    code: &MeterCode,
    period: crate::domain::calendar::Period,
    headings: &[String],
    (language, zone): (Language, Tz),
    sender: &tokio::sync::mpsc::Sender<Bytes>,
) -> Result<(), crate::app::AppError> {
    let book = crate::app::export_book::shared(store)?;
    let unit = book
        .meters
        .iter()
        .find(|meter| meter.code == *code)
        .map_or("", |meter| typography::unit_symbol(meter.register.unit(), language));
    let mut is_first = true;
    read_evidence::each_day(store, code, period, |readings| {
        let rows = readings.iter().map(|reading| row(reading, code, unit, (language, zone))).collect();
        let table = Table { name: String::new(), day: NaiveDate::MIN, headings: headings.to_vec(), rows };
        let mut bytes = csv(&table, language)?;
        if !is_first {
            // One head is enough.
            let head = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            bytes.drain(..head);
        }
        is_first = false;
        Ok(sender.blocking_send(Bytes::from(bytes)).is_ok())
    })
}

fn row(reading: &ShownReading, code: &MeterCode, unit: &str, (language, zone): (Language, Tz)) -> Vec<Cell> {
    let number = |value: Decimal| typography::decimal(value.normalize(), language);
    let history: Vec<String> = reading
        .corrections
        .iter()
        .map(|one| {
            let old = one.old_value.map(|old| number(old.to_decimal())).unwrap_or_default();
            format!("{old} → {} ({}, {})", number(one.value.to_decimal()), one.recorded_at, one.reason)
        })
        .collect();
    vec![
        Cell::Text(code.to_string()),
        sheet::instant(reading.at, zone),
        Cell::Number(reading.value.to_decimal()),
        Cell::Text(unit.to_owned()),
        Cell::Text(sheet::quality(language, reading.quality)),
        if history.is_empty() { Cell::Empty } else { Cell::Text(history.join("; ")) },
    ]
}
