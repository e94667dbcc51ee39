//! Record what happened to an asset: one event, one transaction, one line in the trail.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::asset_ledger::{refuse_contradictions, refuse_impossible};
use super::{AppError, Store, export_book};
use crate::domain::amortisation::{AssetChange, AssetEvent, FixedAsset};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::Timestamp;
use crate::domain::freetext::Text;
use crate::domain::ids::AssetCode;
use crate::domain::told::Told;
use crate::storage::{AnyConnection, audit, book};

/// What is to be recorded.
#[derive(Debug, Clone)]
pub struct EventRequest {
    pub asset: AssetCode,
    pub effective_on: NaiveDate,
    pub reason: String,
    pub decision: Option<String>,
    pub change: AssetChange,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedEvent {
    pub asset: AssetCode,
    /// From 1.
    pub number: usize,
    #[serde(flatten)]
    pub event: AssetEvent,
}

/// Appends one event. What cannot happen to the asset, or lies within what is posted, is refused with its arithmetic.
pub fn record(store: &Store, request: EventRequest, by: &Actor, now: DateTime<Utc>) -> Result<RecordedEvent, AppError> {
    if request.reason.trim().is_empty() {
        let told = Told::new("event-no-reason", "a reason must be given; it is kept with the event");
        return Err(AppError::Refused(Box::new(told)));
    }
    check_texts(&request)?;
    let zone = export_book::shared(store)?.facility.zone;
    store.write(|connection| {
        book::lock(connection)?;
        let stored = book::assets(connection)?;
        let asset = stored.iter().find(|asset| asset.code == request.asset);
        let asset = asset.ok_or_else(|| AppError::NotFound(format!("the asset {}", request.asset)))?;
        let event = AssetEvent {
            effective_on: request.effective_on,
            recorded_on: Timestamp::from(now).date_in(zone),
            recorded_by: by.name.clone(),
            reason: request.reason,
            decision: request.decision,
            change: request.change,
        };
        let mut changed = asset.clone();
        changed.events.push(event.clone());
        refuse_impossible(&changed)?;
        refuse_contradictions(connection, &stored, std::slice::from_ref(&changed))?;
        book::save_asset(connection, &changed)?;
        note(connection, asset, &changed, by, now)?;
        Ok(RecordedEvent { asset: changed.code, number: changed.events.len(), event })
    })
}

/// What people wrote; what the event does is held against the asset.
fn check_texts(request: &EventRequest) -> Result<(), AppError> {
    Text::Reason.check(&request.reason)?;
    let change: [Option<&str>; 4] = match &request.change {
        AssetChange::Dispose { buyer, .. } => [buyer.as_deref(), None, None, None],
        AssetChange::Donate { beneficiary, .. } => [Some(beneficiary), None, None, None],
        AssetChange::Commission { evidence, .. } => [Some(evidence), None, None, None],
        AssetChange::Subsidise { grantor, reference, .. } => [Some(grantor), reference.as_deref(), None, None],
        AssetChange::Replace { successor, .. } => {
            let part = &successor.0;
            [Some(part.code.as_str()), Some(&part.name), part.account.as_deref(), part.duration_decision.as_deref()]
        }
        AssetChange::Revise { .. }
        | AssetChange::Impair { .. }
        | AssetChange::Reverse { .. }
        | AssetChange::Use { .. } => [None; 4],
    };
    for text in change.into_iter().chain([request.decision.as_deref()]).flatten() {
        Text::Ground.check(text)?;
    }
    Ok(())
}

/// A line in the trail for each event that `changed` has beyond those of `stored`.
pub(super) fn note(
    connection: &mut AnyConnection,
    stored: &FixedAsset,
    changed: &FixedAsset,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for (number, event) in (1..).zip(&changed.events).skip(stored.events.len()) {
        let detail = serde_json::json!({ "number": number, "event": event });
        let noted =
            AuditEvent::new(now, by, action(&event.change), changed.code.as_str(), detail).because(&event.reason);
        audit::append(connection, &noted)?;
    }
    Ok(())
}

const fn action(change: &AssetChange) -> &'static str {
    match change {
        AssetChange::Revise { .. } => "asset.revised",
        AssetChange::Impair { .. } => "asset.impaired",
        AssetChange::Reverse { .. } => "asset.impairment_reversed",
        AssetChange::Dispose { .. } => "asset.disposed",
        AssetChange::Donate { .. } => "asset.donated",
        AssetChange::Replace { .. } => "asset.replaced",
        AssetChange::Commission { .. } => "asset.commissioned",
        AssetChange::Use { .. } => "asset.used",
        AssetChange::Subsidise { .. } => "asset.subsidised",
    }
}
