//! What a month would bill.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::{Amount, Month, Number, UnitPrice};
use super::words::Unit;

/// The plan of a month, as people and scripts read it.
#[derive(Serialize, ToSchema)]
pub struct PlanReport {
    pub month: Month,
    pub drafts: Vec<DraftSummary>,
    /// Contracts whose invoice of the month is issued.
    pub already_billed: Vec<String>,
    pub problems: Vec<ProblemSummary>,
}

/// What one contract would be billed.
#[derive(Serialize, ToSchema)]
pub struct DraftSummary {
    pub contract: String,
    pub tenant: String,
    pub lines: usize,
    pub net: Amount,
    pub tax: Amount,
    pub gross: Amount,
    pub charges: Vec<ChargeSummary>,
}

/// One line.
#[derive(Serialize, ToSchema)]
pub struct ChargeSummary {
    pub line: String,
    /// In the language of the tenant's invoices.
    pub designation: String,
    pub quantity: Number,
    pub unit: Unit,
    pub unit_price: UnitPrice,
    pub net: Amount,
    pub formula: String,
}

/// Something that stands in the way, or that one should know before.
#[derive(Serialize, ToSchema)]
pub struct ProblemSummary {
    pub severity: Severity,
    pub what: ProblemKind,
    pub tenant: Option<String>,
    pub contract: Option<String>,
    pub line: Option<String>,
    pub meter: Option<String>,
    pub message: String,
}

/// Whether a draft can be made in spite of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Warning,
    Blocking,
}

/// What kind of problem it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    MonthNotFinished,
    MissingReadings,
    UndeclaredDecrease,
    Gap,
    /// An assignment that cannot be billed: no meter, one of another register, one out of service or unknown.
    UnusableAssignment,
    UnassignedMeter,
    /// The line's tariff is unknown or has no version in force.
    NoTariff,
    UnitMismatch,
    IndexValueMissing,
    PueNotComputable,
    /// The line is in force on a 31st alone, which by 30ths is not billed.
    NeverBilled,
    /// A quantity or amount beyond what can be billed.
    Unpriceable,
    NegativeTotal,
    VatMix,
    /// The tenant's structure requires a code the invoice would lack.
    MissingRouting,
    /// The tenant has no billing contact: the invoice would be mailed to nobody.
    NoRecipient,
    /// The line promised an availability, and nobody said how available it was.
    AvailabilityUnknown,
    /// What a broken promise allows is more than the invoice could carry.
    CreditWaits,
    /// Not a fault: a billed month's readings changed, and the draft regularises it.
    LateChange,
    /// The regularisation also bills what a credit note of that month took back.
    CreditTakenBack,
    /// A regularisation is outside the scope of VAT and the month's lines are within it, or the reverse: no invoice
    /// carries both.
    RegularisationWaits,
}
