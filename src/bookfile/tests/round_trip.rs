//! What is written reads back equal: the small book, and the small book with generated things of every variant added.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use super::{ASSETS, SMALL_BOOK, told};
use crate::bookfile::{read, write};
use crate::domain::amortisation::{
    AssetChange, AssetEvent, AssetRecord, Component, ComponentGroup, Convention, Extent, FixedAsset, Method,
};
use crate::domain::book::Book;
use crate::domain::calendar::{DatePeriod, Timestamp};
use crate::domain::contract::service_level::{CreditBand, ServiceLevel};
use crate::domain::contract::{
    Contract, ContractLine, Designation, LineQuantity, Proration, Service, VatReason, VatTreatment,
};
use crate::domain::facility::Feed;
use crate::domain::metering::{Meter, Register, Reset};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::party::{Contact, Language};
use crate::domain::quantity::{Micro, Unit};
use crate::domain::tariff::{PriceShape, Tariff, TariffVersion, Tier, Tiers};

pub(super) fn small_book() -> Book {
    read(SMALL_BOOK, "small-book.toml").unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)))
}

#[test]
fn the_small_book_survives_a_round_trip() {
    let book = small_book();
    assert_eq!(book.check(), []);
    let written = write(&book);
    assert_eq!(read(&written, "written.toml").as_ref(), Ok(&book), "{written}");
    assert_eq!(write(&book.ordered()), written);
}

#[test]
fn assets_with_everything_survive_a_round_trip() {
    let text = format!("{SMALL_BOOK}\n{ASSETS}");
    let book = read(&text, "assets.toml").unwrap_or_else(|mistakes| panic!("{}", told(&mistakes)));
    let kinds = book.assets.iter().flat_map(|asset| &asset.events).map(|event| event.change.word());
    assert_eq!(kinds.collect::<std::collections::BTreeSet<_>>().len(), 10, "one of each kind");
    let written = write(&book);
    assert_eq!(read(&written, "written.toml").as_ref(), Ok(&book), "{written}");
}

/// A list of which nothing could be read is not told as empty beside what is wrong with its items.
#[test]
fn a_mistake_in_the_only_component_is_told_once() {
    let text = format!("{SMALL_BOOK}\n{ASSETS}").replace("duration_years = 20\n", "duration_year = 20\n");
    let mistakes = told(&read(&text, "assets.toml").unwrap_err());
    assert!(mistakes.contains("duration_year"), "{mistakes}");
    assert!(!mistakes.contains("is empty"), "{mistakes}");
}

/// Any text of one line, with quotes, backslashes and other scripts.
pub(super) fn text() -> impl Strategy<Value = String> {
    "[\\PC\"'\\\\#=]{1,30}".prop_filter("not blank", |text| !text.trim().is_empty())
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0u64..10_000).prop_map(|days| NaiveDate::from_ymd_opt(2010, 1, 1).unwrap() + Days::new(days))
}

fn decimal(decimals: u32) -> impl Strategy<Value = Decimal> {
    (0i64..10_000_000_000).prop_map(move |digits| Decimal::new(digits, decimals))
}

fn money() -> impl Strategy<Value = Money> {
    (1i64..10_000_000_000).prop_map(Money::from_cents)
}

fn unit_price() -> impl Strategy<Value = UnitPrice> {
    (0i64..10_000_000_000).prop_map(UnitPrice::from_micros)
}

fn tiers() -> impl Strategy<Value = Tiers> {
    let steps = prop::collection::vec((1i64..1_000_000, unit_price()), 0..5);
    (steps, unit_price()).prop_map(|(steps, last)| {
        let mut bound = 0;
        let mut tiers = Vec::new();
        for (step, unit_price) in steps {
            bound += step;
            tiers.push(Tier { to: Some(Decimal::new(bound, 4)), unit_price });
        }
        tiers.push(Tier { to: None, unit_price: last });
        Tiers::new(tiers).unwrap()
    })
}

fn price() -> impl Strategy<Value = PriceShape> {
    let plain = prop_oneof![
        money().prop_map(|amount| PriceShape::Flat { amount }),
        money().prop_map(|amount| PriceShape::OneOff { amount }),
        unit_price().prop_map(|unit_price| PriceShape::PerUnit { unit_price }),
        tiers().prop_map(|tiers| PriceShape::Graduated { tiers }),
        tiers().prop_map(|tiers| PriceShape::Volume { tiers }),
        (decimal(4), unit_price(), unit_price()).prop_map(|(committed, unit_price, overage_unit_price)| {
            PriceShape::Commitment { committed, unit_price, overage_unit_price }
        }),
    ];
    plain.prop_recursive(3, 4, 1, |inner| {
        (any::<bool>(), money(), inner).prop_map(|(minimum, amount, of)| match minimum {
            true => PriceShape::Minimum { amount, of: Box::new(of) },
            false => PriceShape::Cap { amount, of: Box::new(of) },
        })
    })
}

pub(super) fn tariff() -> impl Strategy<Value = Tariff> {
    let versions = prop::collection::btree_map(day(), price(), 1..4);
    (text(), select(Unit::ALL.to_vec()), versions).prop_map(|(name, unit, versions)| Tariff {
        code: "generated".into(),
        name,
        unit,
        versions: versions.into_iter().map(|(from, price)| TariffVersion { from, price }).collect(),
    })
}

fn vat() -> impl Strategy<Value = VatTreatment> {
    let rates = vec![Decimal::from(20), Decimal::from(10), Decimal::new(55, 1), Decimal::new(21, 1)];
    prop_oneof![
        select(rates).prop_map(|rate_percent| VatTreatment::Standard { rate_percent }),
        text().prop_map(|reason| VatTreatment::Exempt { reason: reason.into() }),
        (text(), text()).prop_map(|(fr, en)| VatTreatment::Exempt { reason: VatReason { fr, en } }),
    ]
}

/// A promise below 100 % with one to three bands, each lower and dearer than the one before.
fn service_level() -> impl Strategy<Value = ServiceLevel> {
    (90_000_i64..=100_000, 1_i64..4).prop_map(|(committed, count)| {
        let percent = |thousandths| Decimal::new(thousandths, 3);
        let band = |number: i64| CreditBand {
            below_percent: percent(committed - 1_500 * (number - 1)),
            credit_percent: percent(5_000 * number),
        };
        ServiceLevel { committed_percent: percent(committed), bands: (1..=count).map(band).collect() }
    })
}

fn line() -> impl Strategy<Value = ContractLine> {
    let service = select(vec![Service::Space, Service::Power, Service::Storage, Service::Other]);
    let racks = prop::collection::vec(select(vec!["A01".into(), "A02".into()]), 0..3);
    let fields = (service, text(), text(), decimal(4), vat(), prop::option::of(service_level()), racks);
    fields.prop_map(|(service, fr, en, quantity, vat, service_level, racks)| ContractLine {
        code: "generated".into(),
        service,
        designation: Designation { fr, en },
        in_force: DatePeriod { from: NaiveDate::MIN, to: None },
        tariff: "generated".into(),
        quantity: LineQuantity::Fixed(quantity),
        vat,
        service_level,
        racks,
    })
}

/// A contract whose line, by one code, is amended every ten days: the last part open.
pub(super) fn contract(first_day: NaiveDate) -> impl Strategy<Value = Contract> {
    let texts = (text(), prop::option::of(text()), prop::option::of(text()));
    let proration = select(vec![Proration::CalendarDays, Proration::Thirtieths]);
    let lines = prop::collection::vec(line(), 1..4);
    (texts, prop::option::of(day()), proration, lines).prop_map(
        move |((title, engagement, market), signed_on, proration, mut lines)| {
            let parts = u64::try_from(lines.len()).unwrap();
            for (position, line) in (1..).zip(&mut lines) {
                let from = first_day + Days::new(10 * (position - 1));
                line.in_force = DatePeriod { from, to: (position < parts).then(|| from + Days::new(10)) };
            }
            Contract {
                code: "generated".into(),
                tenant: "aphp".into(),
                title,
                in_force: DatePeriod { from: first_day, to: None },
                signed_on,
                engagement,
                market,
                notice_months: None,
                proration,
                indexation: None,
                lines,
            }
        },
    )
}

fn meter() -> impl Strategy<Value = Meter> {
    let seconds = 1_000_000_000i64..2_000_000_000;
    let restarts = prop::collection::btree_map(1i64..1_000_000, (prop::option::of(0i64..1_000), 0i64..1_000), 0..3);
    let register = select(vec![Register::Energy, Register::Power, Register::Storage, Register::Occupancy]);
    let place = (prop::option::of(select(vec![Feed::A, Feed::B])), 1i64..100_000);
    (register, seconds, restarts, place, any::<bool>()).prop_map(
        |(register, installed, restarts, (feed, tolerance), removed)| {
            let counter = register == Register::Energy;
            let reset = |(after, (last, new)): (i64, (Option<i64>, i64))| Reset {
                at: Timestamp::from_seconds(installed + after),
                final_index: last.map(Micro::from_micros),
                new_index: Micro::from_micros(new),
            };
            Meter {
                code: "generated".into(),
                register,
                rack: feed.map(|_| "A01".into()),
                feed,
                modulus: counter.then(|| Micro::from_micros(1_000_000_500_000)),
                tolerance_seconds: tolerance,
                installed_at: Timestamp::from_seconds(installed),
                removed_at: removed.then(|| Timestamp::from_seconds(installed + 2_000_000)),
                resets: restarts.into_iter().filter(|_| counter).map(reset).collect(),
            }
        },
    )
}

fn method() -> impl Strategy<Value = Method> {
    use Convention::{Actual365, ActualActual, Days30E360, FirstOfMonth, FullYearsFromNext};
    prop_oneof![
        select(vec![Days30E360, Actual365, ActualActual, FirstOfMonth, FullYearsFromNext])
            .prop_map(|convention| Method::Linear { convention }),
        (100i64..300).prop_map(|hundredths| Method::Degressive { coefficient: Decimal::new(hundredths, 2) }),
        (1i64..1_000_000).prop_map(|units| Method::UnitsOfUse { expected_units: Decimal::from(units) }),
    ]
}

/// What may happen to the first component some years after it entered, in any words.
fn events(commissioned_on: NaiveDate) -> impl Strategy<Value = Vec<AssetEvent>> {
    let component = || "part-0".into();
    let change =
        prop_oneof![
            (1u32..=100).prop_map(move |years| AssetChange::Revise {
                component: component(),
                duration_years: Some(years),
                residual_value: None,
                expected_units: None,
            }),
            money().prop_map(move |amount| AssetChange::Impair { component: component(), amount }),
            (text(), prop::option::of(text()), money())
                .prop_map(|(grantor, reference, amount)| AssetChange::Subsidise { grantor, reference, amount }),
            (1i64..100, text()).prop_map(move |(percent, beneficiary)| AssetChange::Donate {
                component: Some(component()),
                extent: Extent::Percent(Decimal::from(percent)),
                beneficiary,
            }),
            decimal(2).prop_map(move |units| AssetChange::Use { component: component(), units }),
        ];
    prop::collection::vec((change, text(), text(), prop::option::of(text())), 0..4).prop_map(move |changes| {
        type Told = (AssetChange, String, String, Option<String>);
        let event = |(position, (change, recorded_by, reason, decision)): (u64, Told)| {
            let effective_on = commissioned_on + Days::new(400 + 40 * position);
            AssetEvent { effective_on, recorded_on: effective_on, recorded_by, reason, decision, change }
        };
        (0..).zip(changes).map(event).collect()
    })
}

fn asset_and_events() -> impl Strategy<Value = (FixedAsset, Vec<AssetEvent>)> {
    asset().prop_flat_map(|asset| {
        let commissioned_on = asset.commissioned_on.unwrap();
        (Just(asset), events(commissioned_on))
    })
}

fn asset() -> impl Strategy<Value = FixedAsset> {
    let component =
        (text(), money(), 1u32..=100, method(), prop::option::of(day()), prop::option::of("2[0-7][0-9]{1,8}"));
    let components = prop::collection::vec(component, 1..5);
    (text(), day(), prop::option::of(text()), prop::option::of(text()), components).prop_map(
        |(name, commissioned_on, evidence, decision, components)| {
            let component = |(position, (name, cost, duration_years, method, commissioned_on, account))| Component {
                code: format!("part-{position}").as_str().into(),
                name,
                cost,
                residual_value: Money::from_cents(cost.cents() / 3),
                duration_years,
                method,
                commissioned_on,
                account,
                duration_decision: None,
            };
            let components: Vec<Component> = components.into_iter().enumerate().map(component).collect();
            let first = components.first().unwrap();
            let group = |code: &str, part: &str| ComponentGroup {
                code: code.into(),
                name: name.clone(),
                cost: first.cost,
                parts: vec![part.into()],
            };
            let groups = vec![group("outer", "inner"), group("inner", first.code.as_str())];
            FixedAsset {
                code: "generated".into(),
                name,
                cost: components.iter().map(|component| component.cost).sum(),
                account: "2135".to_owned(),
                commissioned_on: Some(commissioned_on),
                commissioning_evidence: evidence,
                duration_decision: decision,
                subsidy: Money::from_cents(i64::from(components.len() > 2)),
                components,
                record: AssetRecord { groups, ..AssetRecord::default() },
                events: vec![],
            }
        },
    )
}

fn tariff_and_contract() -> impl Strategy<Value = (Tariff, Contract)> {
    tariff().prop_flat_map(|tariff| {
        let first_day = tariff.versions.first().unwrap().from;
        (Just(tariff), contract(first_day))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_sound_book_survives_a_round_trip(
        words in (text(), text(), text()),
        (tariff, contract) in tariff_and_contract(),
        meter in meter(),
        (asset, events) in asset_and_events(),
    ) {
        let mut book = small_book();
        let (name, phone, contact) = words;
        book.facility.name = name.clone();
        book.seller.phone = Some(phone);
        book.seller.legal.en.footer = contact.clone();
        let tenant = book.tenants.first_mut().unwrap();
        tenant.language = Language::English;
        tenant.contacts.push(Contact { name: contact, email: "facturation@example.org".to_owned() });
        book.tariffs.push(tariff);
        book.contracts.push(contract);
        book.meters.push(meter);
        book.assets.push(asset);
        for event in events {
            // What cannot have happened, such as a life shorter than what is over, is no part of a sound book.
            let mut with = book.clone();
            with.assets.last_mut().unwrap().events.push(event);
            if with.check().is_empty() {
                book = with;
            }
        }
        let book = book.ordered();
        prop_assert_eq!(book.check(), []);
        let written = write(&book);
        match read(&written, "written.toml") {
            Ok(again) => prop_assert_eq!(again, book),
            Err(mistakes) => prop_assert!(false, "{}\n{}", told(&mistakes), written),
        }
    }
}
