//! What is paid, late, taken back and claimed.

use serde::Serialize;
use utoipa::ToSchema;

use super::values::{Amount, Day, Instant, Number};

/// A payment as it was recorded.
#[derive(Serialize, ToSchema)]
pub struct PaymentReport {
    pub number: String,
    pub invoice: String,
    pub received_on: Day,
    pub amount: Amount,
    pub open_before: Amount,
    pub open_after: Amount,
    /// The letter that settles the invoice, once nothing is open.
    pub letter: Option<String>,
    pub days_late: i64,
    /// It gave a right to late interest that is not claimed yet.
    pub is_interest_due: bool,
}

/// What a statement brought.
#[derive(Serialize, ToSchema)]
pub struct ImportReport {
    pub recorded: Vec<PaymentReport>,
    /// Receipts recorded from an earlier reading.
    pub known_before: usize,
    pub unmatched: Vec<Unmatched>,
    /// The statement's own number, under which its receipts are kept.
    pub statement: i64,
}

/// A receipt that a person must look at.
#[derive(Serialize, ToSchema)]
pub struct Unmatched {
    pub booked_on: Day,
    /// What was sent.
    pub amount: Amount,
    /// What the bank kept of it; its account received the rest.
    pub charge: Amount,
    pub text: String,
    pub why: String,
}

/// What tenants are to be reminded of.
#[derive(Serialize, ToSchema)]
pub struct Dunning {
    pub today: Day,
    pub tenants: Vec<TenantDues>,
    /// Invoices paid late, in whole or in part, whose interest is not claimed yet.
    pub claimable: Vec<Claimable>,
    /// The first day for which the book has no reference rate, where one is missing.
    pub rate_missing: Option<Day>,
}

/// What one tenant owes past its due date.
#[derive(Serialize, ToSchema)]
pub struct TenantDues {
    pub tenant: String,
    pub name: String,
    /// A service of the seller's own: it is listed so that sums agree, and owes neither interest nor indemnity.
    pub is_internal: bool,
    pub open: Amount,
    /// Late interest and indemnities if everything were paid today.
    pub interest: Amount,
    /// What it sent and no invoice has taken: to be settled before anything is claimed.
    pub on_account: Amount,
    /// The longest late first.
    pub invoices: Vec<OverdueInvoice>,
}

/// An invoice past its due date.
#[derive(Serialize, ToSchema)]
pub struct OverdueInvoice {
    pub number: String,
    /// Of what is open: that of the interest where the invoice itself is paid.
    pub due_date: Day,
    pub days_late: i64,
    pub gross: Amount,
    pub open: Amount,
    /// The part of `open` that is interest and indemnity claimed.
    pub claimed: Amount,
    /// Not claimed yet, parts paid late included. None where no reference rate is known, only claimed interest is open,
    /// or a service of the seller's own owes it.
    pub accrued: Option<LateInterest>,
    /// When its tenant was last reminded of it.
    pub reminded_at: Option<Instant>,
}

/// Interest that a late payment gave a right to.
#[derive(Serialize, ToSchema)]
pub struct Claimable {
    pub number: String,
    pub tenant: String,
    pub name: String,
    pub due_date: Day,
    pub amount: Amount,
}

/// What is due for a late payment, without request.
#[derive(Serialize, ToSchema)]
pub struct LateInterest {
    /// From the day after the due date to the day of payment, both included.
    pub days: i64,
    /// Reference rate + surcharge, fixed from the first day of interest on.
    pub rate_percent: Number,
    pub interest: Amount,
    pub indemnity: Amount,
    pub total: Amount,
}

/// What was claimed on an invoice.
#[derive(Serialize, ToSchema)]
pub struct InterestReport {
    pub invoice: String,
    /// Claims posted now.
    pub claims: Vec<Claim>,
    /// Documents of those posted before.
    pub posted_before: Vec<String>,
    /// What is open on the invoice afterwards.
    pub open: Amount,
}

/// A claim for one late payment.
#[derive(Serialize, ToSchema)]
pub struct Claim {
    /// `INT-REG-2026-000001`, once it is posted.
    pub document: String,
    pub payment: String,
    pub received_on: Day,
    /// The part of the payment that paid the invoice itself, late.
    pub amount: Amount,
    #[serde(flatten)]
    pub interest: LateInterest,
}

/// The credit note that was issued.
#[derive(Serialize, ToSchema)]
pub struct CreditReport {
    pub number: String,
    pub invoice: String,
    pub lines: usize,
    pub net: Amount,
    pub tax: Amount,
    pub gross: Amount,
    /// What is open on the invoice afterwards; below zero is owed to the tenant.
    pub open: Amount,
    /// The letter that settles the invoice, where nothing is open any more.
    pub letter: Option<String>,
    /// Where the PDF lies, relative to the data directory.
    pub pdf: String,
}

/// The two documents that were issued.
#[derive(Serialize, ToSchema)]
pub struct CorrectionReport {
    pub invoice: String,
    pub credit_note: String,
    pub corrected: String,
    /// What both come to.
    pub gross: Amount,
    /// Where the corrected invoice's PDF lies, relative to the data directory.
    pub pdf: String,
}

/// What is open on the invoice before and after; below zero is owed to the tenant.
#[derive(Serialize, ToSchema)]
pub struct RefundPlan {
    pub open_before: Amount,
    pub open_after: Amount,
}

/// A refund as it was recorded.
#[derive(Serialize, ToSchema)]
pub struct RefundReport {
    pub number: String,
    pub invoice: String,
    pub refunded_on: Day,
    pub amount: Amount,
    #[serde(flatten)]
    pub open: RefundPlan,
    /// The letter that settles the invoice, once nothing is owed.
    pub letter: Option<String>,
}

/// What was recorded of money received by hand.
#[derive(Serialize, ToSchema)]
pub struct RecordedReport {
    #[serde(flatten)]
    pub payment: PaymentReport,
    /// What was left of it, where it was asked to be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptReport>,
}

/// What was kept on account.
#[derive(Serialize, ToSchema)]
pub struct KeptReport {
    pub number: String,
    pub tenant: String,
    pub kept_on: Day,
    pub amount: Amount,
    /// What the tenant has on account now.
    pub balance: Amount,
}

/// What was taken back of what was kept.
#[derive(Serialize, ToSchema)]
pub struct TakenBackReport {
    pub number: String,
    pub tenant: String,
    /// What it takes back.
    pub reverses: String,
    pub corrected_on: Day,
    pub amount: Amount,
    /// What the tenant has left on account.
    pub balance: Amount,
    /// A receipt of a bank statement waits again to be matched.
    pub waits_again: bool,
    /// What is kept instead, where it is another tenant's.
    pub kept: Option<KeptReport>,
}

/// What was settled from it.
#[derive(Serialize, ToSchema)]
pub struct SettlementReport {
    pub tenant: String,
    pub invoice: String,
    pub settled_on: Day,
    pub amount: Amount,
    /// One for each day on which it was received: the day it counts as paid.
    pub payments: Vec<PaymentReport>,
    /// What the tenant has left on account.
    pub balance: Amount,
}

/// What was sent back of it.
#[derive(Serialize, ToSchema)]
pub struct RepaidReport {
    pub number: String,
    pub tenant: String,
    pub repaid_on: Day,
    pub amount: Amount,
    /// What the tenant has left on account.
    pub balance: Amount,
}

/// What is open on both before and after; below zero is owed to the tenant.
#[derive(Serialize, ToSchema)]
pub struct TransferPlan {
    pub transferred_on: Day,
    pub open_before: Amount,
    pub open_after: Amount,
    /// Of the invoice it pays.
    pub to_open_before: Amount,
    pub to_open_after: Amount,
    /// How late it pays that invoice.
    pub days_late: i64,
}

/// A transfer as it was recorded.
#[derive(Serialize, ToSchema)]
pub struct TransferReport {
    pub number: String,
    pub from: String,
    pub to: String,
    pub amount: Amount,
    #[serde(flatten)]
    pub open: TransferPlan,
    /// The letter that settles the invoice it was owed on, once nothing is.
    pub letter: Option<String>,
    /// The letter that settles the invoice it pays, once nothing is open there.
    pub to_letter: Option<String>,
    /// It gave a right to late interest there that is not claimed yet.
    pub is_interest_due: bool,
}

/// A reminder that was queued, and to whom.
#[derive(Serialize, ToSchema)]
pub struct ReminderReport {
    pub invoice: String,
    pub recipients: Vec<String>,
}
