//! Occupancy: "n units from this moment", billed per day of the facility's calendar (handbook, Metering).
//!
//! A day is billed at the units in force when it ends: equipment installed during a day counts from that day, equipment
//! taken out no longer counts on its last one, and a move within the day is never billed twice. A day whose end lies
//! outside the meter's part is not billed by it. Silence is no gap: nothing has changed. Before the first event there
//! were no units.

use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::domain::calendar::Timestamp;
use crate::domain::quantity::Micro;

use super::assigned::{Measured, Part, Share, collect};
use super::daily::days;
use super::{IndexAt, MeteringProblem, Sample};

/// U·day: units in force at each day's end, summed over days and meters.
pub(super) fn unit_days(parts: &[Part<'_>], zone: Tz) -> Result<Measured, Vec<MeteringProblem>> {
    let shares = collect(parts.iter().map(|part| share(part, zone).map_err(|problem| vec![problem])))?;
    Ok((shares.iter().map(|share| share.usage.quantity).sum(), shares))
}

fn share(part: &Part<'_>, zone: Tz) -> Result<Share, MeteringProblem> {
    let events = part.in_force_and_within();
    if events.is_empty() {
        return Err(part.no_readings());
    }
    let mut usage = part.evidence(Decimal::ZERO);
    usage.daily = days(part.span, zone)
        .filter(|day| day.within.to == day.whole.to)
        .map(|day| {
            (day.date, in_force_before(day.whole.to, events).map_or(Micro::ZERO, |event| event.value).to_decimal())
        })
        .collect();
    usage.quantity = usage.daily.iter().map(|(_, units)| units).sum();
    usage.first = in_force_before(part.span.from.plus_seconds(1), events).map(|event| held(part.span.from, event));
    usage.last = in_force_before(part.span.to, events).map(|event| held(part.span.to, event));
    Ok(Share { usage, estimated: false })
}

/// The last event before `at`: one at midnight belongs to the day that begins.
fn in_force_before(at: Timestamp, events: &[Sample]) -> Option<Sample> {
    let count = events.partition_point(|event| event.at < at);
    events.get(count.checked_sub(1)?).copied()
}

fn held(at: Timestamp, event: Sample) -> IndexAt {
    IndexAt { at, value: event.value, interpolated: at != event.at }
}
