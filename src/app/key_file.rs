//! Keys that are kept in files beside the database, made at first use and readable by their owner alone.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::AppError;
use super::users::random;
use crate::domain::audit::{hex, unhex};

/// The 32 bytes in the file at `path`; made if there is none. `what` says what they are for.
pub fn open(path: &Path, what: &str) -> Result<[u8; 32], AppError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            check_mode(path)?;
            unhex(text.trim())
                .ok_or_else(|| AppError::input(format!("{} holds no key: 64 hexadecimal digits", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, what),
        Err(error) => Err(AppError::io("read", path)(error)),
    }
}

fn make(path: &Path, what: &str) -> Result<[u8; 32], AppError> {
    let bytes = random::<32>()?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(AppError::io("create", folder))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(format!("{}\n", hex(&bytes)).as_bytes())?;
        file.sync_all()
    });
    written.map_err(AppError::io("write", path))?;
    tracing::info!(path = %path.display(), "made the key that {what}: keep a copy of it safe");
    Ok(bytes)
}

/// A key others can read proves nothing.
#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), AppError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(AppError::io("read", path))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(AppError::input(format!(
        "{} has mode {mode:o}, so others can read the key: chmod 600 it, and replace it if they may have",
        path.display()
    )))
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<(), AppError> {
    Ok(())
}
