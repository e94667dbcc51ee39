//! Forget what opens nothing any more: sessions and links that have expired, keys whose tokens are all too old.

use chrono::{DateTime, Duration, Utc};

use crate::app::users::useless_since;
use crate::app::{AppError, Store};
use crate::storage::{access_links, sessions, users};

/// Links are kept so long after they expired, for who asks what became of them.
const LINK_DAYS_KEPT: i64 = 30;

/// Returns how many rows went.
pub fn sweep(store: &Store, now: DateTime<Utc>) -> Result<usize, AppError> {
    store.write(|connection| {
        let sessions = sessions::purge(connection, now)?;
        let keys = users::purge_token_keys(connection, useless_since(now))?;
        let links = access_links::purge_resets(connection, now - Duration::days(LINK_DAYS_KEPT))?;
        Ok(sessions + keys + links)
    })
}
