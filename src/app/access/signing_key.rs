//! The ed25519 key that signs roots: made at first use, in a file only its owner can read.

use std::path::Path;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::app::{AppError, key_file};
use crate::domain::audit::{RootStatement, SignedRoot, hex, unhex};

/// A key pair in memory.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key in the file at `path`; made if there is none.
    pub fn open(path: &Path) -> Result<SigningKey, AppError> {
        SigningKey::from_seed(&key_file::open(path, "signs roots of the audit trail")?)
    }

    fn from_seed(seed: &[u8; 32]) -> Result<SigningKey, AppError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        pair.map(SigningKey).map_err(|error| AppError::Corrupt(format!("a seed makes no key: {error}")))
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// RFC 8032, section 7.1, test 1.
    #[test]
    fn the_standards_key() {
        let key =
            SigningKey::from_seed(&unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap())
                .unwrap();
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
