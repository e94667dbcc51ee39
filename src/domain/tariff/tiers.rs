//! Validated half-open tiers.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::MonthPart;
use crate::domain::money::UnitPrice;
use crate::domain::quantity::Quantity;

/// One tier [from, to): `from` is the previous tier's `to`, zero for the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Exclusive upper bound; `None` for the last tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Decimal>,
    pub unit_price: UnitPrice,
}

/// Tiers that cover [0, ∞) without gap or overlap. Only [`Tiers::new`] makes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Tier>", into = "Vec<Tier>")]
pub struct Tiers(Vec<Tier>);

/// Why a list of tiers does not cover [0, ∞).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TierError {
    #[error("a tiered price needs at least one tier")]
    Empty,
    #[error("tier {position} ends at {to}, not above {from} where it begins")]
    NotAscending { position: usize, from: Decimal, to: Decimal },
    #[error("tier {position} has no upper bound but is not the last")]
    OpenBeforeLast { position: usize },
    #[error("the last tier ends at {to}: leave its bound out, so that every quantity lies in a tier")]
    LastIsBounded { to: Decimal },
}

impl Tiers {
    pub fn new(tiers: Vec<Tier>) -> Result<Tiers, TierError> {
        let last = tiers.len().checked_sub(1).ok_or(TierError::Empty)?;
        let mut from = Decimal::ZERO;
        for (index, tier) in tiers.iter().enumerate() {
            let position = index + 1;
            match tier.to {
                Some(to) if index == last => return Err(TierError::LastIsBounded { to }),
                Some(to) if to <= from => return Err(TierError::NotAscending { position, from, to }),
                Some(to) => from = to,
                None if index != last => return Err(TierError::OpenBeforeLast { position }),
                None => {}
            }
        }
        Ok(Tiers(tiers))
    }

    /// Each tier with its inclusive lower bound.
    pub fn bounds(&self) -> impl Iterator<Item = (Decimal, &Tier)> {
        let lower = std::iter::once(Decimal::ZERO).chain(self.0.iter().filter_map(|tier| tier.to));
        lower.zip(&self.0)
    }

    /// The one tier `quantity` lies in, with its inclusive lower bound; none below zero.
    pub fn holding(&self, quantity: Decimal) -> Option<(Decimal, &Tier)> {
        self.bounds().find(|(from, tier)| *from <= quantity && tier.to.is_none_or(|to| quantity < to))
    }

    /// The tiers of a part of a month: as much of each bound as the part has of the month. In a part so short that two
    /// bounds fall together, nothing lies in the tier between them.
    pub fn over(&self, part: MonthPart) -> Tiers {
        // A bound beyond the grid of quantities is reached by none, in whatever part of it.
        let bound = |to: Decimal| Quantity::rounded(to).map_or(to, |to| part.of_quantity(to).to_decimal().normalize());
        let tier =
            |tier: &Tier| Tier { to: if part.is_whole() { tier.to } else { tier.to.map(bound) }, ..tier.clone() };
        Tiers(self.0.iter().map(tier).collect())
    }

    /// The same bounds, each price passed through `change`.
    pub fn with_prices<E>(&self, mut change: impl FnMut(UnitPrice) -> Result<UnitPrice, E>) -> Result<Tiers, E> {
        let tiers = self.0.iter().map(|tier| Ok(Tier { to: tier.to, unit_price: change(tier.unit_price)? }));
        tiers.collect::<Result<_, E>>().map(Tiers)
    }

    pub fn as_slice(&self) -> &[Tier] {
        &self.0
    }
}

impl TryFrom<Vec<Tier>> for Tiers {
    type Error = TierError;
    fn try_from(tiers: Vec<Tier>) -> Result<Tiers, TierError> {
        Tiers::new(tiers)
    }
}

impl From<Tiers> for Vec<Tier> {
    fn from(tiers: Tiers) -> Vec<Tier> {
        tiers.0
    }
}
