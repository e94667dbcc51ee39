//! The example's contracts: one for each tenant, of different shapes.

use chrono::NaiveDate;
use chrono_tz::Europe::Paris;
use rust_decimal::Decimal;

use super::book::{
    CORRECTED_METER, ExampleError, SWAPPED_IN_METER, SWAPPED_METER, example, occupied_racks, rack_code, swap_at,
};
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::indexation::{CoefficientRounding, Indexation, Revision};
use crate::domain::contract::service_level::{CreditBand, ServiceLevel};
use crate::domain::contract::{
    Contract, ContractLine, Designation, GapPolicy, LineQuantity, MeterAssignment, Proration, PueTerm, Service,
    VatReason, VatTreatment,
};
use crate::domain::ids::{ContractCode, LineCode, MeterCode, RackCode, TariffCode, TenantCode};
use crate::domain::metering::Measure;

/// The line that promises an availability.
pub const WATCHED_CONTRACT: &str = "EAU-2025";
pub const WATCHED_LINE: &str = "supervision";

/// What every line of one contract has in common.
struct Terms {
    in_force: DatePeriod,
    vat: VatTreatment,
    racks: Vec<RackCode>,
}

impl Terms {
    fn line(
        &self,
        code: &str,
        service: Service,
        words: (&str, &str),
        tariff: &str,
        quantity: LineQuantity,
    ) -> ContractLine {
        ContractLine {
            code: LineCode::from(code),
            service,
            designation: Designation { fr: words.0.to_owned(), en: words.1.to_owned() },
            in_force: self.in_force,
            tariff: TariffCode::from(tariff),
            quantity,
            vat: self.vat.clone(),
            service_level: None,
            racks: self.racks.clone(),
        }
    }

    fn racks_line(&self, tariff: &str) -> ContractLine {
        let quantity = LineQuantity::Fixed(Decimal::from(self.racks.len()));
        self.line("baies", Service::Space, ("Baies dédiées", "Dedicated racks"), tariff, quantity)
    }

    fn metered(
        &self,
        measure: Measure,
        pue: PueTerm,
        gap_policy: GapPolicy,
        meters: Vec<MeterAssignment>,
    ) -> LineQuantity {
        LineQuantity::Metered { measure, pue, gap_policy, meters }
    }

    fn energy_line(&self, tariff: &str, pue: PueTerm, meters: Vec<MeterAssignment>) -> ContractLine {
        let quantity = self.metered(Measure::Energy, pue, GapPolicy::Estimate, meters);
        self.line(
            "energie",
            Service::Power,
            ("Énergie électrique, voies A et B", "Electrical energy, feeds A and B"),
            tariff,
            quantity,
        )
    }

    fn storage_line(&self, tariff: &str, meter: &str) -> ContractLine {
        let quantity =
            self.metered(Measure::StorageMonth, PueTerm::None, GapPolicy::Block, self.assign([meter.to_owned()]));
        self.line("stockage", Service::Storage, ("Stockage", "Storage"), tariff, quantity)
    }

    fn assign(&self, meters: impl IntoIterator<Item = String>) -> Vec<MeterAssignment> {
        meters.into_iter().map(|meter| MeterAssignment { meter: MeterCode(meter), period: self.in_force }).collect()
    }

    /// Both feeds of each rack, with `suffix` after the feed's letter.
    fn both_feeds(&self, suffix: &str) -> Vec<MeterAssignment> {
        self.assign(self.racks.iter().flat_map(|rack| [format!("{rack}-A{suffix}"), format!("{rack}-B{suffix}")]))
    }
}

fn racks(aisle: &str, positions: std::ops::RangeInclusive<u32>) -> Vec<RackCode> {
    positions.map(|position| RackCode(rack_code(aisle, position))).collect()
}

pub fn contracts(first: BillingMonth) -> Result<Vec<Contract>, ExampleError> {
    let start = first.first_day();
    let standard = VatTreatment::Standard { rate_percent: Decimal::from(20) };
    Ok(vec![
        ap_hp(start, standard.clone())?,
        eau_de_paris(first, standard.clone()),
        paris_habitat(first, standard),
        ville_de_paris(start),
    ])
}

fn contract(code: &str, tenant: &str, title: &str, in_force: DatePeriod, lines: Vec<ContractLine>) -> Contract {
    Contract {
        code: ContractCode::from(code),
        tenant: TenantCode::from(tenant),
        title: format!("{title} (exemple)"),
        in_force,
        signed_on: Some(in_force.from),
        engagement: None,
        market: None,
        notice_months: None,
        proration: Proration::CalendarDays,
        indexation: None,
        lines,
    }
}

/// A commitment with overage, a demand price, tiers of storage, a one-off, and prices revised by an index.
fn ap_hp(start: NaiveDate, vat: VatTreatment) -> Result<Contract, ExampleError> {
    let terms = Terms { in_force: DatePeriod { from: start, to: None }, vat, racks: racks("B", 1..=12) };
    let demand = terms.metered(
        Measure::Demand { window_minutes: 10 },
        PueTerm::None,
        GapPolicy::Estimate,
        terms.both_feeds("-puissance"),
    );
    let installation = LineQuantity::Fixed(Decimal::ONE);
    let lines = vec![
        terms.racks_line("baie"),
        terms.energy_line("energie-engagement", PueTerm::Fixed { factor: Decimal::new(125, 2) }, terms.both_feeds("")),
        terms.line(
            "puissance",
            Service::Power,
            ("Puissance maximale, voies A + B", "Peak demand, feeds A + B"),
            "puissance",
            demand,
        ),
        terms.storage_line("stockage-tranches", "stockage-ap-hp"),
        terms.line(
            "installation",
            Service::Other,
            ("Mise en service des baies", "Commissioning of the racks"),
            "installation",
            installation,
        ),
    ];
    let revised = NaiveDate::from_ymd_opt(chrono::Datelike::year(&start) + 1, 1, 1).unwrap_or(start);
    Ok(Contract {
        engagement: Some("4500012345".to_owned()),
        market: Some("2025-HEB-001".to_owned()),
        notice_months: Some(6),
        indexation: Some(Indexation {
            index: "syntec".into(),
            base_month: example("2023-09".parse())?,
            fixed_part: Decimal::new(15, 2),
            rounding: CoefficientRounding::FourDecimals,
            revisions: vec![Revision { from: revised, index_month: example("2024-09".parse())? }],
        }),
        ..contract("AP-HP-2025", "ap-hp", "Hébergement des systèmes hospitaliers", terms.in_force, lines)
    })
}

/// Begins in the middle of a month; graduated energy; storage by volume with a minimum; a meter is swapped.
fn eau_de_paris(first: BillingMonth, vat: VatTreatment) -> Contract {
    let from = first.first_day() + chrono::Days::new(14);
    let terms = Terms { in_force: DatePeriod { from, to: None }, vat, racks: racks("C", 1..=6) };
    let mut counters = terms.both_feeds("");
    let swap_day = swap_at(first).date_in(Paris);
    for assignment in &mut counters {
        if assignment.meter.as_str() == SWAPPED_METER {
            assignment.period.to = swap_day.succ_opt();
        }
    }
    counters.push(MeterAssignment { meter: SWAPPED_IN_METER.into(), period: DatePeriod { from: swap_day, to: None } });
    let supervision = ContractLine {
        service_level: Some(service_level()),
        ..terms.line(
            WATCHED_LINE,
            Service::Other,
            ("Supervision", "Monitoring"),
            "supervision",
            LineQuantity::Fixed(Decimal::ONE),
        )
    };
    let lines = vec![
        terms.racks_line("baie"),
        terms.energy_line("energie-tranches", PueTerm::Measured, counters),
        terms.storage_line("stockage-minimum", CORRECTED_METER),
        supervision,
    ];
    contract(WATCHED_CONTRACT, "eau-de-paris", "Hébergement de la télégestion", terms.in_force, lines)
}

/// 99.9 % of the month; below it 5 % of the price is allowed, below 99.5 % 10 %, below 99 % 25 %.
fn service_level() -> ServiceLevel {
    let band = |below, credit| CreditBand { below_percent: Decimal::new(below, 1), credit_percent: credit };
    ServiceLevel {
        committed_percent: Decimal::new(999, 1),
        bands: vec![band(999, Decimal::from(5)), band(995, Decimal::TEN), band(990, Decimal::from(25))],
    }
}

/// Billed by occupied units, in 30ths, with capped energy; begins in the fifth month.
fn paris_habitat(first: BillingMonth, vat: VatTreatment) -> Contract {
    let from = (0..4).fold(first, |month, _| month.next()).first_day();
    let terms = Terms { in_force: DatePeriod { from, to: None }, vat, racks: racks("C", 7..=12) };
    let units = terms.metered(
        Measure::OccupancyDays,
        PueTerm::None,
        GapPolicy::Block,
        terms.assign(occupied_racks().map(|rack| format!("{rack}-U"))),
    );
    let lines = vec![
        terms.line("unites", Service::Space, ("Unités de baie occupées", "Occupied rack units"), "unite", units),
        terms.energy_line("energie-plafonnee", PueTerm::None, terms.both_feeds("")),
    ];
    Contract {
        proration: Proration::Thirtieths,
        ..contract("HABITAT-2026", "paris-habitat", "Hébergement partagé", terms.in_force, lines)
    }
}

/// The city's own quarter: billed for transparency, outside the scope of VAT.
fn ville_de_paris(start: NaiveDate) -> Contract {
    let reason = VatReason {
        fr: "Opération interne à la Ville de Paris, hors du champ de la TVA".to_owned(),
        en: "Internal operation of the City of Paris, outside the scope of VAT".to_owned(),
    };
    let terms = Terms {
        in_force: DatePeriod { from: start, to: None },
        vat: VatTreatment::OutOfScope { reason },
        racks: racks("A", 1..=12),
    };
    let lines = vec![
        terms.racks_line("baie"),
        terms.energy_line("energie", PueTerm::Measured, terms.both_feeds("")),
        terms.storage_line("stockage", "stockage-ville-de-paris"),
    ];
    contract("VILLE-2025", "ville-de-paris", "Hébergement des services municipaux", terms.in_force, lines)
}
