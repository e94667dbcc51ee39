//! `[payback]`: what a projection assumes and compares with.

use rust_decimal::Decimal;

use crate::bookfile::cursor::Table;
use crate::bookfile::field::Field;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::payback::{Capacity, CostKey, Market, PaybackTerms, Scenario, TechnicalLife};

pub fn terms(t: &mut Table) -> Option<PaybackTerms> {
    let reference_scenario = t.required("reference_scenario", "reference_scenario = \"central\"", Field::text);
    let target_years = t.or("target_years", PaybackTerms::DEFAULT_TARGET_YEARS, Field::whole::<u32>);
    let count_internal = t.or("count_internal", false, Field::flag);
    let cost_key = t.optional_table("cost_key", "[payback.cost_key]", cost_key);
    let capacity = t.optional_table("capacity", "[payback.capacity]", |t| {
        let power_kw = t.optional("power_kw", Field::decimal);
        let storage_tb = t.optional("storage_tb", Field::decimal);
        Some(Capacity { power_kw: power_kw?, storage_tb: storage_tb? })
    });
    let market = t.optional_table("market", "[payback.market]", market);
    let lives = t.numbered("life", "[[payback.life]]", life);
    let scenarios = t.coded("scenario", "[[payback.scenario]]", scenario);
    Some(PaybackTerms {
        reference_scenario: reference_scenario?,
        target_years: target_years?,
        count_internal: count_internal?,
        cost_key: cost_key?.unwrap_or_default(),
        capacity: capacity?.unwrap_or_default(),
        market: market?,
        lives: lives?,
        scenarios,
    })
}

fn cost_key(t: &mut Table) -> Option<CostKey> {
    let space_percent = t.required("space_percent", "space_percent = 40", Field::decimal);
    let power_percent = t.required("power_percent", "power_percent = 40", Field::decimal);
    let storage_percent = t.required("storage_percent", "storage_percent = 20", Field::decimal);
    Some(CostKey { space_percent: space_percent?, power_percent: power_percent?, storage_percent: storage_percent? })
}

fn market(t: &mut Table) -> Option<Market> {
    let rack_unit = t.optional("rack_unit_eur", Field::unit_price);
    let kilowatt = t.optional("kilowatt_eur", Field::unit_price);
    let terabyte = t.optional("terabyte_eur", Field::unit_price);
    let source = t.required("source", "where the prices come from, in quotes", Field::text);
    let date = t.required("date", "date = 2026-09-30", Field::date);
    Some(Market { rack_unit: rack_unit?, kilowatt: kilowatt?, terabyte: terabyte?, source: source?, date: date? })
}

fn life(t: &mut Table) -> Option<TechnicalLife> {
    let asset = t.required("asset", "asset = \"2019-0042\"", Field::text);
    let component = t.required("component", "component = \"froid\"", Field::text);
    let years = t.optional("years", Field::whole::<u32>);
    Some(TechnicalLife { asset: AssetCode(asset?), component: ComponentCode(component?), years: years? })
}

/// What is left out stays as it is today.
fn scenario(t: &mut Table) -> Option<Scenario> {
    let code = t.required("code", "code = \"central\"", Field::text);
    let name = t.required("name", "the scenario's name in quotes", Field::text);
    let unchanged = Scenario::unchanged("", "");
    let mut number = |key: &'static str, default: Decimal| t.or(key, default, Field::decimal);
    let discount_rate_percent = number("discount_rate_percent", unchanged.discount_rate_percent);
    let renewal_percent = number("renewal_percent", unchanged.renewal_percent);
    let indexation_percent = number("indexation_percent", unchanged.indexation_percent);
    let energy_price_percent = number("energy_price_percent", unchanged.energy_price_percent);
    let running_cost_percent = number("running_cost_percent", unchanged.running_cost_percent);
    let hosting_avoided_percent = number("hosting_avoided_percent", unchanged.hosting_avoided_percent);
    let heat_percent = number("heat_percent", unchanged.heat_percent);
    let occupancy_growth_u = number("occupancy_growth_u", unchanged.occupancy_growth_u);
    let occupancy_limit_percent = number("occupancy_limit_percent", unchanged.occupancy_limit_percent);
    let energy_follows = number("energy_follows_occupancy_percent", unchanged.energy_follows_occupancy_percent);
    let component_cost_percent = number("component_cost_percent", unchanged.component_cost_percent);
    Some(Scenario {
        code: code?,
        name: name?,
        discount_rate_percent: discount_rate_percent?,
        renewal_percent: renewal_percent?,
        indexation_percent: indexation_percent?,
        energy_price_percent: energy_price_percent?,
        running_cost_percent: running_cost_percent?,
        hosting_avoided_percent: hosting_avoided_percent?,
        heat_percent: heat_percent?,
        occupancy_growth_u: occupancy_growth_u?,
        occupancy_limit_percent: occupancy_limit_percent?,
        energy_follows_occupancy_percent: energy_follows?,
        component_cost_percent: component_cost_percent?,
    })
}
