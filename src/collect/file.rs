//! A file of readings, streamed: whatever its size, one record is held at a time.

use std::io::{BufRead, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::array::{Scanner, Step};
use super::csv::Columns;
use super::{BrokenInput, Counted, Entry, Place, RECORD_MAX_BYTES, ndjson};

const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How much of a file is looked at to tell its form.
const SNIFFED_BYTES: u64 = 512;

/// The form of a file, as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    Csv,
    /// One JSON object a line: a reading or a CloudEvent.
    Ndjson,
    /// One JSON array of such objects.
    JsonArray,
}

enum Records {
    /// `None` until the header is read.
    Csv(Option<Columns>),
    Ndjson,
    JsonArray(Scanner),
}

/// Reads a file record by record: `while let Some(entry) = file.next_entry()? { ... }`.
pub struct ReadingFile<'r> {
    input: Box<dyn BufRead + Send + 'r>,
    gzip: bool,
    records: Records,
    /// The record last read.
    buffer: Vec<u8>,
    /// Where it stands.
    place: Place,
    /// How many lines or elements were begun.
    begun: u64,
    /// First byte not yet read.
    position: u64,
}

impl<'r> ReadingFile<'r> {
    /// Begins to read. Gzip, a byte order mark and the form are told from the first bytes.
    pub fn open(mut reader: impl Read + Send + 'r) -> Result<ReadingFile<'r>, BrokenInput> {
        let place = Place { counted: Counted::Lines, number: 1, byte: 0 };
        let magic = prefix(&mut reader, 2).map_err(|source| BrokenInput::Io { place, source })?;
        let gzip = magic == GZIP_MAGIC;
        let reader = Cursor::new(magic).chain(reader);
        let mut plain: Box<dyn Read + Send + 'r> =
            if gzip { Box::new(MultiGzDecoder::new(BufReader::new(reader))) } else { Box::new(reader) };
        let first = prefix(&mut plain, SNIFFED_BYTES).map_err(|source| broken(source, place, gzip))?;
        let (first, position) = match first.strip_prefix(BYTE_ORDER_MARK) {
            Some(unmarked) => (unmarked.to_vec(), 3),
            None => (first, 0),
        };
        let records = records_of(&first);
        let input = Box::new(BufReader::with_capacity(128 * 1024, Cursor::new(first).chain(plain)));
        Ok(ReadingFile { input, gzip, records, buffer: Vec::with_capacity(256), place, begun: 0, position })
    }

    pub fn format(&self) -> FileFormat {
        match self.records {
            Records::Csv(_) => FileFormat::Csv,
            Records::Ndjson => FileFormat::Ndjson,
            Records::JsonArray(_) => FileFormat::JsonArray,
        }
    }

    /// The next record, or `None` at the end. After an error nothing more can be read.
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, BrokenInput> {
        if matches!(self.records, Records::Csv(None)) {
            self.read_header()?;
        }
        let more = match self.records {
            Records::JsonArray(_) => self.next_element()?,
            Records::Ndjson | Records::Csv(_) => self.next_line()?,
        };
        if !more {
            return Ok(None);
        }
        let text = self.text()?;
        let reading = match &self.records {
            Records::Csv(Some(columns)) => columns.record(text),
            _ => ndjson::record(text),
        };
        Ok(Some(Entry { place: self.place, reading }))
    }

    fn read_header(&mut self) -> Result<(), BrokenInput> {
        if self.next_line()? {
            self.records = Records::Csv(Some(Columns::of_header(self.text()?)?));
        }
        Ok(())
    }

    /// The record last read, as text.
    fn text(&self) -> Result<&str, BrokenInput> {
        std::str::from_utf8(&self.buffer).map_err(|error| BrokenInput::NotUtf8 {
            place: self.place,
            byte: self.place.byte + to_u64(error.valid_up_to()),
        })
    }

    /// Fills the buffer with the next line that is not blank; false at the end.
    fn next_line(&mut self) -> Result<bool, BrokenInput> {
        loop {
            self.begin();
            // One byte more than allowed, so that a longer line shows itself without being held.
            let bounded = (&mut self.input).take(to_u64(RECORD_MAX_BYTES) + 1);
            let read = { bounded }.read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|source| broken(source, self.place, self.gzip))?;
            self.position += to_u64(read);
            if self.buffer.len() > RECORD_MAX_BYTES {
                return Err(BrokenInput::RecordTooLong { place: self.place });
            }
            if read == 0 || !self.buffer.trim_ascii().is_empty() {
                self.buffer.pop_if(|last| *last == b'\n');
                return Ok(read > 0);
            }
        }
    }

    /// Fills the buffer with the array's next object; false at its end.
    fn next_element(&mut self) -> Result<bool, BrokenInput> {
        self.begin();
        let Records::JsonArray(scanner) = &mut self.records else { return Ok(false) };
        loop {
            let place = self.place;
            let chunk = self.input.fill_buf().map_err(|source| broken(source, place, self.gzip))?;
            if chunk.is_empty() {
                return scanner.end().map(|()| false).map_err(|reason| BrokenInput::Array { place, reason });
            }
            let mut used = 0;
            let mut complete = false;
            for byte in chunk {
                let step = scanner.step(*byte).map_err(|reason| BrokenInput::Array { place, reason })?;
                if step != Step::Skip {
                    if self.buffer.is_empty() {
                        self.place.byte = self.position + to_u64(used);
                    }
                    self.buffer.push(*byte);
                }
                used += 1;
                complete = step == Step::Complete;
                if complete || self.buffer.len() > RECORD_MAX_BYTES {
                    break;
                }
            }
            self.input.consume(used);
            self.position += to_u64(used);
            match complete {
                true => return Ok(true),
                false if self.buffer.len() > RECORD_MAX_BYTES => return Err(BrokenInput::RecordTooLong { place }),
                false => {}
            }
        }
    }

    /// Begins a record where the last one ended.
    fn begin(&mut self) {
        self.buffer.clear();
        self.begun += 1;
        let counted = match self.records {
            Records::JsonArray(_) => Counted::Elements,
            Records::Csv(_) | Records::Ndjson => Counted::Lines,
        };
        self.place = Place { counted, number: self.begun, byte: self.position };
    }
}

/// An array begins with `[`, an object with `{`, a header with anything else.
fn records_of(first: &[u8]) -> Records {
    match first.trim_ascii_start().first() {
        Some(b'[') => Records::JsonArray(Scanner::new()),
        Some(b'{') => Records::Ndjson,
        _ => Records::Csv(None),
    }
}

/// The first bytes, fewer only at the end of the input.
fn prefix(reader: &mut impl Read, bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut first = Vec::new();
    reader.take(bytes).read_to_end(&mut first)?;
    Ok(first)
}

fn broken(source: std::io::Error, place: Place, gzip: bool) -> BrokenInput {
    if gzip { BrokenInput::Gzip { place, reason: source.to_string() } } else { BrokenInput::Io { place, source } }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
