//! What is let: each contract line's price a month, from now on, while it is in force.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;

use super::PaybackError;
use super::actual::BilledRevenue;
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::indexation::{NotedRevision, coefficient};
use crate::domain::contract::{Contract, ContractLine, LineQuantity, PriceIndex, Service};
use crate::domain::ids::{ContractCode, LineCode, RackCode, TenantCode};
use crate::domain::money::{Money, half_up};
use crate::domain::quantity::Unit;
use crate::domain::tariff::{MonthPart, PriceInput, PriceShape, Tariff};

/// The agreements a projection looks at.
#[derive(Debug, Clone, Copy)]
pub struct Letting<'a> {
    pub contracts: &'a [Contract],
    pub tariffs: &'a [Tariff],
    pub indices: &'a [PriceIndex],
    /// Each rack's height in rack units.
    pub racks: &'a BTreeMap<RackCode, u16>,
}

/// A contract line that is or will be in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LettingRow {
    pub tenant: TenantCode,
    pub contract: ContractCode,
    pub line: LineCode,
    pub service: Service,
    pub in_force: DatePeriod,
    /// Ends as its contract does, so that it may be renewed; a line that ends before has been replaced or given up.
    pub ends_with_contract: bool,
    /// What a month is priced at: as agreed, or the mean of the months billed lately.
    pub quantity: Decimal,
    pub unit: Unit,
    pub is_agreed: bool,
    /// How many billed months the mean is of.
    pub months_of_mean: usize,
    /// A whole month's price from each day on, as known today.
    pub prices: Vec<PriceStep>,
    /// Due once, in the month the line begins.
    pub one_off: bool,
    pub rack_units: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PriceStep {
    pub from: NaiveDate,
    pub month: Money,
}

/// Every line in force on or after the first day of `from`, by contract and line.
pub fn rows(
    letting: &Letting<'_>,
    billed: &[BilledRevenue],
    recent: &[BillingMonth],
    from: BillingMonth,
) -> Result<Vec<LettingRow>, PaybackError> {
    let mut rows = Vec::new();
    for contract in letting.contracts {
        for line in &contract.lines {
            let in_force = contract.in_force.intersection(line.in_force);
            let Some(in_force) = in_force.filter(|days| days.to.is_none_or(|to| to > from.first_day())) else {
                continue;
            };
            rows.extend(row(letting, billed, recent, from, contract, line, in_force)?);
        }
    }
    rows.sort_by(|a, b| (&a.contract, &a.line, a.in_force.from).cmp(&(&b.contract, &b.line, b.in_force.from)));
    Ok(rows)
}

fn row(
    letting: &Letting<'_>,
    billed: &[BilledRevenue],
    recent: &[BillingMonth],
    from: BillingMonth,
    contract: &Contract,
    line: &ContractLine,
    in_force: DatePeriod,
) -> Result<Option<LettingRow>, PaybackError> {
    let refused = |reason: String| PaybackError::Price { line: format!("{}/{}", contract.code, line.code), reason };
    let tariff = letting.tariffs.iter().find(|tariff| tariff.code == line.tariff);
    let tariff = tariff.ok_or_else(|| refused(format!("there is no tariff {}", line.tariff)))?;
    let (quantity, is_agreed, months_of_mean) = match &line.quantity {
        LineQuantity::Fixed(quantity) => (*quantity, true, 0),
        LineQuantity::Metered { .. } => {
            let (mean, months) = mean_usage(billed, recent, contract, line, tariff.unit);
            (mean, false, months)
        }
    };
    let first = from.first_day().max(in_force.from);
    let mut one_off = false;
    let mut prices = Vec::new();
    for day in steps(contract, tariff, first, in_force) {
        let Some(version) = tariff.version_on(day) else { continue };
        let price = price_on(letting, contract, day, &version.price).map_err(refused)?;
        one_off = matches!(price, PriceShape::OneOff { .. });
        let (part, held) = (MonthPart::WHOLE, MonthPart::WHOLE);
        let input = PriceInput { quantity, unit: tariff.unit, agreed: is_agreed, part, held, begins: one_off };
        let parts = price.price(&input).map_err(|error| refused(error.to_string()))?;
        prices.push(PriceStep { from: day, month: parts.iter().map(|part| part.net).sum() });
    }
    // A one-off price that was due before is no revenue to come.
    if prices.is_empty() || (one_off && in_force.from < from.first_day()) {
        return Ok(None);
    }
    Ok(Some(LettingRow {
        tenant: contract.tenant.clone(),
        contract: contract.code.clone(),
        line: line.code.clone(),
        service: line.service,
        ends_with_contract: in_force.to.is_some() && in_force.to == contract.in_force.to,
        in_force,
        quantity,
        unit: tariff.unit,
        is_agreed,
        months_of_mean,
        prices,
        one_off,
        rack_units: rack_units(letting.racks, line, tariff.unit, quantity),
    }))
}

/// The days from `first` on at which the price becomes another one already known.
fn steps(contract: &Contract, tariff: &Tariff, first: NaiveDate, in_force: DatePeriod) -> Vec<NaiveDate> {
    let versions = tariff.versions.iter().map(|version| version.from);
    let revisions = contract.indexation.iter().flat_map(|clause| &clause.revisions).map(|revision| revision.from);
    let mut days: Vec<NaiveDate> =
        versions.chain(revisions).filter(|day| *day > first && in_force.contains(*day)).collect();
    days.push(first);
    days.sort_unstable();
    days.dedup();
    days
}

/// The price on `day` after the contract's revision. A revision whose index is not published yet is not known, and the
/// one before it stands.
fn price_on(
    letting: &Letting<'_>,
    contract: &Contract,
    day: NaiveDate,
    price: &PriceShape,
) -> Result<PriceShape, String> {
    let Some(clause) = &contract.indexation else { return Ok(price.clone()) };
    let Some(index) = letting.indices.iter().find(|index| index.code == clause.index) else { return Ok(price.clone()) };
    let in_force = clause.revisions.iter().rev().filter(|revision| revision.from <= day);
    let Some(coefficient) = in_force.filter_map(|revision| coefficient(clause, revision, index).ok()).next() else {
        return Ok(price.clone());
    };
    price.revised(&mut NotedRevision::by(&coefficient)).map_err(|error| error.to_string())
}

/// The mean of the billed quantity of a line over the recent months in which it was billed.
fn mean_usage(
    billed: &[BilledRevenue],
    recent: &[BillingMonth],
    contract: &Contract,
    line: &ContractLine,
    unit: Unit,
) -> (Decimal, usize) {
    let own = billed.iter().filter(|one| {
        one.contract == contract.code && one.line == line.code && one.unit == unit && recent.contains(&one.month)
    });
    let mut by_month: BTreeMap<BillingMonth, Decimal> = BTreeMap::new();
    for one in own {
        *by_month.entry(one.month).or_default() += one.quantity.to_decimal();
    }
    if by_month.is_empty() {
        return (Decimal::ZERO, 0);
    }
    let sum: Decimal = by_month.values().sum();
    (half_up((sum / Decimal::from(by_month.len())).max(Decimal::ZERO), 4), by_month.len())
}

/// How many rack units a line of space takes: those of its racks, or what it bills.
fn rack_units(racks: &BTreeMap<RackCode, u16>, line: &ContractLine, unit: Unit, quantity: Decimal) -> Decimal {
    if line.service != Service::Space {
        return Decimal::ZERO;
    }
    let named: u64 = line.racks.iter().filter_map(|rack| racks.get(rack)).map(|height| u64::from(*height)).sum();
    match unit {
        Unit::RackUnit => quantity,
        // A month has 30.4375 days on average.
        Unit::RackUnitDay => half_up(quantity / Decimal::new(304_375, 4), 4),
        _ if named > 0 => Decimal::from(named),
        Unit::Rack => {
            let total: u64 = racks.values().map(|height| u64::from(*height)).sum();
            let count = Decimal::from(racks.len().max(1));
            half_up(quantity * Decimal::from(total) / count, 4)
        }
        _ => Decimal::ZERO,
    }
}

impl LettingRow {
    /// The price of a whole month as known on the first day of `month`, and the year from which on it is assumed to
    /// grow; none before the line begins.
    pub fn price_in(&self, month: BillingMonth, known_in: i32) -> Option<(Money, i32)> {
        let last_day = month.days().last_day().unwrap_or(month.first_day());
        let step = self.prices.iter().rfind(|step| step.from <= last_day)?;
        Some((step.month, step.from.year().max(known_in)))
    }

    /// The days of `month` on which the line is in force.
    pub fn days_in(&self, month: BillingMonth) -> i64 {
        self.in_force.intersection(month.days()).and_then(DatePeriod::days).unwrap_or(0)
    }
}

/// The rack units let in a month that is over, of contracts that `counts` admits: what was billed by units occupied,
/// else what the lines in force take, by their days.
pub fn units_let_in(
    letting: &Letting<'_>,
    billed: &[BilledRevenue],
    month: BillingMonth,
    counts: &dyn Fn(&TenantCode) -> bool,
) -> Decimal {
    let month_days = Decimal::from(month.day_count());
    let mut units = Decimal::ZERO;
    for contract in letting.contracts.iter().filter(|contract| counts(&contract.tenant)) {
        for line in contract.lines.iter().filter(|line| line.service == Service::Space) {
            let in_force = contract.in_force.intersection(line.in_force);
            let days =
                in_force.and_then(|days| days.intersection(month.days())).and_then(DatePeriod::days).unwrap_or(0);
            let Some(tariff) = letting.tariffs.iter().find(|tariff| tariff.code == line.tariff) else { continue };
            if days == 0 {
                continue;
            }
            if tariff.unit == Unit::RackUnitDay {
                let own = billed.iter().filter(|one| {
                    one.contract == contract.code
                        && one.line == line.code
                        && one.month == month
                        && one.unit == tariff.unit
                });
                units += own.map(|one| one.quantity.to_decimal()).sum::<Decimal>() / month_days;
            } else {
                let quantity = match &line.quantity {
                    LineQuantity::Fixed(quantity) => *quantity,
                    LineQuantity::Metered { .. } => Decimal::ZERO,
                };
                units += rack_units(letting.racks, line, tariff.unit, quantity) * Decimal::from(days) / month_days;
            }
        }
    }
    units
}
