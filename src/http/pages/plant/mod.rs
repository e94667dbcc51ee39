//! The plant: racks, meters, readings, usage, alarms.

use super::*;

pub mod alarms;
pub mod meter;
pub mod meters;
pub mod plant_figures;
pub mod racks;
pub mod readings_upload;
pub mod resolve;
pub mod usage;
