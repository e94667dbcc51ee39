//! What a tenant's meters say: a month by days, a day by ten minutes.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::course_chart::{CourseChart, Courses};
use super::parts::{Choice, Link, exports, tenant_choices};
use super::plant_figures;
use super::sheet::{self, Sheet};
use super::{Address, Frame, encoded, page};
use crate::app::read_usage::{self, Course, RackUsage, TenantUsage, UsageQuery, UsageSlot, UsageView};
use crate::documents::table::Table;
use crate::domain::access::Action;
use crate::domain::calendar::{BillingMonth, Timestamp, day_in};
use crate::domain::ids::TenantCode;
use crate::domain::metering::Register;
use crate::domain::quantity::Unit;
use crate::domain::typography;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct UsagePageQuery {
    tenant: Option<String>,
    month: Option<String>,
    day: Option<String>,
}

impl UsagePageQuery {
    fn query(&self) -> Result<UsageQuery, Fault> {
        let day: Option<NaiveDate> = parsed("day", self.day.as_deref(), Expected::Day)?;
        let month: Option<BillingMonth> = parsed("month", self.month.as_deref(), Expected::Month)?;
        Ok(UsageQuery {
            tenant: self.tenant.clone().filter(|code| !code.is_empty()).map(TenantCode),
            view: day.map(UsageView::Day).or(month.map(UsageView::Month)),
        })
    }
}

#[derive(Template)]
#[template(path = "usage.html")]
struct UsageTemplate {
    frame: Frame,
    tenants: Vec<Choice>,
    title: String,
    /// The month the view is of or in.
    month_value: String,
    neighbours: Vec<Link>,
    /// From a day back to its month.
    month: Option<Link>,
    estimate: String,
    figures: Vec<(String, String)>,
    racks: Option<RacksView>,
    last_reading: Option<String>,
    power_is_derived: bool,
    charts: Vec<ChartView>,
    headings: Vec<String>,
    caption: String,
    rows: Vec<SlotRow>,
    files: Vec<Link>,
    is_month: bool,
    /// The view goes on while one looks at it.
    is_live: bool,
}

struct ChartView {
    chart: CourseChart,
    has_two: bool,
}

/// The tenant's racks beside each other, over the whole period.
struct RacksView {
    caption: String,
    /// None where there is nothing to compare.
    chart: Option<ChartView>,
    has_energy: bool,
    has_units: bool,
    rows: Vec<RackRow>,
}

struct RackRow {
    code: String,
    /// To the rack's own page, for who may see it.
    address: Option<String>,
    energy_a: String,
    energy_b: String,
    energy: String,
    units: String,
}

struct SlotRow {
    label: String,
    /// To the day's own page.
    address: Option<String>,
    values: Vec<String>,
    note: String,
}

pub async fn usage(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<UsagePageQuery>,
) -> Result<HttpResponse, Fault> {
    let now = Timestamp::from(shared.now());
    let usage = find(&shared, granted, query.query()?).await?;
    let frame = Frame::of(&http);
    page(StatusCode::OK, &template(frame, &usage, now))
}

async fn find(shared: &Data<Shared>, granted: Granted, query: UsageQuery) -> Result<TenantUsage, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || read_usage::read(&store, &granted.scope, &query, now)).await?.ok_or(Fault::NotFound)
}

fn template(frame: Frame, usage: &TenantUsage, now: Timestamp) -> UsageTemplate {
    let base = Address::new("/usage");
    let base = if usage.choices.count() > 1 { base.set("tenant", usage.tenant.code.as_str()) } else { base };
    let (title, month, address) = match usage.view {
        UsageView::Month(month) => {
            (frame.with("usage-title", "period", &frame.month(&month)), month, base.set("month", month))
        }
        UsageView::Day(day) => {
            (frame.with("usage-title", "period", &frame.date(&day)), BillingMonth::of(day), base.set("day", day))
        }
    };
    let is_month = matches!(usage.view, UsageView::Month(_));
    let today = now.date_in(usage.zone);
    let headings = usage.courses.iter().map(|course| frame.t(&format!("course-{}", course.name())));
    UsageTemplate {
        tenants: tenant_choices(&usage.choices, Some(&usage.tenant.code)),
        neighbours: neighbours(&frame, usage, &base, today),
        month: (!is_month).then(|| Link { label: frame.month(&month), address: base.set("month", month).href() }),
        month_value: month.to_string(),
        estimate: base.at("/usage/estimate").set("month", month).href(),
        figures: figures(&frame, usage),
        racks: (!usage.racks.is_empty()).then(|| racks(&frame, usage)),
        last_reading: usage.last_reading.map(|at| frame.instant(at, usage.zone)),
        power_is_derived: usage.power_is_derived,
        charts: charts(&frame, usage),
        headings: headings.collect(),
        caption: frame.with(
            if is_month { "usage-caption-days" } else { "usage-caption-windows" },
            "tenant",
            &usage.tenant.name,
        ),
        rows: usage
            .slots
            .iter()
            .filter(|slot| slot.slot.from < now)
            .map(|slot| row(&frame, usage, slot, &base))
            .collect(),
        files: exports(&address, "/usage"),
        is_live: match usage.view {
            UsageView::Month(month) => month == BillingMonth::of(today),
            UsageView::Day(day) => day == today,
        },
        is_month,
        title,
        frame,
    }
}

fn neighbours(frame: &Frame, usage: &TenantUsage, base: &Address, today: NaiveDate) -> Vec<Link> {
    match usage.view {
        UsageView::Month(month) => plant_figures::month_links(frame, base, month, BillingMonth::of(today)),
        UsageView::Day(day) => {
            let link = |day: NaiveDate| Link { label: frame.date(&day), address: base.set("day", day).href() };
            let next = day.succ_opt().filter(|next| *next <= today);
            day.pred_opt().into_iter().chain(next).map(link).collect()
        }
    }
}

const fn decimals(course: Course) -> u32 {
    match course {
        Course::EnergyA | Course::EnergyB | Course::EnergyOther | Course::Storage => 2,
        Course::PowerA | Course::PowerB => 3,
        Course::Units => 0,
    }
}

/// What matters most, in figures.
fn figures(frame: &Frame, usage: &TenantUsage) -> Vec<(String, String)> {
    let mut figures = Vec::new();
    let mut add = |key: &str, value: Option<Decimal>, decimals: u32, unit: &str| {
        if let Some(value) = value {
            figures.push((frame.t(key), format!("{}\u{a0}{unit}", plant_figures::number(frame, value, decimals))));
        }
    };
    let has_energy = usage.courses.iter().any(|course| course.is_energy());
    add("figure-energy", has_energy.then(|| usage.energy_total()), 1, "kWh");
    // A month's slots are days: its powers are means of days.
    let of = |day: &'static str, window: &'static str| match usage.view {
        UsageView::Month(_) => day,
        UsageView::Day(_) => window,
    };
    add(of("figure-day-power-a", "figure-power-a"), usage.latest(Course::PowerA), 2, "kW");
    add(of("figure-day-power-b", "figure-power-b"), usage.latest(Course::PowerB), 2, "kW");
    add(of("figure-day-peak", "figure-peak"), usage.peak().map(|(peak, _)| peak), 2, "kW");
    add("figure-storage", usage.latest(Course::Storage), 2, plant_figures::unit(frame, Register::Storage));
    add("figure-units", usage.latest(Course::Units), 0, "U");
    if !usage.racks.is_empty() {
        figures.push((frame.t("figure-racks"), usage.racks.len().to_string()));
    }
    figures
}

fn charts(frame: &Frame, usage: &TenantUsage) -> Vec<ChartView> {
    let is_month = matches!(usage.view, UsageView::Month(_));
    let labels = || -> Vec<String> { usage.slots.iter().map(|slot| label(usage, slot)).collect() };
    let course = |course: Course| -> Vec<Option<Decimal>> {
        usage.slots.iter().map(|slot| slot.values.get(&course).and_then(|value| value.value)).collect()
    };
    let mut charts = Vec::new();
    let mut add = |id: &'static str, bars: bool, wanted: &[Course]| {
        let shown: Vec<Course> = wanted.iter().copied().filter(|course| usage.shows(*course)).collect();
        let Some(first) = shown.first() else { return };
        let courses = Courses {
            id,
            title: frame.texts(
                &format!("usage-chart-{id}"),
                &[("tenant", &usage.tenant.name), ("period", &period(frame, usage))],
            ),
            description: frame.t("chart-see-table"),
            unit: typography::unit_symbol(first.unit(), frame.language),
            labels: labels(),
            courses: shown.iter().map(|one| course(*one)).collect(),
            limit: None,
        };
        let has_two = shown.len() == 2;
        let draw = if bars { CourseChart::bars } else { CourseChart::lines };
        charts.push(ChartView { chart: draw(courses, frame.language), has_two });
    };
    add("power", false, &[Course::PowerA, Course::PowerB]);
    add("energy", true, &[Course::EnergyA, Course::EnergyB]);
    add("energy-other", true, &[Course::EnergyOther]);
    add("storage", is_month, &[Course::Storage]);
    add("units", is_month, &[Course::Units]);
    charts
}

fn racks(frame: &Frame, usage: &TenantUsage) -> RacksView {
    let has_energy = usage.racks.values().any(|rack| rack.energy().is_some());
    let has_units = usage.racks.values().any(|rack| rack.units.is_some());
    let may_open = frame.may(Action::SeeRacks);
    let rows = usage.racks.iter().map(|(code, rack)| RackRow {
        code: code.to_string(),
        address: may_open.then(|| format!("/racks/{}", encoded(code.as_str()))),
        energy_a: plant_figures::known(frame, rack.energy_a, decimals(Course::EnergyA)),
        energy_b: plant_figures::known(frame, rack.energy_b, decimals(Course::EnergyB)),
        energy: plant_figures::known(frame, rack.energy(), decimals(Course::EnergyA)),
        units: plant_figures::known(frame, rack.units, decimals(Course::Units)),
    });
    let named = [("tenant", usage.tenant.name.as_str()), ("period", &period(frame, usage))];
    RacksView {
        caption: frame.texts("usage-racks-caption", &named),
        chart: ((has_energy || has_units) && usage.racks.len() > 1).then(|| rack_chart(frame, usage, has_energy)),
        has_energy,
        has_units,
        rows: rows.collect(),
    }
}

/// A bar per rack: its energy by feed, or its units where no energy is counted.
fn rack_chart(frame: &Frame, usage: &TenantUsage, has_energy: bool) -> ChartView {
    let course = |of: fn(&RackUsage) -> Option<Decimal>| usage.racks.values().map(of).collect::<Vec<_>>();
    let (key, unit, courses) = if has_energy {
        ("usage-chart-racks", Unit::KilowattHour, vec![course(|rack| rack.energy_a), course(|rack| rack.energy_b)])
    } else {
        ("usage-chart-rack-units", Unit::RackUnit, vec![course(|rack| rack.units)])
    };
    let has_two = courses.len() == 2;
    let courses = Courses {
        id: "racks",
        title: frame.texts(key, &[("tenant", &usage.tenant.name), ("period", &period(frame, usage))]),
        description: frame.t("chart-see-table"),
        unit: typography::unit_symbol(unit, frame.language),
        labels: usage.racks.keys().map(ToString::to_string).collect(),
        courses,
        limit: None,
    };
    ChartView { chart: CourseChart::bars(courses, frame.language), has_two }
}

fn period(frame: &Frame, usage: &TenantUsage) -> String {
    match usage.view {
        UsageView::Month(month) => frame.month(&month),
        UsageView::Day(day) => frame.date(&day),
    }
}

/// Days by their number, windows by their hour at the full hours.
fn label(usage: &TenantUsage, slot: &UsageSlot) -> String {
    match usage.view {
        UsageView::Month(_) => slot.day.day().to_string(),
        UsageView::Day(_) => clock(usage, slot),
    }
}

fn clock(usage: &TenantUsage, slot: &UsageSlot) -> String {
    slot.slot.from.to_utc().with_timezone(&usage.zone).format("%H:%M").to_string()
}

fn row(frame: &Frame, usage: &TenantUsage, slot: &UsageSlot, base: &Address) -> SlotRow {
    let is_month = matches!(usage.view, UsageView::Month(_));
    let values = usage.courses.iter().map(|course| {
        plant_figures::known(frame, slot.values.get(course).and_then(|value| value.value), decimals(*course))
    });
    SlotRow {
        label: if is_month { frame.short_date(&slot.day) } else { clock(usage, slot) },
        address: is_month.then(|| base.set("day", slot.day).href()),
        values: values.collect(),
        note: note(frame, slot),
    }
}

/// What a value of the slot leaves to be said.
fn note(frame: &Frame, slot: &UsageSlot) -> String {
    let is_estimated = slot.values.values().any(|value| value.is_estimated);
    let is_partial = slot.values.values().any(|value| value.is_partial);
    let notes = [(is_estimated, "line-estimated"), (is_partial, "slot-partial")];
    notes.iter().filter(|(is, _)| *is).map(|(_, key)| frame.t(key)).collect::<Vec<_>>().join(", ")
}

/// What the page shows as a file.
pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<UsagePageQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let usage = find(&shared, granted, query.query()?).await?;
    let frame = Frame::of(&http);
    let mut headings = vec![frame.t("slot-from"), frame.t("slot-to")];
    headings.extend(usage.courses.iter().map(|course| frame.t(&format!("course-{}", course.name()))));
    headings.push(frame.t("remark"));
    let row = |slot: &UsageSlot| {
        let mut cells = vec![sheet::instant(slot.slot.from, usage.zone), sheet::instant(slot.slot.to, usage.zone)];
        let values = usage.courses.iter().map(|course| slot.values.get(course).and_then(|one| one.value));
        // A mean is a quotient: beyond millionths it says nothing.
        cells.extend(values.map(|value| sheet::number(value.map(|value| value.round_dp(6).normalize()))));
        cells.push(sheet::text(note(&frame, slot)));
        cells
    };
    let period = match usage.view {
        UsageView::Month(month) => month.to_string(),
        UsageView::Day(day) => day.to_string(),
    };
    let table = Table {
        name: frame.t("nav-usage"),
        day: day_in(shared.now(), usage.zone),
        headings,
        rows: usage.slots.iter().map(row).collect(),
    };
    let tenant = encoded(usage.tenant.code.as_str());
    sheet::respond(&shared, &frame, table, *sheet, &format!("{}-{tenant}-{period}", frame.t("usage-file"))).await
}
