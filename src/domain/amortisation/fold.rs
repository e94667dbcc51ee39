//! An asset and its events, folded into what became of each component.
//!
//! Events are applied in the order of the days they take effect; what cannot happen is left out and told.

use chrono::NaiveDate;

use super::movement::{Movement, MovementKind};
use super::state::State;
use super::withdrawal::{faults, standing};
use super::{AssetChange, AssetEvent, AssetRecord, EventFault, EventProblem, Extent, FixedAsset};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

/// What became of an asset.
#[derive(Debug, Clone)]
pub(super) struct Folded<'a> {
    pub(super) asset: &'a FixedAsset,
    /// In the order of the book; a successor stands after what it replaced. Without what is still being built.
    pub(super) states: Vec<State<'a>>,
    /// The day the first of it went into service.
    pub(super) in_service_on: Option<NaiveDate>,
    /// From the event, or the asset itself.
    pub(super) evidence: Option<&'a str>,
    pub(super) problems: Vec<EventProblem>,
}

/// Every event that cannot happen, and every one out of the order in which they became known.
pub fn event_problems(asset: &FixedAsset) -> Vec<EventProblem> {
    let found = fold(asset, asset.events.len(), true).problems;
    found.into_iter().map(|found| rested_on(asset, &found).unwrap_or(found)).collect()
}

/// The withdrawal that an event cannot happen any more for, where it could before: that is what is wrong then.
fn rested_on(asset: &FixedAsset, found: &EventProblem) -> Option<EventProblem> {
    let is_wrong = |count: &usize| {
        let known = FixedAsset { events: asset.events.iter().take(*count).cloned().collect(), ..asset.clone() };
        fold(&known, *count, true).problems.iter().any(|known| known.number == found.number)
    };
    let number = (found.number..=asset.events.len()).find(is_wrong).filter(|number| *number > found.number)?;
    let event = asset.events.get(number - 1)?;
    let AssetChange::Withdraw { event: target } = event.change else { return None };
    let (later, word, on) = (found.number, found.word, found.effective_on);
    Some(problem(asset, number, event, EventFault::RestsOn { event: target, later, word, on }))
}

/// The assets as they were known at the end of `day`.
pub fn known_on(assets: &[FixedAsset], day: NaiveDate) -> Vec<FixedAsset> {
    let known = |asset: &FixedAsset| {
        let events = asset.events.iter().take_while(|event| event.recorded_on <= day).cloned().collect();
        FixedAsset { events, ..asset.clone() }
    };
    assets.iter().map(known).collect()
}

/// The first `count` events of `asset` applied; without impairments where the question is what things were worth had
/// there been none.
pub(super) fn fold(asset: &FixedAsset, count: usize, with_impairments: bool) -> Folded<'_> {
    let mut folded = Folded {
        asset,
        states: Vec::new(),
        in_service_on: asset.commissioned_on,
        evidence: asset.commissioning_evidence.as_deref(),
        problems: Vec::new(),
    };
    if asset.commissioned_on.is_some() {
        folded.enter_all();
    }
    let known = asset.events.get(..count).unwrap_or(&asset.events);
    folded.check_order(asset, known);
    folded
        .problems
        .extend(faults(known).into_iter().map(|(number, event, fault)| problem(asset, number, event, fault)));
    let mut events: Vec<(usize, &AssetEvent)> = standing(known).collect();
    events.sort_by_key(|(number, event)| (event.effective_on, *number));
    for (number, event) in events {
        let is_impairment = matches!(event.change, AssetChange::Impair { .. } | AssetChange::Reverse { .. });
        if is_impairment && !with_impairments {
            continue;
        }
        if let Err(fault) = folded.apply(asset, number, event) {
            folded.problems.push(problem(asset, number, event, fault));
        }
    }
    folded
}

fn problem(asset: &FixedAsset, number: usize, event: &AssetEvent, fault: EventFault) -> EventProblem {
    let (word, effective_on) = (event.change.word(), event.effective_on);
    EventProblem { asset: asset.code.clone(), number, word, effective_on, fault }
}

impl<'a> Folded<'a> {
    fn check_order(&mut self, asset: &FixedAsset, events: &[AssetEvent]) {
        for (number, pair) in (2..).zip(events.windows(2)) {
            let [above, event] = pair else { continue };
            if event.recorded_on < above.recorded_on {
                let (previous, recorded_on) = (above.recorded_on, event.recorded_on);
                let fault = EventFault::RecordedEarlier { previous, recorded_on };
                self.problems.push(problem(asset, number, event, fault));
            }
        }
    }

    /// What was bought ready for use enters, each component on its day.
    fn enter_all(&mut self) {
        let asset = self.asset;
        for component in &asset.components {
            if let Some(on) = asset.commissioning_of(component) {
                self.enter(component, Movement::new(on, MovementKind::Acquired, None), None);
            }
        }
    }

    fn apply(&mut self, asset: &'a FixedAsset, number: usize, event: &'a AssetEvent) -> Result<(), EventFault> {
        let day = event.effective_on;
        if let AssetChange::Commission { evidence, components } = &event.change {
            return self.commission((number, day), evidence, components);
        }
        if self.in_service_on.is_none() {
            return Err(EventFault::UnderConstruction);
        }
        match &event.change {
            // The one is done above, the other is no event that stands.
            AssetChange::Commission { .. } | AssetChange::Withdraw { .. } => Ok(()),
            AssetChange::Revise { component, duration_years, residual_value, expected_units } => {
                self.find(component, day)?.revise(day, *duration_years, *residual_value, *expected_units)
            }
            AssetChange::Impair { component, amount } => {
                positive(*amount)?;
                self.find(component, day)?.impair(day, number, *amount)
            }
            AssetChange::Reverse { component, amount } => {
                positive(*amount)?;
                self.reverse(asset, (number, day), component, *amount)
            }
            AssetChange::Dispose { component, extent, proceeds, .. } => {
                let exit = Movement::new(day, MovementKind::Disposed, Some(number));
                self.leave(component.as_ref(), *extent, *proceeds, &exit)
            }
            AssetChange::Donate { component, extent, .. } => {
                let exit = Movement::new(day, MovementKind::Donated, Some(number));
                self.leave(component.as_ref(), *extent, Money::ZERO, &exit)
            }
            AssetChange::Replace { component, successor, proceeds } => {
                sound(asset, &successor.0, day)?;
                self.replace(number, day, component, &successor.0, *proceeds)
            }
            AssetChange::Use { component, units } => self.find(component, day)?.use_units(day, *units),
            AssetChange::Subsidise { amount, .. } => self.subsidise(number, day, *amount),
        }
    }

    fn find(&mut self, component: &ComponentCode, day: NaiveDate) -> Result<&mut State<'a>, EventFault> {
        if self.being_built().any(|part| part.code == *component) {
            return Err(EventFault::PartUnderConstruction { component: component.clone() });
        }
        let unknown = self.unknown(component);
        let state = self.states.iter_mut().find(|state| state.component.code == *component);
        let state = state.ok_or(unknown)?;
        state.in_service_on(day)?;
        Ok(state)
    }

    pub(super) fn unknown(&self, component: &ComponentCode) -> EventFault {
        let entered = self.states.iter().map(|state| state.component.code.as_str());
        let known: Vec<&str> = entered.chain(self.being_built().map(|part| part.code.as_str())).collect();
        let verb = if known.len() == 1 { "is" } else { "are" };
        EventFault::UnknownComponent { component: component.clone(), known: format!("{verb} {}", known.join(", ")) }
    }

    fn reverse(
        &mut self,
        asset: &FixedAsset,
        (number, day): (usize, NaiveDate),
        component: &ComponentCode,
        amount: Money,
    ) -> Result<(), EventFault> {
        // What became known later, but takes effect before, counts as well: the whole list is folded.
        let earlier = FixedAsset {
            events: asset
                .standing_events()
                .map(|(_, event)| event)
                .filter(|event| event.effective_on < day)
                .cloned()
                .collect(),
            ..asset.clone()
        };
        let mut unimpaired = fold(&earlier, earlier.events.len(), false);
        let unimpaired = unimpaired.find(component, day).map(|state| {
            state.settle(day);
            state.net_book_value()
        });
        self.find(component, day)?.reverse(day, number, amount, unimpaired?)
    }

    fn leave(
        &mut self,
        component: Option<&ComponentCode>,
        extent: Extent,
        proceeds: Money,
        exit: &Movement,
    ) -> Result<(), EventFault> {
        if proceeds.is_negative() {
            return Err(EventFault::NegativeProceeds(proceeds));
        }
        if let Some(component) = component {
            let state = self.find(component, exit.on)?;
            let part = state.part(extent)?;
            state.leave(part, proceeds, exit.clone());
            return Ok(());
        }
        let mut present: Vec<&mut State<'a>> =
            self.states.iter_mut().filter(|state| state.in_service_on(exit.on).is_ok()).collect();
        if present.is_empty() {
            return Err(EventFault::NothingLeft);
        }
        let parts = parts_of_all(&present, extent)?;
        let shares = proceeds.allocate(&parts.iter().map(|part| weight(*part)).collect::<Vec<_>>());
        for ((state, part), share) in present.iter_mut().zip(parts).zip(shares) {
            if part > Money::ZERO {
                state.leave(part, share, exit.clone());
            }
        }
        Ok(())
    }

    fn replace(
        &mut self,
        number: usize,
        day: NaiveDate,
        component: &ComponentCode,
        successor: &'a super::Component,
        proceeds: Money,
    ) -> Result<(), EventFault> {
        if self.states.iter().any(|state| state.component.code == successor.code) {
            return Err(EventFault::SuccessorExists(successor.code.clone()));
        }
        if proceeds.is_negative() {
            return Err(EventFault::NegativeProceeds(proceeds));
        }
        let state = self.find(component, day)?;
        let whole = state.gross;
        state.leave(whole, proceeds, Movement::new(day, MovementKind::Replaced, Some(number)));
        let entry = Movement::new(day, MovementKind::Acquired, Some(number));
        let mut entered = State::enter(successor, day, Money::ZERO, entry);
        entered.replaces = Some(component.clone());
        let place = self.states.iter().position(|state| state.component.code == *component);
        let place = place.map_or(self.states.len(), |place| place + 1);
        self.states.insert(place, entered);
        Ok(())
    }

    fn subsidise(&mut self, number: usize, day: NaiveDate, amount: Money) -> Result<(), EventFault> {
        positive(amount)?;
        let mut present: Vec<&mut State<'a>> =
            self.states.iter_mut().filter(|state| state.in_service_on(day).is_ok()).collect();
        if present.is_empty() {
            return Err(EventFault::NothingLeft);
        }
        let received: Money = present.iter().map(|state| state.subsidy_received).sum();
        let gross: Money = present.iter().map(|state| state.gross).sum();
        if received + amount > gross {
            return Err(EventFault::SubsidyBeyondCost { amount, received, gross });
        }
        let weights: Vec<u64> = present.iter().map(|state| weight(state.gross)).collect();
        for (state, share) in present.iter_mut().zip(amount.allocate(&weights)) {
            state.subsidise(day, number, share);
        }
        Ok(())
    }

    /// From which month on each plan only forecasts, `open_from` at the earliest.
    pub(super) fn forecasts(&mut self, open_from: Option<BillingMonth>) -> Vec<Option<BillingMonth>> {
        self.states.iter_mut().map(|state| state.forecast(open_from)).collect()
    }
}

/// The part of each component where a part of the whole asset leaves.
fn parts_of_all(present: &[&mut State<'_>], extent: Extent) -> Result<Vec<Money>, EventFault> {
    match extent {
        Extent::Whole | Extent::Percent(_) => present.iter().map(|state| state.part(extent)).collect(),
        Extent::Gross(part) => {
            let gross: Money = present.iter().map(|state| state.gross).sum();
            if part <= Money::ZERO || part > gross {
                return Err(EventFault::Part { part, gross });
            }
            Ok(part.allocate(&present.iter().map(|state| weight(state.gross)).collect::<Vec<_>>()))
        }
    }
}

/// A successor is held to what any component is, and goes into service on the event's day.
fn sound(asset: &FixedAsset, successor: &super::Component, day: NaiveDate) -> Result<(), EventFault> {
    if asset.components.iter().any(|part| part.code == successor.code) {
        return Err(EventFault::SuccessorExists(successor.code.clone()));
    }
    if let Some(other) = successor.commissioned_on.filter(|other| *other != day) {
        let remedy = format!("it goes into service on {day}, not on {other}; leave commissioned_on out");
        return Err(EventFault::Successor(remedy));
    }
    let components = vec![successor.clone()];
    let record = AssetRecord { groups: Vec::new(), ..asset.record.clone() };
    let alone = FixedAsset { cost: successor.cost, subsidy: Money::ZERO, components, record, ..asset.clone() };
    alone.problems().first().map_or(Ok(()), |problem| Err(EventFault::Successor(problem.to_string())))
}

fn positive(amount: Money) -> Result<(), EventFault> {
    if amount > Money::ZERO { Ok(()) } else { Err(EventFault::NotPositive(amount)) }
}

fn weight(amount: Money) -> u64 {
    u64::try_from(amount.cents()).unwrap_or(0)
}
