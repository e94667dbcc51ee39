//! What was typed into the search of a list, as the rows of the invoices it finds.
//!
//! A part of a number or of a reference can only be looked for in all of them: what no document has is left out, so that
//! the database answers a name through its indexes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{invoice, invoice_reference};

/// What was typed, found: part of a number or of a reference, or the rows of tenants and contracts whose names hold it.
/// A part is none where no document has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SearchedFor {
    /// In capitals.
    pub number_part: Option<String>,
    pub tenants: Vec<i64>,
    pub contracts: Vec<i64>,
    /// Part of what a document was routed by when it was issued, in lower case.
    pub reference_part: Option<String>,
    /// Whose drafts would be routed by it: what they will be routed by stands in the book.
    pub routed: Routed,
}

/// Rows of tenants and contracts that are routed by something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Routed {
    pub tenants: Vec<i64>,
    pub contracts: Vec<i64>,
}

diesel::define_sql_function! {
    /// In capitals.
    fn upper(text: Nullable<Text>) -> Nullable<Text>;
}

/// What no row has.
pub(super) const NO_ROW: i64 = -1;

/// `rows`, and one that is not there where there is none: a condition that can be answered by an index stays one.
pub(super) fn indexed(rows: &[i64]) -> Vec<i64> {
    if rows.is_empty() { vec![NO_ROW] } else { rows.to_vec() }
}

/// Whether any document was routed by what holds `part`.
pub fn is_reference_part(connection: &mut AnyConnection, part: &str) -> StorageResult<bool> {
    let having = invoice_reference::reference.like(like(part)).escape('\\');
    let found = invoice_reference::table.filter(having).select(invoice_reference::invoice_id);
    Ok(found.first::<i64>(connection).optional()?.is_some())
}

/// What the numbers of all documents begin with before their last digits, each once: `DC` of `DC2026000123`.
pub fn number_beginnings(connection: &mut AnyConnection) -> StorageResult<Vec<String>> {
    let beginning = sql::<Text>("rtrim(number, '0123456789')");
    Ok(invoice::table.filter(invoice::number.is_not_null()).select(beginning).distinct().load(connection)?)
}

/// `part` anywhere, taken literally.
pub(in crate::storage) fn like(part: &str) -> String {
    let literal: String =
        part.chars().flat_map(|c| [Some('\\').filter(|_| "%_\\".contains(c)), Some(c)]).flatten().collect();
    format!("%{literal}%")
}
