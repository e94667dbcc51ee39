//! What one more event does to an asset: its figures before and after, told before anything is recorded.
//!
//! Owns: the comparison of two plans of one asset, without and with its last event. Does not own: whether the event may
//! be recorded (fold, locked), its entry (entries).

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::movement::Movement;
use super::plan::{AssetPlan, ComponentPlan, asset_plans};
use super::{AssetEvent, FixedAsset};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

/// What the last event of an asset does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventEffect {
    /// Only components of which something changes.
    pub components: Vec<ComponentEffect>,
    /// What leaves by it; none where nothing does.
    pub exit: Option<EventAmounts>,
    pub shifted: Vec<ShiftedEvent>,
}

/// A component's figures without the event and with it; without, there may be none: it enters by the event. With one that
/// withdraws its entry, there are none after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentEffect {
    pub code: ComponentCode,
    pub name: String,
    pub before: Option<ComponentFigures>,
    pub after: Option<ComponentFigures>,
}

/// Where a component stands at the end of the event's day, and what it charges from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComponentFigures {
    pub gross: Money,
    /// What is spread in all.
    pub base: Money,
    pub impairment: Money,
    /// Of the whole month of the event, of its year and of the year after.
    pub month_charge: Money,
    pub year_charge: Money,
    pub next_year_charge: Money,
    pub subsidy_received: Money,
    pub year_income: Money,
    pub next_year_income: Money,
    /// The last month that is charged; none where nothing is.
    pub last_month: Option<BillingMonth>,
}

/// What an event moves, all its components together. What leaves is told as positive amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct EventAmounts {
    pub gross: Money,
    pub depreciation: Money,
    pub impairment: Money,
    /// Gross − depreciation − impairment.
    pub book_value: Money,
    pub proceeds: Money,
    /// Proceeds − book value: gain, or loss where negative.
    pub result: Money,
    /// What was left of the subsidy of what leaves, taken to income.
    pub subsidy_rest: Money,
}

/// A recorded event whose amounts another, recorded after it but of an earlier day, changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShiftedEvent {
    /// From 1.
    pub number: usize,
    pub kind: &'static str,
    pub effective_on: NaiveDate,
    pub before: EventAmounts,
    pub after: EventAmounts,
}

/// An amount of an event that another changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountChange {
    /// `gross`, `depreciation`, `impairment`, `book-value`, `result`, `subsidy`.
    pub key: &'static str,
    pub before: Money,
    pub after: Money,
}

impl ShiftedEvent {
    /// The amounts that are others than before, and none that stays.
    pub fn changes(&self) -> impl Iterator<Item = AmountChange> {
        let (before, after) = (self.before, self.after);
        let amounts = [
            ("gross", before.gross, after.gross),
            ("depreciation", before.depreciation, after.depreciation),
            ("impairment", before.impairment, after.impairment),
            ("book-value", before.book_value, after.book_value),
            ("result", before.result, after.result),
            ("subsidy", before.subsidy_rest, after.subsidy_rest),
        ];
        let changed = amounts.into_iter().filter(|(_, before, after)| before != after);
        changed.map(|(key, before, after)| AmountChange { key, before, after })
    }
}

/// What the last event of `after` does to `before`, the same asset without it.
pub fn event_effect(before: &FixedAsset, after: &FixedAsset) -> EventEffect {
    let (old, new) = (std::slice::from_ref(before), std::slice::from_ref(after));
    let (old, new) = (asset_plans(old), asset_plans(new));
    let (Some(old), Some(new), Some(event)) = (old.first(), new.first(), after.events.last()) else {
        return EventEffect { components: vec![], exit: None, shifted: vec![] };
    };
    let own = moved(new, after.events.len());
    EventEffect {
        components: components(old, new, event),
        exit: own.iter().any(|(_, movement)| movement.is_exit()).then(|| amounts(&own)),
        shifted: shifted(old, new, after),
    }
}

fn components(old: &AssetPlan<'_>, new: &AssetPlan<'_>, event: &AssetEvent) -> Vec<ComponentEffect> {
    let figures = |plan: &ComponentPlan<'_>| figures(plan, event.effective_on);
    let effect = |plan: &ComponentPlan<'_>| {
        let known = old.components.iter().find(|known| known.component.code == plan.component.code);
        let (before, after) = (known.map(figures), Some(figures(plan)));
        let (code, name) = (plan.component.code.clone(), plan.component.name.clone());
        (before != after).then_some(ComponentEffect { code, name, before, after })
    };
    let is_gone =
        |plan: &&ComponentPlan<'_>| !new.components.iter().any(|stays| stays.component.code == plan.component.code);
    let gone = old.components.iter().filter(is_gone).map(|plan| {
        let (code, name) = (plan.component.code.clone(), plan.component.name.clone());
        ComponentEffect { code, name, before: Some(figures(plan)), after: None }
    });
    new.components.iter().filter_map(effect).chain(gone).collect()
}

fn figures(plan: &ComponentPlan<'_>, on: NaiveDate) -> ComponentFigures {
    let moved = |of: fn(&Movement) -> Money| -> Money {
        plan.movements.iter().filter(|movement| movement.on <= on).map(of).sum()
    };
    let of_year = |months: &[super::MonthRow], year: i32| -> Money {
        months.iter().filter(|row| row.month.year() == year).map(|row| row.charge).sum()
    };
    let (charges, income) = (&plan.depreciation.months, &plan.subsidy.months);
    ComponentFigures {
        gross: moved(|movement| movement.gross),
        base: plan.bases.iter().rfind(|(day, _)| *day <= on).map_or(Money::ZERO, |(_, base)| *base),
        impairment: moved(|movement| movement.impairment),
        month_charge: plan.depreciation.charge_in(BillingMonth::of(on)),
        year_charge: of_year(charges, on.year()),
        next_year_charge: of_year(charges, on.year() + 1),
        subsidy_received: moved(|movement| movement.subsidy_received),
        year_income: of_year(income, on.year()),
        next_year_income: of_year(income, on.year() + 1),
        last_month: charges.iter().rfind(|row| !row.charge.is_zero()).map(|row| row.month),
    }
}

/// What an event moves, by component.
fn moved<'a>(plan: &'a AssetPlan<'_>, number: usize) -> Vec<(&'a ComponentCode, &'a Movement)> {
    let of = |component: &'a ComponentPlan<'_>| {
        let code = &component.component.code;
        component.movements.iter().filter(move |movement| movement.event == Some(number)).map(move |one| (code, one))
    };
    plan.components.iter().flat_map(of).collect()
}

/// Exits alone where there are any: a successor's entry is no part of what leaves.
fn amounts(moved: &[(&ComponentCode, &Movement)]) -> EventAmounts {
    let exits = moved.iter().filter(|(_, movement)| movement.is_exit());
    exits.fold(EventAmounts::default(), |sum, (_, exit)| EventAmounts {
        gross: sum.gross - exit.gross,
        depreciation: sum.depreciation - exit.depreciation,
        impairment: sum.impairment - exit.impairment,
        book_value: sum.book_value + exit.book_value(),
        proceeds: sum.proceeds + exit.proceeds,
        result: sum.result + exit.result(),
        subsidy_rest: sum.subsidy_rest + exit.subsidy_rest,
    })
}

/// What is withdrawn is no event that changes: it stands no more.
fn shifted(old: &AssetPlan<'_>, new: &AssetPlan<'_>, after: &FixedAsset) -> Vec<ShiftedEvent> {
    let shift = |(number, event): (usize, &AssetEvent)| {
        let (before, after) = (amounts(&moved(old, number)), amounts(&moved(new, number)));
        let (kind, effective_on) = (event.change.word(), event.effective_on);
        (before != after).then_some(ShiftedEvent { number, kind, effective_on, before, after })
    };
    after.standing_events().filter(|(number, _)| *number < after.events.len()).filter_map(shift).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{asset, component};
    use super::super::{AssetChange, Extent};
    use super::*;

    fn event(on: &str, change: AssetChange) -> AssetEvent {
        AssetEvent {
            effective_on: on.parse().unwrap(),
            recorded_on: "2026-11-27".parse().unwrap(),
            recorded_by: "cli".into(),
            reason: "test".into(),
            decision: None,
            change,
        }
    }

    fn part(percent: u32, proceeds: &str) -> AssetChange {
        AssetChange::Dispose {
            component: Some("a".into()),
            extent: Extent::Percent(percent.into()),
            proceeds: proceeds.parse().unwrap(),
            buyer: None,
        }
    }

    fn effect_of(events: Vec<AssetEvent>) -> EventEffect {
        let after = FixedAsset { events, ..asset(vec![component("a", "1000.00", 10), component("b", "500.00", 5)]) };
        let mut before = after.clone();
        before.events.pop();
        event_effect(&before, &after)
    }

    fn eur(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn an_exit_is_told_with_its_arithmetic_and_the_charges_it_leaves() {
        // 1000.00 over 10 years from 2019-05-28: on 2024-05-28 half is charged, and 4 cents of the year are in its first months.
        let effect = effect_of(vec![event("2024-05-28", part(50, "300.00"))]);
        let exit = effect.exit.unwrap();
        assert_eq!((exit.gross, exit.depreciation, exit.book_value), (eur("500.00"), eur("250.02"), eur("249.98")));
        assert_eq!((exit.proceeds, exit.result), (eur("300.00"), eur("50.02")));
        let [one] = effect.components.as_slice() else { panic!("{:?}", effect.components) };
        let (before, after) = (one.before.unwrap(), one.after.unwrap());
        assert_eq!(one.code.as_str(), "a");
        assert_eq!((before.base, after.base), (eur("1000.00"), eur("500.00")));
        assert_eq!((before.next_year_charge, after.next_year_charge), (eur("100.00"), eur("50.00")));
        assert_eq!(before.last_month, after.last_month);
        assert!(effect.shifted.is_empty());
    }

    #[test]
    fn an_earlier_day_says_which_recorded_event_it_changes() {
        let later = event("2026-12-24", part(50, "100.00"));
        let effect = effect_of(vec![later, event("2026-11-10", part(25, "0.00"))]);
        let [shift] = effect.shifted.as_slice() else { panic!("{:?}", effect.shifted) };
        assert_eq!((shift.number, shift.kind), (1, "dispose"));
        assert_eq!((shift.before.gross, shift.after.gross), (eur("500.00"), eur("375.00")));
        assert!(shift.after.result > shift.before.result);
    }

    #[test]
    fn amounts_that_stay_are_no_change() {
        let impair = AssetChange::Impair { component: "a".into(), amount: eur("60.00") };
        let effect = effect_of(vec![event("2026-12-24", part(50, "100.00")), event("2026-11-10", impair)]);
        let [shift] = effect.shifted.as_slice() else { panic!("{:?}", effect.shifted) };
        let changes: Vec<AmountChange> = shift.changes().collect();
        let keys: Vec<&str> = changes.iter().map(|change| change.key).collect();
        assert!(keys.contains(&"impairment") && keys.contains(&"book-value") && keys.contains(&"result"), "{keys:?}");
        assert!(!keys.contains(&"gross") && !keys.contains(&"subsidy"), "{keys:?}");
        assert!(changes.iter().all(|change| change.before != change.after), "{changes:?}");
    }

    #[test]
    fn a_later_day_and_another_component_change_nothing_recorded() {
        let earlier = event("2026-11-10", part(25, "0.00"));
        assert!(effect_of(vec![earlier, event("2026-12-24", part(50, "0.00"))]).shifted.is_empty());
        let impair = AssetChange::Impair { component: "b".into(), amount: eur("1.00") };
        let effect = effect_of(vec![event("2021-12-24", part(50, "0.00")), event("2021-11-10", impair)]);
        assert!(effect.shifted.is_empty() && effect.exit.is_none());
        let [one] = effect.components.as_slice() else { panic!("{:?}", effect.components) };
        assert_eq!((one.before.unwrap().impairment, one.after.unwrap().impairment), (Money::ZERO, eur("1.00")));
    }
}
