//! A part of a month of an agreed quantity: the price of the whole month, prorated as one amount.

use crate::domain::money::{AmountError, Money};

use super::{MonthPart, PartKind, PriceInput, PriceShape, PricedPart};

/// Quantity 1 at the prorated amount: `4 rack × 1200.00 × 17/31`. Prorating the quantity instead would round it, and
/// the parts of the month would no longer add up to it.
pub(super) fn price(shape: &PriceShape, input: &PriceInput) -> Result<PricedPart, AmountError> {
    let whole = shape.parts(&PriceInput { part: MonthPart::WHOLE, held: MonthPart::WHOLE, ..*input })?;
    let monthly: Money = whole.iter().map(|part| part.net).sum();
    let expressions: Vec<&str> = whole.iter().map(|part| part.expression.as_str()).collect();
    let text = match expressions.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("({})", several.join(" + ")),
    };
    let part = input.part;
    let kind = PartKind::Prorated { units: part.units(), of: part.of() };
    PricedPart::of_amount(kind, part.of_amount(monthly), part.expression(&text, monthly))
}
