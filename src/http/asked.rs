//! Values of queries: read as what they are to be, or refused with what would be right, in words pages can say.

use std::str::FromStr;

use super::error::Fault;
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
    /// Of a list, from 1.
    Page,
    /// Of a document, from 1.
    Line,
    /// How many to draw.
    Items,
    /// How many to look back on, at most 31.
    Days,
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
            Expected::Page => Told::new("expected-page", "a number from 1"),
            Expected::Line => Told::new("expected-line", "a line number"),
            Expected::Items => Told::new("expected-items", "a number of items"),
            Expected::Days => Told::new("expected-days", "a number of days, at most 31"),
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
        Some(text) => text.parse().map(Some).map_err(|_| expected.refused(name, text)),
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

/// What the framework found wrong with a query: it does not say of which parameter.
pub fn unreadable_query(error: &str) -> Fault {
    misasked(Told::new("query-unreadable", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_named_with_what_would_be_right() {
        let fault = parsed::<i64>("page", Some("two"), Expected::Page).unwrap_err();
        assert_eq!(fault.to_string(), "page=two is not a number from 1");
        assert_eq!(parsed::<i64>("page", Some(" "), Expected::Page), Ok(None));
        let fault = none_of("status", "lost", &["draft", "issued"]);
        assert_eq!(fault.to_string(), "status=lost is none of draft, issued");
    }
}
