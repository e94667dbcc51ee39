//! What is kept of a component goes on as its share of the plan nothing happened to.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::event_tests::{conventions, event};
use super::fixtures::{asset, component};
use super::*;
use crate::domain::calendar::BillingMonth;

fn eur(text: &str) -> Money {
    text.replace(',', "").parse().unwrap()
}

fn sale(on: &str, extent: Extent) -> AssetEvent {
    let change = AssetChange::Dispose { component: Some("a".into()), extent, proceeds: Money::ZERO, buyer: None };
    event(on, change)
}

/// A component with as much of subsidy as it costs, and what happened to it.
fn one(method: Method, cost: Money, years: u32, events: Vec<AssetEvent>) -> FixedAsset {
    let mut one = asset(vec![Component { cost, method, ..component("a", "1.00", years) }]);
    (one.subsidy, one.events) = (one.cost, events);
    one
}

fn charges(asset: &FixedAsset) -> (Schedule, Schedule) {
    let mut plans = plans(std::slice::from_ref(asset));
    let plan = plans.remove(0);
    (plan.depreciation, plan.subsidy)
}

fn year(schedule: &Schedule, year: i32) -> Money {
    schedule.years.iter().find(|row| row.year == year).map(|row| row.charge).unwrap_or_default()
}

#[test]
fn a_rate_applies_to_what_the_year_opened_with_whatever_is_sold_within_it() {
    let method = Method::Degressive { coefficient: Decimal::new(225, 2) };
    let sold = one(method, eur("1,000,000.00"), 8, vec![sale("2020-07-01", Extent::Percent(50.into()))]);
    let (depreciation, subsidy) = charges(&sold);
    for schedule in [depreciation, subsidy] {
        // 812,500.00 × 28.125 %: half a year of it, and half a year of its half.
        assert_eq!(year(&schedule, 2020), eur("114,257.82") + eur("57,128.91"));
        assert_eq!(year(&schedule, 2021), eur("82,122.80"));
    }
}

#[test]
fn a_loss_within_a_year_lowers_what_a_rate_applies_to_and_nothing_else() {
    let method = Method::Degressive { coefficient: Decimal::new(225, 2) };
    let impair = AssetChange::Impair { component: "a".into(), amount: eur("0.01") };
    let impaired = one(method, eur("1,000,000.00"), 8, vec![event("2020-07-01", impair)]);
    assert!((year(&charges(&impaired).0, 2020) - eur("228,515.63")).abs() <= eur("0.01"));
    let later = AssetChange::Subsidise { grantor: "state".into(), reference: None, amount: eur("0.01") };
    let mut granted = one(method, eur("1,000,000.00"), 8, vec![event("2020-07-01", later)]);
    granted.subsidy = eur("999,999.99");
    assert!((year(&charges(&granted).1, 2020) - eur("228,515.63")).abs() <= eur("0.01"));
}

#[test]
fn months_of_a_leap_year_weigh_the_same_before_and_after_a_sale() {
    let method = Method::Linear { convention: Convention::Actual365 };
    let sold = one(method, eur("1,000,000.00"), 8, vec![sale("2020-07-01", Extent::Percent(50.into()))]);
    let whole = charges(&one(method, eur("1,000,000.00"), 8, vec![])).0;
    let kept = charges(&sold).0;
    for month in ["2020-08", "2020-12", "2021-01", "2024-02", "2026-12"] {
        let month: BillingMonth = month.parse().unwrap();
        let off = (kept.charge_in(month) - whole.charge_in(month).fraction(1, 2)).abs();
        assert!(off <= eur("0.01"), "{month}: {off}");
    }
}

fn methods() -> impl Strategy<Value = Method> {
    prop_oneof![5 => conventions(), 1 => (100i64..20_000).prop_map(|units| Method::UnitsOfUse { expected_units: units.into() })]
}

/// Units of some months before and after the sale.
fn use_of(months: &[(i32, u32)], units: Decimal) -> Vec<AssetEvent> {
    let used = |(year, month): &(i32, u32)| {
        let change = AssetChange::Use { component: "a".into(), units };
        event(&format!("{year}-{month:02}-28"), change)
    };
    months.iter().map(used).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the method, the day and the share: every month after the sale charges the kept share of what it would
    /// have, to the cent each rounding may move; the last year is the complement of them all.
    #[test]
    fn what_is_kept_goes_on_as_its_share(
        cents in 100_000i64..2_000_000_000,
        method in methods(),
        years in 1u32..20,
        days in 1u64..7_000,
        kept in 1i64..100,
    ) {
        let (cost, on) = (Money::from_cents(cents), NaiveDate::from_ymd_opt(2019, 5, 28).unwrap() + Days::new(days));
        let sold = sale(&on.to_string(), Extent::Percent(Decimal::from(100 - kept)));
        let used = match method {
            Method::UnitsOfUse { expected_units } => {
                use_of(&[(2019, 8), (2020, 2), (2022, 11), (2025, 4)], expected_units / Decimal::from(5))
            }
            _ => Vec::new(),
        };
        let before = one(method, cost, years, used.clone());
        let mut after = before.clone();
        after.events.push(AssetEvent { recorded_on: after.events.last().map_or(on, |last| last.recorded_on), ..sold });
        prop_assume!(event_problems(&after).is_empty());
        let (of_before, of_after) = (charges(&before), charges(&after));
        // Shares of small amounts are whole cents: what is kept is told by the gross value.
        let left = cost - cost.fraction((100 - kept) * 10_000, 1_000_000);
        for (before, after) in [(&of_before.0, &of_after.0), (&of_before.1, &of_after.1)] {
            let last = before.years.last().map_or(0, |row| row.year);
            for row in before.months.iter().filter(|row| row.month > BillingMonth::of(on)) {
                let off = (after.charge_in(row.month) - row.charge.fraction(left.cents(), cost.cents())).abs();
                let cents = if row.month.year() == last { 3 + i64::from(years) } else { 3 };
                prop_assert!(off.cents() <= cents, "{}: {off} off", row.month);
            }
            let month = BillingMonth::of(on);
            let (whole, held) = (before.charge_in(month), after.charge_in(month));
            prop_assert!(held <= whole && held.cents() + 3 >= whole.fraction(left.cents(), cost.cents()).cents());
        }
    }
}
