//! A price with every amount in it revised.

use crate::domain::money::{Money, UnitPrice};

use super::{PriceShape, Tiers};

/// How a revision changes the prices of a shape.
pub trait Revision {
    type Error;
    fn amount(&mut self, amount: Money) -> Result<Money, Self::Error>;
    fn unit_price(&mut self, price: UnitPrice) -> Result<UnitPrice, Self::Error>;
}

impl PriceShape {
    /// The same shape, its amounts and unit prices each passed through `revision`; quantities stay.
    pub fn revised<R: Revision>(&self, revision: &mut R) -> Result<PriceShape, R::Error> {
        Ok(match self {
            PriceShape::Flat { amount } => PriceShape::Flat { amount: revision.amount(*amount)? },
            PriceShape::OneOff { amount } => PriceShape::OneOff { amount: revision.amount(*amount)? },
            PriceShape::PerUnit { unit_price } => PriceShape::PerUnit { unit_price: revision.unit_price(*unit_price)? },
            PriceShape::Graduated { tiers } => PriceShape::Graduated { tiers: revised_tiers(tiers, revision)? },
            PriceShape::Volume { tiers } => PriceShape::Volume { tiers: revised_tiers(tiers, revision)? },
            PriceShape::Commitment { committed, unit_price, overage_unit_price } => PriceShape::Commitment {
                committed: *committed,
                unit_price: revision.unit_price(*unit_price)?,
                overage_unit_price: revision.unit_price(*overage_unit_price)?,
            },
            PriceShape::Minimum { amount, of } => {
                PriceShape::Minimum { amount: revision.amount(*amount)?, of: Box::new(of.revised(revision)?) }
            }
            PriceShape::Cap { amount, of } => {
                PriceShape::Cap { amount: revision.amount(*amount)?, of: Box::new(of.revised(revision)?) }
            }
        })
    }
}

fn revised_tiers<R: Revision>(tiers: &Tiers, revision: &mut R) -> Result<Tiers, R::Error> {
    tiers.with_prices(|price| revision.unit_price(price))
}
