//! Plan and journal brought together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::flow::{Flow, Flows, Timeline, position};
use super::{
    AmortisationReport, AssetReport, BeingBuilt, ComponentReport, EventReport, Plan, Position, UnknownPosting,
};
use crate::domain::amortisation::plan::{AssetPlan, ComponentPlan, asset_plans_on};
use crate::domain::amortisation::posted::{PostedAmounts, PostedDepreciation};
use crate::domain::amortisation::posting::closing_day;
use crate::domain::amortisation::withdrawal::withdrawn;
use crate::domain::amortisation::{AssetEvent, Component, FixedAsset, Movement, Schedule};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

/// Months posted, by component.
type PostedMonths<'a> = BTreeMap<(&'a AssetCode, &'a ComponentCode), BTreeMap<BillingMonth, PostedAmounts>>;

/// Plan against journal as of the end of `as_of`, which is an argument: the domain has no clock.
pub fn report(assets: &[FixedAsset], as_of: NaiveDate, posted: &PostedDepreciation) -> AmortisationReport {
    let mut posted_months = PostedMonths::new();
    for (asset, component, month, amounts) in posted.iter().filter(|(_, _, month, _)| closing_day(*month) <= as_of) {
        posted_months.entry((asset, component)).or_default().insert(month, amounts);
    }

    let mut total = Sum::default();
    let plans = asset_plans_on(assets, as_of);
    let asset_reports = plans.iter().map(|plan| {
        let mut of_asset = Sum::default();
        let components = plan.components.iter().map(|component| {
            let months = posted_months.remove(&(&plan.asset.code, &component.component.code)).unwrap_or_default();
            component_report(component, as_of, &months, &mut of_asset)
        });
        let components = components.collect();
        total.add(&of_asset.timeline, of_asset.position);
        asset_report(plan, as_of, of_asset, components)
    });
    let asset_reports = asset_reports.collect();

    AmortisationReport {
        as_of,
        total: total.into_plan(),
        assets: asset_reports,
        unknown_postings: unknown_postings(&posted_months),
    }
}

/// Figures of several components added up.
#[derive(Default)]
struct Sum {
    timeline: Timeline,
    position: Position,
}

impl Sum {
    fn add(&mut self, timeline: &Timeline, position: Position) {
        self.timeline.add_all(timeline);
        self.position += position;
    }

    fn into_plan(self) -> Plan {
        plan(&self.timeline, self.position)
    }
}

fn plan(timeline: &Timeline, position: Position) -> Plan {
    Plan { position, years: timeline.year_rows(), months: timeline.month_rows() }
}

fn asset_report(planned: &AssetPlan<'_>, as_of: NaiveDate, sum: Sum, components: Vec<ComponentReport>) -> AssetReport {
    let asset = planned.asset;
    AssetReport {
        code: asset.code.clone(),
        name: asset.name.clone(),
        account: asset.account.clone(),
        commissioned_on: planned.in_service_on,
        commissioning_evidence: planned.evidence.map(str::to_owned),
        duration_decision: asset.duration_decision.clone(),
        record: asset.record.clone(),
        plan: sum.into_plan(),
        components,
        cost_to_date: cost_to_date(planned, as_of),
        being_built: being_built(planned),
        events: event_reports(planned),
    }
}

fn being_built(planned: &AssetPlan<'_>) -> Vec<BeingBuilt> {
    let part = |part: &&Component| BeingBuilt { code: part.code.clone(), name: part.name.clone(), cost: part.cost };
    planned.being_built.iter().map(part).collect()
}

/// What was invoiced of something that is being built, less what went into service, both through `as_of`.
fn cost_to_date(planned: &AssetPlan<'_>, as_of: NaiveDate) -> Option<Money> {
    let record = &planned.asset.record;
    record.construction_account.as_ref()?;
    let own = planned.components.iter().filter(|part| part.replaces.is_none());
    let (entered, later): (Vec<_>, Vec<_>) = own.partition(|part| part.commissioned_on <= as_of);
    if planned.being_built.is_empty() && later.is_empty() {
        return None;
    }
    let invoiced: Money = record.invoices.iter().filter(|one| one.date <= as_of).map(|one| one.amount).sum();
    Some(invoiced - entered.iter().map(|part| part.component.cost).sum())
}

fn event_reports(planned: &AssetPlan<'_>) -> Vec<EventReport> {
    let events = &planned.asset.events;
    let withdrawn = withdrawn(events);
    let report = |(number, event): (usize, &AssetEvent)| EventReport {
        withdrawn_by: withdrawn.get(&number).copied(),
        ..event_report(planned, number, event)
    };
    (1..).zip(events).map(report).collect()
}

fn event_report(planned: &AssetPlan<'_>, number: usize, event: &AssetEvent) -> EventReport {
    let movements = planned.components.iter().flat_map(|component| &component.movements);
    let exits: Vec<&Movement> =
        movements.filter(|movement| movement.event == Some(number) && movement.is_exit()).collect();
    let sum = |of: fn(&Movement) -> Money| (!exits.is_empty()).then(|| exits.iter().map(|exit| of(exit)).sum());
    EventReport {
        number,
        event: event.clone(),
        withdrawn_by: None,
        book_value: sum(Movement::book_value),
        proceeds: sum(|exit| exit.proceeds),
        result: sum(Movement::result),
    }
}

fn component_report(
    planned: &ComponentPlan<'_>,
    as_of: NaiveDate,
    posted: &BTreeMap<BillingMonth, PostedAmounts>,
    of_asset: &mut Sum,
) -> ComponentReport {
    let timeline = timeline(planned, as_of, posted);
    let position = position(&timeline, planned, as_of);
    of_asset.add(&timeline, position);
    ComponentReport {
        code: planned.component.code.clone(),
        name: planned.component.name.clone(),
        account: planned.asset.account_of(planned.component).to_owned(),
        commissioned_on: planned.commissioned_on,
        commissioning_evidence: planned.evidence.map(str::to_owned),
        replaces: planned.replaces.clone(),
        gone_on: planned.gone_on,
        duration_years: planned.duration_years,
        method: planned.component.method,
        plan: plan(&timeline, position),
    }
}

/// Every month planned or posted, with what moved in it.
fn timeline(planned: &ComponentPlan<'_>, as_of: NaiveDate, posted: &BTreeMap<BillingMonth, PostedAmounts>) -> Timeline {
    let months: BTreeSet<BillingMonth> =
        planned.depreciation.months.iter().map(|row| row.month).chain(posted.keys().copied()).collect();
    let of = |schedule: &Schedule, posted_as: fn(PostedAmounts) -> Money| {
        let month = |month: &BillingMonth| Charge {
            planned: schedule.charge_in(*month),
            posted: posted.get(month).copied().map(posted_as).unwrap_or_default(),
            is_due: planned.forecast_from.is_none_or(|from| *month < from) && planned.due_on(*month) <= as_of,
        };
        flows(&months.iter().map(month).collect::<Vec<_>>())
    };
    let depreciation = of(&planned.depreciation, |amounts| amounts.charge);
    let subsidy = of(&planned.subsidy, |amounts| amounts.subsidy_income);
    let mut timeline = Timeline::default();
    for ((month, depreciation), subsidy) in months.iter().zip(depreciation).zip(subsidy) {
        timeline.add(*month, Flows { depreciation, subsidy });
    }
    for movement in &planned.movements {
        let depreciation = Flow::moved(movement.gross, -movement.depreciation, movement.impairment);
        let subsidy = Flow::moved(movement.subsidy_received, -movement.subsidy_taken, Money::ZERO);
        timeline.add(BillingMonth::of(movement.on), Flows { depreciation, subsidy });
    }
    let mut before = Money::ZERO;
    for (on, base) in &planned.bases {
        let is_gone = planned.gone_on == Some(*on) && base.is_zero();
        let depreciation = Flow::rebased(before, *base, is_gone);
        timeline.add(BillingMonth::of(*on), Flows { depreciation, ..Flows::default() });
        before = *base;
    }
    timeline
}

/// A month's charge, planned and posted.
struct Charge {
    planned: Money,
    posted: Money,
    is_due: bool,
}

/// The flow of each month. What some months hold beyond their own charge covers months without an entry of their own,
/// the oldest first. A month that is not due has no charge of its own in the journal: what stands in it, where the asset
/// is posted by quarter or year, caught up others.
fn flows(charges: &[Charge]) -> Vec<Flow> {
    let own = |charge: &Charge| if charge.is_due { charge.planned } else { Money::ZERO };
    let beyond = |charge: &Charge| charge.posted - own(charge);
    let mut surplus: Money = charges.iter().filter(|charge| !charge.posted.is_zero()).map(beyond).sum();
    let flow = |charge: &Charge| {
        let is_open = charge.is_due && charge.posted.is_zero() && !charge.planned.is_zero();
        let is_covered = is_open && charge.planned <= surplus;
        if is_covered {
            surplus -= charge.planned;
        }
        let is_settled = is_covered || (charge.is_due && !charge.posted.is_zero());
        Flow::charged(charge.planned, charge.posted, charge.is_due, is_settled)
    };
    charges.iter().map(flow).collect()
}

/// What is left once every component of the book has taken its own.
fn unknown_postings(left: &PostedMonths<'_>) -> Vec<UnknownPosting> {
    let unknown = left.iter().flat_map(|((asset, component), months)| {
        months.iter().map(|(month, amounts)| UnknownPosting {
            asset: (*asset).clone(),
            component: (*component).clone(),
            month: *month,
            charge: amounts.charge,
            subsidy_income: amounts.subsidy_income,
        })
    });
    unknown.collect()
}

#[cfg(test)]
#[path = "exits_tests.rs"]
mod exits_tests;
#[cfg(test)]
#[path = "tests.rs"]
mod tests;
