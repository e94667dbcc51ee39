//! A sample of invoices or of readings, drawn with a seed: the same address shows the same sample.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use super::parts::{Link, exports};
use super::sheet::{self, Sheet};
use super::{Address, Frame, encoded, page};
use crate::app::draw_sample::{self, Item, Kind, Method, Request, SIZE_MAX, Sample};
use crate::app::{audit_pack, read_tenants};
use crate::documents::table::{Cell, Table};
use crate::domain::calendar::day_in;
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
    files: Vec<Link>,
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
            let address = address(&request);
            let (drawn, zone) = drawn(&shared, request).await?;
            let files = exports(&address, LIST);
            Some(SampleView { files, ..view(&frame, zone, asked.kind, asked.method, &drawn) })
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

const LIST: &str = "/audit/sample";

/// Where the same sample is drawn again.
fn address(request: &Request) -> Address {
    let Request { kind, method, size, seed, year } = request;
    let kind = if *kind == Kind::Invoices { "invoices" } else { "readings" };
    let method = if *method == Method::Random { "random" } else { "mus" };
    Address::new(LIST).set("kind", kind).set("method", method).set("size", size).set("seed", seed).set("year", year)
}

async fn drawn(shared: &Data<Shared>, request: Request) -> Result<(Sample, Tz), Fault> {
    let store = shared.store.clone();
    blocking(move || {
        let zone = read_tenants::zone(&store)?;
        Ok((draw_sample::draw(&store, &request)?, zone))
    })
    .await
}

/// The sample as a file, to be worked through beside it; nothing where nothing can be drawn yet.
pub async fn file(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<SampleQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let (asked, store, now) = (Asked::of(&query)?, shared.store.clone(), shared.now());
    let latest = blocking(move || draw_sample::latest_year(&store)).await?;
    let request = asked.request(latest).ok_or(Fault::NotFound)?;
    let (drawn, zone) = drawn(&shared, request).await?;
    let frame = Frame::of(&http);
    let keys = [
        "sample-position",
        "sample-invoice",
        "payment-tenant-code",
        "invoice-month",
        "sample-line",
        "line-designation",
        "meter",
        "reading-at",
        "sample-reading",
        "sample-amount",
        "sample-times",
    ];
    let table = Table {
        name: frame.t("audit-sample"),
        day: day_in(now, zone),
        headings: keys.map(|key| frame.t(key)).into(),
        rows: drawn.items.iter().map(|item| cells(zone, item)).collect(),
    };
    let name = format!("{}-{}", frame.t("sample-file"), table.day);
    sheet::respond(&shared, &frame, table, *sheet, &name).await
}

fn cells(zone: Tz, item: &Item) -> Vec<Cell> {
    let reading = item.reading.as_ref();
    vec![
        Cell::Number(item.position.into()),
        sheet::text(&item.invoice),
        sheet::text(&item.tenant),
        sheet::text(item.month.to_string()),
        item.line.map_or(Cell::Empty, |line| Cell::Number(line.into())),
        item.designation.clone().map_or(Cell::Empty, Cell::Text),
        reading.map_or(Cell::Empty, |reading| sheet::text(reading.meter.as_str())),
        reading.map_or(Cell::Empty, |reading| sheet::instant(reading.at, zone)),
        sheet::number(reading.map(|reading| reading.value.to_decimal())),
        Cell::Amount(item.amount),
        Cell::Number(item.hits.into()),
    ]
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
        files: vec![],
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
