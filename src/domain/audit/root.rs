//! What is signed of the trail.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::canonical;

/// The state of the trail on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootStatement {
    /// In UTC.
    pub day: NaiveDate,
    pub at: DateTime<Utc>,
    /// How many events the root covers: those with sequence 1 to `size`.
    pub size: i64,
    /// The hash of the last of them.
    pub head: String,
    /// The Merkle root over their hashes.
    pub root: String,
    /// The root signed before; 64 zeros for the first.
    pub previous: String,
    /// The ed25519 public key it is signed with, 32 bytes in hex.
    pub key: String,
}

impl RootStatement {
    /// The bytes that are signed.
    pub fn message(&self) -> Result<String, serde_json::Error> {
        Ok(format!("chapelle root v1\n{}", canonical(self)?))
    }
}

/// A statement and its signature, 64 bytes in hex. Kept, exported and mailed as one line of canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedRoot {
    #[serde(flatten)]
    pub statement: RootStatement,
    pub signature: String,
}

impl SignedRoot {
    /// Canonical JSON without a line feed.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        canonical(self)
    }

    /// `2026-11-03-00001234.json`: by day, then by size.
    pub fn file_name(&self) -> String {
        format!("{}-{:08}.json", self.statement.day, self.statement.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back_to_the_same_root() {
        let root = SignedRoot {
            statement: RootStatement {
                day: NaiveDate::from_ymd_opt(2026, 11, 3).unwrap(),
                at: "2026-11-03T08:00:00Z".parse().unwrap(),
                size: 12,
                head: "ab".into(),
                root: "cd".into(),
                previous: super::super::GENESIS.into(),
                key: "ef".into(),
            },
            signature: "01".into(),
        };
        let line = root.line().unwrap();
        assert!(
            line.starts_with(r#"{"at":"2026-11-03T08:00:00Z","day":"2026-11-03","head":"ab","key":"ef","#),
            "{line}"
        );
        assert_eq!(serde_json::from_str::<SignedRoot>(&line).unwrap(), root);
        assert!(root.statement.message().unwrap().starts_with("chapelle root v1\n{\"at\""));
        assert_eq!(root.file_name(), "2026-11-03-00000012.json");
    }
}
