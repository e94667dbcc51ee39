//! A request's body: at most ten thousand readings, borrowed from it.

use super::array::{Scanner, Step};
use super::csv::Columns;
use super::{BrokenInput, Counted, Entry, Place, RecordFault, Refusal, SubmittedReading, ndjson};

/// The most readings one request may carry.
pub const BATCH_RECORDS_MAX: usize = 10_000;

/// The form of a body. Each record of the JSON forms may be a reading or a CloudEvent that carries one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchFormat {
    Csv,
    Ndjson,
    JsonArray,
    /// One JSON object: a single reading or event.
    JsonObject,
}

impl BatchFormat {
    /// The form a `Content-Type` announces. `application/json` is an array or one object, as its first byte says.
    pub fn of_content_type(content_type: &str, body: &[u8]) -> Option<BatchFormat> {
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let array = body.trim_ascii_start().starts_with(b"[");
        match media_type.as_str() {
            "text/csv" => Some(BatchFormat::Csv),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Some(BatchFormat::Ndjson),
            "application/cloudevents-batch+json" => Some(BatchFormat::JsonArray),
            "application/json" | "application/cloudevents+json" if array => Some(BatchFormat::JsonArray),
            "application/json" | "application/cloudevents+json" => Some(BatchFormat::JsonObject),
            _ => None,
        }
    }
}

/// What a body holds: its readings, and the records that are none.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ParsedBatch<'a> {
    pub readings: Vec<(Place, SubmittedReading<'a>)>,
    pub refused: Vec<Refusal>,
}

impl<'a> ParsedBatch<'a> {
    fn add(&mut self, Entry { place, reading }: Entry<'a>) -> Result<(), BrokenInput> {
        if self.readings.len() + self.refused.len() == BATCH_RECORDS_MAX {
            return Err(BrokenInput::TooMany { limit: BATCH_RECORDS_MAX });
        }
        match reading {
            Ok(reading) => self.readings.push((place, reading)),
            Err(fault) => self.refused.push(Refusal { place, fault }),
        }
        Ok(())
    }
}

/// Reads a body whole. A bad record is refused alone; a broken body, one with more than [`BATCH_RECORDS_MAX`] records
/// or with none is an error.
pub fn parse_batch(body: &[u8], format: BatchFormat) -> Result<ParsedBatch<'_>, BrokenInput> {
    let whole = utf8(body)?;
    let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let start = whole.len() - text.len();
    let mut batch = ParsedBatch::default();
    match format {
        BatchFormat::Ndjson => parse_lines(text, line(0, start), ndjson::record, &mut batch)?,
        BatchFormat::Csv => parse_csv(text, start, &mut batch)?,
        BatchFormat::JsonArray => parse_array(text, start, &mut batch)?,
        BatchFormat::JsonObject if text.trim().is_empty() => {}
        BatchFormat::JsonObject => {
            batch.add(Entry { place: line(1, start), reading: ndjson::record(text) })?;
        }
    }
    if batch.readings.is_empty() && batch.refused.is_empty() {
        return Err(BrokenInput::Empty);
    }
    Ok(batch)
}

/// The body as text.
fn utf8(body: &[u8]) -> Result<&str, BrokenInput> {
    std::str::from_utf8(body).map_err(|error| {
        let good = body.get(..error.valid_up_to()).unwrap_or_default();
        let newlines = good.iter().filter(|byte| **byte == b'\n').count();
        let line_start = good.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        BrokenInput::NotUtf8 { place: line(newlines + 1, line_start), byte: to_u64(good.len()) }
    })
}

/// Reads the lines of `text`, which come after `last`'s number and begin at its byte.
fn parse_lines<'a>(
    text: &'a str,
    mut last: Place,
    record: impl Fn(&'a str) -> Result<SubmittedReading<'a>, RecordFault>,
    batch: &mut ParsedBatch<'a>,
) -> Result<(), BrokenInput> {
    for line in text.split('\n') {
        last.number += 1;
        if !line.trim_ascii_end().is_empty() {
            batch.add(Entry { place: last, reading: record(line) })?;
        }
        last.byte += to_u64(line.len()) + 1;
    }
    Ok(())
}

fn parse_csv<'a>(text: &'a str, start: usize, batch: &mut ParsedBatch<'a>) -> Result<(), BrokenInput> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let (header, rows) = text.split_once('\n').unwrap_or((text, ""));
    let columns = Columns::of_header(header)?;
    parse_lines(rows, line(1, start + header.len() + 1), |line| columns.record(line), batch)
}

fn parse_array<'a>(text: &'a str, start: usize, batch: &mut ParsedBatch<'a>) -> Result<(), BrokenInput> {
    let mut scanner = Scanner::new();
    let mut open = None;
    let mut number = 1;
    for (index, byte) in text.bytes().enumerate() {
        let step = scanner.step(byte);
        let step = step.map_err(|reason| BrokenInput::Array { place: element(number, start + index), reason })?;
        match step {
            Step::Skip => {}
            Step::Take => open = open.or(Some(index)),
            Step::Complete => {
                let begin = open.take().unwrap_or(index);
                let reading = ndjson::record(text.get(begin..=index).unwrap_or_default());
                batch.add(Entry { place: element(number, start + begin), reading })?;
                number += 1;
            }
        }
    }
    scanner.end().map_err(|reason| BrokenInput::Array { place: element(number, start + text.len()), reason })
}

fn line(number: usize, byte: usize) -> Place {
    Place { counted: Counted::Lines, number: to_u64(number), byte: to_u64(byte) }
}

fn element(number: usize, byte: usize) -> Place {
    Place { counted: Counted::Elements, ..line(number, byte) }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
