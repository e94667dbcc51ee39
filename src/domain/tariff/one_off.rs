//! Once, in the part of a month the line begins in; never prorated.

use crate::domain::money::{AmountError, Money, UnitPrice};
use crate::domain::quantity::Quantity;

use super::{PartKind, PriceInput, PricedPart};

pub(super) fn price(amount: Money, input: &PriceInput) -> Result<Vec<PricedPart>, AmountError> {
    if !input.begins {
        return Ok(Vec::new());
    }
    let unit_price = UnitPrice::exactly(amount.to_decimal())?;
    Ok(vec![PricedPart::of_quantity(PartKind::OneOff, Quantity::ONE, input.unit, unit_price)?])
}
