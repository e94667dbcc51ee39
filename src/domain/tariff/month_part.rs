//! A part of a billing month, as a stretch between two positions in it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::money::{HALF_UP, Money, div_half_up};
use crate::domain::quantity::Quantity;

/// From position `from` to position `to` of a month of `of` days (or 30ths). A share of an amount is what is due up to
/// `to` less what is due up to `from`, each rounded once: however a month is cut, its parts add up to it exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthPart {
    from: i64,
    to: i64,
    of: i64,
}

impl MonthPart {
    pub const WHOLE: MonthPart = MonthPart { from: 0, to: 1, of: 1 };

    /// Positions beyond the month are taken back into it.
    pub fn new(from: i64, to: i64, of: i64) -> MonthPart {
        let of = of.max(1);
        let from = from.clamp(0, of);
        MonthPart { from, to: to.clamp(from, of), of }
    }

    pub const fn is_whole(self) -> bool {
        self.from == 0 && self.to == self.of
    }

    /// How many of its `of` days (or 30ths) the part has.
    pub const fn units(self) -> i64 {
        self.to - self.from
    }

    pub const fn of(self) -> i64 {
        self.of
    }

    /// What the part has of a monthly amount.
    pub fn of_amount(self, whole: Money) -> Money {
        whole.fraction(self.to, self.of) - whole.fraction(self.from, self.of)
    }

    /// What the part has of a monthly quantity.
    pub fn of_quantity(self, whole: Quantity) -> Quantity {
        let up_to = |position: i64| {
            let product = i128::from(whole.ten_thousandths()) * i128::from(position);
            // At most `whole` itself, which fits.
            i64::try_from(div_half_up(product, i128::from(self.of))).unwrap_or(whole.ten_thousandths())
        };
        Quantity::from_ten_thousandths(up_to(self.to) - up_to(self.from))
    }

    /// What the part has of a level held over the month, to four decimals at both ends: one held at a bound has as much
    /// as [`MonthPart::of_quantity`] has of the bound. None where it has too many digits.
    pub fn of_level(self, level: Decimal) -> Option<Decimal> {
        let up_to = |position: i64| {
            let share = level.checked_mul(Decimal::from(position))?.checked_div(Decimal::from(self.of))?;
            Some(share.round_dp_with_strategy(4, HALF_UP))
        };
        up_to(self.to)?.checked_sub(up_to(self.from)?)
    }

    /// How [`MonthPart::of_level`] got there: `20 kW × 14/31`; where rounding at both ends moved it,
    /// `20 kW × 31/31 − 20 kW × 17/31`.
    pub fn level_expression(self, text: &str, level: Decimal) -> String {
        let MonthPart { from, to, of } = self;
        let plain = MonthPart { from: 0, to: self.units(), of };
        match plain.of_level(level) == self.of_level(level) {
            true => format!("{text} × {}/{of}", self.units()),
            false => format!("{text} × {to}/{of} − {text} × {from}/{of}"),
        }
    }

    /// How [`MonthPart::of_amount`] got there, `whole` being written as `text`: `4 rack × 1200.00 × 17/31`; where
    /// rounding at both ends moved a cent, `4800.00 × 20/31 − 4800.00 × 10/31`.
    pub fn expression(self, text: &str, whole: Money) -> String {
        let MonthPart { from, to, of } = self;
        if self.is_whole() {
            return text.to_owned();
        }
        if whole.fraction(self.units(), of) == self.of_amount(whole) {
            return format!("{text} × {}/{of}", self.units());
        }
        format!("{whole} × {to}/{of} − {whole} × {from}/{of}")
    }
}
