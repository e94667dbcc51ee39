//! Interest of a payment after its due date, and the fixed indemnity (handbook, Payment terms and late interest).

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::ledger::ReferenceRate;
use crate::domain::money::{AmountError, Money};
use crate::domain::told::{Tell, Told};

/// 40 € per invoice paid late (code de commerce, D441-5).
pub const RECOVERY_INDEMNITY: Money = Money::from_cents(4_000);

/// Interest and indemnity are to be paid within so many days of the payment of the invoice itself (code de la commande
/// publique, R2192-36).
pub const INTEREST_DUE_DAYS: u64 = 45;

/// Who pays late: the law adds other points for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Buyer {
    Public,
    Private,
}

impl Buyer {
    /// Percentage points above the reference rate: 8 for public buyers, 10 for private ones.
    pub const fn surcharge_points(self) -> u32 {
        match self {
            Buyer::Public => 8,
            Buyer::Private => 10,
        }
    }
}

/// What is due for a late payment, without request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateInterest {
    /// From the day after the due date to the day of payment, both included.
    pub days: i64,
    /// Reference rate + surcharge, fixed from the first day of interest on.
    pub rate_percent: Decimal,
    pub interest: Money,
    pub indemnity: Money,
    pub total: Money,
}

/// Why late interest cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LateInterestError {
    #[error(
        "no reference rate is known for {0}, the first day of the half-year in which interest starts: add it to the book as [[accounting.reference_rate]]"
    )]
    NoRate(NaiveDate),
    #[error(transparent)]
    Amount(#[from] AmountError),
}

impl Tell for LateInterestError {
    fn told(&self) -> Told {
        match self {
            LateInterestError::NoRate(day) => Told::new("interest-no-rate", self).with("day", *day),
            LateInterestError::Amount(error) => error.told(),
        }
    }
}

/// Interest of `gross` due on `due` and paid on `paid`; none if it was paid in time. `rates` are oldest first.
///
/// gross × days ÷ 365 × rate, rounded half-up once. The rate is that of the first day of the half-year in which
/// interest starts, and stays whatever the central bank decides later.
pub fn late_interest(
    gross: Money,
    due: NaiveDate,
    paid: NaiveDate,
    buyer: Buyer,
    rates: &[ReferenceRate],
) -> Result<Option<LateInterest>, LateInterestError> {
    let days = (paid - due).num_days();
    if days <= 0 {
        return Ok(None);
    }
    let half_year = half_year_of(due.succ_opt().unwrap_or(due));
    let reference = rates.iter().rfind(|rate| rate.from <= half_year).ok_or(LateInterestError::NoRate(half_year))?;
    let rate_percent = reference.percent + Decimal::from(buyer.surcharge_points());
    let interest = gross
        .to_decimal()
        .checked_mul(Decimal::from(days))
        .and_then(|product| product.checked_mul(rate_percent))
        .and_then(|product| product.checked_div(Decimal::from(36_500)))
        .ok_or(AmountError::TooLarge(gross.to_decimal()))?;
    let interest = Money::rounded(interest)?;
    let indemnity = RECOVERY_INDEMNITY;
    Ok(Some(LateInterest { days, rate_percent, interest, indemnity, total: interest + indemnity }))
}

/// 1 January or 1 July, whichever begins the half-year of `day`.
fn half_year_of(day: NaiveDate) -> NaiveDate {
    let month = if day.month() <= 6 { 1 } else { 7 };
    NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invoice::due_date;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rate(from: &str, percent: &str) -> ReferenceRate {
        ReferenceRate { from: day(from), percent: percent.parse().unwrap() }
    }

    fn shown(due: NaiveDate, paid: &str, rates: &[ReferenceRate]) -> String {
        let gross = "120000.00".parse().unwrap();
        match late_interest(gross, due, day(paid), Buyer::Public, rates).unwrap() {
            None => "in time".to_owned(),
            Some(late) => {
                format!(
                    "{} days at {} %: {} + {} = {}",
                    late.days, late.rate_percent, late.interest, late.indemnity, late.total
                )
            }
        }
    }

    #[test]
    fn the_handbooks_two_bodies() {
        let rates = [rate("2025-06-11", "2.15"), rate("2026-02-11", "1.90")];
        let due = |days| due_date(day("2026-01-15"), day("2025-12-31"), days);
        assert_eq!(shown(due(50), "2026-03-31", &rates), "25 days at 10.15 %: 834.25 + 40.00 = 874.25");
        assert_eq!(shown(due(30), "2026-03-31", &rates), "45 days at 10.15 %: 1501.64 + 40.00 = 1541.64");
        assert_eq!(shown(due(30), "2026-02-14", &rates), "in time");
    }

    #[test]
    fn the_half_year_is_that_of_the_first_day_of_interest() {
        let rates = [rate("2026-01-01", "2.15"), rate("2026-07-01", "2.40")];
        assert!(shown(day("2026-06-30"), "2026-07-01", &rates).starts_with("1 days at 10.40 %"));
        assert!(shown(day("2026-06-29"), "2026-07-02", &rates).starts_with("3 days at 10.15 %"));
        let unknown = late_interest(Money::ZERO, day("2025-06-30"), day("2025-07-02"), Buyer::Private, &rates);
        assert_eq!(unknown, Err(LateInterestError::NoRate(day("2025-07-01"))));
    }
}
