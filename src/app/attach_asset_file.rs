//! Keep a paper of an asset: hashed, copied below the data directory, noted in the database and in the trail.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use super::archive_invoice::write_durably;
use super::{AppError, Store, asset_versions, read_tenants};
use crate::domain::amortisation::AssetDocument;
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::freetext::Text;
use crate::domain::ids::AssetCode;
use crate::storage::{audit, book};

pub use crate::storage::book::AssetFile;

/// The largest paper accepted: a scanned file of some hundred pages.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Attaches the file at `path` as `name` of `date`. A document of that name and date in the book, still without its
/// hash, is the one it belongs to; else it becomes a document of its own.
pub fn attach(
    store: &Store,
    asset: &AssetCode,
    path: &Path,
    (name, date): (&str, NaiveDate),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AssetFile, AppError> {
    Text::Name.check(name)?;
    let size_bytes = std::fs::metadata(path).map_err(AppError::io("read", path))?.len();
    if size_bytes > BYTES_MAX {
        return Err(AppError::input(format!("{} has {size_bytes} bytes, more than {BYTES_MAX}", path.display())));
    }
    let bytes = std::fs::read(path).map_err(AppError::io("read", path))?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let kept = kept_at(&sha256, path);
    let file = AssetFile {
        name: name.to_owned(),
        sha256,
        path: kept.display().to_string(),
        size_bytes,
        attached_by: by.name.clone(),
        attached_at: now,
    };
    let zone = read_tenants::zone(store)?;
    store.write(|connection| {
        let assets = book::assets(connection)?;
        let stored = assets.into_iter().find(|stored| stored.code == *asset);
        let before = stored.ok_or_else(|| AppError::NotFound(format!("the asset {asset}")))?;
        let mut changed = before.clone();
        let documents = &mut changed.record.documents;
        let is_kept = documents.iter().any(|document| document.sha256.as_ref() == Some(&file.sha256));
        let awaited = documents
            .iter_mut()
            .find(|document| document.name == name && document.date == date && document.sha256.is_none());
        match awaited {
            Some(document) => document.sha256 = Some(file.sha256.clone()),
            None if is_kept => {}
            None => documents.push(AssetDocument { name: name.to_owned(), date, sha256: Some(file.sha256.clone()) }),
        }
        book::attach_file(connection, asset, &file)?;
        book::save_asset(connection, &changed)?;
        asset_versions::note(connection, Some(&before), &changed, (zone, by, now))?;
        let detail = serde_json::json!({
            "name": name, "date": date, "sha256": file.sha256, "bytes": size_bytes, "path": file.path,
        });
        audit::append(connection, &AuditEvent::new(now, by, "asset.file_attached", asset.as_str(), detail))?;
        // Last: should it fail, nothing is noted; should the commit fail, the next try writes the same bytes there.
        write_durably(&store.data_dir().join(&kept), &bytes)
    })?;
    Ok(file)
}

/// `assets/ab/abcdef….pdf`: named by its content, so that nothing a person typed becomes a path.
fn kept_at(sha256: &str, path: &Path) -> PathBuf {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is_plain = (1..=8).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let name = if is_plain { format!("{sha256}.{}", extension.to_ascii_lowercase()) } else { sha256.to_owned() };
    Path::new("assets").join(sha256.get(..2).unwrap_or_default()).join(name)
}

/// How many attached files are as they were kept, and the paths of those that are not, or are gone.
pub fn check(store: &Store) -> Result<(usize, Vec<String>), AppError> {
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
