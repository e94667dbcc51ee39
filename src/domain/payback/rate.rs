//! Growth and discounting, exactly: powers by repeated multiplication, roots and rates by bisection, no float.

use rust_decimal::Decimal;

use crate::domain::money::{AmountError, HALF_UP, Money};

/// Months of a year.
const MONTHS: u32 = 12;
/// Bisection ends when its bounds are this near: a millionth of a millionth a month.
const TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 12);
const STEPS_MAX: u32 = 120;
/// The steps in which a change of sign is looked for: a tenth of a percent a month.
const SEARCH_STEP: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
/// Monthly rates an internal rate of return is looked for between: −4 % and +10 %, that is −38.7 % and +213.8 % a year.
const LOWEST_MONTHLY: Decimal = Decimal::from_parts(4, 0, 0, true, 2);
const HIGHEST_MONTHLY: Decimal = Decimal::from_parts(10, 0, 0, false, 2);

/// (1 + `percent`/100) to the power of `years`.
pub fn growth(percent: Decimal, years: u32) -> Decimal {
    power(Decimal::ONE + percent / Decimal::ONE_HUNDRED, years)
}

fn power(base: Decimal, exponent: u32) -> Decimal {
    (0..exponent).fold(Decimal::ONE, |product, _| product.saturating_mul(base))
}

/// `amount` × `factor`, rounded half-up to the cent.
pub fn grown(amount: Money, factor: Decimal) -> Result<Money, AmountError> {
    let value = amount.to_decimal();
    Money::rounded(value.checked_mul(factor).ok_or(AmountError::TooLarge(value))?)
}

/// What one euro of the next month is worth today at `percent_per_year`: the twelfth root of 1 ÷ (1 + rate).
pub fn monthly_factor(percent_per_year: Decimal) -> Decimal {
    let yearly = Decimal::ONE / (Decimal::ONE + percent_per_year / Decimal::ONE_HUNDRED).max(TOLERANCE);
    if yearly == Decimal::ONE {
        return Decimal::ONE;
    }
    let (mut low, mut high) = (Decimal::ZERO, yearly.max(Decimal::ONE));
    for _ in 0..STEPS_MAX {
        let middle = (low + high) / Decimal::TWO;
        if power(middle, MONTHS) <= yearly { low = middle } else { high = middle }
    }
    low
}

/// The worth, in the first month, of monthly `flows` from the first month on; each month a `factor` less.
fn present(flows: &[Money], factor: Decimal) -> Option<Decimal> {
    flows.iter().rev().try_fold(Decimal::ZERO, |worth, flow| worth.checked_mul(factor)?.checked_add(flow.to_decimal()))
}

/// The net present value of monthly `flows` in their first month, rounded half-up to the cent once.
pub fn npv(flows: &[Money], percent_per_year: Decimal) -> Result<Money, AmountError> {
    let worth = present(flows, monthly_factor(percent_per_year));
    Money::rounded(worth.ok_or(AmountError::TooLarge(percent_per_year))?)
}

/// The yearly rate, in percent to two decimals, at which monthly `flows` are worth nothing; none where no rate between
/// −38.7 % and +213.8 % a year does it, as for flows that never turn; the highest where several do.
pub fn irr_percent(flows: &[Money]) -> Option<Decimal> {
    let monthly = irr_monthly(flows)?;
    let yearly = (power(Decimal::ONE + monthly, MONTHS) - Decimal::ONE) * Decimal::ONE_HUNDRED;
    Some(yearly.round_dp_with_strategy(2, HALF_UP))
}

/// The monthly rate, within [`TOLERANCE`].
pub(super) fn irr_monthly(flows: &[Money]) -> Option<Decimal> {
    let worth = |rate: Decimal| present(flows, Decimal::ONE / (Decimal::ONE + rate));
    if worth(HIGHEST_MONTHLY)? >= Decimal::ZERO {
        return None;
    }
    // An investment is worth more at a lower rate: the highest rate at which it is worth something bounds from below.
    let mut high = HIGHEST_MONTHLY;
    let mut low = high - SEARCH_STEP;
    while worth(low)? <= Decimal::ZERO {
        (low, high) = (low - SEARCH_STEP, low);
        if low < LOWEST_MONTHLY {
            return None;
        }
    }
    for _ in 0..STEPS_MAX {
        if high - low <= TOLERANCE {
            break;
        }
        let middle = (low + high) / Decimal::TWO;
        if worth(middle)? > Decimal::ZERO { low = middle } else { high = middle }
    }
    Some((low + high) / Decimal::TWO)
}
