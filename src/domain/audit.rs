//! The trail of what was done.
//!
//! Owns: audit events and their hash chain. Does not own: where they are kept. Invariant: each event's hash covers its
//! content and the hash before it, so that a changed, dropped or reordered event shows.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// One change of state: who, when, what, and the values it carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEvent {
    pub at: DateTime<Utc>,
    /// `cli`, `job`, or a user's e-mail address.
    pub actor: String,
    /// What was done, in the handbook's words: `invoice.issued`.
    pub action: String,
    /// The thing it was done to: an invoice number, a contract code.
    pub subject: String,
    /// Figures and names worth keeping. Object keys are sorted, so that the text is canonical.
    pub detail: serde_json::Value,
}

/// The hash of an event that has no predecessor: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditEvent {
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
        let event = |net: &str| AuditEvent {
            at: DateTime::from_timestamp(1_793_000_000, 0).unwrap(),
            actor: "cli".into(),
            action: "invoice.issued".into(),
            subject: "DC2026000001".into(),
            detail: serde_json::json!({ "net": net }),
        };
        let first = event("100.00").hash_after(GENESIS).unwrap();
        assert_eq!(first.len(), 64);
        assert_ne!(first, event("100.01").hash_after(GENESIS).unwrap());
        assert_ne!(event("1.00").hash_after(&first).unwrap(), event("1.00").hash_after(GENESIS).unwrap());
    }
}
