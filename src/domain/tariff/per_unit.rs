//! quantity × price.

use crate::domain::money::{AmountError, UnitPrice};
use crate::domain::quantity::Quantity;

use super::{PartKind, PriceInput, PricedPart};

pub(super) fn price(unit_price: UnitPrice, input: &PriceInput) -> Result<PricedPart, AmountError> {
    PricedPart::of_quantity(PartKind::Base, Quantity::rounded(input.quantity)?, input.unit, unit_price)
}
