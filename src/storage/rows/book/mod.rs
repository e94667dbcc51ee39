//! The facility book in the database.
//!
//! Owns: saving a whole book so that only what differs is written, and loading it equal to what was saved. Saving deletes
//! nothing that carries a code: what the saved book lacks stays and is reported. Lists inside a thing (contract
//! lines, contacts, resets) belong to it and are replaced as a whole where they differ.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use diesel::prelude::*;

use crate::domain::book::Book;
use crate::domain::ids::{MeterCode, MeterId, TenantCode, TenantId};
use crate::domain::ledger::Accounting;
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{book_revision, meter, tenant};

mod accounting;
mod assets;
mod contracts;
mod edits;
mod meters;
mod parties;
mod payback;
mod places;
mod prices;
mod remove;

#[path = "versions.rs"]
pub mod asset_versions;

pub use assets::{AssetFile, assets, attach as attach_file, files as attached_files, save_asset};
pub use edits::{Edited, edits, lock, note_edit, revision, version};
pub use remove::{Referrer, ReferrerKind, referrers, remove};

/// What saving a book did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookChanges {
    pub created: Vec<BookItem>,
    pub changed: Vec<BookItem>,
    pub unchanged: usize,
    /// In the database but not in the saved book; kept as it was.
    pub not_in_file: Vec<BookItem>,
}

/// A thing of the book by kind and code: `tenant aphp`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookItem {
    pub kind: &'static str,
    pub code: String,
}

impl fmt::Display for BookItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.code)
    }
}

/// Saves `book` within the caller's transaction.
pub fn save_book(connection: &mut AnyConnection, book: &Book) -> StorageResult<BookChanges> {
    let mut changes = BookChanges::default();
    places::save_facility(connection, &book.facility, &mut changes)?;
    parties::save_seller(connection, &book.seller, &mut changes)?;
    accounting::save(connection, &book.accounting, &mut changes)?;
    let racks = places::save_rooms(connection, &book.rooms, &mut changes)?;
    let meters = meters::save(connection, &book.meters, &racks, &mut changes)?;
    let tenants = parties::save_tenants(connection, &book.tenants, &mut changes)?;
    prices::save_indices(connection, &book.price_indices, &mut changes)?;
    let tariffs = prices::save_tariffs(connection, &book.tariffs, &mut changes)?;
    contracts::save(connection, &book.contracts, &contracts::References { tenants, tariffs, meters }, &mut changes)?;
    assets::save(connection, &book.assets, &mut changes)?;
    payback::save(connection, book.payback.as_ref(), &mut changes)?;
    Ok(changes)
}

/// The whole book, each list ordered by code; `None` before the first book is saved.
pub fn load_book(connection: &mut AnyConnection) -> StorageResult<Option<Book>> {
    let Some(facility) = places::load_facility(connection)? else { return Ok(None) };
    let Some(seller) = parties::load_seller(connection)? else { return Ok(None) };
    Ok(Some(Book {
        facility,
        seller,
        accounting: accounting::load(connection)?.unwrap_or_default(),
        rooms: places::load_rooms(connection)?,
        meters: values(meters::load(connection)?, |meter| &meter.code.0),
        tenants: values(parties::load_tenants(connection)?, |tenant| &tenant.code.0),
        price_indices: values(prices::load_indices(connection)?, |index| &index.code.0),
        tariffs: values(prices::load_tariffs(connection)?, |tariff| &tariff.code.0),
        contracts: values(contracts::load(connection)?, |contract| &contract.code.0),
        assets: values(assets::load(connection)?, |asset| &asset.code.0),
        payback: payback::load(connection)?,
    }))
}

/// Which state of the book is stored: another number after every change of it, and never one that was there before.
pub fn state(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(book_revision::table.select(book_revision::revision).first(connection)?)
}

/// What the body decided about its books; the usual where it decided nothing.
pub fn load_accounting(connection: &mut AnyConnection) -> StorageResult<Accounting> {
    Ok(accounting::load(connection)?.unwrap_or_default())
}

pub fn meter_ids(connection: &mut AnyConnection) -> StorageResult<HashMap<MeterCode, MeterId>> {
    let rows: Vec<(String, i64)> = meter::table.select((meter::code, meter::id)).load(connection)?;
    Ok(rows.into_iter().map(|(code, id)| (MeterCode(code), MeterId(id))).collect())
}

pub fn tenant_ids(connection: &mut AnyConnection) -> StorageResult<HashMap<TenantCode, TenantId>> {
    let rows: Vec<(String, i64)> = tenant::table.select((tenant::code, tenant::id)).load(connection)?;
    Ok(rows.into_iter().map(|(code, id)| (TenantCode(code), TenantId(id))).collect())
}

/// Row ids by code.
type Ids = BTreeMap<String, i64>;

fn id_of(ids: &Ids, what: &'static str, code: &str) -> StorageResult<i64> {
    ids.get(code).copied().ok_or_else(|| StorageError::NotFound { what, key: code.to_owned() })
}

/// Values without their ids, ordered by code.
fn values<T>(mut rows: Vec<(i64, T)>, code: impl Fn(&T) -> &String) -> Vec<T> {
    rows.sort_by(|a, b| code(&a.1).cmp(code(&b.1)));
    rows.into_iter().map(|(_, value)| value).collect()
}

/// Writes each of `wanted` that is new or differs from `stored`, and returns the ids of all, stored ones included.
/// `write` gets the id of the row to change, or none to make one, and returns its id.
fn save_each<T: PartialEq>(
    changes: &mut BookChanges,
    kind: &'static str,
    stored: Vec<(i64, T)>,
    wanted: &[T],
    code: impl Fn(&T) -> String,
    mut write: impl FnMut(Option<i64>, &T) -> StorageResult<i64>,
) -> StorageResult<Ids> {
    let stored: BTreeMap<String, (i64, T)> =
        stored.into_iter().map(|(id, value)| (code(&value), (id, value))).collect();
    let mut ids: Ids = stored.iter().map(|(code, (id, _))| (code.clone(), *id)).collect();
    let mut missing: Ids = ids.clone();
    for value in wanted {
        let code = code(value);
        missing.remove(&code);
        let item = || BookItem { kind, code: code.clone() };
        let id = match stored.get(&code) {
            Some((id, old)) if old == value => {
                changes.unchanged += 1;
                *id
            }
            Some((id, _)) => {
                changes.changed.push(item());
                write(Some(*id), value)?
            }
            None => {
                changes.created.push(item());
                write(None, value)?
            }
        };
        ids.insert(code, id);
    }
    changes.not_in_file.extend(missing.into_keys().map(|code| BookItem { kind, code }));
    Ok(ids)
}

/// Saves the only row of its kind. `write` is told whether the row exists.
fn save_single<T: PartialEq>(
    changes: &mut BookChanges,
    item: BookItem,
    stored: Option<T>,
    wanted: &T,
    write: impl FnOnce(bool, &T) -> StorageResult<()>,
) -> StorageResult<()> {
    match stored {
        Some(old) if old == *wanted => changes.unchanged += 1,
        Some(_) => {
            changes.changed.push(item);
            write(true, wanted)?;
        }
        None => {
            changes.created.push(item);
            write(false, wanted)?;
        }
    }
    Ok(())
}

/// Children by their parent's id, in order.
fn by_parent<R>(rows: Vec<R>, parent: impl Fn(&R) -> i64) -> BTreeMap<i64, Vec<R>> {
    let mut children: BTreeMap<i64, Vec<R>> = BTreeMap::new();
    for row in rows {
        children.entry(parent(&row)).or_default().push(row);
    }
    children
}

/// Positions from 0 for a list kept in its order.
fn positioned<T>(list: &[T]) -> impl Iterator<Item = (i64, &T)> {
    (0_i64..).zip(list)
}
