//! Sealed days of readings, and the lines they are sealed over.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::readings;
use crate::domain::audit::{CorrectionLine, DayDigests, MeterDigest, ReadingLine};
use crate::domain::calendar::{Period, Timestamp};
use crate::domain::metering::Quality;
use crate::domain::quantity::Micro;
use crate::storage::codec::{corrupt, date_from, date_text};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{meter, reading, reading_source, sealed_day};

const SECONDS_PER_DAY: i64 = 86_400;

/// The latest seal of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedDay {
    pub day: NaiveDate,
    /// The event that sealed it.
    pub sequence: i64,
    pub root: String,
    /// One line per meter, as [`MeterDigest::line`] writes it.
    pub digests: Vec<String>,
}

pub fn insert(connection: &mut AnyConnection, sealed: &SealedDay) -> StorageResult<()> {
    diesel::insert_into(sealed_day::table)
        .values((
            sealed_day::day.eq(date_text(sealed.day)),
            sealed_day::sequence.eq(sealed.sequence),
            sealed_day::root.eq(&sealed.root),
            sealed_day::digests.eq(sealed.digests.join("\n")),
        ))
        .execute(connection)?;
    Ok(())
}

/// The latest seal of `day`.
pub fn of_day(connection: &mut AnyConnection, day: NaiveDate) -> StorageResult<Option<SealedDay>> {
    let row: Option<(i64, String, String)> = sealed_day::table
        .filter(sealed_day::day.eq(date_text(day)))
        .order(sealed_day::sequence.desc())
        .select((sealed_day::sequence, sealed_day::root, sealed_day::digests))
        .first(connection)
        .optional()?;
    Ok(row.map(|(sequence, root, digests)| SealedDay {
        day,
        sequence,
        root,
        digests: digests.lines().map(str::to_owned).collect(),
    }))
}

/// Every sealed day in order.
pub fn days(connection: &mut AnyConnection) -> StorageResult<Vec<NaiveDate>> {
    let days: Vec<String> =
        sealed_day::table.order(sealed_day::day).select(sealed_day::day).distinct().load(connection)?;
    days.iter().map(|day| date_from("a sealed day", day)).collect()
}

/// The last sealed day.
pub fn last_day(connection: &mut AnyConnection) -> StorageResult<Option<NaiveDate>> {
    let day: Option<String> = sealed_day::table.select(diesel::dsl::max(sealed_day::day)).first(connection)?;
    day.map(|day| date_from("a sealed day", &day)).transpose()
}

/// The first UTC day from `from` on that has readings.
pub fn next_day_with_readings(connection: &mut AnyConnection, from: NaiveDate) -> StorageResult<Option<NaiveDate>> {
    let (start, _) = bounds(from);
    let next: Option<i64> = reading::table
        .filter(reading::ts.ge(start))
        .order(reading::ts)
        .select(reading::ts)
        .first(connection)
        .optional()?;
    Ok(next.map(|ts| Timestamp::from_seconds(ts).to_utc().date_naive()))
}

/// The UTC day of the first reading.
pub fn first_day(connection: &mut AnyConnection) -> StorageResult<Option<NaiveDate>> {
    let first: Option<i64> = reading::table.select(diesel::dsl::min(reading::ts)).first(connection)?;
    Ok(first.map(|ts| Timestamp::from_seconds(ts).to_utc().date_naive()))
}

/// A day's readings as lines: by instant, then meter; its corrections by meter, in the order they were made.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DayLines {
    pub readings: Vec<(String, String)>,
    pub corrections: Vec<(String, String)>,
}

impl DayLines {
    pub fn digests(&self) -> Vec<MeterDigest> {
        let mut digests = DayDigests::default();
        self.readings.iter().for_each(|(meter, line)| digests.reading(meter, line));
        self.corrections.iter().for_each(|(meter, line)| digests.correction(meter, line));
        digests.finish()
    }
}

/// Codes of meters and names of sources, for the lines of many days.
pub struct Names {
    meters: HashMap<i64, String>,
    sources: HashMap<i32, String>,
}

impl Names {
    pub fn load(connection: &mut AnyConnection) -> StorageResult<Names> {
        let meters: Vec<(i64, String)> = meter::table.select((meter::id, meter::code)).load(connection)?;
        let sources: Vec<(i32, String)> =
            reading_source::table.select((reading_source::id, reading_source::name)).load(connection)?;
        Ok(Names { meters: meters.into_iter().collect(), sources: sources.into_iter().collect() })
    }

    fn meter(&self, id: i64) -> StorageResult<&str> {
        let known = self.meters.get(&id).map(String::as_str);
        known.ok_or_else(|| corrupt("a reading", format!("meter {id} is not in the book")))
    }
}

/// What is stored of the UTC day `day`.
pub fn day_lines(connection: &mut AnyConnection, names: &Names, day: NaiveDate) -> StorageResult<DayLines> {
    let (from, to) = bounds(day);
    let rows: Vec<(i64, i64, i64, i32, i16)> = reading::table
        .filter(reading::ts.ge(from).and(reading::ts.lt(to)))
        .order((reading::ts, reading::meter_id))
        .select((reading::ts, reading::meter_id, reading::value_micro, reading::source_id, reading::quality))
        .load(connection)?;
    let mut keyed = Vec::with_capacity(rows.len());
    for (ts, meter, value, source, quality) in rows {
        let meter = names.meter(meter)?;
        let source = names.sources.get(&source).map(String::as_str).unwrap_or_default();
        let line = ReadingLine {
            at: instant(ts),
            meter,
            value: Micro::from_micros(value).to_string(),
            quality: quality_name(quality)?,
            source,
        };
        keyed.push((ts, meter, line.to_string()));
    }
    // Rows come by the meter's row number; lines stand by its code.
    keyed.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let readings = keyed.into_iter().map(|(_, meter, line)| (meter.to_owned(), line)).collect();
    let day = Period { from: Timestamp::from_seconds(from), to: Timestamp::from_seconds(to) };
    Ok(DayLines { readings, corrections: correction_lines(connection, names, day)? })
}

fn correction_lines(
    connection: &mut AnyConnection,
    names: &Names,
    day: Period,
) -> StorageResult<Vec<(String, String)>> {
    let mut lines = Vec::new();
    for made in readings::corrections(connection, day)? {
        let meter = names.meter(made.meter.0)?.to_owned();
        let correction = CorrectionLine {
            at: made.at.to_string(),
            meter: meter.clone(),
            old: made.old_value.map(|value| value.to_string()),
            value: made.value.to_string(),
            reason: made.reason,
            recorded_at: made.recorded_at.to_string(),
        };
        let failure =
            |error: serde_json::Error| StorageError::NotStorable { what: "a correction", detail: error.to_string() };
        lines.push((meter, correction.line().map_err(failure)?));
    }
    // Of one meter, in the order they were made.
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(lines)
}

fn quality_name(code: i16) -> StorageResult<&'static str> {
    match Quality::from_code(code) {
        Some(Quality::Measured) => Ok("measured"),
        Some(Quality::Estimated) => Ok("estimated"),
        Some(Quality::Corrected) => Ok("corrected"),
        None => Err(corrupt("a reading's quality", code.to_string())),
    }
}

fn instant(seconds: i64) -> String {
    Timestamp::from_seconds(seconds).to_string()
}

/// The instants [from, to) of a UTC day.
fn bounds(day: NaiveDate) -> (i64, i64) {
    let from = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    (from, from + SECONDS_PER_DAY)
}
