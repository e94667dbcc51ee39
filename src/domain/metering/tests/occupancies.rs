use super::*;

fn units(events: &[(&str, &str)], period: Period) -> Usage {
    let events: Vec<Sample> = events.iter().map(|(t, n)| Sample { at: at(t), value: micro(n) }).collect();
    of_one(Measure::OccupancyDays, &meter(Register::Occupancy), &events, period).unwrap()
}

#[test]
fn a_unit_is_billed_for_each_day_it_is_there_at_the_end_of() {
    let usage = units(
        &[("2026-09-15T10:00:00+02:00", "4"), ("2026-10-11T09:00:00+02:00", "10"), ("2026-10-21T17:00:00+02:00", "6")],
        month("2026-10"),
    );
    // 10 days of 4, 10 days of 10 (the 11th to the 20th), 11 days of 6.
    assert_eq!((usage.quantity, usage.estimated), (decimal("206"), false));
    let daily = &usage.meters[0].daily;
    assert_eq!((daily.len(), daily[9].1, daily[10].1, daily[20].1), (31, decimal("4"), decimal("10"), decimal("6")));
    assert_eq!(usage.meters[0].gaps, []);
    assert_eq!(usage.meters[0].first.unwrap().value, micro("4"));
    assert_eq!(usage.meters[0].last.unwrap().value, micro("6"));
}

#[test]
fn an_event_at_midnight_belongs_to_the_day_that_begins() {
    let usage = units(&[("2026-10-31T00:00:00+01:00", "2"), ("2026-11-01T00:00:00+01:00", "40")], month("2026-10"));
    assert_eq!(usage.quantity, decimal("2"));
    assert_eq!(usage.meters[0].first, None);
}

#[test]
fn a_change_within_a_day_is_billed_once() {
    let usage = units(
        &[("2026-10-01T00:00:00+02:00", "8"), ("2026-10-05T09:00:00+02:00", "0"), ("2026-10-05T11:00:00+02:00", "8")],
        month("2026-10"),
    );
    assert_eq!(usage.quantity, decimal("248")); // 31 × 8
}

#[test]
fn a_day_whose_end_lies_outside_the_part_is_billed_by_the_meter_that_ends_it() {
    let swap = at("2026-10-16T12:00:00+02:00");
    let old = Meter { removed_at: Some(swap), ..meter(Register::Occupancy) };
    let new = Meter { installed_at: swap, ..meter(Register::Occupancy) };
    let of_old = [Sample { at: at("2026-10-01T00:00:00+02:00"), value: micro("3") }];
    let of_new = [Sample { at: swap, value: micro("5") }];
    let period = month("2026-10");
    let assigned = [(&old, &of_old), (&new, &of_new)].map(|(meter, samples)| Assigned { meter, samples, period });
    let usage = usage(Measure::OccupancyDays, &assigned, period, Paris).unwrap();
    assert_eq!(usage.quantity, decimal("125")); // 15 × 3 + 16 × 5
}
