//! What is owed after issue.
//!
//! Owns: late interest and its indemnity, amounts of French bank statements. Does not own: the due date, which an
//! invoice states itself ([`due_date`]), and the sending of reminders. Invariant: a payment on its due date costs
//! nothing more.

mod cfonb;
mod late_interest;

pub use super::invoice::due_date;
pub use cfonb::{CfonbError, parse_amount};
pub use late_interest::{Buyer, LateInterest, LateInterestError, RECOVERY_INDEMNITY, ReferenceRate, late_interest};
