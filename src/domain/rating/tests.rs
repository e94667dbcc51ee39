//! Lines over months: what they cost, where they are cut, what stops them.

use chrono_tz::Europe::Paris;
use proptest::prelude::*;

use super::example::*;
use super::*;
use crate::domain::contract::indexation::{CoefficientRounding, Indexation, Revision};
use crate::domain::contract::{Contract, GapPolicy, LineQuantity, PriceIndex, Proration, PueTerm};
use crate::domain::metering::{Measure, Meter, Register, Sample};
use crate::domain::tariff::{PriceShape, Tariff, TariffVersion, Tier, Tiers};

const ENERGY: Measure = Measure::Energy;

/// Rates the contract's first line.
fn rate_with(
    contract: &Contract,
    tariff: &Tariff,
    index: Option<&PriceIndex>,
    meters: &[Meter],
    samples: &Samples,
    month: BillingMonth,
) -> Result<Vec<Charge>, Vec<RatingProblem>> {
    let facility = facility();
    let meters: Meters<'_> = meters.iter().map(|meter| (&meter.code, meter)).collect();
    let evidence = MonthEvidence::new(month, &facility, &meters, samples);
    rate_line(LineTerms { contract, line: &contract.lines[0], tariff, index }, &evidence)
}

fn rate(contract: &Contract, tariff: &Tariff) -> Vec<Charge> {
    rate_with(contract, tariff, None, &[], &Samples::new(), month("2026-10")).unwrap()
}

fn counters(codes: &[&str]) -> Vec<Meter> {
    codes.iter().map(|code| meter(code, Register::Energy)).collect()
}

fn formulas(charges: &[Charge]) -> Vec<&str> {
    charges.iter().map(|charge| charge.provenance.formula.as_str()).collect()
}

#[test]
fn four_racks_for_seventeen_days() {
    let mut contract = contract(vec![agreed_line("racks", "4")]);
    contract.in_force.to = Some(day("2026-10-18"));
    let charges = rate(&contract, &rack_tariff());
    assert_eq!(formulas(&charges), ["4 rack × 1200.00 × 17/31 = 2632.26"]);
    assert_eq!(charges[0].kind, ChargeKind::Prorated { units: 17, of: 31 });
    assert_eq!((charges[0].quantity, charges[0].unit), (Quantity::ONE, Unit::One));
    assert_eq!(charges[0].period, between("2026-10-01", "2026-10-18"));

    contract.proration = Proration::Thirtieths;
    assert_eq!(formulas(&rate(&contract, &rack_tariff())), ["4 rack × 1200.00 × 17/30 = 2720.00"]);

    contract.in_force.to = None;
    assert_eq!(formulas(&rate(&contract, &rack_tariff())), ["4 rack × 1200.00 = 4800.00"]);
    contract.lines[0].in_force = since("2026-11-01");
    assert_eq!(rate(&contract, &rack_tariff()), []);
}

/// By 30ths the 31st is no part of a month: a price that changes on it costs nothing yet, and is no line of 0.00. Energy
/// is measured on the 31st as on any day.
#[test]
fn by_thirtieths_a_price_of_the_31st_is_no_line() {
    let mut contract = contract(vec![agreed_line("racks", "1"), metered_line("e", ENERGY, PueTerm::None, &["A"])]);
    contract.proration = Proration::Thirtieths;
    let dearer = |mut tariff: Tariff, price| {
        tariff.versions.push(TariffVersion { from: day("2026-10-31"), price: per_unit(price) });
        tariff
    };
    assert_eq!(formulas(&rate(&contract, &dearer(rack_tariff(), "1300"))), ["1 rack × 1200.00 = 1200.00"]);

    contract.lines.remove(0);
    let october = month("2026-10");
    let mut samples = read_at_ends(october, &[("A", "1000", "1031")]);
    let before_the_31st = Sample { at: "2026-10-30T23:00:00Z".parse().unwrap(), value: "1030".parse().unwrap() };
    samples.entry("A".into()).or_default().insert(1, before_the_31st);
    let tariff = dearer(kwh_tariff(), "1");
    let charges = rate_with(&contract, &tariff, None, &counters(&["A"]), &samples, october).unwrap();
    assert_eq!(formulas(&charges), ["30 kWh × 0.145 = 4.35", "1 kWh × 1.00 = 1.00"]);
}

#[test]
fn energy_carries_the_pue_and_its_meters() {
    let contract = contract(vec![metered_line("e", ENERGY, PueTerm::Fixed { factor: decimal("1.25") }, &["A", "B"])]);
    let october = month("2026-10");
    let samples = read_at_ends(october, &[("A", "1000", "2000.25"), ("B", "500", "734.25")]);
    let charges = rate_with(&contract, &kwh_tariff(), None, &counters(&["A", "B"]), &samples, october).unwrap();
    assert_eq!(formulas(&charges), ["1234.5 kWh × PUE 1.25 = 1543.125 kWh; 1543.125 kWh × 0.145 = 223.75"]);
    let provenance = &charges[0].provenance;
    assert_eq!(provenance.tariff_from, day("2020-01-01"));
    let usage = provenance.usage.as_ref().unwrap();
    assert_eq!(usage.meters[1].last.unwrap().value, "734.25".parse().unwrap());
    assert_eq!((charges[0].unit, charges[0].kind.clone()), (Unit::KilowattHour, ChargeKind::Base));
}

#[test]
fn the_measured_pue_is_that_of_the_month() {
    let contract = contract(vec![metered_line("e", ENERGY, PueTerm::Measured, &["A"])]);
    let october = month("2026-10");
    let readings = [("A", "0", "1000"), ("MAIN", "0", "131250"), ("IT", "0", "100000")];
    let meters = counters(&["A", "MAIN", "IT"]);
    let samples = read_at_ends(october, &readings);
    let charges = rate_with(&contract, &kwh_tariff(), None, &meters, &samples, october).unwrap();
    assert_eq!(
        formulas(&charges),
        ["PUE 131250 kWh / 100000 kWh = 1.3125; 1000 kWh × PUE 1.3125 = 1312.5 kWh; 1312.5 kWh × 0.145 = 190.31"]
    );
    let silent = read_at_ends(october, &readings[..2]);
    let problems = rate_with(&contract, &kwh_tariff(), None, &meters, &silent, october).unwrap_err();
    assert!(matches!(problems[..], [RatingProblem::PueMetering(_)]), "{problems:?}");
    assert_eq!(problems[0].meter().unwrap().as_str(), "IT");
}

#[test]
fn a_new_tariff_version_cuts_the_month() {
    let mut tariff = rack_tariff();
    tariff.versions.push(TariffVersion { from: day("2026-10-18"), price: per_unit("1300") });
    let charges = rate(&contract(vec![agreed_line("racks", "1")]), &tariff);
    assert_eq!(formulas(&charges), ["1 rack × 1200.00 × 17/31 = 658.06", "1 rack × 1300.00 × 14/31 = 587.10"]);
    assert_eq!(charges[1].provenance.tariff_from, day("2026-10-18"));
    assert_eq!(charges[1].period, between("2026-10-18", "2026-11-01"));
}

#[test]
fn a_revision_changes_prices_from_its_day_on() {
    let mut contract = contract(vec![agreed_line("racks", "1")]);
    contract.indexation = Some(Indexation {
        index: "syntec".into(),
        base_month: month("2023-09"),
        fixed_part: decimal("0.15"),
        rounding: CoefficientRounding::FourDecimals,
        revisions: vec![Revision { from: day("2026-10-18"), index_month: month("2024-09") }],
    });
    let values = vec![(month("2023-09"), decimal("306.0")), (month("2024-09"), decimal("314.5"))];
    let index = PriceIndex { code: "syntec".into(), name: "Syntec".into(), values };
    let october = month("2026-10");
    let rated = |index| rate_with(&contract, &rack_tariff(), index, &[], &Samples::new(), october);
    assert_eq!(
        formulas(&rated(Some(&index)).unwrap()),
        [
            "1 rack × 1200.00 × 17/31 = 658.06",
            "0.15 + 0.85 × 314.5/306 = 1.0236 (Syntec 2024-09 / 2023-09); 1200.00 → 1228.32; 1 rack × 1228.32 × 14/31 = 554.73"
        ]
    );
    assert!(matches!(rated(None).unwrap_err()[..], [RatingProblem::Indexation(_)]));

    let tariff = rack_tariff();
    let terms = LineTerms { contract: &contract, line: &contract.lines[0], tariff: &tariff, index: Some(&index) };
    assert_eq!(revised_price(terms, day("2026-10-17")).unwrap(), None, "no revision is in force before its day");
    assert_eq!(revised_price(terms, day("2026-10-18")).unwrap(), Some(per_unit("1228.32")));
}

#[test]
fn a_meter_swap_adds_both_meters() {
    let mut line = metered_line("e", ENERGY, PueTerm::None, &["old", "new"]);
    let LineQuantity::Metered { meters, .. } = &mut line.quantity else { unreachable!() };
    meters[0].period = between("2026-01-01", "2026-10-11");
    meters[1].period = since("2026-10-11");
    let swap = crate::domain::calendar::midnight(day("2026-10-11"), Paris);
    let october = month("2026-10");
    let mut samples = read_at_ends(october, &[("old", "900", "0"), ("new", "0", "70")]);
    samples.get_mut(&"old".into()).unwrap()[1] = Sample { at: swap, value: "1000".parse().unwrap() };
    samples.get_mut(&"new".into()).unwrap()[0].at = swap;
    let charges =
        rate_with(&contract(vec![line]), &kwh_tariff(), None, &counters(&["old", "new"]), &samples, october).unwrap();
    assert_eq!(formulas(&charges), ["170 kWh × 0.145 = 24.65"]);
    assert_eq!(charges[0].provenance.usage.as_ref().unwrap().meters.len(), 2);
}

/// A gauge that shows 10 through the first 17 days of October and 20 after, read every hour.
fn steps() -> Vec<Sample> {
    let period = month("2026-10").period(Paris);
    let step = crate::domain::calendar::midnight(day("2026-10-18"), Paris);
    let value = |at| if at < step { "10" } else { "20" };
    (0..=745)
        .map(|hour| period.from.plus_seconds(hour * 3600))
        .map(|at| Sample { at, value: value(at).parse().unwrap() })
        .collect()
}

#[test]
fn a_level_over_a_part_of_the_month_weighs_a_part() {
    let october = month("2026-10");
    let samples = Samples::from([("G".into(), steps())]);
    let rated = |measure: Measure, register| {
        let tariff = tariff("level", measure.unit(), per_unit("31"));
        let mut contract = contract(vec![metered_line("l", measure, PueTerm::None, &["G"])]);
        contract.in_force.to = Some(day("2026-10-18"));
        let before = rate_with(&contract, &tariff, None, &[meter("G", register)], &samples, october).unwrap();
        contract.in_force = since("2026-10-18");
        let after = rate_with(&contract, &tariff, None, &[meter("G", register)], &samples, october).unwrap();
        [before, after].map(|charges| formulas(&charges).join("\n"))
    };
    assert_eq!(
        rated(Measure::Demand { window_minutes: 10 }, Register::Power),
        [
            "10 kW × 17/31 = 5.4839 kW; 5.4839 kW × 31.00 = 170.00",
            "20 kW × 14/31 = 9.0323 kW; 9.0323 kW × 31.00 = 280.00"
        ]
    );
    assert_eq!(
        rated(Measure::StorageMonth, Register::Storage),
        [
            "10 TB·month × 1468800/2682000 = 5.4765 TB·month; 5.4765 TB·month × 31.00 = 169.77",
            "20 TB·month × 1213200/2682000 = 9.047 TB·month; 9.047 TB·month × 31.00 = 280.46"
        ]
    );
}

/// A tenant with 50 TB from a day in the month on, in a month with a change of hours and in one counted by 30ths: what
/// is held against a bound or a commitment of 50 TB is the same part of it.
#[test]
fn a_level_at_a_bound_stays_at_it_over_a_part_of_the_month() {
    let rated = |at: &str, from: &str, proration: Proration, price: PriceShape| {
        let period = month(at).period(Paris);
        let hours = (period.to.seconds() - period.from.seconds()) / 3600;
        let level = |hour| Sample { at: period.from.plus_seconds(hour * 3600), value: "50".parse().unwrap() };
        let samples = Samples::from([("G".into(), (0..=hours).map(level).collect())]);
        let mut contract = contract(vec![metered_line("l", Measure::StorageMonth, PueTerm::None, &["G"])]);
        contract.in_force = since(from);
        contract.proration = proration;
        let tariff = tariff("tb", Unit::TerabyteMonth, price);
        let gauges = [meter("G", Register::Storage)];
        rate_with(&contract, &tariff, None, &gauges, &samples, month(at)).unwrap()
    };
    let volume = || {
        let tier = |to: Option<i64>, cents: i64| Tier {
            to: to.map(Decimal::from),
            unit_price: UnitPrice::from_micros(cents * 10_000),
        };
        PriceShape::Volume { tiers: Tiers::new(vec![tier(Some(50), 2_100), tier(None, 1_800)]).unwrap() }
    };
    let committed = || PriceShape::Commitment {
        committed: Decimal::from(50),
        unit_price: UnitPrice::from_micros(20_000_000),
        overage_unit_price: UnitPrice::from_micros(40_000_000),
    };
    for (at, from, proration, net) in [
        ("2026-03", "2026-03-15", Proration::CalendarDays, "493.00"),
        ("2026-02", "2026-02-15", Proration::Thirtieths, "450.00"),
        ("2026-10", "2026-10-15", Proration::Thirtieths, "494.09"),
    ] {
        let charges = rated(at, from, proration, volume());
        assert_eq!(charges[0].net.to_string(), net, "{:?}", formulas(&charges));
        let charges = rated(at, from, proration, committed());
        assert_eq!(charges.len(), 1, "no overage: {:?}", formulas(&charges));
    }
}

#[test]
fn a_gap_stops_the_line_unless_the_contract_lets_it_be_estimated() {
    let october = month("2026-10");
    let mut samples = Samples::from([("G".into(), steps())]);
    samples.get_mut(&"G".into()).unwrap().drain(100..110);
    let mut contract = contract(vec![metered_line("l", Measure::StorageMonth, PueTerm::None, &["G"])]);
    let tariff = tariff("tb", Unit::TerabyteMonth, per_unit("31"));
    let gauges = [meter("G", Register::Storage)];
    let problems = rate_with(&contract, &tariff, None, &gauges, &samples, october).unwrap_err();
    assert!(matches!(problems[..], [RatingProblem::Gap { .. }]), "{problems:?}");

    let LineQuantity::Metered { gap_policy, .. } = &mut contract.lines[0].quantity else { unreachable!() };
    *gap_policy = GapPolicy::Estimate;
    let charges = rate_with(&contract, &tariff, None, &gauges, &samples, october).unwrap();
    assert!(charges[0].provenance.usage.as_ref().unwrap().estimated);
}

#[test]
fn what_cannot_be_rated_says_why() {
    let october = month("2026-10");
    let contract = contract(vec![metered_line("e", ENERGY, PueTerm::None, &["A", "gone"])]);
    let rated = |tariff: &Tariff| {
        let problems = rate_with(&contract, tariff, None, &counters(&["A"]), &Samples::new(), october).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        rated(&tariff("kw", Unit::Kilowatt, per_unit("1"))),
        ["tariff kw prices a kilowatt, but the line's measure gives a kilowatt-hour: give the line a tariff in \
          kilowatt-hour, or another measure"]
    );
    assert_eq!(
        rated(&kwh_tariff()),
        ["meter gone is assigned to the line but is not in the book: add it, or correct the assignment"]
    );
    let mut future = kwh_tariff();
    future.versions[0].from = day("2026-10-02");
    assert!(rated(&future)[0].starts_with("tariff kwh has no version in force on 2026-10-01: add a version"));
}

mod regularisations {
    use super::*;

    /// October's energy line at a flat price or in tiers.
    fn october(kwh: &str, tariff: &Tariff) -> Vec<Charge> {
        let contract = contract(vec![metered_line("e", ENERGY, PueTerm::None, &["A"])]);
        let october = month("2026-10");
        let samples = read_at_ends(october, &[("A", "0", kwh)]);
        rate_with(&contract, tariff, None, &counters(&["A"]), &samples, october).unwrap()
    }

    /// What the invoice and a regularisation after it billed.
    fn regularise(now: &[Charge], billed: &[&Charge]) -> Option<Charge> {
        let document = |charge: &Charge| match charge.kind {
            ChargeKind::Regularisation { .. } => "DC2026000013",
            _ => "DC2026000012",
        };
        let billed = BilledLine::sums(billed.iter().map(|charge| billed_by(charge, document(charge))));
        regularisation(now, billed.first(), month("2026-10"), "DC2026000012").unwrap()
    }

    #[test]
    fn a_single_price_bills_the_difference_of_quantities() {
        let (before, now) = (october("1000", &kwh_tariff()), october("1100", &kwh_tariff()));
        let charge = regularise(&now, &[&before[0]]).unwrap();
        assert_eq!((charge.quantity.to_string(), charge.unit), ("100".to_owned(), Unit::KilowattHour));
        assert_eq!((charge.unit_price.to_string(), charge.net.to_string()), ("0.145".to_owned(), "14.50".to_owned()));
        assert_eq!(charge.kind, ChargeKind::Regularisation { month: month("2026-10"), invoice: "DC2026000012".into() });
        assert_eq!(
            charge.provenance.formula,
            "1100 kWh × 0.145 = 159.50; 159.50 − 145.00 (DC2026000012) = 14.50; (1100 − 1000) kWh × 0.145 = 14.50"
        );
        // What has been regularised is not regularised again.
        assert_eq!(regularise(&now, &[&before[0], &charge]), None);
        let back = regularise(&before, &[&before[0], &charge]).unwrap();
        assert_eq!((back.quantity.to_string(), back.net.to_string()), ("-100".to_owned(), "-14.50".to_owned()));
        let named = "145.00 − 159.50 (DC2026000012, DC2026000013) = -14.50";
        assert!(back.provenance.formula.contains(named), "{}", back.provenance.formula);
    }

    #[test]
    fn tiers_bill_the_difference_as_an_amount() {
        let tiers = serde_json::from_str(r#"[{"to":"1000","unit_price":"0.15"},{"unit_price":"0.10"}]"#).unwrap();
        let tariff = tariff("kwh", Unit::KilowattHour, PriceShape::Graduated { tiers });
        let (before, now) = (october("1100", &tariff), october("900", &tariff));
        let charge = regularise(&now, &before.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!((charge.quantity, charge.unit), (-Quantity::ONE, Unit::One));
        assert_eq!((charge.unit_price.to_string(), charge.net.to_string()), ("25.00".to_owned(), "-25.00".to_owned()));
        assert_eq!(charge.provenance.formula, "900 kWh × 0.15 = 135.00; 135.00 − 160.00 (DC2026000012) = -25.00");
    }

    #[test]
    fn a_line_that_was_not_billed_is_billed_whole() {
        let charge = regularise(&october("10", &kwh_tariff()), &[]).unwrap();
        assert_eq!((charge.quantity.to_string(), charge.net.to_string()), ("10".to_owned(), "1.45".to_owned()));
    }
}

proptest! {
    #[test]
    fn a_month_cut_by_versions_of_the_same_price_adds_up(
        cents in 0i64..10_000_000, racks in 0i64..1_000, mut cuts in prop::collection::vec(1u64..31, 0..5), thirtieths: bool
    ) {
        cuts.sort_unstable();
        cuts.dedup();
        let price = PriceShape::PerUnit { unit_price: UnitPrice::from_micros(cents * 10_000) };
        let mut tariff = tariff("rack", Unit::Rack, price.clone());
        let mut contract = contract(vec![agreed_line("racks", &racks.to_string())]);
        contract.proration = if thirtieths { Proration::Thirtieths } else { Proration::CalendarDays };
        let whole: Money = rate(&contract, &tariff).iter().map(|charge| charge.net).sum();
        for cut in &cuts {
            let from = day("2026-10-01") + chrono::Days::new(*cut);
            tariff.versions.push(TariffVersion { from, price: price.clone() });
        }
        let parts = rate(&contract, &tariff);
        // By 30ths the 31st by itself is no part of the month.
        let weightless = usize::from(thirtieths && cuts.last() == Some(&30));
        prop_assert_eq!(parts.len(), cuts.len() + 1 - weightless);
        prop_assert_eq!(parts.iter().map(|charge| charge.net).sum::<Money>(), whole);
        prop_assert_eq!(parts.windows(2).filter(|pair| pair[0].period.to != Some(pair[1].period.from)).count(), 0);
    }

    #[test]
    fn a_regularisation_makes_what_was_billed_what_is_known(before in 0i64..1_000_000_000, now in 0i64..1_000_000_000) {
        let rated = |micros: i64| {
            let contract = contract(vec![metered_line("e", ENERGY, PueTerm::None, &["A"])]);
            let october = month("2026-10");
            let mut samples = read_at_ends(october, &[("A", "0", "0")]);
            samples.get_mut(&"A".into()).unwrap()[1].value = crate::domain::quantity::Micro::from_micros(micros);
            rate_with(&contract, &kwh_tariff(), None, &counters(&["A"]), &samples, october).unwrap()
        };
        let (billed, known) = (rated(before), rated(now));
        let sums = BilledLine::sums(billed.iter().map(|charge| billed_by(charge, "DC2026000001")));
        let charge = regularisation(&known, sums.first(), month("2026-10"), "DC2026000001").unwrap();
        let corrected = billed[0].net + charge.as_ref().map_or(Money::ZERO, |charge| charge.net);
        prop_assert_eq!(corrected, known[0].net);
        if let Some(charge) = charge {
            prop_assert_eq!(charge.unit_price.times(charge.quantity).unwrap(), charge.net);
        }
    }
}
