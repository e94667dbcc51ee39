//! Readings in: CSV, NDJSON, JSON arrays and CloudEvents, from files and request bodies.
//!
//! Owns: the forms readings arrive in, and where in its input each stood. Does not own: whether the meter exists, the
//! unit fits or the value is a duplicate (app). Invariants: a value is read from its digits, never through a float; an
//! instant carries its offset; one bad record never stops the others, while a broken container (encoding, gzip, a
//! line without end) stops the input there; memory is bounded whatever arrives.

use std::borrow::Cow;
use std::fmt;

use crate::domain::calendar::{CalendarError, Timestamp};
use crate::domain::metering::Quality;
use crate::domain::quantity::{Micro, Unit, UnknownUnit};

mod array;
mod batch;
mod cloudevents;
mod csv;
mod exact;
mod file;
mod ndjson;
#[cfg(test)]
mod tests;

pub use batch::{BATCH_RECORDS_MAX, BatchFormat, ParsedBatch, parse_batch};
pub use exact::ValueFault;
pub use file::{FileFormat, ReadingFile};

/// The longest record accepted, in bytes: a reading has some hundred.
pub const RECORD_MAX_BYTES: usize = 1024 * 1024;

/// A reading as somebody sent it: its meter by code, not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedReading<'a> {
    pub meter: Cow<'a, str>,
    pub at: Timestamp,
    pub value: Micro,
    /// The unit the sender believes the value has, to be compared with the register's.
    pub unit: Option<Unit>,
    pub quality: Quality,
    /// Who or what says so: a device, a file, a person.
    pub source: Option<Cow<'a, str>>,
    /// Why an earlier value is replaced; its presence is what makes this a correction.
    pub correction: Option<Cow<'a, str>>,
}

impl SubmittedReading<'_> {
    /// The same reading without its input.
    pub fn into_owned(self) -> SubmittedReading<'static> {
        let owned = |text: Cow<str>| Cow::Owned(text.into_owned());
        SubmittedReading {
            meter: owned(self.meter),
            at: self.at,
            value: self.value,
            unit: self.unit,
            quality: self.quality,
            source: self.source.map(owned),
            correction: self.correction.map(owned),
        }
    }
}

/// Where a record stands in its (uncompressed) input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub counted: Counted,
    /// From 1.
    pub number: u64,
    /// The record's first byte; from 0.
    pub byte: u64,
}

/// What the number of a [`Place`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    Lines,
    /// Elements of a JSON array.
    Elements,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = match self.counted {
            Counted::Lines => "line",
            Counted::Elements => "element",
        };
        write!(f, "{counted} {} (byte {})", self.number, self.byte)
    }
}

/// One record of an input: a reading, or why it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    pub place: Place,
    pub reading: Result<SubmittedReading<'a>, RecordFault>,
}

/// A record that was refused; the others go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Refusal {
    pub place: Place,
    pub fault: RecordFault,
}

/// Why a record is no reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    #[error("value {0}")]
    Value(#[from] ValueFault),
    #[error("at {0}")]
    At(#[from] CalendarError),
    #[error("unit {0}")]
    Unit(#[from] UnknownUnit),
    #[error("quality `{0}` is not known; write measured, estimated or corrected")]
    Quality(String),
    #[error("a corrected reading says why; add `correction` with the reason")]
    CorrectionWithoutReason,
    #[error("meter is empty; write the meter's code")]
    NoMeter,
    #[error("column {column}: {reason}; write for example {example}")]
    NotJson { column: usize, reason: String, example: &'static str },
    #[error("the event's {attribute} is `{found}`; it must be {expected}")]
    Event { attribute: &'static str, found: String, expected: &'static str },
    #[error("has {found} columns where the header has {expected}; quote a text that holds the separator")]
    Columns { found: usize, expected: usize },
    #[error("{column} is missing; give every record its {column}")]
    MissingColumn { column: &'static str },
}

/// Why an input cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum BrokenInput {
    #[error("{place}: cannot be read: {source}")]
    Io { place: Place, source: std::io::Error },
    #[error(
        "{place}: the gzip stream is truncated or damaged ({reason}); compress and send it again. What came before was read"
    )]
    Gzip { place: Place, reason: String },
    #[error("{place}: longer than {RECORD_MAX_BYTES} bytes without an end; write one reading a line")]
    RecordTooLong { place: Place },
    #[error("{place}: byte {byte} of the input is not UTF-8; save or send it in the encoding UTF-8")]
    NotUtf8 { place: Place, byte: u64 },
    #[error("{place}: {reason}")]
    Array { place: Place, reason: &'static str },
    #[error(
        "the header `{header}` has no column `{missing}`; write meter,at,value and, where needed, unit, quality, correction, source"
    )]
    Header { header: String, missing: &'static str },
    #[error("the header has the column `{column}`{}; known are meter, at, value, unit, quality, correction, source", if *twice { " twice" } else { ", which is not known" })]
    HeaderColumn { column: String, twice: bool },
    #[error("more than {limit} readings in one request; send them in several")]
    TooMany { limit: usize },
    #[error("there is no reading in it; send at least one")]
    Empty,
}

/// The quality a record has: as told, and corrected where a reason for a correction is given.
fn quality(told: Option<&str>, correction: Option<&str>) -> Result<Quality, RecordFault> {
    let told = match told {
        None | Some("") => None,
        Some("measured") => Some(Quality::Measured),
        Some("estimated") => Some(Quality::Estimated),
        Some("corrected") => Some(Quality::Corrected),
        Some(other) => return Err(RecordFault::Quality(other.to_owned())),
    };
    match (told, correction) {
        (Some(Quality::Corrected), None) => Err(RecordFault::CorrectionWithoutReason),
        (None, Some(_)) => Ok(Quality::Corrected),
        (told, _) => Ok(told.unwrap_or_default()),
    }
}
