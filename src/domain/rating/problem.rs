//! Why a line cannot be rated.

use chrono::NaiveDate;

use crate::domain::calendar::Timestamp;
use crate::domain::contract::indexation::IndexationError;
use crate::domain::ids::{MeterCode, TariffCode};
use crate::domain::metering::{MeteringProblem, PueError};
use crate::domain::money::AmountError;
use crate::domain::quantity::Unit;
use crate::domain::tariff::PricingError;
use crate::domain::told::{Tell, Told};

/// What stops a line from being billed, in words that say what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatingProblem {
    #[error(transparent)]
    Metering(#[from] MeteringProblem),
    #[error(
        "meter {meter} is silent from {from} to {to}, longer than its tolerance, and the contract does not let usage be estimated: send the missing readings, or agree gap_policy = \"estimate\" for the line"
    )]
    Gap { meter: MeterCode, from: Timestamp, to: Timestamp },
    #[error("meter {meter} is assigned to the line but is not in the book: add it, or correct the assignment")]
    UnknownMeter { meter: MeterCode },
    #[error(
        "tariff {tariff} has no version in force on {day}: add a version that begins on or before that day, or correct the line's beginning"
    )]
    NoTariffVersion { tariff: TariffCode, day: NaiveDate },
    #[error(
        "tariff {tariff} prices a {}, but the line's measure gives a {}: give the line a tariff in {}, or another measure",
        tariff_unit.name(), measured.name(), measured.name()
    )]
    UnitMismatch { tariff: TariffCode, tariff_unit: Unit, measured: Unit },
    #[error(transparent)]
    Indexation(#[from] IndexationError),
    #[error("the line bills energy at the measured PUE, but {0}")]
    Pue(#[from] PueError),
    #[error("the line bills energy at the measured PUE, but the facility's energy is unknown: {0}")]
    PueMetering(MeteringProblem),
    #[error("{0}: correct the quantity, the price or the reading that leads to it")]
    Pricing(#[from] PricingError),
}

impl RatingProblem {
    /// The meter it is about, if it is about one.
    pub const fn meter(&self) -> Option<&MeterCode> {
        match self {
            RatingProblem::Metering(problem) | RatingProblem::PueMetering(problem) => metering_meter(problem),
            RatingProblem::Gap { meter, .. } | RatingProblem::UnknownMeter { meter } => Some(meter),
            _ => None,
        }
    }
}

impl Tell for RatingProblem {
    fn told(&self) -> Told {
        match self {
            RatingProblem::Metering(problem) => problem.told(),
            RatingProblem::Gap { meter, from, to } => {
                Told::new("gap", self).with("meter", meter.as_str()).with("from", *from).with("to", *to)
            }
            RatingProblem::UnknownMeter { meter } => Told::new("unknown-meter", self).with("meter", meter.as_str()),
            RatingProblem::NoTariffVersion { tariff, day } => {
                Told::new("no-tariff-version", self).with("tariff", tariff.as_str()).with("day", *day)
            }
            RatingProblem::UnitMismatch { tariff, tariff_unit, measured } => Told::new("unit-mismatch", self)
                .with("tariff", tariff.as_str())
                .with("priced", *tariff_unit)
                .with("measured", *measured),
            RatingProblem::Indexation(error) => error.told(),
            RatingProblem::Pue(error) => Told::new("pue", self).with("why", error.told()),
            RatingProblem::PueMetering(error) => Told::new("pue-metering", self).with("why", error.told()),
            RatingProblem::Pricing(PricingError::Negative(quantity)) => {
                Told::new("negative-quantity", self).with("quantity", *quantity)
            }
            RatingProblem::Pricing(PricingError::Amount(error)) => error.told(),
        }
    }
}

const fn metering_meter(problem: &MeteringProblem) -> Option<&MeterCode> {
    match problem {
        MeteringProblem::UndeclaredDecrease { meter, .. }
        | MeteringProblem::NoReadings { meter, .. }
        | MeteringProblem::BoundaryUnknown { meter, .. }
        | MeteringProblem::NotInService { meter, .. }
        | MeteringProblem::WrongRegister { meter, .. } => Some(meter),
        MeteringProblem::NoMeter { .. }
        | MeteringProblem::NoWindowMeasured { .. }
        | MeteringProblem::UnusableWindow { .. }
        | MeteringProblem::TooLarge { .. } => None,
    }
}

impl From<AmountError> for RatingProblem {
    fn from(error: AmountError) -> RatingProblem {
        RatingProblem::Pricing(PricingError::Amount(error))
    }
}
