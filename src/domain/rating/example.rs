//! A small world to test in: one facility, contracts of a few lines, counters read at the ends of a month.

use chrono::NaiveDate;
use chrono_tz::Europe::Paris;
use rust_decimal::Decimal;

use super::{BilledLine, Charge, Samples};
use crate::domain::calendar::{BillingMonth, DatePeriod, Timestamp};
use crate::domain::contract::{
    Contract, ContractLine, Designation, GapPolicy, LineQuantity, MeterAssignment, Proration, PueTerm, Service,
    VatTreatment,
};
use crate::domain::facility::Facility;
use crate::domain::metering::{Measure, Meter, Register, Sample};
use crate::domain::money::UnitPrice;
use crate::domain::party::{
    Address, ChorusRequirement, Contact, Language, LegalTextSet, LegalTexts, PaymentTermClass, Seller, Tenant,
};
use crate::domain::quantity::Unit;
use crate::domain::tariff::{PriceShape, Tariff, TariffVersion};

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

pub fn since(from: &str) -> DatePeriod {
    DatePeriod { from: day(from), to: None }
}

pub fn between(from: &str, to: &str) -> DatePeriod {
    DatePeriod { from: day(from), to: Some(day(to)) }
}

pub fn address() -> Address {
    Address {
        lines: vec!["1 place de l’Hôtel-de-Ville".into()],
        postcode: "75004".into(),
        city: "Paris".into(),
        country: "FR".into(),
    }
}

pub fn facility() -> Facility {
    Facility {
        code: "chapelle".into(),
        name: "Chapelle".into(),
        address: address(),
        zone: Paris,
        facility_energy_meters: vec!["MAIN".into()],
        it_energy_meters: vec!["IT".into()],
    }
}

/// The city, with its legal texts named by language.
pub fn seller() -> Seller {
    let texts = |language: &str| LegalTextSet {
        recovery_indemnity: format!("{language} PMT"),
        late_penalty: format!("{language} PMD"),
        discount: format!("{language} AAB"),
        footer: String::new(),
    };
    Seller {
        name: "Ville de Paris".into(),
        address: address(),
        siret: "21750001600019".parse().unwrap(),
        vat_number: "FR72217500016".parse().unwrap(),
        email: "facturation@example.org".into(),
        phone: None,
        iban: "FR1420041010050500013M02606".parse().unwrap(),
        bic: "BDFEFRPPCCT".parse().unwrap(),
        account_holder: Some("Régie du centre de données".into()),
        number_prefix: "DC".into(),
        legal: LegalTexts { fr: texts("fr"), en: texts("en"), vat_on_debits: true },
    }
}

/// A public health establishment that reads English.
pub fn tenant() -> Tenant {
    Tenant {
        code: "aphp".into(),
        name: "Assistance publique-Hôpitaux de Paris".into(),
        address: address(),
        siret: "26750045200011".parse().unwrap(),
        vat_number: Some("FR95267500452".parse().unwrap()),
        payment_term_class: PaymentTermClass::HealthEstablishment,
        language: Language::English,
        internal: false,
        service_code: Some("SERVICE-1".into()),
        chorus_requires: ChorusRequirement::None,
        contacts: vec![Contact { name: "Facturation".into(), email: "facturation@example.org".into() }],
    }
}

pub fn vat_20() -> VatTreatment {
    VatTreatment::Standard { rate_percent: decimal("20") }
}

pub fn contract(lines: Vec<ContractLine>) -> Contract {
    Contract {
        code: "C1".into(),
        tenant: "aphp".into(),
        title: "Hébergement".into(),
        in_force: since("2026-01-01"),
        signed_on: None,
        engagement: None,
        market: None,
        notice_months: None,
        proration: Proration::CalendarDays,
        indexation: None,
        lines,
    }
}

/// A line of agreed quantity in service `space`.
pub fn agreed_line(code: &str, quantity: &str) -> ContractLine {
    ContractLine {
        code: code.into(),
        service: Service::Space,
        designation: Designation { fr: "Baies".into(), en: "Racks".into() },
        in_force: since("2026-01-01"),
        tariff: "rack".into(),
        quantity: LineQuantity::Fixed(decimal(quantity)),
        vat: vat_20(),
        service_level: None,
        racks: Vec::new(),
    }
}

/// A line that bills `meters` in service `power` at the tariff `kwh`.
pub fn metered_line(code: &str, measure: Measure, pue: PueTerm, meters: &[&str]) -> ContractLine {
    let assignment = |meter: &&str| MeterAssignment { meter: (*meter).into(), period: since("2026-01-01") };
    let meters = meters.iter().map(assignment).collect();
    ContractLine {
        service: Service::Power,
        designation: Designation { fr: "Énergie".into(), en: "Energy".into() },
        tariff: "kwh".into(),
        quantity: LineQuantity::Metered { measure, pue, gap_policy: GapPolicy::Block, meters },
        ..agreed_line(code, "0")
    }
}

/// A tariff with one price since 2020.
pub fn tariff(code: &str, unit: Unit, price: PriceShape) -> Tariff {
    let versions = vec![TariffVersion { from: day("2020-01-01"), price }];
    Tariff { code: code.into(), name: code.into(), unit, versions }
}

pub fn per_unit(price: &str) -> PriceShape {
    PriceShape::PerUnit { unit_price: price.parse::<UnitPrice>().unwrap() }
}

pub fn rack_tariff() -> Tariff {
    tariff("rack", Unit::Rack, per_unit("1200.00"))
}

pub fn kwh_tariff() -> Tariff {
    tariff("kwh", Unit::KilowattHour, per_unit("0.145"))
}

pub fn meter(code: &str, register: Register) -> Meter {
    Meter {
        code: code.into(),
        register,
        rack: None,
        feed: None,
        modulus: None,
        tolerance_seconds: Meter::DEFAULT_TOLERANCE_SECONDS,
        installed_at: Timestamp::from_seconds(0),
        removed_at: None,
        resets: Vec::new(),
    }
}

/// What `charge` of `document` billed.
pub fn billed_by(charge: &Charge, document: &str) -> BilledLine {
    BilledLine::of((&charge.provenance.line, charge.period.from), (charge.quantity, charge.unit), charge.net, document)
}

/// Readings of some meters at the beginning and the end of a month.
pub fn read_at_ends(month: BillingMonth, values: &[(&str, &str, &str)]) -> Samples {
    let period = month.period(Paris);
    let sample = |at: Timestamp, value: &str| Sample { at, value: value.parse().unwrap() };
    let samples = |(meter, first, last): &(&str, &str, &str)| {
        ((*meter).into(), vec![sample(period.from, first), sample(period.to, last)])
    };
    values.iter().map(samples).collect()
}
