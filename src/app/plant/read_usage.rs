//! Show a tenant what their meters say: a month by days, or a day by ten minutes.
//!
//! Read from the meters assigned to the tenant's lines and only while they are; computed from the same readings as the
//! bill. Power comes from the power gauges of a feed where it has any, otherwise from its energy counters.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::app::read_series::Around;
use crate::app::read_tenants::TenantNames;
use crate::app::{AppError, Store};
use crate::domain::access::TenantScope;
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, DatePeriod, Period, Timestamp};
use crate::domain::facility::Feed;
use crate::domain::ids::{MeterCode, MeterId, RackCode, TenantCode};
use crate::domain::metering::{Meter, Register, Sample, SlotValue, day_slots, profile, window_slots};
use crate::domain::party::Tenant;
use crate::domain::quantity::Unit;
use crate::storage::{AnyConnection, book as stored, series};

/// The handbook's window.
const WINDOW_MINUTES: u32 = 10;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageView {
    /// A month, day by day.
    Month(BillingMonth),
    /// A day, ten minutes by ten minutes.
    Day(NaiveDate),
}

/// What is asked for: the reader's own tenant, or the first, where none is named; the latest month where no view is.
#[derive(Debug, Clone, Default)]
pub struct UsageQuery {
    pub tenant: Option<TenantCode>,
    pub view: Option<UsageView>,
}

/// What a column of the usage says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Course {
    /// kWh.
    EnergyA,
    EnergyB,
    /// kWh of counters that stand on no feed.
    EnergyOther,
    /// Mean kW.
    PowerA,
    PowerB,
    /// Mean TB.
    Storage,
    /// U in force.
    Units,
}

impl Course {
    pub const ALL: [Course; 7] = [
        Course::EnergyA,
        Course::EnergyB,
        Course::EnergyOther,
        Course::PowerA,
        Course::PowerB,
        Course::Storage,
        Course::Units,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Course::EnergyA => "energy-a",
            Course::EnergyB => "energy-b",
            Course::EnergyOther => "energy-other",
            Course::PowerA => "power-a",
            Course::PowerB => "power-b",
            Course::Storage => "storage",
            Course::Units => "units",
        }
    }

    pub const fn unit(self) -> Unit {
        match self {
            Course::EnergyA | Course::EnergyB | Course::EnergyOther => Unit::KilowattHour,
            Course::PowerA | Course::PowerB => Unit::Kilowatt,
            Course::Storage => Unit::Terabyte,
            Course::Units => Unit::RackUnit,
        }
    }

    pub const fn is_energy(self) -> bool {
        matches!(self, Course::EnergyA | Course::EnergyB | Course::EnergyOther)
    }
}

/// A column in one slot: all its meters together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CourseValue {
    pub value: Option<Decimal>,
    /// Some meter says nothing about a part of the slot that is over.
    pub is_partial: bool,
    pub is_estimated: bool,
}

/// One row: a day or a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageSlot {
    pub slot: Period,
    pub day: NaiveDate,
    pub values: BTreeMap<Course, CourseValue>,
}

/// What the tenant's meters in one rack say of the whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RackUsage {
    /// kWh.
    pub energy_a: Option<Decimal>,
    pub energy_b: Option<Decimal>,
    /// U last counted.
    pub units: Option<Decimal>,
}

impl RackUsage {
    pub fn energy(&self) -> Option<Decimal> {
        plus(self.energy_a, self.energy_b)
    }

    /// A meter more, by what it says of the slots.
    fn count(&mut self, course: Course, counted: &[(usize, SlotValue)]) {
        let known = || counted.iter().filter_map(|(_, value)| value.value);
        match course {
            Course::EnergyA => self.energy_a = known().map(Some).fold(self.energy_a, plus),
            Course::EnergyB => self.energy_b = known().map(Some).fold(self.energy_b, plus),
            Course::Units => self.units = plus(self.units, known().next_back()),
            _ => {}
        }
    }
}

/// What is known of both together.
fn plus(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

/// What a tenant's meters say.
#[derive(Debug)]
pub struct TenantUsage {
    pub tenant: Tenant,
    /// Whom the reader may choose from; one where they see themselves only.
    pub choices: TenantNames,
    pub view: UsageView,
    pub zone: Tz,
    /// Columns that have a meter, in their order.
    pub courses: Vec<Course>,
    pub slots: Vec<UsageSlot>,
    /// Racks of lines in force, and those the meters stand in.
    pub racks: BTreeMap<RackCode, RackUsage>,
    pub meters: Vec<MeterCode>,
    /// The end of what is known.
    pub last_reading: Option<Timestamp>,
    /// True where power was told from energy counters.
    pub power_is_derived: bool,
    /// When it was asked.
    pub at: Timestamp,
}

impl TenantUsage {
    /// kWh of the whole period.
    pub fn energy_total(&self) -> Decimal {
        let values = self.slots.iter().flat_map(|slot| &slot.values);
        values.filter(|(course, _)| course.is_energy()).filter_map(|(_, value)| value.value).sum()
    }

    /// The highest sum of the power of both feeds, and where. What is not over is left out: a day's mean tells nothing
    /// before its evening.
    pub fn peak(&self) -> Option<(Decimal, &UsageSlot)> {
        let sum = |slot: &UsageSlot| {
            let of = |course| slot.values.get(&course).and_then(|value| value.value);
            match (of(Course::PowerA), of(Course::PowerB)) {
                (None, None) => None,
                (a, b) => Some(a.unwrap_or_default() + b.unwrap_or_default()),
            }
        };
        let mut peak: Option<(Decimal, &UsageSlot)> = None;
        for slot in self.slots.iter().filter(|slot| slot.slot.to <= self.at) {
            if let Some(power) = sum(slot).filter(|power| peak.is_none_or(|(highest, _)| *power > highest)) {
                peak = Some((power, slot));
            }
        }
        peak
    }

    /// The last known value of a column.
    pub fn latest(&self, course: Course) -> Option<Decimal> {
        self.slots.iter().rev().find_map(|slot| slot.values.get(&course)?.value)
    }

    pub fn shows(&self, course: Course) -> bool {
        self.courses.contains(&course)
    }
}

/// The tenants `scope` admits, and the one asked for among them: their own or the first where none is named.
pub(in crate::app) fn choose<'a>(
    book: &'a Book,
    scope: &TenantScope,
    asked: Option<&TenantCode>,
) -> Option<(&'a Tenant, TenantNames)> {
    let mut admitted = book.tenants.iter().filter(|tenant| scope.admits(&tenant.code));
    let names = admitted.clone().collect();
    let chosen = admitted.find(|tenant| asked.is_none_or(|code| tenant.code == *code));
    Some((chosen?, names))
}

/// A meter, and when it measures for a tenant.
pub(in crate::app) struct Assigned<'a> {
    pub id: MeterId,
    pub meter: &'a Meter,
    pub periods: Vec<DatePeriod>,
}

/// The meters on the tenant's lines during `days`, each once.
pub(in crate::app) fn assigned<'a>(
    connection: &mut AnyConnection,
    book: &'a Book,
    tenant: &TenantCode,
    days: DatePeriod,
) -> Result<Vec<Assigned<'a>>, AppError> {
    let ids = stored::meter_ids(connection)?;
    let mut periods: BTreeMap<&MeterCode, Vec<DatePeriod>> = BTreeMap::new();
    for contract in book.contracts.iter().filter(|contract| contract.tenant == *tenant) {
        for (meter, parts) in contract.metered(days) {
            periods.entry(meter).or_default().extend(parts);
        }
    }
    let found = periods.into_iter().filter_map(|(code, periods)| {
        let meter = book.meters.iter().find(|meter| meter.code == *code)?;
        Some(Assigned { id: *ids.get(code)?, meter, periods })
    });
    Ok(found.collect())
}

/// What the tenant's meters say; none where `scope` does not admit who is asked for.
pub fn read(
    store: &Store,
    scope: &TenantScope,
    query: &UsageQuery,
    now: DateTime<Utc>,
) -> Result<Option<TenantUsage>, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let Some((tenant, choices)) = choose(&book, scope, query.tenant.as_ref()) else { return Ok(None) };
        let zone = book.facility.zone;
        let view = match query.view {
            Some(view) => view,
            None => UsageView::Month(latest_month(connection, &book, &tenant.code, now)?),
        };
        let (days, slots) = slots_of(view, zone)?;
        let meters = assigned(connection, &book, &tenant.code, days)?;
        let mut usage = TenantUsage {
            tenant: tenant.clone(),
            choices,
            view,
            zone,
            courses: Vec::new(),
            slots: slots
                .iter()
                .map(|slot| UsageSlot { slot: *slot, day: slot.from.date_in(zone), values: BTreeMap::new() })
                .collect(),
            racks: racks(&book, &tenant.code, days).map(|rack| (rack.clone(), RackUsage::default())).collect(),
            meters: meters.iter().map(|one| one.meter.code.clone()).collect(),
            last_reading: None,
            power_is_derived: false,
            at: now.into(),
        };
        fill(connection, &mut usage, &meters, days.instants(zone), now.into())?;
        Ok(Some(usage))
    })
}

fn slots_of(view: UsageView, zone: Tz) -> Result<(DatePeriod, Vec<Period>), AppError> {
    match view {
        UsageView::Month(month) => {
            Ok((month.days(), day_slots(month.period(zone), zone).into_iter().map(|(_, slot)| slot).collect()))
        }
        UsageView::Day(day) => {
            let days = DatePeriod::new(day, day.succ_opt()).map_err(AppError::input)?;
            let slots = window_slots(days.instants(zone), WINDOW_MINUTES, zone);
            Ok((days, slots.map_err(|_| AppError::input("the day has no windows"))?))
        }
    }
}

fn fill(
    connection: &mut AnyConnection,
    usage: &mut TenantUsage,
    meters: &[Assigned<'_>],
    period: Period,
    now: Timestamp,
) -> Result<(), AppError> {
    let ids: Vec<MeterId> = meters.iter().map(|one| one.id).collect();
    let gauged: BTreeSet<(Option<&RackCode>, Option<Feed>)> = meters
        .iter()
        .filter(|one| one.meter.register == Register::Power)
        .map(|one| (one.meter.rack.as_ref(), one.meter.feed))
        .collect();
    let mut around = Around::open(connection, &ids, period)?;
    let mut courses = BTreeSet::new();
    for one in meters {
        let readings = around.of(connection, one.id)?;
        let last = readings.iter().rev().find(|reading| reading.at < period.to).map(|reading| reading.at);
        usage.last_reading = usage.last_reading.max(last);
        let samples: Vec<Sample> = readings.iter().map(|reading| reading.sample()).collect();
        let counted = clipped(one, &samples, &usage.slots, usage.zone, now);
        let derives = one.meter.register == Register::Energy
            && one.meter.feed.is_some()
            && !gauged.contains(&(one.meter.rack.as_ref(), one.meter.feed));
        usage.power_is_derived |= derives;
        if let Some(rack) = &one.meter.rack {
            usage.racks.entry(rack.clone()).or_default().count(course(one.meter), &counted);
        }
        for (position, value) in counted {
            let Some(slot) = usage.slots.get_mut(position) else { continue };
            let is_power = one.meter.register == Register::Power;
            let course = course(one.meter);
            let mut add = |course: Course, amount: Option<Decimal>| {
                courses.insert(course);
                add(slot.values.entry(course).or_default(), amount, &value, now);
            };
            if !is_power || one.meter.feed.is_some() {
                add(course, value.value);
            }
            if derives {
                let feed = if one.meter.feed == Some(Feed::A) { Course::PowerA } else { Course::PowerB };
                add(feed, value.value.and_then(|kwh| mean_kw(kwh, value.known_seconds)));
            }
        }
    }
    usage.courses = courses.into_iter().collect();
    Ok(())
}

fn mean_kw(kwh: Decimal, seconds: i64) -> Option<Decimal> {
    kwh.checked_mul(Decimal::from(3600))?.checked_div(Decimal::from(seconds))
}

/// The meter's values in the parts of the slots in which it measures for the tenant, by the slot's position.
fn clipped(
    one: &Assigned<'_>,
    samples: &[Sample],
    slots: &[UsageSlot],
    zone: Tz,
    now: Timestamp,
) -> Vec<(usize, SlotValue)> {
    let service = one.meter.in_service();
    let spans: Vec<Period> = one.periods.iter().filter_map(|days| days.instants(zone).intersection(service)).collect();
    let (positions, parts): (Vec<usize>, Vec<Period>) = slots
        .iter()
        .enumerate()
        .filter_map(|(position, slot)| {
            // Two lines may bill one meter; what it says counts once.
            Some((position, spans.iter().find_map(|span| span.intersection(slot.slot))?))
        })
        .unzip();
    positions.into_iter().zip(profile(one.meter, samples, &parts, now)).collect()
}

const fn course(meter: &Meter) -> Course {
    match (meter.register, meter.feed) {
        (Register::Energy, Some(Feed::A)) => Course::EnergyA,
        (Register::Energy, Some(Feed::B)) => Course::EnergyB,
        (Register::Energy, None) => Course::EnergyOther,
        (Register::Power, Some(Feed::B)) => Course::PowerB,
        (Register::Power, _) => Course::PowerA,
        (Register::Storage, _) => Course::Storage,
        (Register::Occupancy, _) => Course::Units,
    }
}

fn add(sum: &mut CourseValue, amount: Option<Decimal>, of: &SlotValue, now: Timestamp) {
    sum.value = plus(sum.value, amount);
    let over = Period { from: of.slot.from, to: of.slot.to.min(now) };
    sum.is_partial |= of.known_seconds < over.seconds();
    sum.is_estimated |= of.estimated;
}

fn racks<'a>(book: &'a Book, tenant: &'a TenantCode, days: DatePeriod) -> impl Iterator<Item = &'a RackCode> {
    let contracts = book.contracts.iter().filter(move |contract| contract.tenant == *tenant);
    let lines = contracts.flat_map(|contract| &contract.lines).filter(move |line| line.in_force.overlaps(days));
    lines.flat_map(|line| &line.racks)
}

/// The month of the tenant's latest reading; of what is now where there is none.
pub(in crate::app) fn latest_month(
    connection: &mut AnyConnection,
    book: &Book,
    tenant: &TenantCode,
    now: DateTime<Utc>,
) -> Result<BillingMonth, AppError> {
    let zone = book.facility.zone;
    let now = Timestamp::from(now);
    let always = DatePeriod { from: NaiveDate::MIN, to: None };
    let mut last: Option<Timestamp> = None;
    // A device or two of the tenant's tell it: they are all read alike.
    for one in assigned(connection, book, tenant, always)?.iter().rev().take(6) {
        last = last.max(series::last_before(connection, one.id, now)?.map(|reading| reading.at));
    }
    Ok(BillingMonth::of(last.map_or(now, |last| last.plus_seconds(-1)).date_in(zone)))
}
