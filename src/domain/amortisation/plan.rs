//! What the book plans: each component with its schedules.

use chrono::NaiveDate;

use super::schedule::{Schedule, schedule};
use super::subsidy::{subsidy_schedule, subsidy_shares};
use super::{Component, FixedAsset};

/// A component, its depreciation, and the income from its share of the asset's subsidy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentPlan<'a> {
    pub asset: &'a FixedAsset,
    pub component: &'a Component,
    pub commissioned_on: NaiveDate,
    pub depreciation: Schedule,
    pub subsidy: Schedule,
}

/// The plan of every component, in the order of the book.
pub fn plans(assets: &[FixedAsset]) -> Vec<ComponentPlan<'_>> {
    assets.iter().flat_map(plans_of).collect()
}

fn plans_of(asset: &FixedAsset) -> impl Iterator<Item = ComponentPlan<'_>> {
    asset.components.iter().zip(subsidy_shares(asset)).map(move |(component, share)| {
        let commissioned_on = asset.commissioning_of(component);
        ComponentPlan {
            asset,
            component,
            commissioned_on,
            depreciation: schedule(component, commissioned_on),
            subsidy: subsidy_schedule(component, commissioned_on, share),
        }
    })
}
