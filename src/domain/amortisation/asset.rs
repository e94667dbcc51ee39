//! What makes an asset valid, and what is derived from it.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::degressive::{COEFFICIENT_DECIMALS, COEFFICIENTS};
use super::{Component, FixedAsset, Method, TreeFault, tree_faults};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

/// Longest life accepted.
pub const MAX_DURATION_YEARS: u32 = 100;
/// Years a month can be written in (see `BillingMonth`).
pub const COMMISSIONING_YEARS: std::ops::RangeInclusive<i32> = 2000..=2099;

/// Why an asset cannot be depreciated. Each message names the place, the numbers and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    #[error("asset {asset} has no component; give at least one, carrying the whole cost")]
    NoComponent { asset: AssetCode },
    #[error("asset {asset} has two components with the code {component}; rename one")]
    DuplicateComponent { asset: AssetCode, component: ComponentCode },
    #[error("component code `{component}` of asset {asset} is empty or contains `/`; use letters, digits and hyphens")]
    ComponentCode { asset: AssetCode, component: ComponentCode },
    #[error(
        "asset {asset}: components {} = {}, asset cost {}, difference {}; correct a component or the asset's cost",
        sum_of(costs), grouped(costs.iter().sum()), grouped(*cost), grouped(costs.iter().sum::<Money>() - *cost)
    )]
    ComponentsDoNotSum { asset: AssetCode, costs: Vec<Money>, cost: Money },
    #[error("component {component} of asset {asset} costs {}; a cost must be above zero", grouped(*cost))]
    NoCost { asset: AssetCode, component: ComponentCode, cost: Money },
    #[error(
        "component {component} of asset {asset}: residual value {} is below zero; write what remains at its end, or leave it out",
        grouped(*residual_value)
    )]
    NegativeResidualValue { asset: AssetCode, component: ComponentCode, residual_value: Money },
    #[error(
        "component {component} of asset {asset}: residual value {} of a cost of {} leaves {} − {} = {} to depreciate; give one below the cost, and leave out what loses no value, which has no plan",
        grouped(*residual_value), grouped(*cost), grouped(*cost), grouped(*residual_value),
        grouped(*cost - *residual_value)
    )]
    ResidualValue { asset: AssetCode, component: ComponentCode, residual_value: Money, cost: Money },
    #[error(
        "component {component} of asset {asset} lasts {duration_years} years; a duration is a whole number from 1 to {MAX_DURATION_YEARS}"
    )]
    Duration { asset: AssetCode, component: ComponentCode, duration_years: u32 },
    #[error(
        "component {component} of asset {asset}: coefficient {coefficient}; write 1 to 5 with at most {COEFFICIENT_DECIMALS} decimals, such as 2.25"
    )]
    Coefficient { asset: AssetCode, component: ComponentCode, coefficient: Decimal },
    #[error(
        "component {component} of asset {asset}: {expected_units} units expected; write a number above zero with at most 4 decimals"
    )]
    ExpectedUnits { asset: AssetCode, component: ComponentCode, expected_units: Decimal },
    #[error("component {component} of asset {asset} is commissioned on {day}; the year must lie between 2000 and 2099")]
    Commissioning { asset: AssetCode, component: ComponentCode, day: NaiveDate },
    #[error(
        "component {component} of asset {asset}: `{account}` is not a fixed-asset account; write digits beginning with 2, such as 2183, and neither 28 nor 29"
    )]
    Account { asset: AssetCode, component: ComponentCode, account: String },
    #[error("asset {asset}: {fault}")]
    Tree { asset: AssetCode, fault: TreeFault },
    #[error("asset {asset}: subsidy {} on a cost of {}; it must lie between zero and the cost", grouped(*subsidy), grouped(*cost))]
    Subsidy { asset: AssetCode, subsidy: Money, cost: Money },
}

impl Component {
    /// What is depreciated: cost − residual value.
    pub fn base(&self) -> Money {
        self.cost - self.residual_value
    }
}

impl FixedAsset {
    /// The day `component` was planned to go into service: its own, else the asset's; none while it is built.
    pub fn commissioning_of(&self, component: &Component) -> Option<NaiveDate> {
        component.commissioned_on.or(self.commissioned_on)
    }

    /// The asset account `component` stands on: its own, else the asset's.
    pub fn account_of<'a>(&'a self, component: &'a Component) -> &'a str {
        component.account.as_deref().unwrap_or(&self.account)
    }

    /// Everything wrong with the asset, the whole before its parts; empty when it can be depreciated.
    pub fn problems(&self) -> Vec<AssetError> {
        let mut found = Vec::new();
        let asset = || self.code.clone();
        let costs: Vec<Money> = self.components.iter().map(|component| component.cost).collect();
        if costs.is_empty() {
            found.push(AssetError::NoComponent { asset: asset() });
        } else if costs.iter().sum::<Money>() != self.cost {
            found.push(AssetError::ComponentsDoNotSum { asset: asset(), costs, cost: self.cost });
        }
        if self.subsidy.is_negative() || self.subsidy > self.cost {
            found.push(AssetError::Subsidy { asset: asset(), subsidy: self.subsidy, cost: self.cost });
        }
        let mut codes = BTreeSet::new();
        for component in &self.components {
            if !codes.insert(&component.code) {
                found.push(AssetError::DuplicateComponent { asset: asset(), component: component.code.clone() });
            }
            found.extend(self.problems_of(component));
        }
        found.extend(tree_faults(self).into_iter().map(|(_, fault)| AssetError::Tree { asset: asset(), fault }));
        found
    }

    fn problems_of(&self, part: &Component) -> Vec<AssetError> {
        let mut found = Vec::new();
        let (asset, component) = (self.code.clone(), part.code.clone());
        if part.code.as_str().is_empty() || part.code.as_str().contains('/') {
            found.push(AssetError::ComponentCode { asset: asset.clone(), component: component.clone() });
        }
        if part.cost <= Money::ZERO {
            found.push(AssetError::NoCost { asset: asset.clone(), component: component.clone(), cost: part.cost });
        } else if part.residual_value.is_negative() {
            found.push(AssetError::NegativeResidualValue {
                asset: asset.clone(),
                component: component.clone(),
                residual_value: part.residual_value,
            });
        } else if part.residual_value > part.cost {
            // What loses no value at all is refused where it comes in new; a book that holds it goes on.
            found.push(AssetError::ResidualValue {
                asset: asset.clone(),
                component: component.clone(),
                residual_value: part.residual_value,
                cost: part.cost,
            });
        }
        if !(1..=MAX_DURATION_YEARS).contains(&part.duration_years) {
            found.push(AssetError::Duration {
                asset: asset.clone(),
                component: component.clone(),
                duration_years: part.duration_years,
            });
        }
        if let Method::Degressive { coefficient } = part.method
            && !is_coefficient(coefficient)
        {
            found.push(AssetError::Coefficient { asset: asset.clone(), component: component.clone(), coefficient });
        }
        if let Method::UnitsOfUse { expected_units } = part.method
            && !super::state::is_units(expected_units)
        {
            found.push(AssetError::ExpectedUnits {
                asset: asset.clone(),
                component: component.clone(),
                expected_units,
            });
        }
        if let Some(day) = self.commissioning_of(part)
            && !COMMISSIONING_YEARS.contains(&day.year())
        {
            found.push(AssetError::Commissioning { asset: asset.clone(), component: component.clone(), day });
        }
        if !is_asset_account(self.account_of(part)) {
            found.push(AssetError::Account { asset, component, account: self.account_of(part).to_owned() });
        }
        found
    }
}

/// The lowest and the highest coefficient of a degressive plan.
pub fn coefficients() -> (Decimal, Decimal) {
    (Decimal::from(*COEFFICIENTS.start()), Decimal::from(*COEFFICIENTS.end()))
}

fn is_coefficient(value: Decimal) -> bool {
    let (least, most) = coefficients();
    (least..=most).contains(&value) && value.normalize().scale() <= COEFFICIENT_DECIMALS
}

/// Digits beginning with 2, and not of the accounts that hold depreciation (28) and impairment (29) themselves.
pub fn is_asset_account(account: &str) -> bool {
    account.len() >= 2
        && account.starts_with('2')
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && !account.starts_with("28")
        && !account.starts_with("29")
}

fn sum_of(costs: &[Money]) -> String {
    costs.iter().map(|cost| grouped(*cost)).collect::<Vec<_>>().join(" + ")
}

/// `9,999,000.00`: for people who compare long amounts in a message.
pub(super) fn grouped(amount: Money) -> String {
    let text = amount.abs().to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut shown = String::with_capacity(text.len() + 6);
    if amount.is_negative() {
        shown.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown + "." + cents
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{asset, component};
    use super::*;
    use insta::assert_snapshot;

    fn messages(asset: &FixedAsset) -> String {
        asset.problems().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_sound_asset_has_no_problems() {
        assert_eq!(messages(&asset(vec![component("hall", "9000000.00", 40), component("it", "7000000.00", 5)])), "");
    }

    #[test]
    fn components_that_do_not_sum_show_their_arithmetic() {
        let mut asset = asset(vec![component("hall", "9999000.00", 40), component("it", "6000000.00", 5)]);
        asset.cost = "16000000.00".parse().unwrap();
        assert_snapshot!(messages(&asset), @"asset DC-2019: components 9,999,000.00 + 6,000,000.00 = 15,999,000.00, asset cost 16,000,000.00, difference −1,000.00; correct a component or the asset's cost");
    }

    #[test]
    fn every_problem_is_found_at_once() {
        let mut bad = component("a/b", "100.00", 0);
        bad.residual_value = "120.00".parse().unwrap();
        bad.method = Method::Degressive { coefficient: "0.5".parse().unwrap() };
        bad.account = Some("2813".into());
        bad.commissioned_on = NaiveDate::from_ymd_opt(1999, 12, 31);
        let mut debt = component("x", "5.00", 1);
        debt.residual_value = "-5.00".parse().unwrap();
        let mut asset = asset(vec![bad, component("x", "0.00", 101), debt]);
        asset.subsidy = "105.01".parse().unwrap();
        assert_snapshot!(messages(&asset), @r"
        asset DC-2019: subsidy 105.01 on a cost of 105.00; it must lie between zero and the cost
        component code `a/b` of asset DC-2019 is empty or contains `/`; use letters, digits and hyphens
        component a/b of asset DC-2019: residual value 120.00 of a cost of 100.00 leaves 100.00 − 120.00 = −20.00 to depreciate; give one below the cost, and leave out what loses no value, which has no plan
        component a/b of asset DC-2019 lasts 0 years; a duration is a whole number from 1 to 100
        component a/b of asset DC-2019: coefficient 0.5; write 1 to 5 with at most 4 decimals, such as 2.25
        component a/b of asset DC-2019 is commissioned on 1999-12-31; the year must lie between 2000 and 2099
        component a/b of asset DC-2019: `2813` is not a fixed-asset account; write digits beginning with 2, such as 2183, and neither 28 nor 29
        component x of asset DC-2019 costs 0.00; a cost must be above zero
        component x of asset DC-2019 lasts 101 years; a duration is a whole number from 1 to 100
        asset DC-2019 has two components with the code x; rename one
        component x of asset DC-2019: residual value −5.00 is below zero; write what remains at its end, or leave it out
        ");
        asset.components.clear();
        assert!(messages(&asset).contains("has no component"));
    }
}
