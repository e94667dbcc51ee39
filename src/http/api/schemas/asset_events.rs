//! What happens to fixed assets, and how their cost is spread.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::{Amount, Day, Number};

/// What was recorded.
#[derive(Serialize, ToSchema)]
pub struct RecordedEvent {
    pub asset: String,
    /// From 1.
    pub number: usize,
    #[serde(flatten)]
    pub event: AssetEvent,
    /// Events recorded before it whose amounts it changes, because it takes effect before them.
    pub shifted: Vec<ShiftedEvent>,
}

/// A recorded event that is worth something else now.
#[derive(Serialize, ToSchema)]
pub struct ShiftedEvent {
    /// From 1.
    pub number: usize,
    /// Its `kind`.
    pub kind: String,
    pub effective_on: Day,
    pub before: EventAmounts,
    pub after: EventAmounts,
}

/// What leaves by an event, all its components together; zero where nothing does.
#[derive(Serialize, ToSchema)]
pub struct EventAmounts {
    pub gross: Amount,
    pub depreciation: Amount,
    pub impairment: Amount,
    /// Gross − depreciation − impairment.
    pub book_value: Amount,
    pub proceeds: Amount,
    /// Proceeds − book value: gain, or loss where negative.
    pub result: Amount,
    /// What was left of the subsidy of what leaves, taken to income.
    pub subsidy_rest: Amount,
}

/// An event; its number is its place in the asset's list, from 1.
#[derive(Serialize, ToSchema)]
pub struct AssetEvent {
    pub effective_on: Day,
    /// When it became known: a plan as it was known before knows nothing of it.
    pub recorded_on: Day,
    pub recorded_by: String,
    pub reason: String,
    /// The decision it rests on.
    pub decision: Option<String>,
    pub change: AssetChange,
}

/// What happens; its `kind` says which.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum AssetChange {
    /// Another life, residual value or number of units expected; the rest of the base is spread over the rest.
    Revise {
        component: String,
        /// The whole life, counted from commissioning.
        duration_years: Option<u32>,
        residual_value: Option<Amount>,
        expected_units: Option<Number>,
    },
    Impair {
        component: String,
        amount: Amount,
    },
    Reverse {
        component: String,
        amount: Amount,
    },
    /// Sold or scrapped: the whole asset, or one component, or a part.
    Dispose {
        component: Option<String>,
        extent: Extent,
        proceeds: Amount,
        buyer: Option<String>,
    },
    Donate {
        component: Option<String>,
        extent: Extent,
        beneficiary: String,
    },
    /// The component leaves, its successor enters and starts its own plan.
    Replace {
        component: String,
        successor: Successor,
        proceeds: Amount,
    },
    /// What was built goes into service: the components named, or all that are still being built.
    Commission {
        evidence: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        components: Vec<String>,
    },
    /// Units used in the month of the effective day.
    Use {
        component: String,
        units: Number,
    },
    /// A subsidy received later, taken to income over the rest of the life.
    Subsidise {
        grantor: String,
        reference: Option<String>,
        amount: Amount,
    },
    /// Event `event` of the asset never happened: the plan is again what it was without it.
    Withdraw {
        /// Its number, from 1.
        event: usize,
    },
}

/// How much leaves.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    Whole,
    /// Percent of the gross value.
    Percent(Number),
    /// A part of the gross value.
    Gross(Amount),
}

/// A part with a life of its own.
#[derive(Serialize, ToSchema)]
pub struct Successor {
    pub code: String,
    pub name: String,
    pub cost: Amount,
    pub residual_value: Amount,
    pub duration_years: u32,
    pub method: DepreciationMethod,
    /// Overrides the asset's commissioning date.
    pub commissioned_on: Option<Day>,
    /// Overrides the asset's account.
    pub account: Option<String>,
    /// The decision that set its duration, where it differs from the asset's.
    pub duration_decision: Option<String>,
}

/// How the base is spread over time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum DepreciationMethod {
    Linear {
        convention: LinearConvention,
    },
    /// Declining balance with `coefficient` ÷ duration, switching to linear when that is higher.
    Degressive {
        coefficient: Number,
    },
    /// The base × units used ÷ units expected over its life; the duration only spreads the forecast.
    UnitsOfUse {
        expected_units: Number,
    },
}

/// Where a linear plan begins and how its days are counted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinearConvention {
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
