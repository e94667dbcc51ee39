//! Edit one thing of the stored book: seller, tenant, tariff, contract, asset or the terms of payback.
//!
//! An edit is held to everything an import is: it is read by the file's own readers, the *whole* book is checked with it,
//! and it is written by the same path, with its audit event, in one transaction. Beyond that it names the version it is
//! based on, and is refused where somebody else wrote meanwhile; and it changes nothing that is billed: the documents
//! are out. What is edited here is remembered, so that an older file does not take it back (see `import_book`).

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value as Json, json};

use crate::app::{AppError, Store, asset_ledger, asset_versions, read_settings};
use crate::bookfile::{self, EntryMistake, ReadFault};
use crate::domain::access::TenantScope;
use crate::domain::amortisation::FixedAsset;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::{
    Book, BookFault, BookPath, BookProblem, Entry, EntryKind, changes_billed_terms, new_unpriced_quantities,
};
use crate::domain::contract::Contract;
use crate::domain::freetext::{Text, TextError};
use crate::domain::ids::ContractCode;
use crate::domain::tariff::Tariff;
use crate::storage::invoices::{self, BilledSpan};
use crate::storage::{AnyConnection, audit, book as stored};

/// What is to be edited, and by whom it may be seen.
#[derive(Debug, Clone)]
pub struct Target {
    pub kind: EntryKind,
    /// None where it is to be created.
    pub code: Option<String>,
    pub scope: TenantScope,
}

/// What an edit is based on.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// The version its author saw; none where they insist on whatever is there.
    pub version: Option<i64>,
    pub reason: String,
}

/// A thing of the book as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    pub entry: Entry,
    /// The same in the book's keys.
    pub document: Json,
    /// Nought of terms of payback that nobody wrote: they stand in for what the book lacks.
    pub version: i64,
    /// The first day that is not billed yet, where anything is.
    pub billed_until: Option<NaiveDate>,
}

impl StoredEntry {
    /// It stands in the book itself, and does not only stand in for what the book lacks.
    const fn is_written(&self) -> bool {
        self.version > 0 || !matches!(self.entry, Entry::Payback(_))
    }

    /// Writing `after` would change what stands in the book.
    fn is_changed_by(&self, after: &Entry) -> bool {
        !self.is_written() || self.entry != *after
    }
}

/// Why an edit was not made. Nothing was changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    Mistakes(Vec<EntryMistake>),
    /// Somebody else wrote meanwhile: this.
    Stale(Box<StoredEntry>),
    /// It reaches into months that are billed; from this day on it can be agreed.
    Billed {
        until: NaiveDate,
    },
}

/// The entry as it is stored, if it lies within the scope.
pub fn read(store: &Store, target: &Target) -> Result<Option<StoredEntry>, AppError> {
    store.read(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        find(connection, &book, target)
    })
}

/// Makes the edit: `change` is given what is stored and says what shall be, in the book's keys.
pub fn edit(
    store: &Store,
    target: &Target,
    basis: &Basis,
    change: impl FnOnce(Option<&StoredEntry>) -> Json,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Result<StoredEntry, Refusal>, AppError> {
    store.write(|connection| {
        stored::lock(connection)?;
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let before = find(connection, &book, target)?;
        if let (Some(code), None) = (&target.code, &before) {
            return Err(AppError::NotFound(format!("{} {code}", target.kind.name())));
        }
        if let Some(found) = before.as_ref().filter(|found| basis.version.is_some_and(|known| known != found.version)) {
            return Ok(Err(Refusal::Stale(Box::new(found.clone()))));
        }
        let document = change(before.as_ref());
        let after = match check(&book, before.as_ref(), target, basis, &document) {
            Ok(after) => after,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Entry::Asset(asset) = &after {
            let mistakes = contradictions(connection, &book, asset, &document)?;
            if !mistakes.is_empty() {
                return Ok(Err(Refusal::Mistakes(mistakes)));
            }
        }
        if let Some(mistake) = series_mistake(connection, &book, &after, now)? {
            return Ok(Err(Refusal::Mistakes(vec![mistake])));
        }
        if before.as_ref().is_none_or(|found| found.is_changed_by(&after)) {
            write(connection, book, &after, by, now)?;
            let event = event(before.as_ref(), &after, basis, by, now);
            audit::append(connection, &event)?;
        }
        let found = find_code(connection, &after, before.and_then(|found| found.billed_until))?;
        Ok(Ok(found))
    })
}

pub(in crate::app) fn find(
    connection: &mut AnyConnection,
    book: &Book,
    target: &Target,
) -> Result<Option<StoredEntry>, AppError> {
    let entry = target.code.as_ref().and_then(|code| book.entry(target.kind, code));
    let Some(entry) = entry.filter(|entry| admits(&target.scope, entry)) else { return Ok(None) };
    let until = billed_until(connection, book, &entry)?;
    find_code(connection, &entry, until).map(Some)
}

fn find_code(
    connection: &mut AnyConnection,
    entry: &Entry,
    billed_until: Option<NaiveDate>,
) -> Result<StoredEntry, AppError> {
    let version = stored::version(connection, entry.kind(), entry.code())?;
    let version = version.ok_or_else(|| AppError::NotFound(format!("{} {}", entry.kind().name(), entry.code())))?;
    Ok(StoredEntry { document: bookfile::write_entry(entry), entry: entry.clone(), version, billed_until })
}

/// Tariffs, assets, the seller and what payback is projected by belong to nobody: who is held to one tenant does not edit
/// them.
fn admits(scope: &TenantScope, entry: &Entry) -> bool {
    match entry {
        Entry::Tenant(tenant) => scope.admits(&tenant.code),
        Entry::Contract(contract) => scope.admits(&contract.tenant),
        Entry::Seller(_) | Entry::Tariff(_) | Entry::Asset(_) | Entry::Payback(_) => *scope == TenantScope::Everyone,
    }
}

/// The entry the document describes, if nothing stands against it.
pub fn check(
    book: &Book,
    before: Option<&StoredEntry>,
    target: &Target,
    basis: &Basis,
    document: &Json,
) -> Result<Entry, Refusal> {
    let after = bookfile::read_entry(target.kind, document)
        .map_err(|mistakes| Refusal::Mistakes(with_the_rest(book, before, (target.kind, basis), document, mistakes)))?;
    let mut mistakes = code_mistakes(book, before, &after);
    if mistakes.is_empty() {
        mistakes = broken_rules(book, &after, document);
    }
    mistakes.extend(changed_events(before, &after));
    if let Some(found) = before.filter(|found| found.is_changed_by(&after)) {
        if let Some(until) = found.billed_until.filter(|until| changes_billed_terms(&found.entry, &after, *until)) {
            return Err(if mistakes.is_empty() { Refusal::Billed { until } } else { Refusal::Mistakes(mistakes) });
        }
        mistakes.extend(needs_reason(book, &found.entry).then(|| reason_mistake(&basis.reason)).flatten());
    }
    if mistakes.is_empty() { Ok(after) } else { Err(Refusal::Mistakes(mistakes)) }
}

/// What cannot be read, and what can be said of the rest all the same: whoever typed it wants to hear all at once. Only
/// the terms of payback are held to rules value by value; elsewhere a rule may speak of what was not read.
fn with_the_rest(
    book: &Book,
    before: Option<&StoredEntry>,
    (kind, basis): (EntryKind, &Basis),
    document: &Json,
    mut unread: Vec<EntryMistake>,
) -> Vec<EntryMistake> {
    let rest = (kind == EntryKind::Payback).then(|| bookfile::legible(kind, document, &unread)).flatten();
    let mut broken = rest.map(|rest| broken_rules(book, &rest, document)).unwrap_or_default();
    let group = |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}."));
    broken.retain(|one| one.elsewhere.is_none() && !unread.iter().any(|unread| group(&one.field, &unread.field)));
    // Where there is no scenario, none can be chosen.
    let has_none = broken.iter().any(|one| one.field == "scenario");
    unread.retain(|one| !(has_none && one.field == "reference_scenario"));
    unread.extend(broken);
    if before.is_some_and(|found| needs_reason(book, &found.entry)) {
        unread.extend(reason_mistake(&basis.reason));
    }
    unread
}

/// A code is given once and kept: documents, readings and files name it.
fn code_mistakes(book: &Book, before: Option<&StoredEntry>, after: &Entry) -> Vec<EntryMistake> {
    let (kind, code) = (after.kind(), after.code());
    match before {
        Some(found) if found.entry.code() != code => {
            vec![EntryMistake::new("code", "is another; a code is kept, because documents name it")]
        }
        None if book.entry(kind, code).is_some() => {
            vec![EntryMistake::new("code", BookFault::DuplicateCode { kind: kind.name(), code: code.to_owned() })]
        }
        _ => vec![],
    }
}

/// What happened to an asset is recorded event by event: see `record_asset_event`.
fn changed_events(before: Option<&StoredEntry>, after: &Entry) -> Option<EntryMistake> {
    let Entry::Asset(asset) = after else { return None };
    let stored = match before.map(|found| &found.entry) {
        Some(Entry::Asset(stored)) => stored.events.as_slice(),
        _ => &[],
    };
    let message = "is not written with the asset: record what happened to it as an event of its own";
    (asset.events != stored).then(|| EntryMistake::new("event", message))
}

/// A series goes on through its year once a document has a number of it: another prefix waits for the next. (An import, which
/// is the operator's deed, is told what it does instead.)
fn series_mistake(
    connection: &mut AnyConnection,
    book: &Book,
    after: &Entry,
    now: DateTime<Utc>,
) -> Result<Option<EntryMistake>, AppError> {
    match after {
        Entry::Seller(seller) if seller.number_prefix != book.seller.number_prefix => {
            let running = read_settings::in_use(connection, book, now)?;
            Ok(running.and_then(|series| {
                let fault = ReadFault::SeriesRunning { prefix: series.name, year: series.year? };
                Some(EntryMistake::new("number_prefix", fault))
            }))
        }
        _ => Ok(None),
    }
}

/// What of the asset contradicts posted charges or attached papers, each beside its field.
fn contradictions(
    connection: &mut AnyConnection,
    book: &Book,
    asset: &FixedAsset,
    document: &Json,
) -> Result<Vec<EntryMistake>, AppError> {
    let found = asset_ledger::contradictions(connection, &book.assets, std::slice::from_ref(asset))?;
    let mistake = |BookProblem { path, fault }: BookProblem| {
        EntryMistake::new(bookfile::field(path.segments().get(1..).unwrap_or_default(), document), fault)
    };
    Ok(found.into_iter().map(mistake).collect())
}

/// The rules the book breaks with the entry and did not break before, and all of the entry's own; of quantities without a
/// price, which stored books may hold, the new ones only.
fn broken_rules(book: &Book, after: &Entry, document: &Json) -> Vec<EntryMistake> {
    let known = book.check();
    let own = match after.kind() {
        kind if kind.is_single() => kind.name().to_owned(),
        kind => format!("{}[{}]", kind.name(), after.code()),
    };
    let is_own = |path: &BookPath| path.segments().first() == Some(&own);
    let edited = book.clone().with(after.clone());
    let new = edited.check().into_iter().filter(|problem| is_own(&problem.path) || !known.contains(problem));
    let mistake = |BookProblem { path, fault }: BookProblem| match path.segments().split_first() {
        Some((_, place)) if is_own(&path) => EntryMistake::new(bookfile::field(place, document), fault),
        _ => EntryMistake { elsewhere: Some(path), ..EntryMistake::new("", fault) },
    };
    new.chain(new_unpriced_quantities(Some(book), &edited)).map(mistake).collect()
}

/// Terms that somebody is billed by change for a reason, and so does what is told of the years to come.
fn needs_reason(book: &Book, entry: &Entry) -> bool {
    match entry {
        Entry::Contract(_) | Entry::Asset(_) | Entry::Payback(_) => true,
        Entry::Tariff(tariff) => contracts_at(book, tariff.code.as_str()).next().is_some(),
        Entry::Seller(_) | Entry::Tenant(_) => false,
    }
}

pub(in crate::app) fn reason_mistake(reason: &str) -> Option<EntryMistake> {
    let found = reason.trim().chars().count();
    if let Err(TextError::Unseen { .. }) = Text::Reason.check(reason) {
        return Some(EntryMistake::new("reason", ReadFault::ControlCharacter));
    }
    let (low, high) = (Text::Reason.characters_min(), Text::Reason.characters_max());
    let fault = ReadFault::ReasonLength { found, low, high };
    (!(low..=high).contains(&found)).then(|| EntryMistake::new("reason", fault))
}

fn contracts_at<'a>(book: &'a Book, tariff: &'a str) -> impl Iterator<Item = &'a Contract> {
    book.contracts.iter().filter(move |contract| contract.lines.iter().any(|line| line.tariff.as_str() == tariff))
}

/// The day after the last month issued at a tariff, of the `last` month of each contract.
pub(in crate::app) fn tariff_billed_until(
    book: &Book,
    tariff: &Tariff,
    spans: &HashMap<ContractCode, BilledSpan>,
) -> Option<NaiveDate> {
    let spans = contracts_at(book, tariff.code.as_str()).filter_map(|contract| spans.get(&contract.code));
    spans.map(|span| span.last).max().map(|month| month.next().first_day())
}

/// The day after the last month issued on these terms.
fn billed_until(connection: &mut AnyConnection, book: &Book, entry: &Entry) -> Result<Option<NaiveDate>, AppError> {
    Ok(match entry {
        Entry::Contract(contract) => {
            invoices::billed_spans(connection)?.get(&contract.code).map(|span| span.last.next().first_day())
        }
        Entry::Tariff(tariff) => tariff_billed_until(book, tariff, &invoices::billed_spans(connection)?),
        Entry::Seller(_) | Entry::Tenant(_) | Entry::Asset(_) | Entry::Payback(_) => None,
    })
}

fn write(
    connection: &mut AnyConnection,
    book: Book,
    entry: &Entry,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if let Entry::Asset(asset) = entry {
        let before = book.assets.iter().find(|before| before.code == asset.code);
        asset_versions::note(connection, before, asset, (book.facility.zone, by, now))?;
    }
    stored::save_book(connection, &book.with(entry.clone()))?;
    stored::note_edit(connection, (entry.kind().name(), entry.code()), &by.name, now.into())?;
    Ok(())
}

fn event(before: Option<&StoredEntry>, after: &Entry, basis: &Basis, by: &Actor, now: DateTime<Utc>) -> AuditEvent {
    let kind = after.kind().name();
    let detail = json!({ kind: bookfile::write_entry(after) });
    let before = before.filter(|found| found.is_written());
    let mut event = AuditEvent::new(now, by, action(after.kind(), before.is_some()), after.subject(), detail);
    if let Some(found) = before {
        event = event.before(json!({ kind: found.document }));
    }
    match basis.reason.trim() {
        "" => event,
        reason => event.because(reason),
    }
}

/// What the trail calls it. There is always a seller: it is never created.
const fn action(kind: EntryKind, was_there: bool) -> &'static str {
    match (kind, was_there) {
        (EntryKind::Seller, _) => "seller.edited",
        (EntryKind::Tenant, true) => "tenant.edited",
        (EntryKind::Tenant, false) => "tenant.created",
        (EntryKind::Tariff, true) => "tariff.edited",
        (EntryKind::Tariff, false) => "tariff.created",
        (EntryKind::Contract, true) => "contract.edited",
        (EntryKind::Contract, false) => "contract.created",
        (EntryKind::Asset, true) => "asset.edited",
        (EntryKind::Asset, false) => "asset.created",
        (EntryKind::Payback, true) => "payback.edited",
        (EntryKind::Payback, false) => "payback.created",
    }
}
