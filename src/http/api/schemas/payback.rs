//! Payback: what was invested, what it brings back, and under which scenario.

use serde::Serialize;
use utoipa::ToSchema;

use super::payback_terms::{CostKey, LettingRow, ManagementFigureKind, Market, PaybackScenario, UnitCost};
use super::values::{Amount, Day, Month, Number};
use super::words::Service;

#[derive(Serialize, ToSchema)]
pub struct PaybackReport {
    pub as_of: Day,
    /// The month of the first commissioning.
    pub start: Month,
    /// The last month whose revenue and costs are known; none where nothing is.
    pub actual_through: Option<Month>,
    pub target_years: u32,
    pub target_month: Month,
    pub horizon_years: u32,
    /// Whether what the owner bills itself counts as revenue.
    pub counts_internal: bool,
    pub position: PaybackPosition,
    /// The scenario the rows below show.
    pub scenario: PaybackScenario,
    pub scenarios: Vec<ScenarioResult>,
    pub months: Vec<PaybackMonth>,
    pub years: Vec<PaybackYear>,
    /// Actual revenue by tenant and service.
    pub tenants: Vec<PaybackTenant>,
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
    pub sources: Vec<PaybackSource>,
    pub remarks: Vec<PaybackRemark>,
}

/// What was done by the last actual month.
#[derive(Serialize, ToSchema)]
pub struct PaybackPosition {
    pub invested: Amount,
    pub revenue: Amount,
    pub hosting_avoided: Amount,
    pub heat_sold: Amount,
    pub running_cost: Amount,
    /// Gains less running costs.
    pub net_gain: Amount,
    /// Net gain less what was invested.
    pub cumulative: Amount,
    /// Net gain in percent of what was invested, to one decimal.
    pub done_percent: Number,
}

/// A month under the shown scenario, and what all scenarios span.
#[derive(Serialize, ToSchema)]
pub struct PaybackMonth {
    pub month: Month,
    pub is_actual: bool,
    #[serde(flatten)]
    pub flow: PaybackFlow,
    pub net_gain: Amount,
    pub total: Amount,
    pub cumulative: Amount,
    /// The cumulative position, each month's total discounted to the first month.
    pub discounted: Amount,
    /// The lowest and the highest cumulative position of all scenarios.
    pub low: Amount,
    pub high: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct PaybackYear {
    pub year: i32,
    /// How many of its months are actual.
    pub actual_months: u32,
    pub months: u32,
    #[serde(flatten)]
    pub flow: PaybackFlow,
    pub net_gain: Amount,
    pub total: Amount,
    pub cumulative: Amount,
    pub discounted: Amount,
    pub low: Amount,
    pub high: Amount,
}

/// Gains and costs of a period; each counted positive.
#[derive(Serialize, ToSchema)]
pub struct PaybackFlow {
    /// From tenants, net of VAT, credit notes deducted.
    pub revenue: Amount,
    pub hosting_avoided: Amount,
    pub heat_sold: Amount,
    pub energy: Amount,
    pub maintenance: Amount,
    pub staff: Amount,
    pub other: Amount,
    /// Assets put into service.
    pub investment: Amount,
    /// Components renewed at the end of their lives.
    pub renewal: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct ScenarioResult {
    pub code: String,
    pub name: String,
    pub scenario: PaybackScenario,
    /// The first month whose cumulative position is not negative; none within fifty years.
    pub break_even: Option<Month>,
    /// The same, each month discounted.
    pub break_even_discounted: Option<Month>,
    /// Months after the target (negative: before); none without break-even.
    pub months_after_target: Option<i32>,
    /// The cumulative position in the target month.
    pub at_target: Amount,
    pub horizons: Vec<HorizonResult>,
}

/// What a scenario comes to after some years.
#[derive(Serialize, ToSchema)]
pub struct HorizonResult {
    pub years: u32,
    pub through: Month,
    pub cumulative: Amount,
    pub npv: Amount,
    pub irr_percent: Option<Number>,
}

/// Actual revenue of one tenant and service.
#[derive(Serialize, ToSchema)]
pub struct PaybackTenant {
    pub tenant: String,
    pub name: String,
    pub service: Service,
    /// False for the owner's own services, billed for transparency.
    pub counts: bool,
    /// From issued documents.
    pub invoiced: Amount,
    /// Recorded as billed before this system.
    pub earlier: Amount,
    pub total: Amount,
    pub first_month: Month,
    pub last_month: Month,
    pub documents: i64,
    pub source: String,
}

#[derive(Serialize, ToSchema)]
pub struct RenewalRow {
    pub month: Month,
    pub asset: String,
    pub component: String,
    pub name: String,
    pub cost: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct Occupancy {
    pub available_u: Number,
    /// Let in the first month projected.
    pub let_u: Number,
    pub percent: Number,
}

#[derive(Serialize, ToSchema)]
pub struct MeanRow {
    pub kind: ManagementFigureKind,
    pub mean_month: Amount,
    pub months: usize,
}

/// Where figures come from. Every row of the report names one or several by `id`.
#[derive(Serialize, ToSchema)]
pub struct PaybackSource {
    /// `invoices/ap-hp/space`, `figure/energy/…`, `scenario/central`, `asset/DC-2019-001/froid`.
    pub id: String,
    #[serde(flatten)]
    pub what: PaybackSourceKind,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PaybackSourceKind {
    Invoices {
        tenant: String,
        service: Service,
        first_month: Month,
        last_month: Month,
        documents: i64,
        first_number: String,
        last_number: String,
        net: Amount,
    },
    /// Figures of one kind and label.
    Figures {
        figure: ManagementFigureKind,
        label: String,
        tenant: Option<String>,
        first_month: Month,
        last_month: Month,
        count: usize,
        corrected: usize,
        /// The sources named when they were recorded, each once.
        stated: Vec<String>,
        amount: Amount,
    },
    Asset {
        month: Month,
        cost: Amount,
        life_years: Option<u32>,
    },
    Assumptions {
        scenario: String,
        values: Vec<Assumption>,
    },
}

#[derive(Serialize, ToSchema)]
pub struct Assumption {
    pub key: String,
    pub value: Number,
}

/// What the figures alone would not tell.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "remark")]
pub enum PaybackRemark {
    NothingActual,
    /// Months without running costs, between the first that has one and the last actual month.
    WithoutCosts {
        months: Vec<Month>,
    },
    WithoutRevenue {
        months: Vec<Month>,
    },
    /// Known of these months, but not all: they are projected.
    Incomplete {
        months: Vec<Month>,
    },
    /// The first month that is projected although something is known of it, and the usual figures it lacks.
    Awaited {
        month: Month,
        kinds: Vec<String>,
    },
    /// The owner's own services were billed this much, which does not count.
    InternalLeftOut {
        amount: Amount,
    },
    /// Something is known of months before the first commissioning; it is not counted.
    BeforeStart {
        start: Month,
    },
    NoScenarios,
    /// Metered lines that were never billed: projected as nothing.
    NeverBilled {
        lines: Vec<String>,
    },
}

/// A component put into service.
#[derive(Serialize, ToSchema)]
pub struct Outlay {
    pub asset: String,
    pub component: String,
    pub name: String,
    pub commissioned_on: Day,
    pub month: Month,
    pub cost: Amount,
    /// After how many years it is renewed; none where it is not.
    pub life_years: Option<u32>,
    /// The day nothing of it was left: it is not renewed from then on, its successor may be.
    pub gone_on: Option<Day>,
}
