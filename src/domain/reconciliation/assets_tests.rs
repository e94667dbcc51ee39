//! What the accounts hold of fixed assets is what their plans and events say, on any day.

use chrono::{DateTime, Datelike, Days, NaiveDate};
use proptest::prelude::*;

use super::*;
use crate::domain::amortisation::event_tests::{build, changes, happen, methods, posted};
use crate::domain::amortisation::fixtures::{asset, component};
use crate::domain::amortisation::{
    Component, PostedDepreciation, PostingPeriod, asset_plans, catch_up_entry, gaps, movement_entries, plans, report,
};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::JournalEntryId;
use crate::domain::ledger::EntryNumber;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn numbered(mut entries: Vec<JournalEntry>) -> Vec<PostedEntry> {
    entries.sort_by_key(|entry| entry.date);
    let number = |(position, entry): (i64, JournalEntry)| PostedEntry {
        id: JournalEntryId(position),
        number: EntryNumber::of(&entry, position),
        posted_at: DateTime::UNIX_EPOCH,
        entry,
    };
    (1..).zip(entries).map(number).collect()
}

/// What differs at the end of `through`, in the accounts and within their year.
fn differing(assets: &[FixedAsset], entries: &[JournalEntry], through: NaiveDate) -> Vec<Comparison> {
    let chart = Chart::default();
    let known: Vec<JournalEntry> = entries.iter().filter(|entry| entry.date <= through).cloned().collect();
    let plans = report(assets, through, &PostedDepreciation::from_entries(&known, &chart));
    let entries = numbered(known);
    let sources = Sources {
        entries: &entries,
        documents: &[],
        payments: &[],
        on_account: &[],
        plans: &plans,
        assets,
        claims: &[],
        moved_within: &[],
        chart: &chart,
    };
    let first = NaiveDate::from_ymd_opt(through.year(), 1, 1).unwrap();
    let mut found = reconcile(&sources, through).comparisons;
    found.extend(tie_out(&sources, first, through).comparisons);
    found.into_iter().filter(|one| !one.difference.is_zero()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever happens, whichever period is posted by: an exit stands in the accounts before the year's charges do, and
    /// is no difference.
    #[test]
    fn what_is_posted_agrees_on_any_day(
        (cost_a, cost_b) in (1_000i64..90_000_000, 1_000i64..90_000_000),
        (method_a, method_b) in (methods(), methods()),
        (years_a, years_b) in (1u32..20, 1u32..20),
        subsidy_share in 0i64..=100,
        posting in prop::sample::select(vec![PostingPeriod::Month, PostingPeriod::Quarter, PostingPeriod::Year]),
        happened in prop::collection::vec(changes(), 0..9),
        is_built in any::<bool>(),
        days in 0u64..5_500,
    ) {
        let part = |code, cents, method, years| Component {
            cost: Money::from_cents(cents), method, ..component(code, "1.00", years)
        };
        let mut thing = asset(vec![part("a", cost_a, method_a, years_a), part("b", cost_b, method_b, years_b)]);
        thing.subsidy = thing.cost.fraction(subsidy_share, 100);
        thing.record.posting = posting;
        if is_built {
            build(&mut thing);
        }
        happen(&mut thing, happened);
        let mut other = asset(vec![component("c", "12345.67", 7)]);
        other.code = "DC-2020".into();
        let assets = [thing, other];
        let entries = posted(&assets, "2035-12");
        prop_assert_eq!(differing(&assets, &entries, day("2019-01-01") + Days::new(days)), vec![]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Entries of assets are made once their month is over: until then what happened in it is missing in no account, and
    /// from then on it is.
    #[test]
    fn what_happened_this_month_is_missing_once_it_is_over(
        (days, change) in changes(),
        posting in prop::sample::select(vec![PostingPeriod::Month, PostingPeriod::Quarter, PostingPeriod::Year]),
        later in 0u64..31,
    ) {
        let mut thing = asset(vec![component("a", "90000.00", 8), component("b", "12345.67", 5)]);
        thing.subsidy = "10000.00".parse().unwrap();
        thing.record.posting = posting;
        happen(&mut thing, vec![(days, change)]);
        let on = day("2019-05-28") + Days::new(days);
        let (month, assets) = (BillingMonth::of(on), [thing]);
        let entries = posted(&assets, &month.previous().to_string());
        let last = month.days().last_day().unwrap();
        prop_assume!(on < last);
        let through = (on + Days::new(later)).min(last - Days::new(1));
        prop_assert_eq!(differing(&assets, &entries, through), vec![]);
        let chart = Chart::default();
        let is_entered = asset_plans(&assets).iter().any(|plan| {
            let made = movement_entries(plan, last, &|on| on, &chart).unwrap();
            made.iter().any(|entry| entry.date >= on)
        });
        if is_entered {
            prop_assert_ne!(differing(&assets, &entries, last), vec![]);
        }
    }
}

/// What a year lacked is caught up in a month of the next: nothing of that year is due any more, all of the next is to come.
#[test]
fn what_is_caught_up_of_an_asset_posted_by_year_is_no_difference() {
    let by_year = |code: &str| {
        let mut one = asset(vec![component("a", "80000.00", 8)]);
        one.code = code.into();
        one.record.posting = PostingPeriod::Year;
        one
    };
    let known = [by_year("DC-1")];
    let (mut entries, chart) = (posted(&known, "2020-10"), Chart::default());
    let assets = [by_year("DC-1"), by_year("DC-2")];
    let entered = posted(&assets, "2020-10").into_iter().filter(|entry| entry.document.starts_with("ENTREE-DC-2"));
    entries.extend(entered.collect::<Vec<_>>());
    let held = PostedDepreciation::from_entries(&entries, &chart);
    let of_years = plans(&assets);
    let late = gaps(&of_years, |_| "2019-12".parse().ok(), &held);
    entries.extend(catch_up_entry(&late, ("AMORT-2020-10-R1".into(), day("2020-10-31")), &chart).unwrap());
    assert_eq!(differing(&assets, &entries, day("2020-10-31")), []);
    let held = PostedDepreciation::from_entries(&entries, &chart);
    let position = report(&assets, day("2020-10-31"), &held).total.position;
    assert_eq!((position.due, position.difference), (Money::ZERO, Money::ZERO), "{position:?}");
    assert_eq!(position.posted + position.to_come, "160000.00".parse().unwrap(), "{position:?}");
}
