//! What payback is projected by: figures of management, scenarios, what is let and what a unit costs.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::{Amount, Day, Instant, Month, Number, UnitPrice};
use super::words::{Service, Unit};

/// A figure as it was recorded. Costs are positive, as are gains: the kind says which way it counts.
#[derive(Serialize, ToSchema)]
pub struct ManagementFigure {
    pub id: i64,
    #[serde(flatten)]
    pub key: ManagementFigureKey,
    /// From 1; a higher one replaces the one before.
    pub revision: i64,
    pub amount: Amount,
    /// What it was taken from: a bill's number, a letter.
    pub source: String,
    /// Why it replaces the one before.
    pub reason: Option<String>,
    pub recorded_by: String,
    pub recorded_at: Instant,
}

/// What makes two figures the same one, the later being a correction of the earlier.
#[derive(Serialize, ToSchema)]
pub struct ManagementFigureKey {
    pub month: Month,
    pub kind: ManagementFigureKind,
    /// What it is, in the words of who keeps it: `Électricité, voie A`.
    pub label: String,
    /// Whose revenue and of which service: of earlier revenue, and of no other.
    pub tenant: Option<String>,
    pub service: Option<Service>,
}

/// What a figure counts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ManagementFigureKind {
    /// Tenants' revenue billed before this system, so that history is whole.
    EarlierRevenue,
    /// What hosting bought elsewhere would have cost, forced moves included.
    HostingAvoided,
    HeatSold,
    /// The energy bill.
    Energy,
    Maintenance,
    Staff,
    /// Running costs that are none of the others.
    Other,
}

/// What recording did.
#[derive(Serialize, ToSchema)]
pub struct FiguresRecorded {
    pub recorded: usize,
    pub corrected: usize,
    /// Recorded before with the same amount and source.
    pub unchanged: usize,
}

/// Named assumptions. Growth is a yearly rate in percent that takes effect each 1 January.
#[derive(Serialize, ToSchema)]
pub struct PaybackScenario {
    pub code: String,
    pub name: String,
    /// What a later euro is worth less a year.
    pub discount_rate_percent: Number,
    /// Which part of the revenue of a contract that ends goes on.
    pub renewal_percent: Number,
    /// Prices of space, storage and other services.
    pub indexation_percent: Number,
    /// Prices of energy, bought and sold.
    pub energy_price_percent: Number,
    /// Maintenance, staff, other costs.
    pub running_cost_percent: Number,
    pub hosting_avoided_percent: Number,
    pub heat_percent: Number,
    /// Rack units let more each year; negative where fewer.
    pub occupancy_growth_u: Number,
    /// Most of the rack units that can be let.
    pub occupancy_limit_percent: Number,
    /// How much of the energy bill follows the rack units let.
    pub energy_follows_occupancy_percent: Number,
    /// Prices of components renewed.
    pub component_cost_percent: Number,
}

/// How costs other than the energy bill, which is all power's, are shared out. Sums to 100.
#[derive(Serialize, ToSchema)]
pub struct CostKey {
    pub space_percent: Number,
    pub power_percent: Number,
    pub storage_percent: Number,
}

/// What the market asks for the same, a month.
#[derive(Serialize, ToSchema)]
pub struct Market {
    pub rack_unit: Option<UnitPrice>,
    pub kilowatt: Option<UnitPrice>,
    pub terabyte: Option<UnitPrice>,
    pub source: String,
    pub date: Day,
}

/// A contract line that is or will be in force.
#[derive(Serialize, ToSchema)]
pub struct LettingRow {
    pub tenant: String,
    pub contract: String,
    pub line: String,
    pub service: Service,
    pub in_force: DateSpan,
    /// Ends as its contract does, so that it may be renewed; a line that ends before has been replaced or given up.
    pub ends_with_contract: bool,
    /// What a month is priced at: as agreed, or the mean of the months billed lately.
    pub quantity: Number,
    pub unit: Unit,
    pub is_agreed: bool,
    /// How many billed months the mean is of.
    pub months_of_mean: usize,
    /// A whole month's price from each day on, as known today.
    pub prices: Vec<PriceStep>,
    /// Due once, in the month the line begins.
    pub one_off: bool,
    pub rack_units: Number,
}

#[derive(Serialize, ToSchema)]
pub struct PriceStep {
    pub from: Day,
    pub month: Amount,
}

/// A half-open span of calendar days [from, to); without `to` it is open-ended.
#[derive(Serialize, ToSchema)]
pub struct DateSpan {
    pub from: Day,
    pub to: Option<Day>,
}

/// The figures of one unit over the last twelve months, each a month.
#[derive(Serialize, ToSchema)]
pub struct UnitCost {
    pub unit: CostUnit,
    /// Which part of depreciation and of running costs but energy falls to it.
    pub key_percent: Number,
    /// The unit's part of the full cost over those months: depreciation and running costs.
    pub full_cost: Amount,
    /// Units let, the mean of the months.
    pub let_units: Option<Number>,
    pub capacity_units: Option<Number>,
    pub cost_per_let_unit: Option<UnitPrice>,
    pub cost_per_capacity_unit: Option<UnitPrice>,
    /// What counted tenants were billed for the service, and the units they were billed for.
    pub billed: Amount,
    pub billed_units: Option<Number>,
    pub price_per_unit: Option<UnitPrice>,
    pub market_price: Option<UnitPrice>,
    /// How much less tenants pay than the market asks, in percent; negative where they pay more.
    pub discount_percent: Option<Number>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CostUnit {
    RackUnit,
    Kilowatt,
    Terabyte,
}
