//! What was built goes into service: all at once, or component by component, each with its own evidence.
//!
//! What is named leaves the account of construction for its own; the rest stays there until its turn.

use chrono::NaiveDate;

use super::fold::Folded;
use super::movement::{Movement, MovementKind};
use super::state::State;
use super::subsidy::subsidy_shares;
use super::{Component, EventFault};
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

impl<'a> Folded<'a> {
    /// Puts the components `named` into service, or all that are still being built where none is.
    pub(super) fn commission(
        &mut self,
        (number, day): (usize, NaiveDate),
        evidence: &'a str,
        named: &[ComponentCode],
    ) -> Result<(), EventFault> {
        for code in named {
            self.is_being_built(code)?;
        }
        let is_meant = |part: &&Component| named.is_empty() || named.contains(&part.code);
        let entering: Vec<&'a Component> = self.being_built().filter(is_meant).collect();
        if entering.is_empty() {
            return Err(EventFault::InService { since: self.in_service_on.unwrap_or(day) });
        }
        if !named.is_empty() {
            self.costs_what_is_built(&entering)?;
        }
        let is_whole = named.is_empty() && self.in_service_on.is_none();
        for component in entering {
            let entry = Movement::new(day, MovementKind::Commissioned, Some(number));
            self.enter(component, entry, (!is_whole).then_some(evidence));
        }
        if self.in_service_on.is_none() {
            (self.in_service_on, self.evidence) = (Some(day), Some(evidence));
        }
        Ok(())
    }

    /// The book's components that are not in service, in its order.
    pub(super) fn being_built(&self) -> impl Iterator<Item = &'a Component> + '_ {
        let entered = |part: &Component| self.states.iter().any(|state| state.component.code == part.code);
        self.asset.components.iter().filter(move |part| !entered(part))
    }

    fn is_being_built(&self, code: &ComponentCode) -> Result<(), EventFault> {
        if self.being_built().any(|part| part.code == *code) {
            return Ok(());
        }
        let entered = self.states.iter().find(|state| state.component.code == *code);
        Err(match entered {
            Some(state) => EventFault::PartInService { component: code.clone(), since: state.terms.commissioned_on },
            None => self.unknown(code),
        })
    }

    /// The account of construction holds what is invoiced; no part takes more from it than that. Things go into service
    /// before their last invoice comes: until then the account owes it.
    fn costs_what_is_built(&self, entering: &[&Component]) -> Result<(), EventFault> {
        let invoiced = self.asset.record.invoiced();
        let own = self.states.iter().filter(|state| state.replaces.is_none());
        let before: Money = own.map(|state| state.component.cost).sum();
        let cost: Money = entering.iter().map(|part| part.cost).sum();
        if cost > invoiced - before {
            return Err(EventFault::CostsMoreThanBuilt { cost, invoiced, before });
        }
        Ok(())
    }

    /// A component of the book enters with its share of the subsidy, in the book's order.
    pub(super) fn enter(&mut self, component: &'a Component, entry: Movement, evidence: Option<&'a str>) {
        let place_of = |code: &ComponentCode| self.asset.components.iter().position(|part| part.code == *code);
        let own = place_of(&component.code);
        let share = own.and_then(|own| subsidy_shares(self.asset).get(own).copied()).unwrap_or_default();
        // Successors are none of the book's components: they stay behind what they replaced.
        let is_after = |state: &State<'_>| place_of(&state.component.code).is_some_and(|place| Some(place) > own);
        let place = self.states.iter().position(is_after).unwrap_or(self.states.len());
        let mut entered = State::enter(component, entry.on, share, entry);
        entered.evidence = evidence;
        self.states.insert(place, entered);
    }
}
