//! One reading as a JSON object: `{"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

use super::exact::{instant, value};
use super::{RecordFault, SubmittedReading, cloudevents, quality};
use crate::domain::calendar::Timestamp;
use crate::domain::quantity::Unit;

const EXAMPLE: &str = r#"{"meter":"A01-EA","at":"2026-10-01T00:10:00Z","value":1951.6}"#;

/// The keys of a reading. The value stays text until its digits are read.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, expecting = "a JSON object with meter, at and value")]
pub struct Keys<'a> {
    #[serde(borrow)]
    meter: Text<'a>,
    #[serde(borrow)]
    at: Text<'a>,
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow)]
    unit: Option<Text<'a>>,
    #[serde(borrow)]
    quality: Option<Text<'a>>,
    #[serde(borrow)]
    pub source: Option<Text<'a>>,
    #[serde(borrow)]
    correction: Option<Text<'a>>,
}

/// A string that borrows from the input wherever it has no escapes.
pub struct Text<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text in quotes")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

/// Reads one record: a reading, or a CloudEvent that carries one.
pub fn record(text: &str) -> Result<SubmittedReading<'_>, RecordFault> {
    match serde_json::from_str::<Keys>(text) {
        Ok(keys) => keys.into_reading(),
        Err(_) if text.contains("\"specversion\"") => cloudevents::event(text),
        Err(error) => Err(not_json(&error, EXAMPLE)),
    }
}

impl<'a> Keys<'a> {
    pub fn into_reading(self) -> Result<SubmittedReading<'a>, RecordFault> {
        if self.meter.0.is_empty() {
            return Err(RecordFault::NoMeter);
        }
        let correction = self.correction.map(|text| text.0).filter(|reason| !reason.trim().is_empty());
        Ok(SubmittedReading {
            at: instant_of(&self.at.0)?,
            value: value(digits(self.value), b'.')?,
            unit: unit(self.unit.as_ref().map(|text| text.0.as_ref()))?,
            quality: quality(self.quality.as_ref().map(|text| text.0.as_ref()), correction.as_deref())?,
            meter: self.meter.0,
            source: self.source.map(|text| text.0),
            correction,
        })
    }
}

/// A number's own text, or the text inside quotes: a producer may send either.
fn digits(raw: &RawValue) -> &str {
    let text = raw.get();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn instant_of(text: &str) -> Result<Timestamp, RecordFault> {
    Ok(instant(text)?)
}

pub fn unit(name: Option<&str>) -> Result<Option<Unit>, RecordFault> {
    match name {
        None | Some("") => Ok(None),
        Some(name) => Ok(Some(name.parse()?)),
    }
}

pub fn not_json(error: &serde_json::Error, example: &'static str) -> RecordFault {
    let told = error.to_string();
    // serde_json adds a line of its own counting; the record's place says it better.
    let reason = told.split(" at line ").next().unwrap_or(&told).to_owned();
    RecordFault::NotJson { column: error.column(), reason, example }
}
