//! Declining balance: a constant rate of what is left, until an equal share of what is left is higher.
//!
//! The rate is coefficient ÷ duration. The first year counts for its months from the first of the month of
//! commissioning, and is one of the duration's years however short it is.

use rust_decimal::Decimal;

use super::service::Service;
use crate::domain::money::{Money, scaled};

/// Decimals a coefficient may carry.
pub const COEFFICIENT_DECIMALS: u32 = 4;
const COEFFICIENT_SCALE: i64 = 10_000;
/// Coefficients of French tax law lie between 1.25 and 2.75; this leaves room without letting a typing error through.
pub(super) const COEFFICIENTS: std::ops::RangeInclusive<i64> = 1..=5;

/// The charge of `year`, or of its days in service, on `opening`, what remains of the base when it begins; `year_index` is zero in the year of
/// commissioning. Rounded half-up to the cent, once.
pub(super) fn year_charge(
    opening: Money,
    service: &Service,
    duration_years: u32,
    coefficient: Decimal,
    year: i32,
    year_index: u32,
) -> Money {
    let years_left = i64::from(duration_years.saturating_sub(year_index).max(1));
    let coefficient = scaled(coefficient, COEFFICIENT_DECIMALS).unwrap_or(COEFFICIENT_SCALE);
    let coefficient =
        coefficient.clamp(COEFFICIENTS.start() * COEFFICIENT_SCALE, COEFFICIENTS.end() * COEFFICIENT_SCALE);
    let (days, year_days) = (service.days_in_year(year), service.year_days());
    // 1 ÷ years left against coefficient ÷ duration, without dividing.
    let is_linear_higher = i64::from(duration_years) * COEFFICIENT_SCALE > coefficient * years_left;
    if is_linear_higher {
        opening.fraction(days, years_left * year_days)
    } else {
        opening.fraction(coefficient * days, COEFFICIENT_SCALE * i64::from(duration_years) * year_days)
    }
}
