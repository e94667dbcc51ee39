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
    /// What of its cost is there from each day on: a part that leaves is not renewed.
    #[serde(skip)]
    pub kept: Vec<(NaiveDate, Money)>,
}

/// A component that is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    pub month: BillingMonth,
    /// Since commissioning.
    pub years: u32,
    /// What cost then what is still there, before prices grew.
    pub cost: Money,
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
        kept: kept(plan),
    };
    let mut outlays: Vec<Outlay> = plans.iter().map(outlay).collect();
    outlays.sort_by(|a, b| (a.month, &a.asset, &a.component).cmp(&(b.month, &b.asset, &b.component)));
    outlays
}

fn kept(plan: &ComponentPlan<'_>) -> Vec<(NaiveDate, Money)> {
    let moved = plan.movements.iter().filter(|movement| !movement.gross.is_zero());
    let mut gross = Money::ZERO;
    moved
        .map(|movement| {
            gross += movement.gross;
            (movement.on, gross)
        })
        .collect()
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
    /// Its renewals through `last`.
    pub fn renewals(&self, last: BillingMonth) -> Vec<Renewal> {
        let Some(life) = self.life_years.filter(|life| *life > 0) else { return Vec::new() };
        (1u32..)
            .map_while(|turn| {
                let years = turn.checked_mul(life)?;
                let day = self.commissioned_on.checked_add_months(Months::new(years.checked_mul(12)?))?;
                Some((day, years))
            })
            .take_while(|(day, _)| self.gone_on.is_none_or(|gone| *day < gone))
            .map(|(day, years)| Renewal { month: BillingMonth::of(day), years, cost: self.kept_on(day) })
            .take_while(|renewal| renewal.month <= last)
            .collect()
    }

    fn kept_on(&self, day: NaiveDate) -> Money {
        self.kept.iter().rfind(|(from, _)| *from <= day).map_or(self.cost, |(_, kept)| *kept)
    }
}
