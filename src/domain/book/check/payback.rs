//! `[payback]`: assumptions within reason, references to what the book has.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::Findings;
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::payback::{PaybackTerms, Scenario};

/// Yearly growth beyond these is a slip: 2.5 % is written 2.5.
const GROWTH: (i64, i64) = (-20, 20);
const GROWTH_REMEDY: &str = "a yearly rate in percent, such as 2.0";

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let Some(terms) = parts.payback else { return };
    let path = BookPath::root().key("payback");
    let years = (Decimal::ONE, Decimal::from(50));
    findings.within(path.key("target_years"), terms.target_years.into(), years, "a number of years, such as 8");
    check_key(&path, terms, findings);
    check_references(&path, terms, findings);
    check_lives(parts, &path, terms, findings);
    let scenarios = findings.each(&path, "scenario", &terms.scenarios, |scenario| scenario.code.as_str());
    findings.unique("scenario", scenarios.iter().map(|(path, scenario)| (path, scenario.code.as_str())));
    if scenarios.is_empty() {
        findings.add(path.key("scenario"), BookFault::Empty { instead: "at least one [[payback.scenario]]" });
    } else {
        let codes = terms.scenarios.iter().map(|scenario| scenario.code.as_str());
        findings.known(path.key("reference_scenario"), "scenario", &terms.reference_scenario, codes);
    }
    for (path, scenario) in scenarios {
        check_scenario(&path, scenario, findings);
    }
}

fn check_key(path: &BookPath, terms: &PaybackTerms, findings: &mut Findings) {
    let path = path.key("cost_key");
    let key = terms.cost_key;
    let parts = [
        ("space_percent", key.space_percent),
        ("power_percent", key.power_percent),
        ("storage_percent", key.storage_percent),
    ];
    let percent = (Decimal::ZERO, Decimal::ONE_HUNDRED);
    for (name, value) in parts {
        findings.within(path.key(name), value, percent, "a percentage, such as 40");
    }
    let sum: Decimal = parts.iter().map(|(_, value)| value).sum();
    if sum != Decimal::ONE_HUNDRED {
        let arithmetic = parts.map(|(name, value)| format!("{name} {}", value.normalize())).join(" + ");
        findings.add(path, BookFault::KeyDoesNotSum { sum: sum.normalize(), arithmetic });
    }
}

fn check_references(path: &BookPath, terms: &PaybackTerms, findings: &mut Findings) {
    let capacity = path.key("capacity");
    for (name, value) in [("power_kw", terms.capacity.power_kw), ("storage_tb", terms.capacity.storage_tb)] {
        if let Some(value) = value {
            findings.positive(capacity.key(name), value, "what the facility can carry, or leave it out");
        }
    }
    let Some(market) = &terms.market else { return };
    let path = path.key("market");
    let prices =
        [("rack_unit_eur", market.rack_unit), ("kilowatt_eur", market.kilowatt), ("terabyte_eur", market.terabyte)];
    for (name, price) in prices {
        if let Some(price) = price {
            findings.positive(path.key(name), price.to_decimal(), "the market's price a month, or leave it out");
        }
    }
}

fn check_lives(parts: &BookParts, path: &BookPath, terms: &PaybackTerms, findings: &mut Findings) {
    let mut told = HashSet::new();
    for (position, life) in terms.lives.iter().enumerate() {
        let path = path.item("life", position + 1);
        if !told.insert((&life.asset, &life.component)) {
            let code = life.component.to_string();
            findings.add(path.key("component"), BookFault::DuplicateCode { kind: "life", code });
        }
        let assets = parts.assets.iter().map(|asset| asset.code.as_str());
        if !findings.known(path.key("asset"), "asset", life.asset.as_str(), assets) {
            continue;
        }
        let asset = parts.assets.iter().find(|asset| asset.code == life.asset);
        let components = asset.into_iter().flat_map(|asset| &asset.components).map(|component| component.code.as_str());
        findings.known(path.key("component"), "component", life.component.as_str(), components);
        if let Some(years) = life.years {
            let lives = (Decimal::ONE, Decimal::ONE_HUNDRED);
            findings.within(path.key("years"), years.into(), lives, "its technical life in years, such as 15");
        }
    }
}

fn check_scenario(path: &BookPath, scenario: &Scenario, findings: &mut Findings) {
    let growth = (Decimal::from(GROWTH.0), Decimal::from(GROWTH.1));
    let percent = (Decimal::ZERO, Decimal::ONE_HUNDRED);
    for (key, value) in scenario.assumptions() {
        let (bounds, remedy) = match key {
            "renewal_percent" | "occupancy_limit_percent" | "energy_follows_occupancy_percent" => {
                (percent, "a part in percent, such as 100")
            }
            "discount_rate_percent" => ((Decimal::ZERO, growth.1), "a yearly rate in percent, such as 2.5"),
            "occupancy_growth_u" => {
                ((Decimal::from(-10_000), Decimal::from(10_000)), "rack units more a year, such as 40")
            }
            _ => (growth, GROWTH_REMEDY),
        };
        findings.within(path.key(key), value, bounds, remedy);
    }
}
