//! Depreciation of fixed assets.
//!
//! Owns: assets, their papers and funding, and their validity; what happens to them (events); plans by year and month
//! for every method (handbook, Amortisation); the reports of plan against journal, of movements and of funding; the
//! entries of all of these. Does not own: balanced entries (ledger), file formats (documents), payback. Invariants:
//! base = cost − residual value; a plan's charges sum to its base exactly, the last year being the complement; the
//! months of a year sum to that year's charge; a plan is a pure fold of the asset and its events, and an event changes
//! nothing before the day it takes effect.

mod asset;
mod balances;
#[cfg(test)]
mod books_tests;
mod catch_up;
mod commission;
#[cfg(test)]
mod commission_tests;
mod degressive;
mod effect;
mod entries;
mod event;
#[cfg(test)]
pub(in crate::domain) mod event_tests;
mod event_told;
#[cfg(test)]
pub mod fixtures;
mod fold;
pub mod funding;
mod linear;
mod locked;
mod movement;
pub mod movements;
#[cfg(test)]
mod movements_tests;
mod plan;
mod posted;
mod posting;
mod postings;
mod record;
pub mod report;
mod schedule;
mod service;
#[cfg(test)]
mod share_tests;
mod state;
mod subsidy;
#[cfg(test)]
mod subsidy_tests;
mod track;
mod tree;
mod withdrawal;

pub use asset::{AssetError, COMMISSIONING_YEARS, MAX_DURATION_YEARS, coefficients, is_asset_account};
pub use balances::Balances;
pub use catch_up::{Gap, catch_up_entry, gaps};
pub use degressive::COEFFICIENT_DECIMALS;
pub use effect::{
    AmountChange, ComponentEffect, ComponentFigures, EventAmounts, EventEffect, ShiftedEvent, event_effect,
};
pub use entries::movement_entries;
pub use event::{AssetChange, AssetEvent, EventFault, EventProblem, Extent, Successor, last_plausible_day};
pub use fold::{event_problems, known_on};
pub use locked::{LockedAsset, LockedProblem};
pub use movement::{Movement, MovementKind};
pub use plan::{AssetPlan, ComponentPlan, asset_plans, plans};
pub use posted::{PostedAmounts, PostedDepreciation};
pub use posting::{closing_day, depreciation_entry, last_closing_day, months_due, period_of};
pub use postings::postings_of;
pub use record::{AssetDocument, AssetRecord, Funding, PaperKind, PostingPeriod, SupplierInvoice};
pub use report::{AmortisationReport, report};
pub use schedule::{MonthRow, Schedule, YearRow, schedule};
pub use subsidy::subsidy_shares;
pub use track::UNIT_DECIMALS;
pub use tree::{ComponentGroup, TreeFault, TreePart, TreeRow, tree_faults};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ids::{AssetCode, ComponentCode};
use super::money::{Money, plain};

/// What is depreciated: an asset and its components, whose costs sum to the asset's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedAsset {
    /// Inventory number.
    pub code: AssetCode,
    pub name: String,
    pub cost: Money,
    /// Asset account (2131, 2135, 2183 ...).
    pub account: String,
    /// Absent where it is built first: an event puts it into service.
    pub commissioned_on: Option<NaiveDate>,
    /// What proves the commissioning: a report, a decision.
    pub commissioning_evidence: Option<String>,
    /// The decision that set the durations.
    pub duration_decision: Option<String>,
    /// Subsidies received, taken to income over the same life.
    pub subsidy: Money,
    pub components: Vec<Component>,
    /// Papers, invoices, funding, and how its entries are made.
    pub record: AssetRecord,
    /// What happened to it, in the order it became known. Only ever added to.
    pub events: Vec<AssetEvent>,
}

/// A part with a life of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The decision that set its duration, where it differs from the asset's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_decision: Option<String>,
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
        #[serde(deserialize_with = "plain")]
        coefficient: Decimal,
    },
    /// The base × units used ÷ units expected over its life; the duration only spreads the forecast.
    UnitsOfUse {
        #[serde(deserialize_with = "plain")]
        expected_units: Decimal,
    },
}

/// Where a linear plan begins and how its days are counted: the rows of the handbook's table, and days of each year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Convention {
    /// 30/360, the commissioning day included.
    #[serde(rename = "30-360")]
    Days30E360,
    /// Actual days over 365.
    #[serde(rename = "actual-365")]
    Actual365,
    /// Actual days over those of their year: 365 or 366.
    #[serde(rename = "actual-actual")]
    ActualActual,
    /// Whole months from the first of the month of commissioning.
    FirstOfMonth,
    /// Whole years from 1 January of the year after.
    FullYearsFromNext,
}

impl Convention {
    /// Each with its word in books, commands and pages.
    pub const ALL: [(&'static str, Convention); 5] = [
        ("30-360", Convention::Days30E360),
        ("actual-365", Convention::Actual365),
        ("actual-actual", Convention::ActualActual),
        ("first-of-month", Convention::FirstOfMonth),
        ("full-years-from-next", Convention::FullYearsFromNext),
    ];

    fn word(self) -> &'static str {
        Convention::ALL.into_iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }
}

impl std::fmt::Display for Method {
    /// As the book writes it: `linear 30-360`, `degressive 2.25`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Method::Linear { convention } => write!(f, "linear {}", convention.word()),
            Method::Degressive { coefficient } => write!(f, "degressive {}", coefficient.normalize()),
            Method::UnitsOfUse { expected_units } => write!(f, "units-of-use {}", expected_units.normalize()),
        }
    }
}
