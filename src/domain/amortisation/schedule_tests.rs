//! The handbook's table to the cent, and what holds for every plan.

use super::super::event_tests::event;
use super::super::fixtures::{asset, component};
use super::super::{AssetChange, plans};
use super::*;
use crate::domain::amortisation::Convention;
use proptest::prelude::*;
use rstest::rstest;

fn euros(text: &str) -> Money {
    text.replace(',', "").parse().unwrap()
}

/// 16,000,000.00 over 8 years, in service 2019-05-28.
fn handbook(method: Method) -> Schedule {
    schedule(&Component { method, ..component("it", "16000000.00", 8) }, "2019-05-28".parse().unwrap())
}

fn charges(schedule: &Schedule) -> Vec<(i32, Money)> {
    schedule.years.iter().map(|row| (row.year, row.charge)).collect()
}

#[rstest]
#[case::days_30_360(Convention::Days30E360, "1,183,333.33", "816,666.67")]
#[case::actual_365(Convention::Actual365, "1,194,520.55", "805,479.45")]
#[case::actual_actual(Convention::ActualActual, "1,194,520.55", "805,479.45")]
#[case::first_of_month(Convention::FirstOfMonth, "1,333,333.33", "666,666.67")]
#[case::full_years(Convention::FullYearsFromNext, "0", "2,000,000.00")]
fn the_four_rows_of_the_handbook(#[case] convention: Convention, #[case] first: &str, #[case] last: &str) {
    let mut expected = vec![(2019, euros(first))];
    expected.extend((2020..=2026).map(|year| (year, euros("2,000,000.00"))));
    expected.push((2027, euros(last)));
    assert_eq!(charges(&handbook(Method::Linear { convention })), expected);
}

#[test]
fn closing_net_book_values_of_the_first_row() {
    let plan = handbook(Method::Linear { convention: Convention::Days30E360 });
    let closing: Vec<String> = plan.years.iter().map(|row| row.net_book_value.to_string()).collect();
    assert_eq!(
        closing,
        [
            "14816666.67",
            "12816666.67",
            "10816666.67",
            "8816666.67",
            "6816666.67",
            "4816666.67",
            "2816666.67",
            "816666.67",
            "0.00"
        ]
    );
}

#[test]
fn degressive_figures_of_the_handbook() {
    let plan = handbook(Method::Degressive { coefficient: "2.25".parse().unwrap() });
    let expected = [
        "3,000,000.00",
        "3,656,250.00",
        "2,627,929.69",
        "1,888,824.46",
        "1,357,592.58",
        "1,156,467.76",
        "1,156,467.76",
        "1,156,467.75",
    ];
    let expected: Vec<(i32, Money)> = (2019..).zip(expected.map(euros)).collect();
    assert_eq!(charges(&plan), expected);
    assert_eq!(plan.months.len(), 8 + 7 * 12);
}

#[test]
fn a_degressive_rate_above_one_charges_no_more_than_is_left() {
    let coefficient = "2.25".parse().unwrap();
    let short = |years| Component { method: Method::Degressive { coefficient }, ..component("c", "1000.00", years) };
    let day = "2019-01-15".parse().unwrap();
    assert_eq!(charges(&schedule(&short(2), day)), [(2019, euros("1,000.00")), (2020, Money::ZERO)]);
    assert_eq!(charges(&schedule(&short(1), day)), [(2019, euros("1,000.00"))]);
}

#[test]
fn ninety_six_months_are_166_666_66_with_a_cent_more_in_64() {
    let plan = handbook(Method::Linear { convention: Convention::FirstOfMonth });
    assert_eq!(plan.months.len(), 96);
    assert_eq!(plan.months.iter().filter(|row| row.charge == euros("166,666.67")).count(), 64);
    assert_eq!(plan.months.iter().filter(|row| row.charge == euros("166,666.66")).count(), 32);
}

#[test]
fn months_follow_the_days_of_the_method() {
    let plan = handbook(Method::Linear { convention: Convention::Days30E360 });
    let charge = |month: &str| plan.charge_in(month.parse().unwrap());
    assert_eq!(charge("2019-04"), Money::ZERO);
    assert_eq!(charge("2019-05"), euros("16,666.67")); // 3 days of 213
    assert_eq!(charge("2019-06"), euros("166,666.67")); // 30 days of 213
    assert_eq!(charge("2020-02"), euros("166,666.67")); // 30 days of 360
    assert_eq!(charge("2027-05"), euros("150,000.00")); // 27 days of 147
    assert_eq!(charge("2027-06"), Money::ZERO);

    let plan = handbook(Method::Linear { convention: Convention::Actual365 });
    let charge = |month: &str| plan.charge_in(month.parse().unwrap());
    assert_eq!(charge("2020-02"), euros("158,469.94")); // 2,000,000.00 × 29 ÷ 366 = …,945: the cents left go to larger remainders
    assert_eq!(charge("2021-02"), euros("153,424.66")); // 2,000,000.00 × 28 ÷ 365
}

#[test]
fn full_years_show_the_year_of_commissioning_without_a_charge() {
    let plan = handbook(Method::Linear { convention: Convention::FullYearsFromNext });
    let first = plan.months.first().unwrap();
    assert_eq!((first.month.to_string().as_str(), first.charge), ("2019-05", Money::ZERO));
    assert_eq!(first.net_book_value, euros("16,000,000.00"));
    assert_eq!(plan.charge_in("2019-12".parse().unwrap()), Money::ZERO);
    assert_eq!(plan.charge_in("2020-01".parse().unwrap()), euros("166,666.67"));
}

#[test]
fn the_residual_value_stays_in_the_books() {
    let part = Component { residual_value: euros("1,000.00"), ..component("c", "10000.00", 3) };
    let plan = schedule(&part, "2020-01-01".parse().unwrap());
    assert_eq!(plan.base, euros("9,000.00"));
    assert_eq!(charges(&plan), [2020, 2021, 2022].map(|year| (year, euros("3,000.00"))));
    assert_eq!(plan.years.last().unwrap().net_book_value, euros("1,000.00"));
}

#[test]
fn a_leap_years_366th_day_adds_nothing() {
    let part =
        Component { method: Method::Linear { convention: Convention::Actual365 }, ..component("c", "3650.00", 2) };
    let from = |day: &str| charges(&schedule(&part, day.parse().unwrap()));
    assert_eq!(from("2020-01-01"), [(2020, euros("1,825.00")), (2021, euros("1,825.00"))]);
    assert_eq!(from("2020-12-31").first(), Some(&(2020, euros("5.00"))));
}

/// 3,650.00 over 2 years from 2020-01-01: the year of 366 days charges 1,825.00 like any other, and its months share it by
/// their 366 days; a longer life from 1 July on spreads what they left over the 914 days that follow.
#[test]
fn a_plan_by_actual_days_is_cut_within_a_leap_year() {
    let part =
        Component { method: Method::Linear { convention: Convention::Actual365 }, ..component("it", "3650.00", 2) };
    let mut one = asset(vec![part]);
    one.commissioned_on = Some("2020-01-01".parse().unwrap());
    let longer = AssetChange::Revise {
        component: "it".into(),
        duration_years: Some(3),
        residual_value: None,
        expected_units: None,
    };
    one.events = vec![event("2020-07-01", longer)];
    let plans = plans(std::slice::from_ref(&one));
    let shown: Vec<String> =
        plans[0].depreciation.years.iter().map(|row| format!("{} {}", row.year, row.charge)).collect();
    let half: Money = plans[0]
        .depreciation
        .months
        .iter()
        .filter(|row| row.month < "2020-07".parse().unwrap())
        .map(|row| row.charge)
        .sum();
    assert_eq!(half, euros("907.52")); // 1,825.00 × 182 ÷ 366 = …,513, and a cent left over among its months
    assert_eq!(shown, ["2020 1459.62", "2021 1095.19", "2022 1095.19"]); // 2,742.48 × 184 ÷ 914 = 552.10; × 365 ÷ 914
}

/// 366,000.00 over 2 years from 1 July 2020: half of a leap year is 184 of its 366 days, 2022 has 181 of 365.
#[test]
fn actual_actual_divides_a_day_by_its_own_year() {
    let part =
        Component { method: Method::Linear { convention: Convention::ActualActual }, ..component("c", "366000.00", 2) };
    let plan = schedule(&part, "2020-07-01".parse().unwrap());
    let expected = [(2020, "92,000.00"), (2021, "183,000.00"), (2022, "91,000.00")];
    assert_eq!(charges(&plan), expected.map(|(year, charge)| (year, euros(charge))));
}

fn methods() -> impl Strategy<Value = Method> {
    let linear = prop::sample::select(vec![
        Convention::Days30E360,
        Convention::Actual365,
        Convention::ActualActual,
        Convention::FirstOfMonth,
        Convention::FullYearsFromNext,
    ]);
    prop_oneof![
        4 => linear.prop_map(|convention| Method::Linear { convention }),
        2 => (10_000i64..=50_000).prop_map(|c| Method::Degressive { coefficient: rust_decimal::Decimal::new(c, 4) }),
    ]
}

/// What must hold for every plan, whatever its figures.
fn check(part: &Component, day: NaiveDate) -> Result<(), TestCaseError> {
    let plan = schedule(part, day);
    let base = part.cost - part.residual_value;
    prop_assert_eq!(plan.base, base);
    prop_assert_eq!(plan.years.iter().map(|row| row.charge).sum::<Money>(), base);
    prop_assert_eq!(plan.months.iter().map(|row| row.charge).sum::<Money>(), base);
    for year in &plan.years {
        let mut months = plan.months.iter().filter(|row| row.month.year() == year.year);
        prop_assert_eq!(months.clone().map(|row| row.charge).sum::<Money>(), year.charge);
        prop_assert_eq!(months.next_back().map(|row| row.cumulative), Some(year.cumulative));
    }
    prop_assert_eq!(plan.months.first().map(|row| row.month), Some(BillingMonth::of(day)));
    let mut cumulative = Money::ZERO;
    for pair in plan.months.windows(2) {
        prop_assert_eq!(pair[0].month.next(), pair[1].month, "no gap, no overlap");
    }
    for row in &plan.months {
        prop_assert!(!row.charge.is_negative());
        cumulative += row.charge;
        prop_assert_eq!(row.cumulative, cumulative);
        prop_assert_eq!(row.net_book_value, part.cost - cumulative);
    }
    prop_assert_eq!(plan.years.last().map(|row| row.net_book_value), Some(part.residual_value));
    check_end(part, day, &plan)
}

/// The end of service is half-open: a plan begun on a 1 January fills its years and no day more.
fn check_end(part: &Component, day: NaiveDate, plan: &Schedule) -> Result<(), TestCaseError> {
    let duration = i32::try_from(part.duration_years).unwrap();
    let last = plan.months.last().map(|row| row.month);
    let begins_with_month = day.day() == 1;
    let expected = match part.method {
        Method::Degressive { .. } => BillingMonth::new(day.year() + duration - 1, 12),
        Method::Linear { convention: Convention::FullYearsFromNext } => BillingMonth::new(day.year() + duration, 12),
        Method::Linear { convention: Convention::FirstOfMonth } => {
            BillingMonth::new(day.year() + duration, day.month()).map(BillingMonth::previous)
        }
        Method::Linear { .. } | Method::UnitsOfUse { .. } if begins_with_month => {
            BillingMonth::new(day.year() + duration, day.month()).map(BillingMonth::previous)
        }
        Method::Linear { .. } | Method::UnitsOfUse { .. } => BillingMonth::new(day.year() + duration, day.month()),
    };
    prop_assert_eq!(last, expected);
    Ok(())
}

proptest! {
    #[test]
    fn every_plan_is_whole(
        cents in 1i64..100_000_000_000,
        residual_share in 0i64..100,
        duration_years in 1u32..=100,
        method in methods(),
        days in 0u64..36_000,
    ) {
        let part = Component {
            cost: Money::from_cents(cents),
            residual_value: Money::from_cents(cents / 100 * residual_share),
            duration_years,
            method,
            ..component("c", "1.00", 1)
        };
        check(&part, NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(days))?;
    }

    #[test]
    fn a_few_cents_over_many_years_never_turn_negative(cents in 1i64..200, duration_years in 1u32..=100, method in methods()) {
        let part = Component { cost: Money::from_cents(cents), duration_years, method, ..component("c", "1.00", 1) };
        check(&part, NaiveDate::from_ymd_opt(2019, 5, 28).unwrap())?;
    }
}

#[test]
fn every_day_of_a_leap_year_can_be_the_first() {
    let methods = [
        Method::Linear { convention: Convention::Days30E360 },
        Method::Linear { convention: Convention::Actual365 },
        Method::Linear { convention: Convention::ActualActual },
        Method::Linear { convention: Convention::FirstOfMonth },
        Method::Linear { convention: Convention::FullYearsFromNext },
        Method::Degressive { coefficient: "2.25".parse().unwrap() },
    ];
    for day in NaiveDate::from_ymd_opt(2020, 1, 1).unwrap().iter_days().take(366) {
        for (method, duration_years) in methods.into_iter().flat_map(|method| [1, 4, 7].map(|years| (method, years))) {
            let part = Component { method, duration_years, ..component("c", "123456.78", 1) };
            check(&part, day).unwrap_or_else(|error| panic!("{day} {method:?} {duration_years}: {error}"));
        }
    }
}
