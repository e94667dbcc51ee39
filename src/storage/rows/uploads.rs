//! Files of readings that were sent: how far each is, and what became of it.

use diesel::prelude::*;

use crate::domain::calendar::Timestamp;
use crate::storage::codec::{corrupt, integer};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::reading_upload;

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    Running,
    Done,
    /// The file could not be read to its end.
    Failed,
}

impl UploadState {
    pub const fn name(self) -> &'static str {
        match self {
            UploadState::Running => "running",
            UploadState::Done => "done",
            UploadState::Failed => "failed",
        }
    }

    fn from_name(name: &str) -> StorageResult<UploadState> {
        [UploadState::Running, UploadState::Done, UploadState::Failed]
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| corrupt("an upload's state", name.to_owned()))
    }
}

/// A file on its way in, or in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: i64,
    pub file_name: String,
    /// The e-mail address of who sent it.
    pub by: String,
    pub started_at: Timestamp,
    /// When it was last seen to move.
    pub seen_at: Timestamp,
    pub bytes_total: u64,
    pub bytes_read: u64,
    pub state: UploadState,
    /// JSON: what is known so far, all of it once it has ended.
    pub report: Option<String>,
}

type Row = (i64, String, String, i64, i64, i64, i64, String, Option<String>);

pub fn begin(
    connection: &mut AnyConnection,
    file_name: &str,
    by: &str,
    bytes_total: u64,
    now: Timestamp,
) -> StorageResult<i64> {
    Ok(diesel::insert_into(reading_upload::table)
        .values((
            reading_upload::file_name.eq(file_name),
            reading_upload::uploaded_by.eq(by),
            reading_upload::started_at.eq(now.seconds()),
            reading_upload::seen_at.eq(now.seconds()),
            reading_upload::bytes_total.eq(integer::<u64, i64>("a file's size", bytes_total)?),
            reading_upload::bytes_read.eq(0_i64),
            reading_upload::state.eq(UploadState::Running.name()),
        ))
        .returning(reading_upload::id)
        .get_result(connection)?)
}

/// Notes how far the file is read, and `report`, what became of it so far.
pub fn advance(
    connection: &mut AnyConnection,
    id: i64,
    bytes_read: u64,
    report: &str,
    now: Timestamp,
) -> StorageResult<()> {
    diesel::update(reading_upload::table.find(id))
        .set((
            reading_upload::bytes_read.eq(integer::<u64, i64>("a file's size", bytes_read)?),
            reading_upload::report.eq(report),
            reading_upload::seen_at.eq(now.seconds()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Begins an upload anew, if it still stands as `seen`: whether it does.
pub fn resume(connection: &mut AnyConnection, seen: &Upload, now: Timestamp) -> StorageResult<bool> {
    let stands = reading_upload::table
        .find(seen.id)
        .filter(reading_upload::state.eq(seen.state.name()).and(reading_upload::seen_at.eq(seen.seen_at.seconds())));
    let resumed = diesel::update(stands)
        .set((
            reading_upload::state.eq(UploadState::Running.name()),
            reading_upload::bytes_read.eq(0_i64),
            reading_upload::report.eq(None::<String>),
            reading_upload::seen_at.eq(now.seconds()),
        ))
        .execute(connection)?;
    Ok(resumed == 1)
}

/// Nobody reads the files any more that were being read: none of them is seen to move again.
pub fn abandon(connection: &mut AnyConnection) -> StorageResult<()> {
    diesel::update(reading_upload::table.filter(reading_upload::state.eq(UploadState::Running.name())))
        .set(reading_upload::seen_at.eq(0_i64))
        .execute(connection)?;
    Ok(())
}

pub fn end(
    connection: &mut AnyConnection,
    id: i64,
    state: UploadState,
    report: &str,
    now: Timestamp,
) -> StorageResult<()> {
    diesel::update(reading_upload::table.find(id))
        .set((
            reading_upload::state.eq(state.name()),
            reading_upload::report.eq(report),
            reading_upload::bytes_read.eq(reading_upload::bytes_total),
            reading_upload::seen_at.eq(now.seconds()),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn one(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<Upload>> {
    let row: Option<Row> =
        reading_upload::table.find(id).select(reading_upload::all_columns).first(connection).optional()?;
    row.map(upload_from).transpose()
}

/// How many there are.
pub fn count(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(reading_upload::table.count().get_result(connection)?)
}

/// The latest first, after `skipped`.
pub fn latest(connection: &mut AnyConnection, skipped: i64, limit: i64) -> StorageResult<Vec<Upload>> {
    let rows: Vec<Row> = reading_upload::table
        .order(reading_upload::id.desc())
        .offset(skipped)
        .limit(limit)
        .select(reading_upload::all_columns)
        .load(connection)?;
    rows.into_iter().map(upload_from).collect()
}

fn upload_from((id, file_name, by, started, seen, total, read, state, report): Row) -> StorageResult<Upload> {
    Ok(Upload {
        id,
        file_name,
        by,
        started_at: Timestamp::from_seconds(started),
        seen_at: Timestamp::from_seconds(seen),
        bytes_total: u64::try_from(total).unwrap_or(0),
        bytes_read: u64::try_from(read).unwrap_or(0),
        state: UploadState::from_name(&state)?,
        report,
    })
}
