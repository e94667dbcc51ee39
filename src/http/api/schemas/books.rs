//! The books of account: postings, periods, balances, entries and what they are held against; the auditor's sample.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::{Amount, Day, Instant, Month, Number};

/// What was posted.
#[derive(Serialize, ToSchema)]
pub struct PostingReport {
    pub through: Month,
    /// The last months of the periods posted now; those in the journal before are not among them.
    pub posted: Vec<Month>,
    pub depreciation: Amount,
    pub subsidies: Amount,
    /// Entries of what entered, changed or left.
    pub movements: Vec<String>,
    /// The entry that caught up what posted periods lacked.
    pub catch_up: Option<String>,
    /// Assets or chart were changed meanwhile: what is named here was posted, the rest waits for the next request.
    pub book_changed: bool,
}

/// A period that is, or once was, not open.
#[derive(Serialize, ToSchema)]
pub struct PeriodReport {
    pub period: String,
    pub state: PeriodState,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PeriodState {
    Open,
    Closed,
    Locked,
}

/// What closing did.
#[derive(Serialize, ToSchema)]
pub struct CloseReport {
    pub year: i32,
    /// Above zero for a profit.
    pub result: Amount,
    /// Documents posted: the result, the closing of the balance sheet, the next year's opening.
    pub posted: Vec<String>,
}

/// The state of a period; of a year that was closed with its entries, what that did.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum PeriodChange {
    State(PeriodReport),
    Closed(CloseReport),
}

/// Every account that has an opening balance or moved, by number.
#[derive(Serialize, ToSchema)]
pub struct TrialBalance {
    pub from: Day,
    pub through: Day,
    pub accounts: Vec<BalanceRow>,
    pub total: BalanceFigures,
}

#[derive(Serialize, ToSchema)]
pub struct BalanceRow {
    pub account: String,
    pub name: String,
    #[serde(flatten)]
    pub figures: BalanceFigures,
}

/// Opening, movements and closing. Opening and closing stand on the side of the balance.
#[derive(Serialize, ToSchema)]
pub struct BalanceFigures {
    pub opening_debit: Amount,
    pub opening_credit: Amount,
    pub debit: Amount,
    pub credit: Amount,
    pub closing_debit: Amount,
    pub closing_credit: Amount,
}

/// The general ledger of some accounts between two days.
#[derive(Serialize, ToSchema)]
pub struct GeneralLedger {
    pub from: Day,
    pub through: Day,
    pub accounts: Vec<LedgerAccount>,
}

#[derive(Serialize, ToSchema)]
pub struct LedgerAccount {
    pub account: String,
    pub name: String,
    /// Above zero on the debit side.
    pub opening: Amount,
    pub rows: Vec<LedgerRow>,
    pub debit: Amount,
    pub credit: Amount,
    pub closing: Amount,
}

#[derive(Serialize, ToSchema)]
pub struct LedgerRow {
    pub number: String,
    pub journal: JournalCode,
    pub date: Day,
    /// What the line rests on.
    pub document: String,
    pub auxiliary: Option<String>,
    pub label: String,
    pub debit: Amount,
    pub credit: Amount,
    /// After this line.
    pub balance: Amount,
    /// The lettering that settles it.
    pub letter: Option<String>,
}

/// Which journal an entry belongs to.
#[derive(Serialize, ToSchema)]
pub enum JournalCode {
    /// Sales: invoices and credit notes.
    #[serde(rename = "VE")]
    Sales,
    /// Depreciation and subsidies taken to income.
    #[serde(rename = "AM")]
    Depreciation,
    /// Money received.
    #[serde(rename = "BQ")]
    Payments,
    /// What has no journal of its own: late interest.
    #[serde(rename = "OD")]
    Miscellaneous,
    /// The balances a year begins with.
    #[serde(rename = "AN")]
    Opening,
    /// What empties the accounts at a year's end.
    #[serde(rename = "CL")]
    Closing,
    /// Fixed assets entering, changing and leaving.
    #[serde(rename = "IM")]
    Assets,
}

#[derive(Serialize, ToSchema)]
pub struct JournalEntry {
    pub number: String,
    pub journal: JournalCode,
    pub date: Day,
    pub document: String,
    pub label: String,
    pub posted_at: Instant,
    pub lines: Vec<JournalEntryLine>,
}

#[derive(Serialize, ToSchema)]
pub struct JournalEntryLine {
    pub account: String,
    pub account_name: String,
    pub auxiliary: Option<String>,
    pub label: String,
    pub debit: Amount,
    pub credit: Amount,
    pub letter: Option<String>,
}

/// All comparisons of one day or year.
#[derive(Serialize, ToSchema)]
pub struct Reconciliation {
    pub from: Day,
    pub through: Day,
    pub comparisons: Vec<Comparison>,
}

/// One figure from two places.
#[derive(Serialize, ToSchema)]
pub struct Comparison {
    pub check: Check,
    /// The accounts the first figure comes from.
    pub accounts: String,
    /// What the accounts say.
    pub ledger: Amount,
    /// What it is held against, or the other side of the same entries.
    pub other: Amount,
    /// How many documents, payments or components the other figure is made of.
    pub count: usize,
    pub difference: Amount,
}

/// What is compared.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The customers' balance, and what is open on every document.
    Receivables,
    /// Income of the year by account, and the lines of the year's documents.
    Revenue,
    /// VAT collected in the year, and that of its documents.
    Vat,
    /// Money received less refunded in the year, and the payments and refunds recorded.
    Payments,
    /// The gross value of assets in service or being built, and their costs and invoices in the book.
    AssetCost,
    /// Accumulated depreciation, and the plans through the day.
    Depreciation,
    /// Impairments not reversed, and the events of the book.
    Impairment,
    /// Subsidies received, and those of the book.
    SubsidyReceived,
    /// Subsidies taken to income, and the plans through the day.
    SubsidyTransferred,
    /// Invoices of the year, and debits of customers in the sales journal.
    Invoiced,
    /// Credit notes of the year, and credits of customers there.
    Credited,
    /// Income from late interest and indemnities, and the claims the trail tells of.
    InterestClaimed,
    /// Depreciation charged, and what the plans charge in the periods posted.
    DepreciationCharged,
    /// Subsidies taken to income by period, and what their plans take in the periods posted.
    SubsidyIncome,
    /// What acquisitions, impairments, exits and subsidies moved on accounts beside those of assets and subsidies, and
    /// the events themselves.
    AssetEvents,
    /// What the entries of the year come to, and what each of them rests on.
    Journal,
}

/// What was drawn, and out of what.
#[derive(Serialize, ToSchema)]
pub struct Sample {
    /// Invoices, readings or invoice lines, by kind and method.
    pub population: u64,
    pub total: Amount,
    /// By monetary unit: between two hits, and the first.
    pub interval: Option<Amount>,
    pub start: Option<Amount>,
    pub items: Vec<SampleItem>,
}

#[derive(Serialize, ToSchema)]
pub struct SampleItem {
    /// Its place in the population, from 1.
    pub position: u64,
    pub invoice: String,
    pub tenant: String,
    pub month: Month,
    /// Of the invoice, or of the line.
    pub amount: Amount,
    /// How many hits fell on it; 1 in a random sample.
    pub hits: u64,
    /// The line, from 1, where a line or a reading was drawn.
    pub line: Option<usize>,
    pub designation: Option<String>,
    /// None for a line that rests on no meter.
    pub reading: Option<DrawnReading>,
}

#[derive(Serialize, ToSchema)]
pub struct DrawnReading {
    pub meter: String,
    pub at: Instant,
    pub value: Number,
}
