//! The book, the lines people added and the availability they recorded, against the last state the trail records.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Verification, differences, readable};
use crate::app::{AppError, manual_lines as lines, record_availability};
use crate::bookfile;
use crate::domain::book::{Book, EntryKind};
use crate::storage::audit::ChainedEvent;
use crate::storage::{AnyConnection, availability, book, manual_lines};

/// What events of their own change, which hold only what they changed: kept out of the comparison.
const OF_OTHER_EVENTS: [(&str, &str); 3] = [("asset", "event"), ("asset", "document"), ("meter", "reset")];

/// What the trail says.
#[derive(Default)]
pub struct Said {
    /// By kind and code: the latest state, as a document of the book's keys, with the event that says so.
    book: BTreeMap<(String, String), (i64, Value)>,
    /// The book was brought in before events held what it said.
    is_partial: bool,
    /// Lines that people added, by id: the contract's month and what was kept of them.
    manual_lines: BTreeMap<i64, (i64, String, Value)>,
    /// By contract, line and month.
    availability: BTreeMap<String, (i64, Value)>,
}

impl Said {
    pub fn note(&mut self, chained: &ChainedEvent) {
        let (event, sequence) = (&chained.event, chained.sequence);
        match event.action.as_str() {
            "book.imported" => self.note_import(sequence, &event.detail),
            "tenant.created" | "tenant.edited" | "contract.created" | "contract.edited" | "tariff.created"
            | "tariff.edited" | "seller.edited" | "asset.created" | "asset.edited" | "payback.created"
            | "payback.edited" => {
                let kind = event.action.split('.').next().unwrap_or_default();
                if let Some(document) = event.detail.get(kind) {
                    self.book.insert(key(kind, &event.subject), (sequence, document.clone()));
                }
            }
            "tenant.removed" | "contract.removed" | "tariff.removed" => {
                let kind = event.action.split('.').next().unwrap_or_default();
                self.book.remove(&key(kind, &event.subject));
            }
            "manual-line.added" => {
                if let Some(id) = event.detail.get("id").and_then(Value::as_i64) {
                    self.manual_lines.insert(id, (sequence, event.subject.clone(), event.detail.clone()));
                }
            }
            "manual-line.removed" => {
                if let Some(id) = event.detail.get("id").and_then(Value::as_i64) {
                    self.manual_lines.remove(&id);
                }
            }
            "availability.recorded" => {
                self.availability.insert(event.subject.clone(), (sequence, event.detail.clone()));
            }
            _ => {}
        }
    }

    fn note_import(&mut self, sequence: i64, detail: &Value) {
        let Some(items) = detail.get("items").and_then(Value::as_object) else {
            self.is_partial = true;
            return;
        };
        for (item, text) in items {
            if let Some((key, document)) = text.as_str().and_then(|text| read(item, text)) {
                self.book.insert(key, (sequence, document));
            }
        }
    }
}

/// There is one facility, one seller and one set of terms of payback, whatever they are called.
fn key(kind: &str, code: &str) -> (String, String) {
    let code = if matches!(kind, "facility" | "seller" | "payback") { "" } else { code };
    (kind.to_owned(), code.to_owned())
}

/// A thing of the book, called as events call it, with its part of the file as a document.
pub(super) fn read(item: &str, text: &str) -> Option<((String, String), Value)> {
    let (kind, code) = match item.strip_prefix("price index ") {
        Some(code) => ("price_index", code),
        None => item.split_once(' ')?,
    };
    Some((key(kind, code), bookfile::item_document(kind, text)?))
}

pub fn verify(connection: &mut AnyConnection, said: &Said, found: &mut Verification) -> Result<(), AppError> {
    let stored = book::load_book(connection).map_err(AppError::from);
    if let Some(Some(book)) = readable(stored, ("book", "book"), found)? {
        against_book(&book, said, found);
    }
    manual(connection, said, found)?;
    figures(connection, said, found)
}

fn against_book(book: &Book, said: &Said, found: &mut Verification) {
    let items = bookfile::items(book);
    let stored: BTreeMap<_, _> = items.iter().filter_map(|(item, text)| read(item, text)).collect();
    let mut unknown = 0_usize;
    for ((kind, code), document) in &stored {
        let place = format!("{kind} {code}").trim_end().to_owned();
        match said.book.get(&(kind.clone(), code.clone())) {
            None if said.is_partial => unknown += 1,
            None => found.find("book", place, "the trail does not say that it came into the book"),
            Some((sequence, recorded)) => {
                let (stored, recorded) = (held(kind, document), held(kind, &as_written(kind, recorded)));
                for (path, stored, said) in differences::between(&stored, &recorded) {
                    found.find("book", &place, format!("{path}: stored is {stored}, event {sequence} says {said}"));
                }
            }
        }
    }
    // Terms of payback may be left out of a book again; nothing else leaves it without an event.
    for ((kind, code), (sequence, _)) in said.book.iter().filter(|((kind, _), _)| kind != "payback") {
        if !stored.contains_key(&(kind.clone(), code.clone())) {
            let place = format!("{kind} {code}").trim_end().to_owned();
            found.find("book", place, format!("event {sequence} says it is in the book, and it is not there"));
        }
    }
    if unknown > 0 {
        found.notes.push(format!(
            "{unknown} things of the book are held against nothing: they were brought in before the trail kept what they said"
        ));
    }
}

/// What was sent, as the book writes it: defaults left out, numbers with the digits they are stored with.
pub(super) fn as_written(kind: &str, document: &Value) -> Value {
    let kind = match kind {
        "seller" => EntryKind::Seller,
        "tenant" => EntryKind::Tenant,
        "tariff" => EntryKind::Tariff,
        "contract" => EntryKind::Contract,
        "asset" => EntryKind::Asset,
        "payback" => EntryKind::Payback,
        _ => return document.clone(),
    };
    bookfile::read_entry(kind, document).map_or_else(|_| document.clone(), |entry| bookfile::write_entry(&entry))
}

/// Without what events of their own change.
pub(super) fn held(kind: &str, document: &Value) -> Value {
    let mut held = document.clone();
    if let Some(keys) = held.as_object_mut() {
        keys.retain(|key, _| !OF_OTHER_EVENTS.contains(&(kind, key)));
    }
    held
}

fn manual(connection: &mut AnyConnection, said: &Said, found: &mut Verification) -> Result<(), AppError> {
    let mut left = said.manual_lines.clone();
    for line in manual_lines::all(connection)? {
        let subject = lines::subject(&line.line.contract, line.line.month);
        let place = format!("{subject}, line {}", line.id);
        match left.remove(&line.id) {
            None => found.find("manual-line", place, "the trail does not say that it was added"),
            Some((sequence, said, _)) if said != subject => {
                found.find("manual-line", place, format!("stored is {subject}, event {sequence} says {said}"));
            }
            Some((sequence, _, detail)) => {
                departures(("manual-line", &place), (&lines::detail(&line), &detail), sequence, found);
            }
        }
    }
    for (id, (sequence, subject, _)) in left {
        let what = format!("event {sequence} says it was added, and it is not there");
        found.find("manual-line", format!("{subject}, line {id}"), what);
    }
    Ok(())
}

fn figures(connection: &mut AnyConnection, said: &Said, found: &mut Verification) -> Result<(), AppError> {
    let mut left = said.availability.clone();
    for figure in availability::all(connection)? {
        let place = record_availability::subject(&figure.figure);
        match left.remove(&place) {
            None => found.find("availability", place, "the trail does not say that it was recorded"),
            Some((sequence, detail)) => {
                let stored = as_numbers(&record_availability::detail(&figure));
                departures(("availability", &place), (&stored, &as_numbers(&detail)), sequence, found);
            }
        }
    }
    for (place, (sequence, _)) in left {
        found.find("availability", place, format!("event {sequence} says it was recorded, and it is not there"));
    }
    Ok(())
}

/// Percentages without the noughts at their end: the trail has them as they were typed.
fn as_numbers(detail: &Value) -> Value {
    let mut detail = detail.clone();
    for (key, value) in detail.as_object_mut().into_iter().flatten() {
        let number = value.as_str().and_then(|text| text.parse::<rust_decimal::Decimal>().ok());
        if let Some(number) = number.filter(|_| key != "reason") {
            *value = Value::String(number.normalize().to_string());
        }
    }
    detail
}

fn departures(
    (part, place): (&'static str, &str),
    (stored, said): (&Value, &Value),
    sequence: i64,
    found: &mut Verification,
) {
    for (path, stored, said) in differences::between(stored, said) {
        found.find(part, place, format!("{path}: stored is {stored}, event {sequence} says {said}"));
    }
}
