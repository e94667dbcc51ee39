//! What somebody else wrote while an edit was made: who, when, and what stood there before. The trail says it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::app::edit_book::StoredEntry;
use crate::app::{AppError, Store, read_tenants};
use crate::bookfile;
use crate::domain::audit::AuditEvent;
use crate::domain::book::EntryKind;
use crate::storage::audit::{self, ChainedEvent, TrailFilter};

/// More changes of one thing than happen while a form is open.
const CHANGES_MAX: i64 = 50;

/// What happened to a thing of the book since somebody looked at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Meanwhile {
    /// Who wrote last and when; none where the trail does not say it.
    pub last: Option<(String, DateTime<Utc>)>,
    /// The thing as it was seen, where the trail still says it.
    pub seen: Option<StoredEntry>,
    pub zone: Tz,
}

/// What happened to `stored` since its version `known`. Every version is the work of one edit or one import; an import
/// keeps what it replaced in the words of a book's file, which are not read back here.
pub fn since(store: &Store, stored: &StoredEntry, known: Option<i64>) -> Result<Meanwhile, AppError> {
    let zone = read_tenants::zone(store)?;
    let (kind, code) = (stored.entry.kind(), stored.entry.code());
    let connection = &mut *store.connection()?;
    let edits = TrailFilter {
        subject: Some(stored.entry.subject().to_owned()),
        action: Some(format!("{}.edited", kind.name())),
        ..TrailFilter::default()
    };
    let imports = TrailFilter { action: Some("book.imported".to_owned()), ..TrailFilter::default() };
    let mut changes = audit::latest(connection, &edits, CHANGES_MAX)?;
    let item = format!("{} {code}", kind.name());
    let imported = audit::latest(connection, &imports, CHANGES_MAX)?;
    changes.extend(imported.into_iter().filter(|chained| has_changed(&chained.event, &item)));
    if kind == EntryKind::Payback {
        // They may be looked at before anybody wrote them.
        let first = TrailFilter { action: Some("payback.created".to_owned()), ..edits.clone() };
        changes.extend(audit::latest(connection, &first, CHANGES_MAX)?);
    }
    if kind == EntryKind::Asset {
        // Another paper is another version too; the trail keeps nothing of what stood there before it.
        let papers = TrailFilter { action: Some("asset.file_attached".to_owned()), ..edits };
        changes.extend(audit::latest(connection, &papers, CHANGES_MAX)?);
    }
    changes.sort_by_key(|chained| std::cmp::Reverse(chained.sequence));
    let last = changes.first().map(|chained| (chained.event.actor.clone(), chained.event.at));
    let seen = known.and_then(|known| seen(&changes, stored, known, kind));
    Ok(Meanwhile { last, seen, zone })
}

fn has_changed(import: &AuditEvent, item: &str) -> bool {
    let named = import.detail.get("changed").and_then(serde_json::Value::as_array);
    named.is_some_and(|named| named.iter().any(|one| one.as_str() == Some(item.trim_end())))
}

/// The version `known`: what the change after it replaced. `changes` are the latest first.
fn seen(changes: &[ChainedEvent], stored: &StoredEntry, known: i64, kind: EntryKind) -> Option<StoredEntry> {
    let back = usize::try_from(stored.version.checked_sub(known)?).ok()?.checked_sub(1)?;
    let document = changes.get(back)?.event.before.as_ref()?.get(kind.name())?.clone();
    let entry = bookfile::read_entry(kind, &document).ok()?;
    Some(StoredEntry { entry, document, version: known, billed_until: stored.billed_until })
}
