//! One invoice on one sheet, from its PDF to its readings: what an auditor follows a sampled item with.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::invoice;
use super::lines::{self, MeterView, ServiceGroup, groups};
use super::trail::{EventView, event_view};
use super::{Frame, page};
use crate::app::read_sheet::{self, ReadingsShown, Sheet, Wanted};
use crate::domain::calendar::{DEFAULT_ZONE, Timestamp};
use crate::domain::metering::Quality;
use crate::domain::rating::Charge;
use crate::domain::typography;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize)]
pub struct SheetQuery {
    line: Option<String>,
    meter: Option<String>,
    code: Option<String>,
    at: Option<String>,
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "audit_sheet.html")]
struct SheetTemplate {
    frame: Frame,
    title: String,
    /// What its PDF is called.
    download: String,
    sheet: Sheet,
    period: String,
    groups: Vec<ServiceGroup>,
    /// By the address of their line.
    meters: BTreeMap<String, Vec<MeterView>>,
    entry: Vec<EntryLineView>,
    events: Vec<EventView>,
    root: Option<RootView>,
    /// Every line with meters, and the readings of each.
    links: Vec<MeterLink>,
    readings: Option<ReadingsView>,
}

struct EntryLineView {
    account: String,
    auxiliary: String,
    label: String,
    debit: String,
    credit: String,
}

struct RootView {
    covered: String,
    root: String,
    signature: String,
}

struct MeterLink {
    label: String,
    address: String,
    is_shown: bool,
}

struct ReadingsView {
    caption: String,
    rows: Vec<ReadingView>,
    seals: String,
    page_text: String,
    previous_page: Option<String>,
    next_page: Option<String>,
    pages: usize,
}

struct ReadingView {
    at: String,
    value: String,
    quality: String,
    /// The one that was drawn.
    is_wanted: bool,
}

pub async fn sheet(
    shared: Data<Shared>,
    _granted: Granted,
    number: Path<String>,
    http: HttpRequest,
    query: Query<SheetQuery>,
) -> Result<HttpResponse, Fault> {
    let wanted = Wanted {
        line: parsed("line", query.line.as_deref(), Expected::Line)?,
        meter: parsed("meter", query.meter.as_deref(), Expected::Number)?.unwrap_or(1),
        code: query.code.clone(),
        page: parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1),
        at: parsed("at", query.at.as_deref(), Expected::Instant)?,
    };
    let (store, number) = (shared.store.clone(), number.into_inner());
    let at = wanted.at;
    let sheet = blocking(move || read_sheet::sheet(&store, &number, &wanted)).await?.ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http);
    let zone: Tz = sheet.invoice.zone.parse().unwrap_or(DEFAULT_ZONE);
    let title = frame.with("sheet-title", "number", sheet.invoice.number.as_str());
    let base = format!("/invoices/{}", sheet.invoice.number);
    let template = SheetTemplate {
        title,
        download: invoice::download(&frame, sheet.invoice.kind),
        period: frame.period(sheet.invoice.period),
        groups: groups(&frame, &sheet.invoice.charges, &base),
        meters: meters(&frame, zone, &sheet.invoice.charges, &base),
        entry: entry(&frame, &sheet),
        events: sheet.events.iter().map(|chained| event_view(&frame, zone, chained)).collect(),
        root: sheet.root.as_ref().map(|root| RootView {
            covered: frame.texts(
                "sheet-root",
                &[("day", &frame.date(&root.statement.day)), ("size", &root.statement.size.to_string())],
            ),
            root: root.statement.root.clone(),
            signature: root.signature.clone(),
        }),
        links: links(&sheet),
        readings: sheet.readings.as_ref().map(|shown| readings(&frame, zone, &sheet, shown, at)),
        frame,
        sheet,
    };
    page(StatusCode::OK, &template)
}

/// The meters of each metered line.
fn meters(frame: &Frame, zone: Tz, charges: &[Charge], base: &str) -> BTreeMap<String, Vec<MeterView>> {
    let of = |(number, charge): (usize, &Charge)| {
        let usage = charge.provenance.usage.as_ref()?;
        Some((format!("{base}/lines/{number}"), lines::meters(frame, zone, usage)))
    };
    (1..).zip(charges).filter_map(of).collect()
}

fn entry(frame: &Frame, sheet: &Sheet) -> Vec<EntryLineView> {
    let lines = sheet.entry.as_ref().map_or(&[][..], |entry| entry.lines());
    let bare = |amount: &crate::domain::money::Money| if amount.is_zero() { String::new() } else { frame.bare(amount) };
    lines
        .iter()
        .map(|line| EntryLineView {
            account: line.account.clone(),
            auxiliary: line.auxiliary.clone().unwrap_or_default(),
            label: line.label.clone(),
            debit: bare(&line.debit),
            credit: bare(&line.credit),
        })
        .collect()
}

fn address(sheet: &Sheet, line: usize, meter: usize, page: usize) -> String {
    format!("/audit/sample/sheet/{}?line={line}&meter={meter}&page={page}#readings", sheet.invoice.number)
}

fn links(sheet: &Sheet) -> Vec<MeterLink> {
    let mut links = Vec::new();
    for (line, charge) in (1..).zip(&sheet.invoice.charges) {
        let usage = charge.provenance.usage.as_ref();
        for (meter, one) in (1..).zip(usage.map_or(&[][..], |usage| usage.meters.as_slice())) {
            links.push(MeterLink {
                label: format!("{} – {}", charge.provenance.line, one.meter),
                address: address(sheet, line, meter, 1),
                is_shown: sheet.readings.as_ref().is_some_and(|shown| (shown.line, shown.meter) == (line, meter)),
            });
        }
    }
    links
}

fn readings(frame: &Frame, zone: Tz, sheet: &Sheet, shown: &ReadingsShown, at: Option<Timestamp>) -> ReadingsView {
    let row = |reading: &crate::domain::metering::Reading| ReadingView {
        at: typography::instant(reading.at, zone, frame.language),
        value: typography::decimal(reading.value.to_decimal().normalize(), frame.language),
        quality: frame.t(match reading.quality {
            Quality::Measured => "quality-measured",
            Quality::Estimated => "quality-estimated",
            Quality::Corrected => "quality-corrected",
        }),
        is_wanted: at == Some(reading.at),
    };
    let seals = shown.seals.iter().map(|(day, event)| {
        frame.texts("sheet-seal", &[("day", &frame.short_date(day)), ("event", &event.to_string())])
    });
    let to = |page| address(sheet, shown.line, shown.meter, page);
    ReadingsView {
        caption: frame.texts(
            "sheet-readings-caption",
            &[
                ("meter", shown.code.as_str()),
                ("total", &typography::decimal(u64::try_from(shown.total).unwrap_or(0).into(), frame.language)),
            ],
        ),
        rows: shown.readings.iter().map(row).collect(),
        seals: seals.collect::<Vec<_>>().join(", "),
        page_text: frame.page_of(shown.page, shown.pages),
        previous_page: (shown.page > 1).then(|| to(shown.page - 1)),
        next_page: (shown.page < shown.pages).then(|| to(shown.page + 1)),
        pages: shown.pages,
    }
}
