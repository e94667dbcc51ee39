//! Fixed assets: one with everything behind its figures, and the plan against the journal.

use serde::Serialize;
use utoipa::ToSchema;

use super::asset_events::{AssetEvent, DepreciationMethod};
use super::values::{Amount, Day, Instant, Month};

/// An asset as of a day.
#[derive(Serialize, ToSchema)]
pub struct AssetDossier {
    /// Of this asset alone.
    #[serde(flatten)]
    pub report: AmortisationReport,
    pub files: Vec<AssetFile>,
    pub postings: Vec<AssetPosting>,
    /// Entries of what entered, changed or left.
    pub movements: Vec<MovementEntry>,
}

/// A file attached to an asset.
#[derive(Serialize, ToSchema)]
pub struct AssetFile {
    pub name: String,
    /// Lower-case hex.
    pub sha256: String,
    /// Relative to the data directory.
    pub path: String,
    pub size_bytes: u64,
    pub attached_by: String,
    pub attached_at: Instant,
}

/// What one entry posted for a component in a month.
#[derive(Serialize, ToSchema)]
pub struct AssetPosting {
    pub component: String,
    pub month: Month,
    pub number: String,
    pub document: String,
    pub charge: Amount,
    pub subsidy_income: Amount,
}

/// An entry of the journal of assets that concerns the asset.
#[derive(Serialize, ToSchema)]
pub struct MovementEntry {
    pub date: Day,
    pub number: String,
    pub document: String,
    pub label: String,
    pub total: Amount,
}

/// Plan against journal for all assets, as of a day.
#[derive(Serialize, ToSchema)]
pub struct AmortisationReport {
    pub as_of: Day,
    pub total: AssetPlan,
    /// In the order of the book.
    pub assets: Vec<AssetReport>,
    /// Posted for a component the book does not know; in no other figure.
    pub unknown_postings: Vec<UnknownPosting>,
}

/// An asset with its plan and its components'.
#[derive(Serialize, ToSchema)]
pub struct AssetReport {
    pub code: String,
    pub name: String,
    pub account: String,
    /// Absent while under construction.
    pub commissioned_on: Option<Day>,
    pub commissioning_evidence: Option<String>,
    pub duration_decision: Option<String>,
    #[serde(flatten)]
    pub record: AssetRecord,
    #[serde(flatten)]
    pub plan: AssetPlan,
    pub components: Vec<ComponentReport>,
    /// What stands under construction at the end of the report's day: invoiced by then − put into service by then. Absent
    /// where nothing of it is being built; in no other figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_to_date: Option<Amount>,
    /// What no event has put into service yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub being_built: Vec<BeingBuilt>,
    /// What happened to it, in the order it became known.
    pub events: Vec<EventReport>,
}

/// A component that is not in service yet: on the account of construction, in no plan.
#[derive(Serialize, ToSchema)]
pub struct BeingBuilt {
    pub code: String,
    pub name: String,
    pub cost: Amount,
}

/// An event and what it moved.
#[derive(Serialize, ToSchema)]
pub struct EventReport {
    /// From 1.
    pub number: usize,
    #[serde(flatten)]
    pub event: AssetEvent,
    /// The event that withdrew it; absent where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_by: Option<usize>,
    /// Book value of what left, and what was got for it; absent where nothing left.
    pub book_value: Option<Amount>,
    pub proceeds: Option<Amount>,
    /// Gain, or loss where negative.
    pub result: Option<Amount>,
}

#[derive(Serialize, ToSchema)]
pub struct ComponentReport {
    pub code: String,
    pub name: String,
    /// The component's own account, else its asset's.
    pub account: String,
    pub commissioned_on: Day,
    /// What proves it, where that is not what proves it of the whole asset.
    pub commissioning_evidence: Option<String>,
    /// The component whose place it took.
    pub replaces: Option<String>,
    /// The day on which nothing of it was left.
    pub gone_on: Option<Day>,
    /// The whole life, as last revised.
    pub duration_years: u32,
    pub method: DepreciationMethod,
    #[serde(flatten)]
    pub plan: AssetPlan,
}

/// One table of figures: of a component, an asset, or all.
#[derive(Serialize, ToSchema)]
pub struct AssetPlan {
    pub position: AssetPosition,
    pub years: Vec<PlanYear>,
    pub months: Vec<PlanMonth>,
}

/// Where things stand at the end of the report's day.
#[derive(Serialize, ToSchema)]
pub struct AssetPosition {
    /// Cost of what has not left, commissioned or not.
    pub cost: Amount,
    pub residual_value: Amount,
    /// What is spread in all of what has not left: cost − residual value − impairment.
    pub base: Amount,
    /// Cost of what is in service.
    pub gross_value: Amount,
    /// Charges planned for the months due, of what has not left.
    pub cumulative: Amount,
    /// Charges planned for the months due, of what has left.
    pub exits: Amount,
    /// Lost beside depreciation, and not reversed.
    pub impairment: Amount,
    /// Gross value − cumulative − impairment.
    pub net_book_value: Amount,
    /// In the journal.
    pub posted: Amount,
    /// Of months due, not in the journal.
    pub due: Amount,
    /// Of months after.
    pub to_come: Amount,
    /// Posted otherwise than planned: posted − charge over the months posted. Zero while no plan changed.
    pub difference: Amount,
    pub subsidy: SubsidyFigures,
}

/// A year of a plan.
#[derive(Serialize, ToSchema)]
pub struct PlanYear {
    #[schema(example = 2026)]
    pub period: i32,
    #[serde(flatten)]
    pub figures: PlanFigures,
}

/// A month of a plan.
#[derive(Serialize, ToSchema)]
pub struct PlanMonth {
    pub period: Month,
    #[serde(flatten)]
    pub figures: PlanFigures,
}

/// What a plan says of a year or a month.
#[derive(Serialize, ToSchema)]
pub struct PlanFigures {
    pub state: RowState,
    /// Cost of what is in service at the end of the period.
    pub gross_value: Amount,
    /// What is spread in all, as in force at the end of the period, or where everything left in it, when that left.
    pub base: Amount,
    pub charge: Amount,
    /// What was charged of that which left in the period: cumulative = the one before + charge − exits.
    pub exits: Amount,
    pub cumulative: Amount,
    pub impairment: Amount,
    pub net_book_value: Amount,
    pub posted: Amount,
    pub due: Amount,
    pub to_come: Amount,
    pub difference: Amount,
    pub subsidy: SubsidyFigures,
}

/// The same for the subsidy: in a row, of its period; in a position, of the months due.
#[derive(Serialize, ToSchema)]
pub struct SubsidyFigures {
    /// Received for what is in service.
    pub received: Amount,
    /// Planned to be taken to income.
    pub income: Amount,
    /// What was taken to income of that which left: cumulative = the one before + income − exits.
    pub exits: Amount,
    pub cumulative: Amount,
    /// Received − cumulative.
    pub remaining: Amount,
    pub posted: Amount,
    pub due: Amount,
    pub to_come: Amount,
    pub difference: Amount,
}

/// How far a period is posted.
#[derive(Serialize, ToSchema)]
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
#[derive(Serialize, ToSchema)]
pub struct UnknownPosting {
    pub asset: String,
    pub component: String,
    pub month: Month,
    pub charge: Amount,
    pub subsidy_income: Amount,
}

/// The papers of an asset and how its entries are made. The default is an asset bought ready for use, without papers,
/// posted monthly.
#[derive(Serialize, ToSchema)]
pub struct AssetRecord {
    /// How often its charges are posted.
    pub posting: PostingPeriod,
    /// Where its costs gather while it is built (23x); an event then puts it into service on its own accounts.
    pub construction_account: Option<String>,
    /// True where acquisition and subsidies stand in the books already, as opening balances: no entry is made of them.
    pub in_opening_balance: bool,
    /// Components gathered, and gathered again; without any, components stand under the asset itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<ComponentGroup>,
    pub documents: Vec<AssetDocument>,
    /// Where there are any, they add up to the cost.
    pub invoices: Vec<SupplierInvoice>,
    /// Where subsidies are listed, they add up to the asset's subsidy.
    pub funding: Vec<Funding>,
}

/// How many months one entry of depreciation covers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PostingPeriod {
    Month,
    Quarter,
    Year,
}

/// A part of an asset that has parts itself.
#[derive(Serialize, ToSchema)]
pub struct ComponentGroup {
    pub code: String,
    pub name: String,
    /// What its parts cost together.
    pub cost: Amount,
    /// Components and other groups, each in one group at most.
    pub parts: Vec<String>,
}

/// A paper: a deed of purchase, a report of acceptance, a decision; its file is attached by itself.
#[derive(Serialize, ToSchema)]
pub struct AssetDocument {
    pub name: String,
    pub date: Day,
    /// Of its file, in lower-case hex.
    pub sha256: Option<String>,
    pub kind: Option<PaperKind>,
    /// What of the asset it proves.
    pub proves: Option<String>,
}

/// What sort of paper it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaperKind {
    Acquisition,
    SupplierInvoice,
    Commissioning,
    Decision,
    Other,
}

#[derive(Serialize, ToSchema)]
pub struct SupplierInvoice {
    pub supplier: String,
    pub number: String,
    pub date: Day,
    /// What of it is part of the cost.
    pub amount: Amount,
}

/// Who paid for the asset.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Funding {
    /// Taken to income over the asset's life.
    Subsidy { grantor: String, reference: Option<String>, date: Day, amount: Amount },
    /// Noted, never posted: the debt is kept elsewhere.
    Loan { lender: String, reference: Option<String>, date: Day, amount: Amount },
}
