//! A meter's readings carried on to the end of a period, for an estimate that says it is one.
//!
//! A counter goes on as it rose on average so far in the period, a gauge keeps its mean so far, an occupancy its last
//! event. Nothing is invented where nothing was read.

use crate::domain::calendar::{Period, Timestamp};
use crate::domain::money::div_half_up;
use crate::domain::quantity::Micro;

use super::profile::segments;
use super::{Meter, RegisterKind, Sample};

/// `samples` and, after the last of them, what would follow until `period` ends. The same samples where there is nothing
/// to carry on: none lies in the period, they reach its end, or the meter was taken out.
pub fn projected(meter: &Meter, samples: &[Sample], period: Period) -> Vec<Sample> {
    let mut carried = samples.to_vec();
    let Some(last) = samples.last().copied().filter(|last| last.at > period.from && last.at < period.to) else {
        return carried;
    };
    let end = meter.removed_at.map_or(period.to, |removed| period.to.min(removed));
    let next = match meter.register.kind() {
        RegisterKind::Counter => counter(meter, samples, period, last),
        RegisterKind::Gauge => gauge(samples, period, last),
        RegisterKind::Occupancy => None,
    };
    let Some(next) = next else { return carried };
    let step_seconds = meter.tolerance_seconds.max(1);
    let mut at = last.at;
    while at < end {
        at = at.plus_seconds(step_seconds).min(end);
        carried.push(Sample { at, value: next(at) });
    }
    carried
}

type Course<'a> = Box<dyn Fn(Timestamp) -> Micro + 'a>;

fn counter<'a>(meter: &'a Meter, samples: &[Sample], period: Period, last: Sample) -> Option<Course<'a>> {
    let (mut total, mut begin) = (0_i128, None);
    for segment in segments(meter, samples).into_iter().filter(|segment| segment.to.at > period.from) {
        begin.get_or_insert(segment.from.at.max(period.from));
        // A fall nobody explained: rating will say so.
        let rise = segment.rise?;
        total += rise.increase - rise.until(period.from);
    }
    let elapsed = last.at.seconds() - begin?.seconds();
    (elapsed > 0).then_some(())?;
    let modulus = meter.modulus.map(|modulus| i128::from(modulus.micros()));
    Some(Box::new(move |at| {
        let more = div_half_up(total * i128::from(at.seconds() - last.at.seconds()), i128::from(elapsed));
        let index = i128::from(last.value.micros()) + more;
        let shown = modulus.map_or(index, |modulus| index.rem_euclid(modulus));
        Micro::from_micros(i64::try_from(shown).unwrap_or(i64::MAX))
    }))
}

fn gauge<'a>(samples: &[Sample], period: Period, last: Sample) -> Option<Course<'a>> {
    let (mut integral, mut seconds) = (0_i128, 0);
    for [this, next] in samples.array_windows() {
        if let Some(part) = (Period { from: this.at, to: next.at }).intersection(period) {
            integral += i128::from(this.value.micros()) * i128::from(part.seconds());
            seconds += part.seconds();
        }
    }
    let value = match seconds {
        0 => last.value,
        _ => Micro::from_micros(i64::try_from(div_half_up(integral, i128::from(seconds))).unwrap_or(i64::MAX)),
    };
    Some(Box::new(move |_| value))
}
