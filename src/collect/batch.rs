//! A request's body: a bounded batch, parsed in place.

use serde_json::value::RawValue;

use super::{Place, Record, RecordError, json};

/// Most readings one request may carry.
pub const READINGS_MAX: usize = 10_000;

/// How a body is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchFormat {
    /// One JSON object a line.
    Ndjson,
    /// A JSON array of objects; CloudEvents batches are one too.
    JsonArray,
    /// A single object.
    JsonObject,
    /// A JSON array of objects, or a single object.
    Json,
}

/// A body that is no batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    #[error("the body is not UTF-8 from byte {0} on: send it as UTF-8")]
    NotUtf8(usize),
    #[error("the body is not a JSON array of readings: {0}")]
    NotAnArray(String),
    #[error("the body holds {0} readings, more than 10000: send it in parts")]
    TooMany(usize),
    #[error("the body holds no reading")]
    Empty,
}

/// Every record of `body`, in order.
pub fn parse_batch(body: &[u8], format: BatchFormat) -> Result<Vec<Record<'_>>, BatchError> {
    // Some programs begin every text they write with a byte order mark.
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|error| BatchError::NotUtf8(error.valid_up_to()))?;
    let records = match format {
        BatchFormat::Ndjson => lines(text),
        BatchFormat::JsonArray => elements(text)?,
        BatchFormat::Json if text.trim_start().starts_with('[') => elements(text)?,
        BatchFormat::JsonObject | BatchFormat::Json if text.trim().is_empty() => vec![],
        BatchFormat::JsonObject | BatchFormat::Json => vec![record(Place::Element(0), text)],
    };
    match records.len() {
        0 => Err(BatchError::Empty),
        count if count > READINGS_MAX => Err(BatchError::TooMany(count)),
        _ => Ok(records),
    }
}

fn lines(text: &str) -> Vec<Record<'_>> {
    let numbered = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    // One more than allowed is enough to refuse the batch.
    numbered.take(READINGS_MAX + 1).map(|(number, line)| record(Place::Line(number), line)).collect()
}

fn elements(text: &str) -> Result<Vec<Record<'_>>, BatchError> {
    let raw: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| BatchError::NotAnArray(error.to_string()))?;
    if raw.len() > READINGS_MAX {
        return Err(BatchError::TooMany(raw.len()));
    }
    Ok((0..).zip(raw).map(|(index, object)| record(Place::Element(index), object.get())).collect())
}

fn record(place: Place, object: &str) -> Record<'_> {
    json::reading(object).map(|reading| (place, reading)).map_err(|why| RecordError { place, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"meter":"A","at":"2026-10-01T00:10:00Z","value":1}"#;

    #[test]
    fn a_bad_record_does_not_stop_the_others() {
        let body = format!("{GOOD}\n\n{{\"meter\":3}}\n{GOOD}\n");
        let records = parse_batch(body.as_bytes(), BatchFormat::Ndjson).unwrap();
        assert_eq!(records.len(), 3);
        assert!(records[0].is_ok() && records[2].is_ok());
        assert_eq!(records[1].as_ref().unwrap_err().place, Place::Line(3));
        for one in [GOOD.to_owned(), format!(" [{GOOD}]\n")] {
            assert!(parse_batch(one.as_bytes(), BatchFormat::Json).unwrap()[0].is_ok(), "{one}");
        }
        let array = format!("[{GOOD}, 7]");
        let records = parse_batch(array.as_bytes(), BatchFormat::JsonArray).unwrap();
        assert_eq!(records[1].as_ref().unwrap_err().place, Place::Element(1));
    }

    #[test]
    fn bodies_that_are_no_batch_are_refused_whole() {
        assert_eq!(parse_batch(b"", BatchFormat::Ndjson), Err(BatchError::Empty));
        assert_eq!(parse_batch(b"[]", BatchFormat::JsonArray), Err(BatchError::Empty));
        assert_eq!(parse_batch(b" \n", BatchFormat::Json), Err(BatchError::Empty));
        assert_eq!(parse_batch(&[b'{', 0xFF], BatchFormat::Ndjson), Err(BatchError::NotUtf8(1)));
        assert!(matches!(parse_batch(b"{}", BatchFormat::JsonArray), Err(BatchError::NotAnArray(_))));
        let many = format!("{GOOD}\n").repeat(READINGS_MAX + 1);
        assert_eq!(parse_batch(many.as_bytes(), BatchFormat::Ndjson), Err(BatchError::TooMany(READINGS_MAX + 1)));
    }
}
