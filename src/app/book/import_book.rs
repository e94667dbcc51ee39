//! Bring a facility book in, all or nothing.
//!
//! What was edited outside the file (in the browser, over the API) is not taken back by a file that does not know of it:
//! such an import is refused as a whole and names what it would take back. A file knows of the edits up to the revision
//! it names, which `export` writes into it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::asset_ledger::contradictions;
use crate::app::{AppError, Store, asset_versions, record_asset_event};
use crate::bookfile::{self, BookMistake};
use crate::domain::amortisation::FixedAsset;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::{Book, billed_faults, billed_notices, new_same_sirets, new_unpriced_quantities};
use crate::domain::ids::TenantCode;
use crate::storage::{AnyConnection, audit, billing, book as stored, invoices, series};

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
    bookfile::read_bytes(bytes, file_name).map_err(|mistakes| listed(&mistakes, file_name))
}

fn listed(mistakes: &[BookMistake], file_name: &str) -> String {
    let count = mistakes.len();
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let noun = if count == 1 { "mistake" } else { "mistakes" };
    format!("{}\n{count} {noun} in {file_name}; nothing was imported", lines.join("\n"))
}

/// What an import of the file `bytes` was refused for, with its places in the file where it is the book that contradicts
/// what is stored.
pub fn placed(error: AppError, bytes: &[u8], file_name: &str) -> AppError {
    match error {
        AppError::Contradictory(problems) => {
            AppError::Input(listed(&bookfile::place(bytes, file_name, problems), file_name))
        }
        other => other,
    }
}

/// What a file knows of edits made outside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileBasis {
    /// The edits up to this one.
    pub revision: i64,
    /// Edits it does not know are taken back.
    pub overwrite: bool,
}

/// Stores a `book` that knows of no edits made outside it: see [`import_on`].
pub fn import(store: &Store, book: &Book, by: &Actor, now: DateTime<Utc>) -> Result<ImportReport, AppError> {
    import_on(store, book, FileBasis::default(), by, now)
}

/// Stores `book` in one transaction. Importing the same book again changes nothing and leaves no audit event.
pub fn import_on(
    store: &Store,
    book: &Book,
    basis: FileBasis,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ImportReport, AppError> {
    store.write(|connection| import_within(connection, book, basis, by, now))
}

/// What importing `book` would do or why it would be refused, held against all that is stored; nothing is kept of it.
pub fn check_on(
    store: &Store,
    book: &Book,
    basis: FileBasis,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ImportReport, AppError> {
    store.rehearse(|connection| import_within(connection, book, basis, by, now))
}

fn import_within(
    connection: &mut AnyConnection,
    book: &Book,
    basis: FileBasis,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ImportReport, AppError> {
    stored::lock(connection)?;
    let before = stored::load_book(connection)?;
    let assets = stored::assets(connection)?;
    let contradictions = contradictions(connection, &assets, &book.assets)?;
    if !contradictions.is_empty() {
        return Err(AppError::Contradictory(contradictions));
    }
    if let Some(before) = &before {
        refuse_billed(connection, before, book)?;
        refuse_moduli(connection, before, book, now)?;
    }
    let changes = stored::save_book(connection, book)?;
    let named = |items: Vec<stored::BookItem>| items.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut report = ImportReport {
        created: named(changes.created),
        changed: named(changes.changed),
        unchanged: changes.unchanged,
        not_in_file: named(changes.not_in_file),
        warnings: vec![],
    };
    let taken_back = taken_back(connection, &report, basis.revision)?;
    if !(taken_back.is_empty() || basis.overwrite) {
        return Err(refuse(&taken_back));
    }
    if let Some(before) = &before {
        report.warnings = warnings(connection, before, book)?;
    }
    let unpriced = new_unpriced_quantities(before.as_ref(), book);
    report.warnings.extend(unpriced.iter().map(ToString::to_string));
    report.warnings.extend(new_same_sirets(before.as_ref(), book).iter().map(ToString::to_string));
    report.warnings.extend(taken_back.iter().map(|edit| format!("{edit}: the file took that back")));
    if !(report.created.is_empty() && report.changed.is_empty()) {
        let after = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        audit::append(connection, &event(&report, before.as_ref(), &after, by, now))?;
    }
    for asset in &book.assets {
        let before = assets.iter().find(|stored| stored.code == asset.code);
        let without = FixedAsset { events: vec![], ..asset.clone() };
        asset_versions::note(connection, before, asset, (book.facility.zone, by, now))?;
        record_asset_event::note(connection, before.unwrap_or(&without), asset, by, now)?;
    }
    Ok(report)
}

/// Refuses what would read billed months otherwise.
fn refuse_billed(connection: &mut AnyConnection, before: &Book, after: &Book) -> Result<(), AppError> {
    if billed_faults(before, after, |_| true).is_empty() {
        return Ok(());
    }
    let billed = invoices::contracts_issued(connection)?;
    let found = billed_faults(before, after, |contract| billed.contains(contract));
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    if told.is_empty() { Ok(()) } else { Err(AppError::input(told.join("\n"))) }
}

/// Refuses a modulus that the counter's own last reading lies beyond.
fn refuse_moduli(
    connection: &mut AnyConnection,
    before: &Book,
    after: &Book,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let ids = stored::meter_ids(connection)?;
    let mut told = Vec::new();
    for meter in &after.meters {
        let former = before.meters.iter().find(|former| former.code == meter.code).map(|former| former.modulus);
        let (Some(modulus), Some(id)) = (meter.modulus, ids.get(&meter.code)) else { continue };
        if former.is_none_or(|former| former == Some(modulus)) {
            continue;
        }
        if let Some(last) = series::last_before(connection, *id, now.into())?.filter(|last| last.value >= modulus) {
            told.push(format!(
                "meter {}: a modulus of {modulus} lies below its reading of {} at {}; write what its register holds",
                meter.code, last.value, last.at
            ));
        }
    }
    if told.is_empty() { Ok(()) } else { Err(AppError::input(told.join("\n"))) }
}

/// What the file would undo of edits it does not know of, each in words: a change, or the removal of what it brings again.
fn taken_back(connection: &mut AnyConnection, report: &ImportReport, known: i64) -> Result<Vec<String>, AppError> {
    let edits = stored::edits(connection, known)?;
    let edit = |item: &String, done: &str| {
        // There is one seller, whatever its prefix.
        let key = if item.starts_with("seller ") { "seller " } else { item.as_str() };
        let edited = edits.get(key)?;
        Some(format!("{item} was {done} by {} at {}, after this file was written", edited.by, edited.at))
    };
    let changed = report.changed.iter().filter_map(|item| edit(item, "edited"));
    Ok(changed.chain(report.created.iter().filter_map(|item| edit(item, "removed"))).collect())
}

fn refuse(taken_back: &[String]) -> AppError {
    AppError::Input(format!(
        "{}\nnothing was imported: bring the file up to date with `chapelle export`, which writes what was edited, or \
         take the edits back with `--overwrite-edits`",
        taken_back.join("\n")
    ))
}

/// What changed although documents say it otherwise: what is issued keeps what it said.
fn warnings(connection: &mut AnyConnection, before: &Book, after: &Book) -> Result<Vec<String>, AppError> {
    let Some(horizon) = billing::horizon(connection)? else { return Ok(vec![]) };
    let notices = billed_notices(before, after, horizon.through);
    if notices.is_empty() {
        return Ok(vec![]);
    }
    let billed = invoices::contracts_issued(connection)?;
    let is_billed = |tenant: &TenantCode| {
        before.contracts.iter().any(|contract| contract.tenant == *tenant && billed.contains(&contract.code))
    };
    Ok(notices.iter().filter(|notice| notice.tenant().is_none_or(is_billed)).map(ToString::to_string).collect())
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
