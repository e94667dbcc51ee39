//! The number of an issued document.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `DC2026000123`: prefix of the series, year, position in the year. At most 20 characters of `[A-Za-z0-9+-_/]`
/// (Chorus Pro); built from letters and digits only, so that it can be part of an ISO 11649 reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InvoiceNumber(String);

/// Why a number cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("series prefix `{0}` must be 1 to 6 letters or digits")]
    Prefix(String),
    #[error("position {0} is beyond the series' 999,999 numbers a year")]
    Exhausted(i64),
}

impl InvoiceNumber {
    pub const LENGTH_MAX: usize = 20;

    pub fn new(prefix: &str, year: i32, position: i64) -> Result<InvoiceNumber, NumberError> {
        let well_formed = (1..=6).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_alphanumeric());
        if !well_formed {
            return Err(NumberError::Prefix(prefix.to_owned()));
        }
        if !(1..=999_999).contains(&position) {
            return Err(NumberError::Exhausted(position));
        }
        Ok(InvoiceNumber(format!("{prefix}{year:04}{position:06}")))
    }

    /// What stands for the number of a document that has none yet: never stored, never printed.
    pub const fn none() -> InvoiceNumber {
        InvoiceNumber(String::new())
    }

    /// A number read back from storage or a URL; unknown ones simply match nothing.
    pub fn from_stored(text: impl Into<String>) -> InvoiceNumber {
        InvoiceNumber(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_chorus_limits() {
        assert_eq!(InvoiceNumber::new("DC", 2026, 123).unwrap().as_str(), "DC2026000123");
        assert!(InvoiceNumber::new("ABCDEF", 2099, 999_999).unwrap().as_str().len() <= InvoiceNumber::LENGTH_MAX);
        assert!(InvoiceNumber::new("D-C", 2026, 1).is_err());
        assert!(InvoiceNumber::new("", 2026, 1).is_err());
        assert!(InvoiceNumber::new("DC", 2026, 1_000_000).is_err());
        assert!(InvoiceNumber::new("DC", 2026, 0).is_err());
    }
}
