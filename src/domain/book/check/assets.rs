//! Fixed assets and their components.

use rust_decimal::Decimal;

use super::Findings;
use crate::domain::amortisation::{
    AssetChange, Component, FixedAsset, Funding, Method, coefficients, event_problems, tree_faults,
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
        check_account(path.key("account"), &asset.account, findings);
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
    check_at_most(residual, component.residual_value, component.cost, "the component's cost", findings);
    let years = (Decimal::ONE, Decimal::ONE_HUNDRED);
    findings.within(path.key("duration_years"), component.duration_years.into(), years, "its life in years, such as 8");
    if let Method::Degressive { coefficient } = component.method {
        findings.within(
            path.key("coefficient"),
            coefficient,
            coefficients(),
            "the coefficient of the declining balance, such as 2.25",
        );
    }
    if let Method::UnitsOfUse { expected_units } = component.method {
        let units = (Decimal::new(1, 4), Decimal::from(1_000_000_000));
        findings.within(path.key("expected_units"), expected_units, units, "the units expected over its life");
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
