//! One reading in a CloudEvents 1.0 envelope (JSON format).

use serde::Deserialize;

use super::exact::excerpt;
use super::ndjson::{Keys, Text, not_json};
use super::{RecordFault, SubmittedReading};

/// The type of event that carries a reading.
pub const EVENT_TYPE: &str = "eu.chapelle.reading.v1";

const EXAMPLE: &str = r#"{"specversion":"1.0","type":"eu.chapelle.reading.v1","id":"1","source":"pdu-a01","data":{"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}}"#;

/// The attributes looked at; an event may carry others.
#[derive(Deserialize)]
#[serde(expecting = "a CloudEvent in the JSON format")]
struct Envelope<'a> {
    #[serde(borrow)]
    specversion: Text<'a>,
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(rename = "id", borrow)]
    _id: Text<'a>,
    #[serde(borrow)]
    data: Keys<'a>,
}

/// Reads one event. Its source is the reading's, unless the data names one.
pub fn event(text: &str) -> Result<SubmittedReading<'_>, RecordFault> {
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| not_json(&error, EXAMPLE))?;
    demand("specversion", &envelope.specversion.0, "1.0")?;
    demand("type", &envelope.kind.0, EVENT_TYPE)?;
    let mut data = envelope.data;
    data.source.get_or_insert(envelope.source);
    data.into_reading()
}

fn demand(attribute: &'static str, found: &str, expected: &'static str) -> Result<(), RecordFault> {
    if found == expected {
        return Ok(());
    }
    Err(RecordFault::Event { attribute, found: excerpt(found), expected })
}
