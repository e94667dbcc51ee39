//! A year of fixed assets: their movements, and who paid for them.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::{Amount, Day};

/// Movements of all assets in a year.
#[derive(Serialize, ToSchema)]
pub struct MovementsReport {
    pub year: i32,
    pub total: YearMovements,
    /// By asset account.
    pub accounts: Vec<AccountMovements>,
    /// What left during the year, with its gain or loss.
    pub exits: Vec<Exit>,
    /// Plans against ledger at the year's end.
    pub reconciliation: Vec<Reconciled>,
}

#[derive(Serialize, ToSchema)]
pub struct AccountMovements {
    pub account: String,
    pub name: String,
    pub total: YearMovements,
    pub lines: Vec<ComponentMovements>,
}

#[derive(Serialize, ToSchema)]
pub struct ComponentMovements {
    pub asset: String,
    /// Absent for work under construction, which has none yet.
    pub component: Option<String>,
    pub name: String,
    #[serde(flatten)]
    pub movements: YearMovements,
}

/// The three balances of a thing over a year. What leaves is counted as a positive amount taken away.
#[derive(Serialize, ToSchema)]
pub struct YearMovements {
    pub gross_opening: Amount,
    pub gross_additions: Amount,
    /// From construction to its own account; negative where it came from.
    pub gross_transfers: Amount,
    pub gross_exits: Amount,
    pub gross_closing: Amount,
    pub depreciation_opening: Amount,
    pub depreciation_charges: Amount,
    pub depreciation_exits: Amount,
    pub depreciation_closing: Amount,
    pub impairment_opening: Amount,
    pub impairment_charges: Amount,
    pub impairment_reversals: Amount,
    pub impairment_exits: Amount,
    pub impairment_closing: Amount,
    pub net_opening: Amount,
    pub net_closing: Amount,
}

/// What left on a day.
#[derive(Serialize, ToSchema)]
pub struct Exit {
    pub on: Day,
    pub kind: MovementKind,
    pub asset: String,
    pub component: String,
    pub gross: Amount,
    pub depreciation: Amount,
    pub impairment: Amount,
    pub book_value: Amount,
    pub proceeds: Amount,
    /// Gain, or loss where negative.
    pub result: Amount,
}

/// An account: what the plans say stands on it, and what the ledger says. Debit balances are positive.
#[derive(Serialize, ToSchema)]
pub struct Reconciled {
    pub account: String,
    pub name: String,
    pub planned: Amount,
    pub ledger: Amount,
    /// What is planned or recorded by the year's end and not in the journal by then: charges, entries, exits,
    /// impairments, subsidies. Of a year that goes on, no difference.
    pub to_post: Amount,
    /// Ledger + to post − planned.
    pub difference: Amount,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MovementKind {
    Acquired,
    /// Built first: from the account of construction to its own.
    Commissioned,
    Impaired,
    Reversed,
    Disposed,
    Donated,
    /// Left because another took its place.
    Replaced,
    Subsidised,
}

/// Who paid for the assets, at the end of a year.
#[derive(Serialize, ToSchema)]
pub struct FundingReport {
    pub year: i32,
    /// What paid for each asset, and for all of them.
    pub sources: Vec<AssetSources>,
    pub sources_total: Sources,
    /// Of the subsidies, what their grantors still owed at the year's end, by the ledger.
    pub subsidies_to_receive: Amount,
    pub total: SubsidyYear,
    pub assets: Vec<AssetFunding>,
    pub loans: Vec<Loan>,
    pub loans_total: Amount,
}

/// An asset acquired or funded by the end of the year, and what paid for it.
#[derive(Serialize, ToSchema)]
pub struct AssetSources {
    pub asset: String,
    pub name: String,
    #[serde(flatten)]
    pub sources: Sources,
}

/// cost = subsidies + loans + own funds.
#[derive(Serialize, ToSchema)]
pub struct Sources {
    pub cost: Amount,
    pub subsidies: Amount,
    pub loans: Amount,
    /// What the body paid itself; below zero where subsidies and loans exceed the cost.
    pub own_funds: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct AssetFunding {
    pub asset: String,
    pub name: String,
    /// What the asset's components cost.
    pub cost: Amount,
    pub total: SubsidyYear,
    pub subsidies: Vec<SubsidyLine>,
}

/// One grantor's subsidy; the asset's income is shared out among them by amount.
#[derive(Serialize, ToSchema)]
pub struct SubsidyLine {
    pub grantor: String,
    pub reference: Option<String>,
    pub date: Option<Day>,
    #[serde(flatten)]
    pub figures: SubsidyYear,
}

/// received − taken before − taken in the year = left.
#[derive(Serialize, ToSchema)]
pub struct SubsidyYear {
    pub received: Amount,
    pub taken_before: Amount,
    pub taken_in_year: Amount,
    pub left: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct Loan {
    pub asset: String,
    pub lender: String,
    pub reference: Option<String>,
    pub date: Day,
    pub amount: Amount,
}
