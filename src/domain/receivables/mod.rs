//! What is owed after issue.
//!
//! Owns: what is open on an invoice, payments and their entries, what is owed to a tenant and goes back, late interest
//! and its indemnity, what is kept on account of a tenant, amounts of French bank statements, what a reminder says. Does not own: the due date, which an
//! invoice states itself ([`due_date`]), and the sending of reminders. Invariants: a payment on its due date costs
//! nothing more; what is open is never below zero by a payment, nor above it by what is paid back.

mod account;
mod cfonb;
mod claim;
mod entries;
mod late_interest;
mod on_account;
#[cfg(test)]
mod on_account_tests;
mod paid_back;
mod reminder;
#[cfg(test)]
mod sequence_tests;

pub use super::invoice::due_date;
pub use super::ledger::ReferenceRate;
pub use account::{Balance, InvoiceAccount, Payment, PaymentError, Settlement};
pub use cfonb::{CfonbError, parse_amount};
pub use claim::{Claim, PostedClaim, interest_only_due};
pub use entries::{
    account_number, interest_document, interest_entry, kept_entry, paid_back_entry, payment_entry, payment_number,
    refund_number, repaid_entry, reversed_entry, settled_entry, transfer_number,
};
pub use late_interest::{Buyer, INTEREST_DUE_DAYS, LateInterest, LateInterestError, RECOVERY_INDEMNITY, late_interest};
pub use on_account::{Movement, MovementKind, OnAccount, OnAccountError, StatementLine, Taking};
pub use paid_back::{PaidBack, PaidBackError};
pub use reminder::{Reminder, ReminderError};
