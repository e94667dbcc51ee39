//! Euros, exactly.
//!
//! Owns: amounts in integer cents, unit prices in millionths of a euro, the one rounding rule, and the split of a
//! sum into parts. Does not own: VAT, tariffs. Invariants: no float ever touches an amount; an amount stays within
//! ±[`Money::LIMIT_CENTS`], so that sums of any real document fit an `i64`.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::quantity::Quantity;

/// The one rounding rule: half away from zero ("half-up" of the handbook, and its mirror image for credits).
pub const HALF_UP: RoundingStrategy = RoundingStrategy::MidpointAwayFromZero;

/// `value` at so many decimals, rounded as everything here is.
pub fn half_up(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, HALF_UP)
}

/// Why a number cannot be an amount or a price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("`{0}` is not a decimal number; write digits, with a point before the decimals, such as 1200.00")]
    NotANumber(String),
    /// It is a number, and longer than a decimal holds.
    #[error("`{0}` has more digits than can be recorded: write 28 at most")]
    TooManyDigits(String),
    #[error("{value} has more than {decimals} decimals")]
    TooPrecise { value: Decimal, decimals: u32 },
    #[error("{0} is beyond what an amount can hold (10,000,000,000,000.00)")]
    TooLarge(Decimal),
    /// A value of a meter, not an amount of money.
    #[error("{0} is beyond what a register can show (1,000,000,000,000 in its unit)")]
    BeyondRegister(Decimal),
}

/// An amount of euros in integer cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

impl Money {
    pub const ZERO: Money = Money(0);
    /// Ten trillion euros: far above any contract, and a thousand such amounts still sum within an `i64`.
    pub const LIMIT_CENTS: i64 = 1_000_000_000_000_000;

    pub const fn from_cents(cents: i64) -> Money {
        Money(cents)
    }

    pub const fn cents(self) -> i64 {
        self.0
    }

    /// The amount if `euros` has at most two decimals.
    pub fn exactly(euros: Decimal) -> Result<Money, AmountError> {
        scaled(euros, 2).and_then(bounded).map(Money)
    }

    /// `euros` rounded half-up to the cent.
    pub fn rounded(euros: Decimal) -> Result<Money, AmountError> {
        Money::exactly(euros.round_dp_with_strategy(2, HALF_UP))
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    pub fn abs(self) -> Money {
        Money(self.0.abs())
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// `self × numerator ÷ denominator`, rounded half-up to the cent. A zero denominator gives zero.
    pub fn fraction(self, numerator: i64, denominator: i64) -> Money {
        if denominator == 0 {
            return Money::ZERO;
        }
        let product = i128::from(self.0) * i128::from(numerator);
        Money(saturate(div_half_up(product, i128::from(denominator))))
    }

    /// Splits the amount in proportion to `weights` by largest remainder: the parts add up to it exactly, and two
    /// equal weights differ by at most one cent. Ties go to the earlier part. All-zero weights put it all in the first.
    pub fn allocate(self, weights: &[u64]) -> Vec<Money> {
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        if total == 0 {
            let mut parts = vec![Money::ZERO; weights.len()];
            if let Some(first) = parts.first_mut() {
                *first = self;
            }
            return parts;
        }
        let amount = i128::from(self.0);
        let mut parts: Vec<i128> = Vec::with_capacity(weights.len());
        let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
        for (index, weight) in weights.iter().enumerate() {
            let product = amount * i128::from(*weight);
            parts.push(product.div_euclid(total));
            remainders.push((product.rem_euclid(total), index));
        }
        let left = amount - parts.iter().sum::<i128>();
        remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, index) in remainders.into_iter().take(usize::try_from(left).unwrap_or(0)) {
            if let Some(part) = parts.get_mut(index) {
                *part += 1;
            }
        }
        parts.into_iter().map(|cents| Money(saturate(cents))).collect()
    }
}

impl fmt::Display for Money {
    /// `1200.00`: the form of every machine-readable output.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_decimal())
    }
}

impl FromStr for Money {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Money, AmountError> {
        Money::exactly(parse(text)?)
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        self.0 += other.0;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        self.0 -= other.0;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Money>>(amounts: I) -> Money {
        amounts.copied().sum()
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The price of one unit, in millionths of a euro (up to six decimals).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnitPrice(i64);

impl UnitPrice {
    pub const fn from_micros(micros: i64) -> UnitPrice {
        UnitPrice(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub fn exactly(euros: Decimal) -> Result<UnitPrice, AmountError> {
        let micros = scaled(euros, 6)?;
        if micros.abs() > Money::LIMIT_CENTS {
            return Err(AmountError::TooLarge(euros));
        }
        Ok(UnitPrice(micros))
    }

    /// `euros` rounded half-up to six decimals.
    pub fn rounded(euros: Decimal) -> Result<UnitPrice, AmountError> {
        UnitPrice::exactly(euros.round_dp_with_strategy(6, HALF_UP))
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 6)
    }

    /// The line's net: `quantity × price`, rounded half-up to the cent, once (handbook, Rating).
    pub fn times(self, quantity: Quantity) -> Result<Money, AmountError> {
        let product = i128::from(self.0) * i128::from(quantity.ten_thousandths());
        let cents = div_half_up(product, 100_000_000);
        i64::try_from(cents)
            .ok()
            .filter(|cents| cents.abs() <= Money::LIMIT_CENTS)
            .map(Money)
            .ok_or_else(|| AmountError::TooLarge(self.to_decimal()))
    }
}

impl From<Money> for UnitPrice {
    /// The price of "one": the amount itself.
    fn from(amount: Money) -> UnitPrice {
        UnitPrice(amount.0 * 10_000)
    }
}

impl fmt::Display for UnitPrice {
    /// At least two decimals, more only where they say something: `0.145`, `1200.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.to_decimal().normalize();
        if shown.scale() < 2 {
            shown.rescale(2);
        }
        write!(f, "{shown}")
    }
}

impl FromStr for UnitPrice {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<UnitPrice, AmountError> {
        UnitPrice::exactly(parse(text)?)
    }
}

impl Serialize for UnitPrice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnitPrice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<UnitPrice, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// `numerator ÷ denominator` rounded half away from zero; `denominator` must not be zero.
pub fn div_half_up(numerator: i128, denominator: i128) -> i128 {
    let (n, d) = if denominator < 0 { (-numerator, -denominator) } else { (numerator, denominator) };
    let half = d / 2 + d % 2;
    let magnitude = n.abs();
    let quotient = magnitude / d + i128::from(magnitude % d >= half);
    if n < 0 { -quotient } else { quotient }
}

/// An exact decimal from text: digits, a sign before them, a point among them, and nothing else. Refuses NaN, exponents,
/// the underscores of program text, and more digits than a decimal holds: every decimal that comes in is read here.
pub fn parse(text: &str) -> Result<Decimal, AmountError> {
    let (refused, plain) = (|| AmountError::NotANumber(text.to_owned()), text.trim());
    if !plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Err(refused());
    }
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let is_number = digits.matches('.').count() <= 1
        && digits.contains(|c: char| c.is_ascii_digit())
        && !digits.contains(['+', '-']);
    Decimal::from_str_exact(plain)
        .map_err(|_| if is_number { AmountError::TooManyDigits(plain.to_owned()) } else { refused() })
}

/// A decimal that is neither amount nor quantity (a percentage, a coefficient), as [`parse`] reads it: the reader for
/// command lines, forms and JSON, where `Decimal`'s own takes `1e1` and rounds what it cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainDecimal(pub Decimal);

impl FromStr for PlainDecimal {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<PlainDecimal, AmountError> {
        parse(text).map(PlainDecimal)
    }
}

impl<'de> Deserialize<'de> for PlainDecimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<PlainDecimal, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Of a field that is a `Decimal`: reads it as [`PlainDecimal`] does.
pub(in crate::domain) fn plain<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    PlainDecimal::deserialize(deserializer).map(|plain| plain.0)
}

/// The same of a field that may be left out.
pub(in crate::domain) fn plain_option<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Decimal>, D::Error> {
    Ok(Option::<PlainDecimal>::deserialize(deserializer)?.map(|plain| plain.0))
}

/// `value × 10^decimals` as an integer, refusing further decimals.
pub(super) fn scaled(value: Decimal, decimals: u32) -> Result<i64, AmountError> {
    let mut whole = value.normalize();
    if whole.scale() > decimals {
        return Err(AmountError::TooPrecise { value, decimals });
    }
    whole.rescale(decimals);
    if whole.scale() != decimals {
        return Err(AmountError::TooLarge(value));
    }
    i64::try_from(whole.mantissa()).map_err(|_| AmountError::TooLarge(value))
}

fn bounded(cents: i64) -> Result<i64, AmountError> {
    if cents.abs() > Money::LIMIT_CENTS { Err(AmountError::TooLarge(Decimal::new(cents, 2))) } else { Ok(cents) }
}

fn saturate(cents: i128) -> i64 {
    i64::try_from(cents).unwrap_or(if cents < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_print_and_parse_with_two_decimals() {
        assert_eq!(Money::from_cents(1_600_000_000).to_string(), "16000000.00");
        assert_eq!("16000000.00".parse::<Money>(), Ok(Money::from_cents(1_600_000_000)));
        assert_eq!("-0.5".parse::<Money>(), Ok(Money::from_cents(-50)));
        assert!(matches!("0.005".parse::<Money>(), Err(AmountError::TooPrecise { .. })));
        assert!(matches!("NaN".parse::<Money>(), Err(AmountError::NotANumber(_))));
        assert!("1e30".parse::<Money>().is_err());
        assert!("1000000000000000000000000000".parse::<Money>().is_err());
    }

    #[test]
    fn only_plain_digits_are_a_decimal() {
        for text in ["99.5", "+99.5", " 99.50 ", "-0.5", "10"] {
            assert!(text.parse::<PlainDecimal>().is_ok(), "{text}");
        }
        let long = format!("0.{}", "3".repeat(40));
        for text in ["1e1", "1E1", "1_0", "99,5", "NaN", "inf", "", "-", ".", "1.2.3", "٣", "0x1", "1-1"] {
            let refused = text.parse::<PlainDecimal>().unwrap_err().to_string();
            assert!(refused.contains("write digits, with a point before the decimals"), "{text}: {refused}");
        }
        for text in [&long, &"9".repeat(30)] {
            let refused = text.parse::<PlainDecimal>().unwrap_err().to_string();
            assert!(refused.contains("more digits than can be recorded"), "{text}: {refused}");
        }
        let read = |json: &str| serde_json::from_str::<PlainDecimal>(json);
        assert!(read("\"99.62\"").is_ok());
        assert!(read("\"1e1\"").is_err() && read("99.62").is_err());
    }

    #[test]
    fn sixteen_million_over_96_months_leaves_64_cents_to_spread() {
        let parts = Money::from_cents(1_600_000_000).allocate(&[1; 96]);
        assert_eq!(parts.iter().filter(|p| p.cents() == 16_666_667).count(), 64);
        assert_eq!(parts.iter().filter(|p| p.cents() == 16_666_666).count(), 32);
    }

    #[test]
    fn a_line_is_rounded_once_and_half_up() {
        let price: UnitPrice = "0.145".parse().unwrap();
        let net = price.times("10.3448".parse().unwrap()).unwrap();
        assert_eq!(net, Money::from_cents(150)); // 1.499996
        assert_eq!("0.005".parse::<UnitPrice>().unwrap().times(Quantity::ONE).unwrap(), Money::from_cents(1));
        assert_eq!(UnitPrice::from_micros(145_000).to_string(), "0.145");
    }

    proptest! {
        #[test]
        fn allocated_parts_sum_to_the_whole(cents in -1_000_000_000_000i64..1_000_000_000_000, weights in prop::collection::vec(0u64..10_000, 1..60)) {
            let parts = Money::from_cents(cents).allocate(&weights);
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(parts.iter().sum::<Money>().cents(), cents);
        }

        #[test]
        fn half_up_is_symmetric_and_within_half(n in -1_000_000i128..1_000_000, d in 1i128..1_000) {
            let q = div_half_up(n, d);
            prop_assert_eq!(div_half_up(-n, d), -q);
            prop_assert!((q * d - n).abs() * 2 <= d);
        }

        #[test]
        fn money_text_round_trips(cents in -Money::LIMIT_CENTS..Money::LIMIT_CENTS) {
            prop_assert_eq!(Money::from_cents(cents).to_string().parse::<Money>().unwrap().cents(), cents);
        }
    }
}
