//! Any report of the books, by its name.

use serde::Serialize;
use utoipa::ToSchema;

use super::asset_reports::{FundingReport, MovementsReport};
use super::assets::AmortisationReport;
use super::books::{GeneralLedger, JournalEntry, Reconciliation, TrialBalance};
use super::payback::PaybackReport;

/// What a report answers as JSON: `reconciliation` and `tie-out` compare, `fec` is a text whatever is asked for.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ReportAnswer {
    /// `plan`.
    Plan(AmortisationReport),
    /// `movements`.
    Movements(MovementsReport),
    /// `funding`.
    Funding(FundingReport),
    /// `reconciliation` and `tie-out`.
    Comparisons(Reconciliation),
    /// `balance`.
    Balance(TrialBalance),
    /// `ledger`.
    Ledger(GeneralLedger),
    /// `journal`.
    Journal(Vec<JournalEntry>),
    /// `payback`.
    Payback(PaybackReport),
}
