//! The files made from issued invoices: where they are and what they must hash to. Entries are added, never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::access::TenantScope;
use crate::domain::ids::{InvoiceId, TenantCode};
use crate::domain::invoice::InvoiceNumber;
use crate::storage::codec::{from_word, integer};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{invoice, invoice_archive, tenant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveKind {
    Pdf,
    Xml,
}

impl ArchiveKind {
    pub const fn name(self) -> &'static str {
        match self {
            ArchiveKind::Pdf => "pdf",
            ArchiveKind::Xml => "xml",
        }
    }
}

/// A file of an issued invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedFile {
    pub kind: ArchiveKind,
    /// Relative to the data directory: `archive/2026/DC2026000001.pdf`.
    pub path: String,
    /// Lower-case hex.
    pub sha256: String,
    pub size_bytes: u64,
}

/// Notes a file; a second one of the same kind is a conflict.
pub fn insert(
    connection: &mut AnyConnection,
    invoice: InvoiceId,
    file: &ArchivedFile,
    now: DateTime<Utc>,
) -> StorageResult<()> {
    let size: i64 = integer("a file's size", file.size_bytes)?;
    diesel::insert_into(invoice_archive::table)
        .values((
            invoice_archive::invoice_id.eq(invoice.0),
            invoice_archive::kind.eq(file.kind.name()),
            invoice_archive::path.eq(&file.path),
            invoice_archive::sha256.eq(&file.sha256),
            invoice_archive::bytes.eq(size),
            invoice_archive::created_at.eq(now.timestamp()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The file of an issued invoice, within `scope`.
pub fn find(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    number: &InvoiceNumber,
    kind: ArchiveKind,
) -> StorageResult<Option<ArchivedFile>> {
    let row: Option<(String, String, String, String, i64)> = invoice_archive::table
        .inner_join(invoice::table.inner_join(tenant::table))
        .filter(invoice::number.eq(number.as_str()).and(invoice_archive::kind.eq(kind.name())))
        .select((
            tenant::code,
            invoice_archive::kind,
            invoice_archive::path,
            invoice_archive::sha256,
            invoice_archive::bytes,
        ))
        .first(connection)
        .optional()?;
    row.filter(|(owner, ..)| scope.admits(&TenantCode(owner.clone())))
        .map(|(_, kind, path, sha256, bytes)| {
            let size_bytes = integer("a file's size", bytes)?;
            Ok(ArchivedFile { kind: from_word("a file's kind", kind)?, path, sha256, size_bytes })
        })
        .transpose()
}

/// What the files of `numbers` weigh; those that are not archived are not in it.
pub fn sizes(
    connection: &mut AnyConnection,
    scope: &TenantScope,
    numbers: &[String],
    kind: ArchiveKind,
) -> StorageResult<Vec<(String, u64)>> {
    /// Fewer than a statement may have values.
    const AT_ONCE: usize = 1_000;
    let mut sizes = Vec::with_capacity(numbers.len());
    for part in numbers.chunks(AT_ONCE) {
        let rows: Vec<(String, Option<String>, i64)> = invoice_archive::table
            .inner_join(invoice::table.inner_join(tenant::table))
            .filter(invoice::number.eq_any(part.to_vec()).and(invoice_archive::kind.eq(kind.name())))
            .select((tenant::code, invoice::number, invoice_archive::bytes))
            .load(connection)?;
        for (owner, number, bytes) in rows {
            if scope.admits(&TenantCode(owner)) {
                sizes.push((number.unwrap_or_default(), integer("a file's size", bytes)?));
            }
        }
    }
    Ok(sizes)
}

/// Every archived file, in the order they were made.
pub fn all(connection: &mut AnyConnection) -> StorageResult<Vec<ArchivedFile>> {
    let rows: Vec<(String, String, String, i64)> = invoice_archive::table
        .order((invoice_archive::invoice_id, invoice_archive::kind))
        .select((invoice_archive::kind, invoice_archive::path, invoice_archive::sha256, invoice_archive::bytes))
        .load(connection)?;
    rows.into_iter()
        .map(|(kind, path, sha256, bytes)| {
            let size_bytes = integer("a file's size", bytes)?;
            Ok(ArchivedFile { kind: from_word("a file's kind", kind)?, path, sha256, size_bytes })
        })
        .collect()
}

/// Issued invoices that have no file of this kind yet, oldest first.
pub fn missing(connection: &mut AnyConnection, kind: ArchiveKind) -> StorageResult<Vec<InvoiceId>> {
    let archived = invoice_archive::table
        .filter(invoice_archive::invoice_id.eq(invoice::id).and(invoice_archive::kind.eq(kind.name())));
    let ids: Vec<i64> = invoice::table
        .filter(invoice::status.eq("issued").and(diesel::dsl::not(diesel::dsl::exists(archived))))
        .order(invoice::id)
        .select(invoice::id)
        .load(connection)?;
    Ok(ids.into_iter().map(InvoiceId).collect())
}
