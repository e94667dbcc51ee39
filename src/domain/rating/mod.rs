//! Rating: usage + tariff -> charges.
//!
//! Owns: applying a price to a quantity over a month, proration, and the provenance of each charge. Does not own: how
//! usage is measured, how charges become an invoice. Invariants: a charge's net is its quantity × unit price rounded
//! half-up once; the parts of a month split at a change add up to the whole month; every charge says where it comes
//! from.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::calendar::{BillingMonth, DatePeriod};
use super::contract::{Designation, Service, VatTreatment};
use super::ids::{ContractCode, LineCode, TariffCode};
use super::metering::Usage;
use super::money::{Money, UnitPrice};
use super::quantity::{Quantity, Unit};

mod evidence;
mod manual;
mod problem;
mod proration;
mod rate;
mod regularisation;
mod service_credit;
mod uplift;

#[cfg(test)]
pub(in crate::domain) mod example;
#[cfg(test)]
mod service_credit_tests;
#[cfg(test)]
mod tests;

pub use evidence::{Meters, MonthEvidence, Samples, served};
pub use manual::{ManualLine, ManualLineError, NewManualLine, treatments};
pub use problem::RatingProblem;
pub use proration::month_part;
pub use rate::{LineTerms, rate_line, revised_price};
pub use regularisation::{BilledLine, regularisation};
pub use service_credit::{Availability, AvailabilityError, NewAvailability, credited_line, service_credit};

/// One priced item: it becomes one invoice line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    pub service: Service,
    pub designation: Designation,
    pub kind: ChargeKind,
    /// The days it covers.
    pub period: DatePeriod,
    pub quantity: Quantity,
    pub unit: Unit,
    pub unit_price: UnitPrice,
    /// `quantity × unit_price`, rounded half-up once.
    pub net: Money,
    pub vat: VatTreatment,
    pub provenance: Provenance,
}

impl Charge {
    /// The month it is about, on a document of `billed_in`: a regularisation is about an earlier one.
    pub const fn regards(&self, billed_in: BillingMonth) -> BillingMonth {
        match &self.kind {
            ChargeKind::Regularisation { month, .. } => *month,
            _ => billed_in,
        }
    }
}

/// Which part of a price a charge is; documents put it into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum ChargeKind {
    /// The plain price.
    Base,
    /// `units` of `of` days (or 30ths) of the month.
    Prorated {
        units: i64,
        of: i64,
    },
    /// The part of the quantity within [from, to).
    Tier {
        from: Decimal,
        to: Option<Decimal>,
    },
    /// The whole quantity, at the price of the tier [from, to) it lies in.
    Volume {
        from: Decimal,
        to: Option<Decimal>,
    },
    Committed,
    Overage,
    /// What lifts the line to its minimum.
    MinimumComplement {
        minimum: Money,
    },
    /// What lowers the line to its cap: a negative quantity.
    CapReduction {
        cap: Money,
    },
    OneOff,
    /// Added by a person, with the reason: documents show it as a plain line.
    Manual {
        id: i64,
        reason: String,
        by: String,
        at: DateTime<Utc>,
    },
    /// An amount of a line of the invoice that a credit note takes back; lines are counted from 1.
    PartOf {
        line: usize,
    },
    /// Allowed because the line was less available than promised; `id` is the figure's.
    ServiceCredit {
        id: i64,
        month: BillingMonth,
        invoice: String,
        availability_percent: Decimal,
        committed_percent: Decimal,
        credit_percent: Decimal,
    },
    /// The difference between what is now known and what was billed.
    Regularisation {
        month: BillingMonth,
        invoice: String,
    },
}

/// Where a charge comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    pub contract: ContractCode,
    pub line: LineCode,
    /// Empty for a manual line, whose price is its own.
    pub tariff: TariffCode,
    /// The first day of the tariff version applied.
    pub tariff_from: NaiveDate,
    /// The arithmetic with its numbers: `1234.5 kWh × PUE 1.25 = 1543.125 kWh; 1543.125 × 0.145 = 223.75`.
    pub formula: String,
    /// The usage behind the quantity; none for agreed quantities.
    pub usage: Option<Usage>,
}
