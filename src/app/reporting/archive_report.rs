//! Keep a report's file below `reports/YEAR/` of the data directory, with its SHA-256 in the database.
//!
//! Any report can be kept: its name, in the language of the report, holds the beginning of its hash, so that the same
//! bytes are kept once and other bytes of the same day stand beside them. A file that was kept under another name of
//! before stays where it is and is found.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use serde::Serialize;

use crate::app::archive_invoice::sha256;
use crate::app::durable::write_durably;
use crate::app::{AppError, Store};
use crate::domain::audit::{Actor, AuditEvent};
use crate::storage::{audit, report_archive};

pub use crate::storage::report_archive::ArchivedReport;

/// A report's file to be kept.
#[derive(Debug, Clone, Copy)]
pub struct ReportFile<'a> {
    /// Which report, and what distinguishes it: `payback`, `payback-central`. Lower-case letters, digits and hyphens.
    pub kind: &'a str,
    /// The same as its file is called, in the language of the report: `retour-sur-investissement-central`.
    pub name: &'a str,
    /// The day the report looks from.
    pub as_of: NaiveDate,
    /// Also the file's ending: `pdf`, `xlsx`, `csv`, `json`.
    pub format: &'a str,
    /// `fr`, `en`.
    pub language: &'a str,
    pub bytes: &'a [u8],
}

/// What looking at every kept report found.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportCheck {
    pub sound: usize,
    /// Paths whose bytes are not those that were kept, or that are gone.
    pub damaged: Vec<String>,
}

/// How many characters of the hash a file's name carries.
const HASH_IN_NAME: usize = 12;

/// Keeps `file` and notes it in the database and the trail. The same bytes kept again change nothing; a file that was
/// lost or damaged since is written again.
pub fn archive_report(
    store: &Store,
    file: &ReportFile,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ArchivedReport, AppError> {
    let mut report = described(file, now)?;
    // Kept before, perhaps under the name such files had then.
    if let Some(kept) = report_archive::find_same(&mut *store.connection()?, &report)? {
        report.path = kept.path;
    } else if let Some(kept) = report_archive::find(&mut *store.connection()?, &report.path)? {
        same(kept, &report)?;
    }
    let path = store.data_dir().join(&report.path);
    let on_disk = fs::read(&path).is_ok_and(|bytes| sha256(&bytes) == report.sha256);
    if !on_disk {
        write_durably(&path, file.bytes)?;
    }
    store.write(|connection| {
        if let Some(kept) = report_archive::find(connection, &report.path)? {
            return same(kept, &report);
        }
        report_archive::insert(connection, &report)?;
        let detail = serde_json::json!({
            "kind": report.kind, "as_of": report.as_of, "format": report.format, "language": report.language,
            "sha256": report.sha256, "bytes": report.size_bytes,
        });
        audit::append(connection, &AuditEvent::new(now, by, "report.archived", &report.path, detail))?;
        Ok(report)
    })
}

/// Every kept report, in the order they were made; of one kind only where it is given.
pub fn list(store: &Store, kind: Option<&str>) -> Result<Vec<ArchivedReport>, AppError> {
    Ok(report_archive::list(&mut *store.connection()?, kind)?)
}

/// The kept report with this hash and its bytes; none where there is no such report. One that is damaged is refused.
pub fn read(store: &Store, hash: &str) -> Result<Option<(ArchivedReport, Vec<u8>)>, AppError> {
    let Some(report) = report_archive::by_hash(&mut *store.connection()?, hash)? else { return Ok(None) };
    let path = store.data_dir().join(&report.path);
    let bytes = fs::read(&path).map_err(AppError::io("read", &path))?;
    if sha256(&bytes) != report.sha256 {
        return Err(AppError::Corrupt(format!("{} is not as it was kept", report.path)));
    }
    Ok(Some((report, bytes)))
}

/// Compares every kept report with its recorded hash.
pub fn check(store: &Store) -> Result<ReportCheck, AppError> {
    let mut check = ReportCheck::default();
    for report in list(store, None)? {
        match fs::read(store.data_dir().join(&report.path)) {
            Ok(bytes) if sha256(&bytes) == report.sha256 => check.sound += 1,
            _ => check.damaged.push(report.path),
        }
    }
    Ok(check)
}

fn described(file: &ReportFile, now: DateTime<Utc>) -> Result<ArchivedReport, AppError> {
    let ReportFile { kind, name, as_of, format, language, bytes } = *file;
    for word in [kind, name, format, language] {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if word.is_empty() || !word.chars().all(is_plain) {
            return Err(AppError::input(format!(
                "`{word}` cannot stand in a file's name: write lower-case letters, digits and hyphens"
            )));
        }
    }
    let hash = sha256(bytes);
    let name = format!("{name}-{as_of}-{language}-{}.{format}", hash.get(..HASH_IN_NAME).unwrap_or(&hash));
    let path = Path::new("reports").join(as_of.year().to_string()).join(name);
    Ok(ArchivedReport {
        kind: kind.to_owned(),
        as_of,
        format: format.to_owned(),
        language: language.to_owned(),
        path: path.display().to_string(),
        sha256: hash,
        size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        created_at: now.trunc_subsecs(0),
    })
}

/// What is kept under the name of `report` must be the same bytes: two contents whose hashes begin alike may not mix.
fn same(kept: ArchivedReport, report: &ArchivedReport) -> Result<ArchivedReport, AppError> {
    if kept.sha256 == report.sha256 {
        Ok(kept)
    } else {
        Err(AppError::Corrupt(format!("{} is kept with the SHA-256 {}", kept.path, kept.sha256)))
    }
}
