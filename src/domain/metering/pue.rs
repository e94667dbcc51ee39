//! Power usage effectiveness: what the facility draws for each kWh its equipment uses.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::domain::told::{Tell, Told};

/// Why a PUE cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PueError {
    #[error(
        "the IT energy of the period is {it_kwh} kWh, so no PUE can be told: check the facility's it_energy_meters, or agree a fixed PUE"
    )]
    NoItEnergy { it_kwh: Decimal },
    #[error(
        "the facility's {facility_kwh} kWh are less than the {it_kwh} kWh of the IT equipment it feeds: a meter is missing from facility_energy_meters, or one of it_energy_meters is counted twice"
    )]
    BelowOne { facility_kwh: Decimal, it_kwh: Decimal },
}

impl Tell for PueError {
    fn told(&self) -> Told {
        match self {
            PueError::NoItEnergy { it_kwh } => Told::new("pue-no-it-energy", self).with("it", *it_kwh),
            PueError::BelowOne { facility_kwh, it_kwh } => {
                Told::new("pue-below-one", self).with("facility", *facility_kwh).with("it", *it_kwh)
            }
        }
    }
}

/// The measured PUE of a period: total facility energy ÷ IT energy, to 28 digits (handbook, Metering). Only the quantity
/// it raises is rounded.
pub fn pue(facility_kwh: Decimal, it_kwh: Decimal) -> Result<Decimal, PueError> {
    let ratio = Some(it_kwh).filter(|it| *it > Decimal::ZERO).and_then(|it| facility_kwh.checked_div(it));
    match ratio {
        None => Err(PueError::NoItEnergy { it_kwh }),
        Some(ratio) if ratio < Decimal::ONE => Err(PueError::BelowOne { facility_kwh, it_kwh }),
        Some(ratio) => Ok(ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kwh(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn it_is_not_rounded() {
        assert_eq!(pue(kwh("125000"), kwh("100000")), Ok(kwh("1.25")));
        assert_eq!(pue(kwh("1.23455"), kwh("1")), Ok(kwh("1.23455")));
        assert_eq!(pue(kwh("4"), kwh("3")), Ok(kwh("1.3333333333333333333333333333")));
    }

    #[test]
    fn no_it_energy_or_less_than_it_gives_none() {
        assert_eq!(pue(kwh("10"), Decimal::ZERO), Err(PueError::NoItEnergy { it_kwh: Decimal::ZERO }));
        assert!(matches!(pue(kwh("99"), kwh("100")), Err(PueError::BelowOne { .. })));
    }
}
