//! The month that goes on, seen in its middle.

use std::collections::HashMap;

use super::*;
use crate::domain::billing_run::{KnownSpan, RunningPlan, Watched, running};
use crate::domain::calendar::Timestamp;
use crate::domain::contract::Service;
use crate::domain::ids::MeterId;
use crate::domain::metering::{Coverage, Quality, Reading, projected};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::NewManualLine;

/// The 16th of October, ten in the morning.
fn now() -> Timestamp {
    midnight(day("2026-10-16"), Paris).plus_seconds(10 * 3_600)
}

/// An index of `meter` that grows by a kWh an hour from `from` on, read each hour until `until`.
fn hourly(from: Timestamp, until: Timestamp) -> Vec<Sample> {
    let hours = (until.seconds() - from.seconds()) / 3_600;
    let sample = |hour: i64| Sample { at: from.plus_seconds(hour * 3_600), value: hour.to_string().parse().unwrap() };
    (0..=hours).map(sample).collect()
}

fn reading(sample: &Sample) -> Reading {
    Reading { meter: MeterId(1), at: sample.at, value: sample.value, quality: Quality::Measured }
}

/// What `book` shows now; `said` are the readings of its meters.
fn seen(book: &Book, said: &[(&str, Vec<Sample>)], change: impl FnOnce(&mut Snapshot<'_>)) -> RunningPlan {
    let october = month("2026-10").period(Paris);
    let (mut samples, mut watched, mut read_to) = (Samples::default(), HashMap::new(), HashMap::new());
    for meter in &book.meters {
        let own = said.iter().find(|(code, _)| *code == meter.code.as_str()).map_or(&[][..], |(_, own)| own);
        let readings: Vec<Reading> = own.iter().map(reading).collect();
        let last = own.last().map(|sample| sample.at);
        let silent_since = last.filter(|last| now().seconds() - last.seconds() > meter.tolerance_seconds);
        let coverage = Coverage::of(meter, &readings, october, now(), None);
        watched.insert(meter.code.clone(), Watched { coverage, silent_since });
        read_to.extend(last.map(|last| (meter.code.clone(), last.date_in(Paris))));
        samples.insert(meter.code.clone(), projected(meter, own, october));
    }
    let mut snapshot = Snapshot { now: now(), ..snapshot(book, &samples) };
    change(&mut snapshot);
    let known = KnownSpan { until: day("2026-10-16"), read_to };
    running(&snapshot, &known, &watched)
}

/// A contract, what is known of it, what its month may come to, and its problems.
fn told(plan: &RunningPlan) -> Vec<String> {
    let contract = |one: &super::super::Running| {
        let whole = one.whole.map_or_else(|| "?".to_owned(), |totals| totals.net.to_string());
        let whole = if one.is_partial { format!("{whole} in part") } else { whole };
        let problems: Vec<String> =
            one.problems.iter().map(|one| format!(" {:?} {:?}", one.severity, one.what)).collect();
        format!("{} {} of {whole}{}", one.contract, one.known_net, problems.concat())
    };
    plan.contracts.iter().map(contract).collect()
}

/// C1 rents a rack and the energy of A.
fn one_contract(change: impl FnOnce(&mut Contract)) -> Book {
    let mut book = small_book();
    book.contracts.truncate(1);
    book.contracts[0].lines[0] = agreed_line("racks", "1");
    change(&mut book.contracts[0]);
    book
}

fn assigned(contract: &mut Contract, period: crate::domain::calendar::DatePeriod) {
    let LineQuantity::Metered { meters, .. } = &mut contract.lines[1].quantity else { panic!("it is metered") };
    meters[0].period = period;
}

fn since_the_first() -> Vec<(&'static str, Vec<Sample>)> {
    vec![("A", hourly(month("2026-10").period(Paris).from, now()))]
}

/// 15 days are known, 360 kWh; October has 745 hours in Paris.
#[test]
fn what_goes_on_as_it_went_is_known_to_date_and_estimated_whole() {
    let plan = seen(&one_contract(|_| {}), &since_the_first(), |_| {});
    // 1200.00 + 360 × 0.145, and 1200.00 + 745 × 0.145 = 108.025
    assert_eq!(told(&plan), ["C1 1252.20 of 1308.03"]);
    let shared: Vec<ProblemKind> = plan.shared.iter().map(|one| one.what).collect();
    assert_eq!(shared, [ProblemKind::MonthNotFinished]);
}

#[test]
fn a_line_that_begins_later_in_the_month_is_to_come_and_blocks_nothing() {
    let book = one_contract(|contract| {
        contract.lines[1].in_force = since("2026-10-20");
        assigned(contract, since("2026-10-20"));
    });
    assert_eq!(
        told(&seen(&book, &[], |_| {})),
        ["C1 1200.00 of 1200.00 in part"],
        "nothing can be told of the line yet"
    );
    // What its invoice will lack is told from the first day on.
    let mut unread = Book { tenants: super::book(vec![]).tenants, ..book.clone() };
    unread.tenants.iter_mut().for_each(|tenant| tenant.contacts.clear());
    assert_eq!(told(&seen(&unread, &[], |_| {})), ["C1 1200.00 of 1200.00 in part Warning NoRecipient"]);
    unread.contracts[0].lines.remove(0);
    assert_eq!(
        told(&seen(&unread, &[], |_| {})),
        ["C1 0.00 of ? in part Warning NoRecipient"],
        "nothing else is billed"
    );
    // The day after it began, what is missing is missing.
    let begun = one_contract(|contract| {
        contract.lines[1].in_force = since("2026-10-12");
        assigned(contract, since("2026-10-12"));
    });
    assert_eq!(told(&seen(&begun, &[], |_| {})), ["C1 1200.00 of 1200.00 in part Blocking MissingReadings"]);
}

#[test]
fn a_meter_that_left_is_told_of_only_while_it_billed() {
    let left = one_contract(|contract| assigned(contract, between("2026-01-01", "2026-10-08")));
    let until = |on: &str| vec![("A", hourly(month("2026-10").period(Paris).from, midnight(day(on), Paris)))];
    // 7 days, 168 kWh: 24.36
    assert_eq!(told(&seen(&left, &until("2026-10-08"), |_| {})), ["C1 1224.36 of 1224.36"]);
    let silent = seen(&left, &until("2026-10-06"), |_| {});
    assert!(told(&silent)[0].ends_with(" Warning Gap"), "{:?}", told(&silent));
}

#[test]
fn lines_added_by_people_count_whole_whatever_else_is_known() {
    let manual = |book: &Book| ManualLine {
        id: 1,
        line: NewManualLine {
            contract: "C1".into(),
            month: month("2026-10"),
            service: Service::Other,
            designation: book.contracts[0].lines[0].designation.clone(),
            quantity: Quantity::ONE,
            unit: Unit::One,
            unit_price: "90.00".parse().unwrap(),
            vat: vat_20(),
            reason: "asked for by letter".to_owned(),
        },
        by: "finance".to_owned(),
        at: now().to_utc(),
    };
    let book = one_contract(|_| {});
    let plan = seen(&book, &since_the_first(), |snapshot| snapshot.manual = vec![manual(&book)]);
    assert_eq!(told(&plan), ["C1 1342.20 of 1398.03"]);
    let waits = one_contract(|contract| {
        contract.lines[1].in_force = since("2026-10-20");
        assigned(contract, since("2026-10-20"));
    });
    let plan = seen(&waits, &[], |snapshot| snapshot.manual = vec![manual(&waits)]);
    assert_eq!(told(&plan), ["C1 1290.00 of 1290.00 in part"], "a line to come hides none");
}

#[test]
fn a_contract_that_ended_counts_until_its_end_and_is_gone_the_month_after() {
    let ended = one_contract(|contract| contract.in_force = between("2026-01-01", "2026-10-11"));
    // 10 of 31 days of 1200.00, and 240 kWh
    assert_eq!(told(&seen(&ended, &since_the_first(), |_| {})), ["C1 421.90 of 421.90"]);
    let gone = one_contract(|contract| contract.in_force = between("2026-01-01", "2026-10-01"));
    assert_eq!(told(&seen(&gone, &since_the_first(), |_| {})), [""; 0]);
}

/// September was billed at 800 kWh when it was 900: the difference comes on October's invoice, whether the contract goes on
/// or not.
#[test]
fn what_late_readings_change_of_billed_months_is_known() {
    let book = one_contract(|_| {});
    let corrected = |snapshot: &mut Snapshot<'_>| snapshot.late = vec![late("1000")];
    assert_eq!(told(&seen(&book, &since_the_first(), corrected)), ["C1 1266.70 of 1322.53 Warning LateChange"]);
    let gone = one_contract(|contract| contract.in_force = between("2026-01-01", "2026-10-01"));
    assert_eq!(told(&seen(&gone, &since_the_first(), corrected)), ["C1 14.50 of 14.50 Warning LateChange"]);
    let same = |snapshot: &mut Snapshot<'_>| snapshot.late = vec![late("900")];
    assert_eq!(told(&seen(&gone, &since_the_first(), same)), [""; 0], "nothing is left to bill");
}

/// That September can no longer be rated keeps the difference from being billed, on October's first day as on any other.
#[test]
fn what_is_missing_of_a_billed_month_is_not_on_its_way() {
    let book = one_contract(|contract| {
        contract.lines[1].in_force = between("2026-01-01", "2026-10-01");
    });
    let lost = |snapshot: &mut Snapshot<'_>| {
        snapshot.late = vec![LateMonth { samples: Samples::default().into(), ..late("900") }];
        snapshot.now = midnight(day("2026-10-01"), Paris).plus_seconds(60);
    };
    assert_eq!(told(&seen(&book, &[], lost)), ["C1 1200.00 of 1200.00 Blocking MissingReadings"]);
}

#[test]
fn the_facilitys_own_meters_are_told_of_once_where_a_contract_rests_on_them() {
    let first = month("2026-10").period(Paris).from;
    let spoke = ["A", "B", "IT"].map(|code| (code, hourly(first, now())));
    let silent = ("MAIN", hourly(first, midnight(day("2026-10-10"), Paris)));
    let said: Vec<_> = spoke.into_iter().chain([silent]).collect();
    let shared = |book: &Book| -> Vec<String> {
        let shared = seen(book, &said, |_| {}).shared;
        let meter = |problem: &Problem| problem.meter.as_ref().map_or("-", |meter| meter.as_str()).to_owned();
        shared.iter().map(|problem| format!("{:?} {:?} {}", problem.severity, problem.what, meter(problem))).collect()
    };
    assert_eq!(shared(&small_book()), ["Blocking MonthNotFinished -", "Warning Gap MAIN"]);
    assert_eq!(shared(&one_contract(|_| {})), ["Blocking MonthNotFinished -"], "C1 does not rest on it");
}
