//! Between domain values and the columns they are kept in.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{StorageError, StorageResult};
use crate::domain::calendar::DatePeriod;
use crate::domain::quantity::Micro;

/// A value as JSON text.
pub fn to_json<T: Serialize + ?Sized>(what: &'static str, value: &T) -> StorageResult<String> {
    serde_json::to_string(value).map_err(|error| StorageError::NotStorable { what, detail: error.to_string() })
}

pub fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> StorageResult<T> {
    serde_json::from_str(text).map_err(|error| corrupt(what, format!("{error} in {text}")))
}

/// A value whose JSON form is a string (a kind, a checked identifier, a month), as that string.
pub fn to_word<T: Serialize>(what: &'static str, value: &T) -> StorageResult<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StorageError::NotStorable { what, detail: format!("{other} is not a word") }),
        Err(error) => Err(StorageError::NotStorable { what, detail: error.to_string() }),
    }
}

pub fn from_word<T: DeserializeOwned>(what: &'static str, word: String) -> StorageResult<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|error| corrupt(what, error.to_string()))
}

pub fn from_optional_word<T: DeserializeOwned>(what: &'static str, word: Option<String>) -> StorageResult<Option<T>> {
    word.map(|word| from_word(what, word)).transpose()
}

/// `YYYY-MM-DD`, which sorts as text.
pub fn date_text(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

pub fn date_from(what: &'static str, text: &str) -> StorageResult<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|error| corrupt(what, format!("{error} in {text}")))
}

pub fn optional_date_from(what: &'static str, text: Option<String>) -> StorageResult<Option<NaiveDate>> {
    text.map(|text| date_from(what, &text)).transpose()
}

pub fn period_from(what: &'static str, from: &str, to: Option<String>) -> StorageResult<DatePeriod> {
    DatePeriod::new(date_from(what, from)?, optional_date_from(what, to)?)
        .map_err(|error| corrupt(what, error.to_string()))
}

/// A decimal in millionths; one with more decimals is refused rather than rounded.
pub fn to_micro(what: &'static str, value: Decimal) -> StorageResult<i64> {
    Micro::exactly(value)
        .map(Micro::micros)
        .map_err(|error| StorageError::NotStorable { what, detail: error.to_string() })
}

pub fn from_micro(micros: i64) -> Decimal {
    Micro::from_micros(micros).to_decimal().normalize()
}

/// A number into a column of another width.
pub fn integer<A: Copy + std::fmt::Display, B: TryFrom<A>>(what: &'static str, value: A) -> StorageResult<B> {
    B::try_from(value).map_err(|_| StorageError::NotStorable { what, detail: format!("{value} is out of range") })
}

pub fn corrupt(what: &'static str, detail: String) -> StorageError {
    StorageError::Corrupt { what, detail }
}
