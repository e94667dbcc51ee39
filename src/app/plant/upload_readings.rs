//! Take in a file of readings that was sent, by a program or through the browser: spooled to the disk, read beside the
//! answer, its report kept.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::ingest_readings::{self, FileOutcome, Intake, IntakeReport, Refusals};
use crate::app::late_readings::BilledMonth;
use crate::app::users::random;
use crate::app::{AppError, Store};
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::told::{Tell, Told};
use crate::storage::{audit, uploads};

pub use crate::storage::uploads::{Upload, UploadState};

/// As it is sent, compressed or not: some ten million readings.
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
const FILE_NAME_CHARACTERS_MAX: usize = 120;
/// Where files on their way in lie, and how their names end.
const INCOMING: &str = "incoming";
const PART: &str = "part";
/// How much of a file is hashed at once.
const PIECE_BYTES: usize = 1 << 16;
/// How often the progress is written down.
const PROGRESS_SECONDS: i64 = 2;
/// What a failure of ours is told as.
const OUR_SIDE: &str = "upload-our-side";
/// An upload that has not moved for so long was interrupted.
const INTERRUPTED_SECONDS: i64 = 60;

/// What became of an uploaded file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadReport {
    pub accepted: u64,
    pub duplicates: u64,
    pub refused_count: u64,
    /// The first refusals, by line.
    pub refused: Vec<RefusedLine>,
    /// What of the accepted is of months already billed; reports of before it was counted lack it.
    #[serde(default)]
    pub billed: Vec<BilledMonth>,
    /// Why the file could not be read to its end.
    pub failure: Option<String>,
    /// The same for a page in the reader's language; reports kept before there was such a thing lack it.
    #[serde(default)]
    pub failure_told: Option<Told>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLine {
    pub line: u64,
    pub why: String,
    /// The same for a page in the reader's language; reports kept before there was such a thing lack it.
    #[serde(default)]
    pub told: Option<Told>,
}

impl UploadReport {
    fn counted(accepted: u64, duplicates: u64, refusals: &Refusals) -> UploadReport {
        let line =
            |(line, told): (u64, &Told)| RefusedLine { line, why: told.english.clone(), told: Some(told.clone()) };
        UploadReport {
            accepted,
            duplicates,
            refused_count: refusals.count(),
            refused: refusals.first().map(line).collect(),
            ..UploadReport::default()
        }
    }

    /// Nothing is known to have become of any line.
    pub const fn is_blank(&self) -> bool {
        self.accepted == 0 && self.duplicates == 0 && self.refused_count == 0
    }
}

/// An upload with its report read.
#[derive(Debug, Clone)]
pub struct UploadView {
    pub upload: Upload,
    pub report: UploadReport,
    /// It was running when the server stopped: sending the file again continues it.
    pub is_interrupted: bool,
}

/// After a start of the server: nobody reads the files any more that were on their way in when it stopped. They go, and
/// their uploads are told as interrupted; what was read of them stays.
pub fn recover(store: &Store) -> Result<(), AppError> {
    let folder = store.data_dir().join(INCOMING);
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == PART) {
            std::fs::remove_file(&path).map_err(AppError::io("remove", &path))?;
        }
    }
    store.write(|connection| Ok(uploads::abandon(connection)?))
}

/// A fresh place for a file on its way in.
pub fn spool(store: &Store) -> Result<PathBuf, AppError> {
    let folder = store.data_dir().join(INCOMING);
    std::fs::create_dir_all(&folder).map_err(AppError::io("create", &folder))?;
    Ok(folder.join(format!("{}.{PART}", hex(&random::<12>()?))))
}

/// Notes that a spooled file is about to be read.
pub fn begin(store: &Store, file_name: &str, path: &Path, by: &Actor, now: DateTime<Utc>) -> Result<i64, AppError> {
    let bytes = std::fs::metadata(path).map_err(AppError::io("read", path))?.len();
    let shown: String = file_name.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARACTERS_MAX).collect();
    let name = if shown.trim().is_empty() { "-".to_owned() } else { shown };
    store.write(|connection| Ok(uploads::begin(connection, &name, &by.name, bytes, now.into())?))
}

/// Takes upload `id` up again with the same file, if its reading broke off without a fault of the file: whether it does.
pub fn resume(store: &Store, id: i64, now: DateTime<Utc>) -> Result<bool, AppError> {
    store.write(|connection| {
        let Some(upload) = uploads::one(connection, id)? else { return Ok(false) };
        let UploadView { upload, report, is_interrupted } = view(upload, now)?;
        let is_ours = report.failure_told.is_some_and(|told| told.key == OUR_SIDE);
        let broke_off = is_interrupted || (upload.state == UploadState::Failed && is_ours);
        Ok(broke_off && uploads::resume(connection, &upload, now.into())?)
    })
}

/// Reads the spooled file to its end, keeps the report and removes the file.
pub fn run(store: &Store, id: i64, path: &Path, by: &Actor, clock: fn() -> DateTime<Utc>) -> Result<(), AppError> {
    let began = clock();
    // Where it cannot be read, the reading says so.
    let sha256 = hash_of(path).ok();
    let mut noted = began.timestamp();
    let intake = Intake::open(store, &format!("upload:{}", by.name)).map(|intake| intake.by(by));
    // What is known to be taken when the reading breaks off.
    let mut kept = UploadReport::default();
    let mut progress = |read: u64, _: u64, so_far: &IntakeReport| {
        let now = clock();
        kept = UploadReport::counted(so_far.accepted, so_far.duplicates, &so_far.refusals);
        if now.timestamp() - noted >= PROGRESS_SECONDS {
            noted = now.timestamp();
            // Progress that cannot be written is no reason to stop reading.
            let _ = advance(store, id, read, &kept, now);
        }
    };
    let outcome = intake.and_then(|intake| ingest_readings::take_in(intake, path, began, &mut progress));
    let (state, report) = match outcome {
        Ok(FileOutcome { accepted, duplicates, refusals, billed, damage }) => {
            let report = UploadReport {
                billed,
                failure: damage.as_ref().map(|told| told.english.clone()),
                failure_told: damage,
                ..UploadReport::counted(accepted, duplicates, &refusals)
            };
            (if report.failure.is_some() { UploadState::Failed } else { UploadState::Done }, report)
        }
        Err(error) => {
            let told = told(&error);
            let failure = Some(told.english.clone());
            (UploadState::Failed, UploadReport { failure, failure_told: Some(told), ..kept })
        }
    };
    let ended = end(store, id, (state, &report, sha256.as_deref()), by, clock());
    // It may be gone already; what was read of it stays either way.
    let _ = std::fs::remove_file(path);
    ended
}

/// The hash of a file as it was sent.
fn hash_of(path: &Path) -> std::io::Result<String> {
    let (mut file, mut digest) = (BufReader::with_capacity(PIECE_BYTES, File::open(path)?), Sha256::new());
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(piece);
        let read = piece.len();
        file.consume(read);
    }
}

/// What a person may read of a failure.
fn told(error: &AppError) -> Told {
    if error.amiss().is_some() {
        return error.told();
    }
    tracing::error!(%error, "an uploaded file could not be taken in");
    let english =
        "something failed on our side; it has been logged. Send the file again: what is stored counts as a duplicate";
    Told::new(OUR_SIDE, english)
}

/// Notes how far the file is read, with what is taken of it: where the server stops, this is told.
fn advance(store: &Store, id: i64, read: u64, kept: &UploadReport, now: DateTime<Utc>) -> Result<(), AppError> {
    let text = serde_json::to_string(kept).map_err(|error| AppError::Corrupt(error.to_string()))?;
    store.write(|connection| Ok(uploads::advance(connection, id, read, &text, now.into())?))
}

fn end(
    store: &Store,
    id: i64,
    (state, report, sha256): (UploadState, &UploadReport, Option<&str>),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let text = serde_json::to_string(report).map_err(|error| AppError::Corrupt(error.to_string()))?;
    store.write(|connection| {
        uploads::end(connection, id, state, &text, now.into())?;
        let file = uploads::one(connection, id)?;
        let (name, bytes) = file.map(|file| (file.file_name, file.bytes_total)).unzip();
        let detail = json!({
            "file": name, "bytes": bytes, "sha256": sha256,
            "accepted": report.accepted, "duplicates": report.duplicates, "refused": report.refused_count,
        });
        audit::append(connection, &AuditEvent::new(now, by, "readings.uploaded", &id.to_string(), detail))?;
        Ok(())
    })
}

pub fn one(store: &Store, id: i64, now: DateTime<Utc>) -> Result<Option<UploadView>, AppError> {
    uploads::one(&mut *store.connection()?, id)?.map(|upload| view(upload, now)).transpose()
}

/// The latest first.
pub fn latest(store: &Store, limit: i64, now: DateTime<Utc>) -> Result<Vec<UploadView>, AppError> {
    uploads::latest(&mut *store.connection()?, 0, limit)?.into_iter().map(|upload| view(upload, now)).collect()
}

/// `limit` of them after `skipped`, the latest first, and how many there are.
pub fn part(
    store: &Store,
    (skipped, limit): (usize, usize),
    now: DateTime<Utc>,
) -> Result<(Vec<UploadView>, usize), AppError> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    store.read(|connection| {
        let found = uploads::latest(connection, number(skipped), number(limit))?;
        let total = usize::try_from(uploads::count(connection)?).unwrap_or(usize::MAX);
        Ok((found.into_iter().map(|upload| view(upload, now)).collect::<Result<_, _>>()?, total))
    })
}

fn view(upload: Upload, now: DateTime<Utc>) -> Result<UploadView, AppError> {
    let report = match &upload.report {
        Some(text) => serde_json::from_str(text).map_err(|error| AppError::Corrupt(error.to_string()))?,
        None => UploadReport::default(),
    };
    let silent = now.timestamp() - upload.seen_at.seconds();
    let is_interrupted = upload.state == UploadState::Running && silent > INTERRUPTED_SECONDS;
    Ok(UploadView { upload, report, is_interrupted })
}
