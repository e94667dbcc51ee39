//! Show racks: who is where, what is free, what each feed carries, and where redundancy is lost.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::app::read_meters::last_readings;
use crate::app::read_series::Around;
use crate::app::{AppError, Store};
use crate::domain::book::Book;
use crate::domain::calendar::{Period, Timestamp};
use crate::domain::contract::LineQuantity;
use crate::domain::facility::{Aisle, Feed, Rack};
use crate::domain::ids::{AisleCode, ContractCode, MeterId, RackCode};
use crate::domain::metering::{
    FEED_LOAD_LIMIT, Meter, Overload, Reading, Register, Sample, SlotValue, profile, window_slots,
};
use crate::domain::party::Tenant;
use crate::storage::{AnyConnection, book as stored};

const WINDOW_MINUTES: u32 = 10;
const HOUR_SECONDS: i64 = 3600;
/// How far back the floor plan and a rack look for load.
const PLAN_HOURS: i64 = 3;
const RACK_HOURS: i64 = 24;

/// A rack and what is known of it now.
#[derive(Debug, Clone)]
pub struct RackState {
    pub rack: Rack,
    pub tenants: Vec<RackTenant>,
    /// U in use: of a rack billed by occupied units what its counts say, of a dedicated one all of it.
    pub used_u: Decimal,
    pub feeds: Vec<FeedState>,
    /// A + B in the last window known of both, or of the one that is metered; none where there is no such window.
    pub load_kw: Option<Decimal>,
    /// What one feed can carry: its rated power × 0.8.
    pub limit_kw: Decimal,
    /// The windows looked at in which the loss of one feed would have overloaded the other, oldest first.
    pub overloads: Vec<Overload>,
    /// Whether the last known window is among them.
    pub redundancy_lost: bool,
}

impl RackState {
    pub fn free_u(&self) -> Decimal {
        (Decimal::from(self.rack.height_u) - self.used_u).max(Decimal::ZERO)
    }

    /// The load in thousandths of what one feed can carry.
    pub fn load_per_mille(&self) -> Option<i64> {
        use rust_decimal::prelude::ToPrimitive;
        (self.load_kw? * Decimal::ONE_THOUSAND).checked_div(self.limit_kw)?.to_i64()
    }
}

/// Who is in a rack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RackTenant {
    pub tenant: Tenant,
    /// The whole rack is theirs by an agreed quantity, not by counted units.
    pub is_dedicated: bool,
    /// Of theirs, those whose lines name the rack.
    pub contracts: Vec<ContractCode>,
}

/// One feed of a rack.
#[derive(Debug, Clone)]
pub struct FeedState {
    pub feed: Feed,
    pub meters: Vec<FeedMeter>,
    /// Mean kW in the rack's window, and its end; where the rack has none, in the last one with a value.
    pub load: Option<(Decimal, Timestamp)>,
}

/// A meter on a feed, with its last reading.
#[derive(Debug, Clone)]
pub struct FeedMeter {
    pub meter: Meter,
    pub last: Option<Reading>,
}

/// An aisle with its racks, as they stand.
#[derive(Debug)]
pub struct AisleState {
    pub room: String,
    pub code: AisleCode,
    pub name: String,
    pub racks: Vec<RackState>,
}

/// What racks draw together in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanLoad {
    pub kw: Decimal,
    /// The racks known in it.
    pub racks: usize,
    /// When it ends, or was last measured.
    pub at: Timestamp,
}

/// Every aisle.
#[derive(Debug)]
pub struct FloorPlan {
    pub aisles: Vec<AisleState>,
    /// What the racks draw together, in the last window known of most of them.
    pub load: Option<PlanLoad>,
    pub zone: Tz,
}

/// One rack, closer.
#[derive(Debug)]
pub struct RackFile {
    pub state: RackState,
    pub aisle: String,
    pub aisle_code: AisleCode,
    pub zone: Tz,
    /// Counts of occupied units standing in the rack, and what they say.
    pub counts: Vec<FeedMeter>,
    /// Each feed's mean kW by window over the last hours.
    pub windows: Vec<(Period, Option<Decimal>, Option<Decimal>)>,
}

/// The floor plan as it is at `now`.
pub fn plan(store: &Store, now: DateTime<Utc>) -> Result<FloorPlan, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let racks: Vec<&Rack> = all_racks(&book).map(|(.., rack)| rack).collect();
        let mut states = look(connection, &book, &racks, PLAN_HOURS, now.into())?;
        let load = plan_load(&states);
        let mut aisles: Vec<AisleState> = Vec::new();
        for room in &book.rooms {
            for aisle in &room.aisles {
                let racks = aisle.racks.iter().filter_map(|rack| states.remove(&rack.code)).map(|seen| seen.state);
                aisles.push(AisleState {
                    room: room.name.clone(),
                    code: aisle.code.clone(),
                    name: aisle.name.clone(),
                    racks: racks.collect(),
                });
            }
        }
        Ok(FloorPlan { aisles, load, zone: book.facility.zone })
    })
}

/// One rack; none where the book has no such rack.
pub fn one(store: &Store, code: &str, now: DateTime<Utc>) -> Result<Option<RackFile>, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let found = all_racks(&book).find(|(_, rack)| rack.code.as_str() == code);
        let Some((aisle, rack)) = found else { return Ok(None) };
        let seen = look(connection, &book, &[rack], RACK_HOURS, now.into())?.remove(&rack.code);
        let zone = book.facility.zone;
        Ok(seen.map(|seen| RackFile {
            state: seen.state,
            aisle: aisle.name.clone(),
            aisle_code: aisle.code.clone(),
            zone,
            counts: seen.counts,
            windows: seen.windows,
        }))
    })
}

/// Every rack with its overloads of the last `hours`.
pub(in crate::app) fn watched(
    connection: &mut AnyConnection,
    book: &Book,
    hours: i64,
    now: Timestamp,
) -> Result<Vec<RackState>, AppError> {
    let racks: Vec<&Rack> = all_racks(book).map(|(_, rack)| rack).collect();
    let mut seen = look(connection, book, &racks, hours, now)?;
    Ok(racks.iter().filter_map(|rack| seen.remove(&rack.code)).map(|seen| seen.state).collect())
}

fn all_racks(book: &Book) -> impl Iterator<Item = (&Aisle, &Rack)> {
    let aisles = book.rooms.iter().flat_map(|room| &room.aisles);
    aisles.flat_map(|aisle| aisle.racks.iter().map(move |rack| (aisle, rack)))
}

/// The sum of one window: that of the racks' last windows which most of them share, the latest of several. What others last
/// showed at another time is no part of it.
fn plan_load(racks: &BTreeMap<RackCode, Seen>) -> Option<PlanLoad> {
    let mut shared: BTreeMap<i64, usize> = BTreeMap::new();
    for (window, _) in racks.values().filter_map(|seen| seen.load) {
        *shared.entry(window.from.seconds()).or_default() += 1;
    }
    let (begins, _) = shared.into_iter().max_by_key(|(begins, count)| (*count, *begins))?;
    // A rack that has spoken since was known in that window as well.
    let in_window = |seen: &Seen| {
        let window = seen.windows.iter().find(|(window, ..)| window.from.seconds() == begins);
        window.and_then(|(window, a, b)| Some((*window, seen.fed.sum(*a, *b)?)))
    };
    let known: Vec<(Period, Decimal)> = racks.values().filter_map(in_window).collect();
    let at = known.iter().map(|(window, _)| window.to).max()?;
    Some(PlanLoad { kw: known.iter().map(|(_, kw)| *kw).sum(), racks: known.len(), at })
}

/// Which feeds of a rack are metered.
#[derive(Debug, Clone, Copy)]
struct Fed {
    a: bool,
    b: bool,
}

impl Fed {
    fn of(feeds: &[FeedState]) -> Fed {
        let measures = |meter: &FeedMeter| matches!(meter.meter.register, Register::Power | Register::Energy);
        let is_metered = |feed: Feed| feeds.iter().any(|state| state.feed == feed && state.meters.iter().any(measures));
        Fed { a: is_metered(Feed::A), b: is_metered(Feed::B) }
    }

    /// What a rack draws in a window in which its feeds draw so much; none where one that is metered is not known.
    fn sum(self, a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
        let of = |kw: Option<Decimal>, is_metered: bool| if is_metered { kw } else { Some(Decimal::ZERO) };
        if self.a || self.b { Some(of(a, self.a)? + of(b, self.b)?) } else { None }
    }
}

struct Seen {
    state: RackState,
    fed: Fed,
    /// The last window known of all its feeds, with what they draw together.
    load: Option<(Period, Decimal)>,
    counts: Vec<FeedMeter>,
    windows: Vec<(Period, Option<Decimal>, Option<Decimal>)>,
}

/// Looks `hours` back at the meters of `racks`, all at once.
fn look(
    connection: &mut AnyConnection,
    book: &Book,
    racks: &[&Rack],
    hours: i64,
    now: Timestamp,
) -> Result<BTreeMap<RackCode, Seen>, AppError> {
    let ids = stored::meter_ids(connection)?;
    let wanted: BTreeSet<&RackCode> = racks.iter().map(|rack| &rack.code).collect();
    let standing: Vec<(MeterId, &Meter)> = book
        .meters
        .iter()
        .filter(|meter| meter.in_service().contains(now))
        .filter(|meter| meter.rack.as_ref().is_some_and(|rack| wanted.contains(rack)))
        .filter_map(|meter| Some((*ids.get(&meter.code)?, meter)))
        .collect();
    let last = last_readings(connection, &standing, now)?;
    // On the clock, so that the first window is whole.
    let begin = now.seconds() - hours * HOUR_SECONDS;
    let period = Period { from: Timestamp::from_seconds(begin - begin.rem_euclid(600)), to: now };
    let slots = window_slots(period, WINDOW_MINUTES, book.facility.zone).unwrap_or_default();
    let all: Vec<MeterId> = standing.iter().map(|(id, _)| *id).collect();
    let mut around = Around::open(connection, &all, period)?;
    let mut seen = BTreeMap::new();
    for rack in racks {
        let here = || standing.iter().filter(|(_, meter)| meter.rack.as_ref() == Some(&rack.code));
        let on_feed =
            |(id, meter): &(MeterId, &Meter)| FeedMeter { meter: (*meter).clone(), last: last.get(id).copied() };
        let counts: Vec<FeedMeter> =
            here().filter(|(_, meter)| meter.register == Register::Occupancy).map(on_feed).collect();
        let mut feeds = Vec::new();
        let mut courses = Vec::new();
        for feed in [Feed::A, Feed::B] {
            let fed: Vec<&(MeterId, &Meter)> = here().filter(|(_, meter)| meter.feed == Some(feed)).collect();
            let course = course(connection, &mut around, &fed, &slots, &last)?;
            feeds.push(FeedState { feed, meters: fed.into_iter().map(on_feed).collect(), load: None });
            courses.push(course);
        }
        let windows = windows(&slots, &courses);
        let fed = Fed::of(&feeds);
        let load = windows.iter().rev().find_map(|(window, a, b)| Some((*window, fed.sum(*a, *b)?)));
        for (feed, course) in feeds.iter_mut().zip(&courses) {
            feed.load = feed_load(feed, &slots, course, load.map(|(window, _)| window), now);
        }
        let state = RackState { load_kw: load.map(|(_, kw)| kw), ..state(book, rack, feeds, &counts, &windows, now) };
        seen.insert(rack.code.clone(), Seen { state, fed, load, counts, windows });
    }
    Ok(seen)
}

/// What a feed draws in `window`, so that feeds beside one another are of the same time; in the last that is known of it
/// where there is none.
fn feed_load(
    feed: &FeedState,
    slots: &[Period],
    course: &[Option<Decimal>],
    window: Option<Period>,
    now: Timestamp,
) -> Option<(Decimal, Timestamp)> {
    let measured = feed.meters.iter().filter_map(|meter| Some(meter.last?.at)).max().unwrap_or(now);
    let wanted = |slot: &Period| window.is_none_or(|window| *slot == window);
    let found = slots.iter().zip(course).rev().filter(|(slot, _)| wanted(slot));
    found.filter_map(|(slot, kw)| Some(((*kw)?, slot.to.min(measured)))).next()
}

fn windows(slots: &[Period], courses: &[Vec<Option<Decimal>>]) -> Vec<(Period, Option<Decimal>, Option<Decimal>)> {
    let value = |feed: usize, position: usize| courses.get(feed).and_then(|course| *course.get(position)?);
    slots.iter().enumerate().map(|(position, slot)| (*slot, value(0, position), value(1, position))).collect()
}

/// A feed's mean kW by window: of its power gauges where it has any, else of its counters. A gauge holds its value until
/// its last reading, not until the page is loaded: what is counted is what was measured. A window counts once something
/// is known of half of it.
fn course(
    connection: &mut AnyConnection,
    around: &mut Around,
    fed: &[&(MeterId, &Meter)],
    slots: &[Period],
    last: &HashMap<MeterId, Reading>,
) -> Result<Vec<Option<Decimal>>, AppError> {
    let gauged = fed.iter().any(|(_, meter)| meter.register == Register::Power);
    let register = if gauged { Register::Power } else { Register::Energy };
    let mut sum: Vec<Option<Decimal>> = vec![None; slots.len()];
    for (id, meter) in fed.iter().filter(|(_, meter)| meter.register == register) {
        let samples: Vec<Sample> = around.of(connection, *id)?.iter().map(Reading::sample).collect();
        let Some(measured) = last.get(id) else { continue };
        for (kw, value) in sum.iter_mut().zip(profile(meter, &samples, slots, measured.at)) {
            if let Some(own) = mean_kw(&value, register) {
                *kw = Some(kw.unwrap_or_default() + own);
            }
        }
    }
    Ok(sum)
}

fn mean_kw(value: &SlotValue, register: Register) -> Option<Decimal> {
    if value.known_seconds * 2 < value.slot.seconds() {
        return None;
    }
    match register {
        Register::Energy => {
            value.value?.checked_mul(Decimal::from(HOUR_SECONDS))?.checked_div(Decimal::from(value.known_seconds))
        }
        _ => value.value,
    }
}

fn state(
    book: &Book,
    rack: &Rack,
    feeds: Vec<FeedState>,
    counts: &[FeedMeter],
    windows: &[(Period, Option<Decimal>, Option<Decimal>)],
    now: Timestamp,
) -> RackState {
    let tenants = tenants(book, rack, now);
    let height = Decimal::from(rack.height_u);
    let counted: Decimal = counts.iter().filter_map(|count| Some(count.last?.value.to_decimal())).sum();
    let used_u = if tenants.iter().any(|one| one.is_dedicated) { height } else { counted.min(height) };
    let sums: Vec<(Period, Decimal)> = windows
        .iter()
        .filter_map(|(window, a, b)| match (a, b) {
            (None, None) => None,
            (a, b) => Some((*window, a.unwrap_or_default() + b.unwrap_or_default())),
        })
        .collect();
    let over = |(window, kw): &(Period, Decimal)| Overload::of(*window, *kw, rack.feed_rated_kw);
    let overloads: Vec<Overload> = sums.iter().filter_map(over).collect();
    RackState {
        load_kw: None,
        redundancy_lost: sums.last().is_some_and(|last| over(last).is_some()),
        limit_kw: rack.feed_rated_kw * FEED_LOAD_LIMIT,
        rack: rack.clone(),
        tenants,
        used_u,
        feeds,
        overloads,
    }
}

/// Whose lines name the rack today.
fn tenants(book: &Book, rack: &Rack, now: Timestamp) -> Vec<RackTenant> {
    let today = now.date_in(book.facility.zone);
    let mut found: Vec<RackTenant> = Vec::new();
    for contract in book.contracts.iter().filter(|contract| contract.in_force.contains(today)) {
        let lines =
            contract.lines.iter().filter(|line| line.in_force.contains(today) && line.racks.contains(&rack.code));
        let mut lines = lines.peekable();
        if lines.peek().is_none() {
            continue;
        }
        let is_dedicated = lines.any(|line| {
            line.service == crate::domain::contract::Service::Space && matches!(line.quantity, LineQuantity::Fixed(_))
        });
        let Some(tenant) = book.tenants.iter().find(|tenant| tenant.code == contract.tenant) else { continue };
        match found.iter_mut().find(|one| one.tenant.code == tenant.code) {
            Some(known) => {
                known.is_dedicated |= is_dedicated;
                known.contracts.push(contract.code.clone());
            }
            None => {
                found.push(RackTenant { tenant: tenant.clone(), is_dedicated, contracts: vec![contract.code.clone()] });
            }
        }
    }
    found
}
