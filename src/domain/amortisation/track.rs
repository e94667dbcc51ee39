//! One amount being spread: a component's base, or its share of a subsidy.
//!
//! What lies before a day can be settled; what is left then changes and is spread anew over the rest of the life, or a
//! share of it leaves and what is kept goes on as its share of what was planned. So the charges of all parts of a life
//! sum to what there was to spread, exactly.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::schedule::{Terms, spread};
use super::service::Service;
use crate::domain::calendar::BillingMonth;
use crate::domain::money::{Money, scaled};

/// Decimals units may carry.
pub const UNIT_DECIMALS: u32 = 4;

#[derive(Debug, Clone)]
pub(super) struct Track {
    /// Of every month settled or planned.
    charges: BTreeMap<BillingMonth, Money>,
    /// Charged so far, less what left with its asset.
    pub(super) cumulative: Money,
    /// Still to be charged from the last change on.
    pub(super) rest: Money,
    /// The year charged last, and what of its charge is of what is still there.
    in_year: (i32, Money),
    service: Service,
    ahead: Vec<(BillingMonth, Money)>,
    /// The rest when units were last counted anew, and how many were left then.
    by_units: Option<(Money, Decimal)>,
}

impl Track {
    pub(super) fn new(amount: Money, terms: &Terms, units_left: Option<Decimal>) -> Track {
        let service = terms.service();
        let ahead = if units_left.is_some() { Vec::new() } else { spread(amount, Money::ZERO, &service, terms) };
        Track {
            charges: BTreeMap::new(),
            cumulative: Money::ZERO,
            rest: amount,
            in_year: (i32::MIN, Money::ZERO),
            service,
            ahead,
            by_units: units_left.map(|units| (amount, units)),
        }
    }

    /// Charges everything before `day`; what lies after it stays ahead.
    pub(super) fn settle(&mut self, day: NaiveDate) {
        let month_of_day = BillingMonth::of(day);
        for (month, charge) in std::mem::take(&mut self.ahead) {
            let due = if month < month_of_day {
                charge
            } else if month == month_of_day {
                let (before, whole) = self.service.part_of_month(month, day);
                charge.fraction(before, whole)
            } else {
                Money::ZERO
            };
            if month <= month_of_day {
                self.charge(month, due);
            }
            if month >= month_of_day {
                self.ahead.push((month, charge - due));
            }
        }
        self.service = self.service.rest_from(day);
    }

    /// Spreads what is left from `day` on.
    pub(super) fn spread_rest(&mut self, day: NaiveDate, terms: &Terms, units_left: Option<Decimal>) {
        if let Some(units) = units_left {
            self.by_units = Some((self.rest, units));
            return;
        }
        self.service = terms.service().rest_from(day);
        self.ahead = if self.service.is_over() && !self.rest.is_zero() {
            vec![(BillingMonth::of(day), self.rest)]
        } else {
            spread(self.rest, self.charged_in(day.year()), &self.service, terms)
        };
    }

    /// Charges `units` used in `month`: in proportion, and all that is left with the last of them.
    pub(super) fn use_units(&mut self, month: BillingMonth, units: Decimal, is_last: bool) {
        let Some((base, left)) = self.by_units else { return };
        let in_parts = |units: Decimal| scaled(units, UNIT_DECIMALS).unwrap_or(0);
        let share = base.fraction(in_parts(units), in_parts(left));
        let charge = if is_last { self.rest } else { share.min(self.rest) };
        self.charge(month, charge);
    }

    /// Spreads what no unit was counted for yet over the rest of the life expected; the first month of that.
    pub(super) fn forecast(&mut self, from: BillingMonth, terms: &Terms) {
        self.by_units = None;
        self.spread_rest(from.first_day(), terms, None);
    }

    pub(super) fn is_by_units(&self) -> bool {
        self.by_units.is_some()
    }

    /// What is charged of `year` so far, of what is still there: with the rest it is what the year opened with.
    fn charged_in(&self, year: i32) -> Money {
        if self.in_year.0 == year { self.in_year.1 } else { Money::ZERO }
    }

    /// Takes away what leaves with its asset, charged and not, once it is settled. What is kept goes on as its share of
    /// what was planned: each year's charge in proportion, rounded once, the last the complement.
    pub(super) fn release(&mut self, cumulative: Money, rest: Money) {
        if !self.cumulative.is_zero() {
            let kept = self.cumulative - cumulative;
            self.in_year.1 = self.in_year.1.fraction(kept.cents(), self.cumulative.cents());
        }
        let planned = self.rest;
        self.cumulative -= cumulative;
        self.rest -= rest;
        let (kept, whole) = (self.rest.cents(), planned.cents());
        self.by_units = self.by_units.map(|(base, units)| (base.fraction(kept, whole), units));
        let mut left = self.rest;
        let ahead = std::mem::take(&mut self.ahead);
        let by_year: Vec<&[(BillingMonth, Money)]> = ahead.chunk_by(|a, b| a.0.year() == b.0.year()).collect();
        for (months, years_after) in by_year.iter().zip((0..by_year.len()).rev()) {
            let year: Money = months.iter().map(|(_, charge)| *charge).sum();
            let charge = if years_after == 0 { left } else { year.fraction(kept, whole).min(left) };
            left -= charge;
            let weights: Vec<u64> = months.iter().map(|(_, charge)| weight(*charge)).collect();
            self.ahead.extend(months.iter().map(|(month, _)| *month).zip(charge.allocate(&weights)));
        }
    }

    /// Nothing is left to charge: all of it left.
    pub(super) fn end(&mut self) {
        self.ahead.clear();
    }

    /// Adds to what is to be charged; negative takes away.
    pub(super) fn add(&mut self, amount: Money) {
        self.rest += amount;
    }

    /// All charges, those ahead included.
    pub(super) fn into_charges(mut self) -> BTreeMap<BillingMonth, Money> {
        for (month, charge) in std::mem::take(&mut self.ahead) {
            self.charge(month, charge);
        }
        self.charges
    }

    fn charge(&mut self, month: BillingMonth, charge: Money) {
        *self.charges.entry(month).or_default() += charge;
        self.in_year = (month.year(), self.charged_in(month.year()) + charge);
        self.cumulative += charge;
        self.rest -= charge;
    }
}

/// An amount as the weight of its share; what is spread is never negative.
pub(super) fn weight(amount: Money) -> u64 {
    u64::try_from(amount.cents()).unwrap_or(0)
}
