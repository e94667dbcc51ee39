//! Make the journal entries of fixed assets, once each: what entered, changed or left, and every period of depreciation
//! due. What a posted period lacks, because an asset was entered late, is caught up in one entry more.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::asset_ledger::AssetLedger;
use crate::app::{AppError, Store, export_book};
use crate::domain::amortisation::{
    AssetPlan, ComponentPlan, PostedDepreciation, PostingPeriod, asset_plans, catch_up_entry, closing_day,
    depreciation_entry, gaps, months_due, movement_entries,
};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, day_in};
use crate::domain::ledger::{Chart, Journal, JournalEntry, LedgerError};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::storage::{AnyConnection, audit, book, journal, periods};

/// What was posted.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct PostingReport {
    pub through: BillingMonth,
    /// The last months of the periods posted now; those in the journal before are not among them.
    pub posted: Vec<BillingMonth>,
    pub depreciation: Money,
    pub subsidies: Money,
    /// Entries of what entered, changed or left.
    pub movements: Vec<String>,
    /// The entry that caught up what posted periods lacked.
    pub catch_up: Option<String>,
    /// Assets or chart were changed meanwhile: what is named here was posted, the rest waits for the next run.
    pub book_changed: bool,
}

pub(in crate::app) const PERIODS: [PostingPeriod; 3] =
    [PostingPeriod::Month, PostingPeriod::Quarter, PostingPeriod::Year];

/// Posts everything through `through` that is not in the journal yet, each entry in a transaction of its own: a run
/// that is stopped is continued by the next, and says what it did where the book changed meanwhile. A month that has not
/// ended at `now` is refused.
pub fn post(store: &Store, through: BillingMonth, by: &Actor, now: DateTime<Utc>) -> Result<PostingReport, AppError> {
    let mut seen = book::state(&mut *store.connection()?)?;
    let book = export_book::shared(store)?;
    if through.period(book.facility.zone).to.to_utc() > now {
        let last = BillingMonth::of(day_in(now, book.facility.zone)).previous();
        let english = format!("{through} has not ended yet: post through {last} at most");
        let told = Told::new("posting-not-ended", english).with("month", through).with("last", last);
        return Err(AppError::Refused(Box::new(told)));
    }
    let chart = book.accounting.chart.clone();
    let plans = asset_plans(&book.assets);
    let components: Vec<ComponentPlan<'_>> = plans.iter().flat_map(|plan| plan.components.iter().cloned()).collect();
    let before = AssetLedger::load(&mut *store.connection()?)?;
    let mut report = PostingReport {
        through,
        posted: vec![],
        depreciation: Money::ZERO,
        subsidies: Money::ZERO,
        movements: vec![],
        catch_up: None,
        book_changed: false,
    };

    let mut entries = movements(&plans, &before, through, &chart)?;
    for posting in PERIODS {
        entries.extend(periods(&components, posting, &before, through, &chart)?);
    }
    // What moved stands before the period it moved in.
    entries.sort_by_key(|entry| entry.date);
    entries.retain(|entry| !before.has(entry.journal, &entry.document));
    for entry in entries {
        let written = store.write(|connection| {
            let stands = stands(connection, &mut seen, &book)?;
            if stands { write_once(connection, &entry, by, now).map(Some) } else { Ok(None) }
        })?;
        match written {
            Some(true) => report.add(&entry, &chart),
            Some(false) => {}
            None => return Ok(PostingReport { book_changed: true, ..report }),
        }
    }
    let caught_up = store.write(|connection| {
        let stands = stands(connection, &mut seen, &book)?;
        if stands { catch_up(connection, &components, &chart, by, now).map(Some) } else { Ok(None) }
    })?;
    report.book_changed = caught_up.is_none();
    if let Some(entry) = caught_up.flatten() {
        report.add(&entry, &chart);
        report.catch_up = Some(entry.document);
    }
    Ok(report)
}

/// What [`post`] would make now, for whoever is about to.
pub fn to_post(store: &Store, through: BillingMonth) -> Result<Vec<JournalEntry>, AppError> {
    store.read(|connection| missing(connection, through))
}

/// Entries dated through the last day of `through` that [`post`] would still make: each as its period or document.
pub(in crate::app) fn missing(
    connection: &mut AnyConnection,
    through: BillingMonth,
) -> Result<Vec<JournalEntry>, AppError> {
    let Some(book) = book::load_book(connection)? else { return Ok(vec![]) };
    let chart = &book.accounting.chart;
    let plans = asset_plans(&book.assets);
    let components: Vec<ComponentPlan<'_>> = plans.iter().flat_map(|plan| plan.components.iter().cloned()).collect();
    let ledger = AssetLedger::load(connection)?;
    let mut entries = movements(&plans, &ledger, through, chart)?;
    for posting in PERIODS {
        entries.extend(periods(&components, posting, &ledger, through, chart)?);
    }
    let late = gaps(&components, |posting| ledger.horizons.last(posting), &ledger.depreciation(chart));
    if let Some(month) = ledger.horizons.last_month().filter(|month| *month <= through) {
        let document = format!("AMORT-{month}-R");
        entries.extend(catch_up_entry(&late, (document, closing_day(month)), chart).map_err(corrupt)?);
    }
    entries.retain(|entry| entry.date <= closing_day(through) && !ledger.has(entry.journal, &entry.document));
    entries.sort_by_key(|entry| entry.date);
    Ok(entries)
}

impl PostingReport {
    fn add(&mut self, entry: &JournalEntry, chart: &Chart) {
        if entry.journal == Journal::Assets {
            self.movements.push(entry.document.clone());
            return;
        }
        let posted = PostedDepreciation::from_entries([entry], chart);
        self.depreciation += posted.iter().map(|(_, _, _, amounts)| amounts.charge).sum();
        self.subsidies += posted.iter().map(|(_, _, _, amounts)| amounts.subsidy_income).sum();
        if crate::domain::amortisation::period_of(&entry.document).is_some() {
            self.posted.push(BillingMonth::of(entry.date));
        }
    }
}

/// What entered, changed or left. What happened within posted periods is dated the last day posted now.
fn movements(
    plans: &[AssetPlan<'_>],
    before: &AssetLedger,
    through: BillingMonth,
    chart: &Chart,
) -> Result<Vec<JournalEntry>, AppError> {
    let posted = before.horizons.last_month();
    let last = posted.map_or(through, |posted| posted.max(through));
    let dated = |on: NaiveDate| match posted {
        Some(posted) if BillingMonth::of(on) <= posted => closing_day(last),
        _ => on,
    };
    let mut entries = Vec::new();
    for plan in plans {
        entries.extend(movement_entries(plan, closing_day(last), &dated, chart).map_err(corrupt)?);
    }
    Ok(entries)
}

/// The periods after the last one posted.
fn periods(
    plans: &[ComponentPlan<'_>],
    posting: PostingPeriod,
    before: &AssetLedger,
    through: BillingMonth,
    chart: &Chart,
) -> Result<Vec<JournalEntry>, AppError> {
    let horizon = before.horizons.last(posting);
    let due = months_due(plans, posting, through).into_iter().filter(|month| horizon.is_none_or(|last| last < *month));
    let mut entries = Vec::new();
    for month in due {
        entries.extend(depreciation_entry(plans, posting, month, chart).map_err(corrupt)?);
    }
    Ok(entries)
}

/// One entry over everything that the posted periods lack, if anything.
fn catch_up(
    connection: &mut AnyConnection,
    plans: &[ComponentPlan<'_>],
    chart: &Chart,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<JournalEntry>, AppError> {
    periods::hold(connection)?;
    let ledger = AssetLedger::load(connection)?;
    let Some(month) = ledger.horizons.last_month() else { return Ok(None) };
    let gaps = gaps(plans, |posting| ledger.horizons.last(posting), &ledger.depreciation(chart));
    let documents = (1..).map(|number| format!("AMORT-{month}-R{number}"));
    let mut free = documents.skip_while(|document| ledger.has(Journal::Depreciation, document));
    let document = free.next().unwrap_or_default();
    let entry = catch_up_entry(&gaps, (document, closing_day(month)), chart).map_err(corrupt)?;
    if let Some(entry) = &entry {
        write(connection, entry, by, now)?;
    }
    Ok(entry)
}

/// Whether entries made from these assets and this chart may be written: not where either was changed since, for an event
/// withdrawn meanwhile would stay posted. Whoever changes the book waits until the transaction ends.
fn stands(connection: &mut AnyConnection, seen: &mut i64, made_from: &Book) -> Result<bool, AppError> {
    book::lock(connection)?;
    let state = book::state(connection)?;
    // Other parts of the book, such as a meter or a contact, change no entry.
    let stands = *seen == state
        || (book::assets(connection)? == made_from.assets
            && book::load_accounting(connection)?.chart == made_from.accounting.chart);
    if stands {
        *seen = state;
    }
    Ok(stands)
}

/// Writes an entry that nobody else has posted meanwhile, and says whether.
fn write_once(
    connection: &mut AnyConnection,
    entry: &JournalEntry,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<bool, AppError> {
    periods::hold(connection)?;
    let is_posted = journal::is_posted(connection, entry.journal, &entry.document)?;
    if !is_posted {
        write(connection, entry, by, now)?;
    }
    Ok(!is_posted)
}

fn write(connection: &mut AnyConnection, entry: &JournalEntry, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    let posted = journal::insert(connection, entry, now)?;
    let action = if entry.journal == Journal::Assets { "asset.posted" } else { "depreciation.posted" };
    let detail = serde_json::json!({ "total": entry.total() });
    audit::append(connection, &AuditEvent::new(now, by, action, &entry.document, detail).posting([posted]))?;
    Ok(())
}

/// Entries of plans balance by construction; one that does not is a fault of ours.
pub(in crate::app) fn corrupt(error: LedgerError) -> AppError {
    AppError::Corrupt(error.to_string())
}
