//! Racks: the floor plan of the aisles, and one rack closer.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::course_chart::{CourseChart, Courses};
use super::parts::{Badge, Link, Tone, exports};
use super::plant_figures;
use super::sheet::{self, Sheet};
use super::{Address, Frame, encoded, page};
use crate::app::read_racks::{self, AisleState, FeedState, FloorPlan, RackFile, RackState};
use crate::documents::table::{Cell, Table};
use crate::domain::calendar::day_in;
use crate::domain::facility::Feed;
use crate::domain::ids::ContractCode;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "racks.html")]
struct RacksTemplate {
    frame: Frame,
    figures: Vec<Figure>,
    alarms: Vec<Link>,
    aisles: Vec<AisleView>,
    rows: Vec<RackRow>,
    files: Vec<Link>,
}

struct AisleView {
    name: String,
    cells: Vec<RackCell>,
}

/// A rack of the plan, with its lines of text.
struct RackCell {
    height_u: u16,
    /// What of it is free, and below that what is in use, in whole units.
    free_u: i64,
    used_u: i64,
    class: &'static str,
    address: String,
    code: String,
    /// Everything about it, for who does not see it.
    told: String,
    tenant: String,
    free: String,
    load: String,
}

struct RackRow {
    code: String,
    address: String,
    aisle: String,
    tenants: String,
    free: String,
    height: u16,
    feed_a: String,
    feed_b: String,
    load: String,
    share: String,
    badge: Badge,
}

pub async fn plan(shared: Data<Shared>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let plan = blocking(move || read_racks::plan(&store, now)).await?;
    let frame = Frame::of(&http);
    page(StatusCode::OK, &template(frame, &plan))
}

fn template(frame: Frame, plan: &FloorPlan) -> RacksTemplate {
    let aisles = plan.aisles.iter().map(|aisle| aisle_view(&frame, aisle)).collect();
    let racks = || plan.aisles.iter().flat_map(|aisle| aisle.racks.iter().map(move |rack| (aisle, rack)));
    let alarms = racks().filter(|(_, rack)| rack.redundancy_lost).map(|(_, rack)| Link {
        label: frame.texts(
            "alarm-redundancy",
            &[
                ("rack", rack.rack.code.as_str()),
                ("load", &plant_figures::known(&frame, rack.overloads.last().map(|over| over.mean_kw), 2)),
                ("limit", &plant_figures::number(&frame, rack.limit_kw, 2)),
            ],
        ),
        address: address(rack),
    });
    RacksTemplate {
        figures: figures(&frame, plan),
        alarms: alarms.collect(),
        aisles,
        rows: racks().map(|(aisle, rack)| row(&frame, aisle, rack)).collect(),
        files: exports(&Address::new("/racks"), "/racks"),
        frame,
    }
}

fn address(rack: &RackState) -> String {
    format!("/racks/{}", encoded(rack.rack.code.as_str()))
}

/// `2,44 kW`, or a dash.
fn kilowatts(frame: &Frame, kw: Option<Decimal>) -> String {
    kw.map_or_else(|| "–".to_owned(), |kw| format!("{}\u{a0}kW", plant_figures::number(frame, kw, 2)))
}

/// One of the whole site, with what it rests on.
struct Figure {
    label: String,
    value: String,
    note: String,
}

fn figures(frame: &Frame, plan: &FloorPlan) -> Vec<Figure> {
    let racks: Vec<&RackState> = plan.aisles.iter().flat_map(|aisle| &aisle.racks).collect();
    let whole = |count: usize| frame.whole(i64::try_from(count).unwrap_or(i64::MAX));
    let let_out = racks.iter().filter(|rack| !rack.tenants.is_empty()).count();
    let free: Decimal = racks.iter().map(|rack| rack.free_u()).sum();
    let figure = |key: &str, value: String| Figure { label: frame.t(key), value, note: String::new() };
    let load = match plan.load {
        None => figure("figure-load", frame.t("figure-load-none")),
        Some(load) => {
            let (at, known, all) = (frame.instant(load.at, plan.zone), whole(load.racks), whole(racks.len()));
            let note = frame.texts("figure-load-of", &[("at", &at), ("racks", &known), ("all", &all)]);
            Figure { note, ..figure("figure-load", format!("{}\u{a0}kW", plant_figures::number(frame, load.kw, 1))) }
        }
    };
    let lost = racks.iter().filter(|rack| rack.redundancy_lost).count();
    vec![
        figure("figure-racks", whole(racks.len())),
        figure("figure-racks-let", whole(let_out)),
        figure("figure-free-u", format!("{}\u{a0}U", plant_figures::number(frame, free, 0))),
        load,
        figure("figure-lost", whole(lost)),
    ]
}

fn aisle_view(frame: &Frame, aisle: &AisleState) -> AisleView {
    let cells = aisle.racks.iter().map(|rack| cell(frame, rack)).collect();
    AisleView { name: format!("{} – {}", aisle.room, aisle.name), cells }
}

fn cell(frame: &Frame, rack: &RackState) -> RackCell {
    let height_u = i64::from(rack.rack.height_u);
    let used_u = rack.used_u.round().to_i64().unwrap_or(0).clamp(0, height_u);
    let tenant = match rack.tenants.as_slice() {
        [] => frame.t("rack-free"),
        [one] => one.tenant.name.clone(),
        several => frame.with("rack-tenants", "count", &several.len().to_string()),
    };
    RackCell {
        height_u: rack.rack.height_u,
        free_u: height_u - used_u,
        used_u,
        class: if rack.redundancy_lost { "rack rack-alarm" } else { "rack" },
        address: address(rack),
        code: format!("{}{}", if rack.redundancy_lost { "⚠ " } else { "" }, rack.rack.code),
        told: told(frame, rack),
        tenant,
        free: free_units(frame, rack),
        load: kilowatts(frame, rack.load_kw),
    }
}

fn told(frame: &Frame, rack: &RackState) -> String {
    let state = badge(frame, rack).text;
    frame.texts(
        "rack-told",
        &[
            ("rack", rack.rack.code.as_str()),
            ("tenants", &tenants(frame, rack)),
            ("free", &free_units(frame, rack)),
            ("load", &plant_figures::known(frame, rack.load_kw, 2)),
            ("state", &state),
        ],
    )
}

/// `4 U libres`, in French `0 U libre`: its plural begins at two.
fn free_units(frame: &Frame, rack: &RackState) -> String {
    let free = rack.free_u();
    let key = if free < Decimal::TWO { "rack-free-u-one" } else { "rack-free-u" };
    frame.with(key, "free", &plant_figures::number(frame, free, 0))
}

fn tenants(frame: &Frame, rack: &RackState) -> String {
    let names: Vec<&str> = rack.tenants.iter().map(|one| one.tenant.name.as_str()).collect();
    if names.is_empty() { frame.t("rack-free") } else { names.join(", ") }
}

fn badge(frame: &Frame, rack: &RackState) -> Badge {
    let (tone, key) = if rack.redundancy_lost {
        (Tone::Error, "redundancy-lost")
    } else if rack.load_kw.is_none() {
        (Tone::Plain, "redundancy-unknown")
    } else if !rack.overloads.is_empty() {
        (Tone::Warn, "redundancy-was-lost")
    } else {
        (Tone::Ok, "redundancy-kept")
    };
    Badge { tone, text: frame.t(key) }
}

fn row(frame: &Frame, aisle: &AisleState, rack: &RackState) -> RackRow {
    let feed = |feed: Feed| {
        let load = rack.feeds.iter().find(|state| state.feed == feed).and_then(|state| state.load);
        plant_figures::known(frame, load.map(|(kw, _)| kw), 2)
    };
    RackRow {
        code: rack.rack.code.to_string(),
        address: address(rack),
        aisle: aisle.name.clone(),
        tenants: tenants(frame, rack),
        free: plant_figures::number(frame, rack.free_u(), 0),
        height: rack.rack.height_u,
        feed_a: feed(Feed::A),
        feed_b: feed(Feed::B),
        load: plant_figures::known(frame, rack.load_kw, 2),
        share: rack.load_per_mille().map_or_else(|| "–".to_owned(), |share| plant_figures::per_mille(frame, share)),
        badge: badge(frame, rack),
    }
}

/// Every rack as a file.
pub async fn file(shared: Data<Shared>, http: HttpRequest, sheet: Path<Sheet>) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let plan = blocking(move || read_racks::plan(&store, now)).await?;
    let frame = Frame::of(&http);
    let headings = [
        "rack",
        "aisle",
        "invoice-tenant",
        "rack-height",
        "rack-free-heading",
        "course-power-a",
        "course-power-b",
        "rack-load",
        "rack-limit",
        "redundancy",
    ];
    let racks = plan.aisles.iter().flat_map(|aisle| aisle.racks.iter().map(move |rack| (aisle.name.as_str(), rack)));
    let table = Table {
        name: frame.t("racks-title"),
        day: day_in(now, plan.zone),
        headings: headings.map(|key| frame.t(key)).into(),
        rows: racks.map(|(aisle, rack)| cells(&frame, aisle, rack)).collect(),
    };
    sheet::respond(&shared, &frame, table, *sheet, &frame.t("racks-file")).await
}

fn cells(frame: &Frame, aisle: &str, rack: &RackState) -> Vec<Cell> {
    let kw = |state: &FeedState| sheet::number(state.load.map(|(kw, _)| kw.round_dp(4)));
    let names: Vec<&str> = rack.tenants.iter().map(|one| one.tenant.name.as_str()).collect();
    let mut cells = vec![
        sheet::text(rack.rack.code.as_str()),
        sheet::text(aisle),
        sheet::text(names.join(", ")),
        Cell::Number(rack.rack.height_u.into()),
        Cell::Number(rack.free_u()),
    ];
    cells.extend(rack.feeds.iter().map(kw));
    cells.push(sheet::number(rack.load_kw.map(|kw| kw.round_dp(4))));
    cells.push(Cell::Number(rack.limit_kw));
    cells.push(sheet::text(badge(frame, rack).text));
    cells
}

#[derive(Template)]
#[template(path = "rack.html")]
struct RackTemplate {
    frame: Frame,
    code: String,
    title: String,
    aisle: String,
    tenants: Vec<PersonView>,
    meters: String,
    figures: Vec<(String, String)>,
    badge: Badge,
    alarm: Option<String>,
    elevation: Elevation,
    feeds: Vec<FeedView>,
    counts: Vec<MeterView>,
    chart: Option<CourseChart>,
    windows: Vec<WindowRow>,
    limit: String,
}

/// Who is in the rack, and by which of their contracts.
struct PersonView {
    address: String,
    text: String,
    contracts: Vec<Link>,
}

/// The rack from the front: its units from the bottom up.
struct Elevation {
    width: i64,
    height: i64,
    title: String,
    description: String,
    used_y: i64,
    used_height: i64,
    used_text: String,
    free_text: String,
    free_y: i64,
    marks: Vec<(i64, u16)>,
}

struct FeedView {
    name: String,
    load: String,
    at: String,
    meters: Vec<MeterView>,
}

struct MeterView {
    code: String,
    address: String,
    register: String,
    last: String,
}

struct WindowRow {
    from: String,
    a: String,
    b: String,
    sum: String,
    is_lost: bool,
}

pub async fn one(shared: Data<Shared>, code: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let file = blocking(move || read_racks::one(&store, &code, now)).await?.ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http);
    page(StatusCode::OK, &rack_template(frame, &file))
}

fn rack_template(frame: Frame, file: &RackFile) -> RackTemplate {
    let state = &file.state;
    let limit = plant_figures::number(&frame, state.limit_kw, 2);
    let figures = vec![
        (frame.t("rack-free-heading"), format!("{}\u{a0}U", plant_figures::number(&frame, state.free_u(), 0))),
        (frame.t("rack-load"), kilowatts(&frame, state.load_kw)),
        (frame.t("rack-limit"), format!("{limit}\u{a0}kW")),
        (
            frame.t("rack-share"),
            state.load_per_mille().map_or_else(|| "–".to_owned(), |share| plant_figures::per_mille(&frame, share)),
        ),
    ];
    let person = |one: &read_racks::RackTenant| {
        let kind = if one.is_dedicated { "rack-dedicated" } else { "rack-shared" };
        let address = format!("/tenants/{}", encoded(one.tenant.code.as_str()));
        let contract = |code: &ContractCode| Link {
            label: code.to_string(),
            address: super::edit::contract::address(code.as_str(), ""),
        };
        PersonView {
            address,
            text: format!("{} ({})", one.tenant.name, frame.t(kind)),
            contracts: one.contracts.iter().map(contract).collect(),
        }
    };
    let lost = state.overloads.len();
    let key = if lost == 1 { "rack-alarm-once" } else { "rack-alarm" };
    let alarm = (lost > 0).then(|| frame.texts(key, &[("count", &lost.to_string()), ("limit", &limit)]));
    RackTemplate {
        title: frame.with("rack-title", "rack", state.rack.code.as_str()),
        code: state.rack.code.to_string(),
        aisle: file.aisle.clone(),
        tenants: state.tenants.iter().map(person).collect(),
        meters: Address::new("/meters").set("q", &state.rack.code).href(),
        figures,
        badge: badge(&frame, state),
        alarm,
        elevation: elevation(&frame, state),
        feeds: state.feeds.iter().map(|feed| feed_view(&frame, feed, file.zone)).collect(),
        counts: file.counts.iter().map(|one| meter_view(&frame, one, file.zone)).collect(),
        chart: chart(&frame, file),
        windows: windows(&frame, file),
        limit,
        frame,
    }
}

fn elevation(frame: &Frame, state: &RackState) -> Elevation {
    const UNIT: i64 = 9;
    let height_u = i64::from(state.rack.height_u);
    let height = height_u * UNIT;
    let used = state.used_u.round().to_i64().unwrap_or(0).clamp(0, height_u);
    let (used_text, free_text) =
        (frame.with("rack-used-u", "used", &plant_figures::number(frame, state.used_u, 0)), free_units(frame, state));
    let marks = (1..=state.rack.height_u).filter(|unit| unit % 5 == 0 || *unit == 1);
    Elevation {
        width: 190,
        height: height + 2,
        title: frame.with("elevation-title", "rack", state.rack.code.as_str()),
        description: format!("{used_text}, {free_text}. {}", tenants(frame, state)),
        used_y: 1 + height - used * UNIT,
        used_height: used * UNIT,
        used_text,
        free_text,
        free_y: 1 + (height - used * UNIT) / 2 + 4,
        marks: marks.map(|unit| (1 + height - i64::from(unit) * UNIT + UNIT - 1, unit)).collect(),
    }
}

fn feed_view(frame: &Frame, feed: &FeedState, zone: Tz) -> FeedView {
    FeedView {
        name: frame.with("feed", "feed", feed.feed.name()),
        load: plant_figures::known(frame, feed.load.map(|(kw, _)| kw), 2),
        at: feed.load.map(|(_, at)| frame.instant(at, zone)).unwrap_or_default(),
        meters: feed.meters.iter().map(|one| meter_view(frame, one, zone)).collect(),
    }
}

fn meter_view(frame: &Frame, one: &read_racks::FeedMeter, zone: Tz) -> MeterView {
    let register = one.meter.register;
    MeterView {
        code: one.meter.code.to_string(),
        address: format!("/meters/{}", encoded(one.meter.code.as_str())),
        register: frame.t(&format!("register-{}", register.name())),
        last: one.last.map_or_else(
            || "–".to_owned(),
            |last| {
                let value = frame.number(&last.value.to_decimal());
                format!("{value}\u{a0}{}, {}", plant_figures::unit(frame, register), frame.instant(last.at, zone))
            },
        ),
    }
}

fn chart(frame: &Frame, file: &RackFile) -> Option<CourseChart> {
    let clock =
        |at: crate::domain::calendar::Timestamp| at.to_utc().with_timezone(&file.zone).format("%H:%M").to_string();
    let courses: Vec<Vec<Option<Decimal>>> =
        vec![file.windows.iter().map(|(_, a, _)| *a).collect(), file.windows.iter().map(|(.., b)| *b).collect()];
    courses.iter().flatten().any(Option::is_some).then(|| {
        let courses = Courses {
            id: "feeds",
            title: frame.with("rack-chart", "rack", file.state.rack.code.as_str()),
            description: frame.t("chart-see-table"),
            unit: "kW",
            labels: file.windows.iter().map(|(window, ..)| clock(window.from)).collect(),
            courses,
            limit: Some((file.state.limit_kw, frame.t("rack-limit"))),
        };
        CourseChart::bars(courses, frame.language)
    })
}

/// The latest first.
fn windows(frame: &Frame, file: &RackFile) -> Vec<WindowRow> {
    let known = file.windows.iter().rev().filter(|(_, a, b)| a.is_some() || b.is_some());
    let row = |(window, a, b): &(crate::domain::calendar::Period, Option<Decimal>, Option<Decimal>)| {
        let sum = a.unwrap_or_default() + b.unwrap_or_default();
        WindowRow {
            from: frame.instant(window.from, file.zone),
            a: plant_figures::known(frame, *a, 3),
            b: plant_figures::known(frame, *b, 3),
            sum: plant_figures::number(frame, sum, 3),
            is_lost: sum > file.state.limit_kw,
        }
    };
    known.map(row).collect()
}
