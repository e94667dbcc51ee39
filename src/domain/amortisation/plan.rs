//! What the book plans: each component with its schedules and what happened to it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::fold::{Folded, fold};
use super::movement::Movement;
use super::posting::closing_day;
use super::schedule::{MonthRow, Schedule};
use super::state::State;
use super::{Component, FixedAsset};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

/// A component, its depreciation, and the income from its share of the asset's subsidy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentPlan<'a> {
    pub asset: &'a FixedAsset,
    pub component: &'a Component,
    pub commissioned_on: NaiveDate,
    /// The component whose place it took.
    pub replaces: Option<ComponentCode>,
    /// What proves that it went into service, where that is not what proves it of the whole.
    pub evidence: Option<&'a str>,
    pub depreciation: Schedule,
    pub subsidy: Schedule,
    pub movements: Vec<Movement>,
    /// What is spread in all from a day on, oldest first: cost − residual value − impairment of what is there.
    pub bases: Vec<(NaiveDate, Money)>,
    /// The life and residual value after every revision.
    pub duration_years: u32,
    pub residual_value: Money,
    /// The day on which nothing of it was left.
    pub gone_on: Option<NaiveDate>,
    /// From this month on charges are forecasts: units decide, and were not counted yet.
    pub forecast_from: Option<BillingMonth>,
}

/// An asset with the plans of its components; those under construction have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetPlan<'a> {
    pub asset: &'a FixedAsset,
    pub in_service_on: Option<NaiveDate>,
    pub evidence: Option<&'a str>,
    pub components: Vec<ComponentPlan<'a>>,
    /// The book's components that are not in service.
    pub being_built: Vec<&'a Component>,
}

/// The plan of every component in service, in the order of the book.
pub fn plans(assets: &[FixedAsset]) -> Vec<ComponentPlan<'_>> {
    asset_plans(assets).into_iter().flat_map(|plan| plan.components).collect()
}

/// The plan of every asset. Events that cannot happen are left out: they are [told](super::event_problems) where they
/// come in.
pub fn asset_plans(assets: &[FixedAsset]) -> Vec<AssetPlan<'_>> {
    assets.iter().map(|asset| plan_of(asset, None)).collect()
}

/// The same as seen at the end of `as_of`: use that was not recorded by then is still to come, so no month that has
/// ended holds a forecast.
pub(super) fn asset_plans_on(assets: &[FixedAsset], as_of: NaiveDate) -> Vec<AssetPlan<'_>> {
    let month = BillingMonth::of(as_of);
    let open_from = if closing_day(month) <= as_of { month.next() } else { month };
    assets.iter().map(|asset| plan_of(asset, Some(open_from))).collect()
}

/// Forecasts begin in `open_from` at the earliest.
fn plan_of(asset: &FixedAsset, open_from: Option<BillingMonth>) -> AssetPlan<'_> {
    let mut folded = fold(asset, asset.events.len(), true);
    let forecasts = folded.forecasts(open_from);
    let being_built = folded.being_built().collect();
    let Folded { states, in_service_on, evidence, .. } = folded;
    let components = states.into_iter().zip(forecasts).map(|(state, forecast)| component_plan(asset, state, forecast));
    AssetPlan { asset, in_service_on, evidence, components: components.collect(), being_built }
}

fn component_plan<'a>(
    asset: &'a FixedAsset,
    state: State<'a>,
    forecast_from: Option<BillingMonth>,
) -> ComponentPlan<'a> {
    let movements = state.movements;
    let begun = BillingMonth::of(state.terms.commissioned_on);
    let flows = |of: fn(&Movement) -> (Money, Money)| {
        let mut flows: BTreeMap<BillingMonth, (Money, Money)> = BTreeMap::new();
        for movement in &movements {
            let (value, cumulative) = of(movement);
            let held = flows.entry(BillingMonth::of(movement.on)).or_default();
            held.0 += value;
            held.1 += cumulative;
        }
        flows
    };
    let value = flows(|movement| (movement.gross - movement.impairment, movement.depreciation));
    let received = flows(|movement| (movement.subsidy_received, movement.subsidy_taken));
    ComponentPlan {
        asset,
        component: state.component,
        commissioned_on: state.terms.commissioned_on,
        replaces: state.replaces,
        evidence: state.evidence,
        depreciation: in_months(begun, &state.depreciation.into_charges(), &value),
        subsidy: in_months(begun, &state.subsidy.into_charges(), &received),
        duration_years: state.terms.duration_years,
        residual_value: state.residual_value,
        gone_on: state.gone_on,
        forecast_from,
        movements,
        bases: state.bases,
    }
}

/// A row for every month from the first to the last in which anything is charged or moves.
fn in_months(
    begun: BillingMonth,
    charges: &BTreeMap<BillingMonth, Money>,
    flows: &BTreeMap<BillingMonth, (Money, Money)>,
) -> Schedule {
    let last = charges.keys().next_back().max(flows.keys().next_back()).copied().unwrap_or(begun);
    let (mut value, mut cumulative) = (Money::ZERO, Money::ZERO);
    let months = begun.through(last).map(|month| {
        let charge = charges.get(&month).copied().unwrap_or_default();
        let (value_change, released) = flows.get(&month).copied().unwrap_or_default();
        value += value_change;
        cumulative += charge + released;
        MonthRow { month, charge, cumulative, net_book_value: value - cumulative }
    });
    let months: Vec<MonthRow> = months.collect();
    Schedule::from_months(charges.values().copied().sum(), months)
}
