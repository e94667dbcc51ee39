//! What is posted from an event of an asset, or rests on it: the entries that forbid to withdraw it.

use std::collections::BTreeSet;

use super::fold::fold;
use super::posting::period_of;
use super::{AssetChange, FixedAsset};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::ledger::{Journal, JournalEntry};

/// The documents among `entries` that event `number` of `asset` is posted in: its own, those of events of its day and after,
/// whose amounts follow from what the asset was then, and charges of its day and after.
pub fn postings_of<'a>(asset: &FixedAsset, number: usize, entries: &'a [JournalEntry]) -> Vec<&'a str> {
    let Some(event) = number.checked_sub(1).and_then(|index| asset.events.get(index)) else { return Vec::new() };
    let own = format!("EVT-{}-{number}", asset.code);
    let entered = entered_by(asset, number);
    let is_commission = matches!(event.change, AssetChange::Commission { .. });
    let charges = |entry: &JournalEntry| entry.journal == Journal::Depreciation;
    let names = |entry: &JournalEntry, is_meant: &dyn Fn(&str) -> bool| {
        let components = entry.lines().iter().filter_map(|line| component_of(line.auxiliary.as_deref()?, &asset.code));
        components.into_iter().any(is_meant)
    };
    let happened_after = |entry: &JournalEntry| {
        let number =
            entry.document.strip_prefix(&format!("EVT-{}-", asset.code)).and_then(|number| number.parse().ok());
        let later = number.and_then(|number: usize| asset.events.get(number.checked_sub(1)?));
        later.is_some_and(|later| later.effective_on >= event.effective_on)
    };
    let is_charged = entries.iter().any(|entry| charges(entry) && names(entry, &|_| true));
    let rests = |entry: &&JournalEntry| match entry.journal {
        Journal::Assets if entry.document == own => true,
        Journal::Assets if is_commission => {
            happened_after(entry) && names(entry, &|component| entered.contains(&ComponentCode(component.to_owned())))
        }
        Journal::Assets => happened_after(entry),
        Journal::Depreciation if entry.date < event.effective_on => false,
        // What goes into service changes no charge of what was there before.
        Journal::Depreciation if is_commission => {
            names(entry, &|component| entered.contains(&ComponentCode(component.to_owned())))
        }
        // A period that charges nothing of it any more rests on it as well.
        Journal::Depreciation => {
            let is_period = period_of(&entry.document).is_some_and(|(posting, _)| posting == asset.record.posting);
            is_charged && (is_period || names(entry, &|_| true))
        }
        _ => false,
    };
    entries.iter().filter(rests).map(|entry| entry.document.as_str()).collect()
}

/// `a` of `DC-2019/a`; empty where the asset itself is named.
fn component_of<'a>(auxiliary: &'a str, asset: &AssetCode) -> Option<&'a str> {
    let rest = auxiliary.strip_prefix(asset.as_str())?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/').filter(|part| !part.contains('/')) }
}

/// The components that entered by event `number`.
fn entered_by(asset: &FixedAsset, number: usize) -> BTreeSet<ComponentCode> {
    let folded = fold(asset, asset.events.len(), true);
    let enters = |state: &&super::state::State<'_>| state.movements.iter().any(|one| one.event == Some(number));
    folded.states.iter().filter(enters).map(|state| state.component.code.clone()).collect()
}
