//! The trail of what was done.
//!
//! Owns: audit events and their hash chain, the Merkle tree over it and what is signed of it, the seals of readings and
//! of the journal. Does not own: where they are kept, the key. Invariants: each event's hash covers its content and the
//! hash before it, so that a changed, dropped or reordered event shows; a signed root covers every event up to its
//! size, so that with one root kept elsewhere a trail cut short shows too; what is too hot or too large for an event of
//! its own (readings, journal entries) is sealed by one that names its digest.

mod actions;
mod merkle;
mod root;
mod seal;

pub use actions::{ACTIONS, FORMER_ACTIONS, SEALS, action_subjects, is_action};
pub use merkle::{Digest32, Tree, leaf};
pub use root::{RootStatement, SignedRoot};
pub use seal::{
    CorrectionLine, DayDigests, DaySeal, EntryDigest, JournalSeal, MeterDigest, ReadingLine, SealedEntry, csv_field,
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `cli`, `job`, or a user's e-mail address.
    pub name: String,
    /// A host's name, or the address a request came from; after it the long-lived token it was made with, if any.
    pub origin: Option<String>,
}

/// Between the address a request came from and the token it was made with.
const WITH_TOKEN: &str = ", token ";

/// What an origin tells apart: the address, and the number and name of a long-lived token.
pub fn origin_parts(origin: &str) -> (&str, Option<&str>) {
    origin.split_once(WITH_TOKEN).map_or((origin, None), |(address, token)| (address, Some(token)))
}

impl Actor {
    pub fn new(name: &str, origin: Option<&str>) -> Actor {
        Actor { name: name.to_owned(), origin: origin.map(str::to_owned) }
    }

    /// The same, acting through the program that holds this long-lived token.
    pub fn with_token(self, id: i64, name: &str) -> Actor {
        let address = self.origin.unwrap_or_default();
        Actor { origin: Some(format!("{address}{WITH_TOKEN}{id} ({name})")), ..self }
    }
}

/// One change of state: who, when, from where, what, before and after, why. What is absent is not part of the hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEvent {
    pub at: DateTime<Utc>,
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// What was done, in the handbook's words: `invoice.issued`.
    pub action: String,
    /// The thing it was done to: an invoice number, a contract code.
    pub subject: String,
    /// What the change replaced; absent where something came to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// Figures and names after the change. Object keys are sorted, so that the text is canonical.
    pub detail: Value,
    /// Why, in the words of who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Under which name an event's detail holds the journal entries it posted.
const POSTINGS: &str = "postings";

/// What posts entries of the journal.
pub const POSTING_ACTIONS: [&str; 14] = [
    "asset.posted",
    "balances.opened",
    "depreciation.posted",
    "interest.claimed",
    "invoice.issued",
    "payment.corrected",
    "payment.kept",
    "payment.recorded",
    "payment.refunded",
    "payment.repaid",
    "payment.settled",
    "payment.transferred",
    "result.allocated",
    "year.closed",
];

/// The hash of an event that has no predecessor: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditEvent {
    /// An event without a predecessor state or a reason; see [`before`](Self::before) and [`because`](Self::because).
    /// The action is one of [`ACTIONS`], written out: a name that is put together at run time does not compile, so that a
    /// test can read in the source what is appended.
    pub fn new(at: DateTime<Utc>, by: &Actor, action: &'static str, subject: &str, detail: Value) -> AuditEvent {
        AuditEvent {
            at,
            actor: by.name.clone(),
            origin: by.origin.clone(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            before: None,
            detail,
            reason: None,
        }
    }

    /// The same event, naming what it replaced.
    pub fn before(mut self, state: Value) -> AuditEvent {
        self.before = Some(state);
        self
    }

    /// The same event, with the reason given for it.
    pub fn because(mut self, reason: &str) -> AuditEvent {
        self.reason = Some(reason.to_owned());
        self
    }

    /// The same event, naming the journal entries it posted, with the digest of each.
    pub fn posting(mut self, entries: impl IntoIterator<Item = EntryDigest>) -> AuditEvent {
        let postings: Vec<Value> = entries.into_iter().map(|entry| serde_json::json!(entry)).collect();
        if let Some(detail) = self.detail.as_object_mut().filter(|_| !postings.is_empty()) {
            detail.insert(POSTINGS.to_owned(), postings.into());
        }
        self
    }

    /// The journal entries it says it posted; none in events of before they named them.
    pub fn postings(&self) -> Vec<EntryDigest> {
        let postings = self.detail.get(POSTINGS).cloned().unwrap_or_default();
        serde_json::from_value(postings).unwrap_or_default()
    }

    /// Whether it may have posted entries and names none: one of before events named them, or one that posted nothing.
    pub fn posts_unnamed(&self) -> bool {
        POSTING_ACTIONS.contains(&self.action.as_str()) && self.postings().is_empty()
    }

    /// SHA-256 in lower-case hex over `previous`, a line feed, and the event as canonical JSON.
    pub fn hash_after(&self, previous: &str) -> Result<String, serde_json::Error> {
        let canonical = canonical(self)?;
        let mut hasher = Sha256::new();
        hasher.update(previous.as_bytes());
        hasher.update(b"\n");
        hasher.update(canonical.as_bytes());
        Ok(hex(&hasher.finalize()))
    }
}

/// A value as canonical JSON: keys sorted, no white space, so that equal values are equal bytes.
pub fn canonical<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&serde_json::to_value(value)?)
}

/// The SHA-256 of `bytes` in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case or upper-case hexadecimal as bytes; none where it is not.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != N * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verifier an auditor runs alone knows the same ones; each is an action there is.
    #[test]
    fn the_offline_verifier_knows_what_posts() {
        let listed: String = POSTING_ACTIONS.iter().map(|action| format!("    \"{action}\",\n")).collect();
        let verifier = include_str!("../../documents/evidence/verify/5_journal.py");
        assert!(verifier.contains(&format!("POSTING_ACTIONS = (\n{listed})")), "{listed}");
        assert!(POSTING_ACTIONS.iter().all(|action| ACTIONS.contains(action)));
    }

    #[test]
    fn canonical_json_sorts_its_keys_and_hex_is_read_back() {
        let value = serde_json::json!({ "b": 1, "a": { "d": "é\n", "c": null } });
        assert_eq!(canonical(&value).unwrap(), r#"{"a":{"c":null,"d":"é\n"},"b":1}"#);
        let event = AuditEvent::new(DateTime::UNIX_EPOCH, &Actor::new("cli", Some("host")), "x", "y", value);
        assert!(canonical(&event).unwrap().starts_with(r#"{"action":"x","actor":"cli","at":"1970-01-01T00:00:00Z","#));
        assert_eq!(unhex::<2>("0aFf"), Some([10, 255]));
        assert_eq!((unhex::<2>("0a"), unhex::<1>("+1"), unhex::<1>("é")), (None, None, None));
    }

    #[test]
    fn an_origin_tells_by_which_token() {
        let by = Actor::new("meters@example.org", Some("10.0.0.7")).with_token(3, "baie 4, token (old)");
        let origin = by.origin.unwrap();
        assert_eq!(origin_parts(&origin), ("10.0.0.7", Some("3 (baie 4, token (old))")), "{origin}");
        assert_eq!((by.name.as_str(), origin_parts("10.0.0.7")), ("meters@example.org", ("10.0.0.7", None)));
    }

    #[test]
    fn a_changed_event_changes_every_hash_after_it() {
        let at = DateTime::from_timestamp(1_793_000_000, 0).unwrap();
        let event = |net: &str| {
            let detail = serde_json::json!({ "net": net });
            AuditEvent::new(at, &Actor::new("cli", None), "invoice.issued", "DC2026000001", detail)
        };
        let first = event("100.00").hash_after(GENESIS).unwrap();
        assert_eq!(first.len(), 64);
        assert_ne!(first, event("100.01").hash_after(GENESIS).unwrap());
        assert_ne!(event("1.00").hash_after(&first).unwrap(), event("1.00").hash_after(GENESIS).unwrap());
        assert_ne!(first, event("100.00").because("agreed").hash_after(GENESIS).unwrap());
        assert_ne!(first, event("100.00").before(serde_json::json!(null)).hash_after(GENESIS).unwrap());
    }
}
