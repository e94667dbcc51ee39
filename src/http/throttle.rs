//! Slows down whoever guesses passwords.
//!
//! Counts failures twice. Per account and client together, so that nobody can lock an account from elsewhere: the first
//! few cost nothing, from then on each failure doubles the wait. And per client over all accounts, so that one password
//! cannot be tried on everybody; that limit is wider, since a whole office may share an address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::domain::audit::Actor;

/// How many failures cost nothing, and how long the wait becomes.
struct Limit {
    free_failures: u32,
    wait_seconds_max: i64,
}

const PER_ACCOUNT: Limit = Limit { free_failures: 5, wait_seconds_max: 15 * 60 };
const PER_CLIENT: Limit = Limit { free_failures: 30, wait_seconds_max: 5 * 60 };
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

    /// A try at the second factor. Whoever gets there knows the password: wherever they are, they share one counter.
    pub fn at_second_factor(account: &str) -> Attempt {
        Attempt { account: format!("second factor of {}", account.to_lowercase()), address: None }
    }

    /// As the audit trail names whoever tries.
    pub fn actor(&self) -> Actor {
        Actor::new(&self.account, self.address.map(|address| address.to_string()).as_deref())
    }

    /// The counters the attempt is held against.
    fn counters(&self) -> impl Iterator<Item = Counter> {
        let client = self.address.map(|address| Counter::Client(network(address)));
        std::iter::once(Counter::Account(self.clone())).chain(client)
    }
}

/// A subscriber has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counter {
    Account(Attempt),
    Client(IpAddr),
}

impl Counter {
    const fn limit(&self) -> Limit {
        match self {
            Counter::Account(_) => PER_ACCOUNT,
            Counter::Client(_) => PER_CLIENT,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

impl Failures {
    fn wait(self, limit: &Limit) -> Duration {
        let doublings = self.count.saturating_sub(limit.free_failures);
        let seconds = if doublings == 0 { 0 } else { 1_i64.checked_shl(doublings).unwrap_or(limit.wait_seconds_max) };
        let seconds = if doublings > 20 { limit.wait_seconds_max } else { seconds.min(limit.wait_seconds_max) };
        Duration::seconds(seconds)
    }

    fn is_forgotten(self, now: DateTime<Utc>) -> bool {
        now - self.last > Duration::seconds(MEMORY_SECONDS)
    }
}

/// The counters of one server.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Counter, Failures>>);

impl Throttle {
    /// How many seconds the attempt has to wait; none where it may go on.
    pub fn wait_seconds(&self, attempt: &Attempt, now: DateTime<Utc>) -> Option<i64> {
        let entries = self.lock();
        let wait = |counter: Counter| {
            let failures = *entries.get(&counter)?;
            let left = (failures.last + failures.wait(&counter.limit()) - now).num_seconds();
            (left > 0 && !failures.is_forgotten(now)).then_some(left)
        };
        attempt.counters().filter_map(wait).max()
    }

    pub fn failed(&self, attempt: &Attempt, now: DateTime<Utc>) {
        let mut entries = self.lock();
        if entries.len() >= ENTRIES_MAX {
            entries.retain(|_, failures| !failures.is_forgotten(now));
        }
        if entries.len() >= ENTRIES_MAX {
            // Under such an attack, slowing everyone anew is the lesser evil.
            entries.clear();
        }
        for counter in attempt.counters() {
            let failures = entries.entry(counter).or_insert(Failures { count: 0, last: now });
            failures.count = if failures.is_forgotten(now) { 1 } else { failures.count.saturating_add(1) };
            failures.last = now;
        }
    }

    /// Forgets the account's failures. Those of the client stay: a guesser may own an account too.
    pub fn succeeded(&self, attempt: &Attempt) {
        self.lock().remove(&Counter::Account(attempt.clone()));
    }

    /// Every change is complete before the lock goes, whatever panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<Counter, Failures>> {
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
            throttle.failed(&attempt, at(0));
            assert_eq!(throttle.wait_seconds(&attempt, at(0)), None);
        }
        throttle.failed(&attempt, at(0));
        assert_eq!(throttle.wait_seconds(&attempt, at(0)), Some(2));
        assert_eq!(throttle.wait_seconds(&attempt, at(2)), None);
        throttle.failed(&attempt, at(2));
        assert_eq!(throttle.wait_seconds(&attempt, at(2)), Some(4));
        for _ in 0..100 {
            throttle.failed(&attempt, at(2));
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
            throttle.failed(&attacker, at(0));
        }
        assert!(throttle.wait_seconds(&attacker, at(0)).is_some());
        assert_eq!(throttle.wait_seconds(&owner, at(0)), None);
        throttle.succeeded(&attacker);
        assert_eq!(throttle.wait_seconds(&attacker, at(0)), None);
    }

    #[test]
    fn one_client_cannot_try_everybody() {
        let throttle = Throttle::default();
        let at_account = |n: u32, address: &str| Attempt::new(&format!("p{n}@example.org"), address.parse().ok());
        for n in 0..31 {
            assert_eq!(throttle.wait_seconds(&at_account(n, "2001:db8::1"), at(0)), None, "{n}");
            throttle.failed(&at_account(n, "2001:db8::1"), at(0));
        }
        assert_eq!(throttle.wait_seconds(&at_account(99, "2001:db8::2"), at(0)), Some(2), "the same network");
        assert_eq!(throttle.wait_seconds(&at_account(99, "2001:db8:0:1::1"), at(0)), None);
        throttle.succeeded(&at_account(0, "2001:db8::1"));
        assert!(throttle.wait_seconds(&at_account(0, "2001:db8::1"), at(0)).is_some(), "success forgives no client");
    }
}
