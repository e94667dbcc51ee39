//! From assigned meters and their samples to the usage of a period: the entry of this module.

use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::domain::calendar::Period;

use super::{Measure, Meter, MeterUsage, MeteringProblem, Register, Sample, Usage};
use super::{counter, gauge, occupancy, windows};

/// A meter that bills on a line, and what it said.
#[derive(Debug, Clone, Copy)]
pub struct Assigned<'a> {
    pub meter: &'a Meter,
    /// Strictly ascending in time; may reach outside the period, and must hold the nearest reading on either side of
    /// it where there is one.
    pub samples: &'a [Sample],
    /// The part of the billed period in which the meter is assigned. Of it, only the time the meter was in service
    /// counts: two meters of a swap may both be assigned the whole day of the swap.
    pub period: Period,
}

/// What the assigned meters say about `period`, in `measure.unit()`, unrounded; or every problem found in them.
///
/// Gaps never stop it: they are listed, held or interpolated across, and mark the usage estimated; whether that may be
/// billed is the contract's affair ([`Usage::bridged_gaps`]). A [`Measure::StorageMonth`] is the mean over the whole of
/// `period`, a meter assigned for half of it weighing half: where `period` is itself a part of a month, the caller
/// scales.
pub fn usage(
    measure: Measure,
    assigned: &[Assigned<'_>],
    period: Period,
    zone: Tz,
) -> Result<Usage, Vec<MeteringProblem>> {
    let parts = parts(measure, assigned, period)?;
    let by_window = |window_minutes, choose| {
        let grid = windows::grid(period, window_minutes, zone)?;
        windows::billed(&parts, grid, choose, period, zone).map(|(measured, windows)| (measured, Some(windows)))
    };
    let ((quantity, shares), windows) = match measure {
        Measure::Energy => (counter::energy(&parts, zone)?, None),
        Measure::StorageMonth => (gauge::storage(&parts, period, zone)?, None),
        Measure::OccupancyDays => (occupancy::unit_days(&parts, zone)?, None),
        Measure::Demand { window_minutes } => by_window(window_minutes, windows::highest)?,
        Measure::Percentile95 { window_minutes } => by_window(window_minutes, windows::percentile_95)?,
    };
    let estimated = shares.iter().any(|share| share.estimated);
    let meters = shares.into_iter().map(|share| share.usage).collect();
    Ok(Usage { measure, period, quantity, estimated, meters, windows })
}

/// The window a demand or a percentile of `period` is told by, of those some meter measured in; none for what is told by
/// no window.
pub fn deciding_window(
    measure: Measure,
    assigned: &[Assigned<'_>],
    period: Period,
    zone: Tz,
) -> Result<Option<Period>, Vec<MeteringProblem>> {
    let (window_minutes, is_highest) = match measure {
        Measure::Demand { window_minutes } => (window_minutes, true),
        Measure::Percentile95 { window_minutes } => (window_minutes, false),
        Measure::Energy | Measure::StorageMonth | Measure::OccupancyDays => return Ok(None),
    };
    let parts = parts(measure, assigned, period)?;
    let windows = windows::summed(&parts, windows::grid(period, window_minutes, zone)?)?;
    let found = if is_highest { windows::highest(windows) } else { windows::percentile_95(windows) };
    Ok(found.map(gauge::Slot::period))
}

/// The assigned meters over the time each counts for, all of the register `measure` needs.
pub(super) fn parts<'a>(
    measure: Measure,
    assigned: &[Assigned<'a>],
    period: Period,
) -> Result<Vec<Part<'a>>, Vec<MeteringProblem>> {
    if assigned.is_empty() {
        return Err(vec![MeteringProblem::NoMeter { measure, period }]);
    }
    collect(assigned.iter().map(|one| Part::new(measure, one, period).map_err(|problem| vec![problem])))
}

/// Every value, or the problems of all that have none.
pub(super) fn collect<T>(
    results: impl Iterator<Item = Result<T, Vec<MeteringProblem>>>,
) -> Result<Vec<T>, Vec<MeteringProblem>> {
    let mut values = Vec::new();
    let mut problems = Vec::new();
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// A quantity and the meters' shares in it.
pub(super) type Measured = (Decimal, Vec<Share>);

/// One meter's share of a usage.
pub(super) struct Share {
    pub usage: MeterUsage,
    pub estimated: bool,
}

/// A meter over the time it was both assigned and in service.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub meter: &'a Meter,
    pub samples: &'a [Sample],
    pub span: Period,
}

impl<'a> Part<'a> {
    fn new(measure: Measure, assigned: &Assigned<'a>, period: Period) -> Result<Part<'a>, MeteringProblem> {
        let Assigned { meter, samples, .. } = *assigned;
        debug_assert!(samples.is_sorted_by(|a, b| a.at < b.at), "samples of {} ascend", meter.code);
        if meter.register != measure.register() {
            let (meter, register) = (meter.code.clone(), meter.register);
            return Err(MeteringProblem::WrongRegister { meter, register, measure });
        }
        // The reading of a removal is taken at `removed_at` itself and belongs to the time before it.
        let service = Period { from: meter.installed_at, to: meter.removed_at.unwrap_or(assigned.period.to) };
        let span = assigned.period.intersection(period).and_then(|billed| billed.intersection(service));
        span.map(|span| Part { meter, samples, span })
            .ok_or_else(|| MeteringProblem::NotInService { meter: meter.code.clone(), period: assigned.period })
    }

    /// The sample in force when the span begins, where there is one, and those within the span.
    pub fn in_force_and_within(&self) -> &'a [Sample] {
        let start = self.samples.partition_point(|sample| sample.at <= self.span.from).saturating_sub(1);
        self.samples.get(start..self.end()).unwrap_or_default()
    }

    /// The same and the first sample at or after the end of the span.
    pub fn with_neighbours(&self) -> &'a [Sample] {
        let start = self.samples.partition_point(|sample| sample.at <= self.span.from).saturating_sub(1);
        let end = self.samples.len().min(self.end() + 1);
        self.samples.get(start..end).unwrap_or_default()
    }

    /// The first sample at or after the end of the span.
    pub fn neighbour_after(&self) -> Option<Sample> {
        self.samples.get(self.end()).copied()
    }

    /// How many samples lie within the span.
    pub fn readings(&self) -> u64 {
        let before = self.samples.partition_point(|sample| sample.at < self.span.from);
        u64::try_from(self.end().saturating_sub(before)).unwrap_or(u64::MAX)
    }

    fn end(&self) -> usize {
        self.samples.partition_point(|sample| sample.at < self.span.to)
    }

    /// What the meter contributes, with nothing measured yet.
    pub fn evidence(&self, quantity: Decimal) -> MeterUsage {
        MeterUsage {
            meter: self.meter.code.clone(),
            rack: self.meter.rack.clone(),
            feed: self.meter.feed,
            period: self.span,
            quantity,
            first: None,
            last: None,
            readings: self.readings(),
            gaps: Vec::new(),
            restarts: Vec::new(),
            daily: Vec::new(),
        }
    }

    pub fn no_readings(&self) -> MeteringProblem {
        MeteringProblem::NoReadings { meter: self.meter.code.clone(), period: self.span }
    }
}

/// `micros` millionths as a decimal, exactly.
pub(super) fn units(micros: i128) -> Result<Decimal, MeteringProblem> {
    Decimal::try_from_i128_with_scale(micros, 6).map_err(|_| MeteringProblem::TooLarge { total_micros: micros })
}

/// The mean of a value whose millionths sum to `micro_seconds` over `seconds`, to 28 digits. No time has mean zero.
pub(super) fn mean(micro_seconds: i128, seconds: i64) -> Result<Decimal, MeteringProblem> {
    Ok(units(micro_seconds)?.checked_div(Decimal::from(seconds)).unwrap_or_default())
}

impl Measure {
    /// What the meters of a line with this measure read.
    pub const fn register(self) -> Register {
        match self {
            Measure::Energy => Register::Energy,
            Measure::Demand { .. } | Measure::Percentile95 { .. } => Register::Power,
            Measure::StorageMonth => Register::Storage,
            Measure::OccupancyDays => Register::Occupancy,
        }
    }
}
