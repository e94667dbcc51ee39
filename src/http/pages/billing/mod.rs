//! Billing a month: runs, drafts, lines added by hand; what availability allows; what a running month may cost.

use super::*;

pub mod availability;
pub mod estimate;
pub mod runs;
