//! What an evidence pack reads: issued documents as they were frozen, their files, the journal in its order.

use chrono::{DateTime, NaiveDate};
use diesel::prelude::*;

use crate::domain::audit::{JournalSeal, SealedEntry};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::InvoiceId;
use crate::domain::ledger::EntryNumber;
use crate::domain::money::Money;
use crate::storage::codec::{corrupt, date_from, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::rows::archive::{ArchiveKind, ArchivedFile};
use crate::storage::schema::{
    audit_event, entry_number, entry_series, invoice, invoice_archive, journal_entry, journal_line,
};

/// An issued document, as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenInvoice {
    pub id: InvoiceId,
    pub number: String,
    pub month: BillingMonth,
    pub issue_date: NaiveDate,
    /// The very bytes that were frozen.
    pub content: String,
    pub content_sha256: String,
    pub net_cents: i64,
    pub gross_cents: i64,
}

/// A place in a number series, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberTaken {
    pub series: String,
    pub year: i64,
    pub position: i64,
    pub number: String,
    pub id: InvoiceId,
}

/// The numbers given, by series, year and position.
pub fn numbers(connection: &mut AnyConnection) -> StorageResult<Vec<NumberTaken>> {
    type Row = (i64, Option<String>, Option<i64>, Option<i64>, Option<String>);
    let rows: Vec<Row> = invoice::table
        .filter(invoice::status.eq("issued"))
        .order((invoice::series, invoice::year, invoice::position))
        .select((invoice::id, invoice::series, invoice::year, invoice::position, invoice::number))
        .load(connection)?;
    let taken =
        |(id, series, year, position, number): (i64, Option<String>, Option<i64>, Option<i64>, Option<String>)| {
            let missing = || corrupt("an issued invoice", format!("row {id} has no number"));
            Ok(NumberTaken {
                series: series.ok_or_else(missing)?,
                year: year.ok_or_else(missing)?,
                position: position.ok_or_else(missing)?,
                number: number.ok_or_else(missing)?,
                id: InvoiceId(id),
            })
        };
    rows.into_iter().map(taken).collect()
}

/// One issued document. Its content is not compared with its hash here: that is the reader's work.
pub fn frozen(connection: &mut AnyConnection, id: InvoiceId) -> StorageResult<FrozenInvoice> {
    type Row = (Option<String>, String, Option<String>, String, String, i64, i64);
    let row: Row = invoice::table
        .filter(invoice::id.eq(id.0).and(invoice::status.eq("issued")))
        .select((
            invoice::number,
            invoice::month,
            invoice::issue_date,
            invoice::content,
            invoice::content_sha256,
            invoice::net_cents,
            invoice::gross_cents,
        ))
        .first(connection)?;
    let (number, month, issue_date, content, content_sha256, net_cents, gross_cents) = row;
    let missing = || corrupt("an issued invoice", format!("row {id} has no number or date"));
    Ok(FrozenInvoice {
        id,
        number: number.ok_or_else(missing)?,
        month: from_word("an invoice's month", month)?,
        issue_date: date_from("an invoice's dates", &issue_date.ok_or_else(missing)?)?,
        content,
        content_sha256,
        net_cents,
        gross_cents,
    })
}

/// The documents issued in `year`, in the order of their numbers.
pub fn issued_in(connection: &mut AnyConnection, year: i32) -> StorageResult<Vec<InvoiceId>> {
    let (first, last) = (format!("{year:04}-01-01"), format!("{year:04}-12-31"));
    let ids: Vec<i64> = invoice::table
        .filter(invoice::issue_date.ge(first).and(invoice::issue_date.le(last)))
        .filter(invoice::status.eq("issued"))
        .order((invoice::series, invoice::year, invoice::position))
        .select(invoice::id)
        .load(connection)?;
    Ok(ids.into_iter().map(InvoiceId).collect())
}

/// Lines of the journal whose entry is not there, by journal and document, with how many they are.
pub fn orphans(connection: &mut AnyConnection) -> StorageResult<Vec<(String, i64)>> {
    let entry = journal_entry::table.filter(
        journal_entry::journal.eq(journal_line::journal).and(journal_entry::document.eq(journal_line::document)),
    );
    let lines: Vec<(String, String)> = journal_line::table
        .filter(diesel::dsl::not(diesel::dsl::exists(entry)))
        .order((journal_line::journal, journal_line::document))
        .select((journal_line::journal, journal_line::document))
        .load(connection)?;
    let mut found: Vec<(String, i64)> = Vec::new();
    for (journal, document) in lines {
        let place = format!("{journal} {document}");
        match found.last_mut() {
            Some((known, count)) if *known == place => *count += 1,
            _ => found.push((place, 1)),
        }
    }
    Ok(found)
}

/// Archived documents whose hashes the trail does not hold: those of before it held any.
pub fn unvouched(connection: &mut AnyConnection) -> StorageResult<Vec<InvoiceId>> {
    let archived = invoice_archive::table.filter(invoice_archive::invoice_id.eq(invoice::id));
    let told = audit_event::table
        .filter(audit_event::subject.nullable().eq(invoice::number).and(audit_event::action.eq("invoice.archived")));
    let ids: Vec<i64> = invoice::table
        .filter(invoice::status.eq("issued"))
        .filter(diesel::dsl::exists(archived))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(invoice::id)
        .select(invoice::id)
        .load(connection)?;
    Ok(ids.into_iter().map(InvoiceId).collect())
}

/// The years documents were issued in, latest first.
pub fn years(connection: &mut AnyConnection) -> StorageResult<Vec<i32>> {
    let days: Vec<Option<String>> =
        invoice::table.filter(invoice::status.eq("issued")).select(invoice::issue_date).distinct().load(connection)?;
    let mut years: Vec<i32> = days.iter().flatten().filter_map(|day| day.get(..4)?.parse().ok()).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    Ok(years)
}

/// The files of an issued document.
pub fn files(connection: &mut AnyConnection, id: InvoiceId) -> StorageResult<Vec<ArchivedFile>> {
    let rows: Vec<(String, String, String, i64)> = invoice_archive::table
        .filter(invoice_archive::invoice_id.eq(id.0))
        .order(invoice_archive::kind)
        .select((invoice_archive::kind, invoice_archive::path, invoice_archive::sha256, invoice_archive::bytes))
        .load(connection)?;
    let file = |(kind, path, sha256, bytes): (String, String, String, i64)| {
        let kind: ArchiveKind = from_word("a file's kind", kind)?;
        Ok(ArchivedFile { kind, path, sha256, size_bytes: u64::try_from(bytes).unwrap_or(0) })
    };
    rows.into_iter().map(file).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal_line)]
struct LineRow {
    account: String,
    auxiliary: Option<String>,
    label: String,
    debit_cents: i64,
    credit_cents: i64,
}

/// A place in the numbers of entries of a year, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPlace {
    pub year: i64,
    /// Empty for current entries.
    pub series: String,
    pub position: i64,
}

/// The last number given in each series of a year, by the counters entries are numbered from.
pub fn entry_counters(connection: &mut AnyConnection) -> StorageResult<Vec<EntryPlace>> {
    let rows: Vec<(i64, String, i64)> = entry_series::table
        .select((entry_series::fiscal_year, entry_series::series, entry_series::last))
        .load(connection)?;
    Ok(rows.into_iter().map(|(year, series, position)| EntryPlace { year, series, position }).collect())
}

/// An entry as a line of canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryLine {
    pub id: i64,
    pub journal: String,
    pub document: String,
    pub date: NaiveDate,
    pub debit_cents: i64,
    pub credit_cents: i64,
    /// The debits of its sides, those of nothing left out.
    pub debits: Vec<Money>,
    /// How many sides it has.
    pub sides: usize,
    pub label: String,
    /// None where the database holds no number of it, which no program of ours leaves so.
    pub place: Option<EntryPlace>,
    /// The place as it is written.
    pub number: Option<String>,
    pub line: String,
    /// The line without its number: what seals of before they held numbers are over.
    pub line_without_number: String,
}

/// Up to `limit` entries posted after the entry `after`, oldest first. One that does not balance is given as it is.
pub fn journal_lines(connection: &mut AnyConnection, after: i64, limit: i64) -> StorageResult<Vec<EntryLine>> {
    type Numbered = (i64, String, String, String, String, i64, Option<(i64, String, i64)>);
    let number = (entry_number::fiscal_year, entry_number::series, entry_number::number);
    let entries: Vec<Numbered> = journal_entry::table
        .left_join(entry_number::table.on(entry_number::entry_id.eq(journal_entry::id)))
        .filter(journal_entry::id.gt(after))
        .order(journal_entry::id)
        .limit(limit)
        .select((
            journal_entry::id,
            journal_entry::journal,
            journal_entry::document,
            journal_entry::entry_date,
            journal_entry::label,
            journal_entry::posted_at,
            number.nullable(),
        ))
        .load(connection)?;
    let mut lines = Vec::with_capacity(entries.len());
    for (id, journal, document, date, label, posted_at, number) in entries {
        let rows: Vec<LineRow> = journal_line::table
            .filter(journal_line::journal.eq(&journal).and(journal_line::document.eq(&document)))
            .order(journal_line::position)
            .select(LineRow::as_select())
            .load(connection)?;
        let date = date_from("an entry's date", &date)?;
        let sides: Vec<serde_json::Value> = rows.iter().map(side).collect();
        let place = number.map(|(year, series, position)| EntryPlace { year, series, position });
        let number = place.as_ref().map(|place| EntryNumber::text(place.year, &place.series, place.position));
        let sealed = SealedEntry {
            id,
            number: number.as_deref(),
            posted_at: DateTime::from_timestamp(posted_at, 0).unwrap_or_default(),
            journal: &journal,
            date,
            document: &document,
            label: &label,
            lines: &sides,
        };
        let failure =
            |error: serde_json::Error| StorageError::NotStorable { what: "a journal entry", detail: error.to_string() };
        lines.push(EntryLine {
            id,
            line: sealed.line().map_err(failure)?,
            line_without_number: SealedEntry { number: None, ..sealed }.line().map_err(failure)?,
            debits: rows.iter().map(|row| Money::from_cents(row.debit_cents)).filter(|one| !one.is_zero()).collect(),
            sides: rows.len(),
            debit_cents: rows.iter().map(|row| row.debit_cents).sum(),
            credit_cents: rows.iter().map(|row| row.credit_cents).sum(),
            journal,
            document,
            date,
            label,
            place,
            number,
        });
    }
    Ok(lines)
}

fn side(row: &LineRow) -> serde_json::Value {
    serde_json::json!({
        "account": row.account,
        "auxiliary": row.auxiliary,
        "label": row.label,
        "debit": Money::from_cents(row.debit_cents),
        "credit": Money::from_cents(row.credit_cents),
    })
}

/// The last stretch of the journal that was sealed.
pub fn last_journal_seal(connection: &mut AnyConnection) -> StorageResult<Option<JournalSeal>> {
    let detail: Option<String> = audit_event::table
        .filter(audit_event::subject.eq("journal").and(audit_event::action.eq("journal.sealed")))
        .order(audit_event::sequence.desc())
        .select(audit_event::detail)
        .first(connection)
        .optional()?;
    detail.map(|detail| crate::storage::codec::from_json("a journal's seal", &detail)).transpose()
}
