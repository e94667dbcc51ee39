//! What is known about a month: its readings, and what follows from them for every line.

use std::cell::OnceCell;
use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::RatingProblem;
use crate::domain::calendar::{BillingMonth, DatePeriod, Period};
use crate::domain::contract::MeterAssignment;
use crate::domain::facility::Facility;
use crate::domain::ids::MeterCode;
use crate::domain::metering::{self, Assigned, Measure, Meter, Sample, Usage};

/// The meters of the book by their code.
pub type Meters<'a> = HashMap<&'a MeterCode, &'a Meter>;

/// Readings by meter, strictly ascending in time, with the neighbours of the month on either side.
pub type Samples = HashMap<MeterCode, Vec<Sample>>;

/// A month's readings as rating asks for them.
pub struct MonthEvidence<'a> {
    pub(super) month: BillingMonth,
    pub(super) facility: &'a Facility,
    meters: &'a Meters<'a>,
    samples: &'a Samples,
    /// Days from this one on are not counted as known; none where the month is told whole.
    known_until: Option<NaiveDate>,
    /// Told once, and only if a line asks.
    pue: OnceCell<Result<MeasuredPue, RatingProblem>>,
}

/// The measured PUE of a month with the energies it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MeasuredPue {
    pub factor: Decimal,
    pub facility_kwh: Decimal,
    pub it_kwh: Decimal,
}

impl<'a> MonthEvidence<'a> {
    pub const fn new(
        month: BillingMonth,
        facility: &'a Facility,
        meters: &'a Meters<'a>,
        samples: &'a Samples,
    ) -> MonthEvidence<'a> {
        MonthEvidence { month, facility, meters, samples, known_until: None, pue: OnceCell::new() }
    }

    /// The same month as far as it is known before `day`: what is used is counted up to then, and what the contract
    /// agrees for the month stays whole. That is what would be due if nothing more were used.
    #[must_use]
    pub fn known_until(self, day: NaiveDate) -> MonthEvidence<'a> {
        MonthEvidence { known_until: Some(day), pue: OnceCell::new(), ..self }
    }

    /// Those of `days` that are known; none where all of them are still to come.
    pub(super) fn known(&self, days: DatePeriod) -> Option<DatePeriod> {
        let Some(until) = self.known_until else { return Some(days) };
        let to = days.to.map_or(until, |to| to.min(until));
        DatePeriod::new(days.from, Some(to)).ok()
    }

    /// What the meters assigned during `days` say about those of them that are known. Where none is, nobody asks.
    pub(super) fn usage(
        &self,
        measure: Measure,
        assignments: &[MeterAssignment],
        days: DatePeriod,
    ) -> Result<Usage, Vec<RatingProblem>> {
        let zone = self.facility.zone;
        let days = self.known(days).unwrap_or(days);
        let (mut assigned, mut problems) = (Vec::new(), Vec::new());
        for assignment in assignments {
            let Some(billed) = assignment.period.intersection(days) else { continue };
            match self.assigned(&assignment.meter, billed.instants(zone)) {
                Ok(one) => assigned.push(one),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        metering::usage(measure, &assigned, days.instants(zone), zone)
            .map_err(|problems| problems.into_iter().map(RatingProblem::Metering).collect())
    }

    /// Total facility energy ÷ IT energy of the month, as far as it is known.
    pub(super) fn measured_pue(&self) -> Result<MeasuredPue, RatingProblem> {
        self.pue.get_or_init(|| self.tell_pue()).clone()
    }

    fn tell_pue(&self) -> Result<MeasuredPue, RatingProblem> {
        let facility_kwh = self.energy(&self.facility.facility_energy_meters)?;
        let it_kwh = self.energy(&self.facility.it_energy_meters)?;
        let factor = metering::pue(facility_kwh, it_kwh)?;
        Ok(MeasuredPue { factor, facility_kwh, it_kwh })
    }

    /// The month's energy of those of `codes` that were in service in it.
    fn energy(&self, codes: &[MeterCode]) -> Result<Decimal, RatingProblem> {
        let days = self.month.days();
        let period = self.known(days).unwrap_or(days).instants(self.facility.zone);
        let assigned = codes.iter().map(|code| self.assigned(code, period)).collect::<Result<Vec<_>, _>>()?;
        let serving: Vec<Assigned<'_>> = assigned.into_iter().filter(|one| served(one.meter, period)).collect();
        let usage = metering::usage(Measure::Energy, &serving, period, self.facility.zone);
        usage.map(|usage| usage.quantity).map_err(|problems| {
            let first = problems.into_iter().next();
            RatingProblem::PueMetering(
                first.unwrap_or(metering::MeteringProblem::NoMeter { measure: Measure::Energy, period }),
            )
        })
    }

    fn assigned(&self, code: &MeterCode, period: Period) -> Result<Assigned<'a>, RatingProblem> {
        let meter = *self.meters.get(code).ok_or_else(|| RatingProblem::UnknownMeter { meter: code.clone() })?;
        let samples = self.samples.get(code).map_or(&[][..], Vec::as_slice);
        Ok(Assigned { meter, samples, period })
    }
}

/// Whether the meter was in service at any time of `period`.
pub fn served(meter: &Meter, period: Period) -> bool {
    meter.installed_at < period.to && meter.removed_at.is_none_or(|removed| period.from < removed)
}
