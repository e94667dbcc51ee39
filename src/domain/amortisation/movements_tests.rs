//! Movements of a year beside a ledger that is not there yet.

use chrono::NaiveDate;

use super::event_tests::{balances, posted};
use super::fixtures::{asset, component};
use super::movements::{MovementsReport, movements};
use super::*;
use crate::domain::ledger::Chart;

#[test]
fn what_a_running_year_will_still_post_is_no_difference() {
    let mut one = asset(vec![component("a", "1200.00", 10)]);
    one.subsidy = "600.00".parse().unwrap();
    let assets = [one];
    let entries = posted(&assets, "2020-08");
    let (held, chart) = (balances(&entries), Chart::default());
    let as_of = NaiveDate::from_ymd_opt(2020, 12, 31).unwrap();
    let due = report(&assets, as_of, &PostedDepreciation::from_entries(&entries, &chart));
    let told = |report: MovementsReport| -> Vec<String> {
        let lines = report.reconciliation.iter().filter(|line| !(line.to_post.is_zero() && line.difference.is_zero()));
        lines.map(|line| format!("{} {} {}", line.account, line.to_post, line.difference)).collect()
    };
    let year = movements(&assets, 2020, &chart, &held);
    assert_eq!(told(year.clone()), ["1391 0.00 -20.00", "28183 0.00 40.00"]);
    assert_eq!(told(year.with_unposted(&due, &chart)), ["1391 20.00 0.00", "28183 -40.00 0.00"]);
}
