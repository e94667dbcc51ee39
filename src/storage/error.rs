//! What can go wrong with the database, in the caller's words.

use diesel::result::{DatabaseErrorKind, Error};

use crate::domain::told::Told;

/// Every function of `storage` fails with this.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("`{0}` is not a database URL: write sqlite://path/to/file.db or postgres://user@host/name")]
    Url(String),
    #[error("there is no {what} `{key}`")]
    NotFound { what: &'static str, key: String },
    #[error("it exists already: {0}")]
    Conflict(String),
    /// Of its kind one is made at a time.
    #[error("it exists already: {} {id}, asked for by {by}, is still being made: wait until it is done", .what.name())]
    Running { what: Running, id: i64, by: String },
    /// A trigger refused to change what is final.
    #[error("it is final and cannot be changed: {0}")]
    Frozen(String),
    /// An entry dated in a period of the books that takes none any more.
    #[error("{0}")]
    Closed(String),
    /// Contract lines or meter assignments that overlap.
    #[error("two periods overlap: {0}")]
    Overlap(String),
    /// A trigger or a constraint refused what would break an invariant; the caller has a fault.
    #[error("the database refused it: {0}")]
    Refused(String),
    #[error("{what} cannot be stored: {detail}")]
    NotStorable { what: &'static str, detail: String },
    #[error("the database holds {what} that cannot be read: {detail}; it was not written by this program")]
    Corrupt { what: &'static str, detail: String },
    /// PostgreSQL holds no U+0000 in a text; SQLite does, and nothing here has one.
    #[error("a text holds the character U+0000, which cannot be stored: leave it out")]
    Nul,
    #[error("{0} readings wait to be written and no more fit; send the batch again in a moment")]
    Busy(usize),
    /// The key itself is not repeated: what it is kept under is ours.
    #[error("this Idempotency-Key came with another request before: send that one again, or a new key with this one")]
    KeyReused,
    #[error("the database cannot be reached: {0}; check DATABASE_URL and try again")]
    Unavailable(String),
    #[error("the database's tables cannot be brought up to date: {0}")]
    Migration(String),
    #[error("the database failed: {0}")]
    Database(Error),
}

/// What is made one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    BillingRun,
    EvidencePack,
}

impl Running {
    pub const fn name(self) -> &'static str {
        match self {
            Running::BillingRun => "billing run",
            Running::EvidencePack => "evidence pack",
        }
    }

    pub fn told(self) -> Told {
        match self {
            Running::BillingRun => Told::new("billing-run", self.name()),
            Running::EvidencePack => Told::new("evidence-pack", self.name()),
        }
    }
}

pub type StorageResult<T> = Result<T, StorageError>;

impl StorageError {
    /// True where PostgreSQL undid one of two transactions that waited for each other.
    pub fn is_deadlock(&self) -> bool {
        matches!(self, StorageError::Database(Error::DatabaseError(_, told)) if told.message().contains("deadlock detected"))
    }

    /// True where the same request may succeed later without a change.
    pub fn is_transient(&self) -> bool {
        matches!(self, StorageError::Busy(_) | StorageError::Unavailable(_))
    }
}

impl From<Error> for StorageError {
    fn from(error: Error) -> StorageError {
        match &error {
            Error::DatabaseError(kind, information) => {
                from_database(kind, information.message()).unwrap_or(StorageError::Database(error))
            }
            Error::BrokenTransactionManager => StorageError::Unavailable("the connection broke".to_owned()),
            Error::NotFound => StorageError::NotFound { what: "row", key: "asked for".to_owned() },
            _ => StorageError::Database(error),
        }
    }
}

impl From<diesel::r2d2::PoolError> for StorageError {
    fn from(error: diesel::r2d2::PoolError) -> StorageError {
        StorageError::Unavailable(error.to_string())
    }
}

/// Triggers on both engines begin their message with a stable code, because SQLite tells nothing else.
fn from_database(kind: &DatabaseErrorKind, message: &str) -> Option<StorageError> {
    let refusal = message.lines().next().and_then(|line| line.split_once("CHAPELLE_")).and_then(|(_, code)| {
        let (code, text) = code.split_once(": ")?;
        Some(match code {
            "FROZEN" => StorageError::Frozen(text.to_owned()),
            "EXISTS" => StorageError::Conflict(text.to_owned()),
            "CLOSED" => StorageError::Closed(text.to_owned()),
            "OVERLAP" => StorageError::Overlap(text.to_owned()),
            _ => StorageError::Refused(text.to_owned()),
        })
    });
    refusal.or_else(|| match kind {
        DatabaseErrorKind::UniqueViolation => Some(StorageError::Conflict(message.to_owned())),
        DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::NotNullViolation => Some(StorageError::Refused(message.to_owned())),
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            Some(StorageError::Unavailable(message.to_owned()))
        }
        // SQLite's answer when another process holds the write lock longer than the busy timeout.
        DatabaseErrorKind::Unknown if message.contains("database is locked") => {
            Some(StorageError::Unavailable(message.to_owned()))
        }
        DatabaseErrorKind::Unknown if message.contains("server closed the connection") => {
            Some(StorageError::Unavailable(message.to_owned()))
        }
        DatabaseErrorKind::Unknown if is_nul(message) => Some(StorageError::Nul),
        _ => None,
    })
}

/// PostgreSQL's answer to a bound text with a NUL; other bytes that are no UTF-8 would be a fault of ours.
fn is_nul(message: &str) -> bool {
    message.contains("invalid byte sequence for encoding") && message.trim_end().ends_with(": 0x00")
}
