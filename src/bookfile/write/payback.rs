//! `[payback]` in the file.

use super::page::Page;
use crate::domain::payback::{Capacity, CostKey, Market, PaybackTerms, Scenario};

pub fn terms(page: &mut Page, value: &PaybackTerms) {
    page.header("[payback]");
    page.text("reference_scenario", &value.reference_scenario);
    if value.target_years != PaybackTerms::DEFAULT_TARGET_YEARS {
        page.bare("target_years", value.target_years);
    }
    if value.count_internal {
        page.bare("count_internal", true);
    }
    if value.cost_key != CostKey::default() {
        page.header("[payback.cost_key]");
        page.number("space_percent", value.cost_key.space_percent);
        page.number("power_percent", value.cost_key.power_percent);
        page.number("storage_percent", value.cost_key.storage_percent);
    }
    if value.capacity != Capacity::default() {
        page.header("[payback.capacity]");
        let capacity = [("power_kw", value.capacity.power_kw), ("storage_tb", value.capacity.storage_tb)];
        for (key, number) in capacity.into_iter().filter_map(|(key, number)| Some((key, number?))) {
            page.number(key, number);
        }
    }
    if let Some(value) = &value.market {
        market(page, value);
    }
    for life in &value.lives {
        page.header("[[payback.life]]");
        page.text("asset", life.asset.as_str());
        page.text("component", life.component.as_str());
        page.optional("years", life.years);
    }
    value.scenarios.iter().for_each(|one| scenario(page, one));
}

fn market(page: &mut Page, value: &Market) {
    page.header("[payback.market]");
    page.optional("rack_unit_eur", value.rack_unit);
    page.optional("kilowatt_eur", value.kilowatt);
    page.optional("terabyte_eur", value.terabyte);
    page.text("source", &value.source);
    page.bare("date", value.date);
}

fn scenario(page: &mut Page, value: &Scenario) {
    page.header("[[payback.scenario]]");
    page.text("code", &value.code);
    page.text("name", &value.name);
    let unchanged = Scenario::unchanged("", "").assumptions();
    for ((key, number), (_, default)) in value.assumptions().into_iter().zip(unchanged) {
        if number != default {
            page.number(key, number);
        }
    }
}
