//! Evidence packs that people ask for, and how far each is. One that has been silent for [`SILENCE_SECONDS_MAX`] was
//! stopped with its program, and another may begin.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::billing_runs::{RunStatus, SILENCE_SECONDS_MAX};
use crate::storage::codec::{from_word, integer};
use crate::storage::db::AnyConnection;
use crate::storage::error::{Running, StorageError, StorageResult};
use crate::storage::schema::evidence_pack;

/// A pack being made, or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidencePack {
    pub id: i64,
    pub year: i32,
    pub status: RunStatus,
    pub parts_done: u64,
    /// 0 until it is known.
    pub parts: u64,
    pub started_by: String,
    pub started_at: DateTime<Utc>,
    /// When its program last said that it goes on.
    pub seen_at: DateTime<Utc>,
    pub error: Option<String>,
    /// None until it is made, and once it made room for a later one.
    pub file: Option<PackFile>,
    /// Of the finished file, also when it is gone.
    pub sha256: Option<String>,
}

/// The file of a finished pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFile {
    /// Relative to the data directory.
    pub path: String,
    pub size_bytes: u64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = evidence_pack)]
struct PackRow {
    id: i64,
    year: i64,
    status: String,
    parts_done: i64,
    parts: i64,
    started_by: String,
    started_at: i64,
    seen_at: i64,
    error: Option<String>,
    path: Option<String>,
    sha256: Option<String>,
    bytes: Option<i64>,
}

/// Begins a pack. While another is being made that is a conflict.
pub fn begin(connection: &mut AnyConnection, year: i32, by: &str, now: DateTime<Utc>) -> StorageResult<i64> {
    close_silent(connection, now)?;
    let running = evidence_pack::table.filter(evidence_pack::status.eq(RunStatus::Running.name()));
    let found = running.select((evidence_pack::id, evidence_pack::started_by)).first::<(i64, String)>(connection);
    if let Some((id, by)) = found.optional()? {
        return Err(StorageError::Running { what: Running::EvidencePack, id, by });
    }
    Ok(diesel::insert_into(evidence_pack::table)
        .values((
            evidence_pack::year.eq(i64::from(year)),
            evidence_pack::status.eq(RunStatus::Running.name()),
            evidence_pack::started_by.eq(by),
            evidence_pack::started_at.eq(now.timestamp()),
            evidence_pack::seen_at.eq(now.timestamp()),
        ))
        .returning(evidence_pack::id)
        .get_result(connection)?)
}

/// Marks packs whose program is gone as stopped.
fn close_silent(connection: &mut AnyConnection, now: DateTime<Utc>) -> StorageResult<usize> {
    let silent = evidence_pack::table
        .filter(evidence_pack::status.eq(RunStatus::Running.name()))
        .filter(evidence_pack::seen_at.lt(now.timestamp() - SILENCE_SECONDS_MAX));
    let values =
        (evidence_pack::status.eq(RunStatus::Stopped.name()), evidence_pack::ended_at.eq(Some(now.timestamp())));
    Ok(diesel::update(silent).set(values).execute(connection)?)
}

/// Says that it goes on.
pub fn beat(connection: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> StorageResult<()> {
    diesel::update(evidence_pack::table.find(id))
        .set(evidence_pack::seen_at.eq(now.timestamp()))
        .execute(connection)?;
    Ok(())
}

/// Says how far it is.
pub fn note(
    connection: &mut AnyConnection,
    id: i64,
    (done, parts): (u64, u64),
    now: DateTime<Utc>,
) -> StorageResult<()> {
    let values = (
        evidence_pack::parts_done.eq(integer::<u64, i64>("a pack's parts", done)?),
        evidence_pack::parts.eq(integer::<u64, i64>("a pack's parts", parts)?),
        evidence_pack::seen_at.eq(now.timestamp()),
    );
    diesel::update(evidence_pack::table.find(id)).set(values).execute(connection)?;
    Ok(())
}

/// The pack is made.
pub fn finish(
    connection: &mut AnyConnection,
    id: i64,
    file: &PackFile,
    sha256: &str,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    let values = (
        evidence_pack::status.eq(RunStatus::Done.name()),
        evidence_pack::ended_at.eq(Some(now.timestamp())),
        evidence_pack::path.eq(Some(&file.path)),
        evidence_pack::sha256.eq(Some(sha256)),
        evidence_pack::bytes.eq(Some(integer::<u64, i64>("a pack's size", file.size_bytes)?)),
    );
    diesel::update(evidence_pack::table.find(id)).set(values).execute(connection)?;
    Ok(())
}

/// The pack could not be made.
pub fn fail(connection: &mut AnyConnection, id: i64, error: &str, now: DateTime<Utc>) -> StorageResult<()> {
    let values = (
        evidence_pack::status.eq(RunStatus::Failed.name()),
        evidence_pack::ended_at.eq(Some(now.timestamp())),
        evidence_pack::error.eq(Some(error)),
    );
    diesel::update(evidence_pack::table.find(id)).set(values).execute(connection)?;
    Ok(())
}

/// Takes the files of all but the latest `kept` finished packs off the list and returns their paths.
pub fn make_room(connection: &mut AnyConnection, kept: usize) -> StorageResult<Vec<String>> {
    let with_file: Vec<(i64, Option<String>)> = evidence_pack::table
        .filter(evidence_pack::path.is_not_null())
        .order(evidence_pack::id.desc())
        .select((evidence_pack::id, evidence_pack::path))
        .load(connection)?;
    let mut gone = Vec::new();
    for (id, path) in with_file.into_iter().skip(kept) {
        diesel::update(evidence_pack::table.find(id))
            .set(evidence_pack::path.eq(None::<String>))
            .execute(connection)?;
        gone.extend(path);
    }
    Ok(gone)
}

pub fn find(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<EvidencePack>> {
    let row: Option<PackRow> =
        evidence_pack::table.find(id).select(PackRow::as_select()).first(connection).optional()?;
    row.map(pack_from).transpose()
}

/// The latest packs, newest first.
pub fn recent(connection: &mut AnyConnection, limit: i64) -> StorageResult<Vec<EvidencePack>> {
    let rows: Vec<PackRow> = evidence_pack::table
        .order(evidence_pack::id.desc())
        .limit(limit)
        .select(PackRow::as_select())
        .load(connection)?;
    rows.into_iter().map(pack_from).collect()
}

fn pack_from(row: PackRow) -> StorageResult<EvidencePack> {
    let file = match (row.path, row.bytes) {
        (Some(path), Some(bytes)) => Some(PackFile { path, size_bytes: integer("a pack's size", bytes)? }),
        _ => None,
    };
    Ok(EvidencePack {
        id: row.id,
        year: integer("a pack's year", row.year)?,
        status: from_word("a pack's status", row.status)?,
        parts_done: integer("a pack's parts", row.parts_done)?,
        parts: integer("a pack's parts", row.parts)?,
        started_by: row.started_by,
        started_at: DateTime::from_timestamp(row.started_at, 0).unwrap_or_default(),
        seen_at: DateTime::from_timestamp(row.seen_at, 0).unwrap_or_default(),
        error: row.error,
        file,
        sha256: row.sha256,
    })
}
