//! Where things stand: the facility, its rooms, aisles and racks.
//!
//! Owns: the physical places and their electrical limits. Does not own: what is measured there (metering) or who
//! rents it (contract).

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ids::{AisleCode, MeterCode, RackCode, RoomCode};
use super::party::Address;

/// The data centre itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    pub code: String,
    pub name: String,
    pub address: Address,
    /// Billing months are calendar months of this zone.
    pub zone: Tz,
    /// Counters of all energy the facility draws; with `it_energy_meters` they give the measured PUE of a month.
    pub facility_energy_meters: Vec<MeterCode>,
    /// Counters of the energy the hosted equipment draws.
    pub it_energy_meters: Vec<MeterCode>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    pub code: RoomCode,
    pub name: String,
    pub aisles: Vec<Aisle>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aisle {
    pub code: AisleCode,
    pub name: String,
    pub racks: Vec<Rack>,
}

/// A rack of 42 to 52 U with two feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rack {
    pub code: RackCode,
    /// Height in rack units.
    pub height_u: u16,
    /// What one feed is rated for, in kW. Redundancy is lost above 0.8 × this.
    pub feed_rated_kw: Decimal,
}

/// One of the two independent supplies of a rack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Feed {
    A,
    B,
}

impl Feed {
    pub const fn name(self) -> &'static str {
        match self {
            Feed::A => "A",
            Feed::B => "B",
        }
    }
}
