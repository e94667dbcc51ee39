//! Money: payments and statements, what is late, reminders, claims of interest.

use super::*;

pub mod claims;
pub mod dunning;
pub mod kept;
pub mod on_account;
pub mod payment_list;
pub mod reminder;
