//! Price revision: P = P0 × (a + b × S1/S0).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::BillingMonth;
use crate::domain::ids::PriceIndexCode;

/// The revision clause of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indexation {
    pub index: PriceIndexCode,
    /// The month of S0.
    pub base_month: BillingMonth,
    /// `a`; `b` is 1 − a.
    pub fixed_part: Decimal,
    pub rounding: CoefficientRounding,
    /// Each revision takes effect on a day, with S1 of a named month; oldest first.
    pub revisions: Vec<Revision>,
}

/// From `from` on, prices carry the coefficient of `index_month`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    pub from: NaiveDate,
    pub index_month: BillingMonth,
}

/// How the coefficient is rounded: a clause of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoefficientRounding {
    #[default]
    Unrounded,
    /// Half-up to four decimals.
    FourDecimals,
    /// Up to the next thousandth.
    UpToThousandth,
}
