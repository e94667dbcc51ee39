//! A file of readings, of any size: gzip or not, CSV or JSON lines, recognised by its first bytes.

use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::text::Utf16;
use super::{Place, Record, RecordError, csv, json, text};
use crate::domain::told::{Tell, Told};

/// No record of readings is longer; a longer line is another kind of file, or an attack on our memory.
const LINE_BYTES_MAX: usize = 1 << 20;
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
const UTF8_BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// A file that cannot be read on. What was read before it stays.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has a first line and nothing below it: there is no reading in it")]
    NoRecords,
    #[error(transparent)]
    Utf16(#[from] Utf16),
    #[error("the first line is not UTF-8: save the file as UTF-8 (spreadsheets: \"CSV UTF-8\")")]
    HeaderNotUtf8,
    #[error("column `{name}` is not known: the columns are {known}")]
    UnknownColumn { name: String, known: String },
    #[error("column `{name}` stands twice in the first line: leave one out")]
    RepeatedColumn { name: String },
    #[error(
        "there is no column `{name}` in the first line: it must name meter (compteur), at (horodatage) and value (valeur)"
    )]
    MissingColumn { name: String },
    #[error("the file begins with a JSON array: write one object a line (NDJSON)")]
    Array,
    #[error(
        "line {line} is longer than {LINE_BYTES_MAX} bytes: this is not a file of readings, or its line ends are lost"
    )]
    LineTooLong { line: u64 },
    #[error("the file ends in the middle or is damaged ({0}): send it again")]
    Damaged(io::Error),
}

impl FileError {
    fn from_io(error: io::Error) -> FileError {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<TooLong>()) {
            Some(TooLong { line }) => FileError::LineTooLong { line: *line },
            None => FileError::Damaged(error),
        }
    }
}

impl Tell for FileError {
    fn told(&self) -> Told {
        match self {
            FileError::Empty => Told::new("file-empty", self),
            FileError::NoRecords => Told::new("file-no-records", self),
            FileError::Utf16(error) => error.told(),
            FileError::HeaderNotUtf8 => Told::new("file-header-no-utf8", self),
            FileError::UnknownColumn { name, known } => {
                Told::new("file-unknown-column", self).with("name", name.as_str()).with("known", known.as_str())
            }
            FileError::RepeatedColumn { name } => Told::new("file-repeated-column", self).with("name", name.as_str()),
            FileError::MissingColumn { name } => Told::new("file-missing-column", self).with("name", name.as_str()),
            FileError::Array => Told::new("file-json-array", self),
            FileError::LineTooLong { line } => Told::new("file-line-too-long", self).with("line", line.to_string()),
            FileError::Damaged(_) => Told::new("file-damaged", self),
        }
    }
}

/// Reads `source` to its end and keeps nothing of it: whether a gzip stream is whole and lines have ends, before any
/// record is taken.
pub fn check_whole(source: impl Read) -> Result<(), FileError> {
    let mut raw = BufReader::with_capacity(1 << 16, source);
    let zipped = raw.fill_buf().map_err(FileError::from_io)?.starts_with(&GZIP_MAGIC);
    let lines: Box<dyn Read + '_> = if zipped { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    io::copy(&mut BoundedLines::new(lines), &mut io::sink()).map_err(FileError::from_io)?;
    Ok(())
}

/// Reads `source` to its end and hands each record to `each`, in order. Memory does not grow with the file.
pub fn read(source: impl Read, each: &mut dyn FnMut(Record<'_>)) -> Result<(), FileError> {
    let mut raw = BufReader::with_capacity(1 << 16, source);
    let zipped = raw.fill_buf().map_err(FileError::from_io)?.starts_with(&GZIP_MAGIC);
    if zipped { plain(MultiGzDecoder::new(raw), each) } else { plain(raw, each) }
}

fn plain(source: impl Read, each: &mut dyn FnMut(Record<'_>)) -> Result<(), FileError> {
    let mut lines = BufReader::with_capacity(1 << 16, BoundedLines::new(source));
    let start = lines.fill_buf().map_err(FileError::from_io)?;
    Utf16::refuse(start)?;
    if start.starts_with(&UTF8_BOM) {
        lines.consume(UTF8_BOM.len());
    }
    let start = lines.fill_buf().map_err(FileError::from_io)?;
    match start.iter().copied().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(FileError::Empty),
        Some(b'[') => Err(FileError::Array),
        Some(b'{') => json_lines(lines, each),
        Some(_) => {
            let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let delimiter = if first_line.contains(&b';') { b';' } else { b',' };
            csv::read(lines, delimiter, each)
        }
    }
}

fn json_lines(source: impl BufRead, each: &mut dyn FnMut(Record<'_>)) -> Result<(), FileError> {
    each_line(source, |number, line| {
        let place = Place::Line(number);
        let parsed = match std::str::from_utf8(line) {
            Ok(text) => json::reading(text.trim()),
            Err(error) => Err(text::not_utf8(&error)),
        };
        each(parsed.map(|reading| (place, reading)).map_err(|why| RecordError { place, why }));
        Ok(())
    })
}

/// Hands over each line that is not blank, counted from 1, until `take` refuses one.
pub(super) fn each_line(
    mut source: impl BufRead,
    mut take: impl FnMut(u64, &[u8]) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let mut line = Vec::new();
    let mut number = 0;
    while source.read_until(b'\n', &mut line).map_err(FileError::from_io)? > 0 {
        number += 1;
        if !line.iter().all(u8::is_ascii_whitespace) {
            take(number, &line)?;
        }
        line.clear();
    }
    Ok(())
}

/// Fails as soon as a line has grown beyond [`LINE_BYTES_MAX`], before anyone collects it in memory.
struct BoundedLines<R> {
    inner: R,
    line: u64,
    length: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("line {line} is too long")]
struct TooLong {
    line: u64,
}

impl<R> BoundedLines<R> {
    fn new(inner: R) -> BoundedLines<R> {
        BoundedLines { inner, line: 1, length: 0 }
    }
}

impl<R: Read> Read for BoundedLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for byte in buffer.iter().take(count) {
            if *byte == b'\n' {
                self.line += 1;
                self.length = 0;
            } else {
                self.length += 1;
            }
            if self.length > LINE_BYTES_MAX {
                return Err(io::Error::other(TooLong { line: self.line }));
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn all(bytes: &[u8]) -> (Vec<String>, Result<(), FileError>) {
        let mut seen = vec![];
        let end = read(bytes, &mut |record| {
            seen.push(match record {
                Ok((place, reading)) => format!("{place}: {} {} {}", reading.meter, reading.at, reading.value),
                Err(error) => format!("refused {error}"),
            });
        });
        (seen, end)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn csv_is_read_in_english_and_in_french() {
        let expected = "line 2: A01-A 2026-10-01T00:10:00Z 1234.5";
        assert_eq!(all(b"meter,at,value\nA01-A,2026-10-01T00:10:00Z,1234.5\n").0, [expected]);
        assert_eq!(
            all("\u{feff}horodatage;valeur;compteur;unité\r\n2026-10-01T02:10:00+02:00;1234,5;A01-A;kilowatt-hour\r\n"
                .as_bytes())
            .0,
            [expected]
        );
        for unit in ["kWh", "KWH", "kilowatt-hour"] {
            let line = format!("meter,at,value,unit\nA01-A,2026-10-01T00:10:00Z,1234.5,{unit}\n");
            assert_eq!(all(line.as_bytes()).0, [expected], "{unit}");
        }
        assert_eq!(all(&gzip(b"meter,at,value\nA01-A,2026-10-01T00:10:00Z,1234.5\n")).0, [expected]);
    }

    #[test]
    fn a_bad_line_is_named_and_the_rest_is_read() {
        let (seen, end) = all(b"meter,at,value\nA,2026-02-30T00:00:00Z,1\nA,2026-10-01T00:10:00Z,NaN\nA,2026-10-01T00:10:00Z,2\nA\xff,2026-10-01T00:10:00Z,2\n");
        end.unwrap();
        assert_eq!(seen.len(), 4);
        assert!(seen[0].starts_with("refused line 2: at: `2026-02-30T00:00:00Z` is not an instant"), "{}", seen[0]);
        assert!(seen[1].starts_with("refused line 3: value: `NaN` is not a decimal number"), "{}", seen[1]);
        assert_eq!(seen[2], "line 4: A 2026-10-01T00:10:00Z 2");
        assert!(seen[3].contains("byte 2 is not UTF-8"), "{}", seen[3]);
    }

    #[test]
    fn an_open_quotation_mark_takes_no_other_line_with_it() {
        let (seen, end) =
            all(b"meter,at,value\nA,\"2026-10-01T00:10:00Z,1\nA,2026-10-01T00:20:00Z,2\nA,2026-10-01T00:30:00Z,3\"\n");
        end.unwrap();
        assert!(
            seen[0].starts_with("refused line 2: it has 0 cells") && seen[0].contains("quotation mark"),
            "{seen:?}"
        );
        assert_eq!(seen[1], "line 3: A 2026-10-01T00:20:00Z 2");
        assert!(seen.len() == 3 && seen[2].starts_with("refused line 4: value: `3\"`"), "{seen:?}");
    }

    #[test]
    fn json_lines_are_recognised() {
        let (seen, end) = all(b"{\"meter\":\"A\",\"at\":\"2026-10-01T00:10:00Z\",\"value\":7}\n\n{\"meter\":\"A\"}\n");
        end.unwrap();
        assert_eq!(seen[0], "line 1: A 2026-10-01T00:10:00Z 7");
        assert!(seen[1].starts_with("refused line 3: missing field"), "{}", seen[1]);
    }

    #[test]
    fn files_that_are_no_readings_end_with_a_remedy() {
        assert!(matches!(all(b"").1, Err(FileError::Empty)));
        assert!(matches!(all(b" [1]").1, Err(FileError::Array)));
        assert!(matches!(all(b"meter,at,value\r\n\r\n").1, Err(FileError::NoRecords)));
        for utf16 in [b"\xFF\xFEm\0e\0".as_slice(), b"\xFE\xFF\0m\0e", &gzip(b"\xFF\xFEm\0e\0")] {
            let end = all(utf16).1.unwrap_err();
            assert!(end.to_string().starts_with("the file is in UTF-16: save it as UTF-8"), "{end}");
        }
        assert!(matches!(all(b"meter,at\nA,B\n").1, Err(FileError::MissingColumn { name }) if name == "value"));
        assert!(
            matches!(all(b"meter,at,value,colour\n").1, Err(FileError::UnknownColumn { name, .. }) if name == "colour")
        );
        let latin = all(b"compteur;horodatage;valeur;unit\xE9\n").1.unwrap_err().to_string();
        assert!(latin.contains("save the file as UTF-8"), "{latin}");
        let unknown = all(b"compteur;horodatage;valeur;couleur\n").1.unwrap_err().to_string();
        assert!(unknown.contains("meter (compteur), at (horodatage), value (valeur), unit (unité)"), "{unknown}");
        let quoted = &all(b"meter;at;value\nA;2026-10-01T00:10:00Z;1,2,3\n").0[0];
        assert!(quoted.contains("`1,2,3` is not a decimal number") && !quoted.contains("1.2.3"), "{quoted}");
        assert!(matches!(all(b"meter,at,value,value\n").1, Err(FileError::RepeatedColumn { .. })));
        assert!(all(b"meter,at,value\nA,2026-10-01T00:10:00Z,1951,6\n").0[0].contains("it has 4 cells"));
        assert!(all(b"meter;at;value\nA;2026-10-01T00:10:00Z;1.951\n").0[0].contains("decimals have a comma"));
        let grouped = &all("meter;at;value\nA;2026-10-01T00:10:00Z;1 951,6\n".as_bytes()).0[0];
        assert!(
            grouped.contains("`1 951,6` is not a decimal number") && grouped.contains("such as 1951,6"),
            "{grouped}"
        );
        let whole = gzip("meter,at,value\nA,2026-10-01T00:10:00Z,2\n".repeat(200).as_bytes());
        assert!(matches!(all(&whole[..whole.len() - 9]).1, Err(FileError::Damaged(_))));
        assert!(matches!(check_whole(&whole[..whole.len() - 9]), Err(FileError::Damaged(_))));
        assert!(check_whole(whole.as_slice()).is_ok());
    }

    #[test]
    fn a_line_without_end_is_never_held_in_memory() {
        let begun = || b"meter,at,value\nA,2026-10-01T00:10:00Z,".chain(io::repeat(b'x').take(2 << 30));
        assert!(matches!(check_whole(begun()), Err(FileError::LineTooLong { line: 2 })));
        let end = read(begun(), &mut |_| panic!("no record ends"));
        assert!(matches!(end, Err(FileError::LineTooLong { line: 2 })));
    }
}
