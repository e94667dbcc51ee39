//! Fixed assets and their components.

use rust_decimal::Decimal;

use super::Findings;
use crate::domain::amortisation::{Component, FixedAsset, Method};
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::money::Money;

const COST: &str = "what it cost in euros, such as 16000000.00";

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let assets = findings.each(&BookPath::root(), "asset", parts.assets, |asset| asset.code.as_str());
    findings.unique("asset", assets.iter().map(|(path, asset)| (path, asset.code.as_str())));
    for (path, asset) in assets {
        findings.positive(path.key("cost_eur"), asset.cost.to_decimal(), COST);
        findings.not_negative(
            path.key("subsidy_eur"),
            asset.subsidy.to_decimal(),
            "the subsidy received, or leave it out",
        );
        check_at_most(path.key("subsidy_eur"), asset.subsidy, asset.cost, "the asset's cost", findings);
        check_account(path.key("account"), &asset.account, findings);
        check_components(&path, asset, findings);
    }
}

fn check_components(path: &BookPath, asset: &FixedAsset, findings: &mut Findings) {
    if asset.components.is_empty() {
        let instead = "at least one component; an asset of one piece has one that costs as much";
        findings.add(path.key("component"), BookFault::Empty { instead });
        return;
    }
    let components = findings.each(path, "component", &asset.components, |component| component.code.as_str());
    findings.unique("component", components.iter().map(|(path, component)| (path, component.code.as_str())));
    for (path, component) in components {
        check_component(&path, component, findings);
    }
    let sum: Money = asset.components.iter().map(|component| component.cost).sum();
    if sum != asset.cost {
        let parts: Vec<String> = asset.components.iter().map(|c| format!("{} {}", c.code, c.cost)).collect();
        let fault = BookFault::ComponentsDoNotSum { sum, arithmetic: parts.join(" + "), cost: asset.cost };
        findings.add(path.key("cost_eur"), fault);
    }
}

fn check_component(path: &BookPath, component: &Component, findings: &mut Findings) {
    findings.positive(path.key("cost_eur"), component.cost.to_decimal(), COST);
    let residual = path.key("residual_value_eur");
    findings.not_negative(
        residual.clone(),
        component.residual_value.to_decimal(),
        "what remains at its end, or leave it out",
    );
    check_at_most(residual, component.residual_value, component.cost, "the component's cost", findings);
    let years = (Decimal::ONE, Decimal::ONE_HUNDRED);
    findings.within(path.key("duration_years"), component.duration_years.into(), years, "its life in years, such as 8");
    if let Method::Degressive { coefficient } = component.method {
        let coefficients = (Decimal::ONE, Decimal::from(3));
        findings.within(
            path.key("coefficient"),
            coefficient,
            coefficients,
            "the coefficient of the declining balance, such as 2.25",
        );
    }
    if let Some(account) = &component.account {
        check_account(path.key("account"), account, findings);
    }
}

fn check_at_most(path: BookPath, value: Money, limit: Money, of: &'static str, findings: &mut Findings) {
    if value > limit {
        findings.add(path, BookFault::Exceeds { value, limit, of });
    }
}

/// Accounts of the chart are 3 to 10 digits.
fn check_account(path: BookPath, account: &str, findings: &mut Findings) {
    if !(3..=10).contains(&account.len()) || !account.chars().all(|c| c.is_ascii_digit()) {
        let what = "an account of the chart (3 to 10 digits)";
        findings.add(path, BookFault::Malformed { text: account.to_owned(), what, example: "2135" });
    }
}
