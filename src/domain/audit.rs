//! The trail of what was done.
//!
//! Owns: audit events and their hash chain. Does not own: where they are kept. Invariant: each event's hash covers its
//! content and the hash before it, so that a changed, dropped or reordered event shows.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `cli`, `job`, or a user's e-mail address.
    pub name: String,
    /// A host's name, or the address a request came from.
    pub origin: Option<String>,
}

impl Actor {
    pub fn new(name: &str, origin: Option<&str>) -> Actor {
        Actor { name: name.to_owned(), origin: origin.map(str::to_owned) }
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

/// The hash of an event that has no predecessor: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditEvent {
    /// An event without a predecessor state or a reason; see [`before`](Self::before) and [`because`](Self::because).
    pub fn new(at: DateTime<Utc>, by: &Actor, action: &str, subject: &str, detail: Value) -> AuditEvent {
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

    /// SHA-256 in lower-case hex over `previous`, a line feed, and the event as canonical JSON.
    pub fn hash_after(&self, previous: &str) -> Result<String, serde_json::Error> {
        let canonical = serde_json::to_string(&serde_json::to_value(self)?)?;
        let mut hasher = Sha256::new();
        hasher.update(previous.as_bytes());
        hasher.update(b"\n");
        hasher.update(canonical.as_bytes());
        Ok(hex(&hasher.finalize()))
    }
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
