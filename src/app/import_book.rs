//! Bring a facility book in, all or nothing.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::asset_ledger::refuse_contradictions;
use super::{AppError, Store, record_asset_event};
use crate::bookfile;
use crate::domain::amortisation::FixedAsset;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::storage::{AnyConnection, audit, billing, book as stored};

/// What an import did to the stored book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Each as its kind and code: `tenant ap-hp`.
    pub created: Vec<String>,
    pub changed: Vec<String>,
    pub unchanged: usize,
    /// Stored before and absent from the file: kept, because invoices and readings refer to them.
    pub not_in_file: Vec<String>,
    /// What a person should know of the changes.
    pub warnings: Vec<String>,
}

/// The book in `bytes`, or every mistake found in it, one a line.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Book, String> {
    bookfile::read_bytes(bytes, file_name).map_err(|mistakes| {
        let count = mistakes.len();
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        format!("{}\n{count} {noun} in {file_name}; nothing was imported", lines.join("\n"))
    })
}

/// Kinds of items that set prices, as [`stored::BookItem`] writes them.
const TERMS: [&str; 3] = ["tariff ", "contract ", "price index "];

/// Stores `book` in one transaction. Importing the same book again changes nothing and leaves no audit event.
pub fn import(store: &Store, book: &Book, by: &Actor, now: DateTime<Utc>) -> Result<ImportReport, AppError> {
    store.write(|connection| {
        let before = stored::load_book(connection)?;
        let assets = stored::assets(connection)?;
        refuse_contradictions(connection, &assets, &book.assets)?;
        let changes = stored::save_book(connection, book)?;
        let named = |items: Vec<stored::BookItem>| items.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut report = ImportReport {
            created: named(changes.created),
            changed: named(changes.changed),
            unchanged: changes.unchanged,
            not_in_file: named(changes.not_in_file),
            warnings: vec![],
        };
        report.warnings = warnings(connection, &report.changed)?;
        if !(report.created.is_empty() && report.changed.is_empty()) {
            let after = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
            audit::append(connection, &event(&report, before.as_ref(), &after, by, now))?;
        }
        for asset in &book.assets {
            let before = assets.iter().find(|stored| stored.code == asset.code);
            let without = FixedAsset { events: vec![], ..asset.clone() };
            record_asset_event::note(connection, before.unwrap_or(&without), asset, by, now)?;
        }
        Ok(report)
    })
}

/// Terms that changed although months were billed on them: what is issued keeps what it said.
fn warnings(connection: &mut AnyConnection, changed: &[String]) -> Result<Vec<String>, AppError> {
    let Some(horizon) = billing::horizon(connection)? else { return Ok(vec![]) };
    let is_term = |item: &&String| TERMS.iter().any(|kind| item.starts_with(kind));
    let warning = |item: &String| {
        format!(
            "{item} changed, and months through {} are billed: what is issued keeps its prices, and no difference is \
             billed by itself; give a new price a version of its own with its `from`",
            horizon.through
        )
    };
    Ok(changed.iter().filter(is_term).map(warning).collect())
}

/// What was replaced and what stands there now, each thing in the words of the book's file.
fn event(report: &ImportReport, before: Option<&Book>, after: &Book, by: &Actor, now: DateTime<Utc>) -> AuditEvent {
    let mut former = before.map(bookfile::items).unwrap_or_default();
    let mut items = bookfile::items(after);
    items.retain(|key, text| former.get(key) != Some(text));
    former.retain(|key, _| items.contains_key(key));
    let detail = serde_json::json!({ "created": report.created, "changed": report.changed, "items": items });
    let event = AuditEvent::new(now, by, "book.imported", &after.facility.code, detail);
    if former.is_empty() { event } else { event.before(serde_json::json!({ "items": former })) }
}
