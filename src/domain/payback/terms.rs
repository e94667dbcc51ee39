//! What a projection assumes and compares with: the book's `[payback]`.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::UnitPrice;

/// Assumptions and references, all of them the user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaybackTerms {
    /// The scenario reports show unless told otherwise.
    pub reference_scenario: String,
    /// In how many years after commissioning the investment is expected back.
    pub target_years: u32,
    /// Whether what the owner bills itself counts as revenue. It does not where hosting avoided already stands for it.
    pub count_internal: bool,
    pub cost_key: CostKey,
    pub capacity: Capacity,
    pub market: Option<Market>,
    /// Technical lives that differ from the plan's.
    pub lives: Vec<TechnicalLife>,
    pub scenarios: Vec<Scenario>,
}

impl PaybackTerms {
    pub const DEFAULT_TARGET_YEARS: u32 = 8;

    /// What stands in for a book without `[payback]`: everything as it is today, every contract renewed.
    pub fn unchanged() -> PaybackTerms {
        PaybackTerms {
            reference_scenario: "unchanged".to_owned(),
            target_years: PaybackTerms::DEFAULT_TARGET_YEARS,
            count_internal: false,
            cost_key: CostKey::default(),
            capacity: Capacity::default(),
            market: None,
            lives: Vec::new(),
            scenarios: vec![Scenario::unchanged("unchanged", "Sans changement")],
        }
    }
}

/// How costs other than the energy bill, which is all power's, are shared out. Sums to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostKey {
    pub space_percent: Decimal,
    pub power_percent: Decimal,
    pub storage_percent: Decimal,
}

impl Default for CostKey {
    fn default() -> CostKey {
        let percent = |value: i64| Decimal::new(value, 0);
        CostKey { space_percent: percent(40), power_percent: percent(40), storage_percent: percent(20) }
    }
}

/// What the facility can carry in all; rack units are counted from its racks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Capacity {
    pub power_kw: Option<Decimal>,
    pub storage_tb: Option<Decimal>,
}

/// What the market asks for the same, a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Market {
    pub rack_unit: Option<UnitPrice>,
    pub kilowatt: Option<UnitPrice>,
    pub terabyte: Option<UnitPrice>,
    pub source: String,
    pub date: NaiveDate,
}

/// When a component is renewed, where that is not at the end of its depreciation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TechnicalLife {
    pub asset: AssetCode,
    pub component: ComponentCode,
    /// None: it is not renewed.
    pub years: Option<u32>,
}

/// Named assumptions. Growth is a yearly rate in percent that takes effect each 1 January.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    pub code: String,
    pub name: String,
    /// What a later euro is worth less a year.
    pub discount_rate_percent: Decimal,
    /// Which part of the revenue of a contract that ends goes on.
    pub renewal_percent: Decimal,
    /// Prices of space, storage and other services.
    pub indexation_percent: Decimal,
    /// Prices of energy, bought and sold.
    pub energy_price_percent: Decimal,
    /// Maintenance, staff, other costs.
    pub running_cost_percent: Decimal,
    pub hosting_avoided_percent: Decimal,
    pub heat_percent: Decimal,
    /// Rack units let more each year; negative where fewer.
    pub occupancy_growth_u: Decimal,
    /// Most of the rack units that can be let.
    pub occupancy_limit_percent: Decimal,
    /// How much of the energy bill follows the rack units let.
    pub energy_follows_occupancy_percent: Decimal,
    /// Prices of components renewed.
    pub component_cost_percent: Decimal,
}

impl Scenario {
    pub fn unchanged(code: &str, name: &str) -> Scenario {
        Scenario {
            code: code.to_owned(),
            name: name.to_owned(),
            discount_rate_percent: Decimal::ZERO,
            renewal_percent: Decimal::ONE_HUNDRED,
            indexation_percent: Decimal::ZERO,
            energy_price_percent: Decimal::ZERO,
            running_cost_percent: Decimal::ZERO,
            hosting_avoided_percent: Decimal::ZERO,
            heat_percent: Decimal::ZERO,
            occupancy_growth_u: Decimal::ZERO,
            occupancy_limit_percent: Decimal::ONE_HUNDRED,
            energy_follows_occupancy_percent: Decimal::ONE_HUNDRED,
            component_cost_percent: Decimal::ZERO,
        }
    }

    /// Each assumption by its key in the book, in the book's order.
    pub fn assumptions(&self) -> [(&'static str, Decimal); 11] {
        [
            ("discount_rate_percent", self.discount_rate_percent),
            ("renewal_percent", self.renewal_percent),
            ("indexation_percent", self.indexation_percent),
            ("energy_price_percent", self.energy_price_percent),
            ("running_cost_percent", self.running_cost_percent),
            ("hosting_avoided_percent", self.hosting_avoided_percent),
            ("heat_percent", self.heat_percent),
            ("occupancy_growth_u", self.occupancy_growth_u),
            ("occupancy_limit_percent", self.occupancy_limit_percent),
            ("energy_follows_occupancy_percent", self.energy_follows_occupancy_percent),
            ("component_cost_percent", self.component_cost_percent),
        ]
    }
}
