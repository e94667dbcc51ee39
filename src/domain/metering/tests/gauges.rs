use proptest::prelude::*;

use super::*;

fn storage(samples: &[Sample], period: Period) -> Result<Usage, Vec<MeteringProblem>> {
    of_one(Measure::StorageMonth, &meter(Register::Storage), samples, period)
}

#[test]
fn a_terabyte_month_is_the_time_weighted_mean() {
    let from = at("2026-10-07T08:00:00Z");
    let samples = hourly(from, &[(-1, "10"), (1, "14"), (2, "12"), (3, "12")]);
    let usage = storage(&samples, hours(from, 4)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("12"), false)); // (10 + 14 + 12 + 12) / 4
    let share = &usage.meters[0];
    assert_eq!(share.first, Some(IndexAt { at: from, value: micro("10"), interpolated: true }));
    // A reading at the very end belongs to what follows: the last one here is the one before.
    assert_eq!(share.last, Some(IndexAt { at: hours(from, 3).to, value: micro("12"), interpolated: false }));
    assert_eq!((share.readings, &share.daily[..]), (3, &[(from.date_in(Paris), decimal("12"))][..]));
}

#[test]
fn a_mean_keeps_28_digits() {
    let from = at("2026-10-07T08:00:00Z");
    let usage = storage(&hourly(from, &[(0, "10"), (2, "11")]), hours(from, 3)).unwrap();
    assert_eq!(usage.quantity, decimal("10.333333333333333333333333333"));
}

#[test]
fn through_a_gap_the_value_before_it_holds_and_the_usage_is_estimated() {
    let from = at("2026-10-07T08:00:00Z");
    let samples = hourly(from, &[(0, "10"), (1, "20"), (4, "40"), (5, "40")]);
    let usage = storage(&samples, hours(from, 5)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("22"), true)); // (10 + 3 × 20 + 40) / 5
    let gap = Gap { from: from.plus_seconds(HOUR), to: from.plus_seconds(4 * HOUR) };
    assert_eq!(usage.meters[0].gaps, [gap]);
    assert_eq!(usage.bridged_gaps().count(), 1);
}

#[test]
fn a_silence_at_the_end_is_a_gap_and_one_before_any_reading_is_unknown() {
    let from = at("2026-10-07T08:00:00Z");
    let silent = storage(&hourly(from, &[(0, "10")]), hours(from, 3)).unwrap();
    assert_eq!(silent.meters[0].gaps, [Gap { from, to: hours(from, 3).to }]);

    let late = hourly(from, &[(1, "10"), (2, "20")]);
    let usage = storage(&late, hours(from, 3)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("13.333333333333333333333333333"), true));

    let problems = storage(&late, hours(from.plus_seconds(-2 * HOUR), 5)).unwrap_err();
    assert!(matches!(problems[..], [MeteringProblem::BoundaryUnknown { .. }]));
    let problems = storage(&late, hours(from.plus_seconds(-9 * HOUR), 5)).unwrap_err();
    assert!(matches!(problems[..], [MeteringProblem::NoReadings { .. }]));
}

#[test]
fn a_meter_weighs_what_its_part_weighs_in_the_period() {
    let from = at("2026-10-07T08:00:00Z");
    let (array, shelf) = (meter(Register::Storage), Meter { code: "S2".into(), ..meter(Register::Storage) });
    let samples = hourly(from, &[(0, "100"), (2, "100"), (4, "100")]);
    let period = hours(from, 4);
    let assigned = [
        Assigned { meter: &array, samples: &samples, period },
        Assigned { meter: &shelf, samples: &samples, period: hours(from, 1) },
    ];
    let usage = usage(Measure::StorageMonth, &assigned, period, Paris).unwrap();
    assert_eq!(usage.quantity, decimal("125"));
    assert_eq!((usage.meters[0].quantity, usage.meters[1].quantity), (decimal("100"), decimal("25")));
    assert_eq!(usage.meters[1].daily[0].1, decimal("100"));
}

fn readings() -> impl Strategy<Value = Vec<Sample>> {
    prop::collection::vec((1i64..1_500, 0i64..1_000_000), 1..40).prop_map(|steps| {
        let mut now = at("2026-10-24T19:50:00Z");
        let sample = |now: Timestamp, value| Sample { at: now, value: Micro::from_micros(value) };
        let place = |(seconds, value)| {
            now = now.plus_seconds(seconds);
            sample(now, value)
        };
        steps.into_iter().map(place).collect()
    })
}

/// Millionths × seconds, one second after the other.
fn by_seconds(samples: &[Sample], period: Period) -> i64 {
    let value = |at| samples.iter().rfind(|s| s.at <= at).unwrap_or(&samples[0]).value.micros();
    (period.from.seconds()..period.to.seconds()).map(|at| value(Timestamp::from_seconds(at))).sum()
}

proptest! {
    #[test]
    fn the_mean_is_what_counting_second_by_second_gives(samples in readings(), begin in 0i64..1_000, length in 1i64..9_000) {
        let from = samples[0].at.plus_seconds(begin - 500);
        let period = Period { from, to: from.plus_seconds(length) };
        prop_assume!(samples[0].at < period.to);
        let usage = storage(&samples, period).unwrap();
        let expected = Decimal::new(by_seconds(&samples, period), 6) / Decimal::from(length);
        prop_assert_eq!(usage.quantity, expected);
        let days = usage.meters[0].daily.len();
        prop_assert_eq!(days, super::super::daily::days(period, Paris).count());
    }

    #[test]
    fn the_highest_window_is_what_counting_second_by_second_gives(a in readings(), b in readings()) {
        let from = at("2026-10-24T20:00:00Z"); // across midnight, three hours
        let period = hours(from, 3);
        prop_assume!(a[0].at < period.to && b[0].at < period.to);
        let (feed_a, feed_b) = (meter(Register::Power), meter(Register::Power));
        let assigned = [
            Assigned { meter: &feed_a, samples: &a, period },
            Assigned { meter: &feed_b, samples: &b, period },
        ];
        let windows = (0..18).map(|n| Period { from: from.plus_seconds(n * 600), to: from.plus_seconds(n * 600 + 600) });
        let mut means: Vec<i64> = windows.map(|w| by_seconds(&a, w) + by_seconds(&b, w)).collect();
        means.sort();
        // Without gaps beyond the tolerance every window counts.
        prop_assume!([&a, &b].iter().all(|s| period.to.seconds() - s[s.len() - 1].at.seconds() <= 7_200));
        let highest = usage(Measure::Demand { window_minutes: 10 }, &assigned, period, Paris).unwrap();
        prop_assert_eq!(highest.quantity, Decimal::new(means[17], 6) / Decimal::from(600));
        let percentile = usage(Measure::Percentile95 { window_minutes: 10 }, &assigned, period, Paris).unwrap();
        prop_assert_eq!(percentile.quantity, Decimal::new(means[17], 6) / Decimal::from(600)); // rank ⌈17.1⌉ = 18
    }
}
