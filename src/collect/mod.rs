//! Readings in, as files and request bodies spell them.
//!
//! Owns: CSV, NDJSON, JSON arrays and CloudEvents, gzip, the place of each mistake. Does not own: whether a reading can
//! be what its meter showed (app). Invariants: memory does not grow with a file; a number goes from its digits to
//! millionths without a float; one bad record does not stop the others. `docs/readings.md` describes the formats.

pub mod balances;
mod batch;
mod cells;
mod columns;
mod csv;
mod event;
mod figures;
mod file;
mod json;
pub mod statement;
mod text;

use std::borrow::Cow;

pub use batch::{BatchError, BatchFormat, READINGS_MAX, parse_batch};
pub use event::EventAttributes;
pub use figures::{FigureFile, FigureTexts, SubmittedFigure, figures, one_figure};
pub use file::{FileError, check_whole, read};

use crate::domain::calendar::Timestamp;
use crate::domain::metering::Quality;
use crate::domain::quantity::{Micro, Unit};
use crate::domain::told::Told;

/// A reading as it was sent, not yet held against its meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedReading<'a> {
    /// The meter's code.
    pub meter: Cow<'a, str>,
    pub at: Timestamp,
    pub value: Micro,
    pub unit: Option<Unit>,
    pub quality: Quality,
    /// Why it replaces what is stored, where it is a correction.
    pub correction: Option<Cow<'a, str>>,
}

impl SubmittedReading<'_> {
    /// The same without what it was read from.
    pub fn into_owned(self) -> SubmittedReading<'static> {
        SubmittedReading {
            meter: Cow::Owned(self.meter.into_owned()),
            at: self.at,
            value: self.value,
            unit: self.unit,
            quality: self.quality,
            correction: self.correction.map(|reason| Cow::Owned(reason.into_owned())),
        }
    }
}

/// A record that is no reading: where it stands and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {}", .why.english)]
pub struct RecordError {
    pub place: Place,
    pub why: Told,
}

/// What is wrong with one part of a record; `name` is the part's name in the formats.
fn part(name: &str, why: Told) -> Told {
    let english = format!("{name}: {}", why.english);
    Told::new("record-part", english).with("part", Told::new(&format!("part-{name}"), name)).with("why", why)
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of a file, counted from 1.
    Line(u64),
    /// An element of a JSON array, counted from 0.
    Element(u64),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Element(index) => write!(f, "element {index}"),
        }
    }
}

/// A record: a reading and its place, or why it is none.
pub type Record<'a> = Result<(Place, SubmittedReading<'a>), RecordError>;
