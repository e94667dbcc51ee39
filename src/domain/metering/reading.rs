//! A reading: one meter's value at one instant.

use serde::{Deserialize, Serialize};

use crate::domain::calendar::Timestamp;
use crate::domain::ids::MeterId;
use crate::domain::quantity::Micro;

/// How a value came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    #[default]
    Measured,
    Estimated,
    Corrected,
}

impl Quality {
    /// The number stored with each reading.
    pub const fn code(self) -> i16 {
        match self {
            Quality::Measured => 0,
            Quality::Estimated => 1,
            Quality::Corrected => 2,
        }
    }

    pub const fn from_code(code: i16) -> Option<Quality> {
        match code {
            0 => Some(Quality::Measured),
            1 => Some(Quality::Estimated),
            2 => Some(Quality::Corrected),
            _ => None,
        }
    }
}

/// A meter's value at an instant, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub meter: MeterId,
    pub at: Timestamp,
    pub value: Micro,
    pub quality: Quality,
}

impl Reading {
    pub const fn sample(&self) -> Sample {
        Sample { at: self.at, value: self.value }
    }
}

/// A reading whose meter is known from where it stands: what usage is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    pub at: Timestamp,
    pub value: Micro,
}
