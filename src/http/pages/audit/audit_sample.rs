//! A sample of invoices or of readings, drawn with a seed: the same address shows the same sample.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use super::{Frame, encoded, page};
use crate::app::draw_sample::{self, Item, Kind, Method, SIZE_MAX, Sample};
use crate::app::{audit_pack, export_book};
use crate::domain::money::Money;
use crate::domain::typography;
use crate::http::api::audit_sample::{Asked, SampleQuery};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "audit_sample.html")]
struct SampleTemplate {
    frame: Frame,
    kinds: Vec<Choice>,
    methods: Vec<Choice>,
    years: Vec<Choice>,
    size: u64,
    size_max: u64,
    seed: String,
    sample: Option<SampleView>,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

struct SampleView {
    summary: String,
    /// By monetary unit: interval and start.
    hits: Option<String>,
    shows_readings: bool,
    rows: Vec<ItemView>,
}

struct ItemView {
    position: String,
    sheet: String,
    invoice: String,
    tenant: String,
    month: String,
    line: Option<String>,
    reading: Option<(String, String)>,
    amount: String,
    hits: u64,
}

pub async fn draw(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<SampleQuery>,
) -> Result<HttpResponse, Fault> {
    let asked = Asked::of(&query)?;
    let frame = Frame::of(&http);
    let store = shared.store.clone();
    let (years, latest) = blocking(move || Ok((audit_pack::years(&store)?, draw_sample::latest_year(&store)?))).await?;
    let sample = match asked.request(latest) {
        None => None,
        Some(request) => {
            let store = shared.store.clone();
            let (drawn, zone) = blocking(move || {
                let zone = export_book::shared(&store).map_or(Tz::UTC, |book| book.facility.zone);
                Ok((draw_sample::draw(&store, &request)?, zone))
            })
            .await?;
            Some(view(&frame, zone, asked.kind, asked.method, &drawn))
        }
    };
    let choice = |value: &str, key: &str, is_chosen| Choice { value: value.to_owned(), label: frame.t(key), is_chosen };
    let template = SampleTemplate {
        kinds: vec![
            choice("invoices", "sample-invoices", asked.kind == Kind::Invoices),
            choice("readings", "sample-readings", asked.kind == Kind::Readings),
        ],
        methods: vec![
            choice("random", "sample-random", asked.method == Method::Random),
            choice("mus", "sample-mus", asked.method == Method::MonetaryUnit),
        ],
        years: years
            .iter()
            .map(|one| Choice {
                value: one.to_string(),
                label: one.to_string(),
                is_chosen: asked.year.or(latest) == Some(*one),
            })
            .collect(),
        size: asked.size,
        size_max: SIZE_MAX,
        seed: asked.seed,
        sample,
        frame,
    };
    page(StatusCode::OK, &template)
}

fn view(frame: &Frame, zone: Tz, kind: Kind, method: Method, sample: &Sample) -> SampleView {
    let number = |count: u64| typography::decimal(count.into(), frame.language);
    let drawn = u64::try_from(sample.items.len()).unwrap_or(u64::MAX);
    let of = match (kind, method) {
        (Kind::Invoices, _) => "sample-of-invoices",
        (Kind::Readings, Method::Random) => "sample-of-readings",
        (Kind::Readings, Method::MonetaryUnit) => "sample-of-lines",
    };
    let values = [
        ("drawn", number(drawn)),
        ("population", number(sample.population)),
        ("total", frame.amount(&sample.total)),
        ("drawn_total", frame.amount(&sample.items.iter().map(|item| item.amount).sum::<Money>())),
    ];
    let values: Vec<(&'static str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let hits = sample.interval.zip(sample.start).map(|(interval, start)| {
        frame.texts("sample-hits", &[("interval", &frame.amount(&interval)), ("start", &frame.amount(&start))])
    });
    SampleView {
        summary: frame.texts(of, &values),
        hits,
        shows_readings: kind == Kind::Readings,
        rows: sample.items.iter().map(|item| row(frame, zone, item)).collect(),
    }
}

fn row(frame: &Frame, zone: Tz, item: &Item) -> ItemView {
    let mut sheet = format!("/audit/sample/sheet/{}", item.invoice);
    if let Some(line) = item.line {
        sheet.push_str(&format!("?line={line}"));
        if let Some(reading) = &item.reading {
            sheet.push_str(&format!(
                "&code={}&at={}#readings",
                encoded(reading.meter.as_str()),
                encoded(&reading.at.to_string())
            ));
        }
    }
    let reading = item.reading.as_ref().map(|reading| {
        let value = typography::decimal(reading.value.to_decimal().normalize(), frame.language);
        (format!("{} = {value}", reading.meter), typography::instant(reading.at, zone, frame.language))
    });
    ItemView {
        position: typography::decimal(item.position.into(), frame.language),
        sheet,
        invoice: item.invoice.clone(),
        tenant: item.tenant.clone(),
        month: frame.month(&item.month),
        line: item.line.map(|line| format!("{line} – {}", item.designation.as_deref().unwrap_or_default())),
        reading,
        amount: frame.bare(&item.amount),
        hits: item.hits,
    }
}
