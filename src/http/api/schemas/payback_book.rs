//! What payback is projected by as a document, in the keys of the facility book.

use serde::Serialize;
use utoipa::ToSchema;

use super::payback_terms::CostKey;
use super::values::{Day, Number, UnitPrice, Whole};

/// As `[payback]` of the book.
#[derive(Serialize, ToSchema)]
pub struct PaybackTermsDocument {
    /// The code of the scenario reports show unless told otherwise.
    #[schema(example = "central")]
    pub reference_scenario: String,
    /// In how many years after commissioning the investment is expected back, 1 to 50; 8 where it is left out.
    pub target_years: Option<Whole>,
    /// Whether what internal tenants are billed counts as revenue; false where it is left out.
    pub count_internal: Option<bool>,
    /// 40, 40 and 20 where it is left out.
    pub cost_key: Option<CostKey>,
    pub capacity: Option<CapacityDocument>,
    pub market: Option<MarketDocument>,
    /// Technical lives that differ from the depreciation's.
    #[serde(default)]
    pub life: Vec<TechnicalLifeDocument>,
    /// At least one.
    pub scenario: Vec<ScenarioDocument>,
}

/// What the facility can carry in all; rack units are counted from its racks.
#[derive(Serialize, ToSchema)]
pub struct CapacityDocument {
    pub power_kw: Option<Number>,
    pub storage_tb: Option<Number>,
}

/// What the market asks for the same, a month.
#[derive(Serialize, ToSchema)]
pub struct MarketDocument {
    /// Euros for one U and month.
    pub rack_unit_eur: Option<UnitPrice>,
    /// Euros for one kW and month, energy included.
    pub kilowatt_eur: Option<UnitPrice>,
    /// Euros for one TB and month.
    pub terabyte_eur: Option<UnitPrice>,
    /// Where the prices come from.
    pub source: String,
    /// When they were taken.
    pub date: Day,
}

/// When a component is renewed, where that is not at the end of its depreciation.
#[derive(Serialize, ToSchema)]
pub struct TechnicalLifeDocument {
    #[schema(example = "2019-0042")]
    pub asset: String,
    #[schema(example = "froid")]
    pub component: String,
    /// 1 to 100; the component is not renewed where it is left out.
    pub years: Option<Whole>,
}

/// Named assumptions; what is left out stays as it is today. Growth is in percent a year, from -20 to 20.
#[derive(Serialize, ToSchema)]
pub struct ScenarioDocument {
    /// Unique among the scenarios.
    #[schema(example = "central")]
    pub code: String,
    pub name: String,
    /// What a later euro is worth less a year, 0 to 20; 0 where it is left out.
    pub discount_rate_percent: Option<Number>,
    /// Which part of a contract's revenue goes on after its end; 100 where it is left out.
    pub renewal_percent: Option<Number>,
    /// Prices of space, storage and other services.
    pub indexation_percent: Option<Number>,
    /// Prices of energy, bought and billed.
    pub energy_price_percent: Option<Number>,
    /// Maintenance, staff, other costs.
    pub running_cost_percent: Option<Number>,
    /// What hosting elsewhere would cost.
    pub hosting_avoided_percent: Option<Number>,
    /// What heat brings.
    pub heat_percent: Option<Number>,
    /// Rack units let more each year; negative where fewer.
    pub occupancy_growth_u: Option<Number>,
    /// Most of the rack units that can be let; 100 where it is left out.
    pub occupancy_limit_percent: Option<Number>,
    /// Which part of the energy bill follows the rack units let; 100 where it is left out.
    pub energy_follows_occupancy_percent: Option<Number>,
    /// Prices of components renewed.
    pub component_cost_percent: Option<Number>,
}
