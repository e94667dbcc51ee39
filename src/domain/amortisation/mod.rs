//! Depreciation of fixed assets.
//!
//! Owns: assets and their validity, schedules by year and month for every method (handbook, Amortisation), the report
//! of plan against journal, the monthly entry. Does not own: balanced entries (ledger), file formats (documents),
//! payback. Invariants: base = cost − residual value; a schedule's charges sum to its base exactly, the last year
//! being the complement; the months of a year sum to that year's charge; the plan is fixed at entry.

mod asset;
mod degressive;
#[cfg(test)]
mod fixtures;
mod linear;
mod plan;
mod posted;
mod posting;
pub mod report;
mod schedule;
mod service;
mod subsidy;

pub use asset::{AssetError, MAX_DURATION_YEARS};
pub use plan::{ComponentPlan, plans};
pub use posted::{PostedAmounts, PostedDepreciation};
pub use posting::{depreciation_document, depreciation_entry, months_due};
pub use report::{AmortisationReport, report};
pub use schedule::{MonthRow, Schedule, YearRow, schedule};
pub use subsidy::subsidy_shares;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ids::{AssetCode, ComponentCode};
use super::money::Money;

/// What is depreciated: an asset and its components, whose costs sum to the asset's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedAsset {
    /// Inventory number.
    pub code: AssetCode,
    pub name: String,
    pub cost: Money,
    /// Asset account (2131, 2135, 2183 ...).
    pub account: String,
    pub commissioned_on: NaiveDate,
    /// What proves the commissioning: a report, a decision.
    pub commissioning_evidence: Option<String>,
    /// The decision that set the durations.
    pub duration_decision: Option<String>,
    /// Subsidies received, taken to income over the same life.
    pub subsidy: Money,
    pub components: Vec<Component>,
}

/// A part with a life of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    pub code: ComponentCode,
    pub name: String,
    pub cost: Money,
    pub residual_value: Money,
    pub duration_years: u32,
    pub method: Method,
    /// Overrides the asset's commissioning date.
    pub commissioned_on: Option<NaiveDate>,
    /// Overrides the asset's account.
    pub account: Option<String>,
}

/// How the base is spread over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Method {
    Linear {
        convention: Convention,
    },
    /// Declining balance with `coefficient` ÷ duration, switching to linear when that is higher.
    Degressive {
        coefficient: Decimal,
    },
}

/// Where a linear plan begins and how its days are counted: the four rows of the handbook's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// 30/360, the commissioning day included.
    #[serde(rename = "30-360")]
    Days30E360,
    /// Actual days over 365.
    #[serde(rename = "actual-365")]
    Actual365,
    /// Whole months from the first of the month of commissioning.
    FirstOfMonth,
    /// Whole years from 1 January of the year after.
    FullYearsFromNext,
}
