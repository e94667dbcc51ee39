//! What moves in a month, and the rows running sums of it make.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::NaiveDate;

use super::{PlanRow, Position, RowState, SubsidyFigures};
use crate::domain::amortisation::{ComponentPlan, Movement};
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;

/// One month or year of depreciation, or of subsidy income.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    /// Value that enters, less what leaves: cost commissioned, subsidy received.
    entering: Money,
    /// What was charged of that which leaves.
    released: Money,
    /// What is spread in all more than before.
    base: Money,
    /// What was spread in all of that of which nothing is left now.
    base_gone: Money,
    impaired: Money,
    planned: Money,
    posted: Money,
    due: Money,
    to_come: Money,
}

impl Flow {
    /// A component's charges of a month that is, or is not yet, due. Whatever is posted settles a month that is: a plan
    /// changed later shows as a difference, never as an amount still to post. So does what another month's entry holds
    /// for this one: a quarter's, or a catch-up.
    pub(super) fn charged(planned: Money, posted: Money, is_due: bool, is_settled: bool) -> Flow {
        let open = if is_settled { Money::ZERO } else { planned };
        let (due, to_come) = if is_due { (open, Money::ZERO) } else { (Money::ZERO, open) };
        Flow { planned, posted, due, to_come, ..Flow::default() }
    }

    /// What moves beside charges.
    pub(super) fn moved(entering: Money, released: Money, impaired: Money) -> Flow {
        Flow { entering, released, impaired, ..Flow::default() }
    }

    /// What is spread in all becomes `after`, from `before`; `is_gone` where nothing is left.
    pub(super) fn rebased(before: Money, after: Money, is_gone: bool) -> Flow {
        let base_gone = if is_gone { before } else { Money::ZERO };
        Flow { base: after - before, base_gone, ..Flow::default() }
    }

    fn difference(&self) -> Money {
        self.posted + self.due + self.to_come - self.planned
    }
}

impl AddAssign for Flow {
    fn add_assign(&mut self, other: Flow) {
        self.entering += other.entering;
        self.released += other.released;
        self.base += other.base;
        self.base_gone += other.base_gone;
        self.impaired += other.impaired;
        self.planned += other.planned;
        self.posted += other.posted;
        self.due += other.due;
        self.to_come += other.to_come;
    }
}

/// Both flows of a month or year.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flows {
    pub(super) depreciation: Flow,
    pub(super) subsidy: Flow,
}

impl AddAssign for Flows {
    fn add_assign(&mut self, other: Flows) {
        self.depreciation += other.depreciation;
        self.subsidy += other.subsidy;
    }
}

impl Flows {
    fn state(&self) -> RowState {
        let sum = |of: fn(&Flow) -> Money| of(&self.depreciation).abs() + of(&self.subsidy).abs();
        let (posted, to_come) = (sum(|flow| flow.posted), sum(|flow| flow.to_come));
        match () {
            () if !sum(|flow| flow.due).is_zero() => RowState::Due,
            () if to_come.is_zero() && posted.is_zero() => RowState::NoCharge,
            () if to_come.is_zero() => RowState::Posted,
            () if posted.is_zero() => RowState::ToCome,
            () => RowState::InProgress,
        }
    }
}

/// The months of a component, an asset or all, by date.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline {
    months: BTreeMap<BillingMonth, Flows>,
}

impl Timeline {
    pub(super) fn add(&mut self, month: BillingMonth, flows: Flows) {
        *self.months.entry(month).or_default() += flows;
    }

    pub(super) fn add_all(&mut self, other: &Timeline) {
        for (month, flows) in &other.months {
            self.add(*month, *flows);
        }
    }

    /// A row for every month from the first to the last, also where nothing moves between two assets' lives.
    pub(super) fn month_rows(&self) -> Vec<PlanRow<BillingMonth>> {
        rows(self.without_gaps())
    }

    pub(super) fn year_rows(&self) -> Vec<PlanRow<i32>> {
        let mut years: BTreeMap<i32, Flows> = BTreeMap::new();
        for (month, flows) in self.without_gaps() {
            *years.entry(month.year()).or_default() += flows;
        }
        rows(years)
    }

    fn without_gaps(&self) -> impl Iterator<Item = (BillingMonth, Flows)> {
        let bounds = self.months.keys().next().zip(self.months.keys().next_back());
        bounds
            .into_iter()
            .flat_map(|(first, last)| first.through(*last))
            .map(|month| (month, self.months.get(&month).copied().unwrap_or_default()))
    }
}

fn rows<P>(periods: impl IntoIterator<Item = (P, Flows)>) -> Vec<PlanRow<P>> {
    let mut so_far = Flows::default();
    let row = |(period, flows): (P, Flows)| {
        so_far += flows;
        let Flow { planned: charge, posted, due, to_come, .. } = flows.depreciation;
        let stands = &so_far.depreciation;
        let (gross_value, cumulative) = (stands.entering, stands.planned - stands.released);
        PlanRow {
            period,
            state: flows.state(),
            gross_value,
            base: stands.base + flows.depreciation.base_gone,
            charge,
            exits: flows.depreciation.released,
            cumulative,
            impairment: stands.impaired,
            net_book_value: gross_value - cumulative - stands.impaired,
            posted,
            due,
            to_come,
            difference: flows.depreciation.difference(),
            subsidy: subsidy_figures(&flows.subsidy, &so_far.subsidy),
        }
    };
    periods.into_iter().map(row).collect()
}

fn subsidy_figures(period: &Flow, so_far: &Flow) -> SubsidyFigures {
    SubsidyFigures {
        received: so_far.entering,
        income: period.planned,
        exits: period.released,
        cumulative: so_far.planned - so_far.released,
        remaining: so_far.entering - (so_far.planned - so_far.released),
        posted: period.posted,
        due: period.due,
        to_come: period.to_come,
        difference: period.difference(),
    }
}

/// A component's position: all its flows, of which only those of the months due count as taken.
pub(super) fn position(timeline: &Timeline, plan: &ComponentPlan<'_>, as_of: NaiveDate) -> Position {
    let mut all = Flows::default();
    let mut taken = Flows::default();
    for (month, flows) in &timeline.months {
        all += *flows;
        if plan.due_on(*month) <= as_of {
            taken += *flows;
        }
    }
    // What enters counts from its day on; everything else with the month in which it is due.
    let is_entry = |movement: &&Movement| movement.gross > Money::ZERO;
    let entered = |is_counted: &dyn Fn(NaiveDate) -> bool| -> (Money, Money) {
        let entries = plan.movements.iter().filter(is_entry).filter(|movement| is_counted(movement.on));
        entries.fold((Money::ZERO, Money::ZERO), |sum, entry| (sum.0 + entry.gross, sum.1 + entry.subsidy_received))
    };
    let (ever, already, counted) =
        (entered(&|_| true), entered(&|on| on <= as_of), entered(&|on| plan.due_on(BillingMonth::of(on)) <= as_of));
    let gross_value = taken.depreciation.entering - counted.0 + already.0;
    let received = taken.subsidy.entering - counted.1 + already.1;
    let cumulative = taken.depreciation.planned - taken.depreciation.released;
    let impairment = taken.depreciation.impaired;
    let income = taken.subsidy.planned - taken.subsidy.released;
    Position {
        cost: taken.depreciation.entering - counted.0 + ever.0,
        residual_value: plan.residual_value,
        base: base(plan, as_of),
        gross_value,
        cumulative,
        exits: taken.depreciation.released,
        impairment,
        net_book_value: gross_value - cumulative - impairment,
        posted: all.depreciation.posted,
        due: all.depreciation.due,
        to_come: all.depreciation.to_come,
        difference: all.depreciation.difference(),
        subsidy: SubsidyFigures {
            received,
            income: taken.subsidy.planned,
            exits: taken.subsidy.released,
            cumulative: income,
            remaining: received - income,
            posted: all.subsidy.posted,
            due: all.subsidy.due,
            to_come: all.subsidy.to_come,
            difference: all.subsidy.difference(),
        },
    }
}

/// What is spread in all at the end of `as_of`: of what enters, commissioned or not; changed by what is due by then.
fn base(plan: &ComponentPlan<'_>, as_of: NaiveDate) -> Money {
    let is_counted =
        |(index, (on, _)): &(usize, &(NaiveDate, Money))| *index == 0 || plan.due_on(BillingMonth::of(*on)) <= as_of;
    let counted = plan.bases.iter().enumerate().take_while(is_counted);
    counted.last().map_or(Money::ZERO, |(_, (_, base))| *base)
}

impl AddAssign for Position {
    fn add_assign(&mut self, other: Position) {
        self.cost += other.cost;
        self.residual_value += other.residual_value;
        self.base += other.base;
        self.gross_value += other.gross_value;
        self.cumulative += other.cumulative;
        self.exits += other.exits;
        self.impairment += other.impairment;
        self.net_book_value += other.net_book_value;
        self.posted += other.posted;
        self.due += other.due;
        self.to_come += other.to_come;
        self.difference += other.difference;
        self.subsidy += other.subsidy;
    }
}

impl AddAssign for SubsidyFigures {
    fn add_assign(&mut self, other: SubsidyFigures) {
        self.received += other.received;
        self.income += other.income;
        self.exits += other.exits;
        self.cumulative += other.cumulative;
        self.remaining += other.remaining;
        self.posted += other.posted;
        self.due += other.due;
        self.to_come += other.to_come;
        self.difference += other.difference;
    }
}
