//! Entries as they stand in the books.

use std::fmt;

use chrono::{DateTime, Datelike, Utc};

use super::{Journal, JournalEntry};
use crate::domain::ids::JournalEntryId;

/// An entry that was posted, with the number it was given then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedEntry {
    pub id: JournalEntryId,
    pub number: EntryNumber,
    pub posted_at: DateTime<Utc>,
    pub entry: JournalEntry,
}

/// Opening and closing entries are numbered apart: those that open a year stand first in its books however late they
/// are posted (livre des procédures fiscales, A47 A-1, VII 3°), and those that close it are no part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntrySeries {
    Opening,
    Current,
    Closing,
}

impl EntrySeries {
    pub const fn of(journal: Journal) -> EntrySeries {
        match journal {
            Journal::Opening => EntrySeries::Opening,
            Journal::Closing => EntrySeries::Closing,
            _ => EntrySeries::Current,
        }
    }

    /// As it is stored and as it stands in a number; nothing for current entries.
    pub const fn code(self) -> &'static str {
        match self {
            EntrySeries::Opening => "AN",
            EntrySeries::Current => "",
            EntrySeries::Closing => "CL",
        }
    }
}

/// The place of an entry in its year: without a gap, in the order of posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryNumber {
    pub fiscal_year: i32,
    pub series: EntrySeries,
    /// From 1.
    pub position: i64,
}

impl EntryNumber {
    /// The number of `entry` at `position` of its series.
    pub fn of(entry: &JournalEntry, position: i64) -> EntryNumber {
        EntryNumber { fiscal_year: entry.date.year(), series: EntrySeries::of(entry.journal), position }
    }

    /// The number made of what is stored of it, whether or not it fits its entry.
    pub fn text(fiscal_year: i64, series: &str, position: i64) -> String {
        let dash = if series.is_empty() { "" } else { "-" };
        format!("{fiscal_year:04}-{series}{dash}{position:06}")
    }
}

impl fmt::Display for EntryNumber {
    /// `2026-000123`, `2026-AN-000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&EntryNumber::text(self.fiscal_year.into(), self.series.code(), self.position))
    }
}

impl serde::Serialize for EntryNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
