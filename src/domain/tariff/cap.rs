//! At most an amount per month: what exceeds it is taken back as a part of its own, with a negative quantity since
//! prices are never negative (EN 16931). Prorated over a part of a month.

use crate::domain::money::{AmountError, Money};

use super::{PartKind, PriceInput, PricedPart};

pub(super) fn price(
    amount: Money,
    mut parts: Vec<PricedPart>,
    input: &PriceInput,
) -> Result<Vec<PricedPart>, AmountError> {
    let reached: Money = parts.iter().map(|part| part.net).sum();
    let cap = input.part.of_amount(amount);
    if reached > cap {
        let expression = format!("{} − {reached}", input.part.expression(&amount.to_string(), amount));
        parts.push(PricedPart::of_amount(PartKind::CapReduction { cap }, cap - reached, expression)?);
    }
    Ok(parts)
}
