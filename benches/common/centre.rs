//! A data centre of any size: its book, and what its meters say at any instant.
//!
//! Each rack has two feeds, each feed a counter (kWh) and a gauge (kW). A contract rents ten racks and bills, per rack,
//! the place, the energy of both feeds and the demand in ten-minute windows: thirty lines, of them twenty metered.

use std::path::Path;

use chapelle::domain::audit::Actor;
use chapelle::domain::book::Book;
use chapelle::domain::calendar::{BillingMonth, DatePeriod, Period, Timestamp};
use chapelle::domain::contract::{
    Contract, ContractLine, Designation, GapPolicy, LineQuantity, MeterAssignment, Proration, PueTerm, Service,
    VatTreatment,
};
use chapelle::domain::facility::{Aisle, Facility, Feed, Rack, Room};
use chapelle::domain::ids::{MeterId, RackCode};
use chapelle::domain::metering::{Measure, Meter, Quality, Register, Sample};
use chapelle::domain::money::UnitPrice;
use chapelle::domain::party::{
    Address, ChorusRequirement, Contact, Language, LegalTextSet, LegalTexts, PaymentTermClass, Seller, Tenant,
};
use chapelle::domain::quantity::{Micro, Unit};
use chapelle::domain::tariff::{PriceShape, Tariff, TariffVersion};
use chapelle::storage::{Database, IncomingBatch, IncomingReading, ReadingWriter, StorageError, book as stored};
use chrono_tz::Europe::Paris;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::raw::Row;

pub const ZONE: Tz = Paris;
/// The month the benchmarks bill.
pub const MONTH: &str = "2026-10";
/// When everything was installed and agreed: before any history.
const BEGINNING: &str = "2010-01-01";
const RACKS_PER_CONTRACT: usize = 10;
pub const LINES_PER_CONTRACT: usize = 3 * RACKS_PER_CONTRACT;
const METERS_PER_RACK: usize = 4;

/// The centre and its meters, in the order their readings are made in.
pub struct Centre {
    pub book: Book,
}

impl Centre {
    pub fn new(racks: usize) -> Centre {
        let racks: Vec<String> = (1..=racks).map(|number| format!("R{number:04}")).collect();
        let contracts: Vec<Contract> =
            racks.chunks(RACKS_PER_CONTRACT).enumerate().map(|(number, racks)| contract(number, racks)).collect();
        let tenants = contracts.iter().map(tenant).collect();
        let book = Book {
            facility: facility(),
            seller: seller(),
            accounting: chapelle::domain::ledger::Accounting::default(),
            rooms: vec![room(&racks)],
            meters: racks.iter().flat_map(|rack| meters(rack)).collect(),
            tenants,
            price_indices: Vec::new(),
            tariffs: tariffs(),
            contracts,
            assets: Vec::new(),
            payback: None,
        };
        Centre { book }
    }

    /// Contracts with these numbers of tenants who rent a place without meters.
    pub fn add_small_contracts(&mut self, numbers: std::ops::Range<usize>) {
        for number in numbers {
            let mut contract = contract(number, &["place".to_owned()]);
            contract.lines.truncate(1);
            contract.lines[0].racks = Vec::new();
            self.book.tenants.push(tenant(&contract));
            self.book.contracts.push(contract);
        }
    }

    /// At least `meters` of them.
    pub fn of_meters(meters: usize) -> Centre {
        Centre::new(meters.div_ceil(METERS_PER_RACK))
    }

    pub fn meters(&self) -> usize {
        self.book.meters.len()
    }

    /// A new database file in `directory` with the tables and the book, and the meters' ids in the order of the book.
    pub fn database(&self, url: &str) -> (Database, Vec<MeterId>) {
        let database = Database::open(url.parse().unwrap(), 2).unwrap();
        database.migrate().unwrap();
        let ids = database
            .write::<_, StorageError>(|connection| {
                stored::save_book(connection, &self.book)?;
                stored::meter_ids(connection)
            })
            .unwrap();
        let ids = self.book.meters.iter().map(|meter| ids[&meter.code]).collect();
        (database, ids)
    }

    /// What the meter at `position` of the book shows at `at`, in millionths.
    pub fn value(&self, position: usize, at: Timestamp) -> i64 {
        let noise = noise(position as u64, at.seconds() as u64);
        match self.book.meters[position].register {
            // 1.8 kW on average. A counter rises with every second: the noise is less than half a minute’s rise.
            Register::Energy => position as i64 * 1_000_000 + at.seconds() * 500 + (noise % 10_000) as i64,
            _ => 1_300_000 + (noise % 1_000_000) as i64,
        }
    }

    /// The meter's samples every `step_seconds` in `period` and at its end.
    pub fn samples(&self, position: usize, period: Period, step_seconds: i64) -> Vec<Sample> {
        instants(period, step_seconds)
            .map(|at| Sample { at, value: Micro::from_micros(self.value(position, at)) })
            .collect()
    }

    /// Every meter's reading every `step_seconds` in `period` and at its end, as rows, by instant and meter.
    pub fn rows<'a>(&'a self, ids: &'a [MeterId], period: Period, step_seconds: i64) -> impl Iterator<Item = Row> + 'a {
        instants(period, step_seconds).flat_map(move |at| {
            (0..).zip(ids).map(move |(position, id)| Row {
                ts: at.seconds(),
                meter: id.0,
                value_micro: self.value(position, at),
            })
        })
    }

    /// The reading number `number` when every meter is read each `step_seconds` from `from` on.
    pub fn reading(&self, ids: &[MeterId], from: Timestamp, step_seconds: i64, number: u64) -> IncomingReading {
        let (turn, position) = (number as usize / ids.len(), number as usize % ids.len());
        let at = from.plus_seconds(turn as i64 * step_seconds);
        IncomingReading {
            meter: ids[position],
            at,
            value: Micro::from_micros(self.value(position, at)),
            quality: Quality::Measured,
            correction: None,
        }
    }

    /// Fills the database with the readings of `period` through the program's own writer.
    pub fn fill(&self, database: &Database, ids: &[MeterId], period: Period, step_seconds: i64) -> u64 {
        let writer = ReadingWriter::start(database).unwrap();
        let mut rows = self.rows(ids, period, step_seconds).peekable();
        let mut count = 0;
        while rows.peek().is_some() {
            let readings: Vec<IncomingReading> = rows.by_ref().take(50_000).map(incoming).collect();
            count += readings.len() as u64;
            let outcome = writer.submit(batch(readings)).blocking_recv().unwrap().unwrap();
            assert!(outcome.conflicts.is_empty());
        }
        count
    }
}

fn incoming(row: Row) -> IncomingReading {
    IncomingReading {
        meter: MeterId(row.meter),
        at: Timestamp::from_seconds(row.ts),
        value: Micro::from_micros(row.value_micro),
        quality: Quality::Measured,
        correction: None,
    }
}

pub fn batch(readings: Vec<IncomingReading>) -> IncomingBatch {
    IncomingBatch {
        readings,
        source: "bench".to_owned(),
        by: Actor::new("bench", None),
        idempotency: None,
        received_at: now(),
    }
}

/// A moment after the billed month: the benchmarks' present.
pub fn now() -> Timestamp {
    "2026-11-03T08:00:00Z".parse().unwrap()
}

pub fn month() -> BillingMonth {
    MONTH.parse().unwrap()
}

pub fn sqlite_url(directory: &Path) -> String {
    format!("sqlite://{}", sqlite_file(directory).display())
}

pub fn sqlite_file(directory: &Path) -> std::path::PathBuf {
    directory.join("chapelle.db")
}

fn instants(period: Period, step_seconds: i64) -> impl Iterator<Item = Timestamp> {
    std::iter::successors(Some(period.from), move |at| Some(at.plus_seconds(step_seconds)))
        .take_while(move |at| *at <= period.to)
}

/// SplitMix64: the same numbers on every machine.
fn noise(a: u64, b: u64) -> u64 {
    let mut x = a.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(b.wrapping_mul(0xD1B5_4A32_D192_ED03));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn always() -> DatePeriod {
    DatePeriod { from: BEGINNING.parse().unwrap(), to: None }
}

fn meters(rack: &str) -> [Meter; METERS_PER_RACK] {
    let meter = |suffix: &str, register: Register, feed: Feed| Meter {
        code: format!("{rack}-{suffix}").as_str().into(),
        register,
        rack: Some(rack.into()),
        feed: Some(feed),
        modulus: (register == Register::Energy).then_some(Micro::from_micros(10_000_000_000_000)),
        tolerance_seconds: Meter::DEFAULT_TOLERANCE_SECONDS,
        installed_at: format!("{BEGINNING}T00:00:00Z").parse().unwrap(),
        removed_at: None,
        resets: Vec::new(),
    };
    [
        meter("A-energy", Register::Energy, Feed::A),
        meter("A-power", Register::Power, Feed::A),
        meter("B-energy", Register::Energy, Feed::B),
        meter("B-power", Register::Power, Feed::B),
    ]
}

fn contract(number: usize, racks: &[String]) -> Contract {
    Contract {
        code: format!("C{number:04}").as_str().into(),
        tenant: format!("T{number:04}").as_str().into(),
        title: "Hébergement".to_owned(),
        in_force: always(),
        signed_on: None,
        engagement: Some(format!("ENG{number:06}")),
        market: None,
        notice_months: None,
        proration: Proration::CalendarDays,
        indexation: None,
        lines: racks.iter().flat_map(|rack| lines(rack)).collect(),
    }
}

fn lines(rack: &str) -> [ContractLine; 3] {
    let line = |what: &str, service, fr: &str, en: &str, tariff: &str, quantity| ContractLine {
        code: format!("{what}-{rack}").as_str().into(),
        service,
        designation: Designation { fr: format!("{fr} {rack}"), en: format!("{en} {rack}") },
        in_force: always(),
        tariff: tariff.into(),
        quantity,
        vat: VatTreatment::Standard { rate_percent: Decimal::from(20) },
        service_level: None,
        racks: vec![RackCode::from(rack)],
    };
    let metered = |measure, register: &str| LineQuantity::Metered {
        measure,
        pue: PueTerm::None,
        gap_policy: GapPolicy::Block,
        meters: ["A", "B"]
            .map(|feed| MeterAssignment {
                meter: format!("{rack}-{feed}-{register}").as_str().into(),
                period: always(),
            })
            .to_vec(),
    };
    let demand = Measure::Demand { window_minutes: 10 };
    [
        line("rack", Service::Space, "Baie", "Rack", "rack", LineQuantity::Fixed(Decimal::ONE)),
        line("energy", Service::Power, "Énergie, baie", "Energy, rack", "energy", metered(Measure::Energy, "energy")),
        line("demand", Service::Power, "Puissance, baie", "Demand, rack", "demand", metered(demand, "power")),
    ]
}

fn tariffs() -> Vec<Tariff> {
    let tariff = |code: &str, unit, micros| Tariff {
        code: code.into(),
        name: code.to_owned(),
        unit,
        versions: vec![TariffVersion {
            from: BEGINNING.parse().unwrap(),
            price: PriceShape::PerUnit { unit_price: UnitPrice::from_micros(micros) },
        }],
    };
    vec![
        tariff("demand", Unit::Kilowatt, 9_850_000),
        tariff("energy", Unit::KilowattHour, 171_250),
        tariff("rack", Unit::Rack, 640_000_000),
    ]
}

fn facility() -> Facility {
    Facility {
        code: "bench".to_owned(),
        name: "Centre de mesure".to_owned(),
        address: address(),
        zone: ZONE,
        facility_energy_meters: Vec::new(),
        it_energy_meters: Vec::new(),
    }
}

fn room(racks: &[String]) -> Room {
    let rack = |code: &String| Rack { code: code.as_str().into(), height_u: 47, feed_rated_kw: Decimal::new(736, 2) };
    let aisle = Aisle { code: "A".into(), name: "Allée A".to_owned(), racks: racks.iter().map(rack).collect() };
    Room { code: "S".into(), name: "Salle".to_owned(), aisles: vec![aisle] }
}

fn address() -> Address {
    Address {
        lines: vec!["Place de l’Hôtel-de-Ville".to_owned()],
        postcode: "75004".to_owned(),
        city: "Paris".to_owned(),
        country: "FR".to_owned(),
    }
}

fn seller() -> Seller {
    let texts = |text: &str| LegalTextSet {
        recovery_indemnity: format!("{text} 40 €."),
        late_penalty: format!("{text} + 8 points."),
        discount: format!("{text} 0 %."),
        footer: text.to_owned(),
    };
    Seller {
        name: "Ville de Paris".to_owned(),
        address: address(),
        siret: "21750001600019".parse().unwrap(),
        vat_number: "FR72217500016".parse().unwrap(),
        email: "facturation@example.org".to_owned(),
        phone: None,
        iban: "FR1420041010050500013M02606".parse().unwrap(),
        bic: "BDFEFRPPCCT".parse().unwrap(),
        account_holder: None,
        number_prefix: "DC".to_owned(),
        legal: LegalTexts {
            fr: texts("Mention légale d’exemple"),
            en: texts("Example of a legal mention"),
            vat_on_debits: false,
        },
    }
}

fn tenant(contract: &Contract) -> Tenant {
    Tenant {
        code: contract.tenant.clone(),
        name: format!("Établissement {}", contract.tenant),
        address: address(),
        siret: "26750045200011".parse().unwrap(),
        vat_number: Some("FR95267500452".parse().unwrap()),
        payment_term_class: PaymentTermClass::HealthEstablishment,
        language: Language::French,
        internal: false,
        service_code: None,
        chorus_requires: ChorusRequirement::None,
        contacts: vec![Contact { name: "Factures".to_owned(), email: "factures@example.org".to_owned() }],
    }
}
