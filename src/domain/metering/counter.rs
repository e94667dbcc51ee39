//! Counters: an index that only rises, and what it rose by.
//!
//! The readings of a counter make one curve of consumption. Between two readings it rises linearly in time; where the
//! index falls, the consumption does not:
//!
//! * a declared reset between two readings is a point of the curve: the index reaches `final_index` there (or stays
//!   at the last reading where nobody read it: what was consumed since is not billed) and goes on from `new_index`.
//!   A reading at the very instant of a reset shows the new index, unless its value is the declared final one;
//! * a fall without a reset is a rollover if the register has a modulus and the rise it implies is below half of it;
//! * any other fall is an anomaly that is reported, never billed.
//!
//! The curve at a boundary is read, or interpolated between its neighbours and rounded half-up to the millionth.
//! Where there is a neighbour on one side only (the meter was just installed or removed, or the month has just ended),
//! its index holds if it lies within the meter's tolerance: the usage then counts from or to that reading and is
//! estimated. The curve at an instant does not depend on the period asked for, which is why usages of consecutive
//! periods add up exactly.

use chrono_tz::Tz;

use crate::domain::calendar::Timestamp;
use crate::domain::money::div_half_up;
use crate::domain::quantity::Micro;

use super::assigned::{Measured, Part, Share, collect, units};
use super::daily::{Day, days};
use super::{Gap, IndexAt, MeteringProblem, Reset, Restart, RestartKind, Sample};

/// kWh consumed, every counter's increases added.
pub(super) fn energy(parts: &[Part<'_>], zone: Tz) -> Result<Measured, Vec<MeteringProblem>> {
    let shares = collect(parts.iter().map(|part| share(part, zone)))?;
    Ok((shares.iter().map(|share| share.usage.quantity).sum(), shares))
}

fn share(part: &Part<'_>, zone: Tz) -> Result<Share, Vec<MeteringProblem>> {
    let days: Vec<Day> = days(part.span, zone).collect();
    let cuts: Vec<Timestamp> = std::iter::once(part.span.from).chain(days.iter().map(|day| day.within.to)).collect();
    let curve = Walk::new(part, &cuts).through()?;

    let energy = |from: &Crossing, to: &Crossing| units(to.total - from.total).map_err(|problem| vec![problem]);
    let (Some(first), Some(last)) = (curve.crossings.first(), curve.crossings.last()) else {
        return Err(vec![part.no_readings()]);
    };
    let mut usage = part.evidence(energy(first, last)?);
    usage.first = Some(first.index);
    usage.last = Some(last.index);
    usage.daily = days
        .iter()
        .zip(curve.crossings.array_windows())
        .map(|(day, [from, to])| Ok((day.date, energy(from, to)?)))
        .collect::<Result<_, Vec<MeteringProblem>>>()?;
    usage.gaps = curve.gaps;
    usage.restarts = curve.restarts;
    Ok(Share { usage, estimated: first.estimated || last.estimated })
}

/// The curve where it crosses an instant.
struct Crossing {
    /// Millionths consumed since the walk's first sample.
    total: i128,
    index: IndexAt,
    /// The index rests on neighbours further apart than the tolerance, or on one only.
    estimated: bool,
}

/// What a walk along a part's samples found.
#[derive(Default)]
struct Curve {
    crossings: Vec<Crossing>,
    gaps: Vec<Gap>,
    restarts: Vec<Restart>,
}

/// A rise of the index between two known points.
pub(super) struct Rise {
    pub from: Sample,
    pub to: Sample,
    /// Millionths, never negative.
    pub increase: i128,
    /// The modulus the index passed on the way.
    pub rollover: Option<Micro>,
}

impl Rise {
    /// The rise between two points without a reset between them; none where the fall is an anomaly.
    pub fn between(from: Sample, to: Sample, modulus: Option<Micro>) -> Option<Rise> {
        let difference = micros(to) - micros(from);
        if difference >= 0 {
            return Some(Rise { from, to, increase: difference, rollover: None });
        }
        let modulus = modulus?;
        let wrapped = difference + i128::from(modulus.micros());
        let plausible = from.value < modulus && to.value >= Micro::ZERO && wrapped * 2 < i128::from(modulus.micros());
        plausible.then_some(Rise { from, to, increase: wrapped, rollover: Some(modulus) })
    }

    /// What of the increase lies before `at`, linear in time, rounded half-up. Before the rise it is nothing, after
    /// it everything.
    pub fn until(&self, at: Timestamp) -> i128 {
        if at >= self.to.at {
            self.increase
        } else if at <= self.from.at {
            0
        } else {
            let elapsed = i128::from(at.seconds() - self.from.at.seconds());
            let whole = i128::from(self.to.at.seconds() - self.from.at.seconds());
            div_half_up(self.increase * elapsed, whole)
        }
    }

    /// What the register shows after `risen` millionths of the increase.
    pub fn index_after(&self, risen: i128) -> Micro {
        let index = micros(self.from) + risen;
        let shown = match self.rollover.map(|modulus| i128::from(modulus.micros())) {
            Some(modulus) if index >= modulus => index - modulus,
            _ => index,
        };
        Micro::from_micros(i64::try_from(shown).unwrap_or(i64::MAX))
    }
}

/// One pass over a part's samples, noting the curve at each cut: the part's start, its midnights, its end.
struct Walk<'a> {
    part: &'a Part<'a>,
    samples: &'a [Sample],
    /// Those not crossed yet, ascending.
    cuts: &'a [Timestamp],
    /// Those not passed yet, oldest first.
    resets: &'a [Reset],
    /// Millionths consumed since the first sample.
    total: i128,
    curve: Curve,
    problems: Vec<MeteringProblem>,
}

impl<'a> Walk<'a> {
    fn new(part: &'a Part<'a>, cuts: &'a [Timestamp]) -> Walk<'a> {
        let (samples, resets) = (part.with_neighbours(), part.meter.resets.as_slice());
        let passed =
            samples.first().map_or(0, |first| resets.iter().take_while(|reset| is_after(**reset, *first)).count());
        let resets = resets.get(passed..).unwrap_or_default();
        Walk { part, samples, cuts, resets, total: 0, curve: Curve::default(), problems: Vec::new() }
    }

    fn through(mut self) -> Result<Curve, Vec<MeteringProblem>> {
        let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) else {
            return Err(vec![self.part.no_readings()]);
        };
        self.cross_held(*first, |cut| cut < first.at);
        for [previous, next] in self.samples.array_windows() {
            self.step(*previous, *next);
        }
        self.cross_held(*last, |cut| last.at <= cut);
        if self.problems.is_empty() { Ok(self.curve) } else { Err(self.problems) }
    }

    /// From one reading to the next. Most hold no cut, no reset and no fall: they are but an addition.
    fn step(&mut self, previous: Sample, next: Sample) {
        if next.at.seconds() - previous.at.seconds() > self.part.meter.tolerance_seconds {
            self.curve.gaps.push(Gap { from: previous.at, to: next.at });
        }
        let cut = self.cuts.first().is_some_and(|cut| *cut < next.at);
        let reset = self.resets.first().is_some_and(|reset| reset.at <= next.at);
        if !cut && !reset && previous.value <= next.value {
            self.total += micros(next) - micros(previous);
        } else {
            self.step_over_resets(previous, next);
        }
    }

    fn step_over_resets(&mut self, previous: Sample, next: Sample) {
        let mut from = previous;
        while let Some((reset, later)) = self.resets.split_first().filter(|(reset, _)| is_after(**reset, next)) {
            self.resets = later;
            let reached = Sample { at: reset.at, value: reset.final_index.unwrap_or(from.value) };
            self.rise(from, reached, reset.at < next.at);
            if self.is_inside() {
                self.curve.restarts.push(Restart { kind: RestartKind::Reset, at: reset.at });
            }
            from = Sample { at: reset.at, value: reset.new_index };
        }
        self.rise(from, next, false);
    }

    /// The part has begun and not yet ended.
    fn is_inside(&self) -> bool {
        !self.curve.crossings.is_empty() && !self.cuts.is_empty()
    }

    /// From one known point to the next. A cut at the later point belongs to what follows, where the index may have
    /// begun again; only the end of the part, `closing`, belongs to the index before.
    fn rise(&mut self, from: Sample, to: Sample, closing: bool) {
        let Some(next_cut) = self.cuts.first() else { return };
        if self.curve.crossings.is_empty() && to.at <= *next_cut {
            return; // wholly before the part: neither its consumption nor its anomaly is ours
        }
        let Some(rise) = Rise::between(from, to, self.part.meter.modulus) else {
            self.problems.push(MeteringProblem::UndeclaredDecrease {
                meter: self.part.meter.code.clone(),
                previous_at: from.at,
                before: from.value,
                at: to.at,
                after: to.value,
            });
            return;
        };
        while let Some((cut, later)) = self.cuts.split_first() {
            if *cut < to.at || (closing && *cut == to.at && later.is_empty()) {
                self.cuts = later;
                self.cross(*cut, &rise);
            } else {
                break;
            }
        }
        self.note_rollover(&rise);
        self.total += rise.increase;
    }

    fn cross(&mut self, at: Timestamp, rise: &Rise) {
        let risen = rise.until(at);
        let interpolated = rise.from.at < at && at < rise.to.at;
        let apart = rise.to.at.seconds() - rise.from.at.seconds();
        self.curve.crossings.push(Crossing {
            total: self.total + risen,
            index: IndexAt { at, value: rise.index_after(risen), interpolated },
            estimated: interpolated && apart > self.part.meter.tolerance_seconds,
        });
    }

    /// Lists a rollover where the index passed the modulus inside the part, so that last − first + modulus explains
    /// the usage. Its instant is that of the reading that showed it.
    fn note_rollover(&mut self, rise: &Rise) {
        let Some(modulus) = rise.rollover else { return };
        let to_wrap = i128::from(modulus.micros()) - micros(rise.from);
        let span = self.part.span;
        if rise.until(span.from) < to_wrap && to_wrap <= rise.until(span.to) {
            self.curve.restarts.push(Restart { kind: RestartKind::Rollover, at: rise.to.at });
        }
    }

    /// Crosses the cuts for which `held` is true on the one reading beside them.
    fn cross_held(&mut self, neighbour: Sample, held: impl Fn(Timestamp) -> bool) {
        while let Some((cut, later)) = self.cuts.split_first().filter(|(cut, _)| held(**cut)) {
            self.cuts = later;
            let away = (cut.seconds() - neighbour.at.seconds()).abs();
            let ends = *cut == self.part.span.from || *cut == self.part.span.to;
            if away > self.part.meter.tolerance_seconds && ends {
                self.boundary_unknown(*cut, neighbour.at);
            }
            self.curve.crossings.push(Crossing {
                total: self.total,
                index: IndexAt { at: *cut, value: neighbour.value, interpolated: away > 0 },
                estimated: away > 0,
            });
        }
    }

    fn boundary_unknown(&mut self, boundary: Timestamp, nearest: Timestamp) {
        let silent = self.part.no_readings();
        if self.part.readings() > 0 {
            let Part { meter, .. } = self.part;
            let (meter, tolerance_seconds) = (meter.code.clone(), meter.tolerance_seconds);
            self.problems.push(MeteringProblem::BoundaryUnknown { meter, boundary, nearest, tolerance_seconds });
        } else if !self.problems.contains(&silent) {
            self.problems.push(silent);
        }
    }
}

/// Whether `sample` was read after `reset` took effect: later, or at its instant without showing the final index.
pub(super) fn is_after(reset: Reset, sample: Sample) -> bool {
    reset.at < sample.at || (reset.at == sample.at && reset.final_index != Some(sample.value))
}

fn micros(sample: Sample) -> i128 {
    i128::from(sample.value.micros())
}
