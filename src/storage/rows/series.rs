//! The readings again, by meter and UTC day, packed: what pages about one meter or one tenant read.
//!
//! The hot table is keyed by time first; a month of one meter lies scattered over a month of all. Here it lies together.
//! Owns: packing days, reading them back merged with what is not packed yet. Does not own: when days are packed (app).
//! Invariants: derived from the readings and rebuildable; a reader sees every committed reading with its current value,
//! whether packed, stale or not packed yet. Writers mark a packed day stale by [`mark`] only where they change the past,
//! so the ordinary reading costs them nothing but the look at the horizon.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::domain::calendar::{Period, Timestamp};
use crate::domain::ids::MeterId;
use crate::domain::metering::{Quality, Reading};
use crate::domain::quantity::Micro;
use crate::storage::codec::corrupt;
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::rows::readings;
use crate::storage::schema::{reading_correction, reading_series, reading_series_horizon, reading_series_stale};

pub const SECONDS_PER_DAY: i64 = 86_400;

/// A day of a meter that was changed after it was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaleDay {
    pub meter: MeterId,
    pub day: i64,
    revision: i64,
}

/// The UTC day of an instant, counted from 1970.
pub const fn day_of(seconds: i64) -> i64 {
    seconds.div_euclid(SECONDS_PER_DAY)
}

/// (marked until, built until): days before the first are marked when they change, days before the second are packed.
pub fn horizon(connection: &mut AnyConnection) -> StorageResult<(i64, i64)> {
    Ok(reading_series_horizon::table
        .select((reading_series_horizon::marked_until, reading_series_horizon::built_until))
        .first(connection)?)
}

/// Asks writers to mark changes of days before `day`. Commit this before packing: on PostgreSQL it waits for readings
/// being written.
pub fn raise_mark(connection: &mut AnyConnection, day: i64) -> StorageResult<()> {
    connection.write_transaction(|connection| {
        dialect::lock_horizon(connection)?;
        let lower = reading_series_horizon::table.filter(reading_series_horizon::marked_until.lt(day));
        diesel::update(lower).set(reading_series_horizon::marked_until.eq(day)).execute(connection)?;
        Ok(())
    })
}

/// Packs every reading of `day` and raises the horizon past it; returns how many meters spoke.
pub fn pack_day(connection: &mut AnyConnection, day: i64) -> StorageResult<usize> {
    connection.write_transaction(|connection| {
        let by_meter = current(connection, whole(day), None)?;
        for (meter, readings) in &by_meter {
            dialect::keep_series(connection, meter.0, day, &encode(day, readings))?;
        }
        let horizon = reading_series_horizon::table.filter(reading_series_horizon::built_until.lt(day + 1));
        diesel::update(horizon).set(reading_series_horizon::built_until.eq(day + 1)).execute(connection)?;
        Ok(by_meter.len())
    })
}

/// Up to `limit` stale days, by day.
pub fn stale(connection: &mut AnyConnection, limit: i64) -> StorageResult<Vec<StaleDay>> {
    let rows: Vec<(i64, i64, i64)> = reading_series_stale::table
        .order((reading_series_stale::day, reading_series_stale::meter_id))
        .limit(limit)
        .select((reading_series_stale::meter_id, reading_series_stale::day, reading_series_stale::revision))
        .load(connection)?;
    Ok(rows.into_iter().map(|(meter, day, revision)| StaleDay { meter: MeterId(meter), day, revision }).collect())
}

/// Packs stale days, all of the same day, again. One that changed once more meanwhile stays stale.
pub fn repack(connection: &mut AnyConnection, stale: &[StaleDay]) -> StorageResult<()> {
    let Some(day) = stale.first().map(|one| one.day) else { return Ok(()) };
    let ids: Vec<i64> = stale.iter().map(|one| one.meter.0).collect();
    connection.write_transaction(|connection| {
        let mut by_meter = current(connection, whole(day), Some(&ids))?;
        for one in stale {
            let readings = by_meter.remove(&one.meter).unwrap_or_default();
            dialect::keep_series(connection, one.meter.0, day, &encode(day, &readings))?;
            diesel::delete(
                reading_series_stale::table
                    .filter(reading_series_stale::meter_id.eq(one.meter.0))
                    .filter(reading_series_stale::day.eq(day))
                    .filter(reading_series_stale::revision.eq(one.revision)),
            )
            .execute(connection)?;
        }
        Ok(())
    })
}

/// Forgets everything packed, so that it is packed anew.
pub fn forget(connection: &mut AnyConnection) -> StorageResult<()> {
    connection.write_transaction(|connection| {
        dialect::lock_horizon(connection)?;
        diesel::delete(reading_series::table).execute(connection)?;
        diesel::delete(reading_series_stale::table).execute(connection)?;
        diesel::update(reading_series_horizon::table)
            .set((reading_series_horizon::marked_until.eq(0_i64), reading_series_horizon::built_until.eq(0_i64)))
            .execute(connection)?;
        Ok(())
    })
}

/// Marks the days of a meter that a transaction of a writer changed, as far as they may be packed.
pub(crate) fn mark(connection: &mut AnyConnection, marked_until: i64, meter: i64, days: &[i64]) -> StorageResult<()> {
    for day in days.iter().filter(|day| **day < marked_until) {
        dialect::note_stale_series(connection, meter, *day)?;
    }
    Ok(())
}

/// Readings of some meters over a period, meter by meter: what is not packed is read at once when it is opened, what is
/// packed when its meter is asked for.
pub struct SeriesReader {
    period: Period,
    /// Days before this one are packed.
    built_until: i64,
    loose: HashMap<MeterId, Vec<Reading>>,
    stale: HashMap<MeterId, Vec<i64>>,
}

impl SeriesReader {
    pub fn open(connection: &mut AnyConnection, meters: &[MeterId], period: Period) -> StorageResult<SeriesReader> {
        let (_, built_until) = horizon(connection)?;
        let mut reader = SeriesReader { period, built_until, loose: HashMap::new(), stale: HashMap::new() };
        let ids: Vec<i64> = meters.iter().map(|meter| meter.0).collect();
        let (first, last) = (day_of(period.from.seconds()), day_of(period.to.seconds().saturating_sub(1)));
        let mut by_day: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (meter, day) in dialect::stale_series(connection, &ids, first, last)? {
            if day < built_until {
                by_day.entry(day).or_default().push(meter);
                reader.stale.entry(MeterId(meter)).or_default().push(day);
            }
        }
        for (day, meters) in by_day {
            let Some(part) = whole(day).intersection(period) else { continue };
            reader.add(current(connection, part, Some(&meters))?);
        }
        let open = Period { from: Timestamp::from_seconds(built_until.saturating_mul(SECONDS_PER_DAY)), to: period.to };
        if let Some(open) = open.intersection(period) {
            reader.add(current(connection, open, Some(&ids))?);
        }
        Ok(reader)
    }

    fn add(&mut self, found: HashMap<MeterId, Vec<Reading>>) {
        for (meter, readings) in found {
            self.loose.entry(meter).or_default().extend(readings);
        }
    }

    /// The meter's readings in the period, oldest first.
    pub fn readings(&mut self, connection: &mut AnyConnection, meter: MeterId) -> StorageResult<Vec<Reading>> {
        let mut readings = self.loose.remove(&meter).unwrap_or_default();
        let stale = self.stale.remove(&meter).unwrap_or_default();
        let first = day_of(self.period.from.seconds());
        let last = day_of(self.period.to.seconds().saturating_sub(1)).min(self.built_until - 1);
        if first <= last {
            let rows: Vec<(i64, Vec<u8>)> = reading_series::table
                .filter(reading_series::meter_id.eq(meter.0))
                .filter(reading_series::day.ge(first).and(reading_series::day.le(last)))
                .order(reading_series::day)
                .select((reading_series::day, reading_series::samples))
                .load(connection)?;
            for (day, packed) in rows.into_iter().filter(|(day, _)| !stale.contains(day)) {
                readings.extend(decode(meter, day, &packed)?.into_iter().filter(|one| self.period.contains(one.at)));
            }
        }
        readings.sort_unstable_by_key(|reading| reading.at);
        Ok(readings)
    }
}

/// The meter's last reading before `at`, and its quality.
pub fn last_before(connection: &mut AnyConnection, meter: MeterId, at: Timestamp) -> StorageResult<Option<Reading>> {
    let (_, built_until) = horizon(connection)?;
    if built_until == 0 {
        // Nothing is packed: the index of months bounds the search.
        let Some(last) = readings::last_before(connection, meter, at)? else { return Ok(None) };
        let instant = Period { from: last.at, to: last.at.plus_seconds(1) };
        return Ok(readings::series(connection, meter, instant)?.pop());
    }
    let built_end = Timestamp::from_seconds(built_until.saturating_mul(SECONDS_PER_DAY));
    if at > built_end {
        // Either it spoke since what is packed, or the answer is in there. The scan ends at the first reading found.
        let open = Period { from: built_end, to: at };
        if let Some(found) = dialect::last_reading(connection, meter.0, open.from.seconds(), open.to.seconds())? {
            return one(connection, meter, found).map(Some);
        }
    }
    let day = day_of(at.seconds().saturating_sub(1)).min(built_until - 1);
    // A day may be stale without ever having been packed: its first reading came late.
    let stale = dialect::stale_series(connection, &[meter.0], i64::MIN, day)?;
    let mut days = dialect::series_days_before(connection, meter.0, day)?;
    days.extend(stale.into_iter().map(|(_, day)| day));
    days.sort_unstable();
    days.dedup();
    for day in days.into_iter().rev() {
        let period = Period { from: whole(day).from, to: whole(day).to.min(at) };
        let mut reader = SeriesReader::open(connection, &[meter], period)?;
        if let Some(last) = reader.readings(connection, meter)?.pop() {
            return Ok(Some(last));
        }
    }
    Ok(None)
}

fn one(
    connection: &mut AnyConnection,
    meter: MeterId,
    (ts, value, quality): (i64, i64, i16),
) -> StorageResult<Reading> {
    let instant = Period { from: Timestamp::from_seconds(ts), to: Timestamp::from_seconds(ts + 1) };
    let corrected = corrections(connection, instant)?.get(&(meter.0, ts)).copied();
    reading(meter, ts, value, quality, corrected)
}

/// The readings of `period` with their current values, by meter and oldest first; of `ids` only where they are given.
fn current(
    connection: &mut AnyConnection,
    period: Period,
    ids: Option<&[i64]>,
) -> StorageResult<HashMap<MeterId, Vec<Reading>>> {
    let corrected = corrections(connection, period)?;
    let mut by_meter: HashMap<MeterId, Vec<Reading>> = HashMap::new();
    for (ts, meter, value, quality) in
        dialect::readings_of(connection, ids, period.from.seconds(), period.to.seconds())?
    {
        let correction = corrected.get(&(meter, ts)).copied();
        by_meter.entry(MeterId(meter)).or_default().push(reading(MeterId(meter), ts, value, quality, correction)?);
    }
    Ok(by_meter)
}

/// The latest correction of each reading in `period`, by meter and instant.
fn corrections(connection: &mut AnyConnection, period: Period) -> StorageResult<HashMap<(i64, i64), i64>> {
    let rows: Vec<(i64, i64, i64)> = reading_correction::table
        .filter(reading_correction::ts.ge(period.from.seconds()).and(reading_correction::ts.lt(period.to.seconds())))
        .order(reading_correction::id)
        .select((reading_correction::meter_id, reading_correction::ts, reading_correction::value_micro))
        .load(connection)?;
    Ok(rows.into_iter().map(|(meter, ts, value)| ((meter, ts), value)).collect())
}

fn reading(meter: MeterId, ts: i64, value: i64, quality: i16, corrected: Option<i64>) -> StorageResult<Reading> {
    let quality = match corrected {
        Some(_) => Quality::Corrected,
        None => {
            Quality::from_code(quality).ok_or_else(|| corrupt("a reading's quality", format!("{quality} at {ts}")))?
        }
    };
    let value = Micro::from_micros(corrected.unwrap_or(value));
    Ok(Reading { meter, at: Timestamp::from_seconds(ts), value, quality })
}

fn whole(day: i64) -> Period {
    let from = day.saturating_mul(SECONDS_PER_DAY);
    Period { from: Timestamp::from_seconds(from), to: Timestamp::from_seconds(from.saturating_add(SECONDS_PER_DAY)) }
}

/// Each reading as two variable-length numbers: seconds since the one before, times four, plus the quality's code; and
/// the value's difference from the one before, zigzag.
fn encode(day: i64, readings: &[Reading]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(readings.len() * 6);
    let (mut ts, mut value) = (day.saturating_mul(SECONDS_PER_DAY), 0_i64);
    for reading in readings {
        let elapsed = reading.at.seconds().wrapping_sub(ts).cast_unsigned();
        put(&mut bytes, (elapsed << 2) | u64::from(reading.quality.code().cast_unsigned() & 3));
        let difference = reading.value.micros().wrapping_sub(value);
        put(&mut bytes, ((difference << 1) ^ (difference >> 63)).cast_unsigned());
        (ts, value) = (reading.at.seconds(), reading.value.micros());
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7F).unwrap_or(0);
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return;
        }
    }
}

fn take(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let (mut number, mut shift) = (0_u64, 0);
    loop {
        let byte = *bytes.next()?;
        number |= u64::from(byte & 0x7F).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
}

fn decode(meter: MeterId, day: i64, packed: &[u8]) -> StorageResult<Vec<Reading>> {
    let damaged = || corrupt("a packed day", format!("day {day} of meter {meter}"));
    let mut readings = Vec::with_capacity(packed.len() / 4);
    let (mut ts, mut value) = (day.saturating_mul(SECONDS_PER_DAY), 0_i64);
    let mut bytes = packed.iter();
    while !bytes.as_slice().is_empty() {
        let head = take(&mut bytes).ok_or_else(damaged)?;
        let difference = take(&mut bytes).ok_or_else(damaged)?;
        ts = ts.wrapping_add((head >> 2).cast_signed());
        value = value.wrapping_add((difference >> 1).cast_signed() ^ -((difference & 1).cast_signed()));
        let quality = i16::try_from(head & 3).ok().and_then(Quality::from_code).ok_or_else(damaged)?;
        readings.push(Reading { meter, at: Timestamp::from_seconds(ts), value: Micro::from_micros(value), quality });
    }
    Ok(readings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packing_loses_nothing(
            steps in prop::collection::vec((1_i64..3_000, -1_000_000_000_000_000_000_i64..1_000_000_000_000_000_000, 0_i16..3), 0..200),
        ) {
            let day = 20_000;
            let mut at = day * SECONDS_PER_DAY - 1;
            let readings: Vec<Reading> = steps.into_iter().map(|(step, value, quality)| {
                at += step;
                Reading {
                    meter: MeterId(7),
                    at: Timestamp::from_seconds(at),
                    value: Micro::from_micros(value),
                    quality: Quality::from_code(quality).unwrap(),
                }
            }).collect();
            prop_assert_eq!(decode(MeterId(7), day, &encode(day, &readings)).unwrap(), readings);
        }
    }

    #[test]
    fn a_damaged_day_is_told() {
        assert!(decode(MeterId(7), 20_000, &[0x80]).is_err());
        assert!(decode(MeterId(7), 20_000, &[0x03, 0x00]).is_err());
    }
}
