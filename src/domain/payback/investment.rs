//! What was invested, and when its components are renewed.

use chrono::{Months, NaiveDate};
use serde::Serialize;

use super::terms::TechnicalLife;
use crate::domain::amortisation::ComponentPlan;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

/// A component put into service, the successors of replaced ones included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outlay {
    pub asset: AssetCode,
    pub component: ComponentCode,
    pub name: String,
    pub commissioned_on: NaiveDate,
    pub month: BillingMonth,
    pub cost: Money,
    /// After how many years it is renewed; none where it is not.
    pub life_years: Option<u32>,
    /// The day nothing of it was left: it is not renewed from then on, its successor may be.
    pub gone_on: Option<NaiveDate>,
}

/// Every component by month of commissioning. What is under construction has no plan, and is no outlay of the centre in
/// service yet.
pub fn outlays(plans: &[ComponentPlan<'_>], lives: &[TechnicalLife]) -> Vec<Outlay> {
    let outlay = |plan: &ComponentPlan<'_>| Outlay {
        asset: plan.asset.code.clone(),
        component: plan.component.code.clone(),
        name: plan.component.name.clone(),
        commissioned_on: plan.commissioned_on,
        month: BillingMonth::of(plan.commissioned_on),
        cost: plan.component.cost,
        life_years: life_of(plan, plans, lives).map_or(Some(plan.duration_years), |life| life.years),
        gone_on: plan.gone_on,
    };
    let mut outlays: Vec<Outlay> = plans.iter().map(outlay).collect();
    outlays.sort_by(|a, b| (a.month, &a.asset, &a.component).cmp(&(b.month, &b.asset, &b.component)));
    outlays
}

/// The technical life given for the component, or for the one whose place it took.
fn life_of<'l>(
    plan: &ComponentPlan<'_>,
    plans: &[ComponentPlan<'_>],
    lives: &'l [TechnicalLife],
) -> Option<&'l TechnicalLife> {
    let own = lives.iter().find(|life| life.asset == plan.asset.code && life.component == plan.component.code);
    own.or_else(|| {
        let replaced = plan.replaces.as_ref()?;
        let before = |one: &&ComponentPlan<'_>| {
            one.asset.code == plan.asset.code
                && one.component.code == *replaced
                && one.commissioned_on < plan.commissioned_on
        };
        life_of(plans.iter().find(before)?, plans, lives)
    })
}

impl Outlay {
    /// The months of its renewals through `last`, each with the years since commissioning.
    pub fn renewals(&self, last: BillingMonth) -> Vec<(BillingMonth, u32)> {
        let Some(life) = self.life_years.filter(|life| *life > 0) else { return Vec::new() };
        (1u32..)
            .map_while(|turn| {
                let years = turn.checked_mul(life)?;
                let day = self.commissioned_on.checked_add_months(Months::new(years.checked_mul(12)?))?;
                Some((day, years))
            })
            .take_while(|(day, _)| self.gone_on.is_none_or(|gone| *day < gone))
            .map(|(day, years)| (BillingMonth::of(day), years))
            .take_while(|(month, _)| *month <= last)
            .collect()
    }
}
