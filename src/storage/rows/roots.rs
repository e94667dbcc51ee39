//! Signed roots of the trail: appended to, never changed.

use chrono::DateTime;
use diesel::prelude::*;

use crate::domain::audit::{RootStatement, SignedRoot};
use crate::storage::codec::{corrupt, date_from, date_text};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::audit_root;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_root)]
struct RootRow {
    size: i64,
    day: String,
    signed_at: i64,
    head: String,
    root: String,
    previous: String,
    public_key: String,
    signature: String,
    looked_through: i64,
}

/// Keeps a root. The database refuses one that does not cover more than the last, or that does not name it.
/// `looked_through` is for the next to know which arrivals of readings were taken into account.
pub fn insert(connection: &mut AnyConnection, root: &SignedRoot, looked_through: i64) -> StorageResult<()> {
    let statement = &root.statement;
    let row = RootRow {
        size: statement.size,
        day: date_text(statement.day),
        signed_at: statement.at.timestamp(),
        head: statement.head.clone(),
        root: statement.root.clone(),
        previous: statement.previous.clone(),
        public_key: statement.key.clone(),
        signature: root.signature.clone(),
        looked_through,
    };
    diesel::insert_into(audit_root::table).values(&row).execute(connection)?;
    Ok(())
}

/// Every root, oldest first.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Vec<SignedRoot>> {
    let rows: Vec<RootRow> = audit_root::table.order(audit_root::size).select(RootRow::as_select()).load(connection)?;
    rows.into_iter().map(root_from).collect()
}

/// The latest root.
pub fn last(connection: &mut AnyConnection) -> StorageResult<Option<SignedRoot>> {
    let row: Option<RootRow> =
        audit_root::table.order(audit_root::size.desc()).select(RootRow::as_select()).first(connection).optional()?;
    row.map(root_from).transpose()
}

/// The first root that covers the event with this sequence.
pub fn covering(connection: &mut AnyConnection, sequence: i64) -> StorageResult<Option<SignedRoot>> {
    let row: Option<RootRow> = audit_root::table
        .filter(audit_root::size.ge(sequence))
        .order(audit_root::size)
        .select(RootRow::as_select())
        .first(connection)
        .optional()?;
    row.map(root_from).transpose()
}

/// The root over the first `size` events.
pub fn of_size(connection: &mut AnyConnection, size: i64) -> StorageResult<Option<SignedRoot>> {
    let row: Option<RootRow> =
        audit_root::table.find(size).select(RootRow::as_select()).first(connection).optional()?;
    row.map(root_from).transpose()
}

/// The event up to which arrivals of readings were looked at when days were sealed last.
pub fn looked_through(connection: &mut AnyConnection) -> StorageResult<i64> {
    let last = audit_root::table.order(audit_root::size.desc()).select(audit_root::looked_through);
    Ok(last.first(connection).optional()?.unwrap_or(0))
}

fn root_from(row: RootRow) -> StorageResult<SignedRoot> {
    let at = DateTime::from_timestamp(row.signed_at, 0);
    Ok(SignedRoot {
        statement: RootStatement {
            day: date_from("a signed root", &row.day)?,
            at: at.ok_or_else(|| corrupt("a signed root", format!("{} is not an instant", row.signed_at)))?,
            size: row.size,
            head: row.head,
            root: row.root,
            previous: row.previous,
            key: row.public_key,
        },
        signature: row.signature,
    })
}
