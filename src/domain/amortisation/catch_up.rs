//! What the periods already posted should have held and do not: an asset entered late, units counted late.
//!
//! Posted periods stay as they are. What is missing is posted in one entry more, so that the ledger is what the plans
//! say, always.

use chrono::NaiveDate;

use super::plan::ComponentPlan;
use super::posted::PostedDepreciation;
use super::posting::{lines_of, written};
use super::{Component, FixedAsset, PostingPeriod};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{Chart, Journal, JournalEntry, JournalLine, LedgerError};
use crate::domain::money::Money;

/// What the journal lacks of a component's plan; negative where it holds too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap<'a> {
    pub asset: &'a FixedAsset,
    pub component: &'a Component,
    pub charge: Money,
    pub income: Money,
    /// The months whose charges were to be posted.
    pub from: BillingMonth,
    pub through: BillingMonth,
}

/// Every component whose charges through the last period posted differ from what is in the journal. `horizon` is the
/// last month of the last period posted, for assets posted by that period.
pub fn gaps<'a>(
    plans: &[ComponentPlan<'a>],
    horizon: impl Fn(PostingPeriod) -> Option<BillingMonth>,
    posted: &PostedDepreciation,
) -> Vec<Gap<'a>> {
    let gap = |plan: &ComponentPlan<'a>| {
        let through = horizon(plan.asset.record.posting)?;
        let planned = |schedule: &super::Schedule| -> Money {
            let months = schedule.months.iter().map(|row| row.month).take_while(|month| *month <= through);
            months.map(|month| plan.certain_in(schedule, month)).sum()
        };
        let held = posted.total(&plan.asset.code, &plan.component.code);
        let charge = planned(&plan.depreciation) - held.charge;
        let income = planned(&plan.subsidy) - held.subsidy_income;
        let from = BillingMonth::of(plan.commissioned_on);
        let (asset, component) = (plan.asset, plan.component);
        let gap = Gap { asset, component, charge, income, from, through };
        (!(charge.is_zero() && income.is_zero())).then_some(gap)
    };
    plans.iter().filter_map(gap).collect()
}

/// The entry that closes `gaps`: `AMORT-2026-10-R1`, dated `on`; none where there are none.
pub fn catch_up_entry(
    gaps: &[Gap<'_>],
    (document, on): (String, NaiveDate),
    chart: &Chart,
) -> Result<Option<JournalEntry>, LedgerError> {
    let lines: Vec<JournalLine> = gaps
        .iter()
        .flat_map(|gap| {
            let month = |month| written(PostingPeriod::Month, month);
            let period = format!("rattrapage {} à {}", month(gap.from), month(gap.through));
            lines_of((gap.asset, gap.component), (gap.charge, gap.income), &period, chart)
        })
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let label = "Rattrapage de dotations aux amortissements".to_owned();
    JournalEntry::new(Journal::Depreciation, on, document, label, lines).map(Some)
}
