//! Passwords: hashed with argon2id, checked in the same time whether the account exists or not.
//!
//! Both functions take tens of milliseconds and 19 MiB: call them where blocking is allowed.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};

/// ANSSI and OWASP agree that length is what counts.
const LENGTH_MIN: usize = 12;
/// Beyond this nobody types it, and hashing it would be work for an attacker to give away.
const BYTES_MAX: usize = 1024;

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error(
        "the password has {0} characters; at least 12 are needed: three or four unrelated words are easy to remember"
    )]
    TooShort(usize),
    #[error("the password has {0} bytes; at most 1,024 are taken")]
    TooLong(usize),
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
}

/// The PHC string to store: argon2id with a random salt.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(PasswordError::TooShort(length));
    }
    if password.len() > BYTES_MAX {
        return Err(PasswordError::TooLong(password.len()));
    }
    hashed(password.as_bytes())
}

fn hashed(password: &[u8]) -> Result<String, PasswordError> {
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password(password);
    hash.map(|hash| hash.to_string()).map_err(|error| PasswordError::Hashing(error.to_string()))
}

/// A hash nobody has the password of.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hashed(b"an account that does not exist").ok());

/// Whether `password` is the one behind `stored`. Without a stored hash (an unknown account) it does the same work and
/// says no, so that the time taken does not tell which accounts exist.
pub fn matches(password: &str, stored: Option<&str>) -> bool {
    let Some(reference) = stored.or(NOBODY.as_deref()) else { return false };
    let verified =
        password.len() <= BYTES_MAX && Argon2::default().verify_password(password.as_bytes(), reference).is_ok();
    verified && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches_and_hashes_are_salted() {
        let first = hash("correct horse battery").unwrap();
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, hash("correct horse battery").unwrap());
        assert!(matches("correct horse battery", Some(&first)));
        assert!(!matches("correct horse batterY", Some(&first)));
        assert!(!matches("correct horse battery", Some("not a hash")));
    }

    #[test]
    fn an_unknown_account_matches_nothing_not_even_the_placeholder() {
        assert!(!matches("an account that does not exist", None));
    }

    #[test]
    fn lengths_are_counted_in_characters_and_bounded_in_bytes() {
        assert_eq!(hash("été été été"), Err(PasswordError::TooShort(11)));
        assert_eq!(hash(&"x".repeat(2000)), Err(PasswordError::TooLong(2000)));
    }
}
