//! Reports: as tables, as files, and kept.

use super::*;

pub mod reports;
