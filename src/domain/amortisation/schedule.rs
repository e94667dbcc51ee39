//! The depreciation schedule: its years, and their months.
//!
//! Years come first: each is charged by its method, rounded half-up to the cent, never more than is left, and the last
//! is the complement. A year's charge is then split over its months by largest remainder, in proportion to the days
//! each is in service by the method's own count. So months sum to years and years to the base, exactly.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::asset::MAX_DURATION_YEARS;
use super::service::Service;
use super::{Component, Method, degressive, linear};
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;

/// A plan from the month of commissioning to the end of service, without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// What is spread: cost − residual value, or the subsidy.
    pub base: Money,
    pub years: Vec<YearRow>,
    pub months: Vec<MonthRow>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearRow {
    pub year: i32,
    pub charge: Money,
    /// Charges up to the end of this year, of what is still there.
    pub cumulative: Money,
    /// Cost − cumulative − impairment: what the balance sheet shows at the end of this year.
    pub net_book_value: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MonthRow {
    pub month: BillingMonth,
    pub charge: Money,
    pub cumulative: Money,
    pub net_book_value: Money,
}

/// The schedule of a component in service from `commissioned_on`, before anything happens to it.
///
/// Meant for components without [problems](super::FixedAsset::problems); on others it still ends: a duration outside 1
/// to 100 years is taken as the nearest bound, a negative base as nothing to depreciate.
pub fn schedule(component: &Component, commissioned_on: NaiveDate) -> Schedule {
    let base = component.base().max(Money::ZERO);
    let terms = Terms { method: component.method, duration_years: component.duration_years, commissioned_on };
    let charges = spread(base, Money::ZERO, &terms.service(), &terms);
    Schedule::from_charges(base, charges.into_iter().map(|(month, charge)| (month, charge, component.cost)))
}

/// What decides how a base is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) method: Method,
    pub(super) duration_years: u32,
    pub(super) commissioned_on: NaiveDate,
}

impl Terms {
    pub(super) fn service(&self) -> Service {
        Service::new(self.method, self.commissioned_on, self.duration_years())
    }

    fn duration_years(&self) -> u32 {
        self.duration_years.clamp(1, MAX_DURATION_YEARS)
    }
}

/// `base` spread over `service`, the whole of a life or its rest: a charge for every month, which sum to it. `charged` is
/// what its first year was charged before `service` begins: a rate applies to what the year opened with, whatever
/// happened within it.
pub(super) fn spread(base: Money, charged: Money, service: &Service, terms: &Terms) -> Vec<(BillingMonth, Money)> {
    let months: Vec<(BillingMonth, u64)> = service.months().collect();
    let by_year: Vec<&[(BillingMonth, u64)]> = months.chunk_by(|a, b| a.0.year() == b.0.year()).collect();
    let mut charges = Vec::with_capacity(months.len());
    let (mut left, mut charged) = (base, charged);
    for (months, years_after) in by_year.iter().zip((0..by_year.len()).rev()) {
        let Some(year) = months.first().map(|(month, _)| month.year()) else { continue };
        let charge = match terms.method {
            _ if years_after == 0 => left,
            Method::Linear { .. } | Method::UnitsOfUse { .. } => linear::year_charge(base, service, year).min(left),
            Method::Degressive { coefficient } => {
                let year_index = u32::try_from(year - terms.commissioned_on.year()).unwrap_or(0);
                let opening = left + std::mem::take(&mut charged);
                let years = terms.duration_years();
                degressive::year_charge(opening, service, years, coefficient, year, year_index).min(left)
            }
        };
        left -= charge;
        let days: Vec<u64> = months.iter().map(|(_, days)| *days).collect();
        charges.extend(months.iter().map(|(month, _)| *month).zip(charge.allocate(&days)));
    }
    charges
}

impl Schedule {
    /// A schedule from each month's charge and the value book values count down from.
    fn from_charges(base: Money, months: impl IntoIterator<Item = (BillingMonth, Money, Money)>) -> Schedule {
        let mut cumulative = Money::ZERO;
        let rows = months.into_iter().map(|(month, charge, value)| {
            cumulative += charge;
            MonthRow { month, charge, cumulative, net_book_value: value - cumulative }
        });
        Schedule::from_months(base, rows.collect())
    }

    /// A schedule whose years are read off its months.
    pub(super) fn from_months(base: Money, months: Vec<MonthRow>) -> Schedule {
        let years = months.chunk_by(|a, b| a.month.year() == b.month.year()).filter_map(|months| {
            let last = months.last()?;
            Some(YearRow {
                year: last.month.year(),
                charge: months.iter().map(|row| row.charge).sum(),
                cumulative: last.cumulative,
                net_book_value: last.net_book_value,
            })
        });
        Schedule { base, years: years.collect(), months }
    }

    /// The charge of `month`; zero outside the plan.
    pub fn charge_in(&self, month: BillingMonth) -> Money {
        self.months
            .binary_search_by_key(&month, |row| row.month)
            .ok()
            .and_then(|index| self.months.get(index))
            .map_or(Money::ZERO, |row| row.charge)
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
