//! From what is known and assumed to the report.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Months;
use rust_decimal::Decimal;

use super::Horizon;
use super::sources::{sources, tenant_rows};
use super::{
    HorizonResult, Inputs, MeanRow, MonthRow, Occupancy, PaybackReport, Position, Remark, RenewalRow, RequestedView,
    ScenarioResult, YearRow,
};
use crate::domain::amortisation::{ComponentPlan, plans};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::TenantCode;
use crate::domain::money::{HALF_UP, Money};
use crate::domain::payback::PaybackError;
use crate::domain::payback::actual::{Actual, Awaited, BilledRevenue, actual};
use crate::domain::payback::figure::FigureKind;
use crate::domain::payback::flow::Flow;
use crate::domain::payback::investment::{Outlay, Renewal, outlays};
use crate::domain::payback::letting::{LettingRow, rows, units_let_in};
use crate::domain::payback::projection::{Basis, project};
use crate::domain::payback::rate::{grown, growth, irr_percent, monthly_factor, npv};
use crate::domain::payback::terms::{PaybackTerms, Scenario};
use crate::domain::payback::unit_cost::{UnitCost, UnitInputs, unit_costs};

/// What has come back, when all of it will have, and under which assumptions.
pub fn report(inputs: &Inputs<'_>, view: &RequestedView) -> Result<PaybackReport, PaybackError> {
    let unchanged = PaybackTerms::unchanged();
    let terms = inputs.terms.unwrap_or(&unchanged);
    let scenario = chosen(terms, view.scenario.as_deref())?;
    let plans = plans(inputs.assets);
    let outlays = outlays(&plans, &terms.lives);
    let first = outlays.first().ok_or(PaybackError::NoInvestment)?;
    if view.as_of < first.commissioned_on {
        return Err(PaybackError::BeforeInvestment(view.as_of, first.commissioned_on));
    }
    let ground = Ground::new(inputs, terms, (&plans, &outlays), view)?;
    let mut courses = Vec::with_capacity(terms.scenarios.len());
    for scenario in &terms.scenarios {
        courses.push(ground.course(scenario)?);
    }
    let shown = courses.iter().find(|course| course.scenario.code == scenario.code);
    let shown = shown.ok_or(PaybackError::NoInvestment)?;
    let through =
        later(ground.start, 12 * view.horizon.years()).previous().max(ground.last_actual).max(ground.target());
    let months = month_rows(&ground, shown, &courses, through);
    let tenants = tenant_rows(inputs, &|tenant| ground.counts(tenant), ground.span());
    let scenarios = courses.iter().map(|course| ground.result(course)).collect::<Result<_, _>>()?;
    Ok(PaybackReport {
        as_of: view.as_of,
        start: ground.start,
        actual_through: ground.actual.through,
        target_years: terms.target_years,
        target_month: ground.target(),
        horizon_years: view.horizon.years(),
        counts_internal: terms.count_internal,
        position: ground.position(),
        scenario: scenario.clone(),
        scenarios,
        years: year_rows(&months),
        months,
        renewals: renewals(&outlays, scenario, ground.last_actual, through)?,
        occupancy: ground.occupancy(),
        unit_costs: ground.unit_costs(),
        cost_key: terms.cost_key,
        market: terms.market.clone(),
        means: ground.mean_rows(),
        sources: sources(inputs, &outlays, &terms.scenarios, &tenants, ground.span()),
        remarks: ground.remarks(),
        lettings: ground.lettings,
        investment: outlays,
        tenants,
    })
}

fn chosen<'a>(terms: &'a PaybackTerms, named: Option<&str>) -> Result<&'a Scenario, PaybackError> {
    let code = named.unwrap_or(&terms.reference_scenario);
    terms.scenarios.iter().find(|scenario| scenario.code == code).ok_or_else(|| {
        let known: Vec<&str> = terms.scenarios.iter().map(|scenario| scenario.code.as_str()).collect();
        PaybackError::UnknownScenario(code.to_owned(), known.join(", "))
    })
}

/// `months` after `month`.
fn later(month: BillingMonth, months: u32) -> BillingMonth {
    month.first_day().checked_add_months(Months::new(months)).map_or(month, BillingMonth::of)
}

fn months_between(from: BillingMonth, to: BillingMonth) -> i32 {
    let index = |month: BillingMonth| month.year() * 12 + i32::try_from(month.month()).unwrap_or_default();
    index(to) - index(from)
}

fn is_internal(inputs: &Inputs<'_>, code: &TenantCode) -> bool {
    inputs.tenants.iter().any(|tenant| tenant.internal && tenant.code == *code)
}

/// What all scenarios share.
struct Ground<'a> {
    inputs: &'a Inputs<'a>,
    terms: &'a PaybackTerms,
    plans: &'a [ComponentPlan<'a>],
    outlays: &'a [Outlay],
    start: BillingMonth,
    last_actual: BillingMonth,
    actual: Actual,
    recent: Vec<BillingMonth>,
    lettings: Vec<LettingRow>,
    has_before_start: bool,
}

/// A scenario's months, actual ones included.
struct Course<'a> {
    scenario: &'a Scenario,
    flows: Vec<(BillingMonth, Flow)>,
    cumulative: Vec<Money>,
    discounted: Vec<Money>,
}

impl<'a> Ground<'a> {
    fn new(
        inputs: &'a Inputs<'a>,
        terms: &'a PaybackTerms,
        (plans, outlays): (&'a [ComponentPlan<'a>], &'a [Outlay]),
        view: &RequestedView,
    ) -> Result<Ground<'a>, PaybackError> {
        let start = outlays.first().map_or(BillingMonth::of(view.as_of), |first| first.month);
        let month = BillingMonth::of(view.as_of);
        let is_closed = month.days().last_day() == Some(view.as_of);
        let closed = if is_closed { month } else { month.previous() };
        let counted = inputs.billed.iter().filter(|one| terms.count_internal || !is_internal(inputs, &one.tenant));
        let actual = actual(counted, inputs.figures, start, closed);
        let last_actual = actual.through.unwrap_or(closed).max(start.previous());
        let recent = actual.recent();
        let lettings = rows(&inputs.letting, inputs.billed, &recent, last_actual.next())?;
        let before = |month: BillingMonth| month < start;
        let has_before_start = inputs.billed.iter().any(|one| before(one.month))
            || inputs.figures.iter().any(|figure| before(figure.key.month));
        Ok(Ground { inputs, terms, plans, outlays, start, last_actual, actual, recent, lettings, has_before_start })
    }

    fn counts(&self, tenant: &TenantCode) -> bool {
        self.terms.count_internal || !is_internal(self.inputs, tenant)
    }

    fn span(&self) -> (BillingMonth, Option<BillingMonth>) {
        (self.start, self.actual.through)
    }

    fn target(&self) -> BillingMonth {
        later(self.start, 12 * self.terms.target_years)
    }

    /// The flow of an actual month, with what was invested in it.
    fn actual_flow(&self, month: BillingMonth) -> Flow {
        let mut flow = self.actual.flows.get(&month).copied().unwrap_or_default();
        flow.investment = self.outlays.iter().filter(|one| one.month == month).map(|one| one.cost).sum();
        flow
    }

    fn mean(&self, kind: FigureKind) -> Money {
        let sum: Money = self.recent.iter().map(|month| self.actual_flow(*month).of_kind(kind)).sum();
        sum.fraction(1, i64::try_from(self.recent.len()).unwrap_or_default())
    }

    fn mean_rows(&self) -> Vec<MeanRow> {
        let kinds = FigureKind::ALL.into_iter().filter(|kind| *kind != FigureKind::EarlierRevenue);
        kinds.map(|kind| MeanRow { kind, mean_month: self.mean(kind), months: self.recent.len() }).collect()
    }

    fn course(&self, scenario: &'a Scenario) -> Result<Course<'a>, PaybackError> {
        let basis = Basis {
            rows: &self.lettings,
            counts: &|row| self.counts(&row.tenant),
            means: self.mean_rows().into_iter().map(|row| (row.kind, row.mean_month)).collect(),
            first: self.last_actual.next(),
            known_in: self.last_actual.year(),
            available_u: self.available_u(),
            outlays: self.outlays,
        };
        let last = later(self.start, 12 * Horizon::Fifty.years());
        let mut flows: Vec<(BillingMonth, Flow)> =
            self.start.through(self.last_actual).map(|month| (month, self.actual_flow(month))).collect();
        flows.extend(project(&basis, scenario, last)?);
        let factor = monthly_factor(scenario.discount_rate_percent);
        let (mut sum, mut worth, mut weight) = (Money::ZERO, Decimal::ZERO, Decimal::ONE);
        let (mut cumulative, mut discounted) = (Vec::with_capacity(flows.len()), Vec::with_capacity(flows.len()));
        for (_, flow) in &flows {
            sum += flow.total();
            worth += flow.total().to_decimal() * weight;
            weight *= factor;
            cumulative.push(sum);
            discounted.push(Money::rounded(worth)?);
        }
        Ok(Course { scenario, flows, cumulative, discounted })
    }

    fn result(&self, course: &Course<'_>) -> Result<ScenarioResult, PaybackError> {
        let totals: Vec<Money> = course.flows.iter().map(|(_, flow)| flow.total()).collect();
        let mut horizons = Vec::new();
        for horizon in Horizon::ALL {
            // Its last month: what is renewed at its very end serves the years after.
            let through = later(self.start, 12 * horizon.years()).previous();
            let count = course.flows.iter().filter(|(month, _)| *month <= through).count();
            let flows = totals.get(..count).unwrap_or(&totals);
            horizons.push(HorizonResult {
                years: horizon.years(),
                through,
                cumulative: flows.iter().sum(),
                npv: npv(flows, course.scenario.discount_rate_percent)?,
                irr_percent: irr_percent(flows),
            });
        }
        let break_even = course.first_not_negative(&course.cumulative);
        let target = self.target();
        let at_target = course.flows.iter().zip(&course.cumulative).find(|((month, _), _)| *month == target);
        Ok(ScenarioResult {
            code: course.scenario.code.clone(),
            name: course.scenario.name.clone(),
            scenario: course.scenario.clone(),
            break_even,
            break_even_discounted: course.first_not_negative(&course.discounted),
            months_after_target: break_even.map(|month| months_between(target, month)),
            at_target: at_target.map(|(_, cumulative)| *cumulative).unwrap_or_default(),
            horizons,
        })
    }

    fn position(&self) -> Position {
        let mut sum = Flow::default();
        for month in self.start.through(self.last_actual) {
            sum += self.actual_flow(month);
        }
        let percent = (sum.net_gain().to_decimal() * Decimal::ONE_HUNDRED).checked_div(sum.investment.to_decimal());
        Position {
            invested: sum.investment,
            revenue: sum.revenue,
            hosting_avoided: sum.hosting_avoided,
            heat_sold: sum.heat_sold,
            running_cost: sum.running_cost(),
            net_gain: sum.net_gain(),
            cumulative: sum.total(),
            done_percent: percent.unwrap_or_default().round_dp_with_strategy(1, HALF_UP),
        }
    }

    fn available_u(&self) -> Decimal {
        self.inputs.letting.racks.values().map(|height| Decimal::from(*height)).sum()
    }

    fn occupancy(&self) -> Occupancy {
        let first = self.last_actual.next();
        let now = self.lettings.iter().filter(|row| row.days_in(first) > 0);
        let (let_u, available_u): (Decimal, _) = (now.map(|row| row.rack_units).sum(), self.available_u());
        let percent = (let_u * Decimal::ONE_HUNDRED).checked_div(available_u).unwrap_or_default();
        Occupancy { available_u, let_u, percent: percent.round_dp_with_strategy(1, HALF_UP) }
    }

    fn unit_costs(&self) -> Vec<UnitCost> {
        let mut flow = Flow::default();
        for month in &self.recent {
            flow += self.actual_flow(*month);
        }
        let charges = self
            .recent
            .iter()
            .flat_map(|month| self.plans.iter().map(move |plan| plan.certain_in(&plan.depreciation, *month)));
        let mean_u = |counts: &dyn Fn(&TenantCode) -> bool| {
            let (letting, billed) = (&self.inputs.letting, self.inputs.billed);
            let sum: Decimal = self.recent.iter().map(|month| units_let_in(letting, billed, *month, counts)).sum();
            sum.checked_div(Decimal::from(self.recent.len())).unwrap_or_default().round_dp_with_strategy(2, HALF_UP)
        };
        unit_costs(&UnitInputs {
            terms: self.terms,
            recent: &self.recent,
            flow,
            depreciation: charges.sum(),
            billed: self.inputs.billed,
            counts: &|one: &BilledRevenue| self.counts(&one.tenant),
            let_u: mean_u(&|_| true),
            counted_u: mean_u(&|tenant| self.counts(tenant)),
            available_u: self.available_u(),
        })
    }

    fn remarks(&self) -> Vec<Remark> {
        type Make = fn(Vec<BillingMonth>) -> Remark;
        let mut remarks = Vec::new();
        if self.actual.through.is_none() {
            remarks.push(Remark::NothingActual);
        }
        let lists: [(&[BillingMonth], Make); 3] = [
            (&self.actual.without_costs, |months| Remark::WithoutCosts { months }),
            (&self.actual.without_revenue, |months| Remark::WithoutRevenue { months }),
            (&self.actual.incomplete, |months| Remark::Incomplete { months }),
        ];
        remarks
            .extend(lists.into_iter().filter(|(months, _)| !months.is_empty()).map(|(list, make)| make(list.to_vec())));
        if let Some(Awaited { month, kinds }) = self.actual.awaited.clone() {
            remarks.push(Remark::Awaited { month, kinds });
        }
        let internal = self.inputs.billed.iter().filter(|one| !self.counts(&one.tenant));
        let amount: Money = internal.filter(|one| one.month <= self.last_actual).map(|one| one.net).sum();
        if !amount.is_zero() {
            remarks.push(Remark::InternalLeftOut { amount });
        }
        if self.has_before_start {
            remarks.push(Remark::BeforeStart { start: self.start });
        }
        if self.inputs.terms.is_none() {
            remarks.push(Remark::NoScenarios);
        }
        let silent = |row: &&LettingRow| !row.is_agreed && row.months_of_mean == 0;
        let lines: BTreeSet<String> =
            self.lettings.iter().filter(silent).map(|row| format!("{}/{}", row.contract, row.line)).collect();
        if !lines.is_empty() {
            remarks.push(Remark::NeverBilled { lines: lines.into_iter().collect() });
        }
        remarks
    }
}

impl Course<'_> {
    fn first_not_negative(&self, positions: &[Money]) -> Option<BillingMonth> {
        let found = self.flows.iter().zip(positions).find(|(_, position)| !position.is_negative());
        found.map(|((month, _), _)| *month)
    }
}

fn month_rows(ground: &Ground<'_>, shown: &Course<'_>, all: &[Course<'_>], through: BillingMonth) -> Vec<MonthRow> {
    let figures = shown.flows.iter().zip(&shown.cumulative).zip(&shown.discounted).enumerate();
    figures
        .take_while(|(_, (((month, _), _), _))| *month <= through)
        .map(|(index, (((month, flow), cumulative), discounted))| {
            let positions = || all.iter().filter_map(|course| course.cumulative.get(index)).copied();
            MonthRow {
                month: *month,
                is_actual: *month <= ground.last_actual,
                flow: *flow,
                net_gain: flow.net_gain(),
                total: flow.total(),
                cumulative: *cumulative,
                discounted: *discounted,
                low: positions().min().unwrap_or(*cumulative),
                high: positions().max().unwrap_or(*cumulative),
            }
        })
        .collect()
}

fn year_rows(months: &[MonthRow]) -> Vec<YearRow> {
    let mut years: BTreeMap<i32, YearRow> = BTreeMap::new();
    for row in months {
        let year = years.entry(row.month.year()).or_insert(YearRow {
            year: row.month.year(),
            actual_months: 0,
            months: 0,
            flow: Flow::default(),
            net_gain: Money::ZERO,
            total: Money::ZERO,
            cumulative: Money::ZERO,
            discounted: Money::ZERO,
            low: Money::ZERO,
            high: Money::ZERO,
        });
        year.months += 1;
        year.actual_months += u32::from(row.is_actual);
        year.flow += row.flow;
        year.net_gain += row.net_gain;
        year.total += row.total;
        (year.cumulative, year.discounted) = (row.cumulative, row.discounted);
        (year.low, year.high) = (row.low, row.high);
    }
    years.into_values().collect()
}

fn renewals(
    outlays: &[Outlay],
    scenario: &Scenario,
    last_actual: BillingMonth,
    through: BillingMonth,
) -> Result<Vec<RenewalRow>, PaybackError> {
    let mut rows = Vec::new();
    for outlay in outlays {
        for Renewal { month, years, cost } in
            outlay.renewals(through).into_iter().filter(|renewal| renewal.month > last_actual)
        {
            rows.push(RenewalRow {
                month,
                asset: outlay.asset.clone(),
                component: outlay.component.clone(),
                name: outlay.name.clone(),
                cost: grown(cost, growth(scenario.component_cost_percent, years))?,
            });
        }
    }
    rows.sort_by(|a, b| (a.month, &a.asset, &a.component).cmp(&(b.month, &b.asset, &b.component)));
    Ok(rows)
}
