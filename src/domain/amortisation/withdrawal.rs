//! Events that were taken back: recorded by mistake, nothing posted from them, withdrawn by an event of their own.
//!
//! Owns: which events of an asset stand, and whether one may be withdrawn. Does not own: what events do (fold), what is
//! posted from one (postings). Invariant: a plan with an event withdrawn is the plan without both, and what was known
//! before the withdrawal stays what it was.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{AssetChange, AssetEvent, EventFault, FixedAsset};

/// A withdrawal that cannot be, with its number.
type Faulty<'a> = (usize, &'a AssetEvent, EventFault);

/// The events that were withdrawn, each with the event that withdrew it, both counted from 1; and withdrawals that cannot be.
fn walk(events: &[AssetEvent]) -> (BTreeMap<usize, usize>, Vec<Faulty<'_>>) {
    let (mut withdrawn, mut faults) = (BTreeMap::new(), Vec::new());
    for (number, event) in (1..).zip(events) {
        let Some(target) = event.change.withdraws() else { continue };
        match check(events, (number, event.effective_on), target, &withdrawn) {
            Ok(()) => drop(withdrawn.insert(target, number)),
            Err(fault) => faults.push((number, event, fault)),
        }
    }
    (withdrawn, faults)
}

/// The events that were withdrawn, each with the event that withdrew it; both counted from 1.
pub(super) fn withdrawn(events: &[AssetEvent]) -> BTreeMap<usize, usize> {
    walk(events).0
}

/// The events that stand, with their numbers: neither withdrawn nor a withdrawal.
pub(super) fn standing(events: &[AssetEvent]) -> impl Iterator<Item = (usize, &AssetEvent)> {
    let withdrawn = withdrawn(events);
    let stands = move |(number, event): &(usize, &AssetEvent)| {
        !withdrawn.contains_key(number) && !matches!(event.change, AssetChange::Withdraw { .. })
    };
    (1..).zip(events).filter(stands)
}

/// Withdrawals that cannot be.
pub(super) fn faults(events: &[AssetEvent]) -> Vec<Faulty<'_>> {
    walk(events).1
}

/// Whether event `number`, of the day `on`, may withdraw `target`, where `withdrawn` were before it.
fn check(
    events: &[AssetEvent],
    (number, on): (usize, NaiveDate),
    target: usize,
    withdrawn: &BTreeMap<usize, usize>,
) -> Result<(), EventFault> {
    let known = target.checked_sub(1).and_then(|index| events.get(index)).filter(|_| target < number);
    let Some(event) = known else { return Err(EventFault::NoSuchEvent { event: target, last: number - 1 }) };
    if matches!(event.change, AssetChange::Withdraw { .. }) {
        return Err(EventFault::WithdrawsWithdrawal { event: target });
    }
    if let Some(by) = withdrawn.get(&target) {
        return Err(EventFault::WithdrawnBefore { event: target, by: *by });
    }
    if event.effective_on != on {
        return Err(EventFault::WithdrawalDay { event: target, on: event.effective_on });
    }
    Ok(())
}

impl FixedAsset {
    /// The events that stand, with their numbers: neither withdrawn nor a withdrawal.
    pub fn standing_events(&self) -> impl Iterator<Item = (usize, &AssetEvent)> {
        standing(&self.events)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::super::event_tests::{build, changes, event, happen, methods, posted, told};
    use super::super::fixtures::{asset, component};
    use super::super::{
        Component, ComponentPlan, Extent, PostingPeriod, asset_plans, funding::funding, known_on, last_plausible_day,
        postings_of,
    };
    use super::*;
    use crate::domain::money::Money;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn withdraw(number: usize) -> AssetChange {
        AssetChange::Withdraw { event: number }
    }

    fn impair(cents: i64) -> AssetChange {
        AssetChange::Impair { component: "a".into(), amount: Money::from_cents(cents) }
    }

    #[test]
    fn a_day_beyond_the_end_of_next_year_is_not_plausible() {
        assert_eq!(last_plausible_day(day("2026-01-01")), day("2027-12-31"));
        assert_eq!(last_plausible_day(day("2026-12-31")), day("2027-12-31"));
    }

    #[test]
    fn what_cannot_be_withdrawn_is_told() {
        let mut one = asset(vec![component("a", "1000.00", 10)]);
        let on = "2025-01-01";
        let events = [impair(100), withdraw(1), withdraw(1), withdraw(2), withdraw(9), impair(50)];
        one.events = events.into_iter().map(|change| event(on, change)).collect();
        one.events.push(event("2025-01-02", withdraw(6)));
        insta::assert_snapshot!(told(&one), @r"
        asset DC-2019, event 3 (withdraw on 2025-01-01): event 1 was withdrawn before, by event 2
        asset DC-2019, event 4 (withdraw on 2025-01-01): event 2 is a withdrawal itself, and is not withdrawn: record again what happened after all
        asset DC-2019, event 5 (withdraw on 2025-01-01): there is no event 9 before it to withdraw; the last is event 4
        asset DC-2019, event 7 (withdraw on 2025-01-02): event 6 is of 2025-01-01; a withdrawal is of the day of what it withdraws
        ");
        assert_eq!(one.standing_events().map(|(number, _)| number).collect::<Vec<_>>(), [6]);
        assert_eq!(withdrawn(&one.events), BTreeMap::from([(1, 2)]));
    }

    #[test]
    fn what_a_later_event_rests_on_is_not_withdrawn_before_it() {
        let mut one = asset(vec![component("a", "1000.00", 10)]);
        let reverse = AssetChange::Reverse { component: "a".into(), amount: Money::from_cents(50) };
        one.events =
            vec![event("2025-01-01", impair(100)), event("2025-02-01", reverse), event("2025-01-01", withdraw(1))];
        assert_eq!(
            told(&one),
            "asset DC-2019, event 3 (withdraw on 2025-01-01): event 2 (reverse on 2025-02-01) rests on event 1; withdraw \
             event 2 first"
        );
        // In that order both can be.
        one.events.pop();
        one.events.extend([event("2025-02-01", withdraw(2)), event("2025-01-01", withdraw(1))]);
        assert_eq!(told(&one), "");
    }

    #[test]
    fn its_own_entry_and_the_charges_of_its_day_and_after_are_its_postings() {
        let mut one = asset(vec![component("a", "1000.00", 10)]);
        let revise = AssetChange::Revise {
            component: "a".into(),
            duration_years: Some(20),
            residual_value: None,
            expected_units: None,
        };
        one.events = vec![event("2025-02-10", impair(100)), event("2025-03-10", revise)];
        let entries = posted(std::slice::from_ref(&one), "2025-02");
        assert_eq!(postings_of(&one, 1, &entries), ["EVT-DC-2019-1", "AMORT-2025-02"]);
        assert!(postings_of(&one, 2, &entries).is_empty() && postings_of(&one, 3, &entries).is_empty());
        let entries = posted(std::slice::from_ref(&one), "2025-03");
        assert_eq!(postings_of(&one, 2, &entries), ["AMORT-2025-03"]);
    }

    /// A year is posted at its end, a disposal when it happens: what a disposal took out follows from the life revised
    /// before it, whose charges are not posted yet.
    #[test]
    fn an_entry_of_a_later_event_rests_on_what_was_before_it() {
        for posting in [PostingPeriod::Quarter, PostingPeriod::Year] {
            let mut one = asset(vec![component("a", "1000.00", 10)]);
            one.record.posting = posting;
            let revise = AssetChange::Revise {
                component: "a".into(),
                duration_years: Some(20),
                residual_value: None,
                expected_units: None,
            };
            let half = AssetChange::Dispose {
                component: None,
                extent: Extent::Percent(Decimal::from(50)),
                proceeds: Money::ZERO,
                buyer: None,
            };
            one.events = vec![event("2025-01-10", revise), event("2025-02-10", half), event("2025-02-20", impair(100))];
            let entries = posted(std::slice::from_ref(&one), "2025-02");
            assert_eq!(postings_of(&one, 1, &entries), ["EVT-DC-2019-2", "EVT-DC-2019-3"], "{posting:?}");
            assert_eq!(postings_of(&one, 3, &entries), ["EVT-DC-2019-3"], "{posting:?}");
        }
    }

    #[test]
    fn what_goes_into_service_is_posted_with_its_own_charges_alone() {
        let mut one = asset(vec![component("a", "1000.00", 10), component("b", "1000.00", 10)]);
        build(&mut one);
        let commission = super::super::event_tests::commission;
        one.events = vec![event("2025-01-01", commission(&["a"]))];
        let entries = posted(std::slice::from_ref(&one), "2025-03");
        one.events.push(event("2025-02-01", commission(&["b"])));
        assert!(postings_of(&one, 2, &entries).is_empty(), "{entries:?}");
        let entries = posted(std::slice::from_ref(&one), "2025-03");
        assert_eq!(postings_of(&one, 2, &entries), ["EVT-DC-2019-2", "AMORT-2025-02", "AMORT-2025-03"]);
    }

    /// What an asset is worth and charges, without the list of what happened.
    fn figures<'a>(plans: &'a [super::super::AssetPlan<'_>]) -> Vec<impl PartialEq + std::fmt::Debug + 'a> {
        let part = |plan: &'a ComponentPlan<'_>| {
            (
                plan.component,
                (plan.commissioned_on, &plan.replaces, plan.evidence, plan.gone_on, plan.forecast_from),
                (&plan.depreciation, &plan.subsidy, &plan.movements, &plan.bases),
                (plan.duration_years, plan.residual_value),
            )
        };
        plans.iter().flat_map(|plan| &plan.components).map(part).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// Whatever happened before: an event and its withdrawal leave plan, entries and funding as they were, and what
        /// was known between the two stays known.
        #[test]
        fn a_withdrawal_restores_the_plan_before(
            cents in (1_000i64..90_000_000, 1_000i64..90_000_000),
            (method_a, method_b) in (methods(), methods()),
            years in 1u32..20,
            happened in prop::collection::vec(changes(), 0..6),
            (days, change) in changes(),
            is_built in any::<bool>(),
        ) {
            let part = |code, cents, method| Component {
                cost: Money::from_cents(cents), method, ..component(code, "1.00", years)
            };
            let mut before = asset(vec![part("a", cents.0, method_a), part("b", cents.1, method_b)]);
            if is_built {
                build(&mut before);
            }
            happen(&mut before, happened);
            let mut with = before.clone();
            let on = day("2019-05-28") + Days::new(days);
            let recorded_on = day("2026-02-01");
            with.events.push(AssetEvent { effective_on: on, recorded_on, ..event("2019-05-28", change) });
            prop_assume!(super::super::event_problems(&with).is_empty());
            let mut after = with.clone();
            let withdrawal = event("2019-05-28", withdraw(with.events.len()));
            after.events.push(AssetEvent { effective_on: on, recorded_on: day("2026-03-01"), ..withdrawal });
            prop_assert_eq!(told(&after), "");
            let known = known_on(std::slice::from_ref(&after), day("2026-02-28"));
            prop_assert_eq!(known.as_slice(), std::slice::from_ref(&with));
            let (before, after) = ([before], [after]);
            let (old, new) = (asset_plans(&before), asset_plans(&after));
            prop_assert_eq!(figures(&old), figures(&new));
            prop_assert_eq!(old[0].in_service_on, new[0].in_service_on);
            prop_assert_eq!(posted(&before, "2032-12"), posted(&after, "2032-12"));
            prop_assert_eq!(funding(&before, 2032), funding(&after, 2032));
            // What was withdrawn may happen after all.
            let mut again = after[0].clone();
            again.events.push(AssetEvent { recorded_on: day("2026-03-01"), ..with.events[with.events.len() - 1].clone() });
            prop_assert_eq!(told(&again), "");
            let (with, again) = ([with], [again]);
            prop_assert_eq!(asset_plans(&with)[0].components.len(), asset_plans(&again)[0].components.len());
        }
    }

    #[test]
    fn the_whole_that_left_by_mistake_is_there_again() {
        let mut one = asset(vec![component("a", "1000.00", 10)]);
        let sold = AssetChange::Dispose { component: None, extent: Extent::Whole, proceeds: Money::ZERO, buyer: None };
        one.events = vec![event("2062-01-01", sold.clone()), event("2062-01-01", withdraw(1))];
        assert_eq!(told(&one), "");
        one.events.push(event("2026-01-01", sold));
        assert_eq!(told(&one), "");
    }
}
