//! A small book that has one of everything, and documents made on it.

use chapelle::domain::amortisation::{AssetRecord, Component, Convention, FixedAsset, Method};
use chapelle::domain::book::Book;
use chapelle::domain::calendar::{BillingMonth, DatePeriod, Timestamp};
use chapelle::domain::contract::indexation::{CoefficientRounding, Indexation, Revision};
use chapelle::domain::contract::*;
use chapelle::domain::facility::{Aisle, Facility, Feed, Rack, Room};
use chapelle::domain::ids::InvoiceId;
use chapelle::domain::invoice::*;
use chapelle::domain::ledger::Accounting;
use chapelle::domain::metering::{Measure, Meter, Register, Reset};
use chapelle::domain::money::{Money, UnitPrice};
use chapelle::domain::party::*;
use chapelle::domain::quantity::{Micro, Quantity, Unit};
use chapelle::domain::rating::{Charge, ChargeKind, Provenance};
use chapelle::domain::tariff::{PriceShape, Tariff, TariffVersion, Tier, Tiers};
use chapelle::storage::{Database, StorageError, StorageResult, book, invoices};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;

pub fn word<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_700_000, 0).unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn since(from: &str, to: Option<&str>) -> DatePeriod {
    DatePeriod::new(day(from), to.map(day)).unwrap()
}

fn address() -> Address {
    Address {
        lines: vec!["1, rue de l’Exemple".into(), "Bâtiment B".into()],
        postcode: "75018".into(),
        city: "Paris".into(),
        country: "FR".into(),
    }
}

pub fn legal() -> LegalTextSet {
    LegalTextSet {
        recovery_indemnity: "40 €".into(),
        late_penalty: "10,15 %".into(),
        discount: "néant".into(),
        footer: "pied".into(),
    }
}

pub fn book() -> Book {
    Book {
        facility: Facility {
            code: "chapelle".into(),
            name: "Chapelle International".into(),
            address: address(),
            zone: chrono_tz::Europe::Paris,
            facility_energy_meters: vec!["total".into()],
            it_energy_meters: vec!["A01-A".into(), "A01-B".into()],
        },
        seller: Seller {
            name: "Ville de Paris".into(),
            address: address(),
            siret: word("21750001600019"),
            vat_number: word("FR72217500016"),
            email: "facturation@example.org".into(),
            phone: Some("+33 1 00 00 00 00".into()),
            iban: word("FR1420041010050500013M02606"),
            bic: word("BDFEFRPPCCT"),
            account_holder: None,
            number_prefix: "DC".into(),
            legal: LegalTexts { fr: legal(), en: legal(), vat_on_debits: true },
        },
        accounting: Accounting::default(),
        rooms: vec![Room {
            code: "S1".into(),
            name: "Salle 1".into(),
            aisles: vec![Aisle { code: "A".into(), name: "Allée A".into(), racks: vec![rack("A02"), rack("A01")] }],
        }],
        meters: vec![meter("A01-A", Some(Feed::A)), meter("A01-B", Some(Feed::B)), meter("total", None)],
        tenants: vec![tenant("aphp"), tenant("eau")],
        price_indices: vec![PriceIndex {
            code: "syntec".into(),
            name: "Syntec".into(),
            values: vec![(month("2023-09"), decimal("306.0")), (month("2024-09"), decimal("314.5"))],
        }],
        tariffs: tariffs(),
        contracts: vec![
            contract("c-aphp", "aphp", vec![metered_line(&["A01-A", "A01-B"]), fixed_line("racks")]),
            contract("c-eau", "eau", vec![fixed_line("racks")]),
        ],
        assets: vec![asset()],
        payback: None,
    }
}

fn rack(code: &str) -> Rack {
    Rack { code: code.into(), height_u: 47, feed_rated_kw: decimal("7.4") }
}

pub fn meter(code: &str, feed: Option<Feed>) -> Meter {
    Meter {
        code: code.into(),
        register: Register::Energy,
        rack: feed.map(|_| "A01".into()),
        feed,
        modulus: Some("1000000".parse().unwrap()),
        tolerance_seconds: Meter::DEFAULT_TOLERANCE_SECONDS,
        installed_at: at("2025-01-01T00:00:00Z"),
        removed_at: None,
        resets: vec![Reset {
            at: at("2026-02-01T00:00:00Z"),
            final_index: Some("812.5".parse().unwrap()),
            new_index: Micro::ZERO,
        }],
    }
}

pub fn tenant(code: &str) -> Tenant {
    Tenant {
        code: code.into(),
        name: format!("Établissement {code}"),
        address: address(),
        siret: word("26750045200011"),
        vat_number: Some(word("FR95267500452")),
        payment_term_class: PaymentTermClass::HealthEstablishment,
        language: Language::French,
        internal: code == "eau",
        service_code: Some("SERV1".into()),
        chorus_requires: ChorusRequirement::Either,
        contacts: vec![Contact { name: "Comptabilité".into(), email: "compta@example.org".into() }],
    }
}

fn tariffs() -> Vec<Tariff> {
    let tier = |to: Option<&str>, price: &str| Tier { to: to.map(decimal), unit_price: price.parse().unwrap() };
    let tiers = Tiers::new(vec![tier(Some("9.5"), "0.2"), tier(None, "0.145")]).unwrap();
    let graduated = PriceShape::Graduated { tiers };
    let minimum = PriceShape::Minimum { amount: Money::from_cents(5_000), of: Box::new(graduated) };
    let flat = PriceShape::Flat { amount: Money::from_cents(120_000) };
    vec![
        Tariff {
            code: "energy".into(),
            name: "Énergie".into(),
            unit: Unit::KilowattHour,
            versions: vec![
                TariffVersion {
                    from: day("2025-01-01"),
                    price: PriceShape::PerUnit { unit_price: "0.15".parse().unwrap() },
                },
                TariffVersion { from: day("2026-01-01"), price: minimum },
            ],
        },
        Tariff {
            code: "rack".into(),
            name: "Baie".into(),
            unit: Unit::Rack,
            versions: vec![TariffVersion { from: day("2025-01-01"), price: flat }],
        },
    ]
}

pub fn contract(code: &str, tenant: &str, lines: Vec<ContractLine>) -> Contract {
    Contract {
        code: code.into(),
        tenant: tenant.into(),
        title: "Convention".into(),
        in_force: since("2025-01-01", None),
        signed_on: Some(day("2024-12-20")),
        engagement: Some("EJ42".into()),
        market: None,
        notice_months: None,
        proration: Proration::Thirtieths,
        indexation: Some(Indexation {
            index: "syntec".into(),
            base_month: month("2023-09"),
            fixed_part: decimal("0.15"),
            rounding: CoefficientRounding::FourDecimals,
            revisions: vec![Revision { from: day("2025-01-01"), index_month: month("2024-09") }],
        }),
        lines,
    }
}

pub fn metered_line(meters: &[&str]) -> ContractLine {
    let assigned = |meter: &&str| MeterAssignment { meter: (*meter).into(), period: since("2025-01-01", None) };
    ContractLine {
        code: "power".into(),
        service: Service::Power,
        tariff: "energy".into(),
        quantity: LineQuantity::Metered {
            measure: Measure::Energy,
            pue: PueTerm::Fixed { factor: decimal("1.25") },
            gap_policy: GapPolicy::Estimate,
            meters: meters.iter().map(assigned).collect(),
        },
        ..fixed_line("power")
    }
}

pub fn fixed_line(code: &str) -> ContractLine {
    ContractLine {
        code: code.into(),
        service: Service::Space,
        designation: Designation { fr: "Baies".into(), en: "Racks".into() },
        in_force: since("2025-01-01", Some("2030-01-01")),
        tariff: "rack".into(),
        quantity: LineQuantity::Fixed(decimal("4")),
        vat: VatTreatment::Standard { rate_percent: decimal("20") },
        service_level: None,
        racks: vec!["A01".into()],
    }
}

fn asset() -> FixedAsset {
    FixedAsset {
        code: "IMM-1".into(),
        name: "Centre de données".into(),
        cost: Money::from_cents(1_600_000_000),
        account: "2135".into(),
        commissioned_on: Some(day("2019-05-28")),
        commissioning_evidence: Some("PV".into()),
        duration_decision: None,
        subsidy: Money::ZERO,
        components: vec![Component {
            code: "C1".into(),
            name: "Tout".into(),
            cost: Money::from_cents(1_600_000_000),
            residual_value: Money::ZERO,
            duration_years: 8,
            method: Method::Linear { convention: Convention::Days30E360 },
            commissioned_on: None,
            account: Some("2183".into()),
            duration_decision: None,
        }],
        record: AssetRecord::default(),
        events: vec![],
    }
}

/// Saves the book and returns the database it went into.
pub fn with_book(database: &Database) -> &Database {
    database.write(|connection| book::save_book(connection, &book())).unwrap();
    database
}

fn charge(contract: &str, line: &str, kind: ChargeKind, cents: i64) -> Charge {
    Charge {
        service: Service::Space,
        designation: Designation { fr: "Baies".into(), en: "Racks".into() },
        kind,
        period: since("2026-10-01", Some("2026-11-01")),
        quantity: Quantity::ONE,
        unit: Unit::Rack,
        unit_price: UnitPrice::from(Money::from_cents(cents)),
        net: Money::from_cents(cents),
        vat: VatTreatment::Standard { rate_percent: decimal("20") },
        provenance: Provenance {
            contract: contract.into(),
            line: line.into(),
            tariff: "rack".into(),
            tariff_from: day("2025-01-01"),
            formula: "1 × 100,00".into(),
            usage: None,
        },
    }
}

/// 100.00 net, 120.00 gross; with 10.00 more net where it regularises a month.
pub fn draft(tenant: &str, contract: &str, of: &str, regularises: Option<&str>) -> Draft {
    let mut charges = vec![charge(contract, "racks", ChargeKind::Base, 10_000)];
    charges.extend(regularises.map(|earlier| {
        let kind = ChargeKind::Regularisation { month: month(earlier), invoice: "DC2026000001".into() };
        charge(contract, "power", kind, 1_000)
    }));
    let net: Money = charges.iter().map(|charge| charge.net).sum();
    let tax = net.fraction(20, 100);
    let treatment = VatTreatment::Standard { rate_percent: decimal("20") };
    Draft {
        tenant: tenant.into(),
        contract: contract.into(),
        month: month(of),
        charges,
        vat: vec![VatBreakdown { treatment, taxable: net, tax }],
        totals: Totals { net, tax, gross: net + tax },
    }
}

pub fn issued(draft: &Draft, kind: InvoiceKind, number: &str) -> IssuedInvoice {
    IssuedInvoice {
        number: InvoiceNumber::from_stored(number),
        kind,
        language: Language::French,
        issued_at: now(),
        issue_date: day("2026-11-03"),
        due_date: day("2026-12-23"),
        payment_days: 50,
        month: draft.month,
        period: draft.month.days(),
        seller: InvoiceSeller {
            name: "Ville de Paris".into(),
            address: address(),
            siret: "21750001600019".into(),
            siren: "217500016".into(),
            vat_number: "FR72217500016".into(),
            email: "facturation@example.org".into(),
            phone: None,
        },
        buyer: InvoiceBuyer {
            code: draft.tenant.clone(),
            name: "Établissement".into(),
            address: address(),
            siret: "26750045200011".into(),
            siren: "267500452".into(),
            vat_number: None,
        },
        references: References {
            contract: draft.contract.clone(),
            contract_title: "Convention".into(),
            service_code: None,
            engagement: None,
            market: None,
        },
        charges: draft.charges.clone(),
        vat: draft.vat.clone(),
        totals: draft.totals,
        payment: PaymentDetails {
            account_holder: "Régie".into(),
            iban: "FR1420041010050500013M02606".into(),
            bic: "BDFEFRPPCCT".into(),
            reference: "RF85DC2026000123".into(),
        },
        legal: legal(),
        vat_on_debits: true,
        zone: "Europe/Paris".into(),
        facility: "Chapelle International".into(),
        corrects: vec![],
        layout: 0,
    }
}

/// Drafts and issues in one transaction, taking the next number of 2026.
pub fn issue(database: &Database, draft: &Draft) -> StorageResult<(InvoiceId, InvoiceNumber)> {
    database.write(|connection| {
        let id = invoices::save_draft(connection, draft, now())?;
        let place = invoices::take_number(connection, "DC", 2026)?;
        let number = InvoiceNumber::new(&place.series, place.year, place.position).unwrap();
        let document = issued(draft, InvoiceKind::Invoice, number.as_str());
        let id = invoices::insert_issued(connection, &document, Some(id), &place)?;
        Ok::<_, StorageError>((id, number))
    })
}
