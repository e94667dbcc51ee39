//! The payback report: every figure of every format, and where each comes from.
//!
//! Invariants: `months` holds each month once, actual ones first; a month's total is the sum of its parts, the
//! cumulative position the sum of the totals so far; a year is the sum of its months.

mod build;
mod sources;

pub use build::report;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

use super::figure::{FigureKind, ManagementFigure};
use super::flow::Flow;
use super::investment::Outlay;
use super::letting::LettingRow;
use super::terms::{CostKey, Market, Scenario};
use super::unit_cost::UnitCost;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;

/// Which part of the projection a report shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedView {
    pub as_of: NaiveDate,
    /// The scenario to show; the book's reference where none is named.
    pub scenario: Option<String>,
    pub horizon: Horizon,
}

/// How many years after commissioning the tables and charts reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Horizon {
    Eight,
    Forty,
    Fifty,
}

impl Horizon {
    pub const ALL: [Horizon; 3] = [Horizon::Eight, Horizon::Forty, Horizon::Fifty];

    pub const fn years(self) -> u32 {
        match self {
            Horizon::Eight => 8,
            Horizon::Forty => 40,
            Horizon::Fifty => 50,
        }
    }

    pub fn of_years(years: u32) -> Option<Horizon> {
        Horizon::ALL.into_iter().find(|horizon| horizon.years() == years)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaybackReport {
    pub as_of: NaiveDate,
    /// The month of the first commissioning.
    pub start: BillingMonth,
    /// The last month whose revenue and costs are known; none where nothing is.
    pub actual_through: Option<BillingMonth>,
    pub target_years: u32,
    pub target_month: BillingMonth,
    pub horizon_years: u32,
    /// Whether what the owner bills itself counts as revenue.
    pub counts_internal: bool,
    pub position: Position,
    /// The scenario the rows below show.
    pub scenario: Scenario,
    pub scenarios: Vec<ScenarioResult>,
    pub months: Vec<MonthRow>,
    pub years: Vec<YearRow>,
    /// Actual revenue by tenant and service.
    pub tenants: Vec<TenantRow>,
    pub investment: Vec<Outlay>,
    /// Renewals through the horizon under the shown scenario.
    pub renewals: Vec<RenewalRow>,
    pub lettings: Vec<LettingRow>,
    pub occupancy: Occupancy,
    pub unit_costs: Vec<UnitCost>,
    pub cost_key: CostKey,
    pub market: Option<Market>,
    /// The mean month a projection begins from, by kind.
    pub means: Vec<MeanRow>,
    pub sources: Vec<Source>,
    pub remarks: Vec<Remark>,
}

impl PaybackReport {
    /// The last actual month: through it goes what was done.
    pub fn done_through(&self) -> BillingMonth {
        self.months.iter().rfind(|row| row.is_actual).map_or(self.start.previous(), |row| row.month)
    }

    /// The cost of everything that goes into service, and the month of the last of it: later than what was done where
    /// something entered after the last actual month.
    pub fn outlaid(&self) -> (Money, BillingMonth) {
        let last = self.investment.iter().map(|outlay| outlay.month).max();
        let sum = self.investment.iter().map(|outlay| outlay.cost).sum();
        (sum, last.map_or(self.done_through(), |last| last.max(self.done_through())))
    }
}

/// What was done by the last actual month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Position {
    pub invested: Money,
    pub revenue: Money,
    pub hosting_avoided: Money,
    pub heat_sold: Money,
    pub running_cost: Money,
    /// Gains less running costs.
    pub net_gain: Money,
    /// Net gain less what was invested.
    pub cumulative: Money,
    /// Net gain in percent of what was invested, to one decimal.
    pub done_percent: Decimal,
}

/// A month under the shown scenario, and what all scenarios span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MonthRow {
    pub month: BillingMonth,
    pub is_actual: bool,
    #[serde(flatten)]
    pub flow: Flow,
    pub net_gain: Money,
    pub total: Money,
    pub cumulative: Money,
    /// The cumulative position, each month's total discounted to the first month.
    pub discounted: Money,
    /// The lowest and the highest cumulative position of all scenarios.
    pub low: Money,
    pub high: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearRow {
    pub year: i32,
    /// How many of its months are actual.
    pub actual_months: u32,
    pub months: u32,
    #[serde(flatten)]
    pub flow: Flow,
    pub net_gain: Money,
    pub total: Money,
    pub cumulative: Money,
    pub discounted: Money,
    pub low: Money,
    pub high: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScenarioResult {
    pub code: String,
    pub name: String,
    pub scenario: Scenario,
    /// The first month whose cumulative position is not negative; none within fifty years.
    pub break_even: Option<BillingMonth>,
    /// The same, each month discounted.
    pub break_even_discounted: Option<BillingMonth>,
    /// Months after the target (negative: before); none without break-even.
    pub months_after_target: Option<i32>,
    /// The cumulative position in the target month.
    pub at_target: Money,
    pub horizons: Vec<HorizonResult>,
}

/// What a scenario comes to after some years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HorizonResult {
    pub years: u32,
    pub through: BillingMonth,
    pub cumulative: Money,
    pub npv: Money,
    pub irr_percent: Option<Decimal>,
}

/// Actual revenue of one tenant and service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantRow {
    pub tenant: TenantCode,
    pub name: String,
    pub service: Service,
    /// False for the owner's own services, billed for transparency.
    pub counts: bool,
    /// From issued documents.
    pub invoiced: Money,
    /// Recorded as billed before this system.
    pub earlier: Money,
    pub total: Money,
    pub first_month: BillingMonth,
    pub last_month: BillingMonth,
    pub documents: i64,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenewalRow {
    pub month: BillingMonth,
    pub asset: crate::domain::ids::AssetCode,
    pub component: crate::domain::ids::ComponentCode,
    pub name: String,
    pub cost: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Occupancy {
    pub available_u: Decimal,
    /// Let in the first month projected.
    pub let_u: Decimal,
    pub percent: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MeanRow {
    pub kind: FigureKind,
    pub mean_month: Money,
    pub months: usize,
}

/// Where figures come from. Every row of the report names one or several by `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `invoices/ap-hp/space`, `figure/energy/…`, `scenario/central`, `asset/DC-2019-001/froid`.
    pub id: String,
    #[serde(flatten)]
    pub what: SourceKind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum SourceKind {
    Invoices {
        tenant: TenantCode,
        service: Service,
        first_month: BillingMonth,
        last_month: BillingMonth,
        documents: i64,
        first_number: String,
        last_number: String,
        net: Money,
    },
    /// Figures of one kind and label.
    Figures {
        figure: FigureKind,
        label: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        tenant: Option<TenantCode>,
        first_month: BillingMonth,
        last_month: BillingMonth,
        count: usize,
        corrected: usize,
        /// The sources named when they were recorded, each once.
        stated: Vec<String>,
        amount: Money,
    },
    Asset {
        month: BillingMonth,
        cost: Money,
        life_years: Option<u32>,
    },
    Assumptions {
        scenario: String,
        values: Vec<Assumption>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumption {
    pub key: &'static str,
    pub value: Decimal,
}

/// What the figures alone would not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "remark")]
pub enum Remark {
    NothingActual,
    /// Months without running costs, between the first that has one and the last actual month.
    WithoutCosts {
        months: Vec<BillingMonth>,
    },
    WithoutRevenue {
        months: Vec<BillingMonth>,
    },
    /// Known of these months, but not all: they are projected.
    Incomplete {
        months: Vec<BillingMonth>,
    },
    /// The first month that is projected although something is known of it, and the usual figures it lacks.
    Awaited {
        month: BillingMonth,
        kinds: Vec<FigureKind>,
    },
    /// The owner's own services were billed this much, which does not count.
    InternalLeftOut {
        amount: Money,
    },
    /// Something is known of months before the first commissioning; it is not counted.
    BeforeStart {
        start: BillingMonth,
    },
    NoScenarios,
    /// Metered lines that were never billed: projected as nothing.
    NeverBilled {
        lines: Vec<String>,
    },
}

/// What a report is made from.
pub struct Inputs<'a> {
    pub assets: &'a [crate::domain::amortisation::FixedAsset],
    pub billed: &'a [super::actual::BilledRevenue],
    /// In force: the last revision of each.
    pub figures: &'a [ManagementFigure],
    pub letting: super::letting::Letting<'a>,
    pub tenants: &'a [crate::domain::party::Tenant],
    pub terms: Option<&'a super::terms::PaybackTerms>,
}
