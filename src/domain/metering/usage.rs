//! Usage: what the meters of a contract line say about a period, with the evidence for it.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::{Period, Timestamp};
use crate::domain::facility::Feed;
use crate::domain::ids::{MeterCode, RackCode};
use crate::domain::quantity::{Micro, Unit};

/// What of its meters a contract line bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "of")]
pub enum Measure {
    /// kWh: the sum of the counters' increases, feeds A and B added.
    Energy,
    /// kW: the highest mean of A + B over windows aligned to the clock.
    Demand { window_minutes: u32 },
    /// kW: the 95th percentile (nearest rank) of the window means of A + B.
    Percentile95 { window_minutes: u32 },
    /// TB-month: the time-weighted mean of storage gauges, added over meters.
    StorageMonth,
    /// U·day: units occupied, summed over the days of the facility's calendar.
    OccupancyDays,
}

impl Measure {
    pub const fn unit(self) -> Unit {
        match self {
            Measure::Energy => Unit::KilowattHour,
            Measure::Demand { .. } | Measure::Percentile95 { .. } => Unit::Kilowatt,
            Measure::StorageMonth => Unit::TerabyteMonth,
            Measure::OccupancyDays => Unit::RackUnitDay,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Measure::Energy => f.write_str("energy"),
            Measure::Demand { window_minutes } => write!(f, "demand over {window_minutes}-minute windows"),
            Measure::Percentile95 { window_minutes } => {
                write!(f, "the 95th percentile of {window_minutes}-minute windows")
            }
            Measure::StorageMonth => f.write_str("storage"),
            Measure::OccupancyDays => f.write_str("occupancy"),
        }
    }
}

/// What the meters of a line say about a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub measure: Measure,
    pub period: Period,
    /// Unrounded, in `measure.unit()`.
    pub quantity: Decimal,
    /// True where a boundary was interpolated between neighbours further apart than the tolerance, or a gap was bridged.
    pub estimated: bool,
    /// The evidence, one per meter in the order they were assigned.
    pub meters: Vec<MeterUsage>,
    /// What a demand or a percentile is told by; none for what is told by no window, and in documents that were issued
    /// before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<Windows>,
}

/// The windows a demand or a percentile is told by, all meters added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// The one whose mean is billed.
    pub deciding: Period,
    /// The highest mean of each day in which something was measured, in kW.
    pub daily_peaks: Vec<(NaiveDate, Decimal)>,
}

impl Usage {
    /// The silences the quantity was estimated across, each with its meter. A gauge's value was held through every gap.
    /// A counter knows what passed between two readings, so of its gaps only one that spans an end of the part counts.
    pub fn bridged_gaps(&self) -> impl Iterator<Item = (&MeterUsage, Gap)> {
        let counters = self.measure == Measure::Energy;
        self.meters.iter().flat_map(move |meter| {
            let spans = move |gap: &Gap| {
                let Period { from, to } = meter.period;
                (gap.from < from && from < gap.to) || (gap.from < to && to < gap.to)
            };
            meter.gaps.iter().filter(move |gap| !counters || spans(gap)).map(move |gap| (meter, *gap))
        })
    }
}

/// One meter's share of a usage, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterUsage {
    pub meter: MeterCode,
    pub rack: Option<RackCode>,
    pub feed: Option<Feed>,
    /// The part of the period in which this meter was assigned.
    pub period: Period,
    /// In the register's usage unit (kWh, kW, TB-month, U·day); for demand, the meter's own mean in the deciding window.
    pub quantity: Decimal,
    pub first: Option<IndexAt>,
    pub last: Option<IndexAt>,
    /// How many readings lie in the period.
    pub readings: u64,
    pub gaps: Vec<Gap>,
    /// Rollovers and declared resets met, in words of the file: `rollover`, `reset`.
    pub restarts: Vec<Restart>,
    /// Usage of each calendar day touched, for the annex's chart: kWh, mean kW, mean TB or U.
    pub daily: Vec<(NaiveDate, Decimal)>,
}

/// The value at a boundary of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexAt {
    pub at: Timestamp,
    pub value: Micro,
    /// False where it was read at this very instant, true where it lies between two readings or is held from one.
    pub interpolated: bool,
}

/// A silence longer than the meter's tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A counter that began again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartKind {
    /// The index passed the register's modulus.
    Rollover,
    /// A declared reset.
    Reset,
}

/// When a counter began again, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    pub kind: RestartKind,
    pub at: Timestamp,
}
