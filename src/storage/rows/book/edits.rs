//! Edits of the book made outside its file, and the version of what can be edited.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{asset_versions, payback};
use crate::domain::book::EntryKind;
use crate::domain::calendar::Timestamp;
use crate::storage::db::AnyConnection;
use crate::storage::dialect;
use crate::storage::error::StorageResult;
use crate::storage::schema::{book_edit, contract, fixed_asset, seller, tariff, tenant};

/// The latest edit of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Rises over all edits of the book.
    pub revision: i64,
    pub by: String,
    pub at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = book_edit)]
struct EditRow {
    revision: i64,
    kind: String,
    code: String,
    edited_by: String,
    edited_at: i64,
}

/// Waits until nobody else changes the book; to be taken before it is read for a change.
pub fn lock(connection: &mut AnyConnection) -> StorageResult<()> {
    Ok(dialect::lock_book(connection)?)
}

/// How many edits there were.
pub fn revision(connection: &mut AnyConnection) -> StorageResult<i64> {
    let last: Option<i64> = book_edit::table.select(diesel::dsl::max(book_edit::revision)).first(connection)?;
    Ok(last.unwrap_or(0))
}

/// Notes an edit of `kind code`, within a transaction that holds the [`lock`].
pub fn note_edit(
    connection: &mut AnyConnection,
    (kind, code): (&str, &str),
    by: &str,
    at: Timestamp,
) -> StorageResult<()> {
    let row = EditRow {
        revision: revision(connection)? + 1,
        kind: kind.to_owned(),
        code: code.to_owned(),
        edited_by: by.to_owned(),
        edited_at: at.seconds(),
    };
    diesel::insert_into(book_edit::table).values(&row).execute(connection)?;
    Ok(())
}

/// The latest edit after `known` of each thing, by `kind code`.
pub fn edits(connection: &mut AnyConnection, known: i64) -> StorageResult<HashMap<String, Edited>> {
    let rows: Vec<EditRow> =
        book_edit::table.filter(book_edit::revision.gt(known)).order(book_edit::revision).load(connection)?;
    let edited = |row: EditRow| {
        let last = Edited { revision: row.revision, by: row.edited_by, at: Timestamp::from_seconds(row.edited_at) };
        (format!("{} {}", row.kind, row.code), last)
    };
    Ok(rows.into_iter().map(edited).collect())
}

/// The version of an entry; none where it is not stored, nought of terms of payback that are not.
pub fn version(connection: &mut AnyConnection, kind: EntryKind, code: &str) -> StorageResult<Option<i64>> {
    let found = match kind {
        EntryKind::Seller => seller::table.select(seller::version).first(connection),
        EntryKind::Tenant => tenant::table.filter(tenant::code.eq(code)).select(tenant::version).first(connection),
        EntryKind::Tariff => tariff::table.filter(tariff::code.eq(code)).select(tariff::version).first(connection),
        EntryKind::Contract => {
            contract::table.filter(contract::code.eq(code)).select(contract::version).first(connection)
        }
        EntryKind::Asset => {
            let known: i64 = fixed_asset::table.filter(fixed_asset::code.eq(code)).count().get_result(connection)?;
            return Ok((known > 0).then_some(asset_versions::last(connection, code)?));
        }
        EntryKind::Payback => return Ok(Some(payback::version(connection)?)),
    };
    Ok(found.optional()?)
}
