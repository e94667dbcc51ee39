//! Plan and journal brought together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::flow::{Flow, Flows, Timeline, is_due, position};
use super::{AmortisationReport, AssetReport, ComponentReport, Plan, Position, UnknownPosting};
use crate::domain::amortisation::FixedAsset;
use crate::domain::amortisation::plan::{ComponentPlan, plans};
use crate::domain::amortisation::posted::{PostedAmounts, PostedDepreciation};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

/// Months posted, by component.
type PostedMonths<'a> = BTreeMap<(&'a AssetCode, &'a ComponentCode), BTreeMap<BillingMonth, PostedAmounts>>;

/// Plan against journal as of the end of `as_of`, which is an argument: the domain has no clock.
pub fn report(assets: &[FixedAsset], as_of: NaiveDate, posted: &PostedDepreciation) -> AmortisationReport {
    let mut posted_months = PostedMonths::new();
    for (asset, component, month, amounts) in posted.iter().filter(|(_, _, month, _)| is_due(*month, as_of)) {
        posted_months.entry((asset, component)).or_default().insert(month, amounts);
    }

    let mut total = Sum::default();
    let plans = plans(assets);
    let asset_reports = plans
        .chunk_by(|a, b| std::ptr::eq(a.asset, b.asset))
        .filter_map(|plans| {
            let asset = plans.first()?.asset;
            let mut of_asset = Sum::default();
            let components = plans.iter().map(|plan| {
                let months = posted_months.remove(&(&asset.code, &plan.component.code)).unwrap_or_default();
                component_report(plan, as_of, &months, &mut of_asset)
            });
            let components = components.collect();
            total.add(&of_asset.timeline, of_asset.position);
            Some(asset_report(asset, of_asset, components))
        })
        .collect();

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

fn asset_report(asset: &FixedAsset, sum: Sum, components: Vec<ComponentReport>) -> AssetReport {
    AssetReport {
        code: asset.code.clone(),
        name: asset.name.clone(),
        account: asset.account.clone(),
        commissioned_on: asset.commissioned_on,
        commissioning_evidence: asset.commissioning_evidence.clone(),
        duration_decision: asset.duration_decision.clone(),
        plan: sum.into_plan(),
        components,
    }
}

fn component_report(
    planned: &ComponentPlan<'_>,
    as_of: NaiveDate,
    posted: &BTreeMap<BillingMonth, PostedAmounts>,
    of_asset: &mut Sum,
) -> ComponentReport {
    let timeline = timeline(planned, as_of, posted);
    let position = position(&timeline, as_of, planned.commissioned_on);
    of_asset.add(&timeline, position);
    ComponentReport {
        code: planned.component.code.clone(),
        name: planned.component.name.clone(),
        account: planned.asset.account_of(planned.component).to_owned(),
        commissioned_on: planned.commissioned_on,
        duration_years: planned.component.duration_years,
        method: planned.component.method,
        plan: plan(&timeline, position),
    }
}

/// Every month planned or posted.
fn timeline(planned: &ComponentPlan<'_>, as_of: NaiveDate, posted: &BTreeMap<BillingMonth, PostedAmounts>) -> Timeline {
    let entered_in = BillingMonth::of(planned.commissioned_on);
    let months: BTreeSet<BillingMonth> =
        planned.depreciation.months.iter().map(|row| row.month).chain(posted.keys().copied()).collect();
    let mut timeline = Timeline::default();
    for month in months {
        let is_due = is_due(month, as_of);
        let posted = posted.get(&month).copied().unwrap_or_default();
        let entering = |value: Money| if month == entered_in { value } else { Money::ZERO };
        let cost = entering(planned.component.cost);
        let depreciation = Flow::new(cost, planned.depreciation.charge_in(month), posted.charge, is_due);
        let received = entering(planned.subsidy.base);
        let subsidy = Flow::new(received, planned.subsidy.charge_in(month), posted.subsidy_income, is_due);
        timeline.add(month, Flows { depreciation, subsidy });
    }
    timeline
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
#[path = "tests.rs"]
mod tests;
