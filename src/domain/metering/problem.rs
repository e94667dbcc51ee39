//! Why a usage cannot be told, in words that say what to do about it.

use serde::Serialize;

use crate::domain::calendar::{Period, Timestamp};
use crate::domain::ids::MeterCode;
use crate::domain::quantity::Micro;
use crate::domain::told::{Tell, Told};

use super::{Measure, Register};

/// What stops a usage from being billed. Each names the meter, the instants and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum MeteringProblem {
    #[error(
        "meter {meter} falls from {before} at {previous_at} to {after} at {at}: if it was reset or replaced, declare the reset; if it passed its last digit, declare its modulus; otherwise send a correction of the wrong reading"
    )]
    UndeclaredDecrease { meter: MeterCode, previous_at: Timestamp, before: Micro, at: Timestamp, after: Micro },
    #[error(
        "meter {meter} has no reading from {} to {}, nor one close enough around it to compute from: send the missing readings, or end the meter's assignment",
        period.from, period.to
    )]
    NoReadings { meter: MeterCode, period: Period },
    #[error(
        "meter {meter} has no reading at or {} {boundary}; its nearest, at {nearest}, is further away than its tolerance of {tolerance_seconds} s: send the missing reading, or declare when the meter was {}",
        if boundary < nearest { "before" } else { "after" },
        if boundary < nearest { "installed" } else { "removed" }
    )]
    BoundaryUnknown { meter: MeterCode, boundary: Timestamp, nearest: Timestamp, tolerance_seconds: i64 },
    #[error(
        "meter {meter} is assigned from {} to {} but was not in service then: assign the meter that replaced it, or end the assignment",
        period.from, period.to
    )]
    NotInService { meter: MeterCode, period: Period },
    #[error("meter {meter} reads {}, but {measure} needs a meter of {}: assign another meter or change the line's measure", register.name(), measure.register().name())]
    WrongRegister { meter: MeterCode, register: Register, measure: Measure },
    #[error("no meter is assigned from {} to {}, but the line bills {measure}: assign one", period.from, period.to)]
    NoMeter { measure: Measure, period: Period },
    #[error("all meters are silent in every window from {} to {}: send the missing readings", period.from, period.to)]
    NoWindowMeasured { period: Period },
    #[error("a window of {window_minutes} minutes does not divide the day: choose 5, 10, 15, 30 or 60")]
    UnusableWindow { window_minutes: u32 },
    #[error(
        "the values of the period sum to {total_micros} millionths, beyond what a quantity can hold: correct the absurd reading"
    )]
    TooLarge { total_micros: i128 },
}

impl Tell for MeteringProblem {
    fn told(&self) -> Told {
        let over = |key: &str, period: &Period| Told::new(key, self).with("from", period.from).with("to", period.to);
        match self {
            MeteringProblem::UndeclaredDecrease { meter, previous_at, before, at, after } => {
                Told::new("undeclared-decrease", self)
                    .with("meter", meter.as_str())
                    .with("before", before.to_decimal())
                    .with("previous", *previous_at)
                    .with("after", after.to_decimal())
                    .with("at", *at)
            }
            MeteringProblem::NoReadings { meter, period } => over("no-readings", period).with("meter", meter.as_str()),
            MeteringProblem::BoundaryUnknown { meter, boundary, nearest, tolerance_seconds } => {
                let key = if boundary < nearest { "boundary-unknown-before" } else { "boundary-unknown-after" };
                Told::new(key, self)
                    .with("meter", meter.as_str())
                    .with("boundary", *boundary)
                    .with("nearest", *nearest)
                    .with("minutes", tolerance_seconds / 60)
            }
            MeteringProblem::NotInService { meter, period } => {
                over("not-in-service", period).with("meter", meter.as_str())
            }
            MeteringProblem::WrongRegister { meter, .. } => {
                Told::new("wrong-register", self).with("meter", meter.as_str())
            }
            MeteringProblem::NoMeter { period, .. } => over("no-meter", period),
            MeteringProblem::NoWindowMeasured { period } => over("no-window-measured", period),
            MeteringProblem::UnusableWindow { window_minutes } => {
                Told::new("unusable-window", self).with("minutes", i64::from(*window_minutes))
            }
            MeteringProblem::TooLarge { .. } => Told::new("values-too-large", self),
        }
    }
}
