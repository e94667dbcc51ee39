//! A component on its way through its life: what is left to spread, what is lost, what left.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::movement::{Movement, MovementKind};
use super::schedule::Terms;
use super::track::{Track, weight};
use super::{Component, EventFault, Extent, Method};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

#[derive(Debug, Clone)]
pub(super) struct State<'a> {
    pub(super) component: &'a Component,
    pub(super) terms: Terms,
    pub(super) replaces: Option<ComponentCode>,
    /// What proves that it went into service, where that is not what proves it of the whole.
    pub(super) evidence: Option<&'a str>,
    pub(super) gross: Money,
    pub(super) residual_value: Money,
    pub(super) impairment: Money,
    pub(super) depreciation: Track,
    pub(super) subsidy: Track,
    /// Received for what is still there.
    pub(super) subsidy_received: Money,
    expected_units: Decimal,
    units_used: Decimal,
    last_use: Option<BillingMonth>,
    pub(super) movements: Vec<Movement>,
    /// What was spread in all from a day on: charged of what is still there, and to be charged.
    pub(super) bases: Vec<(NaiveDate, Money)>,
    pub(super) gone_on: Option<NaiveDate>,
}

impl<'a> State<'a> {
    /// `component` entering on `on` with its share of the asset's subsidy.
    pub(super) fn enter(component: &'a Component, on: NaiveDate, subsidy: Money, entry: Movement) -> State<'a> {
        let terms = Terms { method: component.method, duration_years: component.duration_years, commissioned_on: on };
        let expected_units = match component.method {
            Method::UnitsOfUse { expected_units } => expected_units,
            Method::Linear { .. } | Method::Degressive { .. } => Decimal::ZERO,
        };
        let units = matches!(component.method, Method::UnitsOfUse { .. }).then_some(expected_units);
        let base = component.base().max(Money::ZERO);
        State {
            component,
            terms,
            replaces: None,
            evidence: None,
            gross: component.cost,
            residual_value: component.residual_value,
            impairment: Money::ZERO,
            depreciation: Track::new(base, &terms, units),
            subsidy: Track::new(subsidy, &terms, units),
            subsidy_received: subsidy,
            expected_units,
            units_used: Decimal::ZERO,
            last_use: None,
            movements: vec![Movement { gross: component.cost, subsidy_received: subsidy, ..entry }],
            bases: vec![(on, base)],
            gone_on: None,
        }
    }

    /// Refuses a day on which the component is not in service.
    pub(super) fn in_service_on(&self, day: NaiveDate) -> Result<(), EventFault> {
        let (component, since) = (self.component.code.clone(), self.terms.commissioned_on);
        match self.gone_on {
            _ if day < since => Err(EventFault::BeforeService { component, since }),
            Some(since) if since <= day => Err(EventFault::Gone { component, since }),
            _ => Ok(()),
        }
    }

    pub(super) fn settle(&mut self, day: NaiveDate) {
        self.depreciation.settle(day);
        self.subsidy.settle(day);
    }

    /// Notes what is spread from `day` on, after a change of it.
    fn note_base(&mut self, day: NaiveDate) {
        self.bases.push((day, self.depreciation.cumulative + self.depreciation.rest));
    }

    pub(super) fn net_book_value(&self) -> Money {
        self.gross - self.depreciation.cumulative - self.impairment
    }

    fn units_left(&self) -> Option<Decimal> {
        matches!(self.terms.method, Method::UnitsOfUse { .. }).then(|| self.expected_units - self.units_used)
    }

    fn spread_rest(&mut self, day: NaiveDate) {
        let units = self.units_left();
        self.depreciation.spread_rest(day, &self.terms, units);
        self.subsidy.spread_rest(day, &self.terms, units);
    }

    pub(super) fn revise(
        &mut self,
        day: NaiveDate,
        duration_years: Option<u32>,
        residual_value: Option<Money>,
        expected_units: Option<Decimal>,
    ) -> Result<(), EventFault> {
        let by_units = self.units_left().is_some();
        let component = || self.component.code.clone();
        let same = duration_years.is_none_or(|years| years == self.terms.duration_years)
            && residual_value.is_none_or(|value| value == self.residual_value)
            && expected_units.is_none_or(|units| units == self.expected_units);
        match () {
            () if expected_units.is_some() && !by_units => {
                return Err(EventFault::NotByUnits { component: component() });
            }
            () if same => return Err(EventFault::ChangesNothing),
            () => {}
        }
        if let Some(years) = duration_years.filter(|years| !(1..=super::MAX_DURATION_YEARS).contains(years)) {
            return Err(EventFault::Duration(years));
        }
        let mut revised = self.clone();
        revised.settle(day);
        if let Some(expected) = expected_units {
            if expected <= self.units_used || !is_units(expected) {
                return Err(EventFault::ExpectedUnits { expected, used: self.units_used });
            }
            revised.expected_units = expected;
        }
        if let Some(value) = residual_value {
            let (gross, depreciated, impaired) = (self.gross, revised.depreciation.cumulative, self.impairment);
            if value.is_negative() || value > gross - depreciated - impaired {
                return Err(EventFault::ResidualValue { residual_value: value, gross, depreciated, impaired });
            }
            revised.depreciation.add(self.residual_value - value);
            revised.residual_value = value;
        }
        if let Some(years) = duration_years {
            revised.terms.duration_years = years;
        }
        let rest = revised.depreciation.rest;
        if !by_units && !rest.is_zero() && revised.terms.service().rest_from(day).is_over() {
            return Err(revised.life_over(rest));
        }
        revised.note_base(day);
        revised.spread_rest(day);
        *self = revised;
        Ok(())
    }

    fn life_over(&self, rest: Money) -> EventFault {
        let last_month = self.terms.service().months().last().map(|(month, _)| month);
        let commissioned_on = self.terms.commissioned_on;
        EventFault::LifeOver {
            duration_years: self.terms.duration_years,
            commissioned_on,
            last_month: last_month.unwrap_or(BillingMonth::of(commissioned_on)),
            rest,
        }
    }

    pub(super) fn impair(&mut self, day: NaiveDate, event: usize, amount: Money) -> Result<(), EventFault> {
        let mut impaired = self.clone();
        impaired.settle(day);
        if amount > impaired.depreciation.rest {
            return Err(EventFault::ImpairsTooMuch {
                amount,
                gross: self.gross,
                depreciated: impaired.depreciation.cumulative,
                impaired: self.impairment,
                residual_value: self.residual_value,
            });
        }
        impaired.change_impairment(day, amount, Movement::new(day, MovementKind::Impaired, Some(event)));
        *self = impaired;
        Ok(())
    }

    /// Undoes an impairment, never beyond `unimpaired`: what the component were worth had there been none.
    pub(super) fn reverse(
        &mut self,
        day: NaiveDate,
        event: usize,
        amount: Money,
        unimpaired: Money,
    ) -> Result<(), EventFault> {
        let mut restored = self.clone();
        restored.settle(day);
        let net = restored.net_book_value();
        if amount > self.impairment {
            return Err(EventFault::ReversesTooMuch { amount, impaired: self.impairment });
        }
        if net + amount > unimpaired {
            return Err(EventFault::ReversesBeyondCost { amount, net, unimpaired });
        }
        restored.change_impairment(day, -amount, Movement::new(day, MovementKind::Reversed, Some(event)));
        *self = restored;
        Ok(())
    }

    fn change_impairment(&mut self, day: NaiveDate, amount: Money, movement: Movement) {
        self.impairment += amount;
        self.depreciation.add(-amount);
        self.movements.push(Movement { impairment: amount, ..movement });
        self.note_base(day);
        self.spread_rest(day);
    }

    /// What part of the gross value `extent` is.
    pub(super) fn part(&self, extent: Extent) -> Result<Money, EventFault> {
        let part = match extent {
            Extent::Whole => self.gross,
            Extent::Gross(amount) => amount,
            Extent::Percent(percent) => {
                let is_share = percent > Decimal::ZERO && percent <= Decimal::ONE_HUNDRED;
                let millionths = crate::domain::money::scaled(percent, 4).ok().filter(|_| is_share);
                let millionths = millionths.ok_or(EventFault::Share(percent))?;
                self.gross.fraction(millionths, 1_000_000)
            }
        };
        if part <= Money::ZERO || part > self.gross {
            return Err(EventFault::Part { part, gross: self.gross });
        }
        Ok(part)
    }

    /// Takes `part` of the gross value out, with its share of everything that stands beside it. The parts of what
    /// leaves add up to it exactly, and nothing leaves that is not there.
    pub(super) fn leave(&mut self, part: Money, proceeds: Money, movement: Movement) {
        let day = movement.on;
        self.settle(day);
        let stands = [self.depreciation.cumulative, self.impairment, self.residual_value, self.depreciation.rest];
        let out = part.allocate(&stands.map(weight));
        let [depreciation, impairment, residual_value, rest] = out.as_slice() else { return };
        let subsidy = self.subsidy_received.fraction(part.cents(), self.gross.cents());
        let income = subsidy.allocate(&[weight(self.subsidy.cumulative), weight(self.subsidy.rest)]);
        let [taken, left] = income.as_slice() else { return };

        self.gross -= part;
        self.impairment -= *impairment;
        self.residual_value -= *residual_value;
        self.subsidy_received -= subsidy;
        self.depreciation.release(*depreciation, *rest);
        self.subsidy.release(*taken, *left);
        self.movements.push(Movement {
            gross: -part,
            depreciation: -*depreciation,
            impairment: -*impairment,
            subsidy_received: -subsidy,
            subsidy_taken: -*taken,
            subsidy_rest: *left,
            proceeds,
            ..movement
        });
        self.note_base(day);
        if self.gross.is_zero() {
            self.gone_on = Some(day);
            self.depreciation.end();
            self.subsidy.end();
        }
    }

    pub(super) fn subsidise(&mut self, day: NaiveDate, event: usize, amount: Money) {
        if amount.is_zero() {
            return;
        }
        // Only its income is spread anew: what is charged does not depend on who paid.
        self.subsidy.settle(day);
        self.subsidy.add(amount);
        self.subsidy_received += amount;
        let movement = Movement::new(day, MovementKind::Subsidised, Some(event));
        self.movements.push(Movement { subsidy_received: amount, ..movement });
        let units = self.units_left();
        self.subsidy.spread_rest(day, &self.terms, units);
    }

    pub(super) fn use_units(&mut self, day: NaiveDate, units: Decimal) -> Result<(), EventFault> {
        if !self.depreciation.is_by_units() {
            return Err(EventFault::NotByUnits { component: self.component.code.clone() });
        }
        if !is_units(units) {
            return Err(EventFault::Units(units));
        }
        let (used, expected) = (self.units_used, self.expected_units);
        if used + units > expected {
            return Err(EventFault::TooManyUnits { units, used, expected });
        }
        let month = BillingMonth::of(day);
        let is_last = used + units == expected;
        self.depreciation.use_units(month, units, is_last);
        self.subsidy.use_units(month, units, is_last);
        self.units_used += units;
        self.last_use = Some(month);
        Ok(())
    }

    /// From which month on the plan only forecasts, `open_from` at the earliest; it does where units decide.
    pub(super) fn forecast(&mut self, open_from: Option<BillingMonth>) -> Option<BillingMonth> {
        if !self.depreciation.is_by_units() || self.gone_on.is_some() {
            return None;
        }
        let begun = BillingMonth::of(self.terms.commissioned_on);
        let from = self.last_use.map_or(begun, BillingMonth::next);
        let from = open_from.map_or(from, |open| open.max(from));
        self.depreciation.forecast(from, &self.terms);
        self.subsidy.forecast(from, &self.terms);
        Some(from)
    }
}

/// Above zero, and no finer than units are counted.
pub(super) fn is_units(units: Decimal) -> bool {
    units > Decimal::ZERO && crate::domain::money::scaled(units, super::track::UNIT_DECIMALS).is_ok()
}
