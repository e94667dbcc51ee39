//! What meters say.
//!
//! Owns: meters, their readings, and usage: counter differences with rollover, declared reset and swap, boundary
//! interpolation, gaps, time-weighted means, demand, percentile, occupancy, PUE (handbook, Metering). Does not own:
//! prices, contracts, where readings are stored, what a contract lets a gap do. Invariants: usage is computed from
//! integers in millionths of a unit; consecutive periods share the index at their boundary, so their usages add up to
//! the whole; an undeclared decrease is an anomaly, never a negative or a huge bill.

mod assigned;
mod counter;
mod coverage;
mod daily;
mod gauge;
mod meter;
mod occupancy;
mod problem;
mod profile;
mod project;
mod pue;
mod reading;
mod redundancy;
mod usage;
mod windows;

#[cfg(test)]
mod tests;

pub use assigned::{Assigned, deciding_window, usage};
pub use coverage::{Anomaly, Coverage, bridge};
pub use meter::{Meter, Register, RegisterKind, Reset};
pub use problem::MeteringProblem;
pub use profile::{SlotValue, day_slots, profile, window_slots};
pub use project::projected;
pub use pue::{PueError, pue};
pub use reading::{Quality, Reading, Sample};
pub use redundancy::{Episode, FEED_LOAD_LIMIT, Overload, episodes, redundancy_lost};
pub use usage::{Gap, IndexAt, Measure, MeterUsage, Restart, RestartKind, Usage, Windows};
