//! The monthly entry: depreciation charged, subsidies taken to income.
//!
//! One balanced entry a month, dated its last day. The accounts are a parameter: handbook, Amortisation, marks them as
//! a common reading.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::plan::ComponentPlan;
use super::{Component, FixedAsset};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{AccountRole, Chart, Journal, JournalEntry, JournalLine, LedgerError};

/// The entry of `month` over all [`plans`](super::plans), or `None` when nothing is charged in it: `AMORT-2026-10`, dated the last day.
///
/// Per component: charge debited, 28x credited with the auxiliary `asset/component`; for its subsidy, 139x debited
/// with that auxiliary, income credited. An error cannot happen while each pair is posted with one amount; it is passed
/// on rather than hidden.
pub fn depreciation_entry(
    plans: &[ComponentPlan<'_>],
    month: BillingMonth,
    chart: &Chart,
) -> Result<Option<JournalEntry>, LedgerError> {
    let lines: Vec<JournalLine> = plans.iter().flat_map(|plan| lines_of(plan, month, chart)).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let label = format!("Dotations aux amortissements {}", written(month));
    JournalEntry::new(Journal::Depreciation, closing_day(month), depreciation_document(month), label, lines).map(Some)
}

/// The document that a month's entry is posted as: a month is posted where the journal holds it.
pub fn depreciation_document(month: BillingMonth) -> String {
    format!("AMORT-{month}")
}

/// The months up to `through` that have something to post, in order. Those already in the journal are for the caller
/// to leave out.
pub fn months_due(plans: &[ComponentPlan<'_>], through: BillingMonth) -> Vec<BillingMonth> {
    let rows = plans.iter().flat_map(|plan| plan.depreciation.months.iter().chain(&plan.subsidy.months));
    let months: BTreeSet<BillingMonth> =
        rows.filter(|row| row.month <= through && !row.charge.is_zero()).map(|row| row.month).collect();
    months.into_iter().collect()
}

/// The last day of `month`: the date of its entry, and the day from which it is due.
pub(super) fn closing_day(month: BillingMonth) -> NaiveDate {
    month.days().last_day().unwrap_or(month.first_day())
}

/// What tells one component's lines from another's on the same account: `asset/component`.
pub(super) fn auxiliary(asset: &FixedAsset, component: &Component) -> String {
    format!("{}/{}", asset.code, component.code)
}

fn lines_of(plan: &ComponentPlan<'_>, month: BillingMonth, chart: &Chart) -> Vec<JournalLine> {
    let auxiliary = auxiliary(plan.asset, plan.component);
    let mut lines = Vec::new();
    let charge = plan.depreciation.charge_in(month);
    if !charge.is_zero() {
        let label = format!("Dotation {} {auxiliary}", written(month));
        let accumulated = chart.accumulated_depreciation(plan.asset.account_of(plan.component));
        lines.push(JournalLine::debit(chart.account(AccountRole::DepreciationCharge), None, &label, charge));
        lines.push(JournalLine::credit(&accumulated, Some(&auxiliary), &label, charge));
    }
    let income = plan.subsidy.charge_in(month);
    if !income.is_zero() {
        let label = format!("Quote-part de subvention {} {auxiliary}", written(month));
        lines.push(JournalLine::debit(
            chart.account(AccountRole::SubsidyTransferred),
            Some(&auxiliary),
            &label,
            income,
        ));
        lines.push(JournalLine::credit(chart.account(AccountRole::SubsidyIncome), None, &label, income));
    }
    lines
}

/// `10/2026`, as French accounts write a month.
fn written(month: BillingMonth) -> String {
    format!("{:02}/{}", month.month(), month.year())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{asset, component};
    use super::super::plans;
    use super::*;
    use crate::domain::money::Money;
    use insta::assert_snapshot;

    fn month(text: &str) -> BillingMonth {
        text.parse().unwrap()
    }

    fn centre() -> Vec<FixedAsset> {
        let mut software = component("dcim", "120000.00", 3);
        software.account = Some("205".into());
        let mut centre = asset(vec![component("it", "15880000.00", 8), software]);
        centre.subsidy = "1600000.00".parse().unwrap();
        vec![centre]
    }

    fn shown(entry: &JournalEntry) -> String {
        let line = |line: &JournalLine| {
            let auxiliary = line.auxiliary.as_deref().unwrap_or("");
            let (debit, credit) = (line.debit.to_string(), line.credit.to_string());
            format!("{:6} {auxiliary:12} {debit:>9} {credit:>9} {}", line.account, line.label)
        };
        let lines: Vec<String> = entry.lines().iter().map(line).collect();
        format!("{} {} {}\n{}", entry.document, entry.date, entry.label, lines.join("\n"))
    }

    #[test]
    fn a_month_is_one_balanced_entry() {
        let entry = depreciation_entry(&plans(&centre()), month("2020-02"), &Chart::default()).unwrap().unwrap();
        assert_snapshot!(shown(&entry), @r"
        AMORT-2020-02 2020-02-29 Dotations aux amortissements 02/2020
        6811                165416.67      0.00 Dotation 02/2020 DC-2019/it
        28183  DC-2019/it        0.00 165416.67 Dotation 02/2020 DC-2019/it
        1391   DC-2019/it    16541.67      0.00 Quote-part de subvention 02/2020 DC-2019/it
        777                      0.00  16541.67 Quote-part de subvention 02/2020 DC-2019/it
        6811                  3333.34      0.00 Dotation 02/2020 DC-2019/dcim
        2805   DC-2019/dcim      0.00   3333.34 Dotation 02/2020 DC-2019/dcim
        1391   DC-2019/dcim    333.34      0.00 Quote-part de subvention 02/2020 DC-2019/dcim
        777                      0.00    333.34 Quote-part de subvention 02/2020 DC-2019/dcim
        ");
        assert_eq!(entry.total(), "185625.02".parse::<Money>().unwrap());
    }

    #[test]
    fn a_month_without_charge_has_no_entry() {
        let (assets, chart) = (centre(), Chart::default());
        assert_eq!(depreciation_entry(&plans(&assets), month("2019-04"), &chart), Ok(None));
        assert_eq!(depreciation_entry(&plans(&assets), month("2027-06"), &chart), Ok(None));
        assert_eq!(depreciation_entry(&[], month("2026-10"), &chart), Ok(None));
    }

    #[test]
    fn months_are_due_from_the_first_charge_through_the_asked_month() {
        let assets = centre();
        let plans = plans(&assets);
        let due = months_due(&plans, month("2019-07"));
        assert_eq!(due, [month("2019-05"), month("2019-06"), month("2019-07")]);
        assert_eq!(months_due(&plans, month("2099-12")).len(), 97);
        assert!(months_due(&plans, month("2019-04")).is_empty());
    }

    #[test]
    fn all_entries_together_charge_the_whole_base_and_subsidy() {
        let (assets, chart) = (centre(), Chart::default());
        let plans = plans(&assets);
        let total: Money = months_due(&plans, month("2099-12"))
            .into_iter()
            .filter_map(|month| depreciation_entry(&plans, month, &chart).unwrap())
            .map(|entry| entry.total())
            .sum();
        assert_eq!(total, "17600000.00".parse::<Money>().unwrap());
    }
}
