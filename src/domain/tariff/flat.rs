//! An amount per month, whatever is used; prorated over a part of it.

use crate::domain::money::{AmountError, Money, UnitPrice};
use crate::domain::quantity::Quantity;

use super::{PartKind, PriceInput, PricedPart};

pub(super) fn price(amount: Money, input: &PriceInput) -> Result<PricedPart, AmountError> {
    let part = input.part;
    if part.is_whole() {
        let unit_price = UnitPrice::exactly(amount.to_decimal())?;
        return PricedPart::of_quantity(PartKind::Base, Quantity::ONE, input.unit, unit_price);
    }
    let kind = PartKind::Prorated { units: part.units(), of: part.of() };
    PricedPart::of_amount(kind, part.of_amount(amount), part.expression(&amount.to_string(), amount))
}
