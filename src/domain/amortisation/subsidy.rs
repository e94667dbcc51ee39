//! Subsidies received, taken to income over the life of what they paid for.

use super::FixedAsset;
use crate::domain::money::Money;

/// The asset's subsidy split over its components by cost, in their order; the parts add up to it exactly.
pub fn subsidy_shares(asset: &FixedAsset) -> Vec<Money> {
    let costs: Vec<u64> = asset.components.iter().map(|c| u64::try_from(c.cost.cents()).unwrap_or(0)).collect();
    asset.subsidy.allocate(&costs)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{asset, component};
    use super::*;
    use crate::domain::amortisation::plans;

    fn euros(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn the_subsidy_follows_cost_and_ends_with_the_component() {
        let mut asset = asset(vec![component("a", "9000000.00", 20), component("b", "1000000.00", 5)]);
        asset.subsidy = euros("1000000.01");
        assert_eq!(subsidy_shares(&asset), [euros("900000.01"), euros("100000.00")]);

        let plans = plans(std::slice::from_ref(&asset));
        let short = plans.iter().find(|plan| plan.component.code.as_str() == "b").unwrap();
        assert_eq!(short.subsidy.base, euros("100000.00"));
        assert_eq!(short.subsidy.years.iter().map(|row| row.charge).sum::<Money>(), euros("100000.00"));
        assert_eq!(short.subsidy.months.len(), short.depreciation.months.len());
        assert_eq!(short.subsidy.years.first().unwrap().charge, euros("11833.33")); // 20,000.00 × 213 ÷ 360
        assert_eq!(short.subsidy.years.last().unwrap().net_book_value, Money::ZERO);
    }
}
