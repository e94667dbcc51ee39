//! A meter and its register.

use serde::{Deserialize, Serialize};

use crate::domain::calendar::{Period, Timestamp};
use crate::domain::facility::Feed;
use crate::domain::ids::{MeterCode, RackCode};
use crate::domain::quantity::{Micro, Unit};

/// What a meter's register holds, which fixes its unit and how it is differenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Register {
    /// A cumulative index in kWh.
    Energy,
    /// An instantaneous value in kW.
    Power,
    /// An instantaneous value in TB.
    Storage,
    /// "n units from this moment", in U.
    Occupancy,
}

/// How a register's values become usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterKind {
    Counter,
    Gauge,
    Occupancy,
}

impl Register {
    pub const fn kind(self) -> RegisterKind {
        match self {
            Register::Energy => RegisterKind::Counter,
            Register::Power | Register::Storage => RegisterKind::Gauge,
            Register::Occupancy => RegisterKind::Occupancy,
        }
    }

    pub const fn unit(self) -> Unit {
        match self {
            Register::Energy => Unit::KilowattHour,
            Register::Power => Unit::Kilowatt,
            Register::Storage => Unit::Terabyte,
            Register::Occupancy => Unit::RackUnit,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Register::Energy => "energy",
            Register::Power => "power",
            Register::Storage => "storage",
            Register::Occupancy => "occupancy",
        }
    }
}

/// A device that measures one thing in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    pub code: MeterCode,
    pub register: Register,
    pub rack: Option<RackCode>,
    pub feed: Option<Feed>,
    /// The count at which the register returns to zero (a 6-digit kWh index: 1,000,000). Counters only.
    pub modulus: Option<Micro>,
    /// Neighbours of a boundary further apart than this make the usage estimated; a longer silence is a gap.
    pub tolerance_seconds: i64,
    pub installed_at: Timestamp,
    /// When it was taken out, if it was: no reading is accepted from then on.
    pub removed_at: Option<Timestamp>,
    /// Declared restarts of the index, oldest first. Counters only.
    pub resets: Vec<Reset>,
}

impl Meter {
    /// Two hours (handbook, Metering).
    pub const DEFAULT_TOLERANCE_SECONDS: i64 = 2 * 3600;

    /// The span in which the meter can be read. A removed meter's last reading is taken at `removed_at` itself.
    pub fn in_service(&self) -> Period {
        Period {
            from: self.installed_at,
            to: self.removed_at.map_or(Timestamp::from_seconds(i64::MAX), |at| at.plus_seconds(1)),
        }
    }
}

/// A declared restart of a counter's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    pub at: Timestamp,
    /// What the register showed just before, where somebody read it; without it, consumption between the last reading
    /// and the reset is not billed.
    pub final_index: Option<Micro>,
    /// What it showed just after.
    pub new_index: Micro,
}
