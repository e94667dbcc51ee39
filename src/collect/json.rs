//! One reading as JSON: bare, or as the data of a CloudEvent.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::event::{Envelope, is_event};
use super::{SubmittedReading, part, text};
use crate::domain::metering::Quality;
use crate::domain::quantity::Unit;
use crate::domain::told::{Tell, Told, Value};

/// What is right, said with every mistake.
const EXAMPLE: &str = r#"a reading is {"meter": "A01-A", "at": "2026-10-01T00:10:00Z", "value": 1234.5}"#;

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

/// The reading in one JSON object, bare or in an envelope.
pub fn reading(object: &str) -> Result<SubmittedReading<'_>, Told> {
    only_object(object)?;
    match serde_json::from_str(object) {
        Ok(bare) => submitted(bare),
        // Nearly every object is a bare reading: only one that is none is looked at again.
        Err(_) if is_event(object) => match Envelope::open(object)?.data()? {
            Cow::Borrowed(data) => bare(data),
            Cow::Owned(data) => bare(&data).map(SubmittedReading::into_owned),
        },
        Err(error) => Err(not_a_reading(object, &error)),
    }
}

fn bare(object: &str) -> Result<SubmittedReading<'_>, Told> {
    only_object(object)?;
    submitted(serde_json::from_str(object).map_err(|error| not_a_reading(object, &error))?)
}

/// Refuses JSON that is no object: a structure could be read from an array of its values, which would be taken for an
/// event, or for a reading whose values stand in an order nobody promised.
fn only_object(text: &str) -> Result<(), Told> {
    let start = text.trim_start();
    if start.starts_with('{') || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Ok(());
    }
    let (found, told): (&str, Value) = match start.bytes().next() {
        Some(b'[') => ("an array", Told::new("json-array", "an array").into()),
        Some(b'"') => ("a text", Told::new("json-text", "a text").into()),
        Some(b'0'..=b'9' | b'-') => ("a number", Told::new("json-number", "a number").into()),
        _ => (text.trim(), text.trim().into()),
    };
    let english = format!("this is {found}, not a JSON object; {EXAMPLE}");
    Err(Told::new("record-no-object", english).with("found", told))
}

fn submitted(json: JsonReading<'_>) -> Result<SubmittedReading<'_>, Told> {
    let raw = json.value.get();
    let digits = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    Ok(SubmittedReading {
        at: text::timestamp(&json.at).map_err(|error| part("at", error.told()))?,
        value: text::micro(digits).map_err(|error| part("value", error.told()))?,
        unit: json.unit.map(|unit| Unit::of_reading(&unit)).transpose().map_err(|error| part("unit", error.told()))?,
        quality: json.quality,
        meter: json.meter,
        // A reason that says nothing is none: what is stored stands.
        correction: json.correction.filter(|reason| !reason.trim().is_empty()),
    })
}

fn not_a_reading(object: &str, error: &serde_json::Error) -> Told {
    if let Some(Err(no_number)) = word_at(object, error).map(text::micro) {
        return part("value", no_number.told());
    }
    // serde_json counts lines within the one object it was given: only the column says something.
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or(&full);
    let column = error.column();
    let english = format!("{what} at column {column}; {EXAMPLE}");
    let field = |start: &str| what.strip_prefix(start).and_then(|rest| rest.split('`').next());
    match (field("missing field `"), field("unknown field `")) {
        (Some(name), _) => Told::new("record-missing-field", english).with("name", name),
        (_, Some(name)) => Told::new("record-unknown-field", english).with("name", name),
        _ => Told::new("record-no-reading", english).with("column", column),
    }
}

/// The word JSON does not know that stands where it could not be read on, as some devices write for no number: `NaN`.
fn word_at<'a>(object: &'a str, error: &serde_json::Error) -> Option<&'a str> {
    let line = object.lines().nth(error.line().checked_sub(1)?)?;
    let (read, rest) = line.split_at_checked(error.column().checked_sub(1)?)?;
    let begun = read.len() - read.chars().rev().take_while(char::is_ascii_alphabetic).count();
    let unread = rest.chars().take_while(char::is_ascii_alphabetic).count();
    let word = line.get(begun..read.len() + unread)?;
    ["NaN", "Infinity", "Inf"].iter().any(|known| known.eq_ignore_ascii_case(word)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT_TYPE: &str = super::super::event::EVENT_TYPE;

    #[test]
    fn a_reading_is_read_bare_and_in_an_envelope() {
        let bare = r#"{"meter":"A01-A","at":"2026-10-01T00:10:00+02:00","value":1234.5,"unit":"kilowatt-hour","quality":"estimated"}"#;
        let read = reading(bare).unwrap();
        assert_eq!((read.meter.as_ref(), read.value.to_string().as_str()), ("A01-A", "1234.5"));
        assert_eq!((read.unit, read.quality), (Some(Unit::KilowattHour), Quality::Estimated));
        let symbol = bare.replace("kilowatt-hour", "kWh");
        assert_eq!(reading(&symbol).unwrap().unit, Some(Unit::KilowattHour), "as people write it");
        let event = format!(r#"{{"specversion":"1.0","id":"1","source":"/pdu","type":"{EVENT_TYPE}","data":{bare}}}"#);
        assert_eq!(reading(&event).unwrap(), read);
        // Attributes may stand in any order and spelling JSON allows, and extensions are let pass.
        let spelled = format!(
            r#"{{"data":{bare},"\u0073pecversion":"1.0","traceparent":"x","id":"1","source":"/pdu","type":"{EVENT_TYPE}"}}"#
        );
        assert_eq!(reading(&spelled).unwrap(), read);
        // A meter may be called anything.
        let odd = r#"{"meter":"\"specversion\"","at":"2026-10-01T00:10:00Z","value":1}"#;
        assert_eq!(reading(odd).unwrap().meter, "\"specversion\"");
        assert_eq!(
            reading(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":"0.1"}"#).unwrap().value.micros(),
            100_000
        );
    }

    #[test]
    fn mistakes_name_the_key_and_the_remedy() {
        let refused = |text: &str| reading(text).unwrap_err().english;
        assert!(refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z"}"#).contains("missing field `value`"));
        let as_event = |data: &str| {
            format!(r#"{{"specversion":"1.0","id":"1","source":"/pdu","type":"{EVENT_TYPE}","data":{data}}}"#)
        };
        for (line, found) in [("[1]", "an array"), ("7", "a number"), (r#""x""#, "a text"), (" [\n{}]", "an array")] {
            for line in [line.to_owned(), as_event(line)] {
                let told = refused(&line);
                assert!(told.starts_with(&format!("this is {found}, not a JSON object; a reading is {{")), "{told}");
            }
        }
        // An array of a reading's values is none either, though each stands where its key would.
        assert!(refused(r#"["x","2026-10-01T00:10:00Z",1]"#).starts_with("this is an array"));
        assert!(refused("null").starts_with("this is null, not a JSON object"));
        assert!(
            refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":1,"vlaue":2}"#)
                .contains("unknown field `vlaue`")
        );
        assert!(refused(r#"{"meter":"x","at":"2026-10-01","value":1}"#).starts_with("at: "));
        assert!(refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":1e30}"#).starts_with("value: "));
        for word in ["NaN", "nan", "Infinity", "-inf"] {
            let told = refused(&format!(r#"{{"meter":"x","at":"2026-10-01T00:10:00Z","value":{word}}}"#));
            let word = word.trim_start_matches('-');
            assert!(told.starts_with(&format!("value: `{word}` is not a decimal number")), "{told}");
        }
        assert!(refused(r#"{"meter":"x","at":"2026-10-01T00:10:00Z","value":1,"unit":"MWh"}"#).starts_with("unit: "));
        assert!(
            refused(
                r#"{"specversion":"1.0","id":"1","source":"/pdu","type":"other","data":{"meter":"x","at":"2026-10-01T00:10:00Z","value":1}}"#
            )
            .contains(EVENT_TYPE)
        );
    }
}
