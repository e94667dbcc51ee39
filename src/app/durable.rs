//! Files that appear whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::AppError;
use super::users::random;
use crate::domain::audit::hex;

/// How names of files end that are not in their place yet.
const PART: &str = "part";
/// None is on its way for so long: whoever wrote it is gone.
const LEFT_AFTER: TimeDelta = TimeDelta::hours(1);

/// A file that lies beside its place, flushed to the disk. Writing it takes as long as the disk takes and belongs before a
/// transaction; putting it in its place is a rename and belongs into it. One that is dropped before leaves nothing; one
/// whose process is killed is [swept](sweep) later.
pub struct Aside {
    unfinished: PathBuf,
    path: PathBuf,
}

/// Writes `bytes` beside `path`, under a name nobody else writes to: neither another process nor one of another machine
/// on the same disk.
pub fn write_aside(path: &Path, bytes: &[u8]) -> Result<Aside, AppError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(AppError::io("create", folder))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = folder.join(format!("{name}.{}.{PART}", hex(&random::<8>()?)));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&unfinished)
        .map_err(AppError::io("create", &unfinished))?;
    // From here on it is removed where writing it fails.
    let aside = Aside { unfinished, path: path.to_owned() };
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
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

/// Removes what killed processes left beside its place below `folder`, and tells how many files that were. What another
/// process writes just now is younger than what is removed.
pub fn sweep(folder: &Path, now: DateTime<Utc>) -> Result<usize, AppError> {
    let mut swept = 0;
    // A folder that is not there holds nothing.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            swept += sweep(&path, now)?;
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == PART) && is_left(&path, now) {
            fs::remove_file(&path).map_err(AppError::io("remove", &path))?;
            swept += 1;
        }
    }
    Ok(swept)
}

fn is_left(path: &Path, now: DateTime<Utc>) -> bool {
    let written = fs::metadata(path).and_then(|known| known.modified()).map(DateTime::<Utc>::from);
    written.is_ok_and(|written| now.signed_duration_since(written) > LEFT_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_leaves_nothing_and_what_is_put_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026/a.pdf");
        let (first, second) = (write_aside(&path, b"one").unwrap(), write_aside(&path, b"two").unwrap());
        assert_ne!(first.unfinished, second.unfinished, "two that write the same file do not meet");
        drop(first);
        second.put().unwrap();
        drop(second);
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!((left, fs::read(&path).unwrap()), (vec![path], b"two".to_vec()));
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("archive/2026/a.pdf");
        write_durably(&path, b"whole").unwrap();
        // Under the name of today, and under one of before.
        std::mem::forget(write_aside(&path, b"half").unwrap());
        fs::write(path.with_file_name("a.xml.123-4.part"), b"half").unwrap();
        let written = DateTime::<Utc>::from(fs::metadata(&path).unwrap().modified().unwrap());
        let sweep = |now| sweep(folder.path(), now).unwrap();
        assert_eq!(sweep(written + TimeDelta::minutes(5)), 0, "it may be on its way");
        assert_eq!(sweep(written + TimeDelta::hours(2)), 2);
        assert_eq!(sweep(written + TimeDelta::hours(2)), 0);
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(super::sweep(&folder.path().join("none"), written).unwrap(), 0);
    }
}
