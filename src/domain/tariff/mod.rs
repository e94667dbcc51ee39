//! What things cost.
//!
//! Owns: tariffs, their dated versions, and price shapes, one file each. Does not own: how much was used (metering)
//! or who agreed to it (contract). Invariants: tiers are half-open and decimal, so every quantity lies in exactly one;
//! a tariff's versions follow one another without overlap; every priced part's net is its quantity × unit price.
//!
//! A part of a month costs a part of what is agreed *per month*: flat amounts, commitments, tier bounds, minimums and
//! caps are prorated, and so is the whole price of an agreed quantity. The unit prices of metered quantities are not:
//! half a month already uses half as much, and shrinking the price as well would count the half twice. So a month split
//! where no price changes costs what it costs whole: as much used in half the time reaches the same tier.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ids::TariffCode;
use super::money::{AmountError, Money, UnitPrice};
use super::quantity::Unit;

mod cap;
mod commitment;
mod flat;
mod graduated;
mod minimum;
mod month_part;
mod one_off;
mod per_unit;
mod priced;
mod prorated;
mod revised;
mod tiers;
mod volume;

#[cfg(test)]
mod tests;

pub use month_part::MonthPart;
pub use priced::{PartKind, PricedPart, symbol};
pub use revised::Revision;
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

/// What a price is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceInput {
    /// In `unit`; rounded half-up to four decimals before it is priced.
    pub quantity: Decimal,
    /// The tariff's.
    pub unit: Unit,
    /// Agreed for a whole month (4 racks), not measured over the part.
    pub agreed: bool,
    /// The part of the month that is priced: what amounts are prorated by.
    pub part: MonthPart,
    /// The part of the month the quantity stands for: as much of a tier's bound or of a commitment is what it is held
    /// against. A level that is weighed by its seconds (TB·month) is not a part of the month's days.
    pub held: MonthPart,
    /// The line begins in this part: one-off prices are due.
    pub begins: bool,
}

/// Why a quantity has no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    #[error("the quantity {0} is negative: only zero and above has a price")]
    Negative(Decimal),
    #[error(transparent)]
    Amount(#[from] AmountError),
}

impl PriceShape {
    /// The price of `input`, as the parts an invoice shows one by one.
    pub fn price(&self, input: &PriceInput) -> Result<Vec<PricedPart>, PricingError> {
        if input.quantity.is_sign_negative() && !input.quantity.is_zero() {
            return Err(PricingError::Negative(input.quantity));
        }
        let due_once = matches!(self, PriceShape::OneOff { .. });
        if input.agreed && !input.part.is_whole() && !due_once {
            return Ok(vec![prorated::price(self, input)?]);
        }
        Ok(self.parts(input)?)
    }

    fn parts(&self, input: &PriceInput) -> Result<Vec<PricedPart>, AmountError> {
        match self {
            PriceShape::Flat { amount } => Ok(vec![flat::price(*amount, input)?]),
            PriceShape::PerUnit { unit_price } => Ok(vec![per_unit::price(*unit_price, input)?]),
            PriceShape::Graduated { tiers } => graduated::price(tiers, input),
            PriceShape::Volume { tiers } => volume::price(tiers, input),
            PriceShape::Commitment { committed, unit_price, overage_unit_price } => {
                commitment::price(*committed, *unit_price, *overage_unit_price, input)
            }
            PriceShape::Minimum { amount, of } => minimum::price(*amount, of.parts(input)?, input),
            PriceShape::Cap { amount, of } => cap::price(*amount, of.parts(input)?, input),
            PriceShape::OneOff { amount } => one_off::price(*amount, input),
        }
    }

    /// Whether the price depends on a quantity, which must then come in the tariff's unit; another may come to another amount.
    pub fn uses_quantity(&self) -> bool {
        match self {
            PriceShape::Flat { .. } | PriceShape::OneOff { .. } => false,
            PriceShape::Minimum { of, .. } | PriceShape::Cap { of, .. } => of.uses_quantity(),
            PriceShape::PerUnit { .. }
            | PriceShape::Graduated { .. }
            | PriceShape::Volume { .. }
            | PriceShape::Commitment { .. } => true,
        }
    }
}
