use proptest::prelude::*;

use super::*;

fn energy(meter: &Meter, samples: &[Sample], period: Period) -> Result<Usage, Vec<MeteringProblem>> {
    of_one(Measure::Energy, meter, samples, period)
}

/// 10:00 local on a quiet day: no midnight nearby.
fn morning() -> Timestamp {
    at("2026-10-07T08:00:00Z")
}

#[test]
fn usage_is_the_difference_of_the_indexes_read_at_the_boundaries() {
    let from = morning();
    let samples = hourly(from, &[(-1, "1940"), (0, "1951.6"), (1, "1953"), (2, "1960.25"), (3, "2000")]);
    let usage = energy(&meter(Register::Energy), &samples, hours(from, 2)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("8.65"), false));
    let share = &usage.meters[0];
    assert_eq!(share.first, Some(IndexAt { at: from, value: micro("1951.6"), interpolated: false }));
    assert_eq!(share.last, Some(IndexAt { at: hours(from, 2).to, value: micro("1960.25"), interpolated: false }));
    assert_eq!((share.readings, share.gaps.len(), share.restarts.len()), (2, 0, 0));
}

#[test]
fn an_index_between_two_readings_is_interpolated_half_up() {
    let from = morning();
    // 1 millionth over 2 hours: half of it after 1 hour, rounded up.
    let samples = hourly(from, &[(-1, "0"), (1, "0.000001"), (3, "0.000002")]);
    let usage = energy(&meter(Register::Energy), &samples, hours(from, 2)).unwrap();
    let (first, last) = (usage.meters[0].first.unwrap(), usage.meters[0].last.unwrap());
    assert_eq!((first.value, first.interpolated), (micro("0.000001"), true));
    assert_eq!((last.value, last.interpolated), (micro("0.000002"), true));
    assert_eq!((usage.quantity, usage.estimated), (decimal("0.000001"), false));
}

#[test]
fn neighbours_of_a_boundary_beyond_the_tolerance_make_it_estimated() {
    let from = morning();
    let far = hourly(from, &[(-1, "0"), (2, "30"), (4, "40")]);
    let usage = energy(&meter(Register::Energy), &far, hours(from, 4)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("30"), true));
    let gap = Gap { from: from.plus_seconds(-HOUR), to: from.plus_seconds(2 * HOUR) };
    assert_eq!(usage.meters[0].gaps, [gap]);
    assert_eq!(usage.bridged_gaps().map(|(_, gap)| gap).collect::<Vec<_>>(), [gap]);
}

#[test]
fn a_gap_between_the_boundaries_is_listed_but_changes_nothing() {
    let from = morning();
    let samples = hourly(from, &[(0, "0"), (5, "50"), (6, "60")]);
    let usage = energy(&meter(Register::Energy), &samples, hours(from, 6)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("60"), false));
    assert_eq!(usage.meters[0].gaps.len(), 1);
    assert_eq!(usage.bridged_gaps().count(), 0);
}

#[test]
fn a_rollover_continues_past_the_modulus() {
    let from = morning();
    let six_digits = Meter { modulus: Some(micro("1000000")), ..meter(Register::Energy) };
    let samples = hourly(from, &[(0, "999990"), (1, "999998.5"), (2, "3.5"), (3, "10")]);
    let usage = energy(&six_digits, &samples, hours(from, 3)).unwrap();
    assert_eq!(usage.quantity, decimal("20"));
    let rollover = Restart { kind: RestartKind::Rollover, at: from.plus_seconds(2 * HOUR) };
    assert_eq!(usage.meters[0].restarts, [rollover]);
}

#[test]
fn a_boundary_inside_a_rollover_shows_the_index_the_register_showed() {
    let from = morning();
    let six_digits = Meter { modulus: Some(micro("1000000")), ..meter(Register::Energy) };
    let samples = hourly(from, &[(0, "999990"), (2, "30")]); // 40 in two hours: passes zero after half an hour
    let (before, after) = (hours(from, 1), hours(hours(from, 1).to, 1));
    let first = energy(&six_digits, &samples, before).unwrap();
    let second = energy(&six_digits, &samples, after).unwrap();
    assert_eq!(first.meters[0].last.unwrap().value, micro("10"));
    assert_eq!((first.quantity, second.quantity), (decimal("20"), decimal("20")));
    assert_eq!((first.meters[0].restarts.len(), second.meters[0].restarts.len()), (1, 0));
}

#[test]
fn a_fall_too_deep_for_a_rollover_or_without_modulus_is_an_anomaly() {
    let from = morning();
    let samples = hourly(from, &[(0, "900"), (1, "400"), (2, "410")]);
    let decrease = MeteringProblem::UndeclaredDecrease {
        meter: "A01-A".into(),
        previous_at: from,
        before: micro("900"),
        at: from.plus_seconds(HOUR),
        after: micro("400"),
    };
    for modulus in [None, Some(micro("1000"))] {
        let meter = Meter { modulus, ..meter(Register::Energy) };
        assert_eq!(energy(&meter, &samples, hours(from, 2)).unwrap_err(), std::slice::from_ref(&decrease));
    }
    assert_eq!(
        decrease.to_string(),
        "meter A01-A falls from 900 at 2026-10-07T08:00:00Z to 400 at 2026-10-07T09:00:00Z: if it was reset or \
         replaced, declare the reset; if it passed its last digit, declare its modulus; otherwise send a correction \
         of the wrong reading"
    );
}

#[test]
fn every_anomaly_of_the_period_is_reported_and_none_of_its_neighbours() {
    let from = morning();
    let samples =
        hourly(from, &[(-2, "99"), (-1, "50"), (0, "60"), (1, "20"), (2, "70"), (3, "10"), (4, "90"), (5, "1")]);
    assert_eq!(energy(&meter(Register::Energy), &samples, hours(from, 4)).unwrap_err().len(), 2);
    assert_eq!(energy(&meter(Register::Energy), &samples, hours(from, 1)).unwrap_err().len(), 1);
    assert!(energy(&meter(Register::Energy), &samples, hours(from.plus_seconds(HOUR), 1)).is_ok());
}

#[test]
fn a_declared_reset_counts_up_to_the_final_index_and_on_from_the_new_one() {
    let from = morning();
    let samples = hourly(from, &[(0, "500"), (2, "7"), (4, "10")]);
    let reset = |final_index: Option<&str>| Meter {
        resets: vec![Reset { at: from.plus_seconds(HOUR), final_index: final_index.map(micro), new_index: micro("2") }],
        ..meter(Register::Energy)
    };
    let known = energy(&reset(Some("503")), &samples, hours(from, 4)).unwrap();
    assert_eq!(known.quantity, decimal("11")); // 3 + 5 + 3
    assert_eq!(known.meters[0].restarts, [Restart { kind: RestartKind::Reset, at: from.plus_seconds(HOUR) }]);
    assert_eq!(energy(&reset(None), &samples, hours(from, 4)).unwrap().quantity, decimal("8"));
}

#[test]
fn a_boundary_at_or_beside_a_reset_lies_on_its_own_side() {
    let from = morning();
    let noon = from.plus_seconds(HOUR);
    let samples = hourly(from, &[(0, "500"), (2, "12")]);
    let meter = Meter {
        resets: vec![Reset { at: noon, final_index: Some(micro("504")), new_index: micro("10") }],
        ..meter(Register::Energy)
    };
    let before = energy(&meter, &samples, hours(from, 1)).unwrap();
    let after = energy(&meter, &samples, hours(noon, 1)).unwrap();
    assert_eq!((before.quantity, after.quantity), (decimal("4"), decimal("2")));
    assert_eq!(before.meters[0].last.unwrap(), IndexAt { at: noon, value: micro("504"), interpolated: false });
    assert_eq!(after.meters[0].first.unwrap(), IndexAt { at: noon, value: micro("10"), interpolated: false });
    assert_eq!((before.meters[0].restarts.len(), after.meters[0].restarts.len()), (0, 0));

    let half_past = Period { from, to: from.plus_seconds(HOUR + HOUR / 2) };
    let across = energy(&meter, &samples, half_past).unwrap();
    assert_eq!((across.quantity, across.meters[0].last.unwrap().value), (decimal("5"), micro("11")));
    assert_eq!(across.meters[0].restarts.len(), 1);
}

#[test]
fn a_reading_at_the_instant_of_a_reset_is_the_new_index_unless_it_is_the_final_one() {
    let from = morning();
    let meter = Meter {
        resets: vec![Reset { at: from.plus_seconds(HOUR), final_index: Some(micro("504")), new_index: micro("0") }],
        ..meter(Register::Energy)
    };
    for shown in ["0", "504"] {
        let samples = hourly(from, &[(0, "500"), (1, shown), (2, "3")]);
        let whole = energy(&meter, &samples, hours(from, 2)).unwrap();
        assert_eq!((whole.quantity, whole.meters[0].restarts.len()), (decimal("7"), 1), "{shown}");
        let first = energy(&meter, &samples, hours(from, 1)).unwrap().quantity;
        let second = energy(&meter, &samples, hours(from.plus_seconds(HOUR), 1)).unwrap().quantity;
        assert_eq!((first, second), (decimal("4"), decimal("3")), "{shown}");
    }
}

#[test]
fn a_swap_is_two_meters_that_meet_at_one_instant() {
    let from = morning();
    let swap = from.plus_seconds(2 * HOUR);
    let old = Meter { removed_at: Some(swap), ..meter(Register::Energy) };
    let new = Meter { code: "A01-A2".into(), installed_at: swap, ..meter(Register::Energy) };
    let old_samples = hourly(from, &[(0, "100"), (1, "110"), (2, "125")]);
    let new_samples = hourly(from, &[(2, "0.5"), (3, "10.5"), (4, "20")]);
    let period = hours(from, 4);
    // Assignments count in days: both meters are assigned on the day of the swap.
    let assigned =
        [(&old, &old_samples), (&new, &new_samples)].map(|(meter, samples)| Assigned { meter, samples, period });
    let usage = usage(Measure::Energy, &assigned, period, Paris).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("44.5"), false)); // 25 + 19.5
    assert_eq!((usage.meters[0].period.to, usage.meters[1].period.from), (swap, swap));
}

#[test]
fn a_month_that_has_just_ended_counts_to_its_last_reading() {
    let from = morning();
    let samples = hourly(from, &[(0, "100"), (1, "110"), (2, "120")]);
    let usage = energy(&meter(Register::Energy), &samples, hours(from, 4)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("20"), true));
    assert!(usage.meters[0].last.unwrap().interpolated);

    let problems = energy(&meter(Register::Energy), &samples, hours(from, 5)).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "meter A01-A has no reading at or after 2026-10-07T13:00:00Z; its nearest, at 2026-10-07T10:00:00Z, is further \
         away than its tolerance of 7200 s: send the missing reading, or declare when the meter was removed"
    );
}

#[test]
fn a_meter_just_installed_counts_from_its_first_reading() {
    let from = morning();
    let samples = hourly(from, &[(1, "110"), (2, "120"), (3, "125")]);
    let usage = energy(&meter(Register::Energy), &samples, hours(from, 3)).unwrap();
    assert_eq!((usage.quantity, usage.estimated), (decimal("15"), true));
    assert_eq!(usage.meters[0].first.unwrap().value, micro("110"));
    let early = hours(from.plus_seconds(-2 * HOUR), 4);
    let problems = energy(&meter(Register::Energy), &samples, early).unwrap_err();
    assert!(matches!(problems[..], [MeteringProblem::BoundaryUnknown { boundary, .. }] if boundary == early.from));
}

#[test]
fn the_days_of_a_month_add_up_to_its_usage() {
    // One kWh every 40 minutes in a Paris October: 745 h × 1.5 = 1117.5 kWh, of which the 25-hour day has 37.5.
    let october = month("2026-10");
    let samples: Vec<Sample> = (-1..1119)
        .map(|n| Sample {
            at: october.from.plus_seconds(n * 2400 + 600),
            value: Micro::from_micros((n + 1) * 1_000_000),
        })
        .collect();
    let usage = energy(&meter(Register::Energy), &samples, october).unwrap();
    let daily = &usage.meters[0].daily;
    assert_eq!(usage.quantity, decimal("1117.5"));
    assert_eq!(daily.len(), 31);
    assert_eq!((daily[0].1, daily[24].1), (decimal("36"), decimal("37.5")));
    assert_eq!(daily.iter().map(|(_, kwh)| *kwh).sum::<Decimal>(), decimal("1117.5"));
    // 30 × 36 + 37.5
}

/// A true consumption curve, and what a register with rollover and resets showed of it.
#[derive(Debug, Clone)]
struct Story {
    meter: Meter,
    samples: Vec<Sample>,
    /// Millionths to be billed up to each sample.
    truth: Vec<i64>,
}

fn story() -> impl Strategy<Value = Story> {
    let steps = prop::collection::vec((1i64..9_000, 0i64..40_000, 0u8..12), 3..60);
    (steps, 0i64..100_000).prop_map(|(steps, begin)| {
        const MODULUS: i64 = 100_000;
        let mut meter = Meter { modulus: Some(Micro::from_micros(MODULUS)), ..meter(Register::Energy) };
        let mut now = Sample { at: at("2026-03-28T15:00:00Z"), value: Micro::from_micros(begin) };
        let (mut samples, mut truth) = (vec![now], vec![0]);
        for (seconds, risen, fate) in steps {
            let shown = now.value.micros();
            let mut billed = risen;
            let value = if fate < 2 {
                // Half of the rise before the reset, half after it; every second final index went unread.
                let reset_at = now.at.plus_seconds(seconds / 2 + 1);
                let final_index = (fate == 0).then_some(Micro::from_micros((shown + risen / 2) % MODULUS));
                let new_index = Micro::from_micros(5);
                meter.resets.push(Reset { at: reset_at, final_index, new_index });
                billed = if fate == 0 { risen } else { risen - risen / 2 };
                new_index.micros() + (risen - risen / 2)
            } else {
                (shown + risen) % MODULUS
            };
            now = Sample { at: now.at.plus_seconds(seconds + 1), value: Micro::from_micros(value) };
            samples.push(now);
            truth.push(truth[truth.len() - 1] + billed);
        }
        Story { meter, samples, truth }
    })
}

proptest! {
    #[test]
    fn rollovers_and_resets_lose_and_invent_nothing(story in story()) {
        let period = Period { from: story.samples[0].at, to: story.samples[story.samples.len() - 1].at };
        let usage = energy(&story.meter, &story.samples, period).unwrap();
        prop_assert_eq!(usage.quantity, Decimal::new(story.truth[story.truth.len() - 1], 6));
    }

    #[test]
    fn usages_of_any_split_add_up_to_the_whole_exactly(
        story in story(),
        head in 0i64..7_000,
        tail in 0i64..7_000,
        cuts in prop::collection::vec(0i64..=1_000, 0..8),
    ) {
        // The period may begin before the first and end after the last reading, within the tolerance.
        let (first, last) = (story.samples[0].at, story.samples[story.samples.len() - 1].at);
        let whole = Period { from: first.plus_seconds(-head), to: last.plus_seconds(tail) };
        let inner = cuts.iter().map(|share| whole.from.plus_seconds(share * whole.seconds() / 1_000));
        let mut edges: Vec<Timestamp> = [whole.from, whole.to].into_iter().chain(inner).collect();
        // Some of the cuts fall on readings and on resets.
        edges.push(story.samples[story.samples.len() / 2].at);
        edges.extend(story.meter.resets.iter().map(|reset| reset.at));
        edges.sort();
        edges.dedup();

        let usage = energy(&story.meter, &story.samples, whole).unwrap();
        let meters = &usage.meters[0];
        prop_assert_eq!(meters.daily.iter().map(|(_, kwh)| *kwh).sum::<Decimal>(), usage.quantity);
        let mut sum = Decimal::ZERO;
        let mut restarts = 0;
        for edge in edges.windows(2) {
            let part = energy(&story.meter, &story.samples, Period { from: edge[0], to: edge[1] }).unwrap();
            prop_assert!(part.quantity >= Decimal::ZERO);
            sum += part.quantity;
            restarts += part.meters[0].restarts.iter().filter(|one| one.kind == RestartKind::Rollover).count();
        }
        prop_assert_eq!(sum, usage.quantity);
        let rollovers = meters.restarts.iter().filter(|one| one.kind == RestartKind::Rollover).count();
        prop_assert_eq!(restarts, rollovers, "each rollover is in exactly one part");
    }

    #[test]
    fn first_and_last_index_explain_the_usage(story in story(), a in 0i64..=1_000, b in 0i64..=1_000) {
        let mut meter = story.meter.clone();
        meter.resets.clear();
        let first = story.samples[0].at;
        let count = story.samples.len();
        let end = story.samples[count - 1].at.seconds() - first.seconds();
        let (a, b) = (a * end / 1_000, b * end / 1_000);
        prop_assume!(a != b);
        let period = Period { from: first.plus_seconds(a.min(b)), to: first.plus_seconds(a.max(b)) };
        if let Ok(usage) = energy(&meter, &story.samples, period) {
            let share = &usage.meters[0];
            let wraps = Decimal::from(share.restarts.len()) * meter.modulus.unwrap().to_decimal();
            let shown = share.last.unwrap().value.to_decimal() - share.first.unwrap().value.to_decimal();
            prop_assert_eq!(shown + wraps, usage.quantity);
        }
    }
}
