//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::AppError;

static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// A file that lies beside its place, flushed to the disk. Writing it takes as long as the disk takes and belongs before a
/// transaction; putting it in its place is a rename and belongs into it. One that is dropped before leaves nothing.
pub struct Aside {
    unfinished: PathBuf,
    path: PathBuf,
}

/// Writes `bytes` beside `path`, under a name nobody else writes to.
pub fn write_aside(path: &Path, bytes: &[u8]) -> Result<Aside, AppError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(AppError::io("create", folder))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (process, count) = (std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed));
    let aside = Aside { unfinished: folder.join(format!("{name}.{process}-{count}.part")), path: path.to_owned() };
    let written = File::create(&aside.unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(AppError::io("write", &aside.unfinished))?;
    Ok(aside)
}

impl Aside {
    /// Puts it in its place, whatever lay there.
    pub fn put(&self) -> Result<(), AppError> {
        fs::rename(&self.unfinished, &self.path).map_err(AppError::io("rename", &self.unfinished))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Once it is in its place there is nothing left to remove.
        let _ = fs::remove_file(&self.unfinished);
    }
}

/// Both at once, for what no transaction waits for.
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    write_aside(path, bytes)?.put()
}
