//! Gauges: a value that holds until the next one.
//!
//! What is billed of a gauge is its integral over time, in millionths × seconds, divided once at the end. A silence
//! longer than the meter's tolerance is a gap: the value before it holds through it, the gap is listed and the usage
//! estimated. A part that begins before the first reading ever takes that reading's value from its start if it lies
//! within the tolerance (estimated); otherwise its beginning is unknown. Gaps are listed whole, also where they reach
//! beyond the period; a silence without end yet ends with the part.

use chrono_tz::Tz;

use crate::domain::calendar::{Period, Timestamp};

use super::assigned::{Measured, Part, Share, collect, mean};
use super::daily::{Day, days};
use super::{Gap, IndexAt, MeterUsage, MeteringProblem, Sample};

/// One value over a stretch of time, in seconds since the epoch and millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    pub from: i64,
    pub to: i64,
    pub value: i64,
    /// Up to here the value is as good as measured. Beyond, in a gap, it is only held.
    pub measured_until: i64,
}

impl Hold {
    /// Millionths × seconds within `period`.
    fn integral_within(self, period: Period) -> i128 {
        let seconds = self.to.min(period.to.seconds()) - self.from.max(period.from.seconds());
        i128::from(self.value) * i128::from(seconds.max(0))
    }
}

/// A stretch of time and the integral gathered over it. A slice of slots always tiles time in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub from: i64,
    pub to: i64,
    /// Millionths × seconds, all meters added.
    pub integral: i128,
    /// Some meter measured something in it.
    pub measured: bool,
}

impl Slot {
    pub const fn over(period: Period) -> Slot {
        Slot { from: period.from.seconds(), to: period.to.seconds(), integral: 0, measured: false }
    }

    pub const fn period(self) -> Period {
        Period { from: Timestamp::from_seconds(self.from), to: Timestamp::from_seconds(self.to) }
    }

    pub const fn seconds(self) -> i64 {
        self.to - self.from
    }
}

/// Pours one gauge's holds, in order, into the slots they fall in.
pub(super) struct Filler<'a> {
    current: Option<&'a mut Slot>,
    later: std::slice::IterMut<'a, Slot>,
}

impl<'a> Filler<'a> {
    /// `slots` must cover every hold that will be poured.
    pub fn new(slots: &'a mut [Slot]) -> Filler<'a> {
        let mut later = slots.iter_mut();
        Filler { current: later.next(), later }
    }

    pub fn pour(&mut self, hold: Hold) {
        let mut from = hold.from;
        while from < hold.to {
            let Some(slot) = self.current.as_deref_mut() else { return };
            let to = hold.to.min(slot.to);
            if from < to {
                slot.integral += i128::from(hold.value) * i128::from(to - from);
                slot.measured |= from < hold.measured_until;
                from = to;
            }
            if slot.to <= from {
                self.current = self.later.next();
            }
        }
    }
}

/// A gauge over its part: at least one reading, and a value at every instant.
pub(super) struct Gauge<'a> {
    part: Part<'a>,
    first: Sample,
    last: Sample,
    /// The readings from the one in force at the start to the last before the end.
    samples: &'a [Sample],
}

impl<'a> Gauge<'a> {
    pub fn new(part: &Part<'a>) -> Result<Gauge<'a>, MeteringProblem> {
        let samples = part.in_force_and_within();
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
            return Err(part.no_readings());
        };
        let tolerance_seconds = part.meter.tolerance_seconds;
        if first.at.seconds() - part.span.from.seconds() > tolerance_seconds {
            let (meter, boundary) = (part.meter.code.clone(), part.span.from);
            return Err(MeteringProblem::BoundaryUnknown { meter, boundary, nearest: first.at, tolerance_seconds });
        }
        Ok(Gauge { part: *part, first: *first, last: *last, samples })
    }

    /// Every hold of the part in order; together they tile it.
    pub fn each_hold(&self, mut visit: impl FnMut(Hold)) {
        let begin = self.part.span.from.seconds();
        if begin < self.first.at.seconds() {
            let (to, value) = (self.first.at.seconds(), self.first.value.micros());
            visit(Hold { from: begin, to, value, measured_until: to });
        }
        for [this, next] in self.samples.array_windows() {
            visit(self.hold(*this, next.at, next.at));
        }
        visit(self.hold(self.last, self.silent_until(), self.part.span.to));
    }

    /// `this` until the end of its hold, in a silence that lasts until `next`.
    fn hold(&self, this: Sample, next: Timestamp, to: Timestamp) -> Hold {
        let from = this.at.max(self.part.span.from).seconds();
        let measured_until = if !self.is_gap(this.at, next) {
            to.seconds()
        } else if this.at.seconds() == from {
            from + 1 // the instant it was read at
        } else {
            from
        };
        Hold { from, to: to.seconds(), value: this.value.micros(), measured_until }
    }

    fn is_gap(&self, from: Timestamp, to: Timestamp) -> bool {
        to.seconds() - from.seconds() > self.part.meter.tolerance_seconds
    }

    fn silent_until(&self) -> Timestamp {
        self.part.neighbour_after().map_or(self.part.span.to, |next| next.at)
    }

    pub fn gaps(&self) -> Vec<Gap> {
        let between = self.samples.array_windows().map(|[this, next]| Gap { from: this.at, to: next.at });
        let at_end = Gap { from: self.last.at, to: self.silent_until() };
        between.chain(std::iter::once(at_end)).filter(|gap| self.is_gap(gap.from, gap.to)).collect()
    }

    /// Millionths × seconds within `period`.
    pub fn integral_within(&self, period: Period) -> i128 {
        let mut integral = 0;
        self.each_hold(|hold| integral += hold.integral_within(period));
        integral
    }

    /// The meter's share, its quantity and days still zero.
    pub fn share(&self) -> Share {
        let mut usage = self.part.evidence(Default::default());
        let span = self.part.span;
        let index = |at: Timestamp, sample: Sample| IndexAt { at, value: sample.value, interpolated: at != sample.at };
        usage.first = Some(index(span.from, self.first));
        // Its own instant: one at the end belongs to what follows, and may differ. One from before is held.
        usage.last = Some(index(self.last.at.max(span.from), self.last));
        usage.gaps = self.gaps();
        let estimated = !usage.gaps.is_empty() || span.from < self.first.at;
        Share { usage, estimated }
    }
}

/// The days of a part, ready to be filled.
pub(super) struct DaySlots {
    days: Vec<Day>,
    pub slots: Vec<Slot>,
}

impl DaySlots {
    pub fn of(span: Period, zone: Tz) -> DaySlots {
        let days: Vec<Day> = days(span, zone).collect();
        let slots = days.iter().map(|day| Slot::over(day.within)).collect();
        DaySlots { days, slots }
    }

    /// Writes each day's mean into the evidence.
    pub fn write(&self, usage: &mut MeterUsage) -> Result<(), MeteringProblem> {
        let means = self.days.iter().zip(&self.slots);
        usage.daily = means
            .map(|(day, slot)| Ok((day.date, mean(slot.integral, slot.seconds())?)))
            .collect::<Result<_, MeteringProblem>>()?;
        Ok(())
    }
}

/// TB-month: the mean of storage gauges over `period`, added over meters. A meter weighs what its part weighs in
/// `period`.
pub(super) fn storage(parts: &[Part<'_>], period: Period, zone: Tz) -> Result<Measured, Vec<MeteringProblem>> {
    let measured = collect(parts.iter().map(|part| integrated(part, period, zone).map_err(|problem| vec![problem])))?;
    let total = measured.iter().map(|(integral, _)| integral).sum();
    let quantity = mean(total, period.seconds()).map_err(|problem| vec![problem])?;
    Ok((quantity, measured.into_iter().map(|(_, share)| share).collect()))
}

fn integrated(part: &Part<'_>, period: Period, zone: Tz) -> Result<(i128, Share), MeteringProblem> {
    let gauge = Gauge::new(part)?;
    let mut days = DaySlots::of(part.span, zone);
    let mut filler = Filler::new(&mut days.slots);
    gauge.each_hold(|hold| filler.pour(hold));
    let integral = days.slots.iter().map(|slot| slot.integral).sum();

    let mut share = gauge.share();
    share.usage.quantity = mean(integral, period.seconds())?;
    days.write(&mut share.usage)?;
    Ok((integral, share))
}
