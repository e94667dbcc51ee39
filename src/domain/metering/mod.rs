//! What meters say.
//!
//! Owns: meters, their readings, and usage: counter differences with rollover, declared reset and swap, boundary
//! interpolation, gaps, time-weighted means, demand, percentile, occupancy, PUE (handbook, Metering). Does not own:
//! prices, contracts, where readings are stored. Invariants: usage is computed from integers in millionths of a unit;
//! consecutive periods share the index at their boundary, so their usages add up to the whole; an undeclared decrease
//! is an anomaly, never a negative or a huge bill.

mod meter;
mod reading;
mod usage;

pub use meter::{Meter, Register, RegisterKind, Reset};
pub use reading::{Quality, Reading, Sample};
pub use usage::{Gap, IndexAt, Measure, MeterUsage, Restart, RestartKind, Usage};
