//! What can be wrong with a value that is read, by kind: a file is told in one sentence, a form in its own language.

use rust_decimal::Decimal;

use crate::domain::book::BookFault;
use crate::domain::calendar::CalendarError;
use crate::domain::money::{AmountError, HALF_UP};
use crate::domain::party::identifiers::IdentifierError;
use crate::domain::tariff::TierError;

/// Why a text is not the value its key asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    #[error("is missing; add {example}")]
    Missing { example: String },
    #[error("is empty; write something, or leave the key out where it is optional")]
    Empty,
    #[error("holds a line break or another control character; write it on one line")]
    ControlCharacter,
    #[error("is longer than {max} characters; shorten it")]
    TooLong { max: usize },
    #[error("`{text}` is not known here; {}write one of {known}", guess(*.nearest))]
    UnknownWord { text: String, nearest: Option<&'static str>, known: String },

    #[error("{0} is beyond every amount and quantity; look at its number of digits")]
    TooManyDigits(String),
    #[error("`{0}` is no number; write it in digits, such as 0.145")]
    NotANumber(String),
    #[error("`{0}` has an exponent; write all its digits, such as 1200.00")]
    Exponent(String),
    #[error("`{0}` has a comma; write decimals with a point, such as 0.145")]
    Comma(String),
    #[error("{}{}", .0, rounding(.0))]
    Amount(AmountError),
    #[error("{0} is beyond what a register can show")]
    BeyondRegister(Decimal),
    #[error("{0} does not fit; write a whole number, such as 8")]
    NotWhole(Decimal),

    #[error("{0} is not a date that exists; write year-month-day, such as 2026-10-01")]
    NoSuchDate(String),
    #[error("`{0}` is not a date; write year-month-day and no time, such as 2026-10-01")]
    NotADate(String),
    #[error(transparent)]
    Calendar(#[from] CalendarError),

    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    #[error("series prefix `{0}` must be 1 to 6 letters or digits; write for example DC, which gives DC2026000001")]
    NumberPrefix(String),
    #[error(transparent)]
    Tiers(#[from] TierError),
    #[error("stands without `committed_percent`; say what is promised, such as committed_percent = 99.95")]
    BandsWithoutCommitment,
    #[error("stands beside `quantity`; a line has one of them: {QUANTITY_OR_MEASURE}")]
    QuantityAndMeasure,
    #[error("needs a quantity: {QUANTITY_OR_MEASURE}")]
    NoQuantity,

    /// Of whoever edits: documents of the year have numbers of the series already.
    #[error(
        "is another, and documents of {year} are numbered {prefix}{year}…: a series goes on without a gap to the end of its \
         year; choose another prefix in a later year, before its first document"
    )]
    SeriesRunning { prefix: String, year: i32 },
    /// Of whoever edits: auditors read why.
    #[error("has {found} characters; say why in {low} to {high}, auditors will read it")]
    ReasonLength { found: usize, low: usize, high: usize },

    /// Only a file can be wrong like this: a table where a text belongs.
    #[error("{0}")]
    Text(String),
}

const QUANTITY_OR_MEASURE: &str = "write quantity = 4 for what was agreed, or measure = \"energy\" for what meters say";

impl From<AmountError> for ReadFault {
    fn from(error: AmountError) -> ReadFault {
        ReadFault::Amount(error)
    }
}

impl From<String> for ReadFault {
    fn from(text: String) -> ReadFault {
        ReadFault::Text(text)
    }
}

impl From<&str> for ReadFault {
    fn from(text: &str) -> ReadFault {
        ReadFault::Text(text.to_owned())
    }
}

fn guess(nearest: Option<&str>) -> String {
    nearest.map(|word| format!("did you mean `{word}`? ")).unwrap_or_default()
}

fn rounding(error: &AmountError) -> String {
    match error {
        AmountError::TooPrecise { value, decimals } => {
            format!("; round it to {}", value.round_dp_with_strategy(*decimals, HALF_UP))
        }
        AmountError::TooLarge(_)
        | AmountError::BeyondRegister(_)
        | AmountError::TooManyDigits(_)
        | AmountError::NotANumber(_) => String::new(),
    }
}

/// What a mistake is about: a value that cannot be read, or a rule between values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Read(#[from] ReadFault),
    #[error(transparent)]
    Rule(#[from] BookFault),
}

impl From<String> for Fault {
    fn from(text: String) -> Fault {
        Fault::Read(text.into())
    }
}

impl From<&str> for Fault {
    fn from(text: &str) -> Fault {
        Fault::Read(text.into())
    }
}
