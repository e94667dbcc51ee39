//! Reports that were kept: where each file is and what it must hash to. Entries are added, never changed.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::storage::codec::{date_from, date_text, integer};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::report_archive;

/// A file of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchivedReport {
    /// Which report: `payback`.
    pub kind: String,
    /// The day the report looks from.
    pub as_of: NaiveDate,
    /// `pdf`, `xlsx`, `csv`, `json`.
    pub format: String,
    /// `fr`, `en`.
    pub language: String,
    /// Relative to the data directory: `reports/2026/mouvements-2026-12-31-fr-3f9a0c12b7de.pdf`.
    pub path: String,
    /// Lower-case hex.
    pub sha256: String,
    pub size_bytes: u64,
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = report_archive)]
struct ReportRow {
    kind: String,
    as_of: String,
    format: String,
    language: String,
    path: String,
    sha256: String,
    bytes: i64,
    created_at: i64,
}

/// Notes a file; a second one at the same path is a conflict.
pub fn insert(connection: &mut AnyConnection, report: &ArchivedReport) -> StorageResult<()> {
    let row = ReportRow {
        kind: report.kind.clone(),
        as_of: date_text(report.as_of),
        format: report.format.clone(),
        language: report.language.clone(),
        path: report.path.clone(),
        sha256: report.sha256.clone(),
        bytes: integer("a report's size", report.size_bytes)?,
        created_at: report.created_at.timestamp(),
    };
    diesel::insert_into(report_archive::table).values(&row).execute(connection)?;
    Ok(())
}

/// The file kept at `path`, relative to the data directory.
pub fn find(connection: &mut AnyConnection, path: &str) -> StorageResult<Option<ArchivedReport>> {
    let row: Option<ReportRow> = report_archive::table
        .filter(report_archive::path.eq(path))
        .select(ReportRow::as_select())
        .first(connection)
        .optional()?;
    row.map(report_from).transpose()
}

/// The file that was kept of the same report in the same form with the same bytes, whatever it is called.
pub fn find_same(connection: &mut AnyConnection, report: &ArchivedReport) -> StorageResult<Option<ArchivedReport>> {
    let row: Option<ReportRow> = report_archive::table
        .filter(report_archive::sha256.eq(&report.sha256).and(report_archive::kind.eq(&report.kind)))
        .filter(report_archive::as_of.eq(date_text(report.as_of)))
        .filter(report_archive::format.eq(&report.format).and(report_archive::language.eq(&report.language)))
        .order(report_archive::id)
        .select(ReportRow::as_select())
        .first(connection)
        .optional()?;
    row.map(report_from).transpose()
}

/// A kept report by its hash.
pub fn by_hash(connection: &mut AnyConnection, sha256: &str) -> StorageResult<Option<ArchivedReport>> {
    let row: Option<ReportRow> = report_archive::table
        .filter(report_archive::sha256.eq(sha256))
        .order(report_archive::id)
        .select(ReportRow::as_select())
        .first(connection)
        .optional()?;
    row.map(report_from).transpose()
}

/// Every kept report in the order they were made; of one kind only where it is given.
pub fn list(connection: &mut AnyConnection, kind: Option<&str>) -> StorageResult<Vec<ArchivedReport>> {
    let mut reports = report_archive::table.into_boxed();
    if let Some(kind) = kind {
        reports = reports.filter(report_archive::kind.eq(kind.to_owned()));
    }
    let rows: Vec<ReportRow> = reports.order(report_archive::id).select(ReportRow::as_select()).load(connection)?;
    rows.into_iter().map(report_from).collect()
}

fn report_from(row: ReportRow) -> StorageResult<ArchivedReport> {
    Ok(ArchivedReport {
        kind: row.kind,
        as_of: date_from("a report's day", &row.as_of)?,
        format: row.format,
        language: row.language,
        path: row.path,
        sha256: row.sha256,
        size_bytes: integer("a report's size", row.bytes)?,
        created_at: DateTime::from_timestamp(row.created_at, 0).unwrap_or_default(),
    })
}
