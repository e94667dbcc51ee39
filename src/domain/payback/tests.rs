//! Worked examples by hand, and what holds whatever the figures are.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::rate::irr_monthly;
use super::*;
use crate::domain::amortisation::{
    AssetChange, AssetEvent, AssetRecord, Component, Convention, FixedAsset, Method, Successor,
};
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::{Contract, ContractLine, Designation, LineQuantity, Proration, Service, VatTreatment};
use crate::domain::ids::{RackCode, TenantCode};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::tariff::{PriceShape, Tariff, TariffVersion};

pub(super) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(super) fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

// Discounting, by hand.

#[test]
fn a_loan_of_twelve_months_is_worth_nothing_at_its_own_rate() {
    // −1,000 today, 1,100 after twelve months: 10 % a year, whatever the compounding in between.
    let mut flows = vec![money("-1000.00")];
    flows.extend([Money::ZERO; 11]);
    flows.push(money("1100.00"));
    assert_eq!(irr_percent(&flows), Some(decimal("10.00")));
    assert_eq!(npv(&flows, Decimal::TEN).unwrap(), Money::ZERO);
    // At 5 %: 1,100 ÷ 1.05 − 1,000 = 47.619…
    assert_eq!(npv(&flows, decimal("5")).unwrap(), money("47.62"));
    assert_eq!(npv(&flows, Decimal::ZERO).unwrap(), money("100.00"));
}

#[test]
fn an_annuity_has_the_monthly_rate_it_was_made_with() {
    // 1 % a month over 24 months: the instalment of 10,000 is 10,000 × 0.01 ÷ (1 − 1.01^−24) = 470.7347…; annual 12.68 %.
    let mut flows = vec![money("-10000.00")];
    flows.extend([money("470.73"); 24]);
    assert_eq!(irr_percent(&flows), Some(decimal("12.68")));
}

#[test]
fn growth_is_compounded_and_a_root_of_twelve_months_is_a_year() {
    assert_eq!(growth(decimal("10"), 2), decimal("1.21"));
    assert_eq!(growth(decimal("2.5"), 0), Decimal::ONE);
    let monthly = monthly_factor(decimal("10"));
    let year = (0..12).fold(Decimal::ONE, |product, _| product * monthly);
    assert!((year - Decimal::ONE / decimal("1.1")).abs() < decimal("0.00000000000000000001"), "{year}");
}

#[test]
fn flows_that_never_turn_have_no_rate() {
    assert_eq!(irr_percent(&[money("-5.00"), money("-5.00")]), None);
    assert_eq!(irr_percent(&[money("5.00"), money("5.00")]), None);
    assert_eq!(irr_percent(&[]), None);
}

// A small centre.

pub(super) fn asset(cost: &str, years: u32) -> FixedAsset {
    FixedAsset {
        code: "DC".into(),
        name: "Centre".into(),
        cost: money(cost),
        account: "2135".into(),
        commissioned_on: Some(day("2020-01-15")),
        commissioning_evidence: None,
        duration_decision: None,
        subsidy: Money::ZERO,
        components: vec![Component {
            code: "tout".into(),
            name: "Ensemble".into(),
            cost: money(cost),
            residual_value: Money::ZERO,
            duration_years: years,
            method: Method::Linear { convention: Convention::Days30E360 },
            commissioned_on: None,
            account: None,
            duration_decision: None,
        }],
        record: AssetRecord::default(),
        events: vec![],
    }
}

fn figure(at: &str, kind: FigureKind, amount: &str) -> ManagementFigure {
    ManagementFigure {
        id: 1,
        key: FigureKey { month: month(at), kind, label: kind.name().into(), tenant: None, service: None },
        revision: 1,
        amount: money(amount),
        source: "bill".into(),
        reason: None,
        recorded_by: "test".into(),
        recorded_at: DateTime::from_timestamp(0, 0).unwrap(),
    }
}

fn billed(at: &str, net: &str) -> BilledRevenue {
    BilledRevenue {
        tenant: "aphp".into(),
        contract: "C".into(),
        line: "baies".into(),
        service: Service::Space,
        unit: Unit::Rack,
        month: month(at),
        net: money(net),
        quantity: Quantity::ONE,
        documents: 1,
        first_number: format!("F-{at}"),
        last_number: format!("F-{at}"),
    }
}

fn contract(to: Option<&str>) -> Contract {
    let in_force = DatePeriod::new(day("2020-01-01"), to.map(day)).unwrap();
    Contract {
        code: "C".into(),
        tenant: "aphp".into(),
        title: "t".into(),
        in_force,
        signed_on: None,
        engagement: None,
        market: None,
        notice_months: None,
        proration: Proration::CalendarDays,
        indexation: None,
        lines: vec![ContractLine {
            code: "baies".into(),
            service: Service::Space,
            designation: Designation { fr: "Baies".into(), en: "Racks".into() },
            in_force,
            tariff: "baie".into(),
            quantity: LineQuantity::Fixed(Decimal::from(10)),
            vat: VatTreatment::Standard { rate_percent: Decimal::from(20) },
            service_level: None,
            racks: vec!["A01".into()],
        }],
    }
}

/// The report of a centre of `cost` that is billed 1,000.00 a month from February 2020 through 2020 and avoids
/// `avoided` a month.
struct Centre {
    assets: Vec<FixedAsset>,
    billed: Vec<BilledRevenue>,
    figures: Vec<ManagementFigure>,
    contracts: Vec<Contract>,
    terms: PaybackTerms,
}

impl Centre {
    fn new(cost: &str, avoided: &str) -> Centre {
        let months: Vec<String> = month("2020-02").through(month("2020-12")).map(|month| month.to_string()).collect();
        let mut figures = Vec::new();
        for at in &months {
            figures.push(figure(at, FigureKind::HostingAvoided, avoided));
            figures.push(figure(at, FigureKind::Energy, "200.00"));
        }
        Centre {
            assets: vec![asset(cost, 60)],
            billed: months.iter().map(|at| billed(at, "1000.00")).collect(),
            figures,
            contracts: vec![contract(None)],
            terms: PaybackTerms::unchanged(),
        }
    }

    fn report(&self, as_of: &str) -> PaybackReport {
        self.viewed(as_of, Horizon::Forty).unwrap()
    }

    fn viewed(&self, as_of: &str, horizon: Horizon) -> Result<PaybackReport, PaybackError> {
        let racks = BTreeMap::from([(RackCode::from("A01"), 40_u16), (RackCode::from("A02"), 40)]);
        let price = PriceShape::PerUnit { unit_price: UnitPrice::from_micros(100_000_000) };
        let tariffs = [Tariff {
            code: "baie".into(),
            name: "Baie".into(),
            unit: Unit::Rack,
            versions: vec![TariffVersion { from: day("2020-01-01"), price }],
        }];
        let inputs = Inputs {
            assets: &self.assets,
            billed: &self.billed,
            figures: &self.figures,
            letting: Letting { contracts: &self.contracts, tariffs: &tariffs, indices: &[], racks: &racks },
            tenants: &[],
            terms: Some(&self.terms),
        };
        report(&inputs, &RequestedView { as_of: day(as_of), scenario: None, horizon })
    }
}

#[test]
fn a_simple_centre_breaks_even_in_the_month_worked_out_by_hand() {
    // 20,000 in January 2020; each month from February 1,000 + 1,200 − 200 = 2,000: even after ten months, November 2020;
    // as of 30 June 2020 five months are actual (10,000) and five more are projected at the same 2,000.
    let report = Centre::new("20000.00", "1200.00").report("2020-06-30");
    assert_eq!(report.actual_through, Some(month("2020-06")));
    assert_eq!(report.position.net_gain, money("10000.00"));
    assert_eq!(report.position.cumulative, money("-10000.00"));
    assert_eq!(report.position.done_percent, decimal("50.0"));
    let result = &report.scenarios[0];
    assert_eq!(result.break_even, Some(month("2020-11")));
    assert_eq!(report.target_month, month("2028-01"));
    assert_eq!(result.months_after_target, Some(-86));
    // 96 months of 2,000 by January 2028.
    assert_eq!(result.at_target, money("172000.00"));
    // Eight years are 96 months, January 2020 among them.
    assert_eq!(result.horizons[0].npv, money("170000.00"));
}

#[test]
fn a_contract_that_ends_is_renewed_as_far_as_the_scenario_says() {
    let mut centre = Centre::new("20000.00", "0.00");
    centre.contracts = vec![contract(Some("2021-04-01"))];
    let revenue = |centre: &Centre, at: &str| {
        let report = centre.report("2020-12-31");
        report.months.iter().find(|row| row.month == month(at)).unwrap().flow.revenue
    };
    assert_eq!(revenue(&centre, "2021-03"), money("1000.00"));
    assert_eq!(revenue(&centre, "2021-04"), money("1000.00"));
    centre.terms.scenarios[0].renewal_percent = decimal("40");
    assert_eq!(revenue(&centre, "2021-03"), money("1000.00"));
    assert_eq!(revenue(&centre, "2021-04"), money("400.00"));
}

#[test]
fn prices_rise_each_first_of_january_after_the_last_one_known() {
    let mut centre = Centre::new("20000.00", "1200.00");
    centre.terms.scenarios[0].indexation_percent = decimal("10");
    centre.terms.scenarios[0].energy_price_percent = decimal("5");
    let report = centre.report("2020-06-30");
    let at = |text: &str| report.months.iter().find(|row| row.month == month(text)).unwrap().flow;
    assert_eq!((at("2020-12").revenue, at("2020-12").energy), (money("1000.00"), money("200.00")));
    assert_eq!((at("2021-01").revenue, at("2021-01").energy), (money("1100.00"), money("210.00")));
    assert_eq!((at("2022-12").revenue, at("2022-12").energy), (money("1210.00"), money("220.50")));
}

#[test]
fn more_rack_units_bring_revenue_and_take_energy_until_the_room_is_full() {
    let mut centre = Centre::new("20000.00", "0.00");
    // 40 U let of 80 for 1,000: 25 a unit. 24 U more a year are 2 a month: 50 of revenue, 5 % of energy.
    centre.terms.scenarios[0].occupancy_growth_u = decimal("24");
    centre.terms.scenarios[0].occupancy_limit_percent = decimal("75");
    let report = centre.report("2020-12-31");
    assert_eq!((report.occupancy.let_u, report.occupancy.percent), (decimal("40"), decimal("50.0")));
    let at = |text: &str| report.months.iter().find(|row| row.month == month(text)).unwrap().flow;
    assert_eq!((at("2021-01").revenue, at("2021-01").energy), (money("1050.00"), money("210.00")));
    // 75 % of 80 is 60: twenty more at most.
    assert_eq!((at("2029-12").revenue, at("2029-12").energy), (money("1500.00"), money("300.00")));
}

#[test]
fn components_are_renewed_at_the_end_of_their_lives_at_their_cost_then() {
    let mut centre = Centre::new("20000.00", "1200.00");
    centre.assets = vec![asset("20000.00", 15)];
    centre.terms.scenarios[0].component_cost_percent = decimal("2");
    let report = centre.report("2020-12-31");
    let renewed: Vec<(String, String)> =
        report.renewals.iter().map(|row| (row.month.to_string(), row.cost.to_string())).collect();
    // 20,000 × 1.02^15 = 26,917.37; × 1.02^30 = 36,227.23.
    assert_eq!(renewed, [("2035-01".into(), "26917.37".into()), ("2050-01".into(), "36227.23".into())]);
    let row = report.months.iter().find(|row| row.month == month("2035-01")).unwrap();
    assert_eq!(row.flow.renewal, money("26917.37"));
    centre.terms.lives = vec![TechnicalLife { asset: "DC".into(), component: "tout".into(), years: None }];
    assert!(centre.report("2020-12-31").renewals.is_empty());
}

pub(super) fn event(on: &str, change: AssetChange) -> AssetEvent {
    AssetEvent {
        effective_on: day(on),
        recorded_on: day(on),
        recorded_by: "test".into(),
        reason: "test".into(),
        decision: None,
        change,
    }
}

/// What was built and put into service by an event is invested like what was bought ready.
#[test]
fn a_centre_that_was_built_is_an_outlay_from_the_day_it_went_into_service() {
    let mut centre = Centre::new("20000.00", "1200.00");
    let bought = centre.report("2020-06-30");
    centre.assets[0].commissioned_on = None;
    centre.assets[0].record.construction_account = Some("2315".into());
    let view = || centre.viewed("2020-06-30", Horizon::Forty);
    assert_eq!(view().unwrap_err(), PaybackError::NoInvestment);
    let change = AssetChange::Commission { evidence: "acceptance".into(), components: vec![] };
    centre.assets[0].events = vec![event("2020-01-15", change)];
    let built = centre.report("2020-06-30");
    assert_eq!((built.investment, built.position), (bought.investment, bought.position));
}

/// A successor is paid for when it comes, and renewed in its turn; what it replaced is not renewed any more.
#[test]
fn a_replaced_component_leaves_the_renewals_to_its_successor() {
    let mut centre = Centre::new("20000.00", "1200.00");
    centre.assets = vec![asset("20000.00", 15)];
    let successor = Component {
        code: "neuf".into(),
        cost: money("30000.00"),
        duration_years: 10,
        ..centre.assets[0].components[0].clone()
    };
    let change =
        AssetChange::Replace { component: "tout".into(), successor: Successor(successor), proceeds: Money::ZERO };
    centre.assets[0].events = vec![event("2020-07-01", change)];
    let report = centre.report("2020-12-31");
    assert_eq!(report.position.invested, money("50000.00"));
    let renewed = |report: &PaybackReport| -> Vec<String> {
        report.renewals.iter().map(|row| format!("{} {} {}", row.month, row.component, row.cost)).collect()
    };
    assert_eq!(renewed(&report), ["2030-07 neuf 30000.00", "2040-07 neuf 30000.00", "2050-07 neuf 30000.00"]);
    // The technical life given for what stood in its place is its own.
    centre.terms.lives = vec![TechnicalLife { asset: "DC".into(), component: "tout".into(), years: Some(20) }];
    assert_eq!(renewed(&centre.report("2020-12-31")), ["2040-07 neuf 30000.00"]);
}

#[test]
fn what_never_pays_is_told_as_never() {
    let report = Centre::new("20000000.00", "0.00").report("2020-12-31");
    assert_eq!(report.scenarios[0].break_even, None);
    assert_eq!(report.scenarios[0].months_after_target, None);
}

#[test]
fn a_month_with_revenue_but_no_cost_is_projected_and_told() {
    let mut centre = Centre::new("20000.00", "1200.00");
    centre.billed.push(billed("2021-01", "5000.00"));
    let report = centre.report("2021-01-31");
    assert_eq!(report.actual_through, Some(month("2020-12")));
    assert!(report.remarks.contains(&Remark::Incomplete { months: vec![month("2021-01")] }), "{:?}", report.remarks);
    let row = report.months.iter().find(|row| row.month == month("2021-01")).unwrap();
    assert!(!row.is_actual && row.flow.revenue == money("1000.00"));
}

/// One bill of a month does not make it known: what each month before has is still awaited, until it is said to be over.
#[test]
fn a_month_that_lacks_a_usual_figure_is_projected_and_told() {
    let mut centre = Centre::new("20000.00", "1200.00");
    centre.billed.push(billed("2021-01", "1000.00"));
    centre.figures.push(figure("2021-01", FigureKind::Energy, "5.00"));
    let report = centre.report("2021-01-31");
    assert_eq!(report.actual_through, Some(month("2020-12")));
    let awaited = Remark::Awaited { month: month("2021-01"), kinds: vec![FigureKind::HostingAvoided] };
    assert!(report.remarks.contains(&awaited), "{:?}", report.remarks);
    let row = report.months.iter().find(|row| row.month == month("2021-01")).unwrap();
    assert!(!row.is_actual && row.flow.hosting_avoided == money("1200.00"));

    centre.figures.push(figure("2021-01", FigureKind::HostingAvoided, "0.00"));
    centre.billed.push(billed("2021-02", "1000.00"));
    centre.figures.push(figure("2021-02", FigureKind::Energy, "200.00"));
    let report = centre.report("2021-02-28");
    assert_eq!(report.actual_through, Some(month("2021-02")), "what is over is not awaited again");
    assert_eq!(report.remarks.iter().filter(|one| matches!(one, Remark::Awaited { .. })).count(), 0);
}

#[test]
fn the_cost_of_a_unit_and_the_advantage_over_the_market() {
    let mut centre = Centre::new("600000.00", "0.00");
    centre.terms.market = Some(Market {
        rack_unit: Some(UnitPrice::from_micros(31_250_000)),
        kilowatt: None,
        terabyte: None,
        source: "survey".into(),
        date: day("2020-12-01"),
    });
    let report = centre.report("2020-12-31");
    let space = &report.unit_costs[0];
    // Eleven months, February to December; depreciation of 10,000 a year is 833.33 or .34 a month, here 9,166.66.
    assert_eq!(space.unit, CostUnit::RackUnit);
    assert_eq!(space.let_units, Some(decimal("40")));
    assert_eq!(space.price_per_unit.unwrap().to_string(), "25.00");
    // 25.00 against 31.25: a fifth less.
    assert_eq!(space.discount_percent, Some(decimal("20.0")));
    let sum: Money = report.unit_costs.iter().map(|unit| unit.full_cost).sum();
    let depreciation = money("9166.66");
    assert_eq!(sum, depreciation + money("2200.00"));
}

#[test]
fn the_owners_own_services_count_only_where_the_book_says_so() {
    let centre = Centre::new("20000.00", "1200.00");
    let report = centre.report("2020-12-31");
    assert_eq!(report.tenants.len(), 1);
    assert!(report.tenants[0].counts && report.tenants[0].total == money("11000.00"));
    assert_eq!(report.sources[0].id, "invoices/aphp/space");
    assert_eq!(report.tenants[0].tenant, TenantCode::from("aphp"));
}

#[test]
fn what_cannot_be_reported_is_refused_with_the_remedy() {
    let centre = Centre::new("20000.00", "0.00");
    let early = centre.viewed("2019-12-31", Horizon::Eight).unwrap_err().to_string();
    assert_eq!(early, "2019-12-31 is before 2020-01-15, when the investment begins: ask for a later day");
    let mut other = Centre::new("20000.00", "0.00");
    other.terms.reference_scenario = "centrl".into();
    let told = other.viewed("2020-12-31", Horizon::Eight).unwrap_err().to_string();
    assert_eq!(told, "there is no scenario `centrl`; the book has unchanged");
    other.assets.clear();
    other.terms = PaybackTerms::unchanged();
    assert_eq!(other.viewed("2020-12-31", Horizon::Eight).unwrap_err(), PaybackError::NoInvestment);
}

// Whatever the figures.

fn flows() -> impl Strategy<Value = Vec<Money>> {
    (1_000_000i64..1_000_000_000, prop::collection::vec(-100_000i64..5_000_000, 24..400))
        .prop_map(|(cost, gains)| std::iter::once(-cost).chain(gains).map(Money::from_cents).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn at_rate_zero_the_present_value_is_the_sum(flows in flows()) {
        prop_assert_eq!(npv(&flows, Decimal::ZERO).unwrap(), flows.iter().sum::<Money>());
    }

    #[test]
    fn at_the_internal_rate_the_present_value_is_nothing(flows in flows()) {
        if let Some(monthly) = irr_monthly(&flows) {
            let factor = Decimal::ONE / (Decimal::ONE + monthly);
            let worth = flows.iter().rev().fold(Decimal::ZERO, |worth, flow| worth * factor + flow.to_decimal());
            // A rate is within a millionth of a millionth; its slope is at most months × the largest sums.
            prop_assert!(worth.abs() < decimal("1"), "{worth}");
        }
    }

    #[test]
    fn the_cumulative_position_is_the_sum_of_its_parts(
        cost in 1_000_000i64..100_000_000,
        avoided in 0i64..1_000_000,
        growth in -50i64..80,
        renewal in 0i64..=100,
        units in -300i64..300,
    ) {
        let mut centre = Centre::new(&Money::from_cents(cost).to_string(), &Money::from_cents(avoided).to_string());
        let scenario = &mut centre.terms.scenarios[0];
        scenario.indexation_percent = Decimal::new(growth, 1);
        scenario.energy_price_percent = Decimal::new(growth / 2, 1);
        scenario.renewal_percent = Decimal::from(renewal);
        scenario.occupancy_growth_u = Decimal::new(units, 1);
        centre.contracts = vec![contract(Some("2024-07-15"))];
        let report = centre.report("2020-09-30");
        let mut cumulative = Money::ZERO;
        let mut first = None;
        for row in &report.months {
            let flow = row.flow;
            let net = flow.revenue + flow.hosting_avoided + flow.heat_sold
                - flow.energy - flow.maintenance - flow.staff - flow.other;
            prop_assert_eq!(row.net_gain, net);
            prop_assert_eq!(row.total, net - flow.investment - flow.renewal);
            cumulative += row.total;
            prop_assert_eq!(row.cumulative, cumulative);
            prop_assert!(row.low <= row.cumulative && row.cumulative <= row.high);
            if first.is_none() && !cumulative.is_negative() {
                first = Some(row.month);
            }
        }
        let years: Money = report.years.iter().map(|year| year.total).sum();
        prop_assert_eq!(years, cumulative);
        let last = report.months.last().unwrap().month;
        let found = report.scenarios[0].break_even.filter(|month| *month <= last);
        prop_assert_eq!(found, first);
    }

    #[test]
    fn more_gain_is_never_later(cost in 1_000_000i64..500_000_000, avoided in 0i64..400_000, more in 0i64..400_000) {
        let even = |avoided: i64| {
            let amount = Money::from_cents(avoided).to_string();
            Centre::new(&Money::from_cents(cost).to_string(), &amount).report("2020-10-31").scenarios[0].break_even
        };
        match (even(avoided), even(avoided + more)) {
            (Some(less), Some(with_more)) => prop_assert!(with_more <= less),
            (Some(_), None) => prop_assert!(false, "more gain, yet never"),
            (None, _) => {}
        }
    }
}
