//! What is wrong, or worth knowing, as a kind with its values: programs and logs read it in English, pages say it in
//! the reader's language.
//!
//! Owns: the shape of such a message. Does not own: its words in other languages (pages). Invariant: the English text
//! says everything the values do.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::calendar::{BillingMonth, Timestamp};
use super::money::Money;
use super::quantity::Unit;

/// A message: `key` names its words, which are filled with `values`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub key: String,
    pub values: Vec<(String, Value)>,
    pub english: String,
}

/// A value of a message, written as each language writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "value")]
pub enum Value {
    Text(String),
    Day(NaiveDate),
    Instant(Timestamp),
    Month(BillingMonth),
    Amount(Money),
    Number(Decimal),
    Unit(Unit),
    /// A message within a message.
    Told(Box<Told>),
}

impl Told {
    pub fn new(key: &str, english: impl std::fmt::Display) -> Told {
        Told { key: key.to_owned(), values: Vec::new(), english: english.to_string() }
    }

    /// One without words of its own in other languages.
    pub fn plain(english: impl std::fmt::Display) -> Told {
        Told::new("", english)
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Told {
        self.values.push((name.to_owned(), value.into()));
        self
    }

    /// The text `name` of it, or of a message within it.
    pub fn text(&self, name: &str) -> Option<&str> {
        let own = self.values.iter().find_map(|(known, value)| match value {
            Value::Text(text) if known == name => Some(text.as_str()),
            _ => None,
        });
        own.or_else(|| {
            self.values.iter().find_map(|(_, value)| match value {
                Value::Told(inner) => inner.text(name),
                _ => None,
            })
        })
    }
}

/// An error that pages can say in the reader's language.
pub trait Tell: std::fmt::Display {
    fn told(&self) -> Told;
}

macro_rules! values {
    ($($from:ty => $variant:ident),* $(,)?) => { $(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                Value::$variant(value)
            }
        }
    )* };
}

values!(String => Text, NaiveDate => Day, Timestamp => Instant, BillingMonth => Month, Money => Amount, Decimal => Number, Unit => Unit);

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Value {
        Value::Number(Decimal::from(number))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Number(Decimal::from(number))
    }
}

impl From<Told> for Value {
    fn from(told: Told) -> Value {
        Value::Told(Box::new(told))
    }
}

impl Tell for super::money::AmountError {
    fn told(&self) -> Told {
        use super::money::AmountError;
        match self {
            AmountError::NotANumber(text) => Told::new("amount-no-number", self).with("text", text.as_str()),
            AmountError::TooManyDigits(text) => Told::new("amount-too-many-digits", self).with("text", text.as_str()),
            AmountError::TooPrecise { value, decimals } => {
                Told::new("amount-too-precise", self).with("value", *value).with("decimals", i64::from(*decimals))
            }
            AmountError::TooLarge(value) => Told::new("amount-too-large", self).with("value", *value),
        }
    }
}

impl Tell for super::calendar::CalendarError {
    fn told(&self) -> Told {
        use super::calendar::CalendarError;
        match self {
            CalendarError::NotAnInstant(text) => Told::new("no-instant", self).with("text", text.as_str()),
            CalendarError::NotAMonth(text) => Told::new("no-month", self).with("text", text.as_str()),
            CalendarError::NotADay(text) => Told::new("no-day", self).with("text", text.as_str()),
            CalendarError::Empty { from, to } => {
                Told::new("empty-period", self).with("from", from.as_str()).with("to", to.as_str())
            }
        }
    }
}

impl Tell for super::quantity::UnknownUnit {
    fn told(&self) -> Told {
        Told::new("no-unit", self).with("text", self.0.as_str())
    }
}
