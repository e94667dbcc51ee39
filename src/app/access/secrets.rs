//! What the database alone must not tell: the secrets of links in mails, those of second factors, of the keys that sign
//! access tokens, and the password of the mail relay.
//!
//! All rest on a key in a file beside the database (`secret-key` in the data directory). The secret of a link is made
//! from a stored nonce, so that a mail can be made again; the others are sealed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use sha2::{Digest, Sha256};

use crate::app::users::random;
use crate::app::{AppError, Store, key_file};
use crate::domain::audit::hex;
use crate::domain::ids::UserId;
use crate::storage::access_links::LinkSecret;

const FILE: &str = "secret-key";

pub struct Secrets([u8; 32]);

/// What a link is for: the secret of one kind opens nothing of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Invitation,
    PasswordReset,
}

impl LinkKind {
    const fn label(self) -> &'static str {
        match self {
            LinkKind::Invitation => "invitation",
            LinkKind::PasswordReset => "password-reset",
        }
    }
}

/// Whose secret is sealed: what is sealed for one opens for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed<'a> {
    SecondFactor(UserId),
    /// The key with this name.
    TokenKey(&'a str),
    /// The relay's password; there is one.
    MailPassword,
}

impl Sealed<'_> {
    /// Each kind has a key of its own.
    const fn purpose(self) -> &'static str {
        match self {
            Sealed::SecondFactor(_) => "second factors",
            Sealed::TokenKey(_) => "token keys",
            Sealed::MailPassword => "mail password",
        }
    }

    fn context(self) -> Aad<String> {
        Aad::from(match self {
            Sealed::SecondFactor(user) => format!("user-{user}"),
            Sealed::TokenKey(kid) => format!("token-key-{kid}"),
            Sealed::MailPassword => "mail-password".to_owned(),
        })
    }

    const fn told(self) -> &'static str {
        match self {
            Sealed::SecondFactor(_) => "a second factor",
            Sealed::TokenKey(_) => "a key of access tokens",
            Sealed::MailPassword => "the password of the mail relay",
        }
    }
}

impl Secrets {
    pub fn of(store: &Store) -> Result<Secrets, AppError> {
        let path = store.data_dir().join(FILE);
        Ok(Secrets(key_file::open(
            &path,
            "protects links in mails, second factors, keys of tokens and the mail password",
        )?))
    }

    /// A new link: what is stored of it.
    pub fn new_link(&self, kind: LinkKind) -> Result<LinkSecret, AppError> {
        let nonce = hex(&random::<16>()?);
        let hash = digest(&self.link(kind, &nonce));
        Ok(LinkSecret { nonce, hash })
    }

    /// The secret of the link with this nonce, as its address holds it.
    pub fn link(&self, kind: LinkKind, nonce: &str) -> String {
        hex(&self.derived(&format!("link:{}:{nonce}", kind.label())))
    }

    fn derived(&self, purpose: &str) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut bytes = [0; 32];
        for (byte, derived) in bytes.iter_mut().zip(hmac::sign(&key, purpose.as_bytes()).as_ref()) {
            *byte = *derived;
        }
        bytes
    }

    fn sealing_key(&self, what: Sealed<'_>) -> Result<LessSafeKey, AppError> {
        let key = UnboundKey::new(&AES_256_GCM, &self.derived(what.purpose()));
        key.map(LessSafeKey::new).map_err(|_| AppError::Corrupt("a sealing key could not be made".to_owned()))
    }

    /// `secret` as it is stored.
    pub fn seal(&self, what: Sealed<'_>, secret: &[u8]) -> Result<String, AppError> {
        let nonce = random::<NONCE_LEN>()?;
        let mut sealed = secret.to_vec();
        self.sealing_key(what)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), what.context(), &mut sealed)
            .map_err(|_| AppError::Corrupt("a secret could not be sealed".to_owned()))?;
        Ok(format!("{}{}", hex(&nonce), hex(&sealed)))
    }

    pub fn unseal(&self, what: Sealed<'_>, stored: &str) -> Result<Vec<u8>, AppError> {
        let unreadable = || {
            let what = what.told();
            AppError::Corrupt(format!("{what} cannot be opened: is {FILE} the one it was sealed with?"))
        };
        let bytes = bytes_of(stored).ok_or_else(unreadable)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unreadable())?;
        let mut sealed = sealed.to_vec();
        let opened = self.sealing_key(what)?.open_in_place(nonce, what.context(), &mut sealed);
        opened.map(|secret| secret.to_vec()).map_err(|_| unreadable())
    }
}

/// What is stored of a secret nobody can guess.
pub fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_made_again_from_its_nonce_and_by_nobody_without_the_key() {
        let ours = Secrets([7; 32]);
        let link = ours.new_link(LinkKind::Invitation).unwrap();
        let secret = ours.link(LinkKind::Invitation, &link.nonce);
        assert_eq!(digest(&secret), link.hash);
        assert_ne!(ours.link(LinkKind::PasswordReset, &link.nonce), secret);
        assert_ne!(Secrets([8; 32]).link(LinkKind::Invitation, &link.nonce), secret);
    }

    #[test]
    fn a_sealed_secret_opens_for_its_person_with_its_key_unchanged() {
        let ours = Secrets([7; 32]);
        let first = Sealed::SecondFactor(UserId(1));
        let sealed = ours.seal(first, b"twenty bytes of seed").unwrap();
        assert_eq!(ours.unseal(first, &sealed).unwrap(), b"twenty bytes of seed");
        assert_ne!(ours.seal(first, b"twenty bytes of seed").unwrap(), sealed);
        assert!(ours.unseal(Sealed::SecondFactor(UserId(2)), &sealed).is_err());
        assert!(ours.unseal(Sealed::TokenKey("1"), &sealed).is_err());
        assert!(ours.unseal(Sealed::MailPassword, &sealed).is_err());
        assert!(Secrets([8; 32]).unseal(first, &sealed).is_err());
        let mut changed = sealed.clone();
        changed.replace_range(30..31, if sealed.as_bytes()[30] == b'0' { "1" } else { "0" });
        assert!(ours.unseal(first, &changed).is_err());
        assert!(ours.unseal(first, "no hex").is_err());
    }
}
