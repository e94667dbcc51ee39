//! Fixed assets and their components.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::Findings;
use crate::domain::amortisation::{
    AssetChange, COEFFICIENT_DECIMALS, COMMISSIONING_YEARS, Component, FixedAsset, Funding, Method, UNIT_DECIMALS,
    coefficients, event_problems, is_asset_account, tree_faults,
};
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
        check_asset_account(path.key("account"), &asset.account, findings);
        check_commissioning(&path, asset.commissioned_on, findings);
        check_components(&path, asset, findings);
        check_construction(&path, asset, findings);
        check_sums(&path, asset, findings);
        check_events(&path, asset, findings);
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
        let parts = asset.components.iter().map(|part| (part.code.clone(), part.cost)).collect();
        let fault = BookFault::ComponentsDoNotSum { parts, cost: asset.cost };
        findings.add(path.key("cost_eur"), fault);
    }
    for (number, fault) in tree_faults(asset) {
        findings.add(path.item("group", number), BookFault::ComponentTree(fault));
    }
    for (number, group) in (1..).zip(&asset.record.groups) {
        if !super::is_code(group.code.as_str()) {
            let code = group.code.to_string();
            findings.add(path.item("group", number).key("code"), BookFault::MalformedCode { code });
        }
    }
}

/// What is built gathers costs on an account of its own, and is put into service by an event.
fn check_construction(path: &BookPath, asset: &FixedAsset, findings: &mut Findings) {
    let Some(account) = &asset.record.construction_account else { return };
    check_account(path.key("construction_account"), account, findings);
    if !account.starts_with("23") {
        let what = "an account of work under construction";
        let fault = BookFault::Malformed { text: account.clone(), what, example: "2313" };
        findings.add(path.key("construction_account"), fault);
    }
    if asset.record.invoices.is_empty() {
        findings.add(path.key("construction_account"), BookFault::BuiltWithoutInvoices);
    }
    let own_days = asset.components.iter().filter_map(|component| component.commissioned_on);
    if asset.commissioned_on.into_iter().chain(own_days).next().is_some() {
        findings.add(path.key("commissioned_on"), BookFault::CommissionedByEvent);
    }
}

/// Where invoices or subsidies are listed, they add up.
fn check_sums(path: &BookPath, asset: &FixedAsset, findings: &mut Findings) {
    let record = &asset.record;
    let invoices: Vec<(String, Money)> =
        record.invoices.iter().map(|invoice| (invoice.number.clone(), invoice.amount)).collect();
    let subsidies: Vec<(String, Money)> =
        record.subsidies().map(|(grantor, _, amount)| (grantor.to_owned(), amount)).collect();
    for (key, what, parts, total, of) in [
        ("cost_eur", "supplier invoices", invoices, asset.cost, "the asset's cost"),
        ("subsidy_eur", "subsidies", subsidies, asset.subsidy, "subsidy_eur"),
    ] {
        let sum: Money = parts.iter().map(|(_, amount)| *amount).sum();
        if !parts.is_empty() && sum != total {
            let arithmetic =
                parts.iter().map(|(name, amount)| format!("{name} {amount}")).collect::<Vec<_>>().join(" + ");
            findings.add(path.key(key), BookFault::PartsDoNotSum { what, sum, arithmetic, total, of });
        }
    }
    for (position, funding) in (1..).zip(&record.funding) {
        let (list, amount) = match funding {
            Funding::Subsidy { amount, .. } => ("subsidy", amount),
            Funding::Loan { amount, .. } => ("loan", amount),
        };
        findings.positive(path.item(list, position).key("amount_eur"), amount.to_decimal(), "what was granted");
    }
}

/// Events are tried only on an asset that is sound itself.
fn check_events(path: &BookPath, asset: &FixedAsset, findings: &mut Findings) {
    if !asset.problems().is_empty() {
        return;
    }
    for problem in event_problems(asset) {
        findings.add(path.item("event", problem.number), BookFault::AssetEvent(problem));
    }
    for (position, event) in (1..).zip(&asset.events) {
        if let AssetChange::Replace { successor, .. } = &event.change {
            let path = path.item("event", position).key("successor");
            if !super::is_code(successor.0.code.as_str()) {
                findings.add(path.key("code"), BookFault::MalformedCode { code: successor.0.code.to_string() });
            }
            check_component(&path, &successor.0, findings);
        }
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
    let (value, cost) = (component.residual_value, component.cost);
    // What loses no value at all is told against what is stored: a book that holds it goes on.
    if value > cost && cost > Money::ZERO {
        findings.add(residual, BookFault::NothingToDepreciate { residual: value, cost });
    }
    let years = (Decimal::ONE, Decimal::ONE_HUNDRED);
    findings.within(path.key("duration_years"), component.duration_years.into(), years, "its life in years, such as 8");
    if let Method::Degressive { coefficient } = component.method {
        findings.within(
            path.key("coefficient"),
            coefficient,
            coefficients(),
            "the coefficient of the declining balance, such as 2.25",
        );
        findings.decimals(path.key("coefficient"), coefficient, COEFFICIENT_DECIMALS);
    }
    if let Method::UnitsOfUse { expected_units } = component.method {
        let units = (Decimal::new(1, 4), Decimal::from(1_000_000_000));
        findings.within(path.key("expected_units"), expected_units, units, "the units expected over its life");
        findings.decimals(path.key("expected_units"), expected_units, UNIT_DECIMALS);
    }
    if let Some(account) = &component.account {
        check_asset_account(path.key("account"), account, findings);
    }
    check_commissioning(path, component.commissioned_on, findings);
}

/// Months of a plan are written with the years a month can have.
fn check_commissioning(path: &BookPath, day: Option<NaiveDate>, findings: &mut Findings) {
    if let Some(day) = day {
        let years = (Decimal::from(*COMMISSIONING_YEARS.start()), Decimal::from(*COMMISSIONING_YEARS.end()));
        findings.within(path.key("commissioned_on"), day.year().into(), years, "a day of one of these years");
    }
}

fn check_at_most(path: BookPath, value: Money, limit: Money, of: &'static str, findings: &mut Findings) {
    if value > limit {
        findings.add(path, BookFault::Exceeds { value, limit, of });
    }
}

/// What is depreciated stands on an account of class 2 that is not one of depreciation or impairment itself.
fn check_asset_account(path: BookPath, account: &str, findings: &mut Findings) {
    let is_of_chart = check_account(path.clone(), account, findings);
    if is_of_chart && !is_asset_account(account) {
        let what = "an account of fixed assets (beginning with 2, neither 28 nor 29)";
        findings.add(path, BookFault::Malformed { text: account.to_owned(), what, example: "2135" });
    }
}

/// Accounts of the chart are 3 to 10 digits; whether this is one.
fn check_account(path: BookPath, account: &str, findings: &mut Findings) -> bool {
    let is_account = (3..=10).contains(&account.len()) && account.chars().all(|c| c.is_ascii_digit());
    if !is_account {
        let what = "an account of the chart (3 to 10 digits)";
        findings.add(path, BookFault::Malformed { text: account.to_owned(), what, example: "2135" });
    }
    is_account
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amortisation::fixtures::{asset, component};

    fn faults(asset: &FixedAsset) -> Vec<String> {
        let mut findings = Findings(Vec::new());
        let nothing = BookParts {
            facility: None,
            seller: None,
            accounting: None,
            rooms: &[],
            meters: &[],
            tenants: &[],
            price_indices: &[],
            tariffs: &[],
            contracts: &[],
            assets: std::slice::from_ref(asset),
            payback: None,
        };
        check(&nothing, &mut findings);
        findings.0.iter().map(|problem| format!("{}: {}", problem.path, problem.fault)).collect()
    }

    #[test]
    fn a_residual_value_leaves_something_to_depreciate() {
        let with = |residual: &str| {
            let mut whole = asset(vec![component("a", "100.00", 8)]);
            whole.components[0].residual_value = residual.parse().unwrap();
            faults(&whole).join(" | ")
        };
        assert_eq!(with("99.99"), "");
        assert_eq!(with("100.00"), "", "held against what is stored");
        let told = with("120.00");
        assert!(told.contains("leaves 100.00 − 120.00 = -20.00 to depreciate; give one below the cost"), "{told}");
    }

    /// What keeps a plan from being made is told where the asset comes in, not left out of it in silence.
    #[test]
    fn whatever_a_plan_cannot_be_made_of_is_told() {
        let broken = |break_it: &dyn Fn(&mut FixedAsset)| {
            let mut broken = asset(vec![component("a", "100.00", 8)]);
            break_it(&mut broken);
            assert!(!broken.problems().is_empty());
            faults(&broken)
        };
        let told: [Vec<String>; 6] = [
            broken(&|asset| asset.account = "4111".into()),
            broken(&|asset| asset.components[0].account = Some("28135".into())),
            broken(&|asset| asset.commissioned_on = NaiveDate::from_ymd_opt(1999, 12, 31)),
            broken(&|asset| asset.components[0].commissioned_on = NaiveDate::from_ymd_opt(2100, 1, 1)),
            broken(&|asset| asset.components[0].method = Method::Degressive { coefficient: Decimal::new(225_001, 5) }),
            broken(&|asset| {
                asset.components[0].method = Method::UnitsOfUse { expected_units: Decimal::new(100_001, 5) }
            }),
        ];
        insta::assert_snapshot!(told.map(|faults| faults.join(" | ")).join("\n"), @r"
        asset[DC-2019].account: `4111` is not an account of fixed assets (beginning with 2, neither 28 nor 29); write for example 2135
        asset[DC-2019].component[a].account: `28135` is not an account of fixed assets (beginning with 2, neither 28 nor 29); write for example 2135
        asset[DC-2019].commissioned_on: 1999 is outside 2000 to 2099; write a day of one of these years
        asset[DC-2019].component[a].commissioned_on: 2100 is outside 2000 to 2099; write a day of one of these years
        asset[DC-2019].component[a].coefficient: 2.25001 has more than 4 decimals; round it to 2.2500
        asset[DC-2019].component[a].expected_units: 1.00001 has more than 4 decimals; round it to 1.0000
        ");
        assert_eq!(faults(&asset(vec![component("a", "100.00", 8)])), [""; 0]);
    }
}
