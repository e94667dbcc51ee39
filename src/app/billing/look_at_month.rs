//! The month that goes on, as it was last looked at. Readings come in every few minutes, and looking at all of them again
//! takes as long as the month has many: so it is looked at anew at once where anything else happened, and for readings
//! alone only now and then. What is shown says as of when it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use chrono::{DateTime, Utc};

use crate::app::billing::compare_running;
use crate::app::compare_billing::Comparison;
use crate::app::{AppError, Store};
use crate::domain::calendar::BillingMonth;
use crate::storage::audit;

/// For so long a look counts where nothing happens: silences grow.
const LOOK_SECONDS: i64 = 600;
/// For so long it counts where readings came in, and nothing else.
const READINGS_SECONDS: i64 = 60;

/// The last look, and whose turn it is to look again.
#[derive(Default)]
pub(in crate::app) struct Looks {
    last: Mutex<Option<Look>>,
    turn: Mutex<()>,
}

#[derive(Clone)]
struct Look {
    /// The trail's last event before it.
    head: i64,
    at: DateTime<Utc>,
    found: Arc<Comparison>,
}

impl Looks {
    fn last_of(&self, month: BillingMonth) -> Option<Look> {
        self.last().clone().filter(|look| look.found.month == month)
    }

    fn last(&self) -> MutexGuard<'_, Option<Look>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Look {
    /// Whether it still counts where readings that came in count after `readings_seconds`.
    fn is_fresh(&self, store: &Store, now: DateTime<Utc>, readings_seconds: i64) -> Result<bool, AppError> {
        // Who waited for it asked before it was made, maybe.
        let age = (now - self.at).num_seconds().abs();
        if age >= LOOK_SECONDS {
            return Ok(false);
        }
        let connection = &mut *store.connection()?;
        Ok(match age < readings_seconds {
            true => audit::are_arrivals_after(connection, self.head)?,
            false => audit::head(connection)?.0 == self.head,
        })
    }
}

/// What the running `month` shows: as it was last seen where that still counts, or where somebody is looking already and
/// nothing but readings came in since.
pub(super) fn look(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Result<Arc<Comparison>, AppError> {
    let fresh = |readings_seconds| match store.looks().last_of(month) {
        Some(look) if look.is_fresh(store, now, readings_seconds)? => Ok::<_, AppError>(Some(look.found)),
        _ => Ok(None),
    };
    if let Some(found) = fresh(READINGS_SECONDS)? {
        return Ok(found);
    }
    let turn = match store.looks().turn.try_lock() {
        Ok(turn) => turn,
        Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
        Err(TryLockError::WouldBlock) => match fresh(LOOK_SECONDS)? {
            Some(found) => return Ok(found),
            None => store.looks().turn.lock().unwrap_or_else(PoisonError::into_inner),
        },
    };
    // Who waited for their turn finds what was seen meanwhile.
    if let Some(found) = fresh(READINGS_SECONDS)? {
        return Ok(found);
    }
    let head = audit::head(&mut *store.connection()?)?.0;
    let found = Arc::new(compare_running::work_out(store, month, now)?);
    *store.looks().last() = Some(Look { head, at: now, found: Arc::clone(&found) });
    drop(turn);
    Ok(found)
}

/// What was seen of `month` last, however long ago.
pub(super) fn last(store: &Store, month: BillingMonth) -> Option<Arc<Comparison>> {
    store.looks().last_of(month).map(|look| look.found)
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::domain::audit::{Actor, AuditEvent};

    /// Who comes while somebody looks is shown the last look where readings alone came in since, and waits for their turn
    /// where anything else happened: what they did themselves, maybe.
    #[test]
    fn who_comes_during_a_look_waits_for_what_is_more_than_readings() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("chapelle.db").display());
        let store = Store::open(&url, folder.path()).unwrap();
        let (month, at): (BillingMonth, DateTime<Utc>) =
            ("2026-11".parse().unwrap(), "2026-11-03T08:00:00Z".parse().unwrap());
        let happens = |action: &'static str| {
            let event = AuditEvent::new(at, &Actor::new("test", None), action, "x", json!({}));
            store.write(|connection| Ok(audit::append(connection, &event)?)).unwrap()
        };
        let head = happens("book.imported");
        let seen = Arc::new(Comparison { month, as_of: Some(at), contracts: vec![], problems: vec![] });
        *store.looks().last() = Some(Look { head, at, found: Arc::clone(&seen) });
        let comes = |seconds: i64| {
            let store = store.clone();
            thread::spawn(move || look(&store, month, at + chrono::Duration::seconds(seconds)))
        };
        let turn = store.looks().turn.lock().unwrap();
        happens("readings.accepted");
        assert!(Arc::ptr_eq(&comes(READINGS_SECONDS).join().unwrap().unwrap(), &seen), "readings can wait");
        let late = comes(LOOK_SECONDS);
        happens("manual-line.added");
        let own = comes(1);
        thread::sleep(Duration::from_millis(100));
        assert!(!late.is_finished() && !own.is_finished());
        drop(turn);
        // They look themselves: nothing was seen meanwhile, and there is no book.
        for waited in [late, own] {
            assert!(matches!(waited.join().unwrap(), Err(AppError::NoBook)));
        }
    }
}
