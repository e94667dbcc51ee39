//! What things cost.
//!
//! Owns: tariffs, their dated versions, and price shapes, one file each. Does not own: how much was used (metering)
//! or who agreed to it (contract). Invariants: tiers are half-open and decimal, so every quantity lies in exactly one;
//! a tariff's versions follow one another without overlap.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ids::TariffCode;
use super::money::{Money, UnitPrice};
use super::quantity::Unit;

mod tiers;

pub use tiers::{Tier, TierError, Tiers};

/// A named price list with dated versions, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    pub code: TariffCode,
    pub name: String,
    /// What one unit of the price is: the contract line's measure must give this unit.
    pub unit: Unit,
    pub versions: Vec<TariffVersion>,
}

impl Tariff {
    /// The version in force on `day`: the latest that began on or before it.
    pub fn version_on(&self, day: NaiveDate) -> Option<&TariffVersion> {
        self.versions.iter().rfind(|version| version.from <= day)
    }
}

/// A tariff's price from a day on, until the next version begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffVersion {
    pub from: NaiveDate,
    pub price: PriceShape,
}

/// How a quantity becomes an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "shape")]
pub enum PriceShape {
    /// An amount per month, whatever is used.
    Flat { amount: Money },
    /// quantity × price.
    PerUnit { unit_price: UnitPrice },
    /// Each part of the quantity at the price of the tier it lies in.
    Graduated { tiers: Tiers },
    /// The whole quantity at the price of the tier it reaches.
    Volume { tiers: Tiers },
    /// The committed quantity is paid whether used or not; what exceeds it, at the overage price.
    Commitment { committed: Decimal, unit_price: UnitPrice, overage_unit_price: UnitPrice },
    /// At least `amount` a month.
    Minimum { amount: Money, of: Box<PriceShape> },
    /// At most `amount` a month.
    Cap { amount: Money, of: Box<PriceShape> },
    /// Once, in the month the line begins.
    OneOff { amount: Money },
}
