//! One amount being spread: a component's base, or its share of a subsidy.
//!
//! What lies before a day can be settled; what is left then changes and is spread anew over the rest of the life. So
//! the charges of all parts of a life sum to what there was to spread, exactly.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::schedule::{Terms, spread};
use super::service::Service;
use crate::domain::calendar::BillingMonth;
use crate::domain::money::{Money, scaled};

/// Decimals units may carry.
pub(super) const UNIT_DECIMALS: u32 = 4;

#[derive(Debug, Clone)]
pub(super) struct Track {
    /// Of every month settled or planned.
    charges: BTreeMap<BillingMonth, Money>,
    /// Charged so far, less what left with its asset.
    pub(super) cumulative: Money,
    /// Still to be charged from the last change on.
    pub(super) rest: Money,
    service: Service,
    ahead: Vec<(BillingMonth, Money)>,
    /// The rest when units were last counted anew, and how many were left then.
    by_units: Option<(Money, Decimal)>,
}

impl Track {
    pub(super) fn new(amount: Money, terms: &Terms, units_left: Option<Decimal>) -> Track {
        let service = terms.service();
        let ahead = if units_left.is_some() { Vec::new() } else { spread(amount, &service, terms) };
        Track {
            charges: BTreeMap::new(),
            cumulative: Money::ZERO,
            rest: amount,
            service,
            ahead,
            by_units: units_left.map(|units| (amount, units)),
        }
    }

    /// Charges everything before `day`.
    pub(super) fn settle(&mut self, day: NaiveDate) {
        let month_of_day = BillingMonth::of(day);
        for (month, charge) in std::mem::take(&mut self.ahead) {
            if month < month_of_day {
                self.charge(month, charge);
            } else if month == month_of_day {
                let (before, whole) = self.service.part_of_month(month, day);
                self.charge(month, charge.fraction(before, whole));
            }
        }
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
            spread(self.rest, &self.service, terms)
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

    /// Takes away what leaves with its asset, charged and not.
    pub(super) fn release(&mut self, cumulative: Money, rest: Money) {
        self.cumulative -= cumulative;
        self.rest -= rest;
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
        self.cumulative += charge;
        self.rest -= charge;
    }
}
