//! Each part of the quantity at the price of the tier it lies in: one part per tier touched.

use crate::domain::money::AmountError;
use crate::domain::quantity::Quantity;

use super::{PartKind, PriceInput, PricedPart, Tiers};

pub(super) fn price(tiers: &Tiers, input: &PriceInput) -> Result<Vec<PricedPart>, AmountError> {
    let total = Quantity::rounded(input.quantity)?;
    let mut parts = Vec::new();
    for (from, tier) in tiers.over(input.held).bounds() {
        // Bounds on the grid of quantities, so that the slices sum to the total. A bound beyond the grid is none.
        let lower = Quantity::rounded(from).map_or(total, |from| from.min(total));
        let upper = tier.to.and_then(|to| Quantity::rounded(to).ok()).map_or(total, |to| to.min(total));
        let slice = Quantity::from_ten_thousandths(upper.ten_thousandths() - lower.ten_thousandths());
        // A quantity of zero lies in the first tier, and is shown there.
        if slice > Quantity::ZERO || (total == Quantity::ZERO && parts.is_empty()) {
            let kind = PartKind::Tier { from, to: tier.to };
            parts.push(PricedPart::of_quantity(kind, slice, input.unit, tier.unit_price)?);
        }
    }
    Ok(parts)
}
