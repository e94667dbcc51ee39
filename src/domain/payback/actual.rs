//! What has happened: invoices and management figures, a month at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{FigureKind, ManagementFigure};
use super::flow::Flow;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::ids::{ContractCode, LineCode, TenantCode};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};

/// What issued documents of one month bill for one contract line, net of VAT and of credit notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledRevenue {
    pub tenant: TenantCode,
    pub contract: ContractCode,
    pub line: LineCode,
    pub service: Service,
    pub unit: Unit,
    /// The documents' month.
    pub month: BillingMonth,
    pub net: Money,
    pub quantity: Quantity,
    /// How many documents of the contract's month bill the service, whichever of its lines.
    pub documents: i64,
    /// The lowest and the highest number of those that bill the line.
    pub first_number: String,
    pub last_number: String,
}

/// Flows by month, with what is known of later months left out.
pub struct Actual {
    /// The last month of which revenue, running costs and every usual figure are known; none where nothing is.
    pub through: Option<BillingMonth>,
    pub flows: BTreeMap<BillingMonth, Flow>,
    /// Months between the first and the last without a running cost.
    pub without_costs: Vec<BillingMonth>,
    pub without_revenue: Vec<BillingMonth>,
    /// Known of months after `through`: projected instead, so that no month is half actual.
    pub incomplete: Vec<BillingMonth>,
    /// The usual figures that the first of them still lacks.
    pub awaited: Option<Awaited>,
}

/// What keeps a month from being counted as actual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    pub month: BillingMonth,
    pub kinds: Vec<FigureKind>,
}

/// A figure that each of so many months before has is usual: a month without it is not whole yet. One that came to an
/// end is recorded as 0.00 once.
const USUAL_AFTER_MONTHS: usize = 3;

/// Gathers the flows of the months from `start` that were over by `closed`.
pub fn actual<'a>(
    revenue: impl Iterator<Item = &'a BilledRevenue>,
    figures: &[ManagementFigure],
    start: BillingMonth,
    closed: BillingMonth,
) -> Actual {
    let mut flows: BTreeMap<BillingMonth, Flow> = BTreeMap::new();
    let (mut with_revenue, mut with_costs) = (BTreeSet::new(), BTreeSet::new());
    let mut recorded = Recorded::default();
    let counts = |month: BillingMonth| start <= month && month <= closed;
    for billed in revenue.filter(|billed| counts(billed.month)) {
        flows.entry(billed.month).or_default().revenue += billed.net;
        with_revenue.insert(billed.month);
    }
    for figure in figures.iter().filter(|figure| counts(figure.key.month)) {
        let month = figure.key.month;
        flows.entry(month).or_default().add(figure.key.kind, figure.amount);
        recorded.note(figure);
        if figure.key.kind.is_cost() {
            with_costs.insert(month);
        } else if figure.key.kind == FigureKind::EarlierRevenue {
            with_revenue.insert(month);
        }
    }
    let last = |months: &BTreeSet<BillingMonth>| months.last().copied();
    let through = match (last(&with_revenue), last(&with_costs)) {
        (Some(revenue), Some(costs)) => Some(revenue.min(costs)),
        (one, other) => one.or(other).or(flows.keys().next_back().copied()),
    };
    let known_through = through.map(|last| recorded.whole_through(last));
    let awaited =
        through.zip(known_through).and_then(|(last, whole)| (whole < last).then(|| recorded.awaited(whole.next())));
    let through = known_through;
    let incomplete = flows.keys().copied().filter(|month| through.is_none_or(|last| *month > last)).collect();
    flows.retain(|month, _| through.is_some_and(|last| *month <= last));
    let missing = |known: &BTreeSet<BillingMonth>| -> Vec<BillingMonth> {
        let Some((first, last)) = known.first().copied().zip(through) else { return Vec::new() };
        first.through(last).filter(|month| !known.contains(month)).collect()
    };
    let (without_costs, without_revenue) = (missing(&with_costs), missing(&with_revenue));
    Actual { without_costs, without_revenue, through, flows, incomplete, awaited }
}

/// The kinds of management figures recorded, by month: all of them, and those above nothing.
#[derive(Default)]
struct Recorded {
    known: BTreeSet<(BillingMonth, FigureKind)>,
    amounts: BTreeSet<(BillingMonth, FigureKind)>,
}

impl Recorded {
    fn note(&mut self, figure: &ManagementFigure) {
        let (month, kind) = (figure.key.month, figure.key.kind);
        // Revenue of the past ends where this system begins to bill.
        if kind == FigureKind::EarlierRevenue {
            return;
        }
        self.known.insert((month, kind));
        if !figure.amount.is_zero() {
            self.amounts.insert((month, kind));
        }
    }

    /// The latest month up to `last` that lacks nothing usual.
    fn whole_through(&self, last: BillingMonth) -> BillingMonth {
        let mut month = last;
        while !self.lacking(month).is_empty() {
            month = month.previous();
        }
        month
    }

    fn awaited(&self, month: BillingMonth) -> Awaited {
        Awaited { month, kinds: self.lacking(month) }
    }

    /// The usual kinds `month` has no figure of.
    fn lacking(&self, month: BillingMonth) -> Vec<FigureKind> {
        let before: Vec<BillingMonth> = std::iter::successors(Some(month.previous()), |month| Some(month.previous()))
            .take(USUAL_AFTER_MONTHS)
            .collect();
        let usual = |kind: &FigureKind| before.iter().all(|month| self.amounts.contains(&(*month, *kind)));
        let lacks = |kind: &FigureKind| !self.known.contains(&(month, *kind));
        FigureKind::ALL.into_iter().filter(usual).filter(lacks).collect()
    }
}

impl Actual {
    /// The last twelve months, or as many as there are.
    pub fn recent(&self) -> Vec<BillingMonth> {
        let Some((first, last)) = self.flows.keys().next().copied().zip(self.through) else { return Vec::new() };
        let twelve = (1..12).fold(last, |month, _| month.previous());
        first.max(twelve).through(last).collect()
    }
}
