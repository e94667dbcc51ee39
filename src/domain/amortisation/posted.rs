//! What the journal already holds, per asset, component and month.

use std::collections::BTreeMap;

use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::ledger::{AccountRole, Chart, Journal, JournalEntry, JournalLine};
use crate::domain::money::Money;

/// Amounts posted for one component in one month, net of reversals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PostedAmounts {
    /// Credited to 28x.
    pub charge: Money,
    /// Subsidy taken to income: debited to 139x.
    pub subsidy_income: Money,
}

type Key = (AssetCode, ComponentCode, BillingMonth);

/// The depreciation journal, gathered by asset, component and month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostedDepreciation {
    amounts: BTreeMap<Key, PostedAmounts>,
}

impl PostedDepreciation {
    /// Adds `amounts` to what is held for that component and month.
    pub fn add(&mut self, asset: AssetCode, component: ComponentCode, month: BillingMonth, amounts: PostedAmounts) {
        let held = self.amounts.entry((asset, component, month)).or_default();
        held.charge += amounts.charge;
        held.subsidy_income += amounts.subsidy_income;
    }

    /// Gathers entries of the depreciation journal, each for the month of its date. Lines on 28x and 139x carry the
    /// component in their auxiliary; their counterparts and other journals say nothing here.
    pub fn from_entries<'a>(entries: impl IntoIterator<Item = &'a JournalEntry>, chart: &Chart) -> PostedDepreciation {
        let mut posted = PostedDepreciation::default();
        for entry in entries.into_iter().filter(|entry| entry.journal == Journal::Depreciation) {
            for line in entry.lines() {
                posted.add_line(BillingMonth::of(entry.date), line, chart);
            }
        }
        posted
    }

    /// Gathers one line of the depreciation journal.
    pub fn add_line(&mut self, month: BillingMonth, line: &JournalLine, chart: &Chart) {
        // The component's code has no slash (`FixedAsset::problems`); the asset's may.
        let Some((asset, component)) = line.auxiliary.as_deref().and_then(|text| text.rsplit_once('/')) else { return };
        let amounts = if line.account == chart.account(AccountRole::SubsidyTransferred) {
            PostedAmounts { subsidy_income: line.debit - line.credit, ..PostedAmounts::default() }
        } else if line.account.starts_with("28") {
            PostedAmounts { charge: line.credit - line.debit, ..PostedAmounts::default() }
        } else {
            return;
        };
        self.add(asset.into(), component.into(), month, amounts);
    }

    /// All that was posted for one component.
    pub fn total(&self, asset: &AssetCode, component: &ComponentCode) -> PostedAmounts {
        let (first, last) = (BillingMonth::of(chrono::NaiveDate::MIN), BillingMonth::of(chrono::NaiveDate::MAX));
        let (from, to) = ((asset.clone(), component.clone(), first), (asset.clone(), component.clone(), last));
        let mut total = PostedAmounts::default();
        for (_, amounts) in self.amounts.range(from..=to) {
            total.charge += amounts.charge;
            total.subsidy_income += amounts.subsidy_income;
        }
        total
    }

    /// Everything held, ordered by asset, component and month.
    pub fn iter(&self) -> impl Iterator<Item = (&AssetCode, &ComponentCode, BillingMonth, PostedAmounts)> {
        self.amounts.iter().map(|((asset, component, month), amounts)| (asset, component, *month, *amounts))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{asset, component};
    use super::super::{PostingPeriod, depreciation_entry, months_due, plans};
    use super::*;

    #[test]
    fn what_was_posted_is_read_back_from_the_entries() {
        let mut centre = asset(vec![component("it", "15880000.00", 8), component("dcim", "120000.00", 3)]);
        centre.subsidy = "1600000.00".parse().unwrap();
        centre.code = "2019/DC".into();
        let (assets, chart) = (vec![centre], Chart::default());
        let plans = plans(&assets);
        let entries: Vec<JournalEntry> = months_due(&plans, PostingPeriod::Month, "2019-06".parse().unwrap())
            .into_iter()
            .filter_map(|month| depreciation_entry(&plans, PostingPeriod::Month, month, &chart).unwrap())
            .collect();

        let posted = PostedDepreciation::from_entries(&entries, &chart);
        let shown: Vec<String> = posted
            .iter()
            .map(|(a, c, month, amounts)| format!("{a} {c} {month} {} {}", amounts.charge, amounts.subsidy_income))
            .collect();
        assert_eq!(
            shown,
            [
                "2019/DC dcim 2019-05 333.33 33.33",
                "2019/DC dcim 2019-06 3333.34 333.34",
                "2019/DC it 2019-05 16541.67 1654.17",
                "2019/DC it 2019-06 165416.67 16541.67",
            ]
        );
    }

    #[test]
    fn a_reversal_leaves_nothing_posted() {
        let (chart, month) = (Chart::default(), "2026-10".parse().unwrap());
        let mut posted = PostedDepreciation::default();
        posted.add_line(month, &JournalLine::credit("28183", Some("DC/it"), "", Money::from_cents(500)), &chart);
        posted.add_line(month, &JournalLine::debit("28183", Some("DC/it"), "", Money::from_cents(500)), &chart);
        posted.add_line(month, &JournalLine::debit("6811", None, "", Money::from_cents(500)), &chart);
        assert!(posted.iter().all(|(_, _, _, amounts)| amounts == PostedAmounts::default()));
    }
}
