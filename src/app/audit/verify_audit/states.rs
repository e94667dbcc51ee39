//! Periods, what happened to assets and what was known of them, and management figures, against what the trail says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Verification, agreed};
use crate::app::AppError;
use crate::app::record_management_figures::fingerprint;
use crate::bookfile;
use crate::domain::amortisation::{AssetEvent, FixedAsset};
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::AssetCode;
use crate::domain::ledger::{AccountingPeriod, PeriodState};
use crate::domain::payback::ManagementFigure;
use crate::storage::audit::ChainedEvent;
use crate::storage::book::asset_versions;
use crate::storage::{AnyConnection, book, evidence, management_figures, periods};

/// The event, and the hash of the figures recorded then; none of events before they held any.
type RecordedFigures = (i64, Option<String>);

/// What the trail says.
#[derive(Default)]
pub struct Said {
    /// The state each period was put in last.
    periods: BTreeMap<AccountingPeriod, (i64, PeriodState)>,
    /// By asset and number.
    events: BTreeMap<(String, usize), (i64, Option<AssetEvent>)>,
    /// Every state of an asset, as the book writes it.
    assets: BTreeMap<String, Vec<Value>>,
    /// A book was brought in before events held what it said.
    is_partial: bool,
    /// By second and who recorded them.
    figures: BTreeMap<(i64, String), Vec<RecordedFigures>>,
    /// Corrections by month, kind, label and revision, with the amount and the source.
    corrections: BTreeMap<(String, i64), Vec<(i64, Value)>>,
}

impl Said {
    pub fn note(&mut self, chained: &ChainedEvent) {
        let (event, sequence) = (&chained.event, chained.sequence);
        match event.action.as_str() {
            "period.closed" | "period.reopened" | "period.locked" | "year.closed" => self.note_period(chained),
            "book.imported" => match event.detail.get("items").and_then(Value::as_object) {
                None => self.is_partial = true,
                Some(items) => {
                    for (item, text) in items {
                        if let Some(((kind, code), document)) = text.as_str().and_then(|text| agreed::read(item, text))
                        {
                            self.note_asset(&kind, &code, document);
                        }
                    }
                }
            },
            "asset.created" | "asset.edited" => {
                if let Some(document) = event.detail.get("asset") {
                    self.note_asset("asset", &event.subject, document.clone());
                }
            }
            "management-figures.recorded" => {
                let hash = event.detail.get("sha256").and_then(Value::as_str).map(str::to_owned);
                let key = (event.at.timestamp(), event.actor.clone());
                self.figures.entry(key).or_default().push((sequence, hash));
            }
            "management-figure.corrected" => {
                let revision = event.detail.get("revision").and_then(Value::as_i64).unwrap_or_default();
                let held = self.corrections.entry((event.subject.clone(), revision)).or_default();
                held.push((sequence, event.detail.clone()));
            }
            action if action.starts_with("asset.") => self.note_event(chained),
            _ => {}
        }
    }

    fn note_asset(&mut self, kind: &str, code: &str, document: Value) {
        if kind == "asset" {
            let document = agreed::held(kind, &agreed::as_written(kind, &document));
            self.assets.entry(code.to_owned()).or_default().push(document);
        }
    }

    fn note_event(&mut self, chained: &ChainedEvent) {
        let detail = &chained.event.detail;
        let number = detail.get("number").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let Some((number, event)) = number.zip(detail.get("event")) else { return };
        let said = (chained.sequence, serde_json::from_value(event.clone()).ok());
        self.events.insert((chained.event.subject.clone(), number), said);
    }

    /// Closing a year locks its months with it.
    fn note_period(&mut self, chained: &ChainedEvent) {
        let (event, sequence) = (&chained.event, chained.sequence);
        let Ok(period) = event.subject.parse::<AccountingPeriod>() else { return };
        let state = event.detail.get("state").and_then(|state| serde_json::from_value(state.clone()).ok());
        let Some(state) = state else { return };
        self.periods.insert(period, (sequence, state));
        if event.action == "year.closed" {
            let months = (1..=12).filter_map(|month| BillingMonth::new(period.year(), month));
            self.periods.extend(months.map(|month| (AccountingPeriod::Month(month), (sequence, state))));
        }
    }
}

pub fn verify(connection: &mut AnyConnection, said: &Said, found: &mut Verification) -> Result<(), AppError> {
    held_periods(connection, said, found)?;
    // A book that cannot be read is told where it is held against the trail.
    if let Ok(Some(book)) = book::load_book(connection) {
        events(&book, said, found);
        versions(connection, &book, said, found)?;
    }
    for (place, lines) in evidence::orphans(connection)? {
        found.find("journal", place, format!("{lines} lines of an entry that is not there"));
    }
    let figures = management_figures::all(connection)?;
    recorded(&figures, said, found);
    corrected(&figures, said, found);
    Ok(())
}

fn held_periods(connection: &mut AnyConnection, said: &Said, found: &mut Verification) -> Result<(), AppError> {
    let stored = periods::all(connection)?;
    for (period, state) in stored.iter() {
        match said.periods.get(&period) {
            None => found.find("period", period, format!("stored is {}, the trail says nothing of it", state.name())),
            Some((sequence, known)) if *known != state => {
                let what = format!("stored is {}, event {sequence} says {}", state.name(), known.name());
                found.find("period", period, what);
            }
            Some(_) => {}
        }
    }
    for (period, (sequence, state)) in &said.periods {
        if !stored.iter().any(|(known, _)| known == *period) {
            found.find("period", period, format!("event {sequence} says {}, and it is not there", state.name()));
        }
    }
    Ok(())
}

/// What happened to assets, both ways.
fn events(book: &Book, said: &Said, found: &mut Verification) {
    let mut left = said.events.clone();
    for asset in &book.assets {
        for (number, event) in (1..).zip(&asset.events) {
            let place = format!("{}, event {number}", asset.code);
            match left.remove(&(asset.code.as_str().to_owned(), number)) {
                None if said.is_partial => {}
                None => found.find("asset", place, "the trail does not say that it was recorded"),
                Some((sequence, known)) if known.as_ref() != Some(event) => {
                    found.find("asset", place, format!("it is not what event {sequence} says"));
                }
                Some(_) => {}
            }
        }
    }
    for ((asset, number), (sequence, _)) in left {
        let what = format!("event {sequence} says it was recorded, and it is not there");
        found.find("asset", format!("{asset}, event {number}"), what);
    }
}

/// Each version of an asset is a state the trail says, they follow each other, and the last is the asset as it stands.
fn versions(
    connection: &mut AnyConnection,
    book: &Book,
    said: &Said,
    found: &mut Verification,
) -> Result<(), AppError> {
    let stored = asset_versions::all(connection)?;
    for asset in &book.assets {
        let known = said.assets.get(asset.code.as_str());
        let Some(versions) = stored.get(&asset.code) else {
            if known.is_some() && !said.is_partial {
                found.find("asset", &asset.code, "the trail says what was known of it, and no version of it is there");
            }
            continue;
        };
        let count = i64::try_from(versions.len()).unwrap_or(i64::MAX);
        if asset_versions::last(connection, asset.code.as_str())? != count {
            found.find("asset", &asset.code, "a version of it is missing");
        }
        let documents: Vec<Option<Value>> = versions.iter().map(|version| document(book, &version.content)).collect();
        if documents.last() != Some(&document(book, asset)) {
            found.find("asset", &asset.code, "its last version is not the asset as it stands");
        }
        for (number, document) in (1_usize..).zip(documents).filter(|_| !said.is_partial) {
            if !known.into_iter().flatten().any(|known| document.as_ref() == Some(known)) {
                let place = format!("{}, version {number}", asset.code);
                found.find("asset", place, "the trail does not say that the asset was ever so");
            }
        }
    }
    let is_in_book = |code: &&AssetCode| book.assets.iter().any(|asset| asset.code == **code);
    for code in stored.keys().filter(|code| !is_in_book(code)) {
        found.find("asset", code, "versions of it are there, and it is not in the book");
    }
    Ok(())
}

/// An asset as the book writes it, without what events of their own say.
fn document(book: &Book, asset: &FixedAsset) -> Option<Value> {
    let alone = Book { assets: vec![asset.clone()], ..book.clone() };
    let (item, text) = bookfile::items(&alone).into_iter().find(|(item, _)| item.starts_with("asset "))?;
    let ((kind, _), document) = agreed::read(&item, &text)?;
    Some(agreed::held(&kind, &document))
}

/// Figures recorded for the first time, by the event that recorded them.
fn recorded(figures: &[ManagementFigure], said: &Said, found: &mut Verification) {
    let mut stored: BTreeMap<(i64, String), Vec<&ManagementFigure>> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| figure.revision == 1) {
        let key = (figure.recorded_at.timestamp(), figure.recorded_by.clone());
        stored.entry(key).or_default().push(figure);
    }
    let mut unknown = 0_usize;
    for (key, figures) in &stored {
        match said.figures.get(key).map(Vec::as_slice) {
            None => found.find("figure", place(figures), "the trail does not say that they were recorded"),
            // Two files within one second share their figures, and events of before hold no hash.
            Some([(sequence, Some(hash))]) => {
                if *hash != fingerprint(figures.iter().copied()) {
                    found.find("figure", place(figures), format!("they are not those event {sequence} recorded"));
                }
            }
            Some(_) => unknown += figures.len(),
        }
    }
    for (key, events) in said.figures.iter().filter(|(key, _)| !stored.contains_key(*key)) {
        let sequences: Vec<String> = events.iter().map(|(sequence, _)| sequence.to_string()).collect();
        let what = format!("event {} says figures were recorded, and none is there", sequences.join(", "));
        found.find("figure", &key.1, what);
    }
    if unknown > 0 {
        let what = "management figures are held against nothing: they were recorded before the trail held their hash, or two files within one second";
        found.notes.push(format!("{unknown} {what}"));
    }
}

fn corrected(figures: &[ManagementFigure], said: &Said, found: &mut Verification) {
    let mut left = said.corrections.clone();
    for figure in figures.iter().filter(|figure| figure.revision > 1) {
        let subject = format!("{} {} {}", figure.key.month, figure.key.kind.name(), figure.key.label);
        let place = format!("{subject}, revision {}", figure.revision);
        let stored =
            serde_json::json!({ "amount": figure.amount, "source": figure.source, "revision": figure.revision });
        // Several tenants may have a figure of one name.
        let Some(events) = left.get_mut(&(subject, figure.revision)) else {
            found.find("figure", place, "the trail does not say that it was corrected so");
            continue;
        };
        match events.iter().position(|(_, known)| *known == stored) {
            Some(index) => drop(events.remove(index)),
            None => found.find("figure", place, "the trail does not say that it was corrected so"),
        }
    }
    for ((subject, revision), events) in left {
        for (sequence, _) in events {
            let what = format!("event {sequence} says it was corrected so, and it is not there");
            found.find("figure", format!("{subject}, revision {revision}"), what);
        }
    }
}

fn place(figures: &[&ManagementFigure]) -> String {
    let months = figures.iter().map(|figure| figure.key.month);
    let span = months.clone().min().zip(months.max());
    let span = span.map(|(first, last)| format!("{first} to {last}")).unwrap_or_default();
    format!("{span}, recorded by {}", figures.first().map(|figure| figure.recorded_by.as_str()).unwrap_or_default())
}
