//! What a price shape gives: parts, each with its arithmetic.

use rust_decimal::Decimal;

use crate::domain::money::{AmountError, Money, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};

/// One part of a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedPart {
    pub kind: PartKind,
    pub quantity: Quantity,
    pub unit: Unit,
    /// Never negative: a reduction has a negative quantity (EN 16931).
    pub unit_price: UnitPrice,
    /// `quantity × unit_price`, rounded half-up once.
    pub net: Money,
    /// What gives `net`, in numbers only: `1543.125 kWh × 0.145`.
    pub expression: String,
}

/// Which part of a price it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartKind {
    Base,
    /// `units` of `of` days (or 30ths) of the month.
    Prorated {
        units: i64,
        of: i64,
    },
    /// The part of the quantity within [from, to).
    Tier {
        from: Decimal,
        to: Option<Decimal>,
    },
    /// The whole quantity, at the price of the tier [from, to) it lies in.
    Volume {
        from: Decimal,
        to: Option<Decimal>,
    },
    Committed,
    Overage,
    MinimumComplement {
        minimum: Money,
    },
    CapReduction {
        cap: Money,
    },
    OneOff,
}

impl PricedPart {
    /// A quantity at its price.
    pub(super) fn of_quantity(
        kind: PartKind,
        quantity: Quantity,
        unit: Unit,
        unit_price: UnitPrice,
    ) -> Result<PricedPart, AmountError> {
        let net = unit_price.times(quantity)?;
        let expression = product(quantity, unit, unit_price);
        Ok(PricedPart { kind, quantity, unit, unit_price, net, expression })
    }

    /// An amount: once itself, or minus once its opposite.
    pub(super) fn of_amount(kind: PartKind, amount: Money, expression: String) -> Result<PricedPart, AmountError> {
        let quantity = if amount.is_negative() { -Quantity::ONE } else { Quantity::ONE };
        let unit_price = UnitPrice::exactly(amount.abs().to_decimal())?;
        Ok(PricedPart { kind, quantity, unit: Unit::One, unit_price, net: amount, expression })
    }
}

/// `4 rack × 1200.00`
pub(super) fn product(quantity: Quantity, unit: Unit, unit_price: UnitPrice) -> String {
    format!("{} × {unit_price}", with_symbol(quantity, unit))
}

pub(super) fn with_symbol(quantity: Quantity, unit: Unit) -> String {
    match symbol(unit) {
        "" => quantity.to_string(),
        symbol => format!("{quantity} {symbol}"),
    }
}

/// How formulas, which belong to no language, write a unit; "one" is not written.
pub const fn symbol(unit: Unit) -> &'static str {
    match unit {
        Unit::KilowattHour => "kWh",
        Unit::Kilowatt => "kW",
        Unit::Terabyte => "TB",
        Unit::TerabyteMonth => "TB·month",
        Unit::RackUnit => "U",
        Unit::RackUnitDay => "U·d",
        Unit::Rack => "rack",
        Unit::Month => "month",
        Unit::Day => "d",
        Unit::Hour => "h",
        Unit::Year => "year",
        Unit::One => "",
    }
}
