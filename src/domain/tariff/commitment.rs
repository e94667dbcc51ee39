//! The committed quantity is paid whether used or not; what exceeds it, at the overage price.
//!
//! Over a part of a month the commitment is prorated: its amount as an amount, so that the parts add up, and its
//! quantity as the threshold that the part's usage is held against.

use rust_decimal::Decimal;

use crate::domain::money::{AmountError, UnitPrice};
use crate::domain::quantity::Quantity;

use super::priced::{product, with_symbol};
use super::{PartKind, PriceInput, PricedPart};

pub(super) fn price(
    committed: Decimal,
    unit_price: UnitPrice,
    overage_unit_price: UnitPrice,
    input: &PriceInput,
) -> Result<Vec<PricedPart>, AmountError> {
    let (used, whole) = (Quantity::rounded(input.quantity)?, Quantity::rounded(committed)?);
    let mut parts = vec![committed_part(whole, unit_price, input)?];
    let threshold = input.held.of_quantity(whole);
    if used > threshold {
        let excess = Quantity::from_ten_thousandths(used.ten_thousandths() - threshold.ten_thousandths());
        let overage = PricedPart::of_quantity(PartKind::Overage, excess, input.unit, overage_unit_price)?;
        let (used, threshold) = (with_symbol(used, input.unit), with_symbol(threshold, input.unit));
        parts.push(PricedPart { expression: format!("({used} − {threshold}) × {overage_unit_price}"), ..overage });
    }
    Ok(parts)
}

fn committed_part(whole: Quantity, unit_price: UnitPrice, input: &PriceInput) -> Result<PricedPart, AmountError> {
    if input.part.is_whole() {
        return PricedPart::of_quantity(PartKind::Committed, whole, input.unit, unit_price);
    }
    let monthly = unit_price.times(whole)?;
    let expression = input.part.expression(&product(whole, input.unit, unit_price), monthly);
    PricedPart::of_amount(PartKind::Committed, input.part.of_amount(monthly), expression)
}
