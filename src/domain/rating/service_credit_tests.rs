use proptest::prelude::*;
use rust_decimal::Decimal;

use super::example::{agreed_line, contract};
use super::{Availability, AvailabilityError, Charge, ChargeKind, NewAvailability, credited_line, service_credit};
use crate::domain::calendar::DatePeriod;
use crate::domain::contract::service_level::{CreditBand, ServiceLevel};
use crate::domain::contract::{Contract, ContractLine};
use crate::domain::money::Money;

fn percent(thousandths: i64) -> Decimal {
    Decimal::new(thousandths, 3)
}

fn level() -> ServiceLevel {
    let band = |below, credit| CreditBand { below_percent: percent(below), credit_percent: percent(credit) };
    ServiceLevel {
        committed_percent: percent(99_950),
        bands: vec![band(99_950, 5_000), band(99_500, 10_000), band(98_000, 25_000)],
    }
}

fn promising() -> Contract {
    let line = ContractLine { service_level: Some(level()), ..agreed_line("a", "4") };
    contract(vec![line])
}

fn figure(percent: Decimal) -> NewAvailability {
    NewAvailability {
        contract: promising().code,
        line: "a".into(),
        month: "2026-09".parse().unwrap(),
        percent,
        reason: "supervision".to_owned(),
    }
}

fn credit(availability: Decimal, billed: Money) -> Option<Charge> {
    let kept = Availability {
        id: 7,
        figure: figure(availability),
        committed_percent: level().committed_percent,
        credit_percent: level().credit_percent(availability),
        by: "finance".to_owned(),
        at: chrono::DateTime::UNIX_EPOCH,
    };
    service_credit(&kept, &promising(), billed, "DC2026000003").unwrap()
}

#[test]
fn a_part_of_what_was_billed_is_allowed_as_a_negative_quantity() {
    let charge = credit(percent(99_499), "1234.56".parse().unwrap()).unwrap();
    assert_eq!((charge.net.to_string().as_str(), charge.quantity.to_string().as_str()), ("-123.46", "-1"));
    assert_eq!(charge.unit_price.to_string(), "123.46");
    assert_eq!(charge.provenance.formula, "99.499 % < 99.95 %; 10 % × 1234.56 (DC2026000003) = 123.46");
    assert!(matches!(charge.kind, ChargeKind::ServiceCredit { id: 7, .. }));
    assert_eq!(credited_line(&charge).as_str(), "a");
    assert_ne!(charge.provenance.line.as_str(), "a", "it is no part of what the line was billed");
}

#[test]
fn nothing_is_allowed_where_the_promise_was_kept_or_nothing_was_billed() {
    assert_eq!(credit(percent(99_950), "1000.00".parse().unwrap()), None);
    assert_eq!(credit(percent(10_000), Money::ZERO), None);
    assert_eq!(credit(percent(10_000), "-5.00".parse().unwrap()), None);
}

#[test]
fn a_figure_is_of_a_finished_month_of_a_line_that_promises_something() {
    let (contract, day) = (promising(), |text: &str| text.parse::<chrono::NaiveDate>().unwrap());
    let check = |figure: &NewAvailability, today| figure.check(&contract, day(today)).map(|_| ());
    let sound = figure(percent(99_000));
    assert_eq!(check(&sound, "2026-10-01"), Ok(()));
    assert!(matches!(check(&sound, "2026-09-30"), Err(AvailabilityError::Unfinished { .. })));
    let unreasoned = NewAvailability { reason: " ".to_owned(), ..sound.clone() };
    assert_eq!(check(&unreasoned, "2026-10-01"), Err(AvailabilityError::NoReason));
    for wrong in [Decimal::new(-1, 0), Decimal::new(101, 0), Decimal::new(999_999, 4)] {
        let wrong = NewAvailability { percent: wrong, ..sound.clone() };
        assert!(matches!(check(&wrong, "2026-10-01"), Err(AvailabilityError::NoPercent(_))), "{}", wrong.percent);
    }
    let other = NewAvailability { line: "b".into(), ..sound };
    assert!(matches!(check(&other, "2026-10-01"), Err(AvailabilityError::NotPromised { .. })));
}

#[test]
fn a_promise_made_within_the_month_is_a_promise_of_the_month() {
    let (before, after) = ("2026-09-01".parse().unwrap(), "2026-09-16".parse().unwrap());
    let until = ContractLine { in_force: DatePeriod { from: before, to: Some(after) }, ..agreed_line("a", "4") };
    let since = ContractLine {
        in_force: DatePeriod { from: after, to: None },
        service_level: Some(level()),
        ..agreed_line("a", "4")
    };
    let amended = contract(vec![until, since]);
    let today = "2026-10-01".parse().unwrap();
    assert_eq!(figure(percent(99_000)).check(&amended, today), Ok(&level()));
}

proptest! {
    /// However available, no more is allowed than was billed, and never less for a lower availability.
    #[test]
    fn less_availability_never_allows_less(high in 0_i64..=100_000, low in 0_i64..=100_000, cents in 1_i64..1_000_000_000) {
        let (low, high) = (low.min(high), low.max(high));
        let allowed = |thousandths| {
            credit(percent(thousandths), Money::from_cents(cents)).map_or(Money::ZERO, |charge| -charge.net)
        };
        prop_assert!(allowed(low) >= allowed(high));
        prop_assert!(allowed(low) >= Money::ZERO && allowed(low) <= Money::from_cents(cents));
    }
}
