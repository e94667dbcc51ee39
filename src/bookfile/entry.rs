//! One thing of the book by itself, in the book's own keys as JSON: what a form fills in and what a program sends.
//!
//! It is read by the very readers of the file, so that it is held to the same rules. Amounts, quantities and days are
//! text, exactly as they would stand in the file; a key that is left out has its default.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table as Toml, Value};

use super::cursor::{Notes, Table};
use super::fault::Fault;
use super::read::{assets, contracts, parties, payback, prices};
use super::source::Source;
use super::syntax;
use super::write::page::Page;
use super::write::{self, agreements, seller, tariff, tenant};
use crate::domain::book::{BookPath, Entry, EntryKind, Labels};

/// What is wrong with a field, by the field's name: `contact.2.email`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {fault}", elsewhere.as_ref().map_or_else(|| field.clone(), BookPath::to_string))]
pub struct EntryMistake {
    pub field: String,
    pub fault: Fault,
    /// Where it is instead, of a rule the entry makes another thing of the book break.
    pub elsewhere: Option<BookPath>,
}

impl EntryMistake {
    pub fn new(field: impl Into<String>, fault: impl Into<Fault>) -> EntryMistake {
        EntryMistake { field: field.into(), fault: fault.into(), elsewhere: None }
    }
}

/// Reads an entry; all its mistakes are told.
pub fn read_entry(kind: EntryKind, document: &Json) -> Result<Entry, Vec<EntryMistake>> {
    let mut refused = Vec::new();
    let mut root = Toml::new();
    for (key, value) in document.as_object().into_iter().flatten() {
        if let Some(value) = value_of(value, key, &mut refused) {
            root.insert(key, Item::Value(value));
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let text = DocumentMut::from(root).to_string();
    let whole = |message: String| vec![EntryMistake::new("", message)];
    let source = Source::decode(text.as_bytes(), "").map_err(|mistake| whole(mistake.message))?;
    let parsed = syntax::parse(&source).map_err(|mistake| whole(mistake.message))?;
    let notes = Notes::new(&source, parsed.refused);
    let root = parsed.document.as_table();
    let place = |header: &'static str| (header, BookPath::root(), 0);
    let entry = match kind {
        EntryKind::Seller => {
            Table::read(&notes, root, place("[seller]"), parties::seller).map(|seller| Entry::Seller(Box::new(seller)))
        }
        EntryKind::Tenant => Table::read(&notes, root, place("[[tenant]]"), parties::tenant).map(Entry::Tenant),
        EntryKind::Tariff => Table::read(&notes, root, place("[[tariff]]"), prices::tariff).map(Entry::Tariff),
        EntryKind::Contract => {
            Table::read(&notes, root, place("[[contract]]"), contracts::contract).map(Entry::Contract)
        }
        EntryKind::Asset => {
            let asset = Table::read(&notes, root, place("[[asset]]"), assets::asset);
            asset.map(|asset| Entry::Asset(Box::new(asset)))
        }
        EntryKind::Payback => {
            let terms = Table::read(&notes, root, place("[payback]"), payback::terms);
            terms.map(|terms| Entry::Payback(Box::new(terms)))
        }
    };
    let mistakes = notes.into_mistakes();
    match entry {
        Some(entry) if mistakes.is_empty() => Ok(entry),
        _ if mistakes.is_empty() => Err(whole("cannot be read".to_owned())),
        _ => {
            let named = mistakes.into_iter();
            let named = named.map(|mistake| (field(mistake.path.segments(), document), *mistake.fault));
            Err(named.map(|(field, fault)| EntryMistake::new(field, fault)).collect())
        }
    }
}

/// The entry as [`read_entry`] reads it; what stands at its default is left out.
pub fn write_entry(entry: &Entry) -> Json {
    let mut page = Page::default();
    match entry {
        Entry::Seller(value) => seller(&mut page, value),
        Entry::Tenant(value) => tenant(&mut page, value),
        Entry::Tariff(value) => tariff(&mut page, value),
        Entry::Contract(value) => agreements::contract(&mut page, value),
        Entry::Asset(value) => write::assets::asset(&mut page, value),
        Entry::Payback(value) => write::payback::terms(&mut page, value),
    }
    // What was just written parses.
    item_document(entry.kind().name(), &page.into_text()).unwrap_or_default()
}

/// The whole file as one document: its keys, with amounts, quantities and days as text. None where `text` is no TOML.
pub fn book_document(text: &str) -> Option<Json> {
    let document: DocumentMut = text.parse().ok()?;
    Some(json_of_table(document.as_table()))
}

/// A thing's part of the file, as [`items`](super::items) writes it, as a document of its keys: the same that
/// [`write_entry`] gives. None where `text` is no such part.
pub fn item_document(header: &str, text: &str) -> Option<Json> {
    let document: DocumentMut = text.parse().ok()?;
    let item = document.get(header)?;
    let table = item.as_array_of_tables().and_then(|tables| tables.get(0)).or(item.as_table());
    table.map(json_of_table)
}

/// The name of the field at a place of the entry: `contact[2].email` is `contact.2.email`, and a line, a component or a
/// scenario, which the place names by its code, is counted as well.
pub fn field(place: &[String], document: &Json) -> String {
    let name = |segment: &String| match segment.strip_suffix(']').and_then(|segment| segment.split_once('[')) {
        Some((list @ ("line" | "component" | "scenario"), label)) => {
            format!("{list}.{}", position(list, label, document))
        }
        Some((list, label)) => format!("{list}.{label}"),
        None => segment.clone(),
    };
    place.iter().map(name).collect::<Vec<_>>().join(".")
}

/// Which item of a list of things with codes, from 1, has this label.
fn position(list: &str, label: &str, document: &Json) -> usize {
    let mut labels = Labels::default();
    let lines = document.get(list).and_then(Json::as_array).into_iter().flatten();
    let mut codes = lines.map(|line| line.get("code").and_then(Json::as_str).unwrap_or("?"));
    codes.position(|code| labels.next(code) == label).map_or(1, |index| index + 1)
}

fn value_of(value: &Json, field: &str, refused: &mut Vec<EntryMistake>) -> Option<Value> {
    match value {
        Json::Null => None,
        Json::Bool(flag) => Some((*flag).into()),
        Json::String(text) => Some(text.as_str().into()),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Some(whole.into()),
            None => {
                let message =
                    format!("{number} has decimals; write it as text, \"{number}\", so that no digit is lost");
                refused.push(EntryMistake::new(field, message));
                None
            }
        },
        Json::Array(items) => {
            let mut list = Array::new();
            for (index, item) in items.iter().enumerate() {
                list.extend(value_of(item, &format!("{field}.{}", index + 1), refused));
            }
            Some(list.into())
        }
        Json::Object(entries) => {
            let mut table = InlineTable::new();
            for (key, item) in entries {
                if let Some(value) = value_of(item, &format!("{field}.{key}"), refused) {
                    table.insert(key, value);
                }
            }
            Some(table.into())
        }
    }
}

fn json_of_table(table: &Toml) -> Json {
    Json::Object(table.iter().map(|(key, item)| (key.to_owned(), json_of_item(item))).collect())
}

fn json_of_item(item: &Item) -> Json {
    match item {
        Item::None => Json::Null,
        Item::Value(value) => json_of(value),
        Item::Table(table) => json_of_table(table),
        Item::ArrayOfTables(tables) => Json::Array(tables.iter().map(json_of_table).collect()),
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::String(text) => Json::String(text.value().clone()),
        Value::Boolean(flag) => Json::Bool(*flag.value()),
        Value::Array(items) => Json::Array(items.iter().map(json_of).collect()),
        Value::InlineTable(table) => {
            let entries = table.iter().map(|(key, value)| (key.to_owned(), json_of(value)));
            Json::Object(entries.collect::<Map<String, Json>>())
        }
        // As its digits stand in the file.
        number_or_day => Json::String(number_or_day.to_string().trim().to_owned()),
    }
}
