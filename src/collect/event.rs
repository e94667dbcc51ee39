//! CloudEvents 1.0: the attributes around a reading, in a JSON envelope or in the headers of a request.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::told::Told;

/// The type of a reading.
pub const EVENT_TYPE: &str = "eu.chapelle.reading.v1";

/// What every event must say of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct EventAttributes<'a> {
    #[serde(borrow, default)]
    pub specversion: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub source: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Option<Cow<'a, str>>,
}

impl EventAttributes<'_> {
    /// Whether they are those of a reading: all there, none empty.
    pub fn check(&self) -> Result<(), Told> {
        let stated = |name: &str, value: &Option<Cow<'_, str>>| match value.as_deref() {
            Some(value) if !value.is_empty() => Ok(value.to_owned()),
            _ => {
                let english = format!("{name} is missing: a CloudEvent must state specversion, id, source and type");
                Err(Told::new("event-attribute", english).with("name", name))
            }
        };
        let specversion = stated("specversion", &self.specversion)?;
        if specversion != "1.0" {
            let english = format!("specversion is {specversion}: only CloudEvents 1.0 is understood");
            return Err(Told::new("event-version", english).with("version", specversion));
        }
        stated("id", &self.id)?;
        stated("source", &self.source)?;
        let kind = stated("type", &self.kind)?;
        if kind != EVENT_TYPE {
            let english = format!("type is {kind}: a reading's is {EVENT_TYPE}");
            return Err(Told::new("event-type", english).with("type", kind).with("expected", EVENT_TYPE));
        }
        Ok(())
    }
}

/// An event as one JSON object; attributes we do not use are let pass, as the specification asks.
#[derive(Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    /// The same as bytes.
    #[serde(borrow, default)]
    data_base64: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    datacontenttype: Option<Cow<'a, str>>,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope and checks its attributes.
    pub fn open(object: &'a str) -> Result<Envelope<'a>, Told> {
        let misread = |error: serde_json::Error| Told::new("event-none", format!("this is no CloudEvent: {error}"));
        let attributes: EventAttributes<'_> = serde_json::from_str(object).map_err(misread)?;
        attributes.check()?;
        serde_json::from_str(object).map_err(misread)
    }

    /// The JSON text of what the event carries.
    pub fn data(&self) -> Result<Cow<'a, str>, Told> {
        if let Some(kind) = self.datacontenttype.as_deref().filter(|kind| !is_json(kind)) {
            let english = format!("datacontenttype is {kind}: a reading's data is application/json");
            return Err(Told::new("event-content", english).with("type", kind));
        }
        match (self.data, &self.data_base64) {
            (Some(data), None) => Ok(Cow::Borrowed(data.get())),
            (None, Some(coded)) => {
                let undecoded = |error| Told::new("event-base64", format!("data_base64: {error}"));
                let bytes = STANDARD.decode(coded.as_bytes()).map_err(undecoded)?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Told::new("event-base64-text", "data_base64 holds no UTF-8 text"))?;
                Ok(Cow::Owned(text))
            }
            (Some(_), Some(_)) => {
                Err(Told::new("event-data-twice", "data and data_base64 stand side by side: leave one out"))
            }
            (None, None) => Err(Told::new("event-no-data", "the event has no data: put the reading into data")),
        }
    }
}

/// `application/json`, `application/vnd.example+json; charset=utf-8`.
fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

/// Whether a JSON object means to be an event: it has a `specversion`.
pub fn is_event(object: &str) -> bool {
    #[derive(Deserialize)]
    struct Marked<'a> {
        #[serde(borrow)]
        specversion: Option<&'a RawValue>,
    }
    serde_json::from_str::<Marked<'_>>(object).is_ok_and(|marked| marked.specversion.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::json::reading;
    use super::*;

    const DATA: &str = r#"{"meter":"A01-A","at":"2026-10-01T00:10:00Z","value":1234.5}"#;

    /// An event with `attributes` (JSON pairs) and what carries the data.
    fn event(attributes: &str, data: &str) -> String {
        format!("{{{attributes},{data}}}")
    }

    const GOOD: &str = r#""specversion":"1.0","id":"1","source":"/pdu","type":"eu.chapelle.reading.v1""#;

    #[test]
    fn data_comes_as_json_or_in_base64() {
        let expected = reading(DATA).unwrap();
        let coded = STANDARD.encode(DATA);
        for data in [
            format!(r#""data":{DATA}"#),
            format!(r#""data_base64":"{coded}""#),
            format!(r#""datacontenttype":"application/json; charset=utf-8","data_base64":"{coded}""#),
            format!(r#""datacontenttype":"application/vnd.chapelle+json","data":{DATA}"#),
        ] {
            assert_eq!(reading(&event(GOOD, &data)).unwrap(), expected, "{data}");
        }
    }

    #[test]
    fn what_an_event_lacks_is_named() {
        let data = format!(r#""data":{DATA}"#);
        for (name, pair) in
            [("id", r#""id":"1","#), ("source", r#""source":"/pdu","#), ("type", r#","type":"eu.chapelle.reading.v1""#)]
        {
            let without = GOOD.replace(pair, "");
            assert!(
                reading(&event(&without, &data)).unwrap_err().english.starts_with(&format!("{name} is missing")),
                "{name}"
            );
        }
        let refused = |attributes: &str, data: &str| reading(&event(attributes, data)).unwrap_err().english;
        assert!(refused(&GOOD.replace(r#""id":"1""#, r#""id":"""#), &data).starts_with("id is missing"));
        assert!(refused(&GOOD.replace("1.0", "0.3"), &data).contains("0.3"));
        assert!(refused(&GOOD.replace("reading.v1", "alarm.v1"), &data).contains("alarm.v1"));
        assert!(refused(GOOD, r#""time":"2026-10-01T00:10:00Z""#).contains("no data"));
        assert!(refused(GOOD, &format!(r#"{data},"data_base64":"e30=""#)).contains("leave one out"));
        assert!(refused(GOOD, r#""data_base64":"e30""#).starts_with("data_base64: "));
        assert!(refused(GOOD, r#""data_base64":"/w==""#).contains("UTF-8"));
        assert!(refused(GOOD, &format!(r#""datacontenttype":"text/plain",{data}"#)).contains("text/plain"));
        assert!(refused(GOOD, r#""data":{"meter":"x"}"#).contains("missing field `at`"));
    }
}
