//! Journal entries: posted once per document, balanced, never changed.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::ids::JournalEntryId;
use crate::domain::ledger::{Journal, JournalEntry, JournalLine};
use crate::domain::money::Money;
use crate::storage::codec::{corrupt, date_from, date_text, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
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
        return Err(crate::storage::StorageError::Conflict(format!("{} is posted", entry.document)));
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

/// Entries in the order they were posted.
pub fn list(connection: &mut AnyConnection, filter: JournalFilter) -> StorageResult<Vec<PostedEntry>> {
    let mut entries = journal_entry::table.into_boxed();
    if let Some(journal) = filter.journal {
        entries = entries.filter(journal_entry::journal.eq(journal.code()));
    }
    if let Some(from) = filter.from {
        entries = entries.filter(journal_entry::entry_date.ge(date_text(from)));
    }
    if let Some(through) = filter.through {
        entries = entries.filter(journal_entry::entry_date.le(date_text(through)));
    }
    type Row = (i64, String, String, String, String, i64);
    let rows: Vec<Row> = entries
        .order(journal_entry::id)
        .select((
            journal_entry::id,
            journal_entry::journal,
            journal_entry::document,
            journal_entry::entry_date,
            journal_entry::label,
            journal_entry::posted_at,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(id, journal, document, date, label, posted_at)| {
            let lines = lines(connection, &journal, &document)?;
            let date = date_from("an entry's date", &date)?;
            let entry = JournalEntry::new(from_word("an entry's journal", journal)?, date, document, label, lines)
                .map_err(|error| corrupt("a journal entry", error.to_string()))?;
            let posted_at = DateTime::from_timestamp(posted_at, 0).unwrap_or_default();
            Ok(PostedEntry { id: JournalEntryId(id), posted_at, entry })
        })
        .collect()
}

/// Every posted entry of depreciation and subsidies, oldest first.
pub fn posted_depreciation(connection: &mut AnyConnection) -> StorageResult<Vec<JournalEntry>> {
    let filter = JournalFilter { journal: Some(Journal::Depreciation), ..JournalFilter::default() };
    Ok(list(connection, filter)?.into_iter().map(|posted| posted.entry).collect())
}

fn lines(connection: &mut AnyConnection, journal: &str, document: &str) -> StorageResult<Vec<JournalLine>> {
    let rows: Vec<LineRow> = journal_line::table
        .filter(journal_line::journal.eq(journal).and(journal_line::document.eq(document)))
        .order(journal_line::position)
        .select(LineRow::as_select())
        .load(connection)?;
    let line = |row: LineRow| JournalLine {
        account: row.account,
        auxiliary: row.auxiliary,
        label: row.label,
        debit: Money::from_cents(row.debit_cents),
        credit: Money::from_cents(row.credit_cents),
    };
    Ok(rows.into_iter().map(line).collect())
}
