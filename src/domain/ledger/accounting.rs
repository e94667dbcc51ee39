//! What a body decides about its books.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Chart;

/// The chart, and the rates late interest is reckoned with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounting {
    pub chart: Chart,
    /// Oldest first.
    pub reference_rates: Vec<ReferenceRate>,
}

/// The central bank's main refinancing rate from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceRate {
    pub from: NaiveDate,
    pub percent: Decimal,
}
