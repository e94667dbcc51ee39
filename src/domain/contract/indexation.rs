//! Price revision: P = P0 × (a + b × S1/S0).

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::PriceIndex;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::PriceIndexCode;
use crate::domain::money::{AmountError, HALF_UP, Money, UnitPrice};
use crate::domain::tariff;
use crate::domain::told::{Tell, Told};

/// The revision clause of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indexation {
    pub index: PriceIndexCode,
    /// The month of S0.
    pub base_month: BillingMonth,
    /// `a`; `b` is 1 − a.
    pub fixed_part: Decimal,
    pub rounding: CoefficientRounding,
    /// Each revision takes effect on a day, with S1 of a named month; oldest first.
    pub revisions: Vec<Revision>,
}

/// From `from` on, prices carry the coefficient of `index_month`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    pub from: NaiveDate,
    pub index_month: BillingMonth,
}

/// How the coefficient is rounded: a clause of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoefficientRounding {
    #[default]
    Unrounded,
    /// Half-up to four decimals.
    FourDecimals,
    /// Up to the next thousandth.
    UpToThousandth,
}

/// Why a price cannot be revised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexationError {
    #[error(
        "index {index} has no value for {month}, which the contract's price revision needs: it is given by the facility book alone; add the line `{month} = …` to [price_index.values] of the [[price_index]] with code \"{index}\" and import the book with `chapelle import`"
    )]
    NoValue { index: PriceIndexCode, month: BillingMonth },
    #[error(
        "the price index {index} of the contract's revision clause is not in the facility book: add a [[price_index]] with code \"{index}\" and its [price_index.values], and import the book with `chapelle import`"
    )]
    NoIndex { index: PriceIndexCode },
    #[error(
        "index {index} is {value} for {month}: prices cannot be revised by it; correct the line `{month} = {value}` of [price_index.values] in the [[price_index]] with code \"{index}\" of the facility book, and import it with `chapelle import`"
    )]
    Unusable { index: PriceIndexCode, month: BillingMonth, value: Decimal },
}

impl Tell for IndexationError {
    fn told(&self) -> Told {
        match self {
            IndexationError::NoValue { index, month } => Told::new("index-no-value", self)
                .with("index", index.as_str())
                .with("month", *month)
                .with("key", month.to_string()),
            IndexationError::NoIndex { index } => Told::new("index-unknown", self).with("index", index.as_str()),
            IndexationError::Unusable { index, month, value } => Told::new("index-unusable", self)
                .with("index", index.as_str())
                .with("month", *month)
                .with("value", *value),
        }
    }
}

impl Indexation {
    /// The revision in force on `day`: the latest that took effect on or before it.
    pub fn revision_on(&self, day: NaiveDate) -> Option<&Revision> {
        self.revisions.iter().rfind(|revision| revision.from <= day)
    }
}

/// What revised prices are multiplied by. Kept as a fraction while the contract does not round it, so that a price is
/// rounded once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coefficient {
    numerator: Decimal,
    denominator: Decimal,
    /// `0.15 + 0.85 × 314.5/306 = 1.0236 (Syntec 2024-09 / 2023-09)`
    pub expression: String,
}

/// The coefficient a + (1 − a) × S1/S0 of `revision`, rounded as the contract says (handbook, Rating).
pub fn coefficient(
    indexation: &Indexation,
    revision: &Revision,
    index: &PriceIndex,
) -> Result<Coefficient, IndexationError> {
    let (base_month, month) = (indexation.base_month, revision.index_month);
    let (s0, s1) = (value(index, base_month)?, value(index, month)?);
    let (a, b) = (indexation.fixed_part, Decimal::ONE - indexation.fixed_part);
    let unusable = || IndexationError::Unusable { index: index.code.clone(), month, value: s1 };

    // (a × S0 + b × S1) / S0: one division, so that a coefficient that is exact stays exact when it is rounded up.
    let scaled = |part: Decimal, value: Decimal| part.checked_mul(value).ok_or_else(unusable);
    let numerator = scaled(a, s0)?.checked_add(scaled(b, s1)?).ok_or_else(unusable)?;
    let ratio = numerator.checked_div(s0).ok_or_else(unusable)?;
    let rounded = match indexation.rounding {
        CoefficientRounding::Unrounded => None,
        CoefficientRounding::FourDecimals => Some(ratio.round_dp_with_strategy(4, HALF_UP)),
        CoefficientRounding::UpToThousandth => {
            Some(ratio.round_dp_with_strategy(3, RoundingStrategy::ToPositiveInfinity))
        }
    };
    let shown = rounded.map_or_else(|| shortened(ratio), |exact| exact.normalize().to_string());
    let [a, b, s0_shown, s1] = [a, b, s0, s1].map(|number| number.normalize());
    let expression = format!("{a} + {b} × {s1}/{s0_shown} = {shown} ({} {month} / {base_month})", index.name);
    let (numerator, denominator) = rounded.map_or((numerator, s0), |exact| (exact, Decimal::ONE));
    Ok(Coefficient { numerator, denominator, expression })
}

fn value(index: &PriceIndex, month: BillingMonth) -> Result<Decimal, IndexationError> {
    let found = index.values.iter().find(|(at, _)| *at == month).map(|(_, value)| *value);
    match found {
        None => Err(IndexationError::NoValue { index: index.code.clone(), month }),
        Some(value) if value <= Decimal::ZERO => {
            Err(IndexationError::Unusable { index: index.code.clone(), month, value })
        }
        Some(value) => Ok(value),
    }
}

/// An unrounded coefficient for reading: eight decimals and `…` where it goes on.
fn shortened(ratio: Decimal) -> String {
    let cut = ratio.trunc_with_scale(8);
    if cut == ratio { ratio.normalize().to_string() } else { format!("{cut}…") }
}

impl Coefficient {
    /// `amount` revised, rounded half-up to the cent.
    pub fn amount(&self, amount: Money) -> Result<Money, AmountError> {
        Money::rounded(self.times(amount.to_decimal())?)
    }

    /// `price` revised, rounded half-up to six decimals.
    pub fn unit_price(&self, price: UnitPrice) -> Result<UnitPrice, AmountError> {
        UnitPrice::rounded(self.times(price.to_decimal())?)
    }

    fn times(&self, value: Decimal) -> Result<Decimal, AmountError> {
        let product = value.checked_mul(self.numerator).and_then(|product| product.checked_div(self.denominator));
        product.ok_or(AmountError::TooLarge(value))
    }
}

/// Revises a price and notes each amount before and after: `0.145 → 0.148422`.
pub struct NotedRevision<'a> {
    coefficient: &'a Coefficient,
    /// In the order of the shape, each pair once.
    pub notes: Vec<String>,
}

impl<'a> NotedRevision<'a> {
    pub const fn by(coefficient: &'a Coefficient) -> NotedRevision<'a> {
        NotedRevision { coefficient, notes: Vec::new() }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl tariff::Revision for NotedRevision<'_> {
    type Error = AmountError;

    fn amount(&mut self, amount: Money) -> Result<Money, AmountError> {
        let revised = self.coefficient.amount(amount)?;
        self.note(format!("{amount} → {revised}"));
        Ok(revised)
    }

    fn unit_price(&mut self, price: UnitPrice) -> Result<UnitPrice, AmountError> {
        let revised = self.coefficient.unit_price(price)?;
        self.note(format!("{price} → {revised}"));
        Ok(revised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> BillingMonth {
        text.parse().unwrap()
    }

    fn syntec(rounding: CoefficientRounding) -> Result<Coefficient, IndexationError> {
        let revision = Revision { from: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(), index_month: month("2024-09") };
        let indexation = Indexation {
            index: "syntec".into(),
            base_month: month("2023-09"),
            fixed_part: "0.15".parse().unwrap(),
            rounding,
            revisions: vec![revision],
        };
        let values = vec![(month("2023-09"), "306.0".parse().unwrap()), (month("2024-09"), "314.5".parse().unwrap())];
        coefficient(&indexation, &revision, &PriceIndex { code: "syntec".into(), name: "Syntec".into(), values })
    }

    #[test]
    fn the_three_roundings_give_the_handbooks_figures() {
        for (rounding, revised, expression) in [
            (
                CoefficientRounding::Unrounded,
                "102361.11",
                "0.15 + 0.85 × 314.5/306 = 1.02361111… (Syntec 2024-09 / 2023-09)",
            ),
            (
                CoefficientRounding::FourDecimals,
                "102360.00",
                "0.15 + 0.85 × 314.5/306 = 1.0236 (Syntec 2024-09 / 2023-09)",
            ),
            (
                CoefficientRounding::UpToThousandth,
                "102400.00",
                "0.15 + 0.85 × 314.5/306 = 1.024 (Syntec 2024-09 / 2023-09)",
            ),
        ] {
            let coefficient = syntec(rounding).unwrap();
            assert_eq!(coefficient.amount("100000.00".parse().unwrap()).unwrap().to_string(), revised);
            assert_eq!(coefficient.expression, expression);
        }
    }

    #[test]
    fn an_exact_thousandth_is_not_rounded_up_further() {
        let base = Indexation {
            index: "i".into(),
            base_month: month("2020-01"),
            fixed_part: "0.15".parse().unwrap(),
            rounding: CoefficientRounding::UpToThousandth,
            revisions: Vec::new(),
        };
        let revision = Revision { from: NaiveDate::MIN, index_month: month("2021-01") };
        let values = vec![(month("2020-01"), "3".parse().unwrap()), (month("2021-01"), "3.06".parse().unwrap())];
        let index = PriceIndex { code: "i".into(), name: String::new(), values };
        let coefficient = coefficient(&base, &revision, &index).unwrap(); // 0.15 + 0.85 × 1.02 = 1.017
        assert_eq!(coefficient.amount("1000.00".parse().unwrap()).unwrap().to_string(), "1017.00");
    }

    #[test]
    fn a_missing_value_names_its_month() {
        let revision = Revision { from: NaiveDate::MIN, index_month: month("2025-09") };
        let indexation = Indexation {
            index: "syntec".into(),
            base_month: month("2023-09"),
            fixed_part: Decimal::ZERO,
            rounding: CoefficientRounding::Unrounded,
            revisions: Vec::new(),
        };
        let values = vec![(month("2023-09"), Decimal::ONE_HUNDRED)];
        let index = PriceIndex { code: "syntec".into(), name: String::new(), values };
        assert_eq!(
            coefficient(&indexation, &revision, &index).unwrap_err().to_string(),
            "index syntec has no value for 2025-09, which the contract's price revision needs: it is given by the facility \
             book alone; add the line `2025-09 = …` to [price_index.values] of the [[price_index]] with code \"syntec\" \
             and import the book with `chapelle import`"
        );
    }
}
