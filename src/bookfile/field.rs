//! One value of the file, read as the type its key asks for.
//!
//! Each reader answers with the value or with what is wrong and what would be right; the table
//! it stands in adds the place.

use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use toml_edit::{Item, Value};

use super::fault::ReadFault;
use super::words::Words;
use crate::domain::book::nearest;
use crate::domain::calendar::{self, BillingMonth, CalendarError, Timestamp};
use crate::domain::freetext;
use crate::domain::money::{self, AmountError, Money, UnitPrice};
use crate::domain::quantity::Micro;

/// Longest text accepted, in characters: a legal mention has some hundred.
const TEXT_MAX: usize = 2_000;

/// A value, or why it is none.
pub type Reading<T> = Result<T, ReadFault>;

pub struct Field<'a> {
    pub item: &'a Item,
    /// The value as it is written in the file.
    pub written: &'a str,
    /// TOML itself refuses this scalar: a date that does not exist, a number beyond its bounds.
    pub refused: bool,
}

impl<'a> Field<'a> {
    /// What was written, without the quotes of a string.
    fn scalar(&self, wanted: &str) -> Reading<&'a str> {
        match self.item {
            _ if self.refused => Ok(self.written),
            Item::Value(Value::String(text)) => Ok(text.value()),
            Item::Value(Value::Integer(_) | Value::Float(_) | Value::Datetime(_)) => Ok(self.written),
            other => Err(format!("is {}, not {wanted}", described(other)).into()),
        }
    }

    /// A text of one line.
    pub fn text(self) -> Reading<String> {
        match self.item {
            Item::Value(Value::String(text)) if !self.refused => one_line(text.value()),
            Item::Value(Value::Integer(_) | Value::Float(_) | Value::Datetime(_) | Value::Boolean(_)) => {
                Err(format!("{0} is not text; write it in quotes: \"{0}\"", self.written).into())
            }
            Item::Value(Value::String(_)) => {
                Err(format!("{0} is not text; write it in quotes: \"{0}\"", self.written).into())
            }
            other => Err(format!("is {}, not text; write one text in quotes", described(other)).into()),
        }
    }

    /// A list of texts.
    pub fn texts(self) -> Reading<Vec<String>> {
        let Item::Value(Value::Array(array)) = self.item else {
            return Err(format!("is {}, not a list; write [\"...\", \"...\"]", described(self.item)).into());
        };
        let one = |value: &Value| match value.as_str() {
            Some(text) => one_line(text),
            None => Err("every entry of the list is a text in quotes".into()),
        };
        array.iter().map(one).collect()
    }

    /// Anything written as text that checks itself: identifiers, months, zones.
    pub fn parsed<T>(self) -> Reading<T>
    where
        T: FromStr,
        ReadFault: From<T::Err>,
    {
        Ok(self.text()?.parse()?)
    }

    /// One of the words of `words`.
    pub fn word<T: Copy + PartialEq>(self, words: &Words<T>) -> Reading<T> {
        let text = self.text()?;
        words.value_of(&text).ok_or_else(|| ReadFault::UnknownWord {
            nearest: nearest(&text, words.names()).and_then(|guess| words.names().find(|name| *name == guess)),
            known: words.names().collect::<Vec<_>>().join(", "),
            text,
        })
    }

    pub fn flag(self) -> Reading<bool> {
        let refusal = || format!("{} is neither true nor false; write one of them", self.written);
        Ok(self.item.as_bool().ok_or_else(refusal)?)
    }

    /// A decimal number, exactly as its digits say.
    pub fn decimal(self) -> Reading<Decimal> {
        let scalar = self.scalar("a number; write it in digits, such as 0.145")?;
        let plain = if self.item.is_str() && !self.refused { scalar.to_owned() } else { scalar.replace('_', "") };
        let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
        if digits.len() > 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ReadFault::TooManyDigits(scalar.to_owned()));
        }
        if digits.eq_ignore_ascii_case("nan") || digits.eq_ignore_ascii_case("inf") {
            return Err(ReadFault::NotANumber(scalar.to_owned()));
        }
        let scientific = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(['e', 'E']);
        if scientific {
            return Err(ReadFault::Exponent(scalar.to_owned()));
        }
        if digits.contains(',') {
            return Err(ReadFault::Comma(scalar.to_owned()));
        }
        Ok(money::parse(&plain)?)
    }

    pub fn money(self) -> Reading<Money> {
        Ok(Money::exactly(self.decimal()?)?)
    }

    pub fn unit_price(self) -> Reading<UnitPrice> {
        Ok(UnitPrice::exactly(self.decimal()?)?)
    }

    pub fn micro(self) -> Reading<Micro> {
        Micro::exactly(self.decimal()?).map_err(|error| match error {
            AmountError::TooLarge(value) => ReadFault::BeyondRegister(value),
            other => other.into(),
        })
    }

    /// A whole number that fits `T`.
    pub fn whole<T: TryFrom<i64>>(self) -> Reading<T> {
        let value = self.decimal()?;
        let whole = i64::try_from(value).ok().filter(|whole| Decimal::from(*whole) == value);
        whole.and_then(|whole| T::try_from(whole).ok()).ok_or(ReadFault::NotWhole(value))
    }

    /// A day: `2026-10-01`, in quotes or not.
    pub fn date(self) -> Reading<NaiveDate> {
        let scalar = self.scalar("a date; write year-month-day, such as 2026-10-01")?;
        let refusal = || match scalar.len() {
            10 => ReadFault::NoSuchDate(scalar.to_owned()),
            _ => ReadFault::NotADate(scalar.to_owned()),
        };
        let date = calendar::day(scalar).ok();
        date.filter(|date| (1900..=2199).contains(&chrono::Datelike::year(date))).ok_or_else(refusal)
    }

    /// An instant with its offset: `2026-10-01T00:10:00+02:00`, in quotes or not.
    pub fn instant(self) -> Reading<Timestamp> {
        let scalar = self.scalar("an instant; write it with its offset, such as 2026-10-01T00:10:00+02:00")?;
        scalar.parse().map_err(|error: CalendarError| error.into())
    }

    /// A month: `"2026-10"`.
    pub fn month(self) -> Reading<BillingMonth> {
        let scalar = self.scalar("a month; write it in quotes, such as \"2026-10\"")?;
        scalar.parse().map_err(|error: CalendarError| error.into())
    }
}

fn one_line(text: &str) -> Reading<String> {
    if text.trim().is_empty() {
        return Err(ReadFault::Empty);
    }
    if text.contains(freetext::is_unseen) {
        return Err(ReadFault::ControlCharacter);
    }
    if text.chars().count() > TEXT_MAX {
        return Err(ReadFault::TooLong { max: TEXT_MAX });
    }
    Ok(text.to_owned())
}

/// What kind of thing stands where something else should.
pub fn described(item: &Item) -> &'static str {
    match item {
        Item::None => "nothing",
        Item::Table(_) | Item::Value(Value::InlineTable(_)) => "a table",
        Item::ArrayOfTables(_) => "a list of tables",
        Item::Value(Value::Array(_)) => "a list",
        Item::Value(Value::Boolean(_)) => "true or false",
        Item::Value(Value::String(_)) => "a text",
        Item::Value(Value::Datetime(_)) => "a date",
        Item::Value(Value::Integer(_) | Value::Float(_)) => "a number",
    }
}
