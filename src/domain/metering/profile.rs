//! A meter's course over time, slot by slot: what pages draw and list.
//!
//! It rests on the same curve as what is billed: the days of a month add up to what [`usage`](super::usage) says of the
//! month. But it never refuses: what is not known has no value, what was interpolated across a gap or held through one
//! says so, and a fall that cannot be explained leaves its stretch out.

use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::domain::calendar::{Period, Timestamp};
use crate::domain::quantity::Micro;

use super::assigned::{mean, units};
use super::counter::{Rise, is_after};
use super::daily::days;
use super::gauge::Slot;
use super::windows::grid;
use super::{Meter, MeteringProblem, RegisterKind, Sample};

/// What a meter says about one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotValue {
    pub slot: Period,
    /// kWh consumed, mean kW, mean TB, or U in force at its end; none where nothing is known.
    pub value: Option<Decimal>,
    /// How much of the slot the value rests on.
    pub known_seconds: i64,
    /// A silence longer than the meter's tolerance reaches into it.
    pub estimated: bool,
}

/// The days `period` touches, each with the part of it inside the period.
pub fn day_slots(period: Period, zone: Tz) -> Vec<(NaiveDate, Period)> {
    days(period, zone).map(|day| (day.date, day.within)).collect()
}

/// The windows of `period` aligned to the facility's clock; refuses a length that does not divide the day.
pub fn window_slots(period: Period, window_minutes: u32, zone: Tz) -> Result<Vec<Period>, Vec<MeteringProblem>> {
    Ok(grid(period, window_minutes, zone)?.into_iter().map(Slot::period).collect())
}

/// What `meter` says about each of `slots`, which follow one another. `samples` ascend and hold the nearest reading on
/// either side where there is one. A gauge's last value holds until `now`, but no longer than the meter's tolerance.
pub fn profile(meter: &Meter, samples: &[Sample], slots: &[Period], now: Timestamp) -> Vec<SlotValue> {
    match meter.register.kind() {
        RegisterKind::Counter => counted(meter, samples, slots),
        RegisterKind::Gauge => held(&holds(meter, samples, now), slots, gauge_value),
        RegisterKind::Occupancy => held(&holds(meter, samples, now), slots, last_value),
    }
}

/// A stretch of a counter's curve.
pub(super) struct Segment {
    pub from: Sample,
    pub to: Sample,
    /// None where the index falls and nothing explains it.
    pub rise: Option<Rise>,
    /// Its readings are further apart than the meter's tolerance.
    pub is_gap: bool,
}

/// The stretches between readings, cut at declared resets.
pub(super) fn segments(meter: &Meter, samples: &[Sample]) -> Vec<Segment> {
    let mut segments = Vec::with_capacity(samples.len());
    for [previous, next] in samples.array_windows() {
        let is_gap = next.at.seconds() - previous.at.seconds() > meter.tolerance_seconds;
        let mut from = *previous;
        let mut push = |from: Sample, to: Sample| {
            segments.push(Segment { from, to, rise: Rise::between(from, to, meter.modulus), is_gap });
        };
        for reset in meter.resets.iter().filter(|reset| !is_after(**reset, *previous) && is_after(**reset, *next)) {
            push(from, Sample { at: reset.at, value: reset.final_index.unwrap_or(from.value) });
            from = Sample { at: reset.at, value: reset.new_index };
        }
        push(from, *next);
    }
    segments
}

fn counted(meter: &Meter, samples: &[Sample], slots: &[Period]) -> Vec<SlotValue> {
    let segments = segments(meter, samples);
    let mut begin = 0;
    let mut values = Vec::with_capacity(slots.len());
    for slot in slots {
        while segments.get(begin).is_some_and(|segment| segment.to.at < slot.from) {
            begin += 1;
        }
        let touching = segments.iter().skip(begin).take_while(|segment| segment.from.at <= slot.to);
        let (mut total, mut known_seconds, mut estimated, mut any) = (0_i128, 0, false, false);
        for segment in touching {
            let Some(rise) = &segment.rise else { continue };
            total += rise.until(slot.to) - rise.until(slot.from);
            let overlap = Period { from: segment.from.at, to: segment.to.at }.intersection(*slot);
            if let Some(overlap) = overlap {
                (any, known_seconds) = (true, known_seconds + overlap.seconds());
                estimated |= segment.is_gap;
            }
        }
        let value = any.then(|| units(total).ok()).flatten();
        values.push(SlotValue { slot: *slot, value, known_seconds, estimated });
    }
    values
}

/// A value over a stretch of time.
struct Held {
    period: Period,
    value: Micro,
    is_gap: bool,
}

fn holds(meter: &Meter, samples: &[Sample], now: Timestamp) -> Vec<Held> {
    let occupancy = meter.register.kind() == RegisterKind::Occupancy;
    let hold = |this: Sample, to: Timestamp| Held {
        period: Period { from: this.at, to },
        value: this.value,
        is_gap: !occupancy && to.seconds() - this.at.seconds() > meter.tolerance_seconds,
    };
    let mut holds: Vec<Held> = samples.array_windows().map(|[this, next]| hold(*this, next.at)).collect();
    if let Some(last) = samples.last() {
        let to = if occupancy { now } else { now.min(last.at.plus_seconds(meter.tolerance_seconds)) };
        let to = meter.removed_at.map_or(to, |removed| to.min(removed));
        if last.at < to {
            holds.push(hold(*last, to));
        }
    }
    holds
}

fn held(holds: &[Held], slots: &[Period], value: fn(&[(Period, &Held)]) -> Option<Decimal>) -> Vec<SlotValue> {
    let mut begin = 0;
    let mut values = Vec::with_capacity(slots.len());
    for slot in slots {
        while holds.get(begin).is_some_and(|hold| hold.period.to <= slot.from) {
            begin += 1;
        }
        let within = holds.iter().skip(begin).take_while(|hold| hold.period.from < slot.to);
        let parts: Vec<(Period, &Held)> =
            within.filter_map(|hold| Some((hold.period.intersection(*slot)?, hold))).collect();
        values.push(SlotValue {
            slot: *slot,
            value: value(&parts),
            known_seconds: parts.iter().map(|(part, _)| part.seconds()).sum(),
            estimated: parts.iter().any(|(_, hold)| hold.is_gap),
        });
    }
    values
}

/// The mean over what is known.
fn gauge_value(parts: &[(Period, &Held)]) -> Option<Decimal> {
    let seconds: i64 = parts.iter().map(|(part, _)| part.seconds()).sum();
    let integral =
        parts.iter().map(|(part, hold)| i128::from(hold.value.micros()) * i128::from(part.seconds())).sum::<i128>();
    (seconds > 0).then(|| mean(integral, seconds).ok()).flatten()
}

/// What is in force at the end.
fn last_value(parts: &[(Period, &Held)]) -> Option<Decimal> {
    parts.last().map(|(_, hold)| hold.value.to_decimal())
}
