//! The amortisation report: what is planned, what the journal holds, what is still to come.
//!
//! Owns: the report's value, for every output format. Does not own: formats (documents). Invariants, in every row and
//! position: charge + difference = posted + due + to come; an asset's figures are the sums of its components', the
//! total's the sums of its assets'. The report is as of a day: a month is due from its last day on, and what the
//! journal holds for later months is not looked at, so that a report of a closed year reads the same for ever.

mod build;
mod flow;

pub use build::report;

use chrono::NaiveDate;
use serde::Serialize;

use super::{AssetEvent, AssetRecord, Method};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

/// Plan against journal for all assets, as of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AmortisationReport {
    pub as_of: NaiveDate,
    pub total: Plan,
    /// In the order of the book.
    pub assets: Vec<AssetReport>,
    /// Posted for a component the book does not know; in no other figure.
    pub unknown_postings: Vec<UnknownPosting>,
}

impl AmortisationReport {
    /// The same of one asset alone, whose figures are then the total; none where it is not there.
    pub fn of_asset(self, code: &AssetCode) -> Option<AmortisationReport> {
        let asset = self.assets.into_iter().find(|asset| asset.code == *code)?;
        let unknown_postings = self.unknown_postings.into_iter().filter(|posting| posting.asset == *code).collect();
        Some(AmortisationReport { as_of: self.as_of, total: asset.plan.clone(), assets: vec![asset], unknown_postings })
    }
}

/// An asset with its plan and its components'.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetReport {
    pub code: AssetCode,
    pub name: String,
    pub account: String,
    /// Absent while under construction.
    pub commissioned_on: Option<NaiveDate>,
    pub commissioning_evidence: Option<String>,
    pub duration_decision: Option<String>,
    #[serde(flatten)]
    pub record: AssetRecord,
    #[serde(flatten)]
    pub plan: Plan,
    pub components: Vec<ComponentReport>,
    /// What stands under construction at the end of the report's day: invoiced by then − put into service by then. Absent
    /// where nothing of it is being built; in no other figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_to_date: Option<Money>,
    /// What no event has put into service yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub being_built: Vec<BeingBuilt>,
    /// What happened to it, in the order it became known.
    pub events: Vec<EventReport>,
}

/// A component that is not in service yet: on the account of construction, in no plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BeingBuilt {
    pub code: ComponentCode,
    pub name: String,
    pub cost: Money,
}

/// An event and what it moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventReport {
    /// From 1.
    pub number: usize,
    #[serde(flatten)]
    pub event: AssetEvent,
    /// The event that withdrew it; absent where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_by: Option<usize>,
    /// Book value of what left, and what was got for it; absent where nothing left.
    pub book_value: Option<Money>,
    pub proceeds: Option<Money>,
    /// Gain, or loss where negative.
    pub result: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentReport {
    pub code: ComponentCode,
    pub name: String,
    /// The component's own account, else its asset's.
    pub account: String,
    pub commissioned_on: NaiveDate,
    /// What proves it, where that is not what proves it of the whole asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commissioning_evidence: Option<String>,
    /// The component whose place it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ComponentCode>,
    /// The day on which nothing of it was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_on: Option<NaiveDate>,
    /// The whole life, as last revised.
    pub duration_years: u32,
    pub method: Method,
    #[serde(flatten)]
    pub plan: Plan,
}

/// One table of figures: of a component, an asset, or all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub position: Position,
    pub years: Vec<PlanRow<i32>>,
    pub months: Vec<PlanRow<BillingMonth>>,
}

/// Where things stand at the end of the report's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Position {
    /// Cost of what has not left, commissioned or not.
    pub cost: Money,
    pub residual_value: Money,
    /// What is spread in all of what has not left: cost − residual value − impairment.
    pub base: Money,
    /// Cost of what is in service.
    pub gross_value: Money,
    /// Charges planned for the months due, of what has not left.
    pub cumulative: Money,
    /// Charges planned for the months due, of what has left.
    pub exits: Money,
    /// Lost beside depreciation, and not reversed.
    pub impairment: Money,
    /// Gross value − cumulative − impairment.
    pub net_book_value: Money,
    /// In the journal.
    pub posted: Money,
    /// Of months due, not in the journal.
    pub due: Money,
    /// Of months after.
    pub to_come: Money,
    /// Posted otherwise than planned: posted − charge over the months posted. Zero while no plan changed.
    pub difference: Money,
    pub subsidy: SubsidyFigures,
}

/// A year or a month of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlanRow<P> {
    pub period: P,
    pub state: RowState,
    /// Cost of what is in service at the end of the period.
    pub gross_value: Money,
    /// What is spread in all, as in force at the end of the period, or where everything left in it, when that left.
    pub base: Money,
    pub charge: Money,
    /// What was charged of that which left in the period: cumulative = the one before + charge − exits.
    pub exits: Money,
    pub cumulative: Money,
    pub impairment: Money,
    pub net_book_value: Money,
    pub posted: Money,
    pub due: Money,
    pub to_come: Money,
    pub difference: Money,
    pub subsidy: SubsidyFigures,
}

/// The same for the subsidy: in a row, of its period; in a position, of the months due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SubsidyFigures {
    /// Received for what is in service.
    pub received: Money,
    /// Planned to be taken to income.
    pub income: Money,
    /// What was taken to income of that which left: cumulative = the one before + income − exits.
    pub exits: Money,
    pub cumulative: Money,
    /// Received − cumulative.
    pub remaining: Money,
    pub posted: Money,
    pub due: Money,
    pub to_come: Money,
    pub difference: Money,
}

/// How far a period is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    /// Nothing is planned in it and nothing was posted.
    NoCharge,
    /// All of it is in the journal.
    Posted,
    /// Some of it is due and not in the journal.
    Due,
    /// What is due is posted, and more is to come.
    InProgress,
    ToCome,
}

/// An amount in the journal that no component of the book explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownPosting {
    pub asset: AssetCode,
    pub component: ComponentCode,
    pub month: BillingMonth,
    pub charge: Money,
    pub subsidy_income: Money,
}
