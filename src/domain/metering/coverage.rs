//! How much of a period a meter's readings cover, and what is odd about them.
//!
//! A meter has no declared cadence: it is told by the readings themselves, as their most frequent interval. What is
//! expected follows from it; what is missing is told by silences longer than the meter's tolerance, as in billing.

use std::collections::HashMap;

use rust_decimal::Decimal;

use crate::domain::calendar::{Period, Timestamp};
use crate::domain::quantity::Micro;

use super::profile::{Segment, segments};
use super::{Gap, Meter, MeteringProblem, Quality, Reading, RegisterKind, Sample};

/// What is known of a meter over a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The part of the asked period in which the meter was in service and that is over; none where there is no such part.
    pub period: Option<Period>,
    /// The asked period had not begun: nothing can be said of it yet.
    pub is_to_come: bool,
    pub received: u64,
    /// How many readings its cadence would have given; none for occupancies and where no cadence can be told.
    pub expected: Option<u64>,
    /// The most frequent interval between readings.
    pub cadence_seconds: Option<i64>,
    /// Silences longer than the tolerance, whole, also where they reach beyond the period.
    pub gaps: Vec<Gap>,
    /// Seconds of the period inside gaps.
    pub missing_seconds: i64,
    pub estimated: u64,
    pub corrected: u64,
    pub anomalies: Vec<Anomaly>,
}

/// Something a person should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anomaly {
    /// The index falls and nothing explains it: issuing stops until someone does.
    UndeclaredDecrease { previous: Sample, next: Sample },
    /// The index passed the register's modulus: in order.
    Rollover { at: Timestamp },
    /// A declared restart: in order.
    Reset { at: Timestamp },
    /// More than the rack's feed is rated for: a wrong reading, or a danger.
    AboveRating { from: Timestamp, to: Timestamp, mean_kw: Decimal, rated_kw: Decimal },
}

impl Anomaly {
    pub const fn name(self) -> &'static str {
        match self {
            Anomaly::UndeclaredDecrease { .. } => "undeclared-decrease",
            Anomaly::Rollover { .. } => "rollover",
            Anomaly::Reset { .. } => "reset",
            Anomaly::AboveRating { .. } => "above-rating",
        }
    }

    /// Whether somebody must do something about it.
    pub const fn is_problem(self) -> bool {
        matches!(self, Anomaly::UndeclaredDecrease { .. } | Anomaly::AboveRating { .. })
    }

    /// When it showed.
    pub const fn at(self) -> Timestamp {
        match self {
            Anomaly::UndeclaredDecrease { next, .. } => next.at,
            Anomaly::Rollover { at } | Anomaly::Reset { at } => at,
            Anomaly::AboveRating { to, .. } => to,
        }
    }
}

impl Coverage {
    /// What `readings`, ascending and with the nearest one on either side of `period`, cover of it up to `now`.
    /// `rated_kw` is what the meter's feed is rated for, where it stands on one.
    pub fn of(
        meter: &Meter,
        readings: &[Reading],
        period: Period,
        now: Timestamp,
        rated_kw: Option<Decimal>,
    ) -> Coverage {
        let over = Period { from: period.from, to: period.to.min(now) };
        let Some(part) = over.intersection(meter.in_service()) else {
            return Coverage::nothing(now <= period.from);
        };
        let within: Vec<&Reading> = readings.iter().filter(|reading| part.contains(reading.at)).collect();
        let of = |quality| within.iter().filter(|reading| reading.quality == quality).count();
        let samples: Vec<Sample> = readings.iter().map(|one| Sample { at: one.at, value: one.value }).collect();
        let is_occupancy = meter.register.kind() == RegisterKind::Occupancy;
        let cadence_seconds = cadence(&within).filter(|_| !is_occupancy);
        let gaps = if is_occupancy { Vec::new() } else { gaps(meter, &samples, part) };
        Coverage {
            period: Some(part),
            is_to_come: false,
            received: count(within.len()),
            expected: cadence_seconds.and_then(|cadence| expected(&within, part, cadence)),
            cadence_seconds,
            missing_seconds: gaps.iter().filter_map(|gap| clipped(*gap, part)).map(Period::seconds).sum(),
            gaps,
            estimated: count(of(Quality::Estimated)),
            corrected: count(of(Quality::Corrected)),
            anomalies: anomalies(meter, &samples, part, rated_kw),
        }
    }

    fn nothing(is_to_come: bool) -> Coverage {
        Coverage {
            period: None,
            is_to_come,
            received: 0,
            expected: None,
            cadence_seconds: None,
            gaps: Vec::new(),
            missing_seconds: 0,
            estimated: 0,
            corrected: 0,
            anomalies: Vec::new(),
        }
    }

    /// How much of the period is covered, in thousandths rounded down: 1000 only where nothing is missing.
    pub fn per_mille(&self) -> Option<i64> {
        let period = self.period?;
        Some((period.seconds() - self.missing_seconds) * 1000 / period.seconds().max(1))
    }

    /// Whether somebody has something to do.
    pub fn needs_attention(&self) -> bool {
        !self.gaps.is_empty() || self.anomalies.iter().any(|anomaly| anomaly.is_problem())
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn clipped(gap: Gap, part: Period) -> Option<Period> {
    Period { from: gap.from, to: gap.to }.intersection(part)
}

/// The most frequent interval, the shortest of equals; none below two readings.
fn cadence(within: &[&Reading]) -> Option<i64> {
    let mut intervals: HashMap<i64, usize> = HashMap::new();
    for [this, next] in within.array_windows() {
        *intervals.entry(next.at.seconds() - this.at.seconds()).or_default() += 1;
    }
    let most = intervals.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
    most.map(|(seconds, _)| seconds).filter(|seconds| *seconds > 0)
}

/// The instants of `part`, half-open, that keep step with the first reading. How many that are depends on where the
/// part begins and ends, not on its length alone: 6,184 minutes from a reading on hold 619 of every ten minutes.
fn expected(within: &[&Reading], part: Period, cadence_seconds: i64) -> Option<u64> {
    let first = within.first()?;
    let phase = (first.at.seconds() - part.from.seconds()).checked_rem_euclid(cadence_seconds)?;
    let after_phase = (part.seconds() - phase).max(0);
    let begun = i64::from(after_phase.checked_rem(cadence_seconds)? > 0);
    u64::try_from(after_phase.checked_div(cadence_seconds)? + begun).ok()
}

/// Silences longer than the tolerance. Before the first reading ever and after the last one, the period's ends stand in
/// for the neighbour that is missing.
fn gaps(meter: &Meter, samples: &[Sample], part: Period) -> Vec<Gap> {
    let mut points: Vec<Timestamp> = samples.iter().map(|sample| sample.at).collect();
    if points.first().is_none_or(|first| *first > part.from) {
        points.insert(0, part.from);
    }
    if points.last().is_none_or(|last| *last < part.to) {
        points.push(part.to);
    }
    points
        .array_windows()
        .map(|[from, to]| Gap { from: *from, to: *to })
        .filter(|gap| gap.to.seconds() - gap.from.seconds() > meter.tolerance_seconds)
        .filter(|gap| clipped(*gap, part).is_some())
        .collect()
}

fn anomalies(meter: &Meter, samples: &[Sample], part: Period, rated_kw: Option<Decimal>) -> Vec<Anomaly> {
    match meter.register.kind() {
        RegisterKind::Counter => counter_anomalies(meter, samples, part, rated_kw),
        RegisterKind::Gauge if meter.register == super::Register::Power => power_anomalies(samples, part, rated_kw),
        RegisterKind::Gauge | RegisterKind::Occupancy => Vec::new(),
    }
}

fn counter_anomalies(meter: &Meter, samples: &[Sample], part: Period, rated_kw: Option<Decimal>) -> Vec<Anomaly> {
    let mut found = Vec::new();
    let shows = |at: Timestamp| part.from < at && at <= part.to;
    for segment in segments(meter, samples).iter().filter(|segment| shows(segment.to.at)) {
        match &segment.rise {
            None => found.push(Anomaly::UndeclaredDecrease { previous: segment.from, next: segment.to }),
            Some(rise) if rise.rollover.is_some() => found.push(Anomaly::Rollover { at: segment.to.at }),
            Some(_) => {}
        }
        if let Some((mean_kw, rated_kw)) = rated_kw.and_then(|rated| Some((mean_kw(segment)?, rated)))
            && mean_kw > rated_kw
        {
            note_above(&mut found, segment.from.at, segment.to.at, mean_kw, rated_kw);
        }
    }
    found.extend(meter.resets.iter().filter(|reset| shows(reset.at)).map(|reset| Anomaly::Reset { at: reset.at }));
    found.sort_by_key(|anomaly| anomaly.at());
    found
}

/// kWh ÷ h between two readings.
fn mean_kw(segment: &Segment) -> Option<Decimal> {
    let seconds = segment.to.at.seconds() - segment.from.at.seconds();
    let increase = segment.rise.as_ref()?.increase;
    super::assigned::units(increase).ok()?.checked_mul(Decimal::from(3600))?.checked_div(Decimal::from(seconds))
}

fn power_anomalies(samples: &[Sample], part: Period, rated_kw: Option<Decimal>) -> Vec<Anomaly> {
    let Some(rated_kw) = rated_kw else { return Vec::new() };
    let mut found = Vec::new();
    let mut previous: Option<Timestamp> = None;
    for sample in samples.iter().filter(|sample| part.contains(sample.at)) {
        if sample.value.to_decimal() > rated_kw {
            note_above(&mut found, previous.unwrap_or(sample.at), sample.at, sample.value.to_decimal(), rated_kw);
        }
        previous = Some(sample.at);
    }
    found
}

/// One stretch above the rating is one anomaly, with its highest value.
fn note_above(found: &mut Vec<Anomaly>, from: Timestamp, to: Timestamp, mean_kw: Decimal, rated_kw: Decimal) {
    if let Some(Anomaly::AboveRating { to: end, mean_kw: highest, .. }) = found.last_mut()
        && *end == from
    {
        (*end, *highest) = (to, mean_kw.max(*highest));
        return;
    }
    found.push(Anomaly::AboveRating { from, to, mean_kw, rated_kw });
}

/// The readings that would fill the silence between two: a counter's on the straight line between them, a gauge's the
/// value held. Both ends must be known, and a counter's fall be explained.
pub fn bridge(
    meter: &Meter,
    before: Sample,
    after: Sample,
    spacing_seconds: i64,
) -> Result<Vec<Sample>, MeteringProblem> {
    let ends = [before, after];
    let segments = segments(meter, &ends);
    if let Some(broken) = segments.iter().find(|segment| segment.rise.is_none()) {
        return Err(MeteringProblem::UndeclaredDecrease {
            meter: meter.code.clone(),
            previous_at: broken.from.at,
            before: broken.from.value,
            at: broken.to.at,
            after: broken.to.value,
        });
    }
    let spacing_seconds = spacing_seconds.max(1);
    let instants = std::iter::successors(Some(before.at.plus_seconds(spacing_seconds)), |at| {
        Some(at.plus_seconds(spacing_seconds))
    });
    let value = |at: Timestamp| match meter.register.kind() {
        RegisterKind::Counter => on_the_line(&segments, at).unwrap_or(before.value),
        RegisterKind::Gauge | RegisterKind::Occupancy => before.value,
    };
    Ok(instants.take_while(|at| *at < after.at).map(|at| Sample { at, value: value(at) }).collect())
}

fn on_the_line(segments: &[Segment], at: Timestamp) -> Option<Micro> {
    let rise = segments.iter().find(|segment| at <= segment.to.at)?.rise.as_ref()?;
    Some(rise.index_after(rise.until(at)))
}
