//! Holds what the API is asked and what it answers against its own description.
//!
//! Objects are closed: a property that is not declared is a fault, unless `additionalProperties` lets it in.

use std::collections::BTreeSet;

use actix_web::http::Method;
use chapelle::domain::calendar::BillingMonth;
use chapelle::domain::money::Money;
use chrono::{DateTime, NaiveDate};
use rust_decimal::Decimal;
use serde_json::Value;

/// One side of a call: what kind of thing was sent, and its bytes.
pub struct Sent<'a> {
    pub media_type: &'a str,
    pub body: &'a [u8],
}

impl Sent<'_> {
    fn media_type(&self) -> &str {
        self.media_type.split(';').next().unwrap_or_default().trim()
    }

    fn is_json(&self) -> bool {
        self.media_type().ends_with("/json") || self.media_type().ends_with("+json")
    }
}

/// The document of `/openapi.json`.
pub struct Description(pub Value);

impl Description {
    /// Panics where an answer, or a request that was taken, is not what the operation is described with.
    pub fn hold(&self, (method, path): (&Method, &str), asked: &Sent<'_>, (status, answer): (u16, &Sent<'_>)) {
        let succeeded = (200..300).contains(&status);
        // As a GET without its body.
        if method == Method::HEAD {
            return;
        }
        let Some(operation) = self.operation(method, path) else {
            assert!(!succeeded || !path.starts_with("/api/"), "{method} {path} is not described");
            return;
        };
        let place = format!("{method} {path} {status}");
        let declared = &operation["responses"][status.to_string()];
        assert!(!succeeded || declared.is_object(), "{place}: the status is not described");
        if declared.is_object() {
            self.hold_answer(&place, declared, answer);
        }
        if succeeded && asked.is_json() {
            let content = &operation["requestBody"]["content"];
            let nothing = matches!(asked.body, b"" | b"{}") && content.get(asked.media_type()).is_none();
            if !nothing {
                self.hold_body(&format!("{place}: the request"), content, asked);
            }
        }
    }

    fn hold_answer(&self, place: &str, declared: &Value, answer: &Sent<'_>) {
        let content = &declared["content"];
        assert!(!answer.body.is_empty() || content.is_null(), "{place}: a body is described, none came");
        if answer.is_json() && !answer.body.is_empty() {
            self.hold_body(place, content, answer);
        }
    }

    fn hold_body(&self, place: &str, content: &Value, sent: &Sent<'_>) {
        let text = String::from_utf8_lossy(sent.body);
        let schema = content.get(sent.media_type()).and_then(|kind| kind.get("schema"));
        let schema = schema.unwrap_or_else(|| panic!("{place}: {} has no schema: {text}", sent.media_type()));
        // Readings may begin with a byte order mark.
        let value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .unwrap_or_else(|error| panic!("{place}: {error}: {text}"));
        let faults = self.faults(schema, &value, &BTreeSet::new(), "");
        assert!(faults.is_empty(), "{place} is not as described:\n{}\n{text}", faults.join("\n"));
    }

    /// The operation of an address: of several templates that fit, the one with the most letters of its own.
    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let paths = self.0["paths"].as_object()?;
        let fitting = paths.iter().filter(|(template, _)| fits(template, path));
        let (_, item) = fitting.max_by_key(|(template, _)| own_letters(template))?;
        item.get(method.as_str().to_lowercase())
    }

    /// The schema itself, where it is named.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(place) => self.0.pointer(place.trim_start_matches('#')).unwrap_or_else(|| panic!("no {place}")),
            None => schema,
        }
    }

    /// The names a schema gives to properties, whichever of its parts does.
    fn names(&self, schema: &Value) -> BTreeSet<String> {
        let schema = self.resolved(schema);
        let own = schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys().cloned());
        let parts = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|kind| parts(schema, kind));
        own.chain(parts.flat_map(|part| self.names(part))).collect()
    }

    /// What is wrong with `value`; `also` are names that another part of the same object declares.
    fn faults(&self, schema: &Value, value: &Value, also: &BTreeSet<String>, at: &str) -> Vec<String> {
        let schema = self.resolved(schema);
        let mut faults = vec![];
        let all = parts(schema, "allOf");
        for (index, part) in all.iter().enumerate() {
            let others = all.iter().enumerate().filter(|(other, _)| *other != index);
            let others = others.flat_map(|(_, part)| self.names(part)).chain(also.iter().cloned()).collect();
            faults.extend(self.faults(part, value, &others, at));
        }
        for kind in ["oneOf", "anyOf"] {
            let tried = parts(schema, kind).iter().map(|branch| self.faults(branch, value, also, at)).collect();
            faults.extend(unfit(tried, kind == "oneOf", at));
        }
        if let Some(known) = schema["enum"].as_array().filter(|known| !known.contains(value)) {
            faults.push(format!("{at}: {value} is none of {known:?}"));
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        if !types.is_empty() && !types.iter().any(|name| is_a(name, value)) {
            faults.push(format!("{at}: {value} is no {}", types.join(" or ")));
        }
        if let (Some(text), Some(format)) = (value.as_str(), schema["format"].as_str())
            && !is_formatted(format, text)
        {
            faults.push(format!("{at}: `{text}` is no {format}"));
        }
        if types.contains(&"object") {
            faults.extend(self.object_faults(schema, value, also, at));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            let item_schema = schema["prefixItems"].get(index).unwrap_or(&schema["items"]);
            faults.extend(self.faults(item_schema, item, &BTreeSet::new(), &format!("{at}[{index}]")));
        }
        faults
    }

    fn object_faults(&self, schema: &Value, value: &Value, also: &BTreeSet<String>, at: &str) -> Vec<String> {
        let Some(object) = value.as_object() else { return vec![] };
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let missing = required.filter(|name| !object.contains_key(*name));
        let mut faults: Vec<String> = missing.map(|name| format!("{at}: {name} is missing")).collect();
        for (name, value) in object {
            let at = format!("{at}.{name}");
            match (schema["properties"].get(name), &schema["additionalProperties"]) {
                (Some(property), _) => faults.extend(self.faults(property, value, &BTreeSet::new(), &at)),
                (None, Value::Bool(true)) => {}
                (None, rest @ Value::Object(_)) => faults.extend(self.faults(rest, value, &BTreeSet::new(), &at)),
                _ if also.contains(name) => {}
                _ => faults.push(format!("{at} is not declared: {value}")),
            }
        }
        faults
    }
}

fn parts<'a>(schema: &'a Value, kind: &str) -> &'a [Value] {
    schema[kind].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What is wrong where each branch found these faults.
fn unfit(tried: Vec<Vec<String>>, only_one: bool, at: &str) -> Option<String> {
    match tried.iter().filter(|faults| faults.is_empty()).count() {
        _ if tried.is_empty() => None,
        0 => Some(format!("{at} fits no branch: {tried:?}")),
        fitting @ 2.. if only_one => Some(format!("{at} fits {fitting} branches")),
        _ => None,
    }
}

fn own_letters(template: &str) -> usize {
    template.split(['{', '}']).step_by(2).map(str::len).sum()
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let part = |(template, given): (&&str, &&str)| match template.split_once('{').zip(template.split_once('}')) {
        Some(((start, _), (_, end))) => {
            given.len() > start.len() + end.len() && given.starts_with(start) && given.ends_with(end)
        }
        None => template == given,
    };
    template.len() == path.len() && template.iter().zip(&path).all(part)
}

fn is_a(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        _ => false,
    }
}

/// Whether a text is what its format says; formats of the sizes of numbers say nothing of texts.
fn is_formatted(format: &str, text: &str) -> bool {
    match format {
        "date" => text.parse::<NaiveDate>().is_ok(),
        "date-time" => DateTime::parse_from_rfc3339(text).is_ok(),
        "month" => text.parse::<BillingMonth>().is_ok(),
        "euros" => text.parse::<Money>().is_ok(),
        "decimal" => Decimal::from_str_exact(text).is_ok(),
        _ => true,
    }
}
