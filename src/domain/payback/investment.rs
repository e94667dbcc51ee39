//! What was invested, and when its components are renewed.

use chrono::{Months, NaiveDate};
use serde::Serialize;

use super::terms::TechnicalLife;
use crate::domain::amortisation::FixedAsset;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

/// A component put into service.
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
}

/// Every component, by month of commissioning.
pub fn outlays(assets: &[FixedAsset], lives: &[TechnicalLife]) -> Vec<Outlay> {
    let mut outlays: Vec<Outlay> = assets
        .iter()
        .flat_map(|asset| asset.components.iter().map(move |component| (asset, component)))
        .filter_map(|(asset, component)| {
            // What is under construction is no outlay of the centre in service yet.
            let commissioned_on = component.commissioned_on.or(asset.commissioned_on)?;
            let life = lives.iter().find(|life| life.asset == asset.code && life.component == component.code);
            Some(Outlay {
                asset: asset.code.clone(),
                component: component.code.clone(),
                name: component.name.clone(),
                commissioned_on,
                month: BillingMonth::of(commissioned_on),
                cost: component.cost,
                life_years: life.map_or(Some(component.duration_years), |life| life.years),
            })
        })
        .collect();
    outlays.sort_by(|a, b| (a.month, &a.asset, &a.component).cmp(&(b.month, &b.asset, &b.component)));
    outlays
}

impl Outlay {
    /// The months of its renewals through `last`, each with the years since commissioning.
    pub fn renewals(&self, last: BillingMonth) -> Vec<(BillingMonth, u32)> {
        let Some(life) = self.life_years.filter(|life| *life > 0) else { return Vec::new() };
        (1u32..)
            .map_while(|turn| {
                let years = turn.checked_mul(life)?;
                let day = self.commissioned_on.checked_add_months(Months::new(years.checked_mul(12)?))?;
                Some((BillingMonth::of(day), years))
            })
            .take_while(|(month, _)| *month <= last)
            .collect()
    }
}
