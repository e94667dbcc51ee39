//! An asset as a document, in the keys of the facility book; what happened to it is recorded by itself.

use serde::Serialize;
use utoipa::ToSchema;

use super::asset_events::LinearConvention;
use super::assets::{AssetDocument, PostingPeriod};
use super::values::{Amount, Day, Number, Whole};

/// As `[[asset]]` of the book, without its events.
#[derive(Serialize, ToSchema)]
pub struct AssetEntryDocument {
    /// The inventory number; kept for good.
    #[schema(example = "2019-0042")]
    pub code: String,
    pub name: String,
    /// The sum of its components' costs, to the cent.
    pub cost_eur: Amount,
    #[schema(example = "2135")]
    pub account: String,
    /// Where costs gather while it is built, an account of 23; it then needs its invoices.
    pub construction_account: Option<String>,
    /// Needed unless it is built first.
    pub commissioned_on: Option<Day>,
    pub commissioning_evidence: Option<String>,
    pub duration_decision: Option<String>,
    /// The sum of those listed where it is left out.
    pub subsidy_eur: Option<Amount>,
    /// Monthly where it is left out.
    pub posting: Option<PostingPeriod>,
    /// Acquisition and subsidies stand in the books already: no entry is made of them.
    pub in_opening_balance: Option<bool>,
    /// At least one.
    pub component: Vec<ComponentDocument>,
    #[serde(default)]
    pub group: Vec<GroupDocument>,
    #[serde(default)]
    pub document: Vec<AssetDocument>,
    #[serde(default)]
    pub invoice: Vec<SupplierInvoiceDocument>,
    #[serde(default)]
    pub subsidy: Vec<SubsidyDocument>,
    #[serde(default)]
    pub loan: Vec<LoanDocument>,
}

/// A part with a life of its own.
#[derive(Serialize, ToSchema)]
pub struct ComponentDocument {
    /// Unique in its asset.
    pub code: String,
    pub name: String,
    pub cost_eur: Amount,
    /// Nothing where it is left out.
    pub residual_value_eur: Option<Amount>,
    /// 1 to 100.
    pub duration_years: Whole,
    /// `linear` where it is left out.
    pub method: Option<MethodWord>,
    /// Of `linear`; `30-360` where it is left out.
    pub convention: Option<LinearConvention>,
    /// Of `degressive`: 1 to 5.
    pub coefficient: Option<Number>,
    /// Of `units-of-use`.
    pub expected_units: Option<Number>,
    /// The asset's where it is left out.
    pub commissioned_on: Option<Day>,
    /// The asset's where it is left out.
    pub account: Option<String>,
    /// The asset's where it is left out.
    pub duration_decision: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MethodWord {
    Linear,
    Degressive,
    UnitsOfUse,
}

/// Components gathered, and gathered again.
#[derive(Serialize, ToSchema)]
pub struct GroupDocument {
    pub code: String,
    pub name: String,
    /// What its parts cost together.
    pub cost_eur: Amount,
    /// Components and other groups, each in one group at most.
    pub parts: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct SupplierInvoiceDocument {
    pub supplier: String,
    pub number: String,
    pub date: Day,
    /// What of it is part of the cost.
    pub amount_eur: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct SubsidyDocument {
    pub grantor: String,
    pub reference: Option<String>,
    pub date: Day,
    pub amount_eur: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct LoanDocument {
    pub lender: String,
    pub reference: Option<String>,
    pub date: Day,
    pub amount_eur: Amount,
}
