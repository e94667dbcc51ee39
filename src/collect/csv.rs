//! CSV: `meter,at,value[,unit][,quality][,correction]` in any order, or the French way with `;` and decimal commas.

use std::borrow::Cow;
use std::io::BufRead;

use super::cells::Cells;
use super::columns::{ColumnFault, Columns, Known};
use super::file::{FileError, each_line};
use super::{Place, RecordError, SubmittedReading, part, text};
use crate::domain::metering::Quality;
use crate::domain::money::AmountError;
use crate::domain::quantity::{NoRegisterUnit, Unit};
use crate::domain::told::{Tell, Told, Value};

const KNOWN: Known<6> = Known {
    english: ["meter", "at", "value", "unit", "quality", "correction"],
    french: ["compteur", "horodatage", "valeur", "unité", "qualité", "motif"],
    required: 3,
};

struct Header {
    columns: Columns<6>,
    decimal_comma: bool,
}

/// Reads records until the end; `delimiter` was found in the header line.
pub fn read(source: impl BufRead, delimiter: u8, each: &mut dyn FnMut(super::Record<'_>)) -> Result<(), FileError> {
    let mut cells = Cells::separated_by(delimiter);
    let mut header = None;
    let mut any = false;
    each_line(source, |number, line| {
        cells.take(line);
        let Some(header) = &header else {
            header = Some(Header::of(&cells, delimiter == b';')?);
            return Ok(());
        };
        any = true;
        let place = Place::Line(number);
        each(match header.reading(&cells) {
            Ok(reading) => Ok((place, reading)),
            Err(why) => Err(RecordError { place, why }),
        });
        Ok(())
    })?;
    if any { Ok(()) } else { Err(FileError::NoRecords) }
}

/// Every column under both its names: `meter (compteur), at (horodatage)`.
fn known_columns() -> String {
    let both: Vec<String> =
        KNOWN.english.iter().zip(KNOWN.french).map(|(english, french)| format!("{english} ({french})")).collect();
    both.join(", ")
}

impl Header {
    fn of(names: &Cells, decimal_comma: bool) -> Result<Header, FileError> {
        let columns = KNOWN.columns(names).map_err(|fault| match fault {
            ColumnFault::Encoding => FileError::HeaderNotUtf8,
            ColumnFault::Unknown(name) => FileError::UnknownColumn { name, known: known_columns() },
            ColumnFault::Repeated(name) => FileError::RepeatedColumn { name },
            ColumnFault::Missing(name) => FileError::MissingColumn { name: name.to_owned() },
        })?;
        Ok(Header { columns, decimal_comma })
    }

    /// The trimmed cell of a column; none where it is absent or empty.
    fn cell<'r>(&self, record: &'r Cells, column: usize) -> Result<Option<&'r str>, Told> {
        let Some(bytes) = self.columns.cell(record, column) else { return Ok(None) };
        let text = std::str::from_utf8(bytes).map_err(|error| text::not_utf8(&error))?;
        Ok(Some(text.trim()).filter(|text| !text.is_empty()))
    }

    fn required<'r>(&self, record: &'r Cells, column: usize) -> Result<&'r str, Told> {
        let name = KNOWN.english.get(column).copied().unwrap_or_default();
        let empty = || Told::new("record-empty", format!("{name} is empty"));
        self.cell(record, column)?.ok_or_else(|| empty().with("part", Told::new(&format!("part-{name}"), name)))
    }

    fn reading<'r>(&self, record: &'r Cells) -> Result<SubmittedReading<'r>, Told> {
        if record.count() != self.columns.width() {
            let (found, expected) = (record.count(), self.columns.width());
            let english = format!(
                "it has {found} cells, the header has {expected}: a decimal comma needs `;` between cells, and a \
                 quotation mark that opens a cell another at its end"
            );
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
        let unit = unit.map_err(|error: NoRegisterUnit| part("unit", error.told()))?;
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
