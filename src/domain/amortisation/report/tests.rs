use super::*;
use crate::domain::amortisation::fixtures::{asset, component};
use crate::domain::amortisation::movements::movements;
use crate::domain::amortisation::report::{PlanRow, RowState};
use crate::domain::amortisation::{
    AssetChange, Component, Method, PostingPeriod, depreciation_entry, months_due, plans,
};
use crate::domain::ledger::{Chart, JournalEntry};
use proptest::prelude::*;

fn euros(text: &str) -> Money {
    text.replace(',', "").parse().unwrap()
}

fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn posted_through(assets: &[FixedAsset], last: &str) -> PostedDepreciation {
    let chart = Chart::default();
    let plans = plans(assets);
    let entries: Vec<JournalEntry> = months_due(&plans, PostingPeriod::Month, month(last))
        .into_iter()
        .filter_map(|month| depreciation_entry(&plans, PostingPeriod::Month, month, &chart).unwrap())
        .collect();
    PostedDepreciation::from_entries(&entries, &chart)
}

/// The handbook's 16 million as one component, with a subsidy.
fn centre() -> Vec<FixedAsset> {
    let mut centre = asset(vec![component("it", "16000000.00", 8)]);
    centre.subsidy = euros("1,600,000.00");
    vec![centre]
}

#[test]
fn posted_due_and_to_come_share_out_the_base() {
    let assets = centre();
    let report = report(&assets, day("2026-10-31"), &posted_through(&assets, "2026-08"));
    let position = report.total.position;
    assert_eq!(position.base, euros("16,000,000.00"));
    assert_eq!(position.posted, euros("14,516,666.69")); // 1,183,333.33 + 6 × 2,000,000.00 + 8 × 166,666.67
    assert_eq!(position.due, euros("333,333.32")); // September and October
    assert_eq!(position.to_come, euros("1,149,999.99"));
    assert_eq!(position.cumulative, euros("14,850,000.01"));
    assert_eq!(position.net_book_value, euros("1,149,999.99"));
    assert_eq!(position.subsidy.posted, euros("1,451,666.69"));
    assert_eq!(position.difference, Money::ZERO);

    let states = |rows: &[PlanRow<BillingMonth>], months: [&str; 3]| {
        months.map(|text| rows.iter().find(|row| row.period == month(text)).unwrap().state)
    };
    let months = &report.assets.first().unwrap().components.first().unwrap().plan.months;
    assert_eq!(states(months, ["2026-08", "2026-09", "2026-11"]), [RowState::Posted, RowState::Due, RowState::ToCome]);
    let years: Vec<RowState> = report.total.years.iter().map(|row| row.state).collect();
    assert_eq!(years.first(), Some(&RowState::Posted));
    assert_eq!(years.get(7..), Some([RowState::Due, RowState::ToCome].as_slice()));
}

#[test]
fn a_month_is_due_on_its_last_day_and_not_before() {
    let assets = centre();
    let due = |as_of| report(&assets, day(as_of), &PostedDepreciation::default()).total.position.due;
    assert_eq!(due("2019-05-30"), Money::ZERO);
    assert_eq!(due("2019-05-31"), euros("16,666.67"));
    assert_eq!(due("2019-06-29"), euros("16,666.67"));
    assert_eq!(due("2019-06-30"), euros("183,333.34"));
}

/// 120,000.00 over 1,000 units and four years, of which 100 were used in June 2019: 12,000.00. Of 2020 nothing is known.
#[test]
fn use_that_was_not_recorded_is_in_no_book_value_of_the_past() {
    let expected_units = "1000".parse().unwrap();
    let part = Component { method: Method::UnitsOfUse { expected_units }, ..component("group", "120000.00", 4) };
    let mut by_units = asset(vec![part]);
    by_units.subsidy = euros("12,000.00");
    by_units.events = vec![AssetEvent {
        effective_on: day("2019-06-30"),
        recorded_on: day("2019-06-30"),
        recorded_by: "cli".into(),
        reason: "count".into(),
        decision: None,
        change: AssetChange::Use { component: "group".into(), units: "100".parse().unwrap() },
    }];
    let assets = vec![by_units];
    let (as_of, posted) = (day("2020-12-31"), posted_through(&assets, "2020-12"));
    let report = report(&assets, as_of, &posted);
    let position = report.total.position;
    assert_eq!((position.cumulative, position.net_book_value), (euros("12,000.00"), euros("108,000.00")));
    assert_eq!(
        (position.posted, position.due, position.to_come),
        (euros("12,000.00"), Money::ZERO, euros("108,000.00"))
    );
    assert_eq!((position.subsidy.cumulative, position.subsidy.remaining), (euros("1,200.00"), euros("10,800.00")));
    let movements = movements(&assets, 2020, &Chart::default(), &BTreeMap::new()).total;
    assert_eq!((movements.depreciation_closing, movements.net_closing), (position.cumulative, position.net_book_value));

    let row = |year: i32| report.total.years.iter().find(|row| row.period == year).unwrap();
    assert_eq!((row(2020).charge, row(2020).net_book_value), (Money::ZERO, euros("108,000.00")));
    // What is left is forecast over what is left of the life: the rest of 2021, 2022, and 2023 to 27 May.
    assert_eq!((row(2021).state, row(2021).to_come), (RowState::ToCome, row(2021).charge));
    assert_eq!(row(2021).charge + row(2022).charge + row(2023).charge, euros("108,000.00"));
    assert_eq!(row(2023).net_book_value, Money::ZERO);
}

#[test]
fn a_report_of_a_closed_year_reads_the_same_for_ever() {
    let assets = centre();
    let then = report(&assets, day("2024-12-31"), &posted_through(&assets, "2024-12"));
    let now = report(&assets, day("2024-12-31"), &posted_through(&assets, "2026-10"));
    assert_eq!(then, now);
    assert_eq!(then.total.position.posted, euros("11,183,333.33"));
    assert_eq!(then.total.position.net_book_value, euros("4,816,666.67"));
}

#[test]
fn a_plan_that_changed_after_posting_shows_the_difference() {
    let mut assets = centre();
    let posted = posted_through(&assets, "2019-12");
    assets[0].components[0].duration_years = 10;
    let report = report(&assets, day("2019-12-31"), &posted);
    assert_eq!(report.total.position.due, Money::ZERO);
    assert_eq!(report.total.position.posted, euros("1,183,333.33"));
    assert_eq!(report.total.years.first().unwrap().charge, euros("946,666.67"));
    assert_eq!(report.total.years.first().unwrap().difference, euros("236,666.66"));
}

#[test]
fn postings_of_unknown_components_are_named() {
    let mut assets = centre();
    let posted = posted_through(&assets, "2019-05");
    assets[0].components[0].code = "renamed".into();
    let report = report(&assets, day("2019-12-31"), &posted);
    assert_eq!(report.total.position.posted, Money::ZERO);
    let unknown = report.unknown_postings.first().unwrap();
    assert_eq!((unknown.component.as_str(), unknown.charge), ("it", euros("16,666.67")));
}

#[test]
fn what_is_not_yet_in_service_is_not_yet_in_the_gross_value() {
    let later = Component { commissioned_on: Some(day("2030-07-01")), ..component("hall", "1000000.00", 2) };
    let assets = [asset(vec![component("it", "16000000.00", 8), later])];
    let report = report(&assets, day("2026-10-31"), &PostedDepreciation::default());
    assert_eq!(report.total.position.cost, euros("17,000,000.00"));
    assert_eq!(report.total.position.gross_value, euros("16,000,000.00"));
    let rows = &report.total.years;
    assert_eq!(rows.iter().map(|row| row.period).collect::<Vec<_>>(), (2019..=2032).collect::<Vec<_>>());
    let gross = |year| rows.iter().find(|row| row.period == year).unwrap().gross_value;
    assert_eq!(
        (gross(2019), gross(2029), gross(2030)),
        (euros("16,000,000"), euros("16,000,000"), euros("17,000,000"))
    );
    let idle = rows.iter().find(|row| row.period == 2028).unwrap();
    assert_eq!((idle.state, idle.net_book_value), (RowState::NoCharge, Money::ZERO));
}

#[test]
fn no_assets_make_an_empty_report() {
    let report = report(&[], day("2026-10-31"), &PostedDepreciation::default());
    assert_eq!(report.total.position, Position::default());
    assert!(report.total.months.is_empty() && report.assets.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn figures_add_up_at_every_level(
        costs in prop::collection::vec((1i64..1_000_000_000, 1u32..30, 0u64..5_000), 1..5),
        subsidy_share in 0i64..=100,
        posted_months in 0u32..200,
        as_of_days in 0u64..8_000,
    ) {
        let start = day("2015-01-01");
        let parts = costs.iter().enumerate().map(|(index, (cents, years, days))| Component {
            cost: Money::from_cents(*cents),
            commissioned_on: Some(start + chrono::Days::new(*days)),
            ..component(&format!("c{index}"), "1.00", *years)
        });
        let mut first = asset(parts.collect());
        first.subsidy = first.cost.fraction(subsidy_share, 100);
        let assets = [first.clone(), FixedAsset { code: "B".into(), ..first }];
        let last = BillingMonth::of(start + chrono::Months::new(posted_months)).to_string();
        let report = report(&assets, start + chrono::Days::new(as_of_days), &posted_through(&assets, &last));

        let total = report.total.position;
        prop_assert_eq!(total.base + total.difference, total.posted + total.due + total.to_come);
        prop_assert_eq!(total.difference, Money::ZERO);
        prop_assert_eq!(total.cumulative, total.posted + total.due);
        prop_assert_eq!(total.net_book_value, total.gross_value - total.cumulative);
        prop_assert_eq!(total.subsidy.cumulative + total.subsidy.to_come, assets.iter().map(|a| a.subsidy).sum::<Money>());
        let mut of_assets = Position::default();
        for asset in &report.assets {
            of_assets += asset.plan.position;
            let mut of_components = Position::default();
            asset.components.iter().for_each(|component| of_components += component.plan.position);
            prop_assert_eq!(of_components, asset.plan.position);
        }
        prop_assert_eq!(of_assets, total);
        for (charge, posted, due, to_come) in [
            sums(&report.total.years),
            sums(&report.total.months),
        ] {
            prop_assert_eq!((charge, posted, due, to_come), (total.base, total.posted, total.due, total.to_come));
        }
        for pair in report.total.months.windows(2) {
            prop_assert_eq!(pair[0].period.next(), pair[1].period);
        }
    }
}

fn sums<P>(rows: &[PlanRow<P>]) -> (Money, Money, Money, Money) {
    let sum = |of: fn(&PlanRow<P>) -> Money| rows.iter().map(of).sum();
    (sum(|row| row.charge), sum(|row| row.posted), sum(|row| row.due), sum(|row| row.to_come))
}
