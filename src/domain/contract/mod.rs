//! What was agreed with a tenant.
//!
//! Owns: contracts, their lines, which meters a line bills and when, price revision by an index. Does not own: prices
//! (tariff), amounts (rating). Invariants: a contract and its lines are in force over half-open days; lines with the
//! same code never overlap; a meter feeds one line at a time per measure.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::calendar::DatePeriod;
use super::ids::{ContractCode, LineCode, MeterCode, PriceIndexCode, RackCode, TariffCode, TenantCode};
use super::metering::Measure;
use super::party::Language;

pub mod indexation;
pub mod service_level;
mod vat_reason;

use indexation::Indexation;
use service_level::ServiceLevel;
pub use vat_reason::VatReason;

/// A contract (convention) with one tenant. An amendment ends some lines and adds others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    pub code: ContractCode,
    pub tenant: TenantCode,
    pub title: String,
    pub in_force: DatePeriod,
    pub signed_on: Option<NaiveDate>,
    /// Chorus Pro engagement number (BT-13).
    pub engagement: Option<String>,
    /// Market number (BT-12).
    pub market: Option<String>,
    /// How many months before its end notice must be given; none where nothing was agreed.
    pub notice_months: Option<u32>,
    pub proration: Proration,
    pub indexation: Option<Indexation>,
    pub lines: Vec<ContractLine>,
}

impl Contract {
    /// The last day on which notice can be given: whole months before the end, for a contract that has one.
    pub fn notice_by(&self) -> Option<NaiveDate> {
        let end = self.in_force.to?;
        end.checked_sub_months(Months::new(self.notice_months?))?.pred_opt()
    }

    /// The meters that bill on the contract's lines within `days`, each with the days it does: those of its assignment, of
    /// the line and of the contract at once.
    pub fn metered(&self, days: DatePeriod) -> BTreeMap<&MeterCode, Vec<DatePeriod>> {
        let mut metered: BTreeMap<&MeterCode, Vec<DatePeriod>> = BTreeMap::new();
        for line in &self.lines {
            let LineQuantity::Metered { meters, .. } = &line.quantity else { continue };
            let in_force = self.in_force.intersection(line.in_force).and_then(|all| all.intersection(days));
            let Some(in_force) = in_force else { continue };
            for assignment in meters {
                if let Some(part) = assignment.period.intersection(in_force) {
                    metered.entry(&assignment.meter).or_default().push(part);
                }
            }
        }
        metered
    }
}

/// How a part of a month is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proration {
    /// Days of the calendar month.
    #[default]
    CalendarDays,
    /// Every month has 30 days.
    Thirtieths,
}

/// One service with its quantity, price and validity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractLine {
    pub code: LineCode,
    pub service: Service,
    pub designation: Designation,
    pub in_force: DatePeriod,
    pub tariff: TariffCode,
    pub quantity: LineQuantity,
    pub vat: VatTreatment,
    /// What is promised of its availability.
    pub service_level: Option<ServiceLevel>,
    /// Where the line stands, for plans and drill-down; not used in pricing.
    pub racks: Vec<RackCode>,
}

/// What the tariff's price is applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineQuantity {
    /// Agreed in the contract: 4 racks.
    Fixed(Decimal),
    /// Told by meters.
    Metered { measure: Measure, pue: PueTerm, gap_policy: GapPolicy, meters: Vec<MeterAssignment> },
}

/// Whether billed energy carries the facility's PUE (handbook, Metering).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PueTerm {
    #[default]
    None,
    /// Total facility energy ÷ IT energy of the month, exactly.
    Measured,
    Fixed {
        factor: Decimal,
    },
}

/// What a silence longer than the meter's tolerance does to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapPolicy {
    /// The gap is a problem that stops the tenant's invoice until someone resolves it.
    #[default]
    Block,
    /// The value before the gap holds through it (a counter is interpolated across it) and the usage is marked estimated.
    Estimate,
}

/// A meter bills on this line during these days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterAssignment {
    pub meter: MeterCode,
    pub period: DatePeriod,
}

/// What an invoice groups its lines by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    Space,
    Power,
    Storage,
    Other,
}

impl Service {
    pub const fn name(self) -> &'static str {
        match self {
            Service::Space => "space",
            Service::Power => "power",
            Service::Storage => "storage",
            Service::Other => "other",
        }
    }
}

/// The line's words on documents, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Designation {
    pub fr: String,
    pub en: String,
}

impl Designation {
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }
}

/// How a line is taxed (UNCL 5305 categories S, E and O).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "category")]
pub enum VatTreatment {
    /// Taxed at `rate_percent`: 20, 10, 5.5 or 2.1.
    Standard { rate_percent: Decimal },
    /// Exempt, with the reason the document must state.
    Exempt { reason: VatReason },
    /// Outside the scope of VAT: never on one invoice with another category.
    OutOfScope { reason: VatReason },
}

impl VatTreatment {
    /// Whether an invoice that carries both is refused: what is outside the scope stands alone (EN 16931, BR-O-11 to
    /// BR-O-14).
    pub const fn stands_apart_from(&self, other: &VatTreatment) -> bool {
        self.is_out_of_scope() != other.is_out_of_scope()
    }

    pub const fn is_out_of_scope(&self) -> bool {
        matches!(self, VatTreatment::OutOfScope { .. })
    }
}

/// A published price index and its values by month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceIndex {
    pub code: PriceIndexCode,
    pub name: String,
    pub values: Vec<(super::calendar::BillingMonth, Decimal)>,
}
