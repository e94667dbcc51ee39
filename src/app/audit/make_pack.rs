//! An evidence pack that somebody asked for: it is made by itself, notes how far it is, and is kept as a file that can
//! be fetched as often as needed. The latest few are kept.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::app::beat::beating;
use crate::app::sign_roots::{self, Signing};
use crate::app::{AppError, Store, audit_pack, check_pack};
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::party::Language;
use crate::storage::billing_runs::is_silent;
use crate::storage::{audit, evidence_packs};

pub use crate::storage::billing_runs::RunStatus;
pub use crate::storage::evidence_packs::{EvidencePack, PackFile};

/// Files kept; an older pack is made again when it is wanted.
const KEPT: usize = 3;
/// Listed on a page.
const LISTED: i64 = 10;
/// How often progress is noted.
const NOTE_EVERY: Duration = Duration::from_millis(400);

/// Notes that a pack of `year` is wanted and returns its id; [`carry_out`] makes it. While another is being made it is
/// refused.
pub fn begin(store: &Store, year: i32, by: &Actor, now: DateTime<Utc>) -> Result<i64, AppError> {
    check_pack::check(store, year, now)?;
    store.write(|connection| {
        let id = evidence_packs::begin(connection, year, &by.name, now)?;
        let detail = serde_json::json!({ "year": year });
        audit::append(connection, &AuditEvent::new(now, by, "evidence.requested", &id.to_string(), detail))?;
        Ok(id)
    })
}

/// Makes pack `id` of `year`. What goes wrong is noted with it, and logged.
pub fn carry_out(
    store: &Store,
    signing: &Signing,
    (id, year): (i64, i32),
    by: &Actor,
    clock: impl Fn() -> DateTime<Utc>,
) {
    if let Err(error) = make(store, signing, (id, year), by, &clock) {
        tracing::error!(%error, pack = id, year, "an evidence pack could not be made");
        let text = error.to_string();
        let noted = store.write(|connection| Ok::<_, AppError>(evidence_packs::fail(connection, id, &text, clock())?));
        if let Err(error) = noted {
            tracing::error!(%error, pack = id, "the end of an evidence pack could not be noted");
        }
    }
}

/// Signs first, so that the pack's last event is covered by a root.
fn make(
    store: &Store,
    signing: &Signing,
    (id, year): (i64, i32),
    by: &Actor,
    clock: &impl Fn() -> DateTime<Utc>,
) -> Result<(), AppError> {
    let now = clock();
    beating(now, |at| beat(store, id, at), || sign_roots::sign(store, signing, by, now))?;
    let path = Path::new("packs").join(format!("{id}-{}", audit_pack::file_name(year, Language::English)));
    let (whole, unfinished) = (store.data_dir().join(&path), store.data_dir().join(path.with_extension("zip.part")));
    let write = || write_file(store, signing, (id, year), &unfinished, clock);
    let written = beating(clock(), |at| beat(store, id, at), write);
    let (sha256, size_bytes) = match written {
        Ok(written) => written,
        Err(error) => {
            // Half a pack is no evidence.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
    };
    fs::rename(&unfinished, &whole).map_err(AppError::io("rename", &unfinished))?;
    let file = PackFile { path: path.display().to_string(), size_bytes };
    let gone = store.write(|connection| {
        evidence_packs::finish(connection, id, &file, &sha256, clock())?;
        let detail = serde_json::json!({ "year": year, "sha256": sha256, "bytes": size_bytes });
        audit::append(connection, &AuditEvent::new(clock(), by, "evidence.packed", &id.to_string(), detail))?;
        Ok::<_, AppError>(evidence_packs::make_room(connection, KEPT)?)
    })?;
    for path in gone {
        // One that is gone already made room as well.
        let _ = fs::remove_file(store.data_dir().join(path));
    }
    Ok(())
}

/// One part of a large year takes longer than a pack may be silent.
fn beat(store: &Store, id: i64, now: DateTime<Utc>) {
    let noted = store.write(|connection| Ok::<_, AppError>(evidence_packs::beat(connection, id, now)?));
    if let Err(error) = noted {
        tracing::warn!(%error, pack = id, "it could not be noted that an evidence pack goes on");
    }
}

/// The SHA-256 and the size of what was written to `path`.
fn write_file(
    store: &Store,
    signing: &Signing,
    (id, year): (i64, i32),
    path: &Path,
    clock: &impl Fn() -> DateTime<Utc>,
) -> Result<(String, u64), AppError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(AppError::io("create", folder))?;
    }
    let file = File::create(path).map_err(AppError::io("write", path))?;
    let mut out = Hashed { out: BufWriter::new(file), hasher: Sha256::new(), size_bytes: 0 };
    let mut noted: Option<Instant> = None;
    audit_pack::write(store, signing, year, &mut out, &mut |done, parts| {
        if noted.is_some_and(|noted| noted.elapsed() < NOTE_EVERY) {
            return;
        }
        noted = Some(Instant::now());
        let note =
            store.write(|connection| Ok::<_, AppError>(evidence_packs::note(connection, id, (done, parts), clock())?));
        if let Err(error) = note {
            tracing::warn!(%error, pack = id, "the progress of an evidence pack could not be noted");
        }
    })?;
    let Hashed { out, hasher, size_bytes } = out;
    let file = out.into_inner().map_err(|error| AppError::io("write", path)(error.into_error()))?;
    file.sync_all().map_err(AppError::io("write", path))?;
    Ok((hex(&hasher.finalize()), size_bytes))
}

/// Counts and hashes what passes.
struct Hashed<W> {
    out: W,
    hasher: Sha256,
    size_bytes: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        self.size_bytes += u64::try_from(written).unwrap_or(0);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A pack as it stands; one whose program is gone is told as stopped.
pub fn find(store: &Store, id: i64, now: DateTime<Utc>) -> Result<Option<EvidencePack>, AppError> {
    let found = evidence_packs::find(&mut *store.connection()?, id)?;
    Ok(found.map(|pack| as_it_stands(pack, now)))
}

/// The latest packs, newest first.
pub fn recent(store: &Store, now: DateTime<Utc>) -> Result<Vec<EvidencePack>, AppError> {
    let found = evidence_packs::recent(&mut *store.connection()?, LISTED)?;
    Ok(found.into_iter().map(|pack| as_it_stands(pack, now)).collect())
}

/// One whose program is gone is stopped, whether or not that is written down yet: looking at it writes nothing.
fn as_it_stands(pack: EvidencePack, now: DateTime<Utc>) -> EvidencePack {
    let is_gone = pack.status == RunStatus::Running && is_silent(pack.seen_at, now);
    if is_gone { EvidencePack { status: RunStatus::Stopped, ..pack } } else { pack }
}

/// Where the file of a pack lies.
pub fn location(store: &Store, file: &PackFile) -> PathBuf {
    store.data_dir().join(&file.path)
}
