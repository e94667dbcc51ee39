//! Coverage, profiles and projections: what pages show, against what billing says.

use proptest::prelude::*;

use super::*;
use crate::domain::ids::MeterId;

fn readings(samples: &[Sample]) -> Vec<Reading> {
    let reading =
        |sample: &Sample| Reading { meter: MeterId(1), at: sample.at, value: sample.value, quality: Quality::Measured };
    samples.iter().map(reading).collect()
}

fn every(from: Timestamp, to: Timestamp, step: i64, value: impl Fn(i64) -> i64) -> Vec<Sample> {
    let count = (to.seconds() - from.seconds()) / step;
    (0..=count)
        .map(|index| Sample { at: from.plus_seconds(index * step), value: Micro::from_micros(value(index)) })
        .collect()
}

#[test]
fn a_whole_month_is_covered_and_expected_by_its_own_cadence() {
    let period = month("2026-10");
    let samples = every(period.from, period.to, 600, |index| index * 1_000);
    let coverage = Coverage::of(&meter(Register::Energy), &readings(&samples), period, period.to, None);
    assert_eq!((coverage.received, coverage.expected, coverage.cadence_seconds), (4470, Some(4470), Some(600)));
    assert_eq!((coverage.per_mille(), coverage.gaps.len(), coverage.missing_seconds), (Some(1000), 0, 0));
    assert!(!coverage.needs_attention());
}

#[test]
fn no_more_is_received_than_expected_where_a_month_is_half_over() {
    let period = month("2026-11");
    // 6,184 minutes: readings at 0, 10, …, 6,180 are 619, though ten minutes fit in 618 times.
    let now = period.from.plus_seconds(6_184 * 60);
    let samples = every(period.from, period.to, 600, |index| index * 1_000);
    let coverage = Coverage::of(&meter(Register::Energy), &readings(&samples), period, now, None);
    assert_eq!((coverage.received, coverage.expected), (619, Some(619)));
    // In step with the first reading, which need not come when the month begins.
    let shifted = every(period.from.plus_seconds(300), period.to, 600, |index| index * 1_000);
    let coverage = Coverage::of(&meter(Register::Energy), &readings(&shifted), period, now, None);
    assert_eq!((coverage.received, coverage.expected), (618, Some(618)));
}

#[test]
fn a_silence_is_a_gap_and_its_seconds_are_missing() {
    let period = month("2026-11");
    let mut samples = every(period.from, period.to, 600, |index| index * 1_000);
    let (from, to) = (period.from.plus_seconds(24 * HOUR), period.from.plus_seconds(33 * HOUR));
    samples.retain(|sample| sample.at <= from || to <= sample.at);
    let coverage = Coverage::of(&meter(Register::Energy), &readings(&samples), period, period.to, None);
    assert_eq!(coverage.gaps, [Gap { from, to }]);
    assert_eq!((coverage.missing_seconds, coverage.received), (9 * HOUR, 4320 - 53));
    assert_eq!(coverage.per_mille(), Some((720 - 9) * 1000 / 720));
}

#[test]
fn what_is_not_over_yet_or_not_in_service_is_not_expected() {
    let period = month("2026-11");
    let now = period.from.plus_seconds(48 * HOUR);
    let samples = every(period.from, now, 600, |index| index);
    let coverage = Coverage::of(&meter(Register::Power), &readings(&samples), period, now, None);
    assert_eq!((coverage.expected, coverage.gaps.len()), (Some(288), 0));
    // Silent since: the gap lasts until now.
    let coverage = Coverage::of(&meter(Register::Power), &readings(&samples), period, now.plus_seconds(5 * HOUR), None);
    assert_eq!(coverage.gaps, [Gap { from: now, to: now.plus_seconds(5 * HOUR) }]);
    let gone = Meter { removed_at: Some(period.from), ..meter(Register::Power) };
    let coverage = Coverage::of(&gone, &[], Period { from: now, to: period.to }, period.to, None);
    assert_eq!((coverage.period, coverage.per_mille(), coverage.needs_attention()), (None, None, false));
}

#[test]
fn falls_rollovers_and_resets_are_told_apart() {
    let period = month("2026-11");
    let of = |meter: &Meter, values: &[(i64, &str)]| {
        let samples = hourly(period.from, values);
        Coverage::of(meter, &readings(&samples), period, period.from.plus_seconds(4 * HOUR), None).anomalies
    };
    let plain = meter(Register::Energy);
    let values = [(0, "990"), (1, "995"), (2, "3"), (3, "8"), (4, "12")];
    assert!(matches!(of(&plain, &values)[..], [Anomaly::UndeclaredDecrease { .. }]));
    let wraps = Meter { modulus: Some(micro("1000")), ..plain.clone() };
    assert_eq!(of(&wraps, &values), [Anomaly::Rollover { at: period.from.plus_seconds(2 * HOUR) }]);
    let at = period.from.plus_seconds(HOUR + 60);
    let reset = Reset { at, final_index: Some(micro("996")), new_index: Micro::ZERO };
    assert_eq!(of(&Meter { resets: vec![reset], ..plain }, &values), [Anomaly::Reset { at }]);
}

#[test]
fn more_than_the_feed_carries_is_one_anomaly_with_its_peak() {
    let period = month("2026-11");
    let now = period.from.plus_seconds(4 * HOUR);
    let rated = Some(decimal("7.4"));
    let counter = hourly(period.from, &[(0, "0"), (1, "2"), (2, "12"), (3, "24"), (4, "26")]);
    let found = Coverage::of(&meter(Register::Energy), &readings(&counter), period, now, rated).anomalies;
    let at = |hour: i64| period.from.plus_seconds(hour * HOUR);
    let expected = Anomaly::AboveRating { from: at(1), to: at(3), mean_kw: decimal("12"), rated_kw: decimal("7.4") };
    assert_eq!(found, [expected]);
    let gauge = hourly(period.from, &[(0, "2"), (1, "8"), (2, "9"), (3, "1")]);
    let found = Coverage::of(&meter(Register::Power), &readings(&gauge), period, now, rated).anomalies;
    assert!(matches!(found[..], [Anomaly::AboveRating { mean_kw, .. }] if mean_kw == decimal("9")), "{found:?}");
}

#[test]
fn an_estimate_fills_the_gap_on_the_line() {
    let from = at("2026-11-01T00:00:00Z");
    let [before, after] = hourly(from, &[(0, "100"), (6, "106")]).try_into().unwrap();
    let filled = bridge(&meter(Register::Energy), before, after, 2 * HOUR).unwrap();
    assert_eq!(filled, hourly(from, &[(2, "102"), (4, "104")]));
    let filled = bridge(&meter(Register::Storage), before, after, 2 * HOUR).unwrap();
    assert_eq!(filled, hourly(from, &[(2, "100"), (4, "100")]));
    assert!(
        bridge(&meter(Register::Energy), after, Sample { at: after.at.plus_seconds(HOUR), ..before }, HOUR).is_err()
    );
}

#[test]
fn an_unknown_slot_has_no_value_and_a_broken_one_leaves_its_stretch_out() {
    let from = at("2026-11-02T00:00:00Z");
    let slots: Vec<Period> = (0..4).map(|hour| hours(from.plus_seconds(hour * HOUR), 1)).collect();
    let samples = hourly(from, &[(0, "10"), (1, "12"), (2, "5"), (3, "6")]);
    let values = profile(&meter(Register::Energy), &samples, &slots, from.plus_seconds(9 * HOUR));
    let shown: Vec<Option<String>> = values.iter().map(|one| one.value.map(|v| v.normalize().to_string())).collect();
    assert_eq!(shown, [Some("2".to_owned()), None, Some("1".to_owned()), None]);
    // A gauge holds no longer than its tolerance.
    let values = profile(&meter(Register::Power), &samples, &slots, from.plus_seconds(90 * HOUR));
    assert_eq!(values.iter().filter(|one| one.value.is_some()).count(), 4);
    let later = [hours(from.plus_seconds(6 * HOUR), 1)];
    assert_eq!(profile(&meter(Register::Power), &samples, &later, from.plus_seconds(90 * HOUR))[0].value, None);
}

proptest! {
    /// The days drawn are the days billed, and their sum is the month billed.
    #[test]
    fn days_are_those_of_the_bill(
        steps in prop::collection::vec((60_i64..7_200, 0_i64..5_000_000), 700..900),
    ) {
        let period = month("2026-10");
        let mut sample = Sample { at: period.from.plus_seconds(-500), value: Micro::ZERO };
        let mut samples = vec![sample];
        for (seconds, more) in steps {
            sample = Sample { at: sample.at.plus_seconds(seconds), value: Micro::from_micros(sample.value.micros() + more) };
            samples.push(sample);
        }
        let end = Sample { at: period.to.max(sample.at).plus_seconds(1), ..sample };
        samples.push(end);
        let slots: Vec<Period> = day_slots(period, Paris).into_iter().map(|(_, slot)| slot).collect();
        let now = period.to.plus_seconds(HOUR);
        for (register, measure) in [(Register::Energy, Measure::Energy), (Register::Storage, Measure::StorageMonth)] {
            let meter = meter(register);
            let billed = of_one(measure, &meter, &samples, period).unwrap();
            let drawn = profile(&meter, &samples, &slots, now);
            for (day, (_, expected)) in drawn.iter().zip(&billed.meters[0].daily) {
                prop_assert_eq!(day.value.unwrap(), *expected);
            }
            if register == Register::Energy {
                prop_assert_eq!(drawn.iter().filter_map(|day| day.value).sum::<Decimal>(), billed.quantity);
            }
        }
    }

    /// However it is carried on, what was read stays, and the month can be told.
    #[test]
    fn a_projection_keeps_what_was_read_and_ends_the_month(days in 1_i64..30, rise in 0_i64..9_000_000) {
        let period = month("2026-11");
        let samples = every(period.from, period.from.plus_seconds(days * 24 * HOUR - 600), 600, |index| index * rise % 400_000_000_000);
        let wraps = Meter { modulus: Some(micro("400000")), ..meter(Register::Energy) };
        let carried = projected(&wraps, &samples, period);
        prop_assert_eq!(&carried[..samples.len()], &samples[..]);
        prop_assert!(carried.is_sorted_by(|a, b| a.at < b.at));
        prop_assert_eq!(carried.last().unwrap().at, period.to);
        let usage = of_one(Measure::Energy, &wraps, &carried, period).unwrap();
        prop_assert!(usage.bridged_gaps().next().is_none());
        // Linear: as much a second as before, to the last digit shown.
        let expected = Decimal::new(rise, 6) * Decimal::from(period.seconds() / 600);
        prop_assert!((usage.quantity - expected).abs() < decimal("0.001"), "{} {expected}", usage.quantity);
    }
}
