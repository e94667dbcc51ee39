//! Seals: one event that holds the digest of many things.
//!
//! A day (UTC) of readings is a Merkle tree with a leaf per meter; each leaf holds the SHA-256 over the meter's lines
//! of that day exactly as the evidence pack writes them. A stretch of the journal is a Merkle tree with a leaf per
//! entry.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::merkle::Tree;
use super::{canonical, hex, sha256_hex};

/// A reading as a line of CSV: `at,meter,value,quality,source`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingLine<'a> {
    /// RFC 3339 in UTC.
    pub at: String,
    pub meter: &'a str,
    /// As first stored, in the unit of its register, without trailing zeros.
    pub value: String,
    /// `measured`, `estimated`, `corrected`.
    pub quality: &'static str,
    pub source: &'a str,
}

impl ReadingLine<'_> {
    pub const HEADER: &'static str = "at,meter,value,quality,source\n";
}

impl fmt::Display for ReadingLine<'_> {
    /// With its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, meter, value, quality, source } = self;
        writeln!(f, "{at},{},{value},{quality},{}", csv_field(meter), csv_field(source))
    }
}

/// A value as a field of CSV; a line feed becomes a space, so that a line is a record.
pub fn csv_field(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace(['\n', '\r'], " ").replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

/// A correction as a line of canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorrectionLine {
    pub at: String,
    pub meter: String,
    /// None where the reading was missing.
    pub old: Option<String>,
    pub value: String,
    pub reason: String,
    pub recorded_at: String,
}

impl CorrectionLine {
    /// With its line feed.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        Ok(canonical(self)? + "\n")
    }
}

/// Takes a day's lines in and gives its digests.
#[derive(Debug, Default)]
pub struct DayDigests {
    meters: BTreeMap<String, Growing>,
}

#[derive(Debug, Default)]
struct Growing {
    readings: u64,
    corrections: u64,
    hasher: Sha256,
}

/// What one meter said on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterDigest {
    pub meter: String,
    pub readings: u64,
    pub corrections: u64,
    /// Over its readings in time order, then its corrections in the order they were made.
    pub sha256: String,
}

impl DayDigests {
    pub fn reading(&mut self, meter: &str, line: &str) {
        let growing = self.of(meter);
        growing.readings += 1;
        growing.hasher.update(line);
    }

    /// After all readings of the meter.
    pub fn correction(&mut self, meter: &str, line: &str) {
        let growing = self.of(meter);
        growing.corrections += 1;
        growing.hasher.update(line);
    }

    fn of(&mut self, meter: &str) -> &mut Growing {
        if !self.meters.contains_key(meter) {
            self.meters.insert(meter.to_owned(), Growing::default());
        }
        self.meters.entry(meter.to_owned()).or_default()
    }

    /// By meter.
    pub fn finish(self) -> Vec<MeterDigest> {
        let digest = |(meter, growing): (String, Growing)| MeterDigest {
            meter,
            readings: growing.readings,
            corrections: growing.corrections,
            sha256: hex(&growing.hasher.finalize()),
        };
        self.meters.into_iter().map(digest).collect()
    }
}

impl MeterDigest {
    /// `2026-10-01,A01-A-kwh,144,0,9f…`: the leaf's data, and a line of the pack's list of digests.
    pub fn line(&self, day: NaiveDate) -> String {
        format!("{day},{},{},{},{}", csv_field(&self.meter), self.readings, self.corrections, self.sha256)
    }
}

/// What the trail says of a day of readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySeal {
    pub day: NaiveDate,
    pub meters: u64,
    pub readings: u64,
    pub corrections: u64,
    pub root: String,
}

impl DaySeal {
    pub fn over(day: NaiveDate, digests: &[MeterDigest]) -> DaySeal {
        let tree: Tree = digests.iter().map(|digest| digest.line(day)).collect();
        DaySeal {
            day,
            meters: tree.size(),
            readings: digests.iter().map(|digest| digest.readings).sum(),
            corrections: digests.iter().map(|digest| digest.corrections).sum(),
            root: hex(&tree.root()),
        }
    }
}

/// A posted entry as a line of canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealedEntry<'a, L> {
    /// Its place in the order of posting.
    pub id: i64,
    pub posted_at: DateTime<Utc>,
    /// `2026-000123`. Left out where a seal of before seals held numbers is worked out again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<&'a str>,
    pub journal: &'a str,
    pub date: NaiveDate,
    pub document: &'a str,
    pub label: &'a str,
    pub lines: &'a [L],
}

impl<L: Serialize> SealedEntry<'_, L> {
    /// Without a line feed.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        canonical(self)
    }
}

/// What the event of a posting says of the entry it posted, so that it is held from its first second on.
#[must_use = "the event of a posting names the entries it posted"]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryDigest {
    pub journal: String,
    pub document: String,
    pub number: String,
    pub date: NaiveDate,
    pub label: String,
    /// Over the entry's line, as the pack's journal holds it.
    pub sha256: String,
}

impl EntryDigest {
    /// Of an entry that has its number.
    pub fn of<L: Serialize>(entry: &SealedEntry<'_, L>, number: &str) -> Result<EntryDigest, serde_json::Error> {
        Ok(EntryDigest {
            journal: entry.journal.to_owned(),
            document: entry.document.to_owned(),
            number: number.to_owned(),
            date: entry.date,
            label: entry.label.to_owned(),
            sha256: sha256_hex(entry.line()?.as_bytes()),
        })
    }
}

/// What the trail says of a stretch of the journal: the entries after the former seal of its kind, up to `through`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalSeal {
    pub from: i64,
    pub through: i64,
    pub entries: u64,
    pub root: String,
    /// Whether it is over lines with their numbers. The first that is begins with the first entry again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub numbered: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: &str, meter: &str, value: &str) -> String {
        let (at, value) = (at.to_owned(), value.to_owned());
        ReadingLine { at, meter, value, quality: "measured", source: "a \"b\", c" }.to_string()
    }

    #[test]
    fn a_line_is_one_record_whatever_its_source() {
        let line = line("2026-10-01T00:00:00Z", "A01", "1.5");
        assert_eq!(line, "2026-10-01T00:00:00Z,A01,1.5,measured,\"a \"\"b\"\", c\"\n");
        assert_eq!(csv_field("two\nlines"), "\"two lines\"");
    }

    #[test]
    fn a_days_root_tells_meters_values_and_days_apart() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        let seal = |value: &str, day| {
            let mut digests = DayDigests::default();
            digests.reading("B", &line("2026-10-01T00:00:00Z", "B", "2"));
            digests.reading("A", &line("2026-10-01T00:00:00Z", "A", value));
            digests.correction("A", "{}\n");
            DaySeal::over(day, &digests.finish())
        };
        let sealed = seal("1", day);
        assert_eq!((sealed.meters, sealed.readings, sealed.corrections), (2, 2, 1));
        assert_eq!(sealed, seal("1", day));
        assert_ne!(sealed.root, seal("1.1", day).root);
        assert_ne!(sealed.root, seal("1", day.succ_opt().unwrap()).root);
    }
}
