//! Values of queries: read as what they are to be, or refused with what would be right, in words pages can say.

use std::ops::RangeBounds;
use std::str::FromStr;

use actix_web::error::QueryPayloadError;
use chrono::NaiveDate;

use super::error::Fault;
use super::unreadable;
use crate::app::report_ledger::Span;
use crate::domain::calendar::day;
use crate::domain::payback::Horizon;
use crate::domain::told::Told;

/// What a value is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Day,
    Month,
    Year,
    Instant,
    /// Any whole number.
    Number,
    /// Of an event, to go on after.
    Sequence,
    /// How many at most, of what comes by the thousand.
    Limit,
    /// Yes or no.
    Flag,
    /// Of a list, from 1.
    Page,
    /// Where a list goes on, as an answer gave it.
    Cursor,
    /// Of a document, from 1.
    Line,
    /// How many to draw.
    Items,
    /// How many to look back on, 1 to 31.
    Days,
    /// Of the alarms beside lost redundancy.
    AlarmTable,
    /// Of payback, in years.
    Horizon,
    /// The beginning of an account's number.
    Account,
}

impl Expected {
    fn told(self) -> Told {
        match self {
            Expected::Day => Told::new("expected-day", "a day such as 2026-10-31"),
            Expected::Month => Told::new("expected-month", "a month such as 2026-10"),
            Expected::Year => Told::new("expected-year", "a year such as 2026"),
            Expected::Instant => Told::new("expected-instant", "an instant such as 2026-10-01T00:00:00Z"),
            Expected::Number => Told::new("expected-number", "a number"),
            Expected::Sequence => Told::new("expected-sequence", "a number from 0"),
            Expected::Limit => Told::new("expected-limit", "a number from 1 to 1000"),
            Expected::Flag => Told::new("expected-flag", "true or false"),
            Expected::Page => Told::new("expected-page", "a number from 1"),
            Expected::Cursor => Told::new("expected-cursor", "the `next` of an answer of this list"),
            Expected::Line => Told::new("expected-line", "a line number"),
            Expected::Items => Told::new("expected-items", "a number of items"),
            Expected::Days => Told::new("expected-days", "a number of days from 1 to 31"),
            Expected::AlarmTable => Told::new("expected-alarm-table", "one of the tables: silent, refused"),
            Expected::Horizon => Told::new("expected-horizon", "8, 40 or 50 years"),
            Expected::Account => Told::new("expected-account", "the beginning of an account such as 411"),
        }
    }

    /// That `name` is `text` and no such thing.
    pub fn refused(self, name: &str, text: &str) -> Fault {
        let expected = self.told();
        let told = Told::new("query-not", format!("{name}={text} is not {}", expected.english));
        misasked(told.with("name", name).with("text", text).with("expected", expected))
    }
}

/// A query's value, where it is given and not empty.
pub fn parsed<T: FromStr>(name: &str, text: Option<&str>, expected: Expected) -> Result<Option<T>, Fault> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        // A day has one spelling; what its type reads beyond that is a slip.
        Some(text) if expected == Expected::Day && day(text).is_err() => Err(expected.refused(name, text)),
        Some(text) => text.parse().map(Some).map_err(|_| expected.refused(name, text)),
    }
}

/// The same, where it must lie in `allowed`: programs are told of a slip that pages forgive people.
pub fn within<T: FromStr + PartialOrd>(
    name: &str,
    text: Option<&str>,
    allowed: impl RangeBounds<T>,
    expected: Expected,
) -> Result<Option<T>, Fault> {
    match parsed(name, text, expected)? {
        Some(value) if !allowed.contains(&value) => Err(expected.refused(name, text.unwrap_or_default().trim())),
        value => Ok(value),
    }
}

/// How many years after commissioning payback looks at; forty where it is not said.
pub fn horizon(text: Option<&str>) -> Result<Horizon, Fault> {
    let Some(years) = parsed::<u32>("horizon", text, Expected::Horizon)? else { return Ok(Horizon::Forty) };
    Horizon::of_years(years).ok_or_else(|| Expected::Horizon.refused("horizon", &years.to_string()))
}

/// Which page of a list a program asks for: from 1, which is also the one it gets unasked.
pub fn page(text: Option<&str>) -> Result<usize, Fault> {
    Ok(within("page", text, 1.., Expected::Page)?.unwrap_or(1))
}

/// The first and the last day of a list, each where it is given. The first comes first.
pub fn days(
    (first, from): (&str, Option<&str>),
    (last, through): (&str, Option<&str>),
) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Fault> {
    let (from, through) = (parsed(first, from, Expected::Day)?, parsed(last, through, Expected::Day)?);
    if let (Some(from), Some(through)) = (from, through) {
        Span::new(from, through)?;
    }
    Ok((from, through))
}

/// One of two, but not both: nobody could tell which was meant.
pub fn either<A, B>(first: (&str, &Option<A>), second: (&str, &Option<B>)) -> Result<(), Fault> {
    match (first, second) {
        ((one, Some(_)), (other, Some(_))) => {
            let told = Told::new("query-both", format!("{one} and {other} are both given: leave one out"));
            Err(misasked(told.with("one", one).with("other", other)))
        }
        _ => Ok(()),
    }
}

/// That `name` is `text`, which is none of the words it can be.
pub fn none_of(name: &str, text: &str, allowed: &[&str]) -> Fault {
    let allowed = allowed.join(", ");
    let told = Told::new("query-none-of", format!("{name}={text} is none of {allowed}"));
    misasked(told.with("name", name).with("text", text).with("allowed", allowed))
}

pub fn misasked(told: Told) -> Fault {
    Fault::Misasked(Box::new(told))
}

/// What the framework found wrong with a query.
pub fn unreadable_query(error: &QueryPayloadError) -> Fault {
    misasked(Told::new("query-unreadable", unreadable::query(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_named_with_what_would_be_right() {
        let fault = parsed::<i64>("page", Some("two"), Expected::Page).unwrap_err();
        assert_eq!(fault.to_string(), "page=two is not a number from 1");
        assert_eq!(parsed::<i64>("page", Some(" "), Expected::Page), Ok(None));
        for text in ["0", "-1", "1.5", "99999999999999999999"] {
            let fault = page(Some(text)).unwrap_err();
            assert_eq!(fault.to_string(), format!("page={text} is not a number from 1"));
        }
        assert_eq!((page(None), page(Some("7"))), (Ok(1), Ok(7)));
        let fault = within("days", Some("32"), 1..=31, Expected::Days).unwrap_err();
        assert_eq!(fault.to_string(), "days=32 is not a number of days from 1 to 31");
        let fault = days(("from", Some("2026-10-02")), ("to", Some("2026-10-01"))).unwrap_err();
        assert!(fault.to_string().starts_with("2026-10-01 is before 2026-10-02"), "{fault}");
        assert!(days(("from", Some("2026-10-01")), ("to", Some("2026-10-01"))).is_ok());
        assert!(either(("day", &Some(1)), ("month", &Some(2))).is_err());
        assert!(either(("day", &Some(1)), ("month", &None::<i32>)).is_ok());
        let fault = none_of("status", "lost", &["draft", "issued"]);
        assert_eq!(fault.to_string(), "status=lost is none of draft, issued");
    }
}
