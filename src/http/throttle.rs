//! Slows down whoever guesses passwords.
//!
//! Counts failures per account and address together, so that nobody can lock an account from elsewhere. The first
//! [`FREE_FAILURES`] cost nothing; from then on each failure doubles the wait, up to [`WAIT_MAX_SECONDS`].

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::domain::audit::Actor;

const FREE_FAILURES: u32 = 5;
const WAIT_MAX_SECONDS: i64 = 15 * 60;
/// After so long without a failure, all is forgotten.
const MEMORY_SECONDS: i64 = 60 * 60;
/// Bounds the memory an attacker can make us use: about 10 MB.
const ENTRIES_MAX: usize = 50_000;

/// Who tries: the account as typed, in lower case, and the address the request came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attempt {
    account: String,
    address: Option<IpAddr>,
}

impl Attempt {
    pub fn new(account: &str, address: Option<IpAddr>) -> Attempt {
        // No address is longer; what is cannot be an account and shares a counter.
        let account = account.trim().chars().take(254).collect::<String>().to_lowercase();
        Attempt { account, address }
    }
}

impl Attempt {
    /// As the audit trail names whoever tries.
    pub fn actor(&self) -> Actor {
        Actor::new(&self.account, self.address.map(|address| address.to_string()).as_deref())
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

impl Failures {
    fn wait(self) -> Duration {
        let doublings = self.count.saturating_sub(FREE_FAILURES);
        let seconds = if doublings == 0 { 0 } else { 1_i64.checked_shl(doublings).unwrap_or(WAIT_MAX_SECONDS) };
        Duration::seconds(if doublings > 20 { WAIT_MAX_SECONDS } else { seconds.min(WAIT_MAX_SECONDS) })
    }

    fn is_forgotten(self, now: DateTime<Utc>) -> bool {
        now - self.last > Duration::seconds(MEMORY_SECONDS)
    }
}

/// The counters of one server.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Attempt, Failures>>);

impl Throttle {
    /// How many seconds the attempt has to wait; none where it may go on.
    pub fn wait_seconds(&self, attempt: &Attempt, now: DateTime<Utc>) -> Option<i64> {
        let failures = *self.lock().get(attempt)?;
        if failures.is_forgotten(now) {
            return None;
        }
        let left = (failures.last + failures.wait() - now).num_seconds();
        (left > 0).then_some(left)
    }

    pub fn failed(&self, attempt: Attempt, now: DateTime<Utc>) {
        let mut entries = self.lock();
        if entries.len() >= ENTRIES_MAX {
            entries.retain(|_, failures| !failures.is_forgotten(now));
        }
        if entries.len() >= ENTRIES_MAX {
            // Under such an attack, slowing everyone anew is the lesser evil.
            entries.clear();
        }
        let failures = entries.entry(attempt).or_insert(Failures { count: 0, last: now });
        failures.count = if failures.is_forgotten(now) { 1 } else { failures.count.saturating_add(1) };
        failures.last = now;
    }

    pub fn succeeded(&self, attempt: &Attempt) {
        self.lock().remove(attempt);
    }

    /// Every change is complete before the lock goes, whatever panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<Attempt, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_793_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn waits_double_and_end() {
        let throttle = Throttle::default();
        let attempt = Attempt::new(" Finance@Example.org", Some([10, 0, 0, 1].into()));
        for _ in 0..5 {
            throttle.failed(attempt.clone(), at(0));
            assert_eq!(throttle.wait_seconds(&attempt, at(0)), None);
        }
        throttle.failed(attempt.clone(), at(0));
        assert_eq!(throttle.wait_seconds(&attempt, at(0)), Some(2));
        assert_eq!(throttle.wait_seconds(&attempt, at(2)), None);
        throttle.failed(attempt.clone(), at(2));
        assert_eq!(throttle.wait_seconds(&attempt, at(2)), Some(4));
        for _ in 0..100 {
            throttle.failed(attempt.clone(), at(2));
        }
        assert_eq!(throttle.wait_seconds(&attempt, at(2)), Some(15 * 60));
        assert_eq!(throttle.wait_seconds(&attempt, at(3 + 3600)), None);
    }

    #[test]
    fn another_address_is_not_held_up_and_success_forgets() {
        let throttle = Throttle::default();
        let attacker = Attempt::new("a@example.org", Some([203, 0, 113, 9].into()));
        let owner = Attempt::new("A@example.org", Some([10, 0, 0, 1].into()));
        for _ in 0..9 {
            throttle.failed(attacker.clone(), at(0));
        }
        assert!(throttle.wait_seconds(&attacker, at(0)).is_some());
        assert_eq!(throttle.wait_seconds(&owner, at(0)), None);
        throttle.succeeded(&attacker);
        assert_eq!(throttle.wait_seconds(&attacker, at(0)), None);
    }
}
