//! Programs' tokens as they were looked up a moment ago.
//!
//! A role, a scope, a person shut out: what a token is worth is kept in the database and counts at once. It is remembered
//! for a few seconds, so that a meter that sends every second costs no query each time; whatever this server changes is
//! forgotten here at once, and what another process changes after [`REMEMBERED_SECONDS`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::app::sign_in::Person;
use crate::domain::access::Scopes;

const REMEMBERED_SECONDS: i64 = 5;
const ENTRIES_MAX: usize = 10_000;

/// Whom a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub person: Person,
    /// Which long-lived token it is; none where it was given for a password and may what its person may.
    pub token: Option<LongLived>,
}

/// A long-lived token: what it is called and restricted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongLived {
    pub id: i64,
    pub name: String,
    pub scopes: Scopes,
}

/// What was looked up, by what identifies it.
#[derive(Debug, Default)]
pub struct Bearers(Mutex<HashMap<String, (Bearer, DateTime<Utc>)>>);

impl Bearers {
    pub fn get(&self, key: &str, now: DateTime<Utc>) -> Option<Bearer> {
        let known = self.lock();
        let (bearer, read_at) = known.get(key)?;
        (now - *read_at < Duration::seconds(REMEMBERED_SECONDS)).then(|| bearer.clone())
    }

    pub fn put(&self, key: String, bearer: Bearer, now: DateTime<Utc>) {
        let mut known = self.lock();
        if known.len() >= ENTRIES_MAX {
            known.clear();
        }
        known.insert(key, (bearer, now));
    }

    pub fn forget(&self) {
        self.lock().clear();
    }

    /// Every change is complete before the lock goes, whatever panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Bearer, DateTime<Utc>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
