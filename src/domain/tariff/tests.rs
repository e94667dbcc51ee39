//! Every price shape through one harness: an input, and the parts it costs, one a line.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::domain::quantity::Quantity;

fn price(text: &str) -> UnitPrice {
    text.parse().unwrap()
}

fn euros(text: &str) -> Money {
    text.parse().unwrap()
}

fn tiers(list: &[(Option<&str>, &str)]) -> Tiers {
    let tier = |(to, unit_price): &(Option<&str>, &str)| Tier {
        to: to.map(|to| to.parse().unwrap()),
        unit_price: price(unit_price),
    };
    Tiers::new(list.iter().map(tier).collect()).unwrap()
}

/// A measured quantity over a whole month.
fn measured(quantity: &str) -> PriceInput {
    PriceInput {
        quantity: quantity.parse().unwrap(),
        unit: Unit::KilowattHour,
        agreed: false,
        part: MonthPart::WHOLE,
        held: MonthPart::WHOLE,
        begins: false,
    }
}

/// An agreed number of racks over a whole month.
fn agreed(quantity: &str) -> PriceInput {
    PriceInput { unit: Unit::Rack, agreed: true, ..measured(quantity) }
}

fn over(from: i64, to: i64, of: i64, input: PriceInput) -> PriceInput {
    let part = MonthPart::new(from, to, of);
    PriceInput { part, held: part, ..input }
}

fn check(shape: &PriceShape, input: PriceInput, expected: &[&str]) {
    let parts = shape.price(&input).unwrap();
    let shown: Vec<String> = parts.iter().map(shown).collect();
    assert_eq!(shown, expected, "{shape:?}");
    for part in parts {
        assert_eq!(part.net, part.unit_price.times(part.quantity).unwrap());
        assert!(part.unit_price.micros() >= 0);
    }
}

fn shown(part: &PricedPart) -> String {
    let kind = match &part.kind {
        PartKind::Base => "base".to_owned(),
        PartKind::Prorated { units, of } => format!("prorated {units}/{of}"),
        PartKind::Tier { from, to: Some(to) } => format!("tier [{from}, {to})"),
        PartKind::Tier { from, to: None } => format!("tier [{from}, ∞)"),
        PartKind::Volume { from, to: Some(to) } => format!("volume [{from}, {to})"),
        PartKind::Volume { from, to: None } => format!("volume [{from}, ∞)"),
        PartKind::Committed => "committed".to_owned(),
        PartKind::Overage => "overage".to_owned(),
        PartKind::MinimumComplement { minimum } => format!("minimum {minimum}"),
        PartKind::CapReduction { cap } => format!("cap {cap}"),
        PartKind::OneOff => "one-off".to_owned(),
    };
    format!("{kind}: {} {} at {}: {} = {}", part.quantity, part.unit.name(), part.unit_price, part.expression, part.net)
}

#[test]
fn flat() {
    let shape = PriceShape::Flat { amount: euros("1200.00") };
    let month = PriceInput { unit: Unit::Month, ..measured("37.5") };
    check(&shape, month, &["base: 1 month at 1200.00: 1 month × 1200.00 = 1200.00"]);
    check(&shape, over(0, 17, 31, month), &["prorated 17/31: 1 one at 658.06: 1200.00 × 17/31 = 658.06"]);
    check(&shape, over(0, 17, 30, month), &["prorated 17/30: 1 one at 680.00: 1200.00 × 17/30 = 680.00"]);
}

#[test]
fn per_unit() {
    let shape = PriceShape::PerUnit { unit_price: price("0.145") };
    check(&shape, measured("1543.125"), &["base: 1543.125 kilowatt-hour at 0.145: 1543.125 kWh × 0.145 = 223.75"]);
    check(&shape, measured("10.34484"), &["base: 10.3448 kilowatt-hour at 0.145: 10.3448 kWh × 0.145 = 1.50"]);
    // What is measured over a part of the month is already a part.
    check(&shape, over(0, 17, 31, measured("100")), &["base: 100 kilowatt-hour at 0.145: 100 kWh × 0.145 = 14.50"]);
}

#[test]
fn an_agreed_quantity_is_prorated_as_an_amount() {
    let shape = PriceShape::PerUnit { unit_price: price("1200") };
    check(&shape, agreed("4"), &["base: 4 rack at 1200.00: 4 rack × 1200.00 = 4800.00"]);
    check(
        &shape,
        over(0, 17, 31, agreed("4")),
        &["prorated 17/31: 1 one at 2632.26: 4 rack × 1200.00 × 17/31 = 2632.26"],
    );
    let tiered = PriceShape::Graduated { tiers: tiers(&[(Some("2"), "1200"), (None, "1000")]) };
    check(
        &tiered,
        over(0, 10, 30, agreed("4")),
        &["prorated 10/30: 1 one at 1466.67: (2 rack × 1200.00 + 2 rack × 1000.00) × 10/30 = 1466.67"],
    );
}

#[test]
fn a_cent_moved_by_rounding_at_both_ends_shows() {
    let shape = PriceShape::Flat { amount: euros("0.05") };
    check(&shape, over(1, 2, 3, measured("0")), &["prorated 1/3: 1 one at 0.01: 0.05 × 2/3 − 0.05 × 1/3 = 0.01"]);
}

#[test]
fn graduated() {
    let shape = PriceShape::Graduated { tiers: tiers(&[(Some("9.5"), "1"), (Some("20"), "0.8"), (None, "0.5")]) };
    check(&shape, measured("0"), &["tier [0, 9.5): 0 kilowatt-hour at 1.00: 0 kWh × 1.00 = 0.00"]);
    check(&shape, measured("9.5"), &["tier [0, 9.5): 9.5 kilowatt-hour at 1.00: 9.5 kWh × 1.00 = 9.50"]);
    check(
        &shape,
        measured("25.25"),
        &[
            "tier [0, 9.5): 9.5 kilowatt-hour at 1.00: 9.5 kWh × 1.00 = 9.50",
            "tier [9.5, 20): 10.5 kilowatt-hour at 0.80: 10.5 kWh × 0.80 = 8.40",
            "tier [20, ∞): 5.25 kilowatt-hour at 0.50: 5.25 kWh × 0.50 = 2.63",
        ],
    );
}

#[test]
fn volume() {
    let shape = PriceShape::Volume { tiers: tiers(&[(Some("10"), "1"), (None, "0.8")]) };
    check(&shape, measured("9.5"), &["volume [0, 10): 9.5 kilowatt-hour at 1.00: 9.5 kWh × 1.00 = 9.50"]);
    check(&shape, measured("10"), &["volume [10, ∞): 10 kilowatt-hour at 0.80: 10 kWh × 0.80 = 8.00"]);
}

#[test]
fn commitment() {
    let shape = PriceShape::Commitment {
        committed: "1000".parse().unwrap(),
        unit_price: price("0.10"),
        overage_unit_price: price("0.15"),
    };
    check(&shape, measured("400"), &["committed: 1000 kilowatt-hour at 0.10: 1000 kWh × 0.10 = 100.00"]);
    check(
        &shape,
        measured("1100.5"),
        &[
            "committed: 1000 kilowatt-hour at 0.10: 1000 kWh × 0.10 = 100.00",
            "overage: 100.5 kilowatt-hour at 0.15: (1100.5 kWh − 1000 kWh) × 0.15 = 15.08",
        ],
    );
    check(
        &shape,
        over(0, 17, 31, measured("600")),
        &[
            "committed: 1 one at 54.84: 1000 kWh × 0.10 × 17/31 = 54.84",
            "overage: 51.6129 kilowatt-hour at 0.15: (600 kWh − 548.3871 kWh) × 0.15 = 7.74",
        ],
    );
}

#[test]
fn minimum_and_cap() {
    let per_unit = || Box::new(PriceShape::PerUnit { unit_price: price("0.10") });
    let minimum = PriceShape::Minimum { amount: euros("50.00"), of: per_unit() };
    check(
        &minimum,
        measured("300"),
        &[
            "base: 300 kilowatt-hour at 0.10: 300 kWh × 0.10 = 30.00",
            "minimum 50.00: 1 one at 20.00: 50.00 − 30.00 = 20.00",
        ],
    );
    check(&minimum, measured("500"), &["base: 500 kilowatt-hour at 0.10: 500 kWh × 0.10 = 50.00"]);
    check(
        &minimum,
        over(0, 15, 30, measured("200")),
        &[
            "base: 200 kilowatt-hour at 0.10: 200 kWh × 0.10 = 20.00",
            "minimum 25.00: 1 one at 5.00: 50.00 × 15/30 − 20.00 = 5.00",
        ],
    );
    let cap = PriceShape::Cap { amount: euros("40.00"), of: per_unit() };
    check(
        &cap,
        measured("500"),
        &[
            "base: 500 kilowatt-hour at 0.10: 500 kWh × 0.10 = 50.00",
            "cap 40.00: -1 one at 10.00: 40.00 − 50.00 = -10.00",
        ],
    );
    let both = PriceShape::Minimum { amount: euros("20.00"), of: Box::new(cap) };
    check(&both, measured("300"), &["base: 300 kilowatt-hour at 0.10: 300 kWh × 0.10 = 30.00"]);
}

#[test]
fn one_off_is_due_once_and_whole() {
    let shape = PriceShape::OneOff { amount: euros("750.00") };
    let fee = PriceInput { unit: Unit::One, ..agreed("1") };
    check(&shape, PriceInput { begins: true, ..fee }, &["one-off: 1 one at 750.00: 1 × 750.00 = 750.00"]);
    let late = over(20, 31, 31, PriceInput { begins: true, ..fee });
    check(&shape, late, &["one-off: 1 one at 750.00: 1 × 750.00 = 750.00"]);
    check(&shape, fee, &[]);
}

#[test]
fn a_month_cut_where_no_price_changes_reaches_the_same_tiers() {
    let tiers = || tiers(&[(Some("50"), "15.20"), (Some("60"), "13.10"), (None, "12.00")]);
    // A mean of 55 TB for 16 of 31 days weighs 28.3871 TB and lies above 50 × 16/31.
    let volume = PriceShape::Volume { tiers: tiers() };
    check(
        &volume,
        over(0, 16, 31, measured("28.3871")),
        &["volume [25.8065, 30.9677): 28.3871 kilowatt-hour at 13.10: 28.3871 kWh × 13.10 = 371.87"],
    );
    let graduated = PriceShape::Graduated { tiers: tiers() };
    let net = |input: PriceInput| graduated.price(&input).unwrap().iter().map(|part| part.net).sum::<Money>();
    let parts = net(over(0, 16, 31, measured("28.3871"))) + net(over(16, 31, 31, measured("26.6129")));
    assert_eq!((parts, net(measured("55"))), ("825.50".parse().unwrap(), "825.50".parse().unwrap()));
    // So short that the middle tier holds nothing.
    let narrow = PriceShape::Volume { tiers: self::tiers(&[(Some("0.001"), "3"), (Some("0.0011"), "2"), (None, "1")]) };
    check(&narrow, over(0, 1, 31, measured("0")), &["volume [0, ∞): 0 kilowatt-hour at 1.00: 0 kWh × 1.00 = 0.00"]);
}

#[test]
fn what_cannot_be_priced_is_refused() {
    let shape = PriceShape::PerUnit { unit_price: price("1") };
    assert_eq!(shape.price(&measured("-1")), Err(PricingError::Negative(Decimal::NEGATIVE_ONE)));
    assert!(matches!(shape.price(&measured("10000000000000")), Err(PricingError::Amount(AmountError::TooLarge(_)))));
    let flat = PriceShape::Flat { amount: Money::from_cents(Money::LIMIT_CENTS) };
    assert!(flat.price(&measured("1")).is_err());
}

prop_compose! {
    /// Ascending bounds, also finer than a quantity's four decimals.
    fn some_tiers()(steps in prop::collection::vec((1i64..2_000_000, 0i64..3_000_000), 1..6)) -> Tiers {
        let mut to = Decimal::ZERO;
        let last = steps.len() - 1;
        let tier = |(index, (step, micros)): (usize, &(i64, i64))| {
            to += Decimal::new(*step, 5);
            Tier { to: (index < last).then_some(to), unit_price: UnitPrice::from_micros(*micros) }
        };
        Tiers::new(steps.iter().enumerate().map(tier).collect()).unwrap()
    }
}

fn all_shapes() -> impl Strategy<Value = PriceShape> {
    let amount = (0i64..10_000_000).prop_map(Money::from_cents);
    let unit_price = || (0i64..5_000_000).prop_map(UnitPrice::from_micros);
    let leaf = prop_oneof![
        amount.clone().prop_map(|amount| PriceShape::Flat { amount }),
        unit_price().prop_map(|unit_price| PriceShape::PerUnit { unit_price }),
        some_tiers().prop_map(|tiers| PriceShape::Graduated { tiers }),
        some_tiers().prop_map(|tiers| PriceShape::Volume { tiers }),
        (0i64..1_000_000, unit_price(), unit_price()).prop_map(|(committed, unit_price, overage_unit_price)| {
            PriceShape::Commitment { committed: Decimal::new(committed, 2), unit_price, overage_unit_price }
        }),
    ];
    leaf.prop_recursive(2, 4, 1, move |of| {
        prop_oneof![
            (amount.clone(), of.clone()).prop_map(|(amount, of)| PriceShape::Minimum { amount, of: Box::new(of) }),
            (amount.clone(), of).prop_map(|(amount, of)| PriceShape::Cap { amount, of: Box::new(of) }),
        ]
    })
}

proptest! {
    #[test]
    fn every_quantity_lies_in_exactly_one_tier(tiers in some_tiers(), ten_thousandths in 0i64..2_000_000) {
        let quantity = Decimal::new(ten_thousandths, 4);
        let holding = tiers.bounds().filter(|(from, tier)| *from <= quantity && tier.to.is_none_or(|to| quantity < to));
        prop_assert_eq!(holding.count(), 1);
        prop_assert!(tiers.holding(quantity).is_some());
    }

    #[test]
    fn the_tiers_of_a_quantity_sum_to_it(tiers in some_tiers(), millionths in 0i64..200_000_000) {
        let quantity = Decimal::new(millionths, 6);
        let input = PriceInput { quantity, ..measured("0") };
        let parts = PriceShape::Graduated { tiers }.price(&input).unwrap();
        let sum: i64 = parts.iter().map(|part| part.quantity.ten_thousandths()).sum();
        prop_assert_eq!(sum, Quantity::rounded(quantity).unwrap().ten_thousandths());
    }

    #[test]
    fn a_net_recomputes_from_quantity_and_price(
        shape in all_shapes(), millionths in 0i64..2_000_000_000, from in 0i64..30, length in 0i64..31, agreed: bool
    ) {
        let part = MonthPart::new(from, from + length, 31);
        let input = PriceInput { quantity: Decimal::new(millionths, 6), agreed, part, held: part, ..measured("0") };
        for part in shape.price(&input).unwrap() {
            prop_assert_eq!(part.unit_price.times(part.quantity).unwrap(), part.net);
        }
    }

    #[test]
    fn every_quantity_lies_in_one_tier_of_any_part_of_a_month(
        tiers in some_tiers(), ten_thousandths in 0i64..2_000_000, from in 0i64..30, length in 1i64..31
    ) {
        let tiers = tiers.over(MonthPart::new(from, from + length, 31));
        let quantity = Decimal::new(ten_thousandths, 4);
        let holding = tiers.bounds().filter(|(from, tier)| *from <= quantity && tier.to.is_none_or(|to| quantity < to));
        prop_assert_eq!(holding.count(), 1);
    }

    #[test]
    fn an_agreed_month_cut_anywhere_adds_up(
        shape in all_shapes(), hundredths in 0i64..100_000, mut cuts in prop::collection::vec(0i64..=31, 0..5)
    ) {
        cuts.extend([0, 31]);
        cuts.sort_unstable();
        let input = PriceInput { quantity: Decimal::new(hundredths, 2), ..agreed("0") };
        let net = |input: PriceInput| shape.price(&input).unwrap().iter().map(|part| part.net).sum::<Money>();
        let parts: Money = cuts.windows(2).map(|pair| net(over(pair[0], pair[1], 31, input))).sum();
        prop_assert_eq!(parts, net(input));
    }
}
