//! Movements of a year beside a ledger that is not there yet.

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;

use super::event_tests::{balances, build, changes, happen, methods, posted};
use super::fixtures::{asset, component};
use super::movements::{MovementsReport, movements};
use super::*;
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{Chart, JournalEntry};
use crate::domain::money::Money;

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
    assert_eq!(told(year.with_unposted(&due, &[], &chart)), ["1391 20.00 0.00", "28183 -40.00 0.00"]);
}

/// The entries of everything that happened through `day`, less those made.
fn unposted(assets: &[FixedAsset], day: NaiveDate, made: &[JournalEntry]) -> Vec<JournalEntry> {
    let plans = asset_plans(assets);
    let all = plans.iter().flat_map(|plan| movement_entries(plan, day, &|on| on, &Chart::default()).unwrap());
    all.filter(|entry| made.iter().all(|made| made.document != entry.document)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Events recorded and not posted, whatever they are, make no difference at the end of any year.
    #[test]
    fn what_is_recorded_and_not_posted_is_no_difference(
        (cost_a, cost_b) in (1_000i64..90_000_000, 1_000i64..90_000_000),
        (method_a, method_b) in (methods(), methods()),
        (years_a, years_b) in (1u32..20, 1u32..20),
        subsidy_share in 0i64..=100,
        posting in prop::sample::select(vec![PostingPeriod::Month, PostingPeriod::Quarter, PostingPeriod::Year]),
        is_built in any::<bool>(),
        (before, after) in (prop::collection::vec(changes(), 0..5), prop::collection::vec(changes(), 1..6)),
        (months, later) in (0u32..120, 0i32..4),
    ) {
        let part = |code, cents, method, years| Component {
            cost: Money::from_cents(cents), method, ..component(code, "1.00", years)
        };
        let mut thing = asset(vec![part("a", cost_a, method_a, years_a), part("b", cost_b, method_b, years_b)]);
        thing.subsidy = thing.cost.fraction(subsidy_share, 100);
        thing.record.posting = posting;
        let begun = thing.commissioned_on.unwrap();
        if is_built {
            build(&mut thing);
        }
        happen(&mut thing, before);
        let through = BillingMonth::of(begun + chrono::Months::new(months));
        let chart = Chart::default();
        let entries = posted(std::slice::from_ref(&thing), &through.to_string());
        // Nothing happens within what is posted.
        let open = |(days, _): &(u64, AssetChange)| begun + Days::new(*days) > closing_day(through);
        happen(&mut thing, after.into_iter().filter(open).collect());
        let assets = [thing];
        let year = through.year() + later;
        let last_day = NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
        let due = report(&assets, last_day, &PostedDepreciation::from_entries(&entries, &chart));
        let still = unposted(&assets, last_day, &entries);
        let told = movements(&assets, year, &chart, &balances(&entries)).with_unposted(&due, &still, &chart);
        for line in &told.reconciliation {
            prop_assert_eq!(line.difference, Money::ZERO, "{} at the end of {}", line.account, last_day.year());
            prop_assert_eq!(line.ledger + line.to_post, line.planned);
        }
    }
}
