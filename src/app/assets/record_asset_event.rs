//! Record what happened to an asset: one event, one transaction, one line in the trail; or show first what it would do.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::app::asset_ledger::{AssetLedger, Horizons, refuse_contradictions, refuse_impossible};
use crate::app::{AppError, Store, export_book};
use crate::domain::amortisation::{
    AssetChange, AssetEvent, EventEffect, EventFault, FixedAsset, ShiftedEvent, asset_plans, event_effect,
    event_problems, last_plausible_day, movement_entries,
};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::freetext::Text;
use crate::domain::ids::AssetCode;
use crate::domain::ledger::{Chart, JournalEntry};
use crate::domain::told::{Tell, Told};
use crate::storage::{AnyConnection, audit, book};

/// What is to be recorded.
#[derive(Debug, Clone)]
pub struct EventRequest {
    pub asset: AssetCode,
    pub effective_on: NaiveDate,
    pub reason: String,
    pub decision: Option<String>,
    pub change: AssetChange,
    /// It is meant for a day beyond the end of next year.
    pub far_ahead: bool,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedEvent {
    pub asset: AssetCode,
    /// From 1.
    pub number: usize,
    #[serde(flatten)]
    pub event: AssetEvent,
    /// Events recorded before it whose amounts it changes, because it takes effect before them.
    pub shifted: Vec<ShiftedEvent>,
}

/// What recording would do, for whoever is about to.
#[derive(Debug, Clone)]
pub struct EventPlan {
    pub event: AssetEvent,
    pub effect: EventEffect,
    /// How many events the asset has: what is confirmed was seen with these.
    pub seen: usize,
    /// Its entry on its day; none where charges alone change.
    pub entry: Option<JournalEntry>,
    /// The month whose posting makes its entry, or is the first with other charges.
    pub month: BillingMonth,
    /// An event of the same day that makes the same change.
    pub twin: Option<usize>,
    /// The event before it, where that says the same in all: [`record`] refuses it as sent twice.
    pub repeats: Option<usize>,
    /// Its day lies beyond this one, the last that is plausible.
    pub far_beyond: Option<NaiveDate>,
}

/// The day event `number` of an asset takes effect, which is that of its withdrawal.
pub fn day_of(store: &Store, asset: &AssetCode, number: usize) -> Result<NaiveDate, AppError> {
    store.read(|connection| {
        let (_, stored) = stored(connection, asset)?;
        let event = number.checked_sub(1).and_then(|index| stored.events.get(index));
        event.map(|event| event.effective_on).ok_or_else(|| {
            let last = stored.events.len();
            AppError::Refused(Box::new(EventFault::NoSuchEvent { event: number, last }.told()))
        })
    })
}

/// What [`record`] would do; what cannot happen to the asset is refused as there.
pub fn plan(store: &Store, request: &EventRequest, by: &Actor, now: DateTime<Utc>) -> Result<EventPlan, AppError> {
    check(request)?;
    let book = export_book::shared(store)?;
    store.read(|connection| {
        let Change { before, after, event } =
            Change::of(connection, request, by, recorded_on(book.facility.zone, now))?;
        let last = Horizons::load(connection)?.last_month();
        let happened = BillingMonth::of(event.effective_on);
        Ok(EventPlan {
            effect: event_effect(&before, &after),
            seen: before.events.len(),
            entry: entry(&after, &event, &book.accounting.chart)?,
            // What came late is dated in the month posted next.
            month: last.map_or(happened, |last| happened.max(last.next())),
            twin: twin(&before, &event),
            repeats: repeated(&before, request),
            far_beyond: far_beyond(&event),
            event,
        })
    })
}

/// Appends one event. What cannot happen to the asset, or lies within what is posted, is refused with its arithmetic; so is
/// what says the same as the event before it: a request sent twice would happen twice. So is a day beyond the end of next
/// year that was not said to be meant.
pub fn record(
    store: &Store,
    request: &EventRequest,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RecordedEvent, AppError> {
    check(request)?;
    let zone = export_book::shared(store)?.facility.zone;
    store.write(|connection| {
        book::lock(connection)?;
        refuse_repeated(connection, request)?;
        let change = Change::of(connection, request, by, recorded_on(zone, now))?;
        refuse_far_ahead(request, &change.event)?;
        change.save(connection, by, now)
    })
}

/// Appends one event as it was confirmed, with the first `seen` events recorded. Confirmed twice it is recorded once;
/// none where others were recorded meanwhile.
pub fn record_as_seen(
    store: &Store,
    request: &EventRequest,
    seen: usize,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<RecordedEvent>, AppError> {
    check(request)?;
    let zone = export_book::shared(store)?.facility.zone;
    store.write(|connection| {
        book::lock(connection)?;
        let recorded_on = recorded_on(zone, now);
        let (_, stored) = stored(connection, &request.asset)?;
        if stored.events.len() == seen {
            return Change::of(connection, request, by, recorded_on)?.save(connection, by, now).map(Some);
        }
        let wanted = request.event(by, recorded_on);
        let known = stored.events.get(seen).filter(|known| is_same(known, &wanted));
        let recorded = |event: &AssetEvent| RecordedEvent {
            asset: stored.code.clone(),
            number: seen + 1,
            event: event.clone(),
            shifted: vec![],
        };
        Ok(known.map(recorded))
    })
}

/// Why events of an asset that stand cannot be withdrawn now, by number: what is posted of them, or what a later event rests
/// on.
pub fn not_withdrawable(store: &Store, code: &AssetCode) -> Result<BTreeMap<usize, Told>, AppError> {
    store.read(|connection| {
        let (_, stored) = stored(connection, code)?;
        if stored.standing_events().next().is_none() {
            return Ok(BTreeMap::new());
        }
        let ledger = AssetLedger::load(connection)?;
        let told = |(number, event): (usize, &AssetEvent)| {
            let mut without = stored.clone();
            without.events.push(AssetEvent { change: AssetChange::Withdraw { event: number }, ..event.clone() });
            let posted = ledger.posted_withdrawals(&stored, &without).first().map(Tell::told);
            Some((number, posted.or_else(|| event_problems(&without).first().map(Tell::told))?))
        };
        Ok(stored.standing_events().filter_map(told).collect())
    })
}

impl EventRequest {
    fn event(&self, by: &Actor, recorded_on: NaiveDate) -> AssetEvent {
        AssetEvent {
            effective_on: self.effective_on,
            recorded_on,
            recorded_by: by.name.clone(),
            reason: self.reason.clone(),
            decision: self.decision.clone(),
            change: self.change.clone(),
        }
    }
}

/// An asset before and after one more event that may happen to it.
struct Change {
    before: FixedAsset,
    after: FixedAsset,
    event: AssetEvent,
}

impl Change {
    fn of(
        connection: &mut AnyConnection,
        request: &EventRequest,
        by: &Actor,
        recorded_on: NaiveDate,
    ) -> Result<Change, AppError> {
        let (all, before) = stored(connection, &request.asset)?;
        let event = request.event(by, recorded_on);
        let mut after = before.clone();
        after.events.push(event.clone());
        refuse_impossible(&after)?;
        refuse_contradictions(connection, &all, std::slice::from_ref(&after))?;
        Ok(Change { before, after, event })
    }

    fn save(self, connection: &mut AnyConnection, by: &Actor, now: DateTime<Utc>) -> Result<RecordedEvent, AppError> {
        let Change { before, after, event } = self;
        book::save_asset(connection, &after)?;
        note(connection, &before, &after, by, now)?;
        let shifted = event_effect(&before, &after).shifted;
        Ok(RecordedEvent { asset: after.code, number: after.events.len(), event, shifted })
    }
}

/// The last plausible day, where the event lies beyond it. What is withdrawn is of a day that was recorded before.
fn far_beyond(event: &AssetEvent) -> Option<NaiveDate> {
    let last = last_plausible_day(event.recorded_on);
    (event.effective_on > last && !matches!(event.change, AssetChange::Withdraw { .. })).then_some(last)
}

fn refuse_far_ahead(request: &EventRequest, event: &AssetEvent) -> Result<(), AppError> {
    let Some(last) = far_beyond(event).filter(|_| !request.far_ahead) else { return Ok(()) };
    let on = event.effective_on;
    let english = format!(
        "{on} lies beyond {last}, the end of next year: nothing was recorded, for a year is easily mistyped; where that day \
         is meant, say so by \"far_ahead\": true, on the command line by --far-ahead"
    );
    let told = Told::new("event-far-ahead", english).with("day", on).with("last", last);
    Err(AppError::Contrary(Box::new(told)))
}

/// The event before it, where that says the same: it was sent twice.
fn repeated(asset: &FixedAsset, request: &EventRequest) -> Option<usize> {
    // A second withdrawal is told as what it is.
    if matches!(request.change, AssetChange::Withdraw { .. }) {
        return None;
    }
    // What was withdrawn may be recorded again; a withdrawal since makes nothing of what stands another event.
    let (number, last) = asset.standing_events().last()?;
    let is_repeated = last.effective_on == request.effective_on
        && last.change == request.change
        && last.reason == request.reason
        && last.decision == request.decision;
    is_repeated.then_some(number)
}

fn refuse_repeated(connection: &mut AnyConnection, request: &EventRequest) -> Result<(), AppError> {
    let (_, asset) = stored(connection, &request.asset)?;
    let Some(number) = repeated(&asset, request) else { return Ok(()) };
    let english = format!(
        "event {number} of the asset {} says the same, and was recorded just before: if it happened twice, give this one \
         its own reason",
        asset.code
    );
    let told = Told::new("event-repeated", english).with("number", number).with("asset", asset.code.as_str());
    Err(AppError::Contrary(Box::new(told)))
}

fn recorded_on(zone: Tz, now: DateTime<Utc>) -> NaiveDate {
    Timestamp::from(now).date_in(zone)
}

/// Every asset, and the one of the code.
fn stored(connection: &mut AnyConnection, code: &AssetCode) -> Result<(Vec<FixedAsset>, FixedAsset), AppError> {
    let all = book::assets(connection)?;
    let asset = all.iter().find(|asset| asset.code == *code).cloned();
    let asset = asset.ok_or_else(|| AppError::NotFound(format!("the asset {code}")))?;
    Ok((all, asset))
}

/// Whether both say the same, whenever they became known.
fn is_same(one: &AssetEvent, other: &AssetEvent) -> bool {
    *one == AssetEvent { recorded_on: one.recorded_on, ..other.clone() }
}

fn twin(asset: &FixedAsset, event: &AssetEvent) -> Option<usize> {
    let is_twin = |known: &AssetEvent| known.effective_on == event.effective_on && known.change == event.change;
    asset.standing_events().find(|(_, known)| is_twin(known)).map(|(number, _)| number)
}

/// The entry of the asset's last event as it would stand on its day.
fn entry(after: &FixedAsset, event: &AssetEvent, chart: &Chart) -> Result<Option<JournalEntry>, AppError> {
    let plans = asset_plans(std::slice::from_ref(after));
    let Some(plan) = plans.first() else { return Ok(None) };
    let entries = movement_entries(plan, event.effective_on, &|on| on, chart);
    let entries = entries.map_err(|error| AppError::Corrupt(error.to_string()))?;
    let document = format!("EVT-{}-{}", after.code, after.events.len());
    Ok(entries.into_iter().find(|entry| entry.document == document))
}

fn check(request: &EventRequest) -> Result<(), AppError> {
    if request.reason.trim().is_empty() {
        let told = Told::new("event-no-reason", "a reason must be given; it is kept with the event");
        return Err(AppError::Refused(Box::new(told)));
    }
    check_texts(request)
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
        | AssetChange::Use { .. }
        | AssetChange::Withdraw { .. } => [None; 4],
    };
    for text in change.into_iter().chain([request.decision.as_deref()]).flatten() {
        Text::Ground.check(text)?;
    }
    Ok(())
}

/// A line in the trail for each event that `changed` has beyond those of `stored`.
pub(in crate::app) fn note(
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
        AssetChange::Withdraw { .. } => "asset.withdrawn",
    }
}
