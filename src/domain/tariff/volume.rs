//! The whole quantity at the price of the one tier it lies in; of a part of a month, the tier it would reach at that pace.

use crate::domain::money::AmountError;
use crate::domain::quantity::Quantity;

use super::{PartKind, PriceInput, PricedPart, Tiers};

pub(super) fn price(tiers: &Tiers, input: &PriceInput) -> Result<Vec<PricedPart>, AmountError> {
    let quantity = Quantity::rounded(input.quantity)?;
    let tiers = tiers.over(input.held);
    let reached = tiers.holding(quantity.to_decimal());
    reached
        .map(|(from, tier)| {
            let kind = PartKind::Volume { from, to: tier.to };
            PricedPart::of_quantity(kind, quantity, input.unit, tier.unit_price)
        })
        .into_iter()
        .collect()
}
