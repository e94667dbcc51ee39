//! The example book: the Chapelle centre with four aisles, its tenants, contracts of every shape and the 16 M€.
//!
//! Places, bodies and the investment are the handbook's; prices, quantities and terms are examples and say so.

use chrono::NaiveDate;
use chrono_tz::Europe::Paris;
use rust_decimal::Decimal;

use super::contracts;
use crate::domain::amortisation::{
    AssetDocument, AssetRecord, Component, ComponentGroup, Convention, FixedAsset, Funding, Method, SupplierInvoice,
};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Timestamp, midnight};
use crate::domain::contract::PriceIndex;
use crate::domain::facility::{Aisle, Facility, Feed, Rack, Room};
use crate::domain::ids::{MeterCode, RackCode};
use crate::domain::ledger::{Accounting, ReferenceRate};
use crate::domain::metering::{Meter, Register};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::party::{
    Address, ChorusRequirement, Contact, Language, LegalTextSet, LegalTexts, PaymentTermClass, Seller, Tenant,
};
use crate::domain::quantity::{Micro, Unit};
use crate::domain::tariff::{PriceShape, Tariff, TariffVersion, Tier, Tiers};

/// An example value that would not hold its own check digits: a mistake in this file.
#[derive(Debug, thiserror::Error)]
#[error("the example book is inconsistent: {0}")]
pub struct ExampleError(String);

pub(super) fn example<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, ExampleError> {
    result.map_err(|error| ExampleError(error.to_string()))
}

/// The four aisles, each of [`RACKS_PER_AISLE`]; A is the city's own quarter, D is still free.
const AISLES: [&str; 4] = ["A", "B", "C", "D"];
const RACKS_PER_AISLE: u32 = 12;

/// The meter swapped in the demo: the old one leaves at [`swap_at`], `C03-A-2` takes its place.
pub const SWAPPED_METER: &str = "C03-A";
pub const SWAPPED_IN_METER: &str = "C03-A-2";
/// The counter that rolls over at its five digits.
pub const ROLLOVER_METER: &str = "B05-A";
/// The gauge whose reading is corrected after its month was billed.
pub const CORRECTED_METER: &str = "stockage-eau-de-paris";
/// The counter that falls silent for some hours.
pub const SILENT_METER: &str = "C08-B";

/// When the swapped meter leaves: in the middle of the seventh month.
pub fn swap_at(first: BillingMonth) -> Timestamp {
    let month = (0..6).fold(first, |month, _| month.next());
    midnight(month.first_day() + chrono::Days::new(16), Paris).plus_seconds(10 * 3600)
}

/// The book as it stands when billing begins with `first`.
pub fn example_book(first: BillingMonth) -> Result<Book, ExampleError> {
    Ok(Book {
        facility: facility(),
        seller: seller()?,
        accounting: accounting(),
        rooms: vec![room()],
        meters: meters(first),
        tenants: tenants()?,
        price_indices: vec![syntec()?],
        tariffs: tariffs(first)?,
        contracts: contracts::contracts(first)?,
        assets: vec![investment()],
        payback: Some(super::management::example_terms()),
    })
}

/// The central bank's main refinancing rates, for late interest.
fn accounting() -> Accounting {
    let rate = |from: (i32, u32, u32), hundredths: i64| {
        let from = NaiveDate::from_ymd_opt(from.0, from.1, from.2).unwrap_or_default();
        ReferenceRate { from, percent: Decimal::new(hundredths, 2) }
    };
    let reference_rates = vec![rate((2024, 12, 18), 315), rate((2025, 3, 12), 265), rate((2025, 6, 11), 215)];
    Accounting { reference_rates, ..Accounting::default() }
}

fn address(lines: &[&str], postcode: &str, city: &str) -> Address {
    Address {
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        postcode: postcode.to_owned(),
        city: city.to_owned(),
        country: "FR".to_owned(),
    }
}

fn facility() -> Facility {
    Facility {
        code: "chapelle".to_owned(),
        name: "Centre de données de Chapelle International".to_owned(),
        address: address(&["Chapelle International"], "75018", "Paris"),
        zone: Paris,
        facility_energy_meters: vec!["general-A".into(), "general-B".into()],
        it_energy_meters: it_meters().map(MeterCode).collect(),
    }
}

fn seller() -> Result<Seller, ExampleError> {
    Ok(Seller {
        name: "Ville de Paris".to_owned(),
        address: address(&["Hôtel de Ville", "Place de l’Hôtel-de-Ville"], "75004", "Paris"),
        siret: example("21750001600019".parse())?,
        vat_number: example("FR72217500016".parse())?,
        email: "facturation@chapelle.example".to_owned(),
        phone: None,
        iban: example("FR1420041010050500013M02606".parse())?,
        bic: example("PSSTFRPPPAR".parse())?,
        account_holder: Some("Régie du centre de données (compte d’exemple)".to_owned()),
        number_prefix: "DC".to_owned(),
        legal: LegalTexts {
            fr: LegalTextSet {
                recovery_indemnity: "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement\u{202f}: 40\u{a0}€ (article D441-5 du code de commerce).".to_owned(),
                late_penalty: "Intérêts moratoires en cas de retard\u{202f}: taux de refinancement de la Banque centrale européenne majoré de huit points (article R2192-31 du code de la commande publique).".to_owned(),
                discount: "Pas d’escompte pour paiement anticipé.".to_owned(),
                footer: "Données d’exemple\u{202f}: les prix et les quantités ne sont pas ceux de la Ville de Paris.".to_owned(),
            },
            en: LegalTextSet {
                recovery_indemnity: "Fixed recovery indemnity in case of late payment: €40 (article D441-5 of the French commercial code).".to_owned(),
                late_penalty: "Interest on late payment: the European Central Bank’s refinancing rate plus eight points (article R2192-31 of the French public procurement code).".to_owned(),
                discount: "No discount for early payment.".to_owned(),
                footer: "Example data: prices and quantities are not those of the City of Paris.".to_owned(),
            },
            vat_on_debits: false,
        },
    })
}

fn room() -> Room {
    let rack = |aisle: &str, position: u32| Rack {
        code: RackCode(rack_code(aisle, position)),
        height_u: 47,
        feed_rated_kw: Decimal::new(736, 2),
    };
    Room {
        code: "sous-sol".into(),
        name: "Salle informatique, sous-sol".to_owned(),
        aisles: AISLES
            .iter()
            .map(|aisle| Aisle {
                code: (*aisle).into(),
                name: format!("Allée {aisle}"),
                racks: (1..=RACKS_PER_AISLE).map(|position| rack(aisle, position)).collect(),
            })
            .collect(),
    }
}

pub(super) fn rack_code(aisle: &str, position: u32) -> String {
    format!("{aisle}{position:02}")
}

/// The racks that carry servers: aisles A to C.
fn let_racks() -> impl Iterator<Item = String> {
    ["A", "B", "C"].into_iter().flat_map(|aisle| (1..=RACKS_PER_AISLE).map(move |position| rack_code(aisle, position)))
}

/// The energy counters of hosted equipment, the swapped-in one included.
fn it_meters() -> impl Iterator<Item = String> {
    let feeds = let_racks().flat_map(|rack| [format!("{rack}-A"), format!("{rack}-B")]);
    feeds.chain([SWAPPED_IN_METER.to_owned()])
}

fn meters(first: BillingMonth) -> Vec<Meter> {
    let start = first.period(Paris).from;
    let swap = swap_at(first);
    let meter = |code: &str, register: Register, rack: Option<&str>, feed: Option<Feed>| Meter {
        code: code.into(),
        register,
        rack: rack.map(RackCode::from),
        feed,
        modulus: (register == Register::Energy).then_some(Micro::from_micros(10_000_000 * 1_000_000)),
        tolerance_seconds: Meter::DEFAULT_TOLERANCE_SECONDS,
        installed_at: start,
        removed_at: None,
        resets: vec![],
    };
    let mut meters = Vec::new();
    for rack in let_racks() {
        for (feed, letter) in [(Feed::A, "A"), (Feed::B, "B")] {
            meters.push(meter(&format!("{rack}-{letter}"), Register::Energy, Some(&rack), Some(feed)));
            if rack.starts_with('B') {
                let code = format!("{rack}-{letter}-puissance");
                meters.push(meter(&code, Register::Power, Some(&rack), Some(feed)));
            }
        }
        if occupied_racks().any(|occupied| occupied == rack) {
            meters.push(meter(&format!("{rack}-U"), Register::Occupancy, Some(&rack), None));
        }
    }
    for meter in &mut meters {
        match meter.code.as_str() {
            SWAPPED_METER => meter.removed_at = Some(swap),
            ROLLOVER_METER => meter.modulus = Some(Micro::from_micros(100_000 * 1_000_000)),
            _ => {}
        }
    }
    meters.push(Meter { installed_at: swap, ..meter(SWAPPED_IN_METER, Register::Energy, Some("C03"), Some(Feed::A)) });
    for tenant in ["ville-de-paris", "ap-hp", "eau-de-paris"] {
        meters.push(meter(&format!("stockage-{tenant}"), Register::Storage, None, None));
    }
    meters.push(meter("general-A", Register::Energy, None, None));
    meters.push(meter("general-B", Register::Energy, None, None));
    // Two recorded rack PDUs stand in the free aisle: they are read, and nobody is billed for them yet.
    for (rack, model) in [("D01", "AP8641"), ("D02", "AP8932")] {
        meters.push(meter(&format!("{model}-energie"), Register::Energy, Some(rack), Some(Feed::A)));
        meters.push(meter(&format!("{model}-puissance"), Register::Power, Some(rack), Some(Feed::A)));
    }
    meters.sort_by(|a, b| a.code.cmp(&b.code));
    meters
}

/// The racks billed by occupied units.
pub(super) fn occupied_racks() -> impl Iterator<Item = String> {
    (7..=RACKS_PER_AISLE).map(|position| rack_code("C", position))
}

fn tenants() -> Result<Vec<Tenant>, ExampleError> {
    let contact = |name: &str| vec![Contact { name: name.to_owned(), email: format!("{name}@example.org") }];
    Ok(vec![
        Tenant {
            code: "ap-hp".into(),
            name: "Assistance publique – Hôpitaux de Paris".to_owned(),
            address: address(&["55 boulevard Diderot"], "75012", "Paris"),
            siret: example("26750045200011".parse())?,
            vat_number: Some(example("FR95267500452".parse())?),
            payment_term_class: PaymentTermClass::HealthEstablishment,
            language: Language::French,
            internal: false,
            service_code: Some("DSI-HEBERGEMENT".to_owned()),
            chorus_requires: ChorusRequirement::Service,
            contacts: contact("factures.ap-hp"),
        },
        Tenant {
            code: "eau-de-paris".into(),
            name: "Eau de Paris".to_owned(),
            address: address(&["19 rue Neuve-Tolbiac"], "75013", "Paris"),
            siret: example("51061105600019".parse())?,
            vat_number: Some(example("FR62510611056".parse())?),
            payment_term_class: PaymentTermClass::LocalAuthority,
            language: Language::French,
            internal: false,
            service_code: None,
            chorus_requires: ChorusRequirement::None,
            contacts: contact("factures.eau-de-paris"),
        },
        Tenant {
            code: "paris-habitat".into(),
            name: "Paris Habitat – OPH".to_owned(),
            address: address(&["21 bis rue Claude-Bernard"], "75005", "Paris"),
            siret: example("34481082500010".parse())?,
            vat_number: None,
            payment_term_class: PaymentTermClass::LocalAuthority,
            language: Language::French,
            internal: false,
            service_code: None,
            chorus_requires: ChorusRequirement::None,
            contacts: contact("factures.paris-habitat"),
        },
        Tenant {
            code: "ville-de-paris".into(),
            name: "Ville de Paris – services internes".to_owned(),
            address: address(&["Place de l’Hôtel-de-Ville"], "75004", "Paris"),
            siret: example("21750001600019".parse())?,
            vat_number: Some(example("FR72217500016".parse())?),
            payment_term_class: PaymentTermClass::LocalAuthority,
            language: Language::French,
            internal: true,
            service_code: None,
            chorus_requires: ChorusRequirement::None,
            contacts: contact("hebergement.interne"),
        },
    ])
}

fn syntec() -> Result<PriceIndex, ExampleError> {
    let month = |text: &str| example(text.parse::<BillingMonth>());
    Ok(PriceIndex {
        code: "syntec".into(),
        name: "Indice Syntec".to_owned(),
        values: vec![(month("2023-09")?, Decimal::new(3060, 1)), (month("2024-09")?, Decimal::new(3145, 1))],
    })
}

fn tariffs(first: BillingMonth) -> Result<Vec<Tariff>, ExampleError> {
    let from = first.first_day();
    let price = |micros: i64| UnitPrice::from_micros(micros);
    let tier = |to: Option<i64>, micros: i64| Tier { to: to.map(Decimal::from), unit_price: price(micros) };
    let tariff = |code: &str, name: &str, unit: Unit, versions: Vec<(NaiveDate, PriceShape)>| Tariff {
        code: code.into(),
        name: name.to_owned(),
        unit,
        versions: versions.into_iter().map(|(from, price)| TariffVersion { from, price }).collect(),
    };
    let second_year = NaiveDate::from_ymd_opt(first.year() + 1, 1, 1).unwrap_or(from);
    let energy_tiers =
        example(Tiers::new(vec![tier(Some(10_000), 189_000), tier(Some(20_000), 176_500), tier(None, 164_000)]))?;
    let storage_tiers =
        example(Tiers::new(vec![tier(Some(100), 14_500_000), tier(Some(400), 12_900_000), tier(None, 11_750_000)]))?;
    let volume_tiers = example(Tiers::new(vec![tier(Some(50), 15_200_000), tier(None, 13_100_000)]))?;
    let per_unit = |micros: i64| PriceShape::PerUnit { unit_price: price(micros) };
    let commitment = PriceShape::Commitment {
        committed: Decimal::from(30_000),
        unit_price: price(158_000),
        overage_unit_price: price(197_000),
    };
    let at_least = PriceShape::Minimum {
        amount: Money::from_cents(60_000),
        of: Box::new(PriceShape::Volume { tiers: volume_tiers }),
    };
    // Reached in the longest months, so that the example shows what a cap does.
    let at_most = PriceShape::Cap { amount: Money::from_cents(255_000), of: Box::new(per_unit(192_000)) };
    Ok(vec![
        tariff(
            "baie",
            "Baie dédiée, par mois",
            Unit::Rack,
            vec![(from, per_unit(640_000_000)), (second_year, per_unit(655_000_000))],
        ),
        tariff("energie", "Énergie, par kWh", Unit::KilowattHour, vec![(from, per_unit(171_250))]),
        tariff("energie-engagement", "Énergie avec engagement", Unit::KilowattHour, vec![(from, commitment)]),
        tariff("energie-plafonnee", "Énergie plafonnée", Unit::KilowattHour, vec![(from, at_most)]),
        tariff(
            "energie-tranches",
            "Énergie par tranches",
            Unit::KilowattHour,
            vec![(from, PriceShape::Graduated { tiers: energy_tiers })],
        ),
        tariff(
            "installation",
            "Mise en service",
            Unit::One,
            vec![(from, PriceShape::OneOff { amount: Money::from_cents(480_000) })],
        ),
        tariff("puissance", "Puissance maximale atteinte", Unit::Kilowatt, vec![(from, per_unit(9_850_000))]),
        tariff("stockage", "Stockage, par To et par mois", Unit::TerabyteMonth, vec![(from, per_unit(11_900_000))]),
        tariff("stockage-minimum", "Stockage, par paliers, avec minimum", Unit::TerabyteMonth, vec![(from, at_least)]),
        tariff(
            "stockage-tranches",
            "Stockage par tranches",
            Unit::TerabyteMonth,
            vec![(from, PriceShape::Graduated { tiers: storage_tiers })],
        ),
        tariff(
            "supervision",
            "Supervision, forfait mensuel",
            Unit::Month,
            vec![(from, PriceShape::Flat { amount: Money::from_cents(85_000) })],
        ),
        tariff("unite", "Unité de baie, par jour", Unit::RackUnitDay, vec![(from, per_unit(720_000))]),
    ])
}

/// 16,000,000.00 € in service on 28 May 2019, over eight years.
fn investment() -> FixedAsset {
    let commissioned_on = NaiveDate::from_ymd_opt(2019, 5, 28).unwrap_or_default();
    let component = |code: &str, name: &str, euros: i64, account: &str| Component {
        code: code.into(),
        name: name.to_owned(),
        cost: Money::from_cents(euros * 100),
        residual_value: Money::ZERO,
        duration_years: 8,
        method: Method::Linear { convention: Convention::Days30E360 },
        commissioned_on: None,
        account: Some(account.to_owned()),
        duration_decision: None,
    };
    FixedAsset {
        code: "DC-2019-001".into(),
        name: "Centre de données de Chapelle International".to_owned(),
        cost: Money::from_cents(1_600_000_000),
        account: "2135".to_owned(),
        commissioned_on: Some(commissioned_on),
        commissioning_evidence: Some("Inauguration du 28 mai 2019 (exemple)".to_owned()),
        duration_decision: Some("Durée de huit ans (exemple)".to_owned()),
        subsidy: Money::ZERO,
        components: vec![
            component("amenagement", "Aménagement de la salle", 6_400_000, "2135"),
            component("baies", "Baies et câblage", 1_600_000, "2183"),
            component("electricite", "Alimentation électrique, voies A et B, groupe électrogène", 4_200_000, "2135"),
            component("froid", "Refroidissement et récupération de chaleur", 2_600_000, "2135"),
            component("securite", "Détection et extinction d’incendie, sûreté", 1_200_000, "2135"),
        ],
        record: record(commissioned_on),
        events: vec![],
    }
}

/// Examples of what an auditor looks for: invoices that add up to the cost, papers, a loan that is only noted, and the
/// components gathered in two groups.
fn record(commissioned_on: NaiveDate) -> AssetRecord {
    let invoice = |supplier: &str, number: &str, euros: i64| SupplierInvoice {
        supplier: format!("{supplier} (exemple)"),
        number: number.to_owned(),
        date: commissioned_on,
        amount: Money::from_cents(euros * 100),
    };
    let group = |code: &str, name: &str, euros: i64, parts: &[&str]| ComponentGroup {
        code: code.into(),
        name: name.to_owned(),
        cost: Money::from_cents(euros * 100),
        parts: parts.iter().map(|part| (*part).into()).collect(),
    };
    let paper = |name: &str| AssetDocument {
        name: format!("{name} (exemple)"),
        date: commissioned_on,
        sha256: None,
        kind: None,
        proves: None,
    };
    AssetRecord {
        documents: vec![paper("Acte d’engagement du marché de travaux"), paper("Procès-verbal de réception")],
        invoices: vec![
            invoice("Entreprise générale", "EX-2019-01", 7_600_000),
            invoice("Câblage et baies", "EX-2019-02", 1_600_000),
            invoice("Énergie et secours", "EX-2019-03", 4_200_000),
            invoice("Froid et chaleur", "EX-2019-04", 2_600_000),
        ],
        funding: vec![Funding::Loan {
            lender: "Établissement prêteur (exemple)".to_owned(),
            reference: Some("EX-PRET-2018".to_owned()),
            date: NaiveDate::from_ymd_opt(2018, 6, 1).unwrap_or_default(),
            amount: Money::from_cents(400_000_000),
        }],
        groups: vec![
            group("salle", "Salle informatique", 8_000_000, &["amenagement", "baies"]),
            group("technique", "Installations techniques", 8_000_000, &["electricite", "froid", "securite"]),
        ],
        ..AssetRecord::default()
    }
}
