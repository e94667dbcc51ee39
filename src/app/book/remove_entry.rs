//! Remove a tenant, contract or tariff that was entered by mistake.
//!
//! Only what nothing refers to leaves the book: no document, reading, posting or person. Everything else is ended, not
//! removed. A removal names the version it is based on and a reason, is held to the whole book's check as an edit is, and
//! is remembered, so that an older file does not bring the thing back (see `import_book`). The trail keeps what it said.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::app::edit_book::{self, Basis, StoredEntry, Target};
use crate::app::{AppError, Store};
use crate::bookfile::EntryMistake;
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::{Book, BookProblem, Removable, RemovableKind};
use crate::domain::calendar::{BillingMonth, Timestamp, midnight};
use crate::domain::contract::{Contract, LineQuantity};
use crate::domain::ids::MeterCode;
use crate::domain::told::{Tell, Told, Value};
use crate::storage::{AnyConnection, audit, book as stored, readings};

pub use crate::storage::book::{Referrer, ReferrerKind};

/// What is to be removed, and by whom it may be seen.
#[derive(Debug, Clone)]
pub struct RemovalTarget {
    pub kind: RemovableKind,
    pub code: String,
    pub scope: TenantScope,
}

/// What keeps a thing in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    Referrer(Referrer),
    /// A meter of its lines has readings on the days it is assigned.
    Reading {
        meter: MeterCode,
        at: Timestamp,
    },
    /// The rest of the book would not be sound without it.
    Rule(BookProblem),
}

/// A thing of the book, and what keeps it there.
#[derive(Debug, Clone, PartialEq)]
pub struct Removal {
    pub thing: Removable,
    pub stored: StoredEntry,
    pub holdings: Vec<Holding>,
}

/// Why it was not removed. Nothing was changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Unremoved {
    /// Somebody else wrote meanwhile.
    Stale(Box<Removal>),
    Held(Box<Removal>),
    /// The reason does not say enough.
    Mistake(EntryMistake),
}

/// What removing it would take out and what stands against that; nothing where there is no such thing within the scope.
pub fn plan(store: &Store, target: &RemovalTarget) -> Result<Option<Removal>, AppError> {
    store.read(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        removal(connection, &book, target)
    })
}

/// Whether anything outside the readings names it: whoever sees that need not be offered to remove it.
pub fn is_named(store: &Store, kind: RemovableKind, code: &str) -> Result<bool, AppError> {
    Ok(!stored::referrers(&mut *store.connection()?, kind, code)?.is_empty())
}

/// Removes it and gives what it was.
pub fn remove(
    store: &Store,
    target: &RemovalTarget,
    basis: &Basis,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Result<StoredEntry, Unremoved>, AppError> {
    store.write(|connection| {
        stored::lock(connection)?;
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let name = target.kind.entry_kind().name();
        let Some(found) = removal(connection, &book, target)? else {
            return Err(AppError::NotFound(format!("{name} {}", target.code)));
        };
        if basis.version.is_some_and(|known| known != found.stored.version) {
            return Ok(Err(Unremoved::Stale(Box::new(found))));
        }
        if !found.holdings.is_empty() {
            return Ok(Err(Unremoved::Held(Box::new(found))));
        }
        if let Some(mistake) = edit_book::reason_mistake(&basis.reason) {
            return Ok(Err(Unremoved::Mistake(mistake)));
        }
        stored::remove(connection, target.kind, &target.code)?;
        stored::note_edit(connection, (name, &target.code), &by.name, now.into())?;
        audit::append(connection, &event(target, &found.stored, basis, by, now))?;
        Ok(Ok(found.stored))
    })
}

fn removal(connection: &mut AnyConnection, book: &Book, target: &RemovalTarget) -> Result<Option<Removal>, AppError> {
    let RemovalTarget { kind, code, scope } = target;
    let entry = Target { kind: kind.entry_kind(), code: Some(code.clone()), scope: scope.clone() };
    let Some(found) = edit_book::find(connection, book, &entry)? else { return Ok(None) };
    let Some(thing) = book.removable(*kind, code) else { return Ok(None) };
    let referrers = stored::referrers(connection, *kind, code)?;
    let mut holdings: Vec<Holding> = referrers.into_iter().map(Holding::Referrer).collect();
    if let Removable::Contract(contract) = &thing {
        holdings.extend(readings_of(connection, book, contract)?);
    }
    // What names it is told above by itself: the rest of the book's rules only where nothing does.
    if holdings.is_empty() {
        let known = book.check();
        let without = book.clone().without(*kind, code).check();
        holdings.extend(without.into_iter().filter(|problem| !known.contains(problem)).map(Holding::Rule));
    }
    Ok(Some(Removal { thing, stored: found, holdings }))
}

/// The first reading of each meter on the days on which it is assigned to a line of the contract.
fn readings_of(connection: &mut AnyConnection, book: &Book, contract: &Contract) -> Result<Vec<Holding>, AppError> {
    let ids = stored::meter_ids(connection)?;
    let zone = book.facility.zone;
    let mut found: Vec<Holding> = vec![];
    for line in &contract.lines {
        let LineQuantity::Metered { meters, .. } = &line.quantity else { continue };
        for assigned in meters {
            let Some(id) = ids.get(&assigned.meter) else { continue };
            let days = assigned.period;
            let first = readings::first_at_or_after(connection, *id, midnight(days.from, zone))?;
            let end = days.to.map(|to| midnight(to, zone));
            let Some(first) = first.filter(|first| end.is_none_or(|end| first.at < end)) else { continue };
            let known = |one: &Holding| matches!(one, Holding::Reading { meter, .. } if *meter == assigned.meter);
            if !found.iter().any(known) {
                found.push(Holding::Reading { meter: assigned.meter.clone(), at: first.at });
            }
        }
    }
    Ok(found)
}

fn event(target: &RemovalTarget, found: &StoredEntry, basis: &Basis, by: &Actor, now: DateTime<Utc>) -> AuditEvent {
    let action = match target.kind {
        RemovableKind::Tenant => "tenant.removed",
        RemovableKind::Tariff => "tariff.removed",
        RemovableKind::Contract => "contract.removed",
    };
    let event = AuditEvent::new(now, by, action, &target.code, json!({ "version": found.version }));
    event.before(json!({ target.kind.entry_kind().name(): found.document })).because(basis.reason.trim())
}

impl Tell for Holding {
    fn told(&self) -> Told {
        match self {
            Holding::Referrer(referrer) => {
                let told = match referrer.kind {
                    ReferrerKind::Contract => Told::new("held-contracts", self),
                    ReferrerKind::Invoice => Told::new("held-invoices", self),
                    ReferrerKind::Draft => Told::new("held-drafts", self),
                    ReferrerKind::ManualLine => Told::new("held-manual-lines", self),
                    ReferrerKind::Availability => Told::new("held-availability", self),
                    ReferrerKind::Posting => Told::new("held-postings", self),
                    ReferrerKind::ManagementFigure => Told::new("held-management-figures", self),
                    ReferrerKind::User => Told::new("held-users", self),
                    ReferrerKind::Invitation => Told::new("held-invitations", self),
                };
                let month: Option<BillingMonth> = referrer.named.parse().ok();
                let name = month.map_or_else(|| Value::from(referrer.named.as_str()), Value::from);
                told.with("count", referrer.count).with("name", name)
            }
            Holding::Reading { meter, at } => {
                Told::new("held-readings", self).with("meter", meter.as_str()).with("at", *at)
            }
            Holding::Rule(problem) => Told::new("held-rule", self).with("text", problem.to_string()),
        }
    }
}

impl std::fmt::Display for Holding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Holding::Referrer(Referrer { kind, count, named }) => {
                let what = match kind {
                    ReferrerKind::Contract => "contracts name it",
                    ReferrerKind::Invoice => "invoices were issued on it",
                    ReferrerKind::Draft => "drafts are kept of it",
                    ReferrerKind::ManualLine => "lines were added to its months by hand",
                    ReferrerKind::Availability => "figures of its availability are recorded",
                    ReferrerKind::Posting => "lines of the journal name it",
                    ReferrerKind::ManagementFigure => "management figures name it",
                    ReferrerKind::User => "people see its data",
                    ReferrerKind::Invitation => "people were invited for it",
                };
                write!(f, "{what}: {count}, among them {named}")
            }
            Holding::Reading { meter, at } => {
                write!(f, "meter {meter} is assigned to it and has readings from {at} on")
            }
            Holding::Rule(problem) => write!(f, "the rest of the book needs it: {problem}"),
        }
    }
}
