//! Show the audit trail and what was signed of it.

use crate::app::{AppError, Store};
use crate::domain::audit::{SignedRoot, action_subjects, is_action};
use crate::domain::freetext;
use crate::domain::told::Told;
use crate::storage::{audit, roots};

pub use crate::storage::audit::{ChainedEvent, TrailFilter};

/// Events read at a time.
const EVENTS_AT_A_TIME: i64 = 1_000;
pub const EVENTS_PER_PAGE: usize = 50;

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailPage {
    pub events: Vec<ChainedEvent>,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
    pub total: usize,
}

/// Refuses what is neither an action nor the beginning of one: a trail filtered by it would be empty, as if nothing of
/// the kind had ever been done.
pub fn check_action(text: &str) -> Result<(), AppError> {
    if is_action(text) {
        return Ok(());
    }
    let (text, subjects) = (freetext::shown(text), action_subjects().join(", "));
    let english = format!(
        "{text} is no action of the trail: give one whole, such as invoice.issued, or what it begins with: {subjects}"
    );
    Err(AppError::misasked(Told::new("query-no-action", english).with("text", text).with("subjects", subjects)))
}

/// The `page`th page of what passes `filter`; one beyond the last is the last.
pub fn page(store: &Store, filter: &TrailFilter, page: usize) -> Result<TrailPage, AppError> {
    let connection = &mut *store.connection()?;
    let per_page = i64::try_from(EVENTS_PER_PAGE).unwrap_or(i64::MAX);
    let offset = |page: usize| i64::try_from(page.saturating_sub(1)).unwrap_or(0).saturating_mul(per_page);
    let (events, total) = audit::newest(connection, filter, offset(page), per_page)?;
    let total = usize::try_from(total).unwrap_or(0);
    let pages = total.div_ceil(EVENTS_PER_PAGE).max(1);
    if page <= pages {
        return Ok(TrailPage { events, page: page.max(1), pages, total });
    }
    let (events, _) = audit::newest(connection, filter, offset(pages), per_page)?;
    Ok(TrailPage { events, page: pages, pages, total })
}

/// Up to `limit` events after `after`, oldest first.
pub fn after(store: &Store, filter: &TrailFilter, after: i64, limit: i64) -> Result<Vec<ChainedEvent>, AppError> {
    Ok(audit::search(&mut *store.connection()?, filter, after, limit)?)
}

/// Calls `each` with every event that passes `filter`, oldest first; memory does not grow with the trail.
pub fn each(
    store: &Store,
    filter: &TrailFilter,
    each: &mut dyn FnMut(&ChainedEvent) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let mut last = 0;
    loop {
        let events = after(store, filter, last, EVENTS_AT_A_TIME)?;
        let Some(latest) = events.last() else { return Ok(()) };
        last = latest.sequence;
        events.iter().try_for_each(&mut *each)?;
    }
}

/// Every signed root, oldest first.
pub fn signed_roots(store: &Store) -> Result<Vec<SignedRoot>, AppError> {
    Ok(roots::all(&mut *store.connection()?)?)
}

/// An event and its place as a line of canonical JSON, as the evidence pack holds it.
pub fn line(chained: &ChainedEvent) -> Result<String, AppError> {
    let value = serde_json::json!({
        "sequence": chained.sequence,
        "previous": chained.previous_hash,
        "hash": chained.hash,
        "event": chained.event,
    });
    crate::domain::audit::canonical(&value).map_err(|error| AppError::Corrupt(error.to_string()))
}
