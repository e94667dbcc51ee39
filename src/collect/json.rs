//! One reading as JSON: bare, or as the data of a CloudEvent.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SubmittedReading, text};
use crate::domain::metering::Quality;
use crate::domain::quantity::Unit;

/// The CloudEvents type of a reading.
pub const EVENT_TYPE: &str = "eu.chapelle.reading.v1";

/// `{"meter": "A01-A", "at": "2026-10-01T00:10:00Z", "value": 1234.5}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonReading<'a> {
    #[serde(borrow)]
    meter: Cow<'a, str>,
    #[serde(borrow)]
    at: Cow<'a, str>,
    /// Kept as it was written: a number's digits, or a string of them.
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow, default)]
    unit: Option<Cow<'a, str>>,
    #[serde(default)]
    quality: Quality,
    #[serde(borrow, default)]
    correction: Option<Cow<'a, str>>,
}

/// A CloudEvents 1.0 envelope; attributes we do not use are let pass, as the specification asks.
#[derive(Deserialize)]
struct CloudEvent<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    data: JsonReading<'a>,
}

/// The reading in one JSON object; an envelope is recognised by its `specversion`.
pub fn reading(object: &str) -> Result<SubmittedReading<'_>, String> {
    if !object.contains("\"specversion\"") {
        return submitted(serde_json::from_str(object).map_err(|error| not_a_reading(&error))?);
    }
    let event: CloudEvent<'_> = serde_json::from_str(object).map_err(|error| not_a_reading(&error))?;
    if event.specversion != "1.0" {
        return Err(format!("specversion is {}: only CloudEvents 1.0 is understood", event.specversion));
    }
    if event.kind != EVENT_TYPE {
        return Err(format!("type is {}: a reading's is {EVENT_TYPE}", event.kind));
    }
    submitted(event.data)
}

fn submitted(json: JsonReading<'_>) -> Result<SubmittedReading<'_>, String> {
    let raw = json.value.get();
    let digits = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    Ok(SubmittedReading {
        at: text::timestamp(&json.at).map_err(|error| format!("at: {error}"))?,
        value: text::micro(digits).map_err(|error| format!("value: {error}"))?,
        unit: json.unit.map(|unit| unit.parse::<Unit>()).transpose().map_err(|error| format!("unit: {error}"))?,
        quality: json.quality,
        meter: json.meter,
        correction: json.correction,
    })
}

fn not_a_reading(error: &serde_json::Error) -> String {
    // serde_json counts lines within the one object it was given: only the column says something.
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or(&full);
    format!(
        "{what} at column {}; a reading is {{\"meter\": \"A01-A\", \"at\": \"2026-10-01T00:10:00Z\", \"value\": 1234.5}}",
        error.column()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_read_bare_and_in_an_envelope() {
        let bare = r#"{"meter":"A01-A","at":"2026-10-01T00:10:00+02:00","value":1234.5,"unit":"kilowatt-hour","quality":"estimated"}"#;
        let read = reading(bare).unwrap();
        assert_eq!((read.meter.as_ref(), read.value.to_string().as_str()), ("A01-A", "1234.5"));
        assert_eq!((read.unit, read.quality), (Some(Unit::KilowattHour), Quality::Estimated));
        let event = format!(r#"{{"specversion":"1.0","id":"1","source":"/pdu","type":"{EVENT_TYPE}","data":{bare}}}"#);
        assert_eq!(reading(&event).unwrap(), read);
        assert_eq!(
            reading(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":"0.1"}"#).unwrap().value.micros(),
            100_000
        );
    }

    #[test]
    fn mistakes_name_the_key_and_the_remedy() {
        let refused = |text: &str| reading(text).unwrap_err();
        assert!(refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z"}"#).contains("missing field `value`"));
        assert!(
            refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":1,"vlaue":2}"#)
                .contains("unknown field `vlaue`")
        );
        assert!(refused(r#"{"meter":"x","at":"2026-10-01","value":1}"#).starts_with("at: "));
        assert!(refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":1e30}"#).starts_with("value: "));
        assert!(refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":NaN}"#).contains("expected"));
        assert!(refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":1,"unit":"kWh"}"#).starts_with("unit: "));
        assert!(
            refused(
                r#"{"specversion":"1.0","type":"other","data":{"meter":"x","at":"2026-10-01T00:10:00Z","value":1}}"#
            )
            .contains(EVENT_TYPE)
        );
    }
}
