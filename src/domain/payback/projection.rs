//! What is to come, a month at a time, under one scenario.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::PaybackError;
use super::figure::FigureKind;
use super::flow::Flow;
use super::investment::{Outlay, Renewal};
use super::letting::LettingRow;
use super::rate::{grown, growth};
use super::terms::Scenario;
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;

/// What every scenario begins from.
pub struct Basis<'a> {
    pub rows: &'a [LettingRow],
    /// Whether a row's revenue counts: the owner's own does not.
    pub counts: &'a dyn Fn(&LettingRow) -> bool,
    /// The mean month of what was recorded lately, by kind.
    pub means: BTreeMap<FigureKind, Money>,
    /// The first month that is projected.
    pub first: BillingMonth,
    /// The year whose prices are known.
    pub known_in: i32,
    pub available_u: Decimal,
    pub outlays: &'a [Outlay],
}

/// Most years a projection reaches, and a few to spare.
const YEARS_MAX: u32 = 130;

/// Powers of one yearly growth.
struct Powers(Vec<Decimal>);

impl Powers {
    fn of(percent: Decimal) -> Powers {
        let base = growth(percent, 1);
        let powers = std::iter::successors(Some(Decimal::ONE), |power| Some(power.saturating_mul(base)));
        Powers(powers.take(usize::try_from(YEARS_MAX).unwrap_or_default()).collect())
    }

    /// After `years`, none of them negative.
    fn after(&self, years: i32) -> Decimal {
        let index = usize::try_from(years.max(0)).unwrap_or_default();
        self.0.get(index).or(self.0.last()).copied().unwrap_or(Decimal::ONE)
    }
}

/// The flows of every month from the basis's first through `last`.
pub fn project(
    basis: &Basis<'_>,
    scenario: &Scenario,
    last: BillingMonth,
) -> Result<Vec<(BillingMonth, Flow)>, PaybackError> {
    let projector = Projector::new(basis, scenario, last);
    (1..)
        .zip(basis.first.through(last))
        .map(|(position, month)| Ok((month, projector.flow(position, month)?)))
        .collect()
}

struct Projector<'a> {
    basis: &'a Basis<'a>,
    scenario: &'a Scenario,
    indexation: Powers,
    energy: Powers,
    running: Powers,
    hosting: Powers,
    heat: Powers,
    renewals: BTreeMap<BillingMonth, Vec<(Money, u32)>>,
    let_now_u: Decimal,
    /// What a rack unit that counts brings in a month.
    revenue_per_u: Decimal,
}

impl<'a> Projector<'a> {
    fn new(basis: &'a Basis<'a>, scenario: &'a Scenario, last: BillingMonth) -> Projector<'a> {
        let now = |row: &&LettingRow| row.days_in(basis.first) > 0 && !row.one_off;
        let let_now_u = basis.rows.iter().filter(now).map(|row| row.rack_units).sum();
        let counted = || basis.rows.iter().filter(now).filter(|row| (basis.counts)(row));
        let counted_u: Decimal = counted().map(|row| row.rack_units).sum();
        let price =
            |row: &LettingRow| row.price_in(basis.first, basis.known_in).map_or(Money::ZERO, |(price, _)| price);
        let revenue: Money = counted().map(price).sum();
        let mut renewals: BTreeMap<BillingMonth, Vec<(Money, u32)>> = BTreeMap::new();
        for outlay in basis.outlays {
            for Renewal { month, years, cost } in outlay.renewals(last) {
                renewals.entry(month).or_default().push((cost, years));
            }
        }
        Projector {
            basis,
            scenario,
            indexation: Powers::of(scenario.indexation_percent),
            energy: Powers::of(scenario.energy_price_percent),
            running: Powers::of(scenario.running_cost_percent),
            hosting: Powers::of(scenario.hosting_avoided_percent),
            heat: Powers::of(scenario.heat_percent),
            renewals,
            let_now_u,
            revenue_per_u: revenue.to_decimal().checked_div(counted_u).unwrap_or_default(),
        }
    }

    fn flow(&self, position: u32, month: BillingMonth) -> Result<Flow, PaybackError> {
        let (mut revenue, let_u) = self.contracts(month)?;
        let years = month.year() - self.basis.known_in;
        let added_u = self.added_u(position, let_u);
        revenue += Money::rounded(self.revenue_per_u * added_u * self.indexation.after(years))?;
        let mean = |kind: FigureKind| self.basis.means.get(&kind).copied().unwrap_or_default();
        let running = self.running.after(years);
        Ok(Flow {
            revenue,
            hosting_avoided: grown(mean(FigureKind::HostingAvoided), self.hosting.after(years))?,
            heat_sold: grown(mean(FigureKind::HeatSold), self.heat.after(years))?,
            energy: grown(mean(FigureKind::Energy), self.energy.after(years) * self.load(let_u + added_u))?,
            maintenance: grown(mean(FigureKind::Maintenance), running)?,
            staff: grown(mean(FigureKind::Staff), running)?,
            other: grown(mean(FigureKind::Other), running)?,
            investment: self.basis.outlays.iter().filter(|one| one.month == month).map(|one| one.cost).sum(),
            renewal: self.renewal(month)?,
        })
    }

    /// The revenue of contracts in `month`, and the rack units they take.
    fn contracts(&self, month: BillingMonth) -> Result<(Money, Decimal), PaybackError> {
        let renewed = self.scenario.renewal_percent / Decimal::ONE_HUNDRED;
        let (mut revenue, mut let_u) = (Money::ZERO, Decimal::ZERO);
        for row in self.basis.rows {
            let share = share_in(row, month, renewed);
            let Some((price, known_in)) = row.price_in(month, self.basis.known_in) else { continue };
            if share.is_zero() {
                continue;
            }
            let_u += row.rack_units * share;
            if (self.basis.counts)(row) {
                let powers = if row.service == crate::domain::contract::Service::Power {
                    &self.energy
                } else {
                    &self.indexation
                };
                revenue += grown(price, powers.after(month.year() - known_in) * share)?;
            }
        }
        Ok((revenue, let_u))
    }

    /// Rack units let beyond the contracts after `position` months, as far as there is room.
    fn added_u(&self, position: u32, let_u: Decimal) -> Decimal {
        let wanted = self.scenario.occupancy_growth_u * Decimal::from(position) / Decimal::from(12);
        let limit = self.basis.available_u * self.scenario.occupancy_limit_percent / Decimal::ONE_HUNDRED;
        let room = (limit - let_u).max(Decimal::ZERO);
        wanted.min(room).max(-let_u)
    }

    /// How the energy bill moves with what is let: 1 as today.
    fn load(&self, let_u: Decimal) -> Decimal {
        let follows = self.scenario.energy_follows_occupancy_percent / Decimal::ONE_HUNDRED;
        let change = (let_u - self.let_now_u).checked_div(self.let_now_u).unwrap_or_default();
        (Decimal::ONE + follows * change).max(Decimal::ZERO)
    }

    fn renewal(&self, month: BillingMonth) -> Result<Money, PaybackError> {
        let due = self.renewals.get(&month).into_iter().flatten();
        let cost = |(cost, years): &(Money, u32)| grown(*cost, growth(self.scenario.component_cost_percent, *years));
        let costs: Vec<Money> = due.map(cost).collect::<Result<_, _>>()?;
        Ok(costs.into_iter().sum())
    }
}

/// Which part of a whole month's price is due: the days in force, and the part renewed of those after the end.
fn share_in(row: &LettingRow, month: BillingMonth, renewed: Decimal) -> Decimal {
    if row.one_off {
        let begins = BillingMonth::of(row.in_force.from) == month;
        return if begins { Decimal::ONE } else { Decimal::ZERO };
    }
    let mut days = Decimal::from(row.days_in(month));
    if let Some(end) = row.in_force.to.filter(|_| row.ends_with_contract) {
        let after = (month.next().first_day() - end.max(month.first_day())).num_days().max(0);
        days += Decimal::from(after) * renewed;
    }
    days / Decimal::from(month.day_count())
}
