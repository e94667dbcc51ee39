//! Keep a paper of an asset: hashed, copied below the data directory, noted in the database and in the trail.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use crate::app::durable::write_aside;
use crate::app::{AppError, Store, asset_versions, read_tenants};
use crate::domain::amortisation::{AssetDocument, PaperKind};
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::freetext::Text;
use crate::domain::ids::AssetCode;
use crate::domain::told::Told;
use crate::storage::{AnyConnection, audit, book};

pub use crate::storage::book::AssetFile;

/// The largest paper accepted: a scanned file of some hundred pages.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What is said of a paper.
#[derive(Debug, Clone)]
pub struct Paper {
    pub name: String,
    /// The day it bears.
    pub date: NaiveDate,
    pub kind: Option<PaperKind>,
    /// What of the asset it proves.
    pub proves: Option<String>,
}

/// Attaches the file at `path`: see [`attach`].
pub fn attach_file(
    store: &Store,
    asset: &AssetCode,
    path: &Path,
    paper: &Paper,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AssetFile, AppError> {
    let size_bytes = std::fs::metadata(path).map_err(AppError::io("read", path))?.len();
    if size_bytes > BYTES_MAX {
        return Err(AppError::input(format!("{} has {size_bytes} bytes, more than {BYTES_MAX}", path.display())));
    }
    let bytes = std::fs::read(path).map_err(AppError::io("read", path))?;
    attach(store, asset, paper, (path, &bytes), by, now)
}

/// Attaches `bytes`, the file that whoever brings it calls `file_name`. A document of the paper's name and day in the
/// book, still without its hash, is the one it belongs to; else it becomes a document of its own.
pub fn attach(
    store: &Store,
    asset: &AssetCode,
    paper: &Paper,
    (file_name, bytes): (&Path, &[u8]),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AssetFile, AppError> {
    check(paper, bytes)?;
    let sha256 = hex(&Sha256::digest(bytes));
    let kept = kept_at(&sha256, file_name);
    let file = AssetFile {
        name: paper.name.clone(),
        sha256,
        path: kept.display().to_string(),
        size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        attached_by: by.name.clone(),
        attached_at: now,
    };
    let zone = read_tenants::zone(store)?;
    // Before the transaction, which others wait for.
    let aside = write_aside(&store.data_dir().join(&kept), bytes)?;
    store.write(|connection| {
        book::lock(connection)?;
        let assets = book::assets(connection)?;
        let stored = assets.into_iter().find(|stored| stored.code == *asset);
        let before = stored.ok_or_else(|| AppError::NotFound(format!("the asset {asset}")))?;
        refuse_kept(connection, asset, &file)?;
        let mut changed = before.clone();
        note_document(&mut changed.record.documents, paper, &file.sha256);
        book::attach_file(connection, asset, &file)?;
        book::save_asset(connection, &changed)?;
        asset_versions::note(connection, Some(&before), &changed, (zone, by, now))?;
        let detail = serde_json::json!({
            "name": paper.name, "date": paper.date, "kind": paper.kind, "proves": paper.proves, "sha256": file.sha256,
            "bytes": file.size_bytes, "path": file.path,
        });
        audit::append(connection, &AuditEvent::new(now, by, "asset.file_attached", asset.as_str(), detail))?;
        // Last: should it fail, nothing is noted; should the commit fail, the next try puts the same bytes there.
        aside.put()
    })?;
    Ok(file)
}

fn check(paper: &Paper, bytes: &[u8]) -> Result<(), AppError> {
    if paper.name.trim().is_empty() {
        return Err(refused(Told::new("paper-unnamed", "a paper needs a name: what it is called, such as its title")));
    }
    Text::Name.check(&paper.name)?;
    Text::Ground.check(paper.proves.as_deref().unwrap_or_default())?;
    if bytes.is_empty() {
        return Err(refused(Told::new("paper-empty", "the file is empty: it proves nothing")));
    }
    Ok(())
}

fn refused(told: Told) -> AppError {
    AppError::Refused(Box::new(told))
}

/// The same bytes are kept once per asset.
fn refuse_kept(connection: &mut AnyConnection, asset: &AssetCode, file: &AssetFile) -> Result<(), AppError> {
    let files = book::attached_files(connection)?;
    match files.into_iter().find(|(of, kept)| of == asset && kept.sha256 == file.sha256) {
        None => Ok(()),
        Some((_, kept)) => {
            let english = format!("the same file is attached to {asset} already, as {}", kept.name);
            Err(refused(Told::new("paper-kept", english).with("name", kept.name)))
        }
    }
}

/// Which document of the book the file is, or another one.
fn note_document(documents: &mut Vec<AssetDocument>, paper: &Paper, sha256: &str) {
    let is_kept = |document: &AssetDocument| document.sha256.as_deref() == Some(sha256);
    let is_awaited = |document: &AssetDocument| {
        document.name == paper.name && document.date == paper.date && document.sha256.is_none()
    };
    let position = documents.iter().position(is_kept).or_else(|| documents.iter().position(is_awaited));
    match position.and_then(|position| documents.get_mut(position)) {
        Some(document) => {
            document.sha256 = Some(sha256.to_owned());
            document.kind = paper.kind.or(document.kind);
            document.proves = paper.proves.clone().or(document.proves.take());
        }
        None => documents.push(AssetDocument {
            name: paper.name.clone(),
            date: paper.date,
            sha256: Some(sha256.to_owned()),
            kind: paper.kind,
            proves: paper.proves.clone(),
        }),
    }
}

/// `assets/ab/abcdef….pdf`: named by its content, so that nothing a person typed becomes a path.
fn kept_at(sha256: &str, path: &Path) -> PathBuf {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is_plain = (1..=8).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let name = if is_plain { format!("{sha256}.{}", extension.to_ascii_lowercase()) } else { sha256.to_owned() };
    Path::new("assets").join(sha256.get(..2).unwrap_or_default()).join(name)
}

/// How many attached files are as they were kept, and the paths of those that are not, or are gone.
pub fn look(store: &Store) -> Result<(usize, Vec<String>), AppError> {
    let (mut sound, mut damaged) = (0, Vec::new());
    for (_, file) in book::attached_files(&mut *store.connection()?)? {
        match std::fs::read(store.data_dir().join(&file.path)) {
            Ok(bytes) if hex(&Sha256::digest(&bytes)) == file.sha256 => sound += 1,
            _ => damaged.push(file.path),
        }
    }
    Ok((sound, damaged))
}

/// The files attached to `asset`, oldest first.
pub fn attached(store: &Store, asset: &AssetCode) -> Result<Vec<AssetFile>, AppError> {
    let files = book::attached_files(&mut *store.connection()?)?;
    Ok(files.into_iter().filter(|(of, _)| of == asset).map(|(_, file)| file).collect())
}
