//! Payback: the report with its curve, and figures of management.

use super::*;

mod curve;
pub mod figures;
pub mod payback_report;
