//! The books of account: journal, balances, periods, the opening, the result.

use super::*;

pub mod allocation;
pub mod balances;
pub mod journal;
pub mod opening;
pub mod periods;
