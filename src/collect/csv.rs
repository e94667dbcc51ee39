//! Readings as CSV: a header, then one reading a line.
//!
//! `meter,at,value` and, where needed, `unit`, `quality`, `correction`, `source`, in any order. With `;` as separator,
//! as French spreadsheets write it, decimals may have a comma; the columns may have their French names.

use std::borrow::Cow;

use super::exact::{excerpt, instant, value};
use super::ndjson::unit;
use super::{BrokenInput, RecordFault, SubmittedReading, quality};

/// Which column holds what, as the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    separator: char,
    count: usize,
    positions: [Option<usize>; NAMES.len()],
}

/// Each column by its names, in the order of [`Columns::positions`].
const NAMES: [(&str, &str); 7] = [
    ("meter", "compteur"),
    ("at", "horodatage"),
    ("value", "valeur"),
    ("unit", "unité"),
    ("quality", "qualité"),
    ("correction", "motif"),
    ("source", "origine"),
];

impl Columns {
    pub fn of_header(header: &str) -> Result<Columns, BrokenInput> {
        let header = header.strip_suffix('\r').unwrap_or(header);
        let separator = if header.contains(';') { ';' } else { ',' };
        let mut columns = Columns { separator, count: 0, positions: [None; NAMES.len()] };
        for name in header.split(separator) {
            columns.add(name.trim().trim_matches('"'))?;
        }
        let required = columns.positions.iter().zip(NAMES).take(3);
        for (position, (name, _)) in required {
            if position.is_none() {
                return Err(BrokenInput::Header { header: excerpt(header), missing: name });
            }
        }
        Ok(columns)
    }

    fn add(&mut self, name: &str) -> Result<(), BrokenInput> {
        let lower = name.to_lowercase();
        let known = NAMES.iter().position(|(english, french)| lower == *english || lower == *french);
        let slot = known.and_then(|known| self.positions.get_mut(known));
        match slot {
            Some(slot @ None) => *slot = Some(self.count),
            taken => return Err(BrokenInput::HeaderColumn { column: excerpt(name), twice: taken.is_some() }),
        }
        self.count += 1;
        Ok(())
    }

    /// Reads one line.
    pub fn record<'a>(&self, line: &'a str) -> Result<SubmittedReading<'a>, RecordFault> {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut fields: [Cow<'a, str>; NAMES.len()] = Default::default();
        let mut found = 0;
        self.split(line, |position, field| {
            found += 1;
            let slot = self.positions.iter().position(|known| *known == Some(position));
            if let Some(slot) = slot.and_then(|slot| fields.get_mut(slot)) {
                *slot = field;
            }
        });
        if found != self.count {
            return Err(RecordFault::Columns { found, expected: self.count });
        }
        self.reading(fields)
    }

    /// Hands each field of `line` with its position to `take`. Quotes are rare enough to be left to the csv crate.
    fn split<'a>(&self, line: &'a str, mut take: impl FnMut(usize, Cow<'a, str>)) {
        if !line.contains('"') {
            line.split(self.separator).enumerate().for_each(|(position, field)| take(position, Cow::Borrowed(field)));
            return;
        }
        let separator = if self.separator == ';' { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(line.as_bytes());
        if let Some(Ok(record)) = reader.records().next() {
            record.iter().enumerate().for_each(|(position, field)| take(position, Cow::Owned(field.to_owned())));
        }
    }

    fn reading<'a>(&self, fields: [Cow<'a, str>; NAMES.len()]) -> Result<SubmittedReading<'a>, RecordFault> {
        let [meter, at, digits, unit_name, quality_name, correction, source] = fields.map(trimmed);
        for (field, column) in [(&meter, "meter"), (&at, "at"), (&digits, "value")] {
            if field.is_empty() {
                return Err(RecordFault::MissingColumn { column });
            }
        }
        let point = if self.separator == ';' { b',' } else { b'.' };
        let correction = Some(correction).filter(|reason| !reason.is_empty());
        Ok(SubmittedReading {
            meter,
            at: instant(&at)?,
            value: value(&digits, point)?,
            unit: unit(Some(&unit_name))?,
            quality: quality(Some(&quality_name), correction.as_deref())?,
            source: Some(source).filter(|source| !source.is_empty()),
            correction,
        })
    }
}

fn trimmed(field: Cow<str>) -> Cow<str> {
    match field {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
