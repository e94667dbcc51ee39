//! Reading back what meters said.
//!
//! Readings are never updated: the current value of one is that of its latest correction, and everything here returns
//! current values. A whole month is read in one scan; a single neighbour is found within one month of a meter's
//! readings, however long its history.

use std::collections::HashMap;

use chrono::{DateTime, Datelike};
use diesel::prelude::*;

use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::ids::MeterId;
use crate::domain::metering::{Quality, Reading, Sample};
use crate::domain::quantity::Micro;
use crate::storage::codec::corrupt;
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::schema::{meter_month, reading, reading_correction};

/// Calls `each` with every reading in `period`, ordered by instant, then meter. One scan; memory does not grow with
/// the period.
pub fn stream(
    connection: &mut AnyConnection,
    period: Period,
    mut each: impl FnMut(MeterId, Sample),
) -> StorageResult<()> {
    let (from, to) = (period.from.seconds(), period.to.seconds());
    let corrected: HashMap<(i64, i64), i64> = reading_correction::table
        .filter(reading_correction::ts.ge(from).and(reading_correction::ts.lt(to)))
        .order(reading_correction::id)
        .select((reading_correction::ts, reading_correction::meter_id, reading_correction::value_micro))
        .load::<(i64, i64, i64)>(connection)?
        .into_iter()
        .map(|(ts, meter, value)| ((ts, meter), value))
        .collect();
    dialect::scan_readings(connection, from, to, |ts, meter, value| {
        let value = if corrected.is_empty() { value } else { *corrected.get(&(ts, meter)).unwrap_or(&value) };
        each(MeterId(meter), sample(ts, value));
    })?;
    Ok(())
}

/// One meter's readings in `period`, oldest first.
pub fn series(connection: &mut AnyConnection, meter: MeterId, period: Period) -> StorageResult<Vec<Reading>> {
    let (from, to) = (period.from.seconds(), period.to.seconds());
    let corrected: HashMap<i64, i64> = reading_correction::table
        .filter(reading_correction::ts.ge(from).and(reading_correction::ts.lt(to)))
        .filter(reading_correction::meter_id.eq(meter.0))
        .order(reading_correction::id)
        .select((reading_correction::ts, reading_correction::value_micro))
        .load::<(i64, i64)>(connection)?
        .into_iter()
        .collect();
    let rows: Vec<(i64, i64, i16)> = reading::table
        .filter(reading::ts.ge(from).and(reading::ts.lt(to)).and(reading::meter_id.eq(meter.0)))
        .order(reading::ts)
        .select((reading::ts, reading::value_micro, reading::quality))
        .load(connection)?;
    rows.into_iter()
        .map(|(ts, value, quality)| {
            let (value, quality) = match corrected.get(&ts) {
                Some(value) => (*value, Quality::Corrected),
                None => (
                    value,
                    Quality::from_code(quality)
                        .ok_or_else(|| corrupt("a reading's quality", format!("{quality} at {ts}")))?,
                ),
            };
            Ok(Reading { meter, at: Timestamp::from_seconds(ts), value: Micro::from_micros(value), quality })
        })
        .collect()
}

/// The meter's last reading before `at`.
pub fn last_before(connection: &mut AnyConnection, meter: MeterId, at: Timestamp) -> StorageResult<Option<Sample>> {
    // The month of `at` may hold readings only from `at` on; the one before it with readings then has the answer.
    let months: Vec<i64> = meter_month::table
        .filter(meter_month::meter_id.eq(meter.0).and(meter_month::month_index.le(month_index(at))))
        .order(meter_month::month_index.desc())
        .limit(2)
        .select(meter_month::month_index)
        .load(connection)?;
    for month in months {
        let (from, to) = month_bounds(month);
        let found = reading::table
            .filter(reading::ts.ge(from).and(reading::ts.lt(to.min(at.seconds()))).and(reading::meter_id.eq(meter.0)))
            .order(reading::ts.desc())
            .select((reading::ts, reading::value_micro))
            .first(connection)
            .optional()?;
        if let Some((ts, value)) = found {
            return current(connection, meter, ts, value).map(Some);
        }
    }
    Ok(None)
}

/// The meter's first reading at `at` or after it.
pub fn first_at_or_after(
    connection: &mut AnyConnection,
    meter: MeterId,
    at: Timestamp,
) -> StorageResult<Option<Sample>> {
    let months: Vec<i64> = meter_month::table
        .filter(meter_month::meter_id.eq(meter.0).and(meter_month::month_index.ge(month_index(at))))
        .order(meter_month::month_index)
        .limit(2)
        .select(meter_month::month_index)
        .load(connection)?;
    for month in months {
        let (from, to) = month_bounds(month);
        let found = reading::table
            .filter(reading::ts.ge(from.max(at.seconds())).and(reading::ts.lt(to)).and(reading::meter_id.eq(meter.0)))
            .order(reading::ts)
            .select((reading::ts, reading::value_micro))
            .first(connection)
            .optional()?;
        if let Some((ts, value)) = found {
            return current(connection, meter, ts, value).map(Some);
        }
    }
    Ok(None)
}

/// How many readings are stored.
pub fn count(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(reading::table.count().get_result(connection)?)
}

/// The instants of the first and the last reading.
pub fn span(connection: &mut AnyConnection) -> StorageResult<Option<(Timestamp, Timestamp)>> {
    let first: Option<i64> = reading::table.select(diesel::dsl::min(reading::ts)).first(connection)?;
    let last: Option<i64> = reading::table.select(diesel::dsl::max(reading::ts)).first(connection)?;
    Ok(first.zip(last).map(|(first, last)| (Timestamp::from_seconds(first), Timestamp::from_seconds(last))))
}

/// A change of a reading, as history keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub meter: MeterId,
    pub at: Timestamp,
    /// None where the reading was missing.
    pub old_value: Option<Micro>,
    pub value: Micro,
    pub reason: String,
    pub recorded_at: Timestamp,
}

/// Corrections of readings in `period`, in the order they were made.
pub fn corrections(connection: &mut AnyConnection, period: Period) -> StorageResult<Vec<Correction>> {
    let rows: Vec<(i64, i64, Option<i64>, i64, String, i64)> = reading_correction::table
        .filter(reading_correction::ts.ge(period.from.seconds()).and(reading_correction::ts.lt(period.to.seconds())))
        .order(reading_correction::id)
        .select((
            reading_correction::meter_id,
            reading_correction::ts,
            reading_correction::old_value_micro,
            reading_correction::value_micro,
            reading_correction::reason,
            reading_correction::recorded_at,
        ))
        .load(connection)?;
    let correction =
        |(meter, ts, old, value, reason, recorded_at): (i64, i64, Option<i64>, i64, String, i64)| Correction {
            meter: MeterId(meter),
            at: Timestamp::from_seconds(ts),
            old_value: old.map(Micro::from_micros),
            value: Micro::from_micros(value),
            reason,
            recorded_at: Timestamp::from_seconds(recorded_at),
        };
    Ok(rows.into_iter().map(correction).collect())
}

/// The sample with the value of its latest correction, if it has one.
fn current(connection: &mut AnyConnection, meter: MeterId, ts: i64, value: i64) -> StorageResult<Sample> {
    let corrected: Option<i64> = reading_correction::table
        .filter(reading_correction::ts.eq(ts).and(reading_correction::meter_id.eq(meter.0)))
        .order(reading_correction::id.desc())
        .select(reading_correction::value_micro)
        .first(connection)
        .optional()?;
    Ok(sample(ts, corrected.unwrap_or(value)))
}

fn sample(ts: i64, value: i64) -> Sample {
    Sample { at: Timestamp::from_seconds(ts), value: Micro::from_micros(value) }
}

/// The UTC month of an instant, counted from year 0: the key of `meter_month`.
pub(crate) fn month_index(at: Timestamp) -> i64 {
    let at = DateTime::from_timestamp(at.seconds(), 0).unwrap_or(if at.seconds() < 0 {
        DateTime::<chrono::Utc>::MIN_UTC
    } else {
        DateTime::<chrono::Utc>::MAX_UTC
    });
    i64::from(at.year()) * 12 + i64::from(at.month0())
}

/// The instants [from, to) of a UTC month.
pub(crate) fn month_bounds(index: i64) -> (i64, i64) {
    let start = |index: i64| {
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let first = i32::try_from(year).ok().zip(u32::try_from(month).ok());
        first
            .and_then(|(year, month)| BillingMonth::new(year, month))
            .and_then(|month| month.first_day().and_hms_opt(0, 0, 0))
            .map_or(if index < 0 { i64::MIN } else { i64::MAX }, |midnight| midnight.and_utc().timestamp())
    };
    (start(index), start(index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_instant_lies_in_its_month(seconds in -10_000_000_000i64..10_000_000_000) {
            let (from, to) = month_bounds(month_index(Timestamp::from_seconds(seconds)));
            prop_assert!(from <= seconds && seconds < to);
        }
    }

    #[test]
    fn the_end_of_time_has_a_month_too() {
        assert!(month_index(Timestamp::from_seconds(i64::MAX)) > month_index(Timestamp::from_seconds(4_000_000_000)));
        assert!(month_index(Timestamp::from_seconds(i64::MIN)) < 0);
    }
}
