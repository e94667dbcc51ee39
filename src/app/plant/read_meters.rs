//! Show meters: what they cover of a month, what is odd about them, their readings.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::app::late_readings;
use crate::app::listing::{Order, SortKey};
use crate::app::read_series::Around;
use crate::app::read_tenants::TenantNames;
use crate::app::{AppError, Store};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::ids::{ContractCode, MeterCode, MeterId, TenantCode};
use crate::domain::metering::{Coverage, Meter, Reading, Register, Sample, SlotValue, day_slots, profile};
pub use crate::storage::readings::Correction;
use crate::storage::series::{self, SeriesReader};
use crate::storage::{AnyConnection, billing, book as stored, readings};

pub const METERS_PER_PAGE: usize = 50;
pub const READINGS_PER_PAGE: usize = 144;
/// Who spoke so recently is found in one look; the others are looked up one by one.
const RECENT_SECONDS: i64 = 4 * 3600;
const SECONDS_PER_DAY: i64 = 24 * 3600;

/// What a list of meters is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MeterKey {
    #[default]
    Code,
    LastReading,
    Coverage,
    Gaps,
}

impl SortKey for MeterKey {
    const ALL: &'static [MeterKey] = &[MeterKey::Code, MeterKey::LastReading, MeterKey::Coverage, MeterKey::Gaps];

    fn name(self) -> &'static str {
        match self {
            MeterKey::Code => "code",
            MeterKey::LastReading => "last",
            MeterKey::Coverage => "coverage",
            MeterKey::Gaps => "gaps",
        }
    }
}

/// Which meters, of which month, in which order.
#[derive(Debug, Clone, Default)]
pub struct MetersFilter {
    /// The month of the latest reading where none is given.
    pub month: Option<BillingMonth>,
    /// A part of the code of the meter, its rack, or the contract it bills on during the month.
    pub text: String,
    pub register: Option<Register>,
    /// Only those somebody has something to do about.
    pub attention: bool,
    pub order: Order<MeterKey>,
    /// From 1; beyond the last is the last; none for all at once.
    pub page: Option<usize>,
}

/// Whose line a meter bills on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledOn {
    pub tenant: TenantCode,
    pub tenant_name: String,
    pub contract: ContractCode,
}

/// A meter in the list.
#[derive(Debug, Clone)]
pub struct MeterSummary {
    pub meter: Meter,
    /// Whose line it bills on during the month.
    pub billed_on: Option<BilledOn>,
    pub last: Option<Reading>,
    pub coverage: Coverage,
    /// Months already invoiced whose readings changed since.
    pub late: Vec<BillingMonth>,
}

impl MeterSummary {
    /// How long a meter in service has said nothing, where that is longer than its tolerance.
    pub fn silent_seconds(&self, now: Timestamp) -> Option<i64> {
        silent_seconds(&self.meter, self.last, now)
    }
}

/// How long `meter`, whose last reading this is, has said nothing, where that is longer than its tolerance.
pub(in crate::app) fn silent_seconds(meter: &Meter, last: Option<Reading>, now: Timestamp) -> Option<i64> {
    if !meter.in_service().contains(now) || meter.register == Register::Occupancy {
        return None;
    }
    let since = last.map_or(meter.installed_at, |last| last.at);
    Some(now.seconds() - since.seconds()).filter(|seconds| *seconds > meter.tolerance_seconds)
}

/// One page of the list.
#[derive(Debug)]
pub struct MetersPage {
    pub month: BillingMonth,
    pub meters: Vec<MeterSummary>,
    pub page: usize,
    pub pages: usize,
    pub total: usize,
    pub zone: Tz,
}

/// The list.
pub fn list(store: &Store, filter: &MetersFilter, now: DateTime<Utc>) -> Result<MetersPage, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let ids = stored::meter_ids(connection)?;
        let zone = book.facility.zone;
        let month = match filter.month {
            Some(month) => month,
            None => latest_month(connection, zone, now)?,
        };
        let billed = billed_on(&book, month);
        let text = filter.text.trim().to_lowercase();
        let matches = |meter: &&Meter| {
            let rack = meter.rack.as_ref().map(|rack| rack.as_str());
            let contract = billed.get(&meter.code).map(|on| on.contract.as_str());
            let mut codes = [Some(meter.code.as_str()), rack, contract].into_iter().flatten();
            filter.register.is_none_or(|register| meter.register == register)
                && codes.any(|code| code.to_lowercase().contains(&text))
        };
        let chosen: Vec<(MeterId, &Meter)> =
            book.meters.iter().filter(matches).filter_map(|meter| Some((*ids.get(&meter.code)?, meter))).collect();
        let last = last_readings(connection, &chosen, now.into())?;
        // What neither the order nor the filter asks about every meter is told of one page only.
        let needs_all = filter.attention || matches!(filter.order.key, MeterKey::Coverage | MeterKey::Gaps);
        let mut rows: Vec<(MeterId, &Meter)> = chosen;
        let mut found = Vec::new();
        if needs_all {
            found = summaries(connection, &book, &rows, month, now.into(), &billed, &last)?;
            found.retain(|summary| !filter.attention || summary.coverage.needs_attention() || !summary.late.is_empty());
            sort(&mut found, filter.order);
        } else if filter.order.key == MeterKey::LastReading {
            rows.sort_by_key(|(id, _)| last.get(id).map(|reading| reading.at));
        }
        if !needs_all && filter.order.descending {
            rows.reverse();
        }
        let total = if needs_all { found.len() } else { rows.len() };
        let pages = filter.page.map_or(1, |_| total.div_ceil(METERS_PER_PAGE).max(1));
        let page = filter.page.unwrap_or(1).clamp(1, pages);
        let (skip, take) = match filter.page {
            Some(_) => ((page - 1) * METERS_PER_PAGE, METERS_PER_PAGE),
            None => (0, total),
        };
        let meters = if needs_all {
            found.into_iter().skip(skip).take(take).collect()
        } else {
            let rows: Vec<(MeterId, &Meter)> = rows.into_iter().skip(skip).take(take).collect();
            summaries(connection, &book, &rows, month, now.into(), &billed, &last)?
        };
        Ok(MetersPage { month, meters, page, pages, total, zone })
    })
}

fn sort(found: &mut [MeterSummary], order: Order<MeterKey>) {
    found.sort_by(|a, b| {
        let by_key = match order.key {
            MeterKey::Code => std::cmp::Ordering::Equal,
            MeterKey::LastReading => a.last.map(|last| last.at).cmp(&b.last.map(|last| last.at)),
            MeterKey::Coverage => a.coverage.per_mille().cmp(&b.coverage.per_mille()),
            MeterKey::Gaps => a.coverage.gaps.len().cmp(&b.coverage.gaps.len()),
        };
        let ordered = by_key.then_with(|| a.meter.code.cmp(&b.meter.code));
        if order.descending { ordered.reverse() } else { ordered }
    });
}

fn summaries(
    connection: &mut AnyConnection,
    book: &Book,
    meters: &[(MeterId, &Meter)],
    month: BillingMonth,
    now: Timestamp,
    billed: &HashMap<&MeterCode, BilledOn>,
    last: &HashMap<MeterId, Reading>,
) -> Result<Vec<MeterSummary>, AppError> {
    let period = month.period(book.facility.zone);
    let ids: Vec<MeterId> = meters.iter().map(|(id, _)| *id).collect();
    let mut around = Around::open(connection, &ids, period)?;
    let mut late = late_readings::by_meter(book, connection)?;
    let mut summaries = Vec::with_capacity(meters.len());
    for (id, meter) in meters {
        let readings = around.of(connection, *id)?;
        summaries.push(MeterSummary {
            meter: (*meter).clone(),
            billed_on: billed.get(&meter.code).cloned(),
            last: last.get(id).copied(),
            coverage: Coverage::of(meter, &readings, period, now, rated_kw(book, meter)),
            late: late.remove(&meter.code).into_iter().flatten().collect(),
        });
    }
    Ok(summaries)
}

/// Each meter's last reading.
pub(in crate::app) fn last_readings(
    connection: &mut AnyConnection,
    meters: &[(MeterId, &Meter)],
    now: Timestamp,
) -> Result<HashMap<MeterId, Reading>, AppError> {
    let ids: Vec<MeterId> = meters.iter().map(|(id, _)| *id).collect();
    // Devices' clocks may be a little ahead of ours.
    let end = now.plus_seconds(RECENT_SECONDS);
    let recent = Period { from: now.plus_seconds(-RECENT_SECONDS), to: end };
    let mut reader = SeriesReader::open(connection, &ids, recent)?;
    let mut last = HashMap::with_capacity(ids.len());
    for id in ids {
        let found = match reader.readings(connection, id)?.pop() {
            Some(reading) => Some(reading),
            None => series::last_before(connection, id, end)?,
        };
        last.extend(found.map(|reading| (id, reading)));
    }
    Ok(last)
}

/// The month of the latest reading, but no later than now.
pub(in crate::app) fn latest_month(
    connection: &mut AnyConnection,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<BillingMonth, AppError> {
    let now = Timestamp::from(now);
    let last = readings::span(connection)?.map_or(now, |(_, last)| last.plus_seconds(-1).min(now));
    Ok(BillingMonth::of(last.date_in(zone)))
}

/// What one feed of the meter's rack is rated for, where it stands on one.
pub(in crate::app) fn rated_kw(book: &Book, meter: &Meter) -> Option<Decimal> {
    meter.feed?;
    let racks = book.rooms.iter().flat_map(|room| &room.aisles).flat_map(|aisle| &aisle.racks);
    racks.into_iter().find(|rack| meter.rack.as_ref() == Some(&rack.code)).map(|rack| rack.feed_rated_kw)
}

/// Whose lines the meters bill on during `month`.
pub(in crate::app) fn billed_on(book: &Book, month: BillingMonth) -> HashMap<&MeterCode, BilledOn> {
    let names: TenantNames = book.tenants.iter().collect();
    let mut billed = HashMap::new();
    for contract in &book.contracts {
        let on = BilledOn {
            tenant: contract.tenant.clone(),
            tenant_name: names.name(&contract.tenant).to_owned(),
            contract: contract.code.clone(),
        };
        billed.extend(contract.metered(month.days()).into_keys().map(|meter| (meter, on.clone())));
    }
    billed
}

/// Everything about one meter in one month.
#[derive(Debug)]
pub struct MeterFile {
    pub summary: MeterSummary,
    pub month: BillingMonth,
    pub zone: Tz,
    /// kWh, mean kW, mean TB or U of each day.
    pub days: Vec<(NaiveDate, SlotValue)>,
    /// Readings of the month, oldest first.
    pub readings: Vec<Reading>,
    pub corrections: Vec<Correction>,
    /// The last month that is billed: what changes before its end is billed as a difference.
    pub billed_through: Option<BillingMonth>,
}

impl MeterFile {
    /// The readings on either side of a gap; none where one is missing.
    pub fn ends_of(&self, from: Timestamp, to: Timestamp) -> Option<(Sample, Sample)> {
        let at = |at: Timestamp| self.readings.iter().find(|reading| reading.at == at).map(Reading::sample);
        at(from).zip(at(to))
    }
}

/// One meter's month; none where the book has no such meter.
pub fn one(
    store: &Store,
    code: &str,
    month: Option<BillingMonth>,
    now: DateTime<Utc>,
) -> Result<Option<MeterFile>, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let ids = stored::meter_ids(connection)?;
        let Some(meter) = book.meters.iter().find(|meter| meter.code.as_str() == code) else { return Ok(None) };
        let Some(id) = ids.get(&meter.code).copied() else { return Ok(None) };
        let zone = book.facility.zone;
        let last = last_readings(connection, &[(id, meter)], now.into())?;
        let month = month.unwrap_or_else(|| month_of(last.get(&id), zone, now.into()));
        let period = month.period(zone);
        let readings = Around::open(connection, &[id], period)?.of(connection, id)?;
        let samples: Vec<Sample> = readings.iter().map(Reading::sample).collect();
        let days = day_slots(period, zone);
        let slots: Vec<Period> = days.iter().map(|(_, slot)| *slot).collect();
        let values = profile(meter, &samples, &slots, now.into());
        let billed = billed_on(&book, month);
        let summary = summaries(connection, &book, &[(id, meter)], month, now.into(), &billed, &last)?.pop();
        let Some(summary) = summary else { return Ok(None) };
        let corrections = readings::corrections(connection, period)?;
        Ok(Some(MeterFile {
            summary,
            month,
            zone,
            days: days.into_iter().map(|(day, _)| day).zip(values).collect(),
            readings,
            corrections: corrections.into_iter().filter(|correction| correction.meter == id).collect(),
            billed_through: billing::horizon(connection)?.map(|horizon| horizon.through),
        }))
    })
}

/// The month of a meter's last reading, but no later than now; what is now where it never spoke.
fn month_of(last: Option<&Reading>, zone: Tz, now: Timestamp) -> BillingMonth {
    let at = last.map_or(now, |last| last.at.plus_seconds(-1));
    BillingMonth::of(at.min(now).date_in(zone))
}

/// Some of a meter's readings of a month.
#[derive(Debug)]
pub struct MonthReadings {
    pub meter: Meter,
    pub month: BillingMonth,
    /// Oldest first.
    pub readings: Vec<Reading>,
}

/// The first `count` readings of a month after an instant; none where the book has no such meter. Where no month is named it is
/// that of the instant, or the meter's latest. Reads little more than it gives.
pub fn readings_after(
    store: &Store,
    code: &str,
    (month, after): (Option<BillingMonth>, Option<Timestamp>),
    count: usize,
    now: DateTime<Utc>,
) -> Result<Option<MonthReadings>, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let ids = stored::meter_ids(connection)?;
        let Some(meter) = book.meters.iter().find(|meter| meter.code.as_str() == code) else { return Ok(None) };
        let Some(id) = ids.get(&meter.code).copied() else { return Ok(None) };
        let zone = book.facility.zone;
        let month = match month.or(after.map(|after| BillingMonth::of(after.date_in(zone)))) {
            Some(month) => month,
            None => month_of(last_readings(connection, &[(id, meter)], now.into())?.get(&id), zone, now.into()),
        };
        let period = month.period(zone);
        let mut from = after.map_or(period.from, |after| after.plus_seconds(1).max(period.from));
        let (mut found, mut seconds) = (Vec::new(), SECONDS_PER_DAY);
        // Who speaks seldom is looked at over longer and longer spans.
        while found.len() < count && from < period.to {
            let part = Period { from, to: from.plus_seconds(seconds).min(period.to) };
            found.extend(SeriesReader::open(connection, &[id], part)?.readings(connection, id)?);
            (from, seconds) = (part.to, seconds.saturating_mul(2));
        }
        found.truncate(count);
        Ok(Some(MonthReadings { meter: meter.clone(), month, readings: found }))
    })
}
