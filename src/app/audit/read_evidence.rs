//! Follow a billed figure down to what meters said: one meter, one day at a time.
//!
//! A day is what the chart of a line shows and what fits on a page; reading it costs the same however many readings are
//! stored.

use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::app::{AppError, Store, export_book};
use crate::domain::calendar::{Period, Timestamp, midnight};
use crate::domain::ids::{MeterCode, MeterId};
use crate::domain::metering::{self, Assigned, Measure, Meter, MeterUsage, Quality, Sample, Usage};
use crate::domain::quantity::Micro;
use crate::domain::rating::Charge;
use crate::storage::{AnyConnection, book as stored, readings};

pub use crate::storage::readings::Correction;

/// One reading with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownReading {
    pub at: Timestamp,
    /// As it is known now.
    pub value: Micro,
    pub quality: Quality,
    /// In the order they were made.
    pub corrections: Vec<Correction>,
}

/// What one meter said on one day, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayEvidence {
    pub meter: Meter,
    pub day: NaiveDate,
    pub readings: Vec<ShownReading>,
    /// The neighbours on either side, between which a boundary is interpolated.
    pub before: Option<Sample>,
    pub after: Option<Sample>,
    /// What the day comes to as its readings are known now; none where they do not tell.
    pub usage: Option<MeterUsage>,
}

/// The line `number`, from 1, of a document.
pub fn line(charges: &[Charge], number: usize) -> Option<&Charge> {
    charges.get(number.checked_sub(1)?)
}

/// One of the meters behind a line, with the usage it is part of; the first where `code` is empty.
pub fn meter<'a>(charge: &'a Charge, code: &str) -> Option<(&'a Usage, &'a MeterUsage)> {
    let usage = charge.provenance.usage.as_ref()?;
    let meter = usage.meters.iter().find(|meter| code.is_empty() || meter.meter.as_str() == code)?;
    Some((usage, meter))
}

/// Where among the days of a meter one is, the day and what was billed of it; the first where none is asked for.
pub fn billed_day(meter: &MeterUsage, asked: Option<NaiveDate>) -> Option<(usize, NaiveDate, Decimal)> {
    let mut days = meter.daily.iter().enumerate();
    let (position, (day, billed)) = days.find(|(_, (day, _))| asked.is_none_or(|asked| asked == *day))?;
    Some((position, *day, *billed))
}

/// What `meter` said on `day`, of which `billed` is the part that counts.
pub fn day(
    store: &Store,
    code: &MeterCode,
    measure: Measure,
    day: NaiveDate,
    billed: Period,
) -> Result<DayEvidence, AppError> {
    store.read(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let zone = book.facility.zone;
        let (meter, id) = find(connection, &book.meters, code)?;
        let whole = day_of(day, zone);
        let period = whole.intersection(billed).unwrap_or(whole);
        let readings = shown(connection, id, whole)?;
        let before = readings::last_before(connection, id, whole.from)?;
        let after = readings::first_at_or_after(connection, id, whole.to)?;
        let samples: Vec<Sample> = before
            .into_iter()
            .chain(readings.iter().map(|reading| Sample { at: reading.at, value: reading.value }))
            .chain(after)
            .collect();
        let assigned = [Assigned { meter: &meter, samples: &samples, period }];
        // One meter's peak of a day says nothing of the peak of all: what is kept of its days, and shown, is their mean.
        let measure = match measure {
            Measure::Demand { .. } | Measure::Percentile95 { .. } => Measure::Demand { window_minutes: 1440 },
            other => other,
        };
        let usage = metering::usage(measure, &assigned, period, zone).ok();
        let usage = usage.and_then(|usage| usage.meters.into_iter().next());
        Ok(DayEvidence { meter, day, readings, before, after, usage })
    })
}

/// The window a demand or percentile is billed by, with what each meter said in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowEvidence {
    pub window: Period,
    pub meters: Vec<WindowMeter>,
    /// The sum of the meters' means, unrounded.
    pub total: Decimal,
}

/// One meter in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowMeter {
    pub meter: MeterCode,
    /// The reading that holds when the window begins, where none is at its very beginning.
    pub before: Option<Sample>,
    pub readings: Vec<ShownReading>,
    /// Its own mean in the window; none where its readings do not tell.
    pub mean: Option<Decimal>,
}

/// The window `billed` rests on, with what is known of its readings now; none where it is told by no window. A document
/// of before it was kept shows the one that decides now, or none where its readings no longer tell.
pub fn window(store: &Store, billed: &Usage) -> Result<Option<WindowEvidence>, AppError> {
    store.read(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let zone = book.facility.zone;
        let mut said: Vec<(Meter, MeterId, Period, Vec<Sample>)> = Vec::new();
        for part in &billed.meters {
            let Ok((meter, id)) = find(connection, &book.meters, &part.meter) else { return Ok(None) };
            let before = readings::last_before(connection, id, part.period.from)?;
            let within = readings::series(connection, id, part.period)?;
            let after = readings::first_at_or_after(connection, id, part.period.to)?;
            let within = within.into_iter().map(|reading| Sample { at: reading.at, value: reading.value });
            said.push((meter, id, part.period, before.into_iter().chain(within).chain(after).collect()));
        }
        let all: Vec<Assigned<'_>> =
            said.iter().map(|(meter, _, period, samples)| Assigned { meter, samples, period: *period }).collect();
        let deciding = || metering::deciding_window(billed.measure, &all, billed.period, zone).ok().flatten();
        let Some(window) = billed.windows.as_ref().map(|kept| kept.deciding).or_else(deciding) else {
            return Ok(None);
        };
        let mut meters = Vec::new();
        for (one, (_, id, ..)) in all.iter().zip(&said) {
            let Some(part) = one.period.intersection(window) else { continue };
            let shown = shown(connection, *id, part)?;
            let is_begun = shown.first().is_some_and(|first| first.at == part.from);
            let before = one.samples.iter().rev().find(|sample| sample.at < part.from).copied().filter(|_| !is_begun);
            let mean = metering::usage(billed.measure, &[Assigned { period: part, ..*one }], part, zone);
            let mean = mean.ok().map(|usage| usage.quantity);
            meters.push(WindowMeter { meter: one.meter.code.clone(), before, readings: shown, mean });
        }
        let total = meters.iter().filter_map(|meter| meter.mean).sum();
        Ok(Some(WindowEvidence { window, meters, total }))
    })
}

/// Every reading of `code` over `period`, day by day, with its history; ends early where `each` says so.
pub fn each_day(
    store: &Store,
    code: &MeterCode,
    period: Period,
    mut each: impl FnMut(Vec<ShownReading>) -> Result<bool, AppError>,
) -> Result<(), AppError> {
    let book = export_book::shared(store)?;
    let zone = book.facility.zone;
    let mut day = period.from.date_in(zone);
    while midnight(day, zone) <= period.to {
        // The last instant belongs to the period: its index closes it.
        let Some(part) = day_of(day, zone).intersection(Period { from: period.from, to: period.to.plus_seconds(1) })
        else {
            return Ok(());
        };
        let readings = store.read(|connection| {
            let (_, id) = find(connection, &book.meters, code)?;
            shown(connection, id, part)
        })?;
        if !each(readings)? {
            return Ok(());
        }
        let Some(next) = day.succ_opt() else { return Ok(()) };
        day = next;
    }
    Ok(())
}

fn day_of(day: NaiveDate, zone: Tz) -> Period {
    let next = day.succ_opt().unwrap_or(day);
    Period { from: midnight(day, zone), to: midnight(next, zone) }
}

fn find(connection: &mut AnyConnection, meters: &[Meter], code: &MeterCode) -> Result<(Meter, MeterId), AppError> {
    let unknown = || AppError::NotFound(format!("meter {code}"));
    let meter = meters.iter().find(|meter| meter.code == *code).ok_or_else(unknown)?;
    let id = stored::meter_ids(connection)?.get(code).copied().ok_or_else(unknown)?;
    Ok((meter.clone(), id))
}

fn shown(connection: &mut AnyConnection, id: MeterId, period: Period) -> Result<Vec<ShownReading>, AppError> {
    let corrections: Vec<Correction> =
        readings::corrections(connection, period)?.into_iter().filter(|one| one.meter == id).collect();
    let reading = |reading: metering::Reading| ShownReading {
        at: reading.at,
        value: reading.value,
        quality: reading.quality,
        corrections: corrections.iter().filter(|one| one.at == reading.at).cloned().collect(),
    };
    Ok(readings::series(connection, id, period)?.into_iter().map(reading).collect())
}
