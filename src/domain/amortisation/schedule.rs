//! The depreciation schedule: its years, and their months.
//!
//! Years come first: each is charged by its method, rounded half-up to the cent, never more than is left, and the last
//! is the complement. A year's charge is then split over its months by largest remainder, in proportion to the days
//! each is in service by the method's own count. So months sum to years and years to the base, exactly.

use chrono::NaiveDate;
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
    /// Charges from commissioning to the end of this year.
    pub cumulative: Money,
    /// Cost − cumulative: what the balance sheet shows at the end of this year.
    pub net_book_value: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MonthRow {
    pub month: BillingMonth,
    pub charge: Money,
    pub cumulative: Money,
    pub net_book_value: Money,
}

/// The schedule of a component in service from `commissioned_on`.
///
/// Meant for components without [problems](super::FixedAsset::problems); on others it still ends: a duration outside 1
/// to 100 years is taken as the nearest bound, a negative base as nothing to depreciate.
pub fn schedule(component: &Component, commissioned_on: NaiveDate) -> Schedule {
    let base = component.base().max(Money::ZERO);
    spread(base, component.cost, commissioned_on, component.duration_years, component.method)
}

/// `base` spread over a life; book values count down from `value`.
pub(super) fn spread(
    base: Money,
    value: Money,
    commissioned_on: NaiveDate,
    duration_years: u32,
    method: Method,
) -> Schedule {
    let duration_years = duration_years.clamp(1, MAX_DURATION_YEARS);
    let service = Service::new(method, commissioned_on, duration_years);
    let months: Vec<(BillingMonth, u64)> = service.months().collect();
    let by_year: Vec<&[(BillingMonth, u64)]> = months.chunk_by(|a, b| a.0.year() == b.0.year()).collect();

    let mut rows =
        Schedule { base, years: Vec::with_capacity(by_year.len()), months: Vec::with_capacity(months.len()) };
    let mut cumulative = Money::ZERO;
    for (year_index, (months, years_after)) in (0u32..).zip(by_year.iter().zip((0..by_year.len()).rev())) {
        let Some(year) = months.first().map(|(month, _)| month.year()) else { continue };
        let left = base - cumulative;
        let charge = match method {
            _ if years_after == 0 => left,
            Method::Linear { .. } => linear::year_charge(base, &service, duration_years, year).min(left),
            Method::Degressive { coefficient } => {
                degressive::year_charge(left, &service, duration_years, coefficient, year, year_index).min(left)
            }
        };
        let days: Vec<u64> = months.iter().map(|(_, days)| *days).collect();
        for ((month, _), charge) in months.iter().zip(charge.allocate(&days)) {
            cumulative += charge;
            rows.months.push(MonthRow { month: *month, charge, cumulative, net_book_value: value - cumulative });
        }
        rows.years.push(YearRow { year, charge, cumulative, net_book_value: value - cumulative });
    }
    rows
}

impl Schedule {
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
