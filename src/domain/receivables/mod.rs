//! What is owed after issue.
//!
//! Owns: what is open on an invoice, payments and their entries, late interest and its indemnity, amounts of French
//! bank statements, what a reminder says. Does not own: the due date, which an invoice states itself ([`due_date`]), and
//! the sending of reminders. Invariants: a payment on its due date costs nothing more; what is open is never below zero by a payment.

mod account;
mod cfonb;
mod claim;
mod late_interest;
mod reminder;

pub use super::invoice::due_date;
pub use super::ledger::ReferenceRate;
pub use account::{
    Balance, InvoiceAccount, Payment, PaymentError, Settlement, interest_document, interest_entry, payment_entry,
    payment_number,
};
pub use cfonb::{CfonbError, parse_amount};
pub use claim::{Claim, PostedClaim};
pub use late_interest::{Buyer, INTEREST_DUE_DAYS, LateInterest, LateInterestError, RECOVERY_INDEMNITY, late_interest};
pub use reminder::{Reminder, ReminderError};
