//! What events do to plans, entries and reports; and what holds whatever happens.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::fixtures::{asset, component};
use super::funding::funding;
use super::movements::movements;
use super::*;
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{Chart, Journal, JournalEntry};

fn euros(text: &str) -> Money {
    text.replace(',', "").parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

pub(super) fn event(on: &str, change: AssetChange) -> AssetEvent {
    AssetEvent {
        effective_on: day(on),
        recorded_on: day("2026-01-15"),
        recorded_by: "test".into(),
        reason: "because".into(),
        decision: None,
        change,
    }
}

fn revise(component: &str, duration_years: Option<u32>, residual_value: Option<&str>) -> AssetChange {
    let residual_value = residual_value.map(euros);
    AssetChange::Revise { component: component.into(), duration_years, residual_value, expected_units: None }
}

pub(super) fn commission(parts: &[&str]) -> AssetChange {
    let components = parts.iter().map(|code| (*code).into()).collect();
    AssetChange::Commission { evidence: "Report".into(), components }
}

fn dispose(component: Option<&str>, extent: Extent, proceeds: &str) -> AssetChange {
    AssetChange::Dispose { component: component.map(Into::into), extent, proceeds: euros(proceeds), buyer: None }
}

/// 16,000,000.00 over eight years with a tenth of subsidy, and what happened to it.
fn centre(events: Vec<AssetEvent>) -> FixedAsset {
    let mut centre = asset(vec![component("it", "16000000.00", 8)]);
    centre.subsidy = euros("1,600,000.00");
    centre.events = events;
    centre
}

fn years(asset: &FixedAsset) -> Vec<(i32, Money)> {
    let plans = plans(std::slice::from_ref(asset));
    plans.first().unwrap().depreciation.years.iter().map(|row| (row.year, row.charge)).collect()
}

pub(super) fn told(asset: &FixedAsset) -> String {
    event_problems(asset).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Every entry through a month, as `post` makes them the first time.
pub(in crate::domain) fn posted(assets: &[FixedAsset], through: &str) -> Vec<JournalEntry> {
    let (chart, last) = (Chart::default(), month(through));
    let plans = asset_plans(assets);
    let components: Vec<ComponentPlan<'_>> = plans.iter().flat_map(|plan| plan.components.iter().cloned()).collect();
    let mut entries: Vec<JournalEntry> =
        plans.iter().flat_map(|plan| movement_entries(plan, closing_day(last), &|on| on, &chart).unwrap()).collect();
    for posting in [PostingPeriod::Month, PostingPeriod::Quarter, PostingPeriod::Year] {
        for month in months_due(&components, posting, last) {
            entries.extend(depreciation_entry(&components, posting, month, &chart).unwrap());
        }
    }
    entries
}

pub(super) fn balances(entries: &[JournalEntry]) -> BTreeMap<String, Money> {
    let mut balances = BTreeMap::new();
    for line in entries.iter().flat_map(JournalEntry::lines) {
        *balances.entry(line.account.clone()).or_insert(Money::ZERO) += line.debit - line.credit;
    }
    balances
}

fn shown(entry: &JournalEntry) -> String {
    let lines = entry.lines().iter().map(|line| {
        format!(
            "{:6} {:12} {:>12}",
            line.account,
            line.auxiliary.as_deref().unwrap_or(""),
            (line.debit - line.credit).to_string()
        )
    });
    format!("{} {} {}\n{}", entry.document, entry.date, entry.label, lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_longer_life_spreads_the_rest_and_keeps_what_was_charged() {
    let revised = centre(vec![event("2024-01-01", revise("it", Some(10), None))]);
    // Through 2023: 1,183,333.33 + 4 × 2,000,000.00; the rest of 6,816,666.67 over 1,947 days of 30/360.
    let expected: Vec<(i32, &str)> = vec![
        (2019, "1,183,333.33"),
        (2020, "2,000,000.00"),
        (2021, "2,000,000.00"),
        (2022, "2,000,000.00"),
        (2023, "2,000,000.00"),
        (2024, "1,260,400.62"),
        (2025, "1,260,400.62"),
        (2026, "1,260,400.62"),
        (2027, "1,260,400.62"),
        (2028, "1,260,400.62"),
        (2029, "514,663.57"),
    ];
    assert_eq!(years(&revised), expected.into_iter().map(|(year, text)| (year, euros(text))).collect::<Vec<_>>());
}

#[test]
fn a_residual_value_found_later_lowers_what_is_left() {
    let revised = centre(vec![event("2024-01-01", revise("it", None, Some("816,666.67")))]);
    let total: Money = years(&revised).iter().map(|(_, charge)| *charge).sum();
    assert_eq!(total, euros("15,183,333.33"));
}

#[test]
fn the_plan_as_it_was_known_stays() {
    let assets = [centre(vec![event("2024-01-01", revise("it", Some(10), None))])];
    let before = known_on(&assets, day("2026-01-14"));
    assert_eq!(years(before.first().unwrap()), years(&centre(vec![])));
    assert_ne!(years(known_on(&assets, day("2026-01-15")).first().unwrap()), years(&centre(vec![])));
}

#[test]
fn an_impairment_and_its_reversal_move_account_29() {
    let change = |on, impair: bool, amount| {
        let (component, amount) = ("it".into(), euros(amount));
        event(
            on,
            if impair { AssetChange::Impair { component, amount } } else { AssetChange::Reverse { component, amount } },
        )
    };
    let impaired = centre(vec![change("2025-01-01", true, "1,000,000.00"), change("2026-01-01", false, "100,000.00")]);
    assert_eq!(told(&impaired), "");
    let held = balances(&posted(std::slice::from_ref(&impaired), "2027-12"));
    assert_eq!(held.get("29183"), Some(&euros("-900,000.00")));
    assert_eq!(held.get("28183"), Some(&euros("-15,100,000.00")));

    let too_much = centre(vec![change("2025-01-01", true, "5,000,000.00")]);
    assert_snapshot!(told(&too_much), @r"
    asset DC-2019, event 1 (impair on 2025-01-01): impairment of 5,000,000.00: gross 16,000,000.00 − depreciated 11,183,333.33 − impaired 0.00 − residual value 0.00 = 4,816,666.67 is what can be lost; revise the residual value first, or impair less
    ");
    let beyond = centre(vec![change("2025-01-01", true, "1,000,000.00"), change("2026-07-01", false, "600,000.00")]);
    let refusal = told(&beyond);
    assert!(refusal.contains("would exceed") && refusal.contains("what it were without any impairment"), "{refusal}");
}

#[test]
fn half_of_it_is_sold_at_a_gain() {
    let sold = centre(vec![event("2025-01-01", dispose(None, Extent::Percent("50".parse().unwrap()), "2,500,000.00"))]);
    let entries = posted(std::slice::from_ref(&sold), "2025-01");
    let exit = entries.iter().find(|entry| entry.document == "EVT-DC-2019-1").unwrap();
    assert_snapshot!(shown(exit), @r"
    EVT-DC-2019-1 2025-01-01 Sortie DC-2019
    28183  DC-2019/it     5591666.67
    675    DC-2019/it     2408333.33
    2183   DC-2019/it    -8000000.00
    462    DC-2019/it     2500000.00
    775    DC-2019/it    -2500000.00
    1391   DC-2019/it      240833.33
    777                   -240833.33
    131    DC-2019         800000.00
    1391   DC-2019/it     -800000.00
    ");
}

#[test]
fn a_replaced_component_leaves_and_its_successor_begins() {
    let successor = Successor(component("it-2", "3000000.00", 5));
    let replaced = centre(vec![event(
        "2025-07-01",
        AssetChange::Replace { component: "it".into(), successor, proceeds: Money::ZERO },
    )]);
    let report = report(std::slice::from_ref(&replaced), day("2025-12-31"), &PostedDepreciation::default());
    let asset = report.assets.first().unwrap();
    let [old, new] = asset.components.as_slice() else { panic!("two components") };
    assert_eq!((old.gone_on, old.plan.position.net_book_value), (Some(day("2025-07-01")), Money::ZERO));
    assert_eq!(new.replaces, Some("it".into()));
    assert_eq!(new.plan.position.net_book_value, euros("2,700,000.00"));
    assert_eq!(asset.events.first().unwrap().result, Some(euros("-3,816,666.65")));
}

#[test]
fn a_successor_is_held_to_what_a_component_is() {
    let successor = Successor(Component { duration_years: 0, ..component("it-2", "3000000.00", 5) });
    let change = AssetChange::Replace { component: "it".into(), successor, proceeds: Money::ZERO };
    assert!(told(&centre(vec![event("2025-07-01", change)])).contains("lasts 0 years"));
}

#[test]
fn units_decide_and_the_last_is_the_complement() {
    let expected_units = "1000".parse().unwrap();
    let part = Component { method: Method::UnitsOfUse { expected_units }, ..component("group", "10000.00", 3) };
    let mut by_units = asset(vec![part]);
    let used =
        |on, units: &str| event(on, AssetChange::Use { component: "group".into(), units: units.parse().unwrap() });
    by_units.events = vec![used("2019-05-31", "333"), used("2019-06-30", "333"), used("2019-07-31", "334")];
    assert_eq!(told(&by_units), "");
    let assets = [by_units.clone()];
    let plans = plans(&assets);
    let plan = &plans.first().unwrap().depreciation;
    let charge = |text| plan.charge_in(month(text));
    assert_eq!((charge("2019-05"), charge("2019-07")), (euros("3,330.00"), euros("3,340.00")));
    by_units.events.push(used("2019-08-31", "1"));
    assert_snapshot!(told(&by_units), @r"
    asset DC-2019, event 4 (use on 2019-08-31): 1 units, 1000 used before, sum to 1001; only 1000 are expected: revise them first
    ");
}

#[test]
fn what_cannot_happen_is_told_with_its_arithmetic() {
    let events = vec![
        event("2018-01-01", revise("it", Some(10), None)),
        event("2024-01-01", revise("it", Some(4), None)),
        event("2024-01-01", revise("it", Some(8), None)),
        event("2024-01-01", dispose(Some("hall"), Extent::Whole, "0")),
        event("2024-01-01", dispose(None, Extent::Gross(euros("17,000,000.00")), "0")),
        event("2024-02-01", dispose(None, Extent::Whole, "0")),
        event("2024-03-01", revise("it", Some(10), None)),
        event("2024-03-01", commission(&[])),
    ];
    assert_snapshot!(told(&centre(events)), @r"
    asset DC-2019, event 1 (revise on 2018-01-01): `it` is in service from 2019-05-28; nothing can happen to it before
    asset DC-2019, event 2 (revise on 2024-01-01): a life of 4 years from 2019-05-28 ends in 2023-05, before that day; 6,816,666.67 are still to be charged: give a longer life
    asset DC-2019, event 3 (revise on 2024-01-01): it changes nothing; give a duration, a residual value or a number of units that differs
    asset DC-2019, event 4 (dispose on 2024-01-01): there is no component `hall`; there is it
    asset DC-2019, event 5 (dispose on 2024-01-01): 17,000,000.00 of a gross value of 16,000,000.00; a part is above zero and at most the whole
    asset DC-2019, event 7 (revise on 2024-03-01): `it` left on 2024-02-01; nothing can happen to it after
    asset DC-2019, event 8 (commission on 2024-03-01): the asset is in service since 2019-05-28; it is put into service once
    ");
}

#[test]
fn recorded_events_and_posted_terms_are_locked() {
    let stored = centre(vec![event("2024-01-01", revise("it", Some(10), None))]);
    let posted_through = Some(day("2026-10-31"));
    let locked = LockedAsset { stored: &stored, is_posted: true, posted_through, moved_through: None };
    assert!(locked.problems(&stored).is_empty());
    let mut wanted = stored.clone();
    wanted.commissioned_on = Some(day("2019-06-01"));
    wanted.components.first_mut().unwrap().duration_years = 9;
    wanted.events = vec![
        event("2024-01-01", revise("it", Some(12), None)),
        event("2026-10-31", dispose(None, Extent::Whole, "0")),
        event("2026-11-01", dispose(None, Extent::Whole, "0")),
    ];
    let problems: Vec<String> = locked.problems(&wanted).iter().map(ToString::to_string).collect();
    assert_snapshot!(problems.join("\n"), @r"
    asset DC-2019: event 1 is recorded as revise of it to 10 years on 2024-01-01, recorded on 2026-01-15 by test, and the book has revise of it to 12 years on 2024-01-01, recorded on 2026-01-15 by test there; recorded events never change: export the book, and add new events after the last one
    asset DC-2019: event 2 (dispose on 2026-10-31, 0.00, recorded on 2026-01-15 by test) takes effect within what is posted through 2026-10-31, and posted charges stay; give it a day from 2026-11-01 on
    asset DC-2019: the commissioning date is 2019-05-28 and cannot become 2019-06-01: its charges are posted through 2026-10; record an event instead (chapelle assets), or leave it as it was
    asset DC-2019: the duration of component it is 8 and cannot become 9: its charges are posted through 2026-10; record an event instead (chapelle assets), or leave it as it was
    ");
}

#[test]
fn an_asset_entered_late_is_caught_up() {
    let early = centre(vec![]);
    let mut late = centre(vec![event("2025-07-01", dispose(None, Extent::Percent("25".parse().unwrap()), "0"))]);
    late.code = "LATE".into();
    let before = posted(std::slice::from_ref(&early), "2026-10");
    let held = PostedDepreciation::from_entries(&before, &Chart::default());
    let assets = [early, late];
    let all = plans(&assets);
    let horizon = |posting| (posting == PostingPeriod::Month).then(|| month("2026-10"));
    let gaps = gaps(&all, horizon, &held);
    let entry = catch_up_entry(&gaps, ("AMORT-2026-10-R1".into(), day("2026-10-31")), &Chart::default());
    let entry = entry.unwrap().unwrap();
    let held = PostedDepreciation::from_entries(before.iter().chain([&entry]), &Chart::default());
    assert!(super::gaps(&all, horizon, &held).is_empty(), "nothing is missing any more");
    let report = report(&assets, day("2026-10-31"), &held);
    assert_eq!((report.total.position.due, report.total.position.difference), (Money::ZERO, Money::ZERO));
}

/// Makes the asset one whose costs gather first, until an event puts it into service.
pub(in crate::domain) fn build(thing: &mut FixedAsset) {
    thing.commissioned_on = None;
    thing.record.construction_account = Some("2313".into());
    thing.record.invoices = vec![SupplierInvoice {
        supplier: "builder".into(),
        number: "1".into(),
        date: day("2019-03-01"),
        amount: thing.cost,
    }];
}

/// Records what can happen to the asset, in the order given; what cannot is left out, as the program refuses it.
pub(in crate::domain) fn happen(thing: &mut FixedAsset, changes: Vec<(u64, AssetChange)>) {
    for (days, change) in changes {
        let mut tried = thing.clone();
        let on = day("2019-05-28") + Days::new(days);
        tried.events.push(AssetEvent { effective_on: on, ..event("2019-05-28", change) });
        // What came later stays possible, or the event is not one that can be recorded.
        if event_problems(&tried).is_empty() {
            *thing = tried;
        }
    }
}

/// What may happen to one of two components on some day, in cents and percents.
pub(in crate::domain) fn changes() -> impl Strategy<Value = (u64, AssetChange)> {
    let one = prop::sample::select(vec!["a", "b"]);
    let cents = 1i64..500_000;
    let change = (0u8..10, one, 1u32..30, cents, 1u32..100).prop_map(|(kind, code, years, cents, percent)| {
        let (component, amount) = (code.into(), Money::from_cents(cents));
        let extent = if percent > 80 { Extent::Whole } else { Extent::Percent(percent.into()) };
        match kind {
            0 => AssetChange::Revise {
                component,
                duration_years: Some(years),
                residual_value: None,
                expected_units: None,
            },
            1 => AssetChange::Revise {
                component,
                duration_years: None,
                residual_value: Some(amount),
                expected_units: None,
            },
            2 => AssetChange::Impair { component, amount },
            3 => AssetChange::Reverse { component, amount },
            4 => AssetChange::Dispose { component: Some(component), extent, proceeds: amount, buyer: None },
            5 => AssetChange::Donate { component: None, extent, beneficiary: "body".into() },
            6 => {
                let successor = Successor(super::fixtures::component(&format!("s{cents}"), "1234.56", years));
                AssetChange::Replace { component, successor, proceeds: amount }
            }
            7 => AssetChange::Use { component, units: rust_decimal::Decimal::from(percent * years) },
            8 if percent > 50 => commission(&[]),
            8 => commission(&[component.as_str()]),
            _ => AssetChange::Subsidise { grantor: "state".into(), reference: None, amount },
        }
    });
    (0u64..5_000, change)
}

/// Those and units of use, whose months to come are a forecast.
pub(in crate::domain) fn methods() -> impl Strategy<Value = Method> {
    prop_oneof![
        4 => conventions(),
        1 => (100i64..20_000).prop_map(|units| Method::UnitsOfUse { expected_units: units.into() }),
    ]
}

pub(super) fn conventions() -> impl Strategy<Value = Method> {
    prop_oneof![
        prop::sample::select(vec![
            Convention::Days30E360,
            Convention::Actual365,
            Convention::ActualActual,
            Convention::FirstOfMonth,
            Convention::FullYearsFromNext,
        ])
        .prop_map(|convention| Method::Linear { convention }),
        (125i64..=275).prop_map(|c| Method::Degressive { coefficient: rust_decimal::Decimal::new(c, 2) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever happens: entries balance by construction, and the ledger stands at what the plans say, at any year's end.
    #[test]
    fn ledger_and_plans_agree_whatever_happens(
        (cost_a, cost_b) in (1_000i64..90_000_000, 1_000i64..90_000_000),
        (method_a, method_b) in (methods(), methods()),
        (years_a, years_b) in (1u32..20, 1u32..20),
        subsidy_share in 0i64..=100,
        posting in prop::sample::select(vec![PostingPeriod::Month, PostingPeriod::Quarter, PostingPeriod::Year]),
        happened in prop::collection::vec(changes(), 0..9),
        is_built in any::<bool>(),
        year in 2019i32..2040,
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
        let assets = [thing];
        let (last_day, through) = (NaiveDate::from_ymd_opt(year, 12, 31).unwrap(), format!("{year}-12"));
        let entries = posted(&assets, &through);
        let held = balances(&entries);
        prop_assert_eq!(held.values().copied().sum::<Money>(), Money::ZERO);
        prop_assert!(entries.iter().all(|entry| entry.date <= last_day));

        let year_end = movements(&assets, year, &Chart::default(), &held);
        for line in &year_end.reconciliation {
            prop_assert_eq!(line.difference, Money::ZERO, "{} at the end of {}", line.account, year);
        }
        let posted = PostedDepreciation::from_entries(&entries, &Chart::default());
        let report = report(&assets, last_day, &posted);
        let position = report.total.position;
        prop_assert_eq!((position.due, position.difference), (Money::ZERO, Money::ZERO));
        // What is still being built is on the books and in no plan yet.
        let lines = year_end.accounts.iter().flat_map(|account| &account.lines);
        let being_built: Money =
            lines.filter(|line| line.component.is_none()).map(|line| line.movements.gross_closing).sum();
        prop_assert_eq!(position.gross_value, year_end.total.gross_closing - being_built);
        prop_assert_eq!(position.cumulative, year_end.total.depreciation_closing);
        prop_assert_eq!(position.impairment, year_end.total.impairment_closing);
        prop_assert_eq!(position.net_book_value, year_end.total.net_closing - being_built);
        prop_assert!(!position.net_book_value.is_negative());
        let funded = funding(&assets, year).total;
        // The share of what is still being built waits for it.
        let plan = asset_plans(&assets).remove(0);
        let shares = assets[0].components.iter().zip(subsidy_shares(&assets[0]));
        let in_service = |part: &Component| {
            plan.components.iter().any(|held| held.component.code == part.code && held.commissioned_on <= last_day)
        };
        let begun = plan.in_service_on.is_some_and(|on| on <= last_day);
        let waiting: Money = shares.filter(|(part, _)| begun && !in_service(part)).map(|(_, share)| share).sum();
        prop_assert_eq!(funded.left, position.subsidy.remaining + waiting);
        let next = movements(&assets, year + 1, &Chart::default(), &held);
        prop_assert_eq!(next.total.net_opening, year_end.total.net_closing);
    }

    /// An event changes nothing of the months before it, and every plan still charges the whole of what is there.
    #[test]
    fn an_event_keeps_what_was_charged_before(
        cents in 1_000i64..90_000_000, method in methods(), years in 1u32..20, (days, change) in changes(),
    ) {
        let part = Component { cost: Money::from_cents(cents), method, ..component("a", "1.00", years) };
        let before = asset(vec![part.clone()]);
        let on = day("2019-05-28") + Days::new(days);
        let mut after = before.clone();
        after.events = vec![AssetEvent { effective_on: on, ..event("2019-05-28", change) }];
        prop_assume!(event_problems(&after).is_empty());
        let (old, new) = ([before], [after]);
        let (old, new) = (plans(&old), plans(&new));
        let (old, changed) = (old.first().unwrap(), new.first().unwrap());
        for row in old.depreciation.months.iter().filter(|row| row.month < BillingMonth::of(on)) {
            let certain = |plan: &ComponentPlan<'_>| plan.certain_in(&plan.depreciation, row.month);
            prop_assert_eq!(certain(changed), certain(old), "{}", row.month);
        }
        let charged: Money = changed.depreciation.months.iter().map(|row| row.charge).sum();
        let (mut left, mut impaired) = (Money::ZERO, Money::ZERO);
        for movement in changed.movements.iter().filter(|movement| movement.is_exit()) {
            left += movement.book_value();
            impaired -= movement.impairment;
        }
        let outstanding: Money = changed.movements.iter().map(|movement| movement.impairment).sum();
        prop_assert_eq!(charged + outstanding + impaired + left + changed.residual_value, part.cost);
        prop_assert!(changed.depreciation.months.iter().all(|row| !row.charge.is_negative()));
    }
}

#[test]
fn entries_of_assets_stand_in_a_journal_of_their_own() {
    let entries = posted(&[centre(vec![])], "2019-05");
    let documents: Vec<(Journal, &str)> =
        entries.iter().map(|entry| (entry.journal, entry.document.as_str())).collect();
    let expected = [
        (Journal::Assets, "ENTREE-DC-2019-2019-05-28"),
        (Journal::Assets, "SUBV-DC-2019-1"),
        (Journal::Depreciation, "AMORT-2019-05"),
    ];
    assert_eq!(documents, expected);
}

#[test]
fn subsidies_together_are_at_most_the_cost() {
    let mut one = asset(vec![component("a", "1000.00", 10)]);
    one.subsidy = "400.00".parse().unwrap();
    let later = |amount: &str| AssetChange::Subsidise {
        grantor: "state".into(),
        reference: None,
        amount: amount.parse().unwrap(),
    };
    one.events = vec![event("2022-01-01", later("600.00"))];
    assert_eq!(told(&one), "");
    one.events.push(event("2022-02-01", later("0.01")));
    assert!(told(&one).contains("1,000.00 received before + 0.01 = 1,000.01 would exceed 1,000.00"), "{}", told(&one));
}
