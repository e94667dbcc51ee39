//! Quantities and their units, exactly.
//!
//! Owns: the units Chapelle bills in, a meter's value in millionths of its unit, and a document's quantity with four
//! decimals. Does not own: prices. Invariant: a quantity never loses its unit; values of two units never add.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{self, AmountError, HALF_UP};

/// What a quantity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    KilowattHour,
    Kilowatt,
    Terabyte,
    /// One terabyte held for the whole billing month: the mean of a storage gauge.
    TerabyteMonth,
    RackUnit,
    /// One rack unit occupied for one day of the facility's calendar.
    RackUnitDay,
    Rack,
    Month,
    Day,
    Hour,
    Year,
    One,
}

impl Unit {
    pub const ALL: [Unit; 12] = [
        Unit::KilowattHour,
        Unit::Kilowatt,
        Unit::Terabyte,
        Unit::TerabyteMonth,
        Unit::RackUnit,
        Unit::RackUnitDay,
        Unit::Rack,
        Unit::Month,
        Unit::Day,
        Unit::Hour,
        Unit::Year,
        Unit::One,
    ];

    /// The UN/ECE Recommendation 20/21 code an electronic invoice carries (handbook, Invoices). Units the
    /// recommendation lacks (U, U·day) travel as C62 "one" and are named in the designation.
    pub const fn code_rec20(self) -> &'static str {
        match self {
            Unit::KilowattHour => "KWH",
            Unit::Kilowatt => "KWT",
            Unit::Terabyte | Unit::TerabyteMonth => "E35",
            Unit::Rack => "XRK",
            Unit::Month => "MON",
            Unit::Day => "DAY",
            Unit::Hour => "HUR",
            Unit::Year => "ANN",
            Unit::RackUnit | Unit::RackUnitDay | Unit::One => "C62",
        }
    }

    /// The name used in files and JSON: `kilowatt-hour`, `rack-unit-day` ...
    pub const fn name(self) -> &'static str {
        match self {
            Unit::KilowattHour => "kilowatt-hour",
            Unit::Kilowatt => "kilowatt",
            Unit::Terabyte => "terabyte",
            Unit::TerabyteMonth => "terabyte-month",
            Unit::RackUnit => "rack-unit",
            Unit::RackUnitDay => "rack-unit-day",
            Unit::Rack => "rack",
            Unit::Month => "month",
            Unit::Day => "day",
            Unit::Hour => "hour",
            Unit::Year => "year",
            Unit::One => "one",
        }
    }
}

/// How people write the units of registers, in either language.
const SYMBOLS: [(&str, Unit); 5] = [
    ("kWh", Unit::KilowattHour),
    ("kW", Unit::Kilowatt),
    ("TB", Unit::Terabyte),
    ("To", Unit::Terabyte),
    ("U", Unit::RackUnit),
];

impl Unit {
    /// The unit a reading names: by its name, or by its symbol in capitals or not.
    pub fn of_reading(text: &str) -> Result<Unit, NoRegisterUnit> {
        let symbol = SYMBOLS.into_iter().find(|(symbol, _)| symbol.eq_ignore_ascii_case(text));
        symbol.map_or_else(|| text.parse().map_err(|_| NoRegisterUnit(text.to_owned())), |(_, unit)| Ok(unit))
    }
}

impl FromStr for Unit {
    type Err = UnknownUnit;
    fn from_str(name: &str) -> Result<Unit, UnknownUnit> {
        Unit::ALL.into_iter().find(|unit| unit.name() == name).ok_or_else(|| UnknownUnit(name.to_owned()))
    }
}

/// A unit's name that is none of [`Unit::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a unit; known are kilowatt-hour, kilowatt, terabyte, terabyte-month, rack-unit, rack-unit-day, rack, month, day, hour, year, one"
)]
pub struct UnknownUnit(pub String);

/// What no register counts in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no unit of a reading; write kWh, kW, TB (or To) or U, as the meter counts, or leave the unit out")]
pub struct NoRegisterUnit(pub String);

/// A meter's value in millionths of its register's unit: how readings are stored and differenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micro(i64);

impl Micro {
    pub const ZERO: Micro = Micro(0);
    /// One million million units: no register of a rack or a building reaches it.
    pub const LIMIT_UNITS: i64 = 1_000_000_000_000;

    pub const fn from_micros(micros: i64) -> Micro {
        Micro(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The value if it has at most six decimals and stays within ±[`Micro::LIMIT_UNITS`].
    pub fn exactly(units: Decimal) -> Result<Micro, AmountError> {
        if units.abs() > Decimal::from(Micro::LIMIT_UNITS) {
            return Err(AmountError::BeyondRegister(units));
        }
        money::scaled(units, 6).map(Micro)
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 6)
    }
}

impl fmt::Display for Micro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_decimal().normalize())
    }
}

impl FromStr for Micro {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Micro, AmountError> {
        Micro::exactly(money::parse(text)?)
    }
}

impl Serialize for Micro {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Micro {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Micro, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A quantity as documents carry it: in ten-thousandths (four decimals, BR-FR-DEC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i64);

impl Quantity {
    pub const ZERO: Quantity = Quantity(0);
    pub const ONE: Quantity = Quantity(10_000);

    pub const fn from_ten_thousandths(value: i64) -> Quantity {
        Quantity(value)
    }

    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    pub fn exactly(value: Decimal) -> Result<Quantity, AmountError> {
        if value.abs() > Decimal::from(Micro::LIMIT_UNITS) {
            return Err(AmountError::TooLarge(value));
        }
        money::scaled(value, 4).map(Quantity)
    }

    /// `value` rounded half-up to four decimals.
    pub fn rounded(value: Decimal) -> Result<Quantity, AmountError> {
        Quantity::exactly(value.round_dp_with_strategy(4, HALF_UP))
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 4)
    }
}

impl std::ops::Neg for Quantity {
    type Output = Quantity;
    fn neg(self) -> Quantity {
        Quantity(-self.0)
    }
}

impl fmt::Display for Quantity {
    /// Without trailing zeros: `4`, `1543.2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_decimal().normalize())
    }
}

impl FromStr for Quantity {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Quantity, AmountError> {
        Quantity::exactly(money::parse(text)?)
    }
}

impl Serialize for Quantity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Quantity, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_six_decimals_and_refuse_the_absurd() {
        assert_eq!("1951.6".parse::<Micro>().unwrap().micros(), 1_951_600_000);
        assert!("1000000000000000000000000000000".parse::<Micro>().is_err());
        assert!("1.0000001".parse::<Micro>().is_err());
        assert!("nan".parse::<Micro>().is_err());
        let told = "1000000000000.1".parse::<Micro>().unwrap_err().to_string();
        assert_eq!(told, "1000000000000.1 is beyond what a register can show (1,000,000,000,000 in its unit)");
        assert!("1000000000000".parse::<Micro>().is_ok());
    }

    #[test]
    fn a_reading_is_told_the_units_of_registers() {
        for (text, unit) in [("kwh", Unit::KilowattHour), ("To", Unit::Terabyte), ("rack-unit", Unit::RackUnit)] {
            assert_eq!(Unit::of_reading(text).unwrap(), unit);
        }
        let told = Unit::of_reading("MWh").unwrap_err().to_string();
        assert!(told.contains("write kWh, kW, TB (or To) or U") && !told.contains("rack-unit"), "{told}");
    }

    #[test]
    fn unit_names_round_trip() {
        for unit in Unit::ALL {
            assert_eq!(unit.name().parse::<Unit>().unwrap(), unit);
            assert_eq!(serde_json::to_string(&unit).unwrap(), format!("\"{}\"", unit.name()));
        }
    }
}
