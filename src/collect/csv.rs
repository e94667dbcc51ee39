//! CSV: `meter,at,value[,unit][,quality][,correction]` in any order, or the French way with `;` and decimal commas.

use std::borrow::Cow;
use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::file::FileError;
use super::{Place, RecordError, SubmittedReading, part, text};
use crate::domain::metering::Quality;
use crate::domain::money::AmountError;
use crate::domain::quantity::{Unit, UnknownUnit};
use crate::domain::told::{Tell, Told, Value};

const COLUMNS: [&str; 6] = ["meter", "at", "value", "unit", "quality", "correction"];
/// The same in French, in the same order.
const FRENCH_COLUMNS: [&str; COLUMNS.len()] = ["compteur", "horodatage", "valeur", "unité", "qualité", "motif"];

/// Where each known column stands in the file.
struct Header {
    positions: [Option<usize>; COLUMNS.len()],
    /// Cells a line must have.
    width: usize,
    decimal_comma: bool,
}

/// Reads records until the end; `delimiter` was found in the header line.
pub fn read(source: impl Read, delimiter: u8, each: &mut dyn FnMut(super::Record<'_>)) -> Result<(), FileError> {
    // Cells are trimmed, so a carriage return before the line feed does no harm, and lines are counted rightly.
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).flexible(true).from_reader(source);
    let header = Header::of(reader.byte_headers().map_err(FileError::from_csv)?, delimiter == b';')?;
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(FileError::from_csv)? {
        let place = Place::Line(record.position().map_or(0, csv::Position::line));
        each(match header.reading(&record) {
            Ok(reading) => Ok((place, reading)),
            Err(why) => Err(RecordError { place, why }),
        });
    }
    Ok(())
}

/// Every column under both its names: `meter (compteur), at (horodatage)`.
fn known_columns() -> String {
    let both: Vec<String> =
        COLUMNS.iter().zip(FRENCH_COLUMNS).map(|(english, french)| format!("{english} ({french})")).collect();
    both.join(", ")
}

impl Header {
    fn of(names: &ByteRecord, decimal_comma: bool) -> Result<Header, FileError> {
        let mut positions = [None; COLUMNS.len()];
        for (position, name) in names.iter().enumerate() {
            let name = std::str::from_utf8(name).map_err(|_| FileError::HeaderNotUtf8)?.trim().to_lowercase();
            let known =
                COLUMNS.iter().zip(FRENCH_COLUMNS).position(|(english, french)| *english == name || french == name);
            match known.and_then(|column| positions.get_mut(column)) {
                Some(slot) if slot.is_some() => return Err(FileError::RepeatedColumn { name }),
                Some(slot) => *slot = Some(position),
                None => return Err(FileError::UnknownColumn { name, known: known_columns() }),
            }
        }
        let header = Header { positions, width: names.len(), decimal_comma };
        let missing = COLUMNS.iter().take(3).enumerate().find(|(column, _)| header.position(*column).is_none());
        match missing {
            Some((_, name)) => Err(FileError::MissingColumn { name: (*name).to_owned() }),
            None => Ok(header),
        }
    }

    fn position(&self, column: usize) -> Option<usize> {
        self.positions.get(column).copied().flatten()
    }

    /// The trimmed cell of a column; none where it is absent or empty.
    fn cell<'r>(&self, record: &'r ByteRecord, column: usize) -> Result<Option<&'r str>, Told> {
        let Some(bytes) = self.position(column).and_then(|position| record.get(position)) else { return Ok(None) };
        let text = std::str::from_utf8(bytes).map_err(|error| text::not_utf8(&error))?;
        Ok(Some(text.trim()).filter(|text| !text.is_empty()))
    }

    fn required<'r>(&self, record: &'r ByteRecord, column: usize) -> Result<&'r str, Told> {
        let name = COLUMNS.get(column).copied().unwrap_or_default();
        let empty = || Told::new("record-empty", format!("{name} is empty"));
        self.cell(record, column)?.ok_or_else(|| empty().with("part", Told::new(&format!("part-{name}"), name)))
    }

    fn reading<'r>(&self, record: &'r ByteRecord) -> Result<SubmittedReading<'r>, Told> {
        if record.len() != self.width {
            let (found, expected) = (record.len(), self.width);
            let english =
                format!("it has {found} cells, the header has {expected}: a decimal comma needs `;` between cells");
            return Err(Told::new("record-cells", english).with("found", found).with("expected", expected));
        }
        let [meter, at, value, unit, quality, correction] = [0, 1, 2, 3, 4, 5];
        let digits = self.required(record, value)?;
        if self.decimal_comma && digits.contains('.') {
            let english = format!("`{digits}` has a point: with `;` between cells decimals have a comma");
            return Err(part("value", Told::new("record-point", english).with("text", digits)));
        }
        let written = digits;
        let digits = if self.decimal_comma { Cow::Owned(digits.replace(',', ".")) } else { Cow::Borrowed(digits) };
        let quality = self.cell(record, quality)?.map(quality_named).transpose()?;
        let unit = self.cell(record, unit)?.map(Unit::of_reading).transpose();
        let unit = unit.map_err(|error: UnknownUnit| part("unit", error.told()))?;
        Ok(SubmittedReading {
            meter: Cow::Borrowed(self.required(record, meter)?),
            at: text::timestamp(self.required(record, at)?).map_err(|error| part("at", error.told()))?,
            value: text::micro(&digits).map_err(|error| part("value", self.no_number(&error, &digits, written)))?,
            unit,
            quality: quality.unwrap_or_default(),
            correction: self.cell(record, correction)?.map(Cow::Borrowed),
        })
    }

    /// What is wrong with a number, and how this file writes one.
    fn no_number(&self, error: &AmountError, digits: &str, written: &str) -> Told {
        if self.decimal_comma && matches!(error, AmountError::NotANumber(_)) {
            let english = format!(
                "`{written}` is not a decimal number; write digits, without spaces and with a comma before the decimals, \
                 such as 1951,6"
            );
            return Told::new("record-no-number", english).with("text", written);
        }
        as_written(error.told(), digits, written)
    }
}

/// What is wrong with a number, quoting it as the file writes it: its comma was made a point to read it.
fn as_written(told: Told, digits: &str, written: &str) -> Told {
    let english = told.english.replace(&format!("`{digits}`"), &format!("`{written}`"));
    let quoted = |value| match value {
        Value::Text(text) if text == digits => Value::Text(written.to_owned()),
        other => other,
    };
    let values = told.values.into_iter().map(|(name, value)| (name, quoted(value))).collect();
    Told { english, values, ..told }
}

fn quality_named(name: &str) -> Result<Quality, Told> {
    match name {
        "measured" => Ok(Quality::Measured),
        "estimated" => Ok(Quality::Estimated),
        "corrected" => Ok(Quality::Corrected),
        other => {
            let english = format!("`{other}` is not measured, estimated or corrected");
            Err(part("quality", Told::new("record-quality", english).with("text", other)))
        }
    }
}
