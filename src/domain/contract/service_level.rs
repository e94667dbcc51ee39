//! The availability a line promises, and what is allowed where it was not kept (handbook, Contracts): a percentage of the
//! line's monthly price, by bands, on the next invoice.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Availability in percent of the month: 99.95 promised, and less of the price owed the lower it fell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLevel {
    pub committed_percent: Decimal,
    /// From the highest down; each allows more than the one before.
    pub bands: Vec<CreditBand>,
}

/// Below `below_percent` of availability, `credit_percent` of the month's price is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditBand {
    pub below_percent: Decimal,
    pub credit_percent: Decimal,
}

impl ServiceLevel {
    /// The part of the price, in percent, that an availability allows: that of the lowest band it fell below; zero where
    /// the promise was kept.
    pub fn credit_percent(&self, availability_percent: Decimal) -> Decimal {
        let fell_below = |band: &&CreditBand| availability_percent < band.below_percent;
        self.bands.iter().rev().find(fell_below).map_or(Decimal::ZERO, |band| band.credit_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_begins_below_its_edge() {
        let percent = |thousandths| Decimal::new(thousandths, 3);
        let band = |below, credit| CreditBand { below_percent: percent(below), credit_percent: percent(credit) };
        let level = ServiceLevel {
            committed_percent: percent(99_950),
            bands: vec![band(99_950, 5_000), band(99_500, 10_000), band(98_000, 25_000)],
        };
        let allowed = [(100_000, 0), (99_950, 0), (99_949, 5), (99_500, 5), (99_499, 10), (98_000, 10), (0, 25)];
        for (availability, credit) in allowed {
            assert_eq!(level.credit_percent(percent(availability)), Decimal::from(credit), "{availability}");
        }
    }
}
