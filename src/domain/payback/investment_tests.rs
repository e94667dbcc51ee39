//! What of an outlay is renewed.

use super::investment::{Renewal, outlays};
use super::tests::{asset, day, event, money, month};
use crate::domain::amortisation::{AssetChange, Extent, plans};
use crate::domain::money::Money;

/// A part that is sold is not renewed; one sold after a renewal was.
#[test]
fn what_is_sold_in_part_is_renewed_in_what_remains() {
    let mut centre = asset("20000.00", 15);
    let sold = |on: &str, percent: u32| {
        let extent = Extent::Percent(percent.into());
        event(on, AssetChange::Dispose { component: Some("tout".into()), extent, proceeds: Money::ZERO, buyer: None })
    };
    centre.events = vec![sold("2024-07-01", 25), sold("2040-01-01", 50)];
    let plans = plans(std::slice::from_ref(&centre));
    let [outlay] = outlays(&plans, &[]).try_into().unwrap();
    assert_eq!(outlay.cost, money("20000.00"), "what was invested stays");
    let renewals = outlay.renewals(month("2060-01"));
    let expected = [("2035-01", 15, "15000.00"), ("2050-01", 30, "7500.00")];
    let expected = expected.map(|(at, years, cost)| Renewal { month: month(at), years, cost: money(cost) });
    assert_eq!(renewals, expected);
    assert_eq!(
        outlay.kept,
        [
            (day("2020-01-15"), money("20000.00")),
            (day("2024-07-01"), money("15000.00")),
            (day("2040-01-01"), money("7500.00"))
        ]
    );
}
