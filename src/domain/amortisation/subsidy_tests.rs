//! A subsidy received later: what it takes to income, and what it leaves alone.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::event_tests::{changes, event, happen, methods, told};
use super::fixtures::{asset, component};
use super::*;
use crate::domain::calendar::BillingMonth;

fn euros(text: &str) -> Money {
    text.parse().unwrap()
}

fn later(amount: Money) -> AssetChange {
    AssetChange::Subsidise { grantor: "state".into(), reference: None, amount }
}

/// What each component charges in every month that charges anything.
fn charged(asset: &FixedAsset) -> Vec<Vec<(BillingMonth, Money)>> {
    let charged = |plan: &ComponentPlan<'_>| {
        let rows = plan.depreciation.months.iter().filter(|row| !row.charge.is_zero());
        rows.map(|row| (row.month, row.charge)).collect()
    };
    plans(std::slice::from_ref(asset)).iter().map(charged).collect()
}

#[test]
fn a_later_subsidy_is_taken_to_income_and_charges_stay_rounded_once() {
    let before = asset(vec![component("hall", "9600000.00", 8), component("it", "6400000.00", 8)]);
    let mut after = before.clone();
    after.events = vec![event("2026-11-15", later(euros("120000.00")))];
    assert_eq!(told(&after), "");
    assert_eq!(charged(&after), charged(&before));
    let assets = [after];
    let report = report(&assets, NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(), &PostedDepreciation::default());
    let charges: Vec<String> = report.total.years.iter().map(|row| row.charge.to_string()).collect();
    assert_eq!((charges.get(7).unwrap().as_str(), charges.get(8).unwrap().as_str()), ("2000000.00", "816666.67"));
    let income: Money = report.total.years.iter().map(|row| row.subsidy.income).sum();
    assert_eq!(income, euros("120000.00"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever happened before and after it, no subsidy on any day changes a charge.
    #[test]
    fn no_subsidy_changes_a_charge(
        (cost_a, cost_b) in (1_000i64..90_000_000, 1_000i64..90_000_000),
        (method_a, method_b) in (methods(), methods()),
        (years_a, years_b) in (1u32..20, 1u32..20),
        happened in prop::collection::vec(changes(), 0..6),
        (days, cents) in (0u64..5_000, 1i64..500_000),
    ) {
        let part = |code, cents, method, years| Component {
            cost: Money::from_cents(cents), method, ..component(code, "1.00", years)
        };
        let mut before = asset(vec![part("a", cost_a, method_a, years_a), part("b", cost_b, method_b, years_b)]);
        happen(&mut before, happened);
        let mut after = before.clone();
        let on = before.commissioned_on.unwrap() + Days::new(days);
        after.events.push(AssetEvent { effective_on: on, ..event("2019-05-28", later(Money::from_cents(cents))) });
        prop_assume!(event_problems(&after).is_empty());
        prop_assert_eq!(charged(&after), charged(&before));
        let income = |asset: &FixedAsset| -> Money {
            let assets = std::slice::from_ref(asset);
            let movements: Vec<Movement> = plans(assets).into_iter().flat_map(|plan| plan.movements).collect();
            let left: Money = movements.iter().map(|movement| movement.subsidy_rest).sum();
            plans(assets).iter().flat_map(|plan| &plan.subsidy.months).map(|row| row.charge).sum::<Money>() + left
        };
        prop_assert_eq!(income(&after) - income(&before), Money::from_cents(cents), "all of it becomes income");
    }
}
