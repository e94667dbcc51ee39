//! Bring a facility book in, all or nothing.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::asset_ledger::refuse_contradictions;
use super::{AppError, Store, record_asset_event};
use crate::bookfile;
use crate::domain::amortisation::FixedAsset;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::storage::{audit, book as stored};

/// What an import did to the stored book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Each as its kind and code: `tenant ap-hp`.
    pub created: Vec<String>,
    pub changed: Vec<String>,
    pub unchanged: usize,
    /// Stored before and absent from the file: kept, because invoices and readings refer to them.
    pub not_in_file: Vec<String>,
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

/// Stores `book` in one transaction. Importing the same book again changes nothing and leaves no audit event.
pub fn import(store: &Store, book: &Book, by: &Actor, now: DateTime<Utc>) -> Result<ImportReport, AppError> {
    store.write(|connection| {
        let assets = stored::assets(connection)?;
        refuse_contradictions(connection, &assets, &book.assets)?;
        let changes = stored::save_book(connection, book)?;
        let named = |items: Vec<stored::BookItem>| items.iter().map(ToString::to_string).collect::<Vec<_>>();
        let report = ImportReport {
            created: named(changes.created),
            changed: named(changes.changed),
            unchanged: changes.unchanged,
            not_in_file: named(changes.not_in_file),
        };
        if !(report.created.is_empty() && report.changed.is_empty()) {
            let detail = serde_json::json!({ "created": report.created, "changed": report.changed });
            audit::append(connection, &AuditEvent::new(now, by, "book.imported", &book.facility.code, detail))?;
        }
        for asset in &book.assets {
            let before = assets.iter().find(|stored| stored.code == asset.code);
            let without = FixedAsset { events: vec![], ..asset.clone() };
            record_asset_event::note(connection, before.unwrap_or(&without), asset, by, now)?;
        }
        Ok(report)
    })
}
