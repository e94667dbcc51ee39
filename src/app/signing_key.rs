//! The ed25519 key that signs roots: made at first use, in a file only its owner can read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::AppError;
use super::users::random;
use crate::domain::audit::{RootStatement, SignedRoot, hex, unhex};

/// A key pair in memory.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key in the file at `path`; made if there is none.
    pub fn open(path: &Path) -> Result<SigningKey, AppError> {
        match fs::read_to_string(path) {
            Ok(text) => {
                check_mode(path)?;
                SigningKey::from_text(&text)
                    .ok_or_else(|| AppError::input(format!("{} holds no key: 64 hexadecimal digits", path.display())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path),
            Err(error) => Err(AppError::io("read", path)(error)),
        }
    }

    fn from_text(text: &str) -> Option<SigningKey> {
        Ed25519KeyPair::from_seed_unchecked(&unhex::<32>(text.trim())?).ok().map(SigningKey)
    }

    /// 32 bytes in hex.
    pub fn public(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    /// The signature of `message`, 64 bytes in hex.
    pub fn signature(&self, message: &str) -> String {
        hex(self.0.sign(message.as_bytes()).as_ref())
    }

    pub fn sign(&self, statement: RootStatement) -> Result<SignedRoot, AppError> {
        let message = statement.message().map_err(|error| AppError::Corrupt(error.to_string()))?;
        let signature = self.signature(&message);
        Ok(SignedRoot { statement, signature })
    }
}

/// Whether `root` is signed by the key it names.
pub fn is_signed(root: &SignedRoot) -> bool {
    let Ok(message) = root.statement.message() else { return false };
    let (Some(key), Some(signature)) = (unhex::<32>(&root.statement.key), unhex::<64>(&root.signature)) else {
        return false;
    };
    UnparsedPublicKey::new(&ED25519, key).verify(message.as_bytes(), &signature).is_ok()
}

fn make(path: &Path) -> Result<SigningKey, AppError> {
    let seed = hex(&random::<32>()?);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(AppError::io("create", folder))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(format!("{seed}\n").as_bytes())?;
        file.sync_all()
    });
    written.map_err(AppError::io("write", path))?;
    tracing::info!(path = %path.display(), "made the key that signs roots of the audit trail: keep a copy of it safe");
    SigningKey::from_text(&seed).ok_or_else(|| AppError::Corrupt("a new key is not one".to_owned()))
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
        "{} has mode {mode:o}, so others can read the signing key: chmod 600 it, and replace it if they may have",
        path.display()
    )))
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<(), AppError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 1.
    #[test]
    fn the_standards_key() {
        let key = SigningKey::from_text("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n").unwrap();
        assert_eq!(key.public(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    }

    #[test]
    fn a_key_is_made_once_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/audit-key");
        let made = SigningKey::open(&path).unwrap().public();
        assert_eq!(SigningKey::open(&path).unwrap().public(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            let error = SigningKey::open(&path).err().unwrap().to_string();
            assert!(error.contains("644") && error.contains("chmod 600"), "{error}");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(&path, "no key").unwrap();
        assert!(SigningKey::open(&path).err().unwrap().to_string().contains("64 hexadecimal"));
    }

    #[test]
    fn a_signature_holds_for_its_statement_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::open(&folder.path().join("k")).unwrap();
        let statement = RootStatement {
            day: chrono::NaiveDate::from_ymd_opt(2026, 11, 3).unwrap(),
            at: chrono::DateTime::UNIX_EPOCH,
            size: 1,
            head: String::new(),
            root: String::new(),
            previous: String::new(),
            key: key.public(),
        };
        let mut root = key.sign(statement).unwrap();
        assert!(is_signed(&root));
        root.statement.size = 2;
        assert!(!is_signed(&root));
    }
}
