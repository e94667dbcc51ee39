//! Usage as the handbook words it, case by case and as properties.

mod counters;
mod courses;
mod gauges;
mod occupancies;
mod peaks;

use chrono_tz::Europe::Paris;
use rust_decimal::Decimal;

use super::*;
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::quantity::Micro;

const HOUR: i64 = 3600;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn micro(text: &str) -> Micro {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn month(text: &str) -> Period {
    text.parse::<BillingMonth>().unwrap().period(Paris)
}

fn hours(from: Timestamp, count: i64) -> Period {
    Period { from, to: from.plus_seconds(count * HOUR) }
}

fn meter(register: Register) -> Meter {
    Meter {
        code: "A01-A".into(),
        register,
        rack: None,
        feed: None,
        modulus: None,
        tolerance_seconds: Meter::DEFAULT_TOLERANCE_SECONDS,
        installed_at: at("2020-01-01T00:00:00Z"),
        removed_at: None,
        resets: Vec::new(),
    }
}

/// Samples at hours after `from`.
fn hourly(from: Timestamp, values: &[(i64, &str)]) -> Vec<Sample> {
    values.iter().map(|(hour, value)| Sample { at: from.plus_seconds(hour * HOUR), value: micro(value) }).collect()
}

/// The usage of one meter assigned for the whole period.
fn of_one(measure: Measure, meter: &Meter, samples: &[Sample], period: Period) -> Result<Usage, Vec<MeteringProblem>> {
    usage(measure, &[Assigned { meter, samples, period }], period, Paris)
}

#[test]
fn the_recorded_pdus_values_are_kept_exactly() {
    assert_eq!(micro("1.21").micros(), 1_210_000);
    assert_eq!(micro("1951.6").micros(), 1_951_600_000);
    assert_eq!((micro("0.16").micros(), micro("642.6").micros()), (160_000, 642_600_000));
}

#[test]
fn a_line_without_meter_and_a_meter_of_another_kind_are_problems() {
    let period = month("2026-10");
    let none = usage(Measure::Energy, &[], period, Paris).unwrap_err();
    assert_eq!(none, [MeteringProblem::NoMeter { measure: Measure::Energy, period }]);

    let wrong = of_one(Measure::Demand { window_minutes: 10 }, &meter(Register::Energy), &[], period).unwrap_err();
    assert_eq!(
        wrong[0].to_string(),
        "meter A01-A reads energy, but demand over 10-minute windows needs a meter of power: \
         assign another meter or change the line's measure"
    );
}

#[test]
fn problems_of_all_meters_are_reported_together() {
    let period = month("2026-10");
    let (one, two) = (meter(Register::Energy), Meter { code: "A01-B".into(), ..meter(Register::Energy) });
    let assigned = [&one, &two].map(|meter| Assigned { meter, samples: &[], period });
    let problems = usage(Measure::Energy, &assigned, period, Paris).unwrap_err();
    assert_eq!(problems, [&one, &two].map(|meter| MeteringProblem::NoReadings { meter: meter.code.clone(), period }));
    let json = serde_json::to_value(&problems[0]).unwrap();
    assert_eq!((&json["kind"], &json["meter"]), (&"no-readings".into(), &"A01-A".into()));
}

#[test]
fn a_meter_taken_out_before_the_period_is_a_problem() {
    let period = month("2026-10");
    let removed = Meter { removed_at: Some(period.from), ..meter(Register::Energy) };
    let problems = of_one(Measure::Energy, &removed, &[], period).unwrap_err();
    assert_eq!(problems, [MeteringProblem::NotInService { meter: "A01-A".into(), period }]);
}
