//! What leaves, in the years of a plan: the base in force, and figures that lead from one year to the next.

use super::*;
use crate::domain::amortisation::event_tests::event;
use crate::domain::amortisation::fixtures::{asset, component};
use crate::domain::amortisation::report::PlanRow;
use crate::domain::amortisation::{AssetChange, Extent};

fn euros(text: &str) -> Money {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 60,000.00 over ten years from 2023, with a tenth of subsidy, and what happened to it.
fn dis(changes: Vec<(&str, AssetChange)>) -> FixedAsset {
    let mut dis = asset(vec![component("dis", "60000.00", 10)]);
    dis.commissioned_on = Some(day("2023-01-01"));
    dis.subsidy = euros("6000.00");
    dis.events = changes.into_iter().map(|(on, change)| event(on, change)).collect();
    dis
}

fn dispose(extent: Extent) -> AssetChange {
    AssetChange::Dispose { component: Some("dis".into()), extent, proceeds: Money::ZERO, buyer: None }
}

fn third() -> AssetChange {
    dispose(Extent::Percent("33.333".parse().unwrap()))
}

fn report_of(asset: FixedAsset, as_of: &str) -> AmortisationReport {
    report(&[asset], day(as_of), &PostedDepreciation::default())
}

fn bases(report: &AmortisationReport) -> Vec<(i32, String)> {
    report.total.years.iter().map(|row| (row.period, row.base.to_string())).collect()
}

fn base_of(report: &AmortisationReport, year: i32) -> String {
    bases(report).into_iter().find(|(known, _)| *known == year).unwrap().1
}

#[test]
fn the_base_of_a_year_is_the_one_in_force_in_it() {
    let partly = report_of(dis(vec![("2026-10-31", third())]), "2026-12-31");
    assert_eq!(
        [2023, 2025, 2026, 2030].map(|year| base_of(&partly, year)),
        ["60000.00", "60000.00", "40000.20", "40000.20"]
    );
    assert_eq!(partly.total.position.base, euros("40000.20"), "as what it costs, of what is still there");
    assert_eq!(partly.total.position.cost, euros("40000.20"));
    let before = report_of(dis(vec![("2026-10-31", third())]), "2025-12-31");
    assert_eq!(before.total.position.base, euros("60000.00"));

    let wholly = report_of(dis(vec![("2026-10-31", dispose(Extent::Whole))]), "2026-12-31");
    assert_eq!(bases(&wholly).last(), Some(&(2026, "60000.00".to_owned())), "when it left");
    assert_eq!(wholly.total.position.base, Money::ZERO);

    let impair = AssetChange::Impair { component: "dis".into(), amount: euros("7000.00") };
    let impaired = report_of(dis(vec![("2026-06-30", impair)]), "2026-12-31");
    assert_eq!([2023, 2025, 2026].map(|year| base_of(&impaired, year)), ["60000.00", "60000.00", "53000.00"]);
}

/// Cumulative depreciation leads from one period to the next: what was charged is added, what left is taken out.
#[test]
fn charges_and_exits_lead_from_one_year_to_the_next() {
    for change in [third(), dispose(Extent::Whole)] {
        let found = report_of(dis(vec![("2026-10-31", change)]), "2026-12-31");
        follows(&found.total.years);
        follows(&found.total.months);
        let exits: Money = found.total.years.iter().map(|row| row.exits).sum();
        assert!(exits > Money::ZERO && found.total.position.exits == exits, "{exits}");
        assert_eq!(found.total.years.iter().filter(|row| !row.exits.is_zero()).count(), 1);
    }
    let kept = report_of(dis(vec![]), "2026-12-31");
    assert!(kept.total.years.iter().all(|row| row.exits.is_zero() && row.subsidy.exits.is_zero()));
}

fn follows<P: std::fmt::Debug>(rows: &[PlanRow<P>]) {
    let mut before = (Money::ZERO, Money::ZERO);
    for row in rows {
        let subsidy = &row.subsidy;
        assert_eq!(before.0 + row.charge - row.exits, row.cumulative, "{row:?}");
        assert_eq!(before.1 + subsidy.income - subsidy.exits, subsidy.cumulative, "{row:?}");
        before = (row.cumulative, subsidy.cumulative);
    }
}
