//! Journal entries: posted once per document, balanced, never changed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::ids::JournalEntryId;
use crate::domain::ledger::{Journal, JournalEntry, JournalLine};
use crate::domain::money::Money;
use crate::storage::codec::{corrupt, date_from, date_text, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::schema::{journal_entry, journal_line};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = journal_line)]
struct LineRow {
    journal: String,
    document: String,
    position: i64,
    account: String,
    auxiliary: Option<String>,
    label: String,
    debit_cents: i64,
    credit_cents: i64,
}

/// An entry as it stands in the books. Ids rise in the order of posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedEntry {
    pub id: JournalEntryId,
    pub posted_at: DateTime<Utc>,
    pub entry: JournalEntry,
}

/// Which entries a list holds; what is `None` does not restrict it. Both days are included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JournalFilter {
    pub journal: Option<Journal>,
    pub from: Option<NaiveDate>,
    pub through: Option<NaiveDate>,
}

/// Posts an entry. A document that is posted already is a conflict; one that does not balance is refused by the
/// database, should it ever come here.
pub fn insert(
    connection: &mut AnyConnection,
    entry: &JournalEntry,
    posted_at: DateTime<Utc>,
) -> StorageResult<JournalEntryId> {
    if is_posted(connection, entry.journal, &entry.document)? {
        return Err(StorageError::Conflict(format!("{} is posted", entry.document)));
    }
    // Lines first: the entry's row seals them.
    for (position, line) in (1_i64..).zip(entry.lines()) {
        let row = LineRow {
            journal: entry.journal.code().to_owned(),
            document: entry.document.clone(),
            position,
            account: line.account.clone(),
            auxiliary: line.auxiliary.clone(),
            label: line.label.clone(),
            debit_cents: line.debit.cents(),
            credit_cents: line.credit.cents(),
        };
        diesel::insert_into(journal_line::table).values(&row).execute(connection)?;
    }
    let id = diesel::insert_into(journal_entry::table)
        .values((
            journal_entry::journal.eq(entry.journal.code()),
            journal_entry::document.eq(&entry.document),
            journal_entry::entry_date.eq(date_text(entry.date)),
            journal_entry::label.eq(&entry.label),
            journal_entry::posted_at.eq(posted_at.timestamp()),
        ))
        .returning(journal_entry::id)
        .get_result(connection)?;
    Ok(JournalEntryId(id))
}

pub fn is_posted(connection: &mut AnyConnection, journal: Journal, document: &str) -> StorageResult<bool> {
    let found = journal_entry::table
        .filter(journal_entry::journal.eq(journal.code()).and(journal_entry::document.eq(document)));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection)?)
}

#[derive(PartialEq, Queryable, Selectable)]
#[diesel(table_name = journal_entry)]
struct EntryRow {
    id: i64,
    journal: String,
    document: String,
    entry_date: String,
    label: String,
    posted_at: i64,
}

/// Entries in the order they were posted.
pub fn list(connection: &mut AnyConnection, filter: JournalFilter) -> StorageResult<Vec<PostedEntry>> {
    let same_document =
        journal_entry::journal.eq(journal_line::journal).and(journal_entry::document.eq(journal_line::document));
    let mut lines = journal_entry::table
        .inner_join(journal_line::table.on(same_document))
        .select((EntryRow::as_select(), LineRow::as_select()))
        .into_boxed();
    if let Some(journal) = filter.journal {
        lines = lines.filter(journal_entry::journal.eq(journal.code()));
    }
    if let Some(from) = filter.from {
        lines = lines.filter(journal_entry::entry_date.ge(date_text(from)));
    }
    if let Some(through) = filter.through {
        lines = lines.filter(journal_entry::entry_date.le(date_text(through)));
    }
    let rows: Vec<(EntryRow, LineRow)> = lines.order((journal_entry::id, journal_line::position)).load(connection)?;
    let mut entries: Vec<(EntryRow, Vec<JournalLine>)> = Vec::new();
    for (entry, line) in rows {
        match entries.last_mut() {
            Some((last, lines)) if *last == entry => lines.push(line_from(line)),
            _ => entries.push((entry, vec![line_from(line)])),
        }
    }
    entries.into_iter().map(|(entry, lines)| posted_from(entry, lines)).collect()
}

/// Every posted entry of depreciation and subsidies, oldest first.
pub fn posted_depreciation(connection: &mut AnyConnection) -> StorageResult<Vec<JournalEntry>> {
    let filter = JournalFilter { journal: Some(Journal::Depreciation), ..JournalFilter::default() };
    Ok(list(connection, filter)?.into_iter().map(|posted| posted.entry).collect())
}

/// Every posted entry of fixed assets, oldest first, with when it was posted.
pub fn posted_assets(connection: &mut AnyConnection) -> StorageResult<Vec<PostedEntry>> {
    let mut entries = Vec::new();
    for journal in [Journal::Assets, Journal::Depreciation] {
        entries.extend(list(connection, JournalFilter { journal: Some(journal), ..JournalFilter::default() })?);
    }
    Ok(entries)
}

/// The balance of each account that begins with one of `prefixes`, debits positive, over all entries dated through
/// `through`.
pub fn balances(
    connection: &mut AnyConnection,
    prefixes: &[&str],
    through: NaiveDate,
) -> StorageResult<BTreeMap<String, Money>> {
    let same_document =
        journal_entry::journal.eq(journal_line::journal).and(journal_entry::document.eq(journal_line::document));
    let mut balances: BTreeMap<String, Money> = BTreeMap::new();
    for prefix in prefixes {
        let rows: Vec<(String, i64, i64)> = journal_entry::table
            .inner_join(journal_line::table.on(same_document))
            .filter(journal_entry::entry_date.le(date_text(through)))
            .filter(journal_line::account.like(format!("{prefix}%")))
            .select((journal_line::account, journal_line::debit_cents, journal_line::credit_cents))
            .load(connection)?;
        for (account, debit, credit) in rows {
            *balances.entry(account).or_default() += Money::from_cents(debit) - Money::from_cents(credit);
        }
    }
    Ok(balances)
}

fn posted_from(row: EntryRow, lines: Vec<JournalLine>) -> StorageResult<PostedEntry> {
    let date = date_from("an entry's date", &row.entry_date)?;
    let journal = from_word("an entry's journal", row.journal)?;
    let entry = JournalEntry::new(journal, date, row.document, row.label, lines)
        .map_err(|error| corrupt("a journal entry", error.to_string()))?;
    let posted_at = DateTime::from_timestamp(row.posted_at, 0).unwrap_or_default();
    Ok(PostedEntry { id: JournalEntryId(row.id), posted_at, entry })
}

fn line_from(row: LineRow) -> JournalLine {
    JournalLine {
        account: row.account,
        auxiliary: row.auxiliary,
        label: row.label,
        debit: Money::from_cents(row.debit_cents),
        credit: Money::from_cents(row.credit_cents),
    }
}
