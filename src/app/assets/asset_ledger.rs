//! How far the fixed assets are posted, and what that forbids: the common ground of posting, importing and events.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use crate::app::{AppError, post_depreciation};
use crate::domain::amortisation::{
    AssetChange, AssetEvent, FixedAsset, LockedAsset, LockedProblem, PostedDepreciation, PostingPeriod, asset_plans,
    closing_day, event_problems, movement_entries, period_of, postings_of,
};
use crate::domain::book::{BookFault, BookProblem, contradiction};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::AssetCode;
use crate::domain::ledger::{Chart, Journal, JournalEntry, Periods};
use crate::domain::told::{Tell, Told};
use crate::storage::{AnyConnection, book, journal, periods};

/// How far each kind of period is posted: the last month of the last one.
#[derive(Debug, Default)]
pub(in crate::app) struct Horizons(BTreeMap<PostingPeriod, BillingMonth>);

impl Horizons {
    /// From the names of the entries alone.
    pub(in crate::app) fn load(connection: &mut AnyConnection) -> Result<Horizons, AppError> {
        let documents = journal::documents(connection, Journal::Depreciation)?;
        Ok(Horizons::of(documents.iter().map(String::as_str)))
    }

    fn of<'a>(documents: impl Iterator<Item = &'a str>) -> Horizons {
        let mut horizons = Horizons::default();
        for (posting, month) in documents.filter_map(period_of) {
            let last = horizons.0.entry(posting).or_insert(month);
            *last = (*last).max(month);
        }
        horizons
    }

    pub(in crate::app) fn last(&self, posting: PostingPeriod) -> Option<BillingMonth> {
        self.0.get(&posting).copied()
    }

    /// The last month that any period posted reaches: entries are dated after it, or in it where they come late.
    pub(in crate::app) fn last_month(&self) -> Option<BillingMonth> {
        self.0.values().max().copied()
    }
}

/// The entries of fixed assets.
pub(in crate::app) struct AssetLedger {
    entries: Vec<JournalEntry>,
    pub(in crate::app) horizons: Horizons,
}

impl AssetLedger {
    pub(in crate::app) fn load(connection: &mut AnyConnection) -> Result<AssetLedger, AppError> {
        let entries: Vec<JournalEntry> =
            journal::posted_assets(connection)?.into_iter().map(|posted| posted.entry).collect();
        let of_depreciation = entries.iter().filter(|entry| entry.journal == Journal::Depreciation);
        let horizons = Horizons::of(of_depreciation.map(|entry| entry.document.as_str()));
        Ok(AssetLedger { entries, horizons })
    }

    pub(in crate::app) fn has(&self, journal: Journal, document: &str) -> bool {
        self.entries.iter().any(|entry| entry.journal == journal && entry.document == document)
    }

    /// The entries of what entered, changed or left through `day` and that the journal did not hold by then.
    pub(in crate::app) fn unposted_movements(
        &self,
        assets: &[FixedAsset],
        day: NaiveDate,
        chart: &Chart,
    ) -> Result<Vec<JournalEntry>, AppError> {
        let held: HashSet<&str> = self
            .entries
            .iter()
            .filter(|entry| entry.journal == Journal::Assets && entry.date <= day)
            .map(|entry| entry.document.as_str())
            .collect();
        let mut unposted = Vec::new();
        for plan in asset_plans(assets) {
            unposted.extend(movement_entries(&plan, day, &|on| on, chart).map_err(post_depreciation::corrupt)?);
        }
        unposted.retain(|entry| !held.contains(entry.document.as_str()));
        Ok(unposted)
    }

    pub(in crate::app) fn depreciation(&self, chart: &Chart) -> PostedDepreciation {
        PostedDepreciation::from_entries(&self.entries, chart)
    }

    /// Whether anything of the asset is posted, and through which days its charges and events are.
    fn locked<'a>(&self, stored: &'a FixedAsset) -> LockedAsset<'a> {
        let is_posted = self.entries.iter().any(|entry| concerns(entry, &stored.code));
        let prefix = format!("EVT-{}-", stored.code);
        let is_event = |entry: &&JournalEntry| {
            let number = entry.document.strip_prefix(&prefix);
            entry.journal == Journal::Assets && number.is_some_and(|number| number.parse::<usize>().is_ok())
        };
        let moved_through = self.entries.iter().filter(is_event).map(|entry| entry.date).max();
        // Periods in which nothing of it was charged are none of its own: what comes late is caught up.
        let of_depreciation = |entry: &&JournalEntry| entry.journal == Journal::Depreciation;
        let is_charged = self.entries.iter().filter(of_depreciation).any(|entry| concerns(entry, &stored.code));
        let charged_through = self.horizons.last(stored.record.posting).map(closing_day).filter(|_| is_charged);
        LockedAsset { stored, is_posted, posted_through: moved_through.max(charged_through), moved_through }
    }

    /// Events that `wanted` withdraws and that are posted.
    pub(in crate::app) fn posted_withdrawals(&self, stored: &FixedAsset, wanted: &FixedAsset) -> Vec<LockedProblem> {
        let withdrawn = wanted.events.iter().skip(stored.events.len()).filter_map(|event| match event.change {
            AssetChange::Withdraw { event } => Some(event),
            _ => None,
        });
        let problem = |number: usize| {
            let event = stored.events.get(number.checked_sub(1)?)?.change.word();
            let postings: Vec<String> =
                postings_of(stored, number, &self.entries).into_iter().map(str::to_owned).collect();
            let asset = stored.code.clone();
            (!postings.is_empty()).then_some(LockedProblem::EventPosted { asset, number, event, postings })
        };
        withdrawn.filter_map(problem).collect()
    }
}

/// True where a line of the entry names the asset, or a component of it.
fn concerns(entry: &JournalEntry, asset: &AssetCode) -> bool {
    entry.lines().iter().filter_map(|line| line.auxiliary.as_deref()).any(|auxiliary| {
        auxiliary == asset.as_str() || auxiliary.rsplit_once('/').is_some_and(|(code, _)| code == asset.as_str())
    })
}

/// What in `wanted` contradicts recorded events, posted charges or attached files.
pub(in crate::app) fn contradictions(
    connection: &mut AnyConnection,
    stored: &[FixedAsset],
    wanted: &[FixedAsset],
) -> Result<Vec<BookProblem>, AppError> {
    let ledger = AssetLedger::load(connection)?;
    let states = periods::all(connection)?;
    let mut found = Vec::new();
    for wanted in wanted {
        let stored = stored.iter().find(|stored| stored.code == wanted.code);
        found.extend(contradiction::nothing_to_depreciate(stored, wanted));
        if let Some(stored) = stored {
            found.extend(ledger.locked(stored).problems(wanted).into_iter().map(contradiction::locked));
            found.extend(ledger.posted_withdrawals(stored, wanted).into_iter().map(contradiction::locked));
            found.extend(in_closed_periods(&states, stored, wanted));
        }
    }
    for (asset, file) in book::attached_files(connection)? {
        let wanted = wanted.iter().find(|wanted| wanted.code == asset);
        let keeps = |wanted: &FixedAsset| {
            wanted.record.documents.iter().any(|document| document.sha256.as_deref() == Some(file.sha256.as_str()))
        };
        if !wanted.is_none_or(keeps) {
            found.push(contradiction::paper_left_out(&asset, &file.name, &file.sha256));
        }
    }
    Ok(found)
}

/// Refuses what contradicts them; all of it told at once.
pub(in crate::app) fn refuse_contradictions(
    connection: &mut AnyConnection,
    stored: &[FixedAsset],
    wanted: &[FixedAsset],
) -> Result<(), AppError> {
    refuse(contradictions(connection, stored, wanted)?.iter().map(told).collect())
}

fn told(problem: &BookProblem) -> Told {
    match &problem.fault {
        BookFault::Locked(locked) => locked.told(),
        fault @ BookFault::EventInClosedPeriod { .. } => Told::new("books-closed", fault),
        // What an event brings in is a successor.
        fault @ BookFault::NothingToDepreciate { .. } => {
            Told::new("event-successor", fault).with("why", fault.to_string())
        }
        fault => Told::plain(fault),
    }
}

/// Refuses what was found wrong, all of it at once, in the words it has for people.
fn refuse(found: Vec<Told>) -> Result<(), AppError> {
    let both = |first: Told, next: Told| {
        let english = format!("{}\n{}", first.english, next.english);
        Told::new("both", english).with("first", first).with("next", next)
    };
    found.into_iter().reduce(both).map_or(Ok(()), |told| Err(AppError::Refused(Box::new(told))))
}

/// Events that `wanted` has beyond those stored and that take effect where the books are closed: nothing can be posted
/// of them there, whether or not the asset was.
fn in_closed_periods(states: &Periods, stored: &FixedAsset, wanted: &FixedAsset) -> Vec<BookProblem> {
    let added = (1..).zip(&wanted.events).skip(stored.events.len());
    // Nothing is posted of a withdrawal: what is posted of what it withdraws decides.
    let added = added.filter(|(_, event)| !matches!(event.change, AssetChange::Withdraw { .. }));
    let problem = |(number, event): (usize, &AssetEvent)| {
        let closed = states.admits(event.effective_on).err()?;
        Some(contradiction::in_closed_period(&wanted.code, number, event, closed))
    };
    added.filter_map(problem).collect()
}

/// Refuses an asset whose events cannot happen to it.
pub(in crate::app) fn refuse_impossible(asset: &FixedAsset) -> Result<(), AppError> {
    let mut found: Vec<Told> = asset.problems().iter().map(Told::plain).collect();
    found.extend(event_problems(asset).iter().map(Tell::told));
    refuse(found)
}
