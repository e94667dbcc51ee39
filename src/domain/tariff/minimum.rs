//! At least an amount per month: what is missing is added as a part of its own. Prorated over a part of a month.

use crate::domain::money::{AmountError, Money};

use super::{PartKind, PriceInput, PricedPart};

pub(super) fn price(
    amount: Money,
    mut parts: Vec<PricedPart>,
    input: &PriceInput,
) -> Result<Vec<PricedPart>, AmountError> {
    let reached: Money = parts.iter().map(|part| part.net).sum();
    let minimum = input.part.of_amount(amount);
    if reached < minimum {
        let expression = format!("{} − {reached}", input.part.expression(&amount.to_string(), amount));
        parts.push(PricedPart::of_amount(PartKind::MinimumComplement { minimum }, minimum - reached, expression)?);
    }
    Ok(parts)
}
