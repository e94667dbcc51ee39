//! What a rack unit, a kilowatt and a terabyte cost a month, what tenants pay for them, what the market asks.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::actual::BilledRevenue;
use super::flow::Flow;
use super::terms::{Market, PaybackTerms};
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::money::{HALF_UP, Money, UnitPrice};
use crate::domain::quantity::Unit;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CostUnit {
    RackUnit,
    Kilowatt,
    Terabyte,
}

impl CostUnit {
    pub const ALL: [CostUnit; 3] = [CostUnit::RackUnit, CostUnit::Kilowatt, CostUnit::Terabyte];

    const fn service(self) -> Service {
        match self {
            CostUnit::RackUnit => Service::Space,
            CostUnit::Kilowatt => Service::Power,
            CostUnit::Terabyte => Service::Storage,
        }
    }
}

/// The figures of one unit over the last twelve months, each a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitCost {
    pub unit: CostUnit,
    /// Which part of depreciation and of running costs but energy falls to it.
    pub key_percent: Decimal,
    /// The unit's part of the full cost over those months: depreciation and running costs.
    pub full_cost: Money,
    /// Units let, the mean of the months.
    pub let_units: Option<Decimal>,
    pub capacity_units: Option<Decimal>,
    pub cost_per_let_unit: Option<UnitPrice>,
    pub cost_per_capacity_unit: Option<UnitPrice>,
    /// What counted tenants were billed for the service, and the units they were billed for.
    pub billed: Money,
    pub billed_units: Option<Decimal>,
    pub price_per_unit: Option<UnitPrice>,
    pub market_price: Option<UnitPrice>,
    /// How much less tenants pay than the market asks, in percent; negative where they pay more.
    pub discount_percent: Option<Decimal>,
}

/// What the figures are made from.
pub struct UnitInputs<'a> {
    pub terms: &'a PaybackTerms,
    pub recent: &'a [BillingMonth],
    /// The sums of those months.
    pub flow: Flow,
    pub depreciation: Money,
    pub billed: &'a [BilledRevenue],
    pub counts: &'a dyn Fn(&BilledRevenue) -> bool,
    /// Rack units let in the mean of the recent months: all, and those of tenants that count.
    pub let_u: Decimal,
    pub counted_u: Decimal,
    pub available_u: Decimal,
}

pub fn unit_costs(inputs: &UnitInputs<'_>) -> Vec<UnitCost> {
    if inputs.recent.is_empty() {
        return Vec::new();
    }
    CostUnit::ALL.into_iter().map(|unit| unit_cost(inputs, unit)).collect()
}

fn unit_cost(inputs: &UnitInputs<'_>, unit: CostUnit) -> UnitCost {
    let shared = inputs.depreciation + inputs.flow.running_cost() - inputs.flow.energy;
    let key = inputs.terms.cost_key;
    let percents = [key.space_percent, key.power_percent, key.storage_percent];
    // Largest remainder: the three parts add up to the whole.
    let weights = percents.map(|percent| u64::try_from((percent * Decimal::from(100)).trunc()).unwrap_or_default());
    let mut parts = shared.allocate(&weights).into_iter();
    let [space, power, storage] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let (key_percent, full_cost) = match unit {
        CostUnit::RackUnit => (key.space_percent, space),
        CostUnit::Kilowatt => (key.power_percent, power + inputs.flow.energy),
        CostUnit::Terabyte => (key.storage_percent, storage),
    };
    let capacity = match unit {
        CostUnit::RackUnit => Some(inputs.available_u),
        CostUnit::Kilowatt => inputs.terms.capacity.power_kw,
        CostUnit::Terabyte => inputs.terms.capacity.storage_tb,
    };
    let everyone = |_: &BilledRevenue| true;
    let (let_units, billed_units) = match unit {
        CostUnit::RackUnit => (Some(inputs.let_u), Some(inputs.counted_u)),
        _ => (mean_units(inputs, unit, &everyone), mean_units(inputs, unit, inputs.counts)),
    };
    let recent = |one: &&BilledRevenue| inputs.recent.contains(&one.month);
    let own = inputs.billed.iter().filter(recent).filter(|one| one.service == unit.service());
    let billed: Money = own.filter(|one| (inputs.counts)(one)).map(|one| one.net).sum();
    let some = |units: Option<Decimal>| units.filter(|units| !units.is_zero());
    let a_month = |amount: Money, units: Option<Decimal>| per_unit(amount, inputs.recent.len(), some(units)?);
    let (price_per_unit, market_price) =
        (a_month(billed, billed_units), inputs.terms.market.as_ref().and_then(|market| asked(market, unit)));
    UnitCost {
        unit,
        key_percent,
        full_cost,
        let_units: some(let_units),
        capacity_units: some(capacity),
        cost_per_let_unit: a_month(full_cost, let_units),
        cost_per_capacity_unit: a_month(full_cost, capacity),
        billed,
        billed_units: some(billed_units),
        price_per_unit,
        market_price,
        discount_percent: price_per_unit.zip(market_price).and_then(|(price, market)| discount(price, market)),
    }
}

const fn asked(market: &Market, unit: CostUnit) -> Option<UnitPrice> {
    match unit {
        CostUnit::RackUnit => market.rack_unit,
        CostUnit::Kilowatt => market.kilowatt,
        CostUnit::Terabyte => market.terabyte,
    }
}

/// `amount` over `months`, a unit and month, to the cent.
fn per_unit(amount: Money, months: usize, units: Decimal) -> Option<UnitPrice> {
    let value = amount.to_decimal().checked_div(Decimal::from(months))?.checked_div(units)?;
    UnitPrice::exactly(value.round_dp_with_strategy(2, HALF_UP)).ok()
}

/// (market − price) ÷ market, in percent to one decimal.
fn discount(price: UnitPrice, market: UnitPrice) -> Option<Decimal> {
    let (price, market) = (price.to_decimal(), market.to_decimal());
    let part = (market - price).checked_div(market)?;
    Some((part * Decimal::ONE_HUNDRED).round_dp_with_strategy(1, HALF_UP))
}

/// Kilowatts: energy billed over the months' hours. Terabytes: the mean of the months.
fn mean_units(inputs: &UnitInputs<'_>, unit: CostUnit, counts: &dyn Fn(&BilledRevenue) -> bool) -> Option<Decimal> {
    let counted = match unit {
        CostUnit::Kilowatt => Unit::KilowattHour,
        CostUnit::Terabyte => Unit::TerabyteMonth,
        CostUnit::RackUnit => return None,
    };
    let mut by_month: BTreeMap<BillingMonth, Decimal> = BTreeMap::new();
    let own = inputs.billed.iter().filter(|one| one.unit == counted && inputs.recent.contains(&one.month));
    for one in own.filter(|one| counts(one)) {
        *by_month.entry(one.month).or_default() += one.quantity.to_decimal();
    }
    let hours = |month: &BillingMonth| Decimal::from(month.day_count() * 24);
    let per_month = |(month, quantity): (&BillingMonth, &Decimal)| match unit {
        CostUnit::Kilowatt => quantity / hours(month),
        _ => *quantity,
    };
    let sum: Decimal = by_month.iter().map(per_month).sum();
    Some((sum / Decimal::from(inputs.recent.len())).round_dp_with_strategy(2, HALF_UP))
}
