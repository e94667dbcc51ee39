//! The report of funding: what paid for each asset (subsidies, loans, own funds: together its cost); subsidies received,
//! taken to income and left, by asset and grantor; loans, noted only.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;

use super::movements::{charges, last_day};
use super::plan::{AssetPlan, asset_plans};
use super::{AssetChange, FixedAsset, Funding};
use crate::domain::ids::AssetCode;
use crate::domain::money::{HALF_UP, Money};

/// Who paid for the assets, at the end of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FundingReport {
    pub year: i32,
    /// What paid for each asset, and for all of them.
    pub sources: Vec<AssetSources>,
    pub sources_total: Sources,
    /// Of the subsidies, what their grantors still owed at the year's end, by the ledger.
    pub subsidies_to_receive: Money,
    pub total: SubsidyYear,
    pub assets: Vec<AssetFunding>,
    pub loans: Vec<Loan>,
    pub loans_total: Money,
}

/// An asset acquired or funded by the end of the year, and what paid for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetSources {
    pub asset: AssetCode,
    pub name: String,
    #[serde(flatten)]
    pub sources: Sources,
}

/// cost = subsidies + loans + own funds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sources {
    pub cost: Money,
    pub subsidies: Money,
    pub loans: Money,
    /// What the body paid itself; below zero where subsidies and loans exceed the cost.
    pub own_funds: Money,
}

impl Sources {
    fn new(cost: Money, subsidies: Money, loans: Money) -> Sources {
        Sources { cost, subsidies, loans, own_funds: cost - subsidies - loans }
    }

    fn add(&mut self, other: Sources) {
        *self = Sources::new(self.cost + other.cost, self.subsidies + other.subsidies, self.loans + other.loans);
    }

    /// Subsidies, loans and own funds in percent of the cost, to the hundredth: they add up to 100. None where nothing
    /// was paid.
    pub fn shares_percent(&self) -> Option<[Decimal; 3]> {
        let share = |amount: Money| {
            let hundredths = Decimal::from(amount.cents()).checked_mul(Decimal::ONE_HUNDRED)?;
            Some(hundredths.checked_div(Decimal::from(self.cost.cents()))?.round_dp_with_strategy(2, HALF_UP))
        };
        let (subsidies, loans) = (share(self.subsidies)?, share(self.loans)?);
        Some([subsidies, loans, Decimal::ONE_HUNDRED - subsidies - loans])
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetFunding {
    pub asset: AssetCode,
    pub name: String,
    /// What the asset's components cost.
    pub cost: Money,
    pub total: SubsidyYear,
    pub subsidies: Vec<SubsidyLine>,
}

/// One grantor's subsidy; the asset's income is shared out among them by amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubsidyLine {
    pub grantor: String,
    pub reference: Option<String>,
    pub date: Option<NaiveDate>,
    #[serde(flatten)]
    pub figures: SubsidyYear,
}

/// received − taken before − taken in the year = left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SubsidyYear {
    pub received: Money,
    pub taken_before: Money,
    pub taken_in_year: Money,
    pub left: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loan {
    pub asset: AssetCode,
    pub lender: String,
    pub reference: Option<String>,
    pub date: NaiveDate,
    pub amount: Money,
}

impl SubsidyYear {
    fn new(received: Money, taken_before: Money, taken_in_year: Money) -> SubsidyYear {
        SubsidyYear { received, taken_before, taken_in_year, left: received - taken_before - taken_in_year }
    }

    fn add(&mut self, other: SubsidyYear) {
        self.received += other.received;
        self.taken_before += other.taken_before;
        self.taken_in_year += other.taken_in_year;
        self.left += other.left;
    }
}

/// Funding at the end of `year`: what was received by then.
pub fn funding(assets: &[FixedAsset], year: i32) -> FundingReport {
    let mut report = FundingReport {
        year,
        sources: vec![],
        sources_total: Sources::default(),
        subsidies_to_receive: Money::ZERO,
        total: SubsidyYear::default(),
        assets: vec![],
        loans: vec![],
        loans_total: Money::ZERO,
    };
    for plan in asset_plans(assets) {
        let loans_before = report.loans_total;
        for funding in &plan.asset.record.funding {
            if let Funding::Loan { lender, reference, date, amount } = funding
                && date.year() <= year
            {
                let (asset, lender, reference) = (plan.asset.code.clone(), lender.clone(), reference.clone());
                report.loans.push(Loan { asset, lender, reference, date: *date, amount: *amount });
                report.loans_total += *amount;
            }
        }
        let asset = asset_funding(&plan, year);
        let sources = Sources::new(cost_by(&plan, year), asset.total.received, report.loans_total - loans_before);
        if sources != Sources::default() {
            report.sources_total.add(sources);
            report.sources.push(AssetSources { asset: asset.asset.clone(), name: asset.name.clone(), sources });
        }
        if asset.total != SubsidyYear::default() || !asset.subsidies.is_empty() {
            report.total.add(asset.total);
            report.assets.push(asset);
        }
    }
    report
}

/// What the asset had cost by the end of `year`: nothing before it is in service, then all the book has of it and what
/// took the place of a part.
fn cost_by(plan: &AssetPlan<'_>, year: i32) -> Money {
    let is_there = |on: NaiveDate| on.year() <= year;
    if !plan.in_service_on.is_some_and(is_there) {
        return Money::ZERO;
    }
    let later = plan.components.iter().filter(|one| one.replaces.is_some() && is_there(one.commissioned_on));
    plan.asset.cost + later.map(|one| one.component.cost).sum::<Money>()
}

fn asset_funding(plan: &AssetPlan<'_>, year: i32) -> AssetFunding {
    let (mut before, mut during) = (Money::ZERO, Money::ZERO);
    for component in &plan.components {
        let taken = charges(component, &component.subsidy, year);
        before += taken.0;
        during += taken.1;
        for exit in component.movements.iter().filter(|movement| movement.is_exit()) {
            match exit.on.year() {
                of_exit if of_exit < year => before += exit.subsidy_rest,
                of_exit if of_exit == year => during += exit.subsidy_rest,
                _ => {}
            }
        }
    }
    let lines = listed(plan, last_day(year));
    let amounts: Vec<u64> =
        lines.iter().map(|line| u64::try_from(line.figures.received.cents()).unwrap_or(0)).collect();
    let shares = before.allocate(&amounts).into_iter().zip((before + during).allocate(&amounts));
    let subsidies = lines.into_iter().zip(shares).map(|(line, (before, taken))| {
        let figures = SubsidyYear::new(line.figures.received, before, taken - before);
        SubsidyLine { figures, ..line }
    });
    let subsidies: Vec<SubsidyLine> = subsidies.collect();
    let received = subsidies.iter().map(|line| line.figures.received).sum();
    AssetFunding {
        asset: plan.asset.code.clone(),
        name: plan.asset.name.clone(),
        cost: plan.asset.cost,
        total: SubsidyYear::new(received, before, during),
        subsidies,
    }
}

/// The subsidies received by the end of `day`: those listed, else the asset's as one, and those of events.
pub(super) fn listed(plan: &AssetPlan<'_>, day: NaiveDate) -> Vec<SubsidyLine> {
    let asset = plan.asset;
    let line = |grantor: &str, reference: &Option<String>, date: Option<NaiveDate>, amount: Money| SubsidyLine {
        grantor: grantor.to_owned(),
        reference: reference.clone(),
        date,
        figures: SubsidyYear::new(amount, Money::ZERO, Money::ZERO),
    };
    let mut lines: Vec<SubsidyLine> = Vec::new();
    for funding in &asset.record.funding {
        if let Funding::Subsidy { grantor, reference, date, amount } = funding {
            lines.push(line(grantor, reference, Some(*date), *amount));
        }
    }
    if lines.is_empty() && !asset.subsidy.is_zero() {
        lines.push(line("", &None, plan.in_service_on, asset.subsidy));
    }
    for (_, event) in asset.standing_events() {
        if let AssetChange::Subsidise { grantor, reference, amount } = &event.change {
            lines.push(line(grantor, reference, Some(event.effective_on), *amount));
        }
    }
    lines.retain(|line| line.date.is_some_and(|date| date <= day));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amortisation::fixtures::{asset, component};

    fn euros(text: &str) -> Money {
        text.parse().unwrap()
    }

    /// What subsidies and loans leave of the cost the body paid itself, and the shares add up to the whole.
    #[test]
    fn subsidies_loans_and_own_funds_are_the_cost() {
        let mut one = asset(vec![component("a", "3000.00", 10)]);
        one.subsidy = euros("1000.00");
        let date = one.commissioned_on.unwrap();
        one.record.funding =
            vec![Funding::Loan { lender: "L".into(), reference: None, date, amount: euros("1000.00") }];
        let report = funding(&[one], date.year());
        let sources = report.sources_total;
        assert_eq!(sources, Sources::new(euros("3000.00"), euros("1000.00"), euros("1000.00")));
        assert_eq!((sources.own_funds, report.sources.len()), (euros("1000.00"), 1));
        let shares = sources.shares_percent().unwrap();
        assert_eq!(shares.map(|share| share.to_string()), ["33.33", "33.33", "33.34"]);
        assert_eq!(funding(&[], 2026).sources_total.shares_percent(), None);
    }

    #[test]
    fn before_it_is_in_service_an_asset_has_cost_nothing() {
        let one = asset(vec![component("a", "3000.00", 10)]);
        let before = one.commissioned_on.unwrap().year() - 1;
        assert_eq!(funding(&[one], before).sources, []);
    }
}
