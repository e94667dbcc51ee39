//! What an event of the trail holds, in words: who acted, and each value under what it is called.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::Frame;
use crate::domain::access::Role;
use crate::domain::audit::origin_parts;
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::money::Money;
use crate::http::auth::role_key;

/// Values of a list that are shown; the event as it is kept has them all.
const LISTED_MAX: usize = 12;
/// Characters of a hash that tell it from others at a glance.
const HASH_CHARACTERS: usize = 12;
/// What is an amount in euros, though it looks like any number.
const AMOUNTS: [&str; 12] = [
    "against_open",
    "amount",
    "cost",
    "credit_amount",
    "gross",
    "indemnity",
    "interest",
    "net",
    "open",
    "subsidy",
    "tax",
    "total",
];

/// A value of a state before or after an event.
pub struct Said {
    pub label: String,
    /// False where there is no word for it but its key.
    pub is_named: bool,
    pub value: String,
    /// All of a hash whose beginning is shown.
    pub whole: Option<String>,
}

/// A hash as it is shown and as it is.
pub struct Hash {
    pub short: String,
    pub whole: String,
}

impl Hash {
    pub fn of(whole: &str) -> Hash {
        Hash { short: shortened(whole), whole: whole.to_owned() }
    }
}

/// Who did it: programs by what they are, people by their address.
pub fn actor(frame: &Frame, name: &str) -> String {
    let key = match name {
        "cli" => "actor-cli",
        "demo" => "actor-demo",
        "job" => "actor-job",
        "server" => "actor-server",
        _ => return name.rsplit_once("user-").map_or_else(|| name.to_owned(), |(_, id)| by_token(frame, name, id)),
    };
    frame.t(key)
}

/// `user-7` is who acted over the API before people had one name everywhere.
fn by_token(frame: &Frame, name: &str, id: &str) -> String {
    let is_number = !id.is_empty() && id.chars().all(|c| c.is_ascii_digit()) && name.starts_with("user-");
    if is_number { frame.with("actor-user", "id", id) } else { name.to_owned() }
}

/// Where a request came from, and by which token.
pub fn origin(frame: &Frame, origin: &str) -> String {
    match origin_parts(origin) {
        (address, Some(token)) => frame.texts("trail-origin-token", &[("address", address), ("token", token)]),
        (address, None) => address.to_owned(),
    }
}

/// The values of a state, in the order they are kept.
pub fn said(frame: &Frame, state: &Value) -> Vec<Said> {
    match state {
        Value::Object(fields) => fields.iter().map(|(key, value)| one(frame, key, value)).collect(),
        Value::Null => vec![],
        other => vec![one(frame, "value", other)],
    }
}

fn one(frame: &Frame, key: &str, value: &Value) -> Said {
    let label = label(frame, key);
    let whole = value.as_str().filter(|text| is_hash(text)).map(str::to_owned);
    Said {
        is_named: label.is_some(),
        label: label.unwrap_or_else(|| key.to_owned()),
        value: words(frame, key, value),
        whole,
    }
}

fn label(frame: &Frame, key: &str) -> Option<String> {
    let is_word = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'));
    is_word.then(|| frame.optional(&format!("trail-key-{}", key.replace('_', "-")))).flatten()
}

fn words(frame: &Frame, key: &str, value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(yes) => frame.t(if *yes { "access-yes" } else { "access-no" }),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| number.to_string(), |whole| number_words(frame, key, whole))
        }
        Value::String(text) => text_words(frame, key, text),
        Value::Array(values) => listed(frame, values.iter().map(|value| words(frame, key, value)), values.len()),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| {
                let label = label(frame, key).unwrap_or_else(|| text_words(frame, "", key));
                frame.texts("trail-pair", &[("label", &label), ("value", &words(frame, key, value))])
            };
            listed(frame, fields.iter().map(field), fields.len())
        }
    }
}

/// A year is no quantity.
fn number_words(frame: &Frame, key: &str, whole: i64) -> String {
    if key == "year" { whole.to_string() } else { frame.whole(whole) }
}

fn listed(frame: &Frame, words: impl Iterator<Item = String>, count: usize) -> String {
    let shown: Vec<String> = words.take(LISTED_MAX).collect();
    let rest = count - shown.len();
    match (count, rest) {
        (0, _) => "–".to_owned(),
        (_, 0) => shown.join(" ; "),
        _ => frame.texts("trail-list-cut", &[("shown", &shown.join(" ; ")), ("rest", &rest.to_string())]),
    }
}

/// Days, months, instants and amounts as the language writes them; everything else as it is.
fn text_words(frame: &Frame, key: &str, text: &str) -> String {
    if is_hash(text) {
        return shortened(text);
    }
    if key == "role"
        && let Some(role) = Role::ALL.into_iter().find(|role| role.name() == text)
    {
        return frame.t(role_key(role));
    }
    if AMOUNTS.contains(&key)
        && let Ok(amount) = text.parse::<Money>()
    {
        return frame.amount(&amount);
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return frame.date(&day);
    }
    if text.len() == "2026-10".len()
        && let Ok(month) = text.parse::<BillingMonth>()
    {
        return frame.month(&month);
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => frame.instant(Timestamp::from(at.to_utc()), frame.zone),
        Err(_) => text.to_owned(),
    }
}

/// SHA-256 in hex.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}

fn shortened(hash: &str) -> String {
    if hash.chars().count() <= HASH_CHARACTERS {
        return hash.to_owned();
    }
    hash.chars().take(HASH_CHARACTERS).chain(['…']).collect()
}
