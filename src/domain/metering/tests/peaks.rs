use super::super::windows::{grid, percentile_95};
use super::*;

const TEN: Measure = Measure::Demand { window_minutes: 10 };

/// One sample every ten minutes from `from`.
fn power(from: Timestamp, values: &[&str]) -> Vec<Sample> {
    (0..).zip(values).map(|(n, value)| Sample { at: from.plus_seconds(n * 600), value: micro(value) }).collect()
}

#[test]
fn the_change_of_the_clocks_takes_or_adds_six_windows() {
    for (name, windows) in [("2026-03", 743 * 6), ("2026-10", 745 * 6), ("2026-02", 672 * 6)] {
        assert_eq!(grid(month(name), 10, Paris).unwrap().len(), windows, "{name}");
    }
    assert_eq!(grid(month("2026-10"), 5, Paris).unwrap().len(), 745 * 12);
    // Two-hour windows begin again at each midnight: the day of 23 hours ends in one of one hour.
    let march = grid(month("2026-03"), 120, Paris).unwrap();
    assert_eq!(march.len(), 31 * 12);
    assert_eq!(march.iter().filter(|window| window.seconds() == HOUR).count(), 1);
    assert_eq!(march.iter().map(|window| window.seconds()).sum::<i64>(), 743 * HOUR);
}

#[test]
fn a_window_must_divide_the_day() {
    for window_minutes in [0, 7, 1441] {
        let problem = grid(month("2026-10"), window_minutes, Paris).unwrap_err();
        assert_eq!(problem, [MeteringProblem::UnusableWindow { window_minutes }]);
    }
}

#[test]
fn two_feeds_are_summed_before_the_maximum_is_taken() {
    let from = at("2026-10-07T08:00:00Z");
    let (a, b) = (meter(Register::Power), Meter { code: "A01-B".into(), ..meter(Register::Power) });
    let (of_a, of_b) = (power(from, &["5", "1", "3", "3"]), power(from, &["1", "4", "3.5", "2"]));
    let period = hours(from, 1);
    let assigned = [(&a, &of_a), (&b, &of_b)].map(|(meter, samples)| Assigned { meter, samples, period });
    let usage = usage(TEN, &assigned, period, Paris).unwrap();
    // Sums per window: 6, 5, 6.5, 5, 5, 5. Each feed's own maximum would have given 5 + 4 = 9.
    assert_eq!((usage.quantity, usage.estimated), (decimal("6.5"), false));
    assert_eq!(usage.meters.iter().map(|m| m.quantity).collect::<Vec<_>>(), [decimal("3"), decimal("3.5")]);
    let windows = usage.windows.unwrap();
    assert_eq!(windows.deciding, Period { from: from.plus_seconds(1_200), to: from.plus_seconds(1_800) });
    assert_eq!(windows.daily_peaks, [("2026-10-07".parse().unwrap(), decimal("6.5"))]);
}

#[test]
fn a_peak_shorter_than_the_window_is_averaged() {
    let from = at("2026-10-07T08:00:00Z");
    let mut samples = power(from, &["1", "1"]);
    samples.insert(1, Sample { at: from.plus_seconds(300), value: micro("2.21") });
    let usage = of_one(TEN, &meter(Register::Power), &samples, hours(from, 1)).unwrap();
    assert_eq!(usage.quantity, decimal("1.605"));
    assert_eq!(usage.meters[0].quantity, decimal("1.605"));
    assert_eq!(usage.meters[0].daily[0].1, decimal("1.1008333333333333333333333333"));
    // (1.605 + 5 × 1) / 6
}

#[test]
fn a_swap_inside_a_window_fills_it_from_both_meters() {
    let from = at("2026-10-07T08:00:00Z");
    let swap = from.plus_seconds(240);
    let old = Meter { removed_at: Some(swap), ..meter(Register::Power) };
    let new = Meter { installed_at: swap, ..meter(Register::Power) };
    let (of_old, of_new) = (power(from, &["5"]), power(swap, &["10"]));
    let period = hours(from, 1);
    let assigned = [(&old, &of_old), (&new, &of_new)].map(|(meter, samples)| Assigned { meter, samples, period });
    let usage = usage(Measure::Demand { window_minutes: 60 }, &assigned, period, Paris).unwrap();
    assert_eq!(usage.quantity, decimal("9.666666666666666666666666667")); // (240 × 5 + 3360 × 10) / 3600
}

#[test]
fn a_window_counts_if_any_meter_measured_in_it() {
    let from = at("2026-10-07T08:00:00Z");
    let (a, b) = (meter(Register::Power), Meter { code: "A01-B".into(), ..meter(Register::Power) });
    // A peaks five minutes before it falls silent for three hours: held, 9 kW would be the highest mean.
    let mut of_a = hourly(from, &[(0, "1"), (4, "1")]);
    of_a.insert(1, Sample { at: from.plus_seconds(HOUR - 300), value: micro("9") });
    let period = hours(from, 5);
    let alone = of_one(TEN, &a, &of_a, period).unwrap();
    assert_eq!((alone.quantity, alone.estimated), (decimal("5"), true));

    let of_b = hourly(from, &[(0, "2"), (1, "2"), (2, "3"), (3, "2"), (4, "2")]);
    let assigned = [(&a, &of_a), (&b, &of_b)].map(|(meter, samples)| Assigned { meter, samples, period });
    let both = usage(TEN, &assigned, period, Paris).unwrap();
    assert_eq!((both.quantity, both.estimated), (decimal("12"), true)); // 9 held + 3 measured
}

#[test]
fn a_month_of_silence_has_no_peak() {
    let october = month("2026-10");
    let before = [Sample { at: october.from.plus_seconds(-HOUR), value: micro("3") }];
    let problems = of_one(TEN, &meter(Register::Power), &before, october).unwrap_err();
    assert_eq!(problems, [MeteringProblem::NoWindowMeasured { period: october }]);
}

#[test]
fn the_95th_percentile_is_the_nearest_rank() {
    let from = at("2026-10-07T08:00:00Z");
    for (windows, rank) in [(1, 1), (2, 2), (19, 19), (20, 19), (21, 20), (40, 38), (100, 95), (4464, 4241)] {
        let mut slots = grid(hours(from, 1000), 10, Paris).unwrap();
        slots.truncate(windows);
        // Values 1 to n, in descending order.
        for (n, slot) in (1..).zip(slots.iter_mut()) {
            slot.integral = n;
        }
        slots.reverse();
        assert_eq!(percentile_95(slots).unwrap().integral, rank, "of {windows}");
    }
    assert_eq!(percentile_95(Vec::new()), None);
}

#[test]
fn redundancy_is_lost_above_eight_tenths_of_a_feeds_rating() {
    let from = at("2026-10-07T08:00:00Z");
    let (a, b) = (meter(Register::Power), Meter { code: "A01-B".into(), ..meter(Register::Power) });
    let (of_a, of_b) = (power(from, &["3", "3", "2"]), power(from, &["2.9", "2.88", "2"]));
    let period = hours(from, 1);
    let feeds = [(&a, &of_a), (&b, &of_b)].map(|(meter, samples)| Assigned { meter, samples, period });
    // 7.35 × 0.8 = 5.88: the second window reaches it and does not exceed it.
    let overloads = redundancy_lost(&feeds, decimal("7.35"), 10, period, Paris).unwrap();
    let window = Period { from, to: from.plus_seconds(600) };
    assert_eq!(overloads, [Overload { window, mean_kw: decimal("5.9"), limit_kw: decimal("5.88") }]);
}

#[test]
fn overloads_without_a_pause_are_one_alarm() {
    let from = at("2026-10-07T08:00:00Z");
    let overload = |slot: i64, kw: &str| {
        let begin = from.plus_seconds(slot * 600);
        let window = Period { from: begin, to: begin.plus_seconds(600) };
        Overload { window, mean_kw: decimal(kw), limit_kw: decimal("5.88") }
    };
    let alarms = episodes(&[overload(0, "5.9"), overload(1, "6.4"), overload(2, "6"), overload(4, "5.9")]);
    let told: Vec<(i64, String)> =
        alarms.iter().map(|alarm| (alarm.period.seconds(), alarm.peak_kw.to_string())).collect();
    assert_eq!(told, [(1_800, "6.4".to_owned()), (600, "5.9".to_owned())]);
    assert_eq!(episodes(&[]), []);
}
