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
    fn is_fresh(&self, store: &Store, now: DateTime<Utc>) -> Result<bool, AppError> {
        let age = (now - self.at).num_seconds();
        let connection = &mut *store.connection()?;
        Ok(match age {
            0..READINGS_SECONDS => audit::are_arrivals_after(connection, self.head)?,
            READINGS_SECONDS..LOOK_SECONDS => audit::head(connection)?.0 == self.head,
            _ => false,
        })
    }
}

/// What the running `month` shows: as it was last seen where that still counts, or where somebody is looking already.
pub(super) fn look(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Result<Arc<Comparison>, AppError> {
    let fresh = || match store.looks().last_of(month) {
        Some(look) if look.is_fresh(store, now)? => Ok::<_, AppError>(Some(look.found)),
        _ => Ok(None),
    };
    if let Some(found) = fresh()? {
        return Ok(found);
    }
    let turn = match (store.looks().turn.try_lock(), last(store, month)) {
        (Ok(turn), _) => turn,
        (Err(TryLockError::Poisoned(turn)), _) => turn.into_inner(),
        (Err(TryLockError::WouldBlock), Some(seen)) => return Ok(seen),
        (Err(TryLockError::WouldBlock), None) => store.looks().turn.lock().unwrap_or_else(PoisonError::into_inner),
    };
    // Who waited for their turn finds what was seen meanwhile.
    if let Some(found) = fresh()? {
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
