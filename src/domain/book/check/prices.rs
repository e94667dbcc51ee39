//! Price indices and tariffs.

use super::Findings;
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::tariff::{PriceShape, Tariff, Tiers};

const AMOUNT: &str = "an amount in euros, such as 120.00";
const PRICE: &str = "the price of one unit in euros, such as 0.145";

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let indices = findings.each(&BookPath::root(), "price_index", parts.price_indices, |index| index.code.as_str());
    findings.unique("price index", indices.iter().map(|(path, index)| (path, index.code.as_str())));
    for (path, index) in indices {
        for (month, value) in &index.values {
            let path = path.key("values").key(&month.to_string());
            findings.positive(path, *value, "the value published for the month, such as 306.0");
        }
    }
    let tariffs = findings.each(&BookPath::root(), "tariff", parts.tariffs, |tariff| tariff.code.as_str());
    findings.unique("tariff", tariffs.iter().map(|(path, tariff)| (path, tariff.code.as_str())));
    for (path, tariff) in tariffs {
        check_versions(&path, tariff, findings);
    }
}

fn check_versions(path: &BookPath, tariff: &Tariff, findings: &mut Findings) {
    if tariff.versions.is_empty() {
        findings.add(path.clone(), BookFault::Empty { instead: "at least one version with its first day and price" });
    }
    let mut previous = None;
    for (position, version) in tariff.versions.iter().enumerate() {
        let path = path.item("version", position + 1);
        if let Some(previous) = previous.filter(|previous| version.from <= *previous) {
            findings.add(path.key("from"), BookFault::NotAscending { previous, from: version.from });
        }
        check_price(&path, &version.price, findings);
        previous = Some(version.from);
    }
}

fn check_price(path: &BookPath, price: &PriceShape, findings: &mut Findings) {
    match price {
        PriceShape::Flat { amount } | PriceShape::OneOff { amount } => check_amount(path, *amount, findings),
        PriceShape::PerUnit { unit_price } => check_unit_price(path.key("unit_price_eur"), *unit_price, findings),
        PriceShape::Graduated { tiers } | PriceShape::Volume { tiers } => check_tiers(path, tiers, findings),
        PriceShape::Commitment { committed, unit_price, overage_unit_price } => {
            findings.quantity(path.key("committed"), *committed, 4, "the committed quantity, such as 20");
            check_unit_price(path.key("unit_price_eur"), *unit_price, findings);
            check_unit_price(path.key("overage_unit_price_eur"), *overage_unit_price, findings);
        }
        PriceShape::Minimum { amount, of } | PriceShape::Cap { amount, of } => {
            check_amount(path, *amount, findings);
            check_price(&path.key("of"), of, findings);
        }
    }
}

fn check_tiers(path: &BookPath, tiers: &Tiers, findings: &mut Findings) {
    for (position, tier) in tiers.as_slice().iter().enumerate() {
        let path = path.item("tiers", position + 1);
        check_unit_price(path.key("unit_price_eur"), tier.unit_price, findings);
        if let Some(to) = tier.to {
            findings.quantity(path.key("to"), to, 4, "the first quantity of the next tier, such as 1000");
        }
    }
}

fn check_amount(path: &BookPath, amount: Money, findings: &mut Findings) {
    findings.not_negative(path.key("amount_eur"), amount.to_decimal(), AMOUNT);
}

fn check_unit_price(path: BookPath, unit_price: UnitPrice, findings: &mut Findings) {
    findings.not_negative(path, unit_price.to_decimal().normalize(), PRICE);
}
