//! The periodic entry: depreciation charged, subsidies taken to income.
//!
//! One balanced entry a month, dated its last day; assets posted by quarter or year have an entry of their own for each
//! period. The accounts are a parameter: handbook, Amortisation, marks them as a common reading.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::plan::ComponentPlan;
use super::{Component, FixedAsset, PostingPeriod, Schedule};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{AccountRole, Chart, Journal, JournalEntry, JournalLine, LedgerError};
use crate::domain::money::Money;

/// The entry of the period that ends with `month`, over those of all [`plans`](super::plans) posted by such periods, or
/// `None` when nothing is charged in it: `AMORT-2026-10`, `AMORT-2026-T3`, `AMORT-2026`, dated the last day.
///
/// Per component: charge debited, 28x credited with the auxiliary `asset/component`; for its subsidy, 139x debited
/// with that auxiliary, income credited. An error cannot happen while each pair is posted with one amount; it is passed
/// on rather than hidden.
pub fn depreciation_entry(
    plans: &[ComponentPlan<'_>],
    posting: PostingPeriod,
    month: BillingMonth,
    chart: &Chart,
) -> Result<Option<JournalEntry>, LedgerError> {
    let period = written(posting, month);
    let of_period = plans.iter().filter(|plan| plan.asset.record.posting == posting);
    let lines: Vec<JournalLine> = of_period
        .flat_map(|plan| {
            let (charge, income) = (plan.due_in(posting, month, false), plan.due_in(posting, month, true));
            lines_of((plan.asset, plan.component), (charge, income), &period, chart)
        })
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let label = format!("Dotations aux amortissements {period}");
    JournalEntry::new(Journal::Depreciation, closing_day(month), document(posting, month), label, lines).map(Some)
}

/// The last months of the periods up to `through` that have something to post, in order. Those already in the journal
/// are for the caller to leave out.
pub fn months_due(plans: &[ComponentPlan<'_>], posting: PostingPeriod, through: BillingMonth) -> Vec<BillingMonth> {
    let mut months: BTreeSet<BillingMonth> = BTreeSet::new();
    for plan in plans.iter().filter(|plan| plan.asset.record.posting == posting) {
        for row in plan.depreciation.months.iter().chain(&plan.subsidy.months) {
            let is_due = !row.charge.is_zero() && plan.forecast_from.is_none_or(|from| row.month < from);
            let last = last_month(posting, row.month);
            if is_due && last <= through {
                months.insert(last);
            }
        }
    }
    months.into_iter().collect()
}

/// Which period a document of depreciation is of; none for a catch-up, or another document.
pub fn period_of(document: &str) -> Option<(PostingPeriod, BillingMonth)> {
    let text = document.strip_prefix("AMORT-")?;
    if let Ok(month) = text.parse() {
        return Some((PostingPeriod::Month, month));
    }
    let (year, quarter) = text.split_once("-T").map_or((text, None), |(year, quarter)| (year, Some(quarter)));
    let year: i32 = year.parse().ok()?;
    match quarter {
        Some(quarter) => {
            let month = quarter.parse::<u32>().ok()?.checked_mul(3)?;
            Some((PostingPeriod::Quarter, BillingMonth::new(year, month)?))
        }
        None => Some((PostingPeriod::Year, BillingMonth::new(year, 12)?)),
    }
}

fn document(posting: PostingPeriod, month: BillingMonth) -> String {
    match posting {
        PostingPeriod::Month => format!("AMORT-{month}"),
        PostingPeriod::Quarter => format!("AMORT-{}-T{}", month.year(), month.month().div_ceil(3)),
        PostingPeriod::Year => format!("AMORT-{}", month.year()),
    }
}

/// The last month of the period `month` lies in.
pub(super) fn last_month(posting: PostingPeriod, month: BillingMonth) -> BillingMonth {
    let last = match posting {
        PostingPeriod::Month => month.month(),
        PostingPeriod::Quarter => month.month().div_ceil(3) * 3,
        PostingPeriod::Year => 12,
    };
    BillingMonth::new(month.year(), last).unwrap_or(month)
}

impl ComponentPlan<'_> {
    /// What the period ending with `month` charges, forecasts left out; of the subsidy if asked for.
    fn due_in(&self, posting: PostingPeriod, month: BillingMonth, of_subsidy: bool) -> Money {
        let schedule = if of_subsidy { &self.subsidy } else { &self.depreciation };
        let months = std::iter::successors(Some(month), |month| Some(month.previous()));
        let count = usize::try_from(posting.months_ending(month.month())).unwrap_or(0);
        months.take(count).map(|month| self.certain_in(schedule, month)).sum()
    }

    /// What `schedule` charges in `month`, unless that is a forecast.
    pub fn certain_in(&self, schedule: &Schedule, month: BillingMonth) -> Money {
        if self.forecast_from.is_some_and(|from| from <= month) { Money::ZERO } else { schedule.charge_in(month) }
    }

    /// The last day of the period `month` lies in: the month is due once it is over.
    pub(super) fn due_on(&self, month: BillingMonth) -> NaiveDate {
        closing_day(last_month(self.asset.record.posting, month))
    }
}

/// The last day of `month`: the date of its entry, and the day from which it is due.
pub fn closing_day(month: BillingMonth) -> NaiveDate {
    month.days().last_day().unwrap_or(month.first_day())
}

/// The end of the last month that ended by `as_of`: what is charged, impaired or left counts through that day.
pub fn last_closing_day(as_of: NaiveDate) -> NaiveDate {
    let month = BillingMonth::of(as_of);
    if closing_day(month) <= as_of { as_of } else { closing_day(month.previous()) }
}

/// What tells one component's lines from another's on the same account: `asset/component`.
pub(super) fn auxiliary(asset: &FixedAsset, component: &Component) -> String {
    format!("{}/{}", asset.code, component.code)
}

/// The lines of one component: what is charged, and what is taken to income. A negative amount turns its pair round.
pub(super) fn lines_of(
    (asset, component): (&FixedAsset, &Component),
    (charge, income): (Money, Money),
    period: &str,
    chart: &Chart,
) -> Vec<JournalLine> {
    let auxiliary = auxiliary(asset, component);
    let mut lines = Vec::new();
    let label = format!("Dotation {period} {auxiliary}");
    let accumulated = chart.accumulated_depreciation(asset.account_of(component));
    let charged = chart.account(AccountRole::DepreciationCharge);
    pair(&mut lines, (charged, None), (&accumulated, Some(&auxiliary)), &label, charge);
    let label = format!("Quote-part de subvention {period} {auxiliary}");
    let transferred = (chart.account(AccountRole::SubsidyTransferred), Some(auxiliary.as_str()));
    pair(&mut lines, transferred, (chart.account(AccountRole::SubsidyIncome), None), &label, income);
    lines
}

/// Debits one account and credits another, nothing for nothing; a negative amount turns the pair round.
pub(super) fn pair(
    lines: &mut Vec<JournalLine>,
    debit: (&str, Option<&str>),
    credit: (&str, Option<&str>),
    label: &str,
    amount: Money,
) {
    let (debit, credit) = if amount.is_negative() { (credit, debit) } else { (debit, credit) };
    if !amount.is_zero() {
        lines.push(JournalLine::debit(debit.0, debit.1, label, amount.abs()));
        lines.push(JournalLine::credit(credit.0, credit.1, label, amount.abs()));
    }
}

/// `10/2026`, `T3 2026`, `2026`, as French accounts write a period.
pub(super) fn written(posting: PostingPeriod, month: BillingMonth) -> String {
    match posting {
        PostingPeriod::Month => format!("{:02}/{}", month.month(), month.year()),
        PostingPeriod::Quarter => format!("T{} {}", month.month().div_ceil(3), month.year()),
        PostingPeriod::Year => month.year().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{asset, component};
    use super::super::plans;
    use super::*;
    use insta::assert_snapshot;

    const MONTH: PostingPeriod = PostingPeriod::Month;

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
        let entry = depreciation_entry(&plans(&centre()), MONTH, month("2020-02"), &Chart::default()).unwrap().unwrap();
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
        assert_eq!(depreciation_entry(&plans(&assets), MONTH, month("2019-04"), &chart), Ok(None));
        assert_eq!(depreciation_entry(&plans(&assets), MONTH, month("2027-06"), &chart), Ok(None));
        assert_eq!(depreciation_entry(&[], MONTH, month("2026-10"), &chart), Ok(None));
    }

    #[test]
    fn months_are_due_from_the_first_charge_through_the_asked_month() {
        let assets = centre();
        let plans = plans(&assets);
        let due = months_due(&plans, MONTH, month("2019-07"));
        assert_eq!(due, [month("2019-05"), month("2019-06"), month("2019-07")]);
        assert_eq!(months_due(&plans, MONTH, month("2099-12")).len(), 97);
        assert!(months_due(&plans, MONTH, month("2019-04")).is_empty());
    }

    #[test]
    fn quarters_and_years_have_entries_of_their_own() {
        let mut assets = centre();
        for (posting, last, shown_as, charge) in [
            (PostingPeriod::Quarter, "2020-03", "AMORT-2020-T1", "556875.06"),
            (PostingPeriod::Year, "2020-12", "AMORT-2020", "2227500.00"),
        ] {
            assets.first_mut().unwrap().record.posting = posting;
            let plans = plans(&assets);
            assert_eq!(depreciation_entry(&plans, MONTH, month(last), &Chart::default()), Ok(None));
            assert_eq!(depreciation_entry(&plans, posting, month("2020-02"), &Chart::default()), Ok(None));
            let entry = depreciation_entry(&plans, posting, month(last), &Chart::default()).unwrap().unwrap();
            assert_eq!((entry.document.as_str(), entry.total()), (shown_as, charge.parse().unwrap()));
            assert_eq!(period_of(&entry.document), Some((posting, month(last))));
            assert!(months_due(&plans, posting, month(last).previous()).iter().all(|due| *due < month("2020-01")));
        }
        assert_eq!(period_of("AMORT-2026-10"), Some((MONTH, month("2026-10"))));
        assert_eq!(period_of("AMORT-2026-10-R1"), None);
    }

    #[test]
    fn all_entries_together_charge_the_whole_base_and_subsidy() {
        let (assets, chart) = (centre(), Chart::default());
        let plans = plans(&assets);
        let total: Money = months_due(&plans, MONTH, month("2099-12"))
            .into_iter()
            .filter_map(|month| depreciation_entry(&plans, MONTH, month, &chart).unwrap())
            .map(|entry| entry.total())
            .sum();
        assert_eq!(total, "17600000.00".parse::<Money>().unwrap());
    }
}
