//! Journal entries: posted once per document, balanced, never changed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use diesel::dsl::count;
use diesel::prelude::*;

use crate::domain::audit::{EntryDigest, SealedEntry};
use crate::domain::ids::JournalEntryId;
use crate::domain::ledger::{EntryNumber, Journal, JournalEntry, JournalLine};
use crate::domain::money::Money;
use crate::storage::codec::{corrupt, date_from, date_text, from_word, integer};
use crate::storage::db::AnyConnection;
use crate::storage::error::{StorageError, StorageResult};
use crate::storage::rows::periods;
use crate::storage::schema::{entry_number, journal_entry, journal_line};

pub use crate::domain::ledger::PostedEntry;

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

/// Which entries a list holds; what is `None` does not restrict it. Both days are included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalFilter {
    pub journal: Option<Journal>,
    pub from: Option<NaiveDate>,
    pub through: Option<NaiveDate>,
    /// Entries that have a line on an account whose number begins so.
    pub account: Option<String>,
    pub document: Option<String>,
}

/// Posts an entry; the database gives it the next number of its year. A document that is posted already is a conflict,
/// a closed period a refusal that says what to do; one that does not balance is refused by the database, should it ever
/// come here. What comes back is for the event of the posting to name.
pub fn insert(
    connection: &mut AnyConnection,
    entry: &JournalEntry,
    posted_at: DateTime<Utc>,
) -> StorageResult<EntryDigest> {
    if is_posted(connection, entry.journal, &entry.document)? {
        return Err(StorageError::Conflict(format!("{} is posted", entry.document)));
    }
    // The database refuses it as well; this says why.
    if let Err(closed) = periods::all(connection)?.admits_entry(entry.journal, &entry.document, entry.date) {
        return Err(StorageError::Closed(closed.to_string()));
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
    let id: i64 = diesel::insert_into(journal_entry::table)
        .values((
            journal_entry::journal.eq(entry.journal.code()),
            journal_entry::document.eq(&entry.document),
            journal_entry::entry_date.eq(date_text(entry.date)),
            journal_entry::label.eq(&entry.label),
            journal_entry::posted_at.eq(posted_at.timestamp()),
        ))
        .returning(journal_entry::id)
        .get_result(connection)?;
    digest(connection, entry, (id, posted_at))
}

/// What an entry that was just posted comes to, with the number the database gave it.
fn digest(
    connection: &mut AnyConnection,
    entry: &JournalEntry,
    (id, posted_at): (i64, DateTime<Utc>),
) -> StorageResult<EntryDigest> {
    let (year, series, position): (i64, String, i64) = entry_number::table
        .find(id)
        .select((entry_number::fiscal_year, entry_number::series, entry_number::number))
        .first(connection)?;
    let number = EntryNumber::text(year, &series, position);
    let sealed = SealedEntry {
        id,
        posted_at: posted_at.trunc_subsecs(0),
        number: Some(&number),
        journal: entry.journal.code(),
        date: entry.date,
        document: &entry.document,
        label: &entry.label,
        lines: entry.lines(),
    };
    EntryDigest::of(&sealed, &number)
        .map_err(|error| StorageError::NotStorable { what: "a journal entry", detail: error.to_string() })
}

/// The years that have entries, oldest first.
pub fn years(connection: &mut AnyConnection) -> StorageResult<Vec<i32>> {
    let years: Vec<i64> = entry_number::table
        .select(entry_number::fiscal_year)
        .distinct()
        .order(entry_number::fiscal_year)
        .load(connection)?;
    years.into_iter().map(|year| integer("a year", year)).collect()
}

/// The documents that `journal` has entries of.
pub fn documents(connection: &mut AnyConnection, journal: Journal) -> StorageResult<Vec<String>> {
    let of_journal = journal_entry::table.filter(journal_entry::journal.eq(journal.code()));
    Ok(of_journal.select(journal_entry::document).load(connection)?)
}

/// The entry of the earliest day: its document and that day.
pub fn earliest(connection: &mut AnyConnection) -> StorageResult<Option<(String, NaiveDate)>> {
    let first: Option<(String, String)> = journal_entry::table
        .select((journal_entry::document, journal_entry::entry_date))
        .order((journal_entry::entry_date, journal_entry::id))
        .first(connection)
        .optional()?;
    first.map(|(document, date)| Ok((document, date_from("an entry's day", &date)?))).transpose()
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

/// Of a query over entries, those a filter holds.
macro_rules! held {
    ($query:expr, $filter:expr) => {{
        let filter: &JournalFilter = $filter;
        let mut query = $query.into_boxed();
        if let Some(journal) = filter.journal {
            query = query.filter(journal_entry::journal.eq(journal.code()));
        }
        if let Some(from) = filter.from {
            query = query.filter(journal_entry::entry_date.ge(date_text(from)));
        }
        if let Some(through) = filter.through {
            query = query.filter(journal_entry::entry_date.le(date_text(through)));
        }
        if let Some(document) = &filter.document {
            query = query.filter(journal_entry::document.eq(document.clone()));
        }
        if let Some(account) = &filter.account {
            let line = diesel::alias!(journal_line as line_of_account);
            let of_entry = line
                .field(journal_line::journal)
                .eq(journal_entry::journal)
                .and(line.field(journal_line::document).eq(journal_entry::document));
            let lines = line.filter(of_entry).filter(line.field(journal_line::account).like(beginning(account)));
            query = query.filter(diesel::dsl::exists(lines));
        }
        query
    }};
}

/// Entries with a line each and the number of each, to be put together again.
macro_rules! lines {
    () => {{
        let same_document =
            journal_entry::journal.eq(journal_line::journal).and(journal_entry::document.eq(journal_line::document));
        journal_entry::table
            .inner_join(journal_line::table.on(same_document))
            .inner_join(entry_number::table.on(entry_number::entry_id.eq(journal_entry::id)))
            .select((EntryRow::as_select(), entry_number::number, LineRow::as_select()))
            .order((journal_entry::id, journal_line::position))
    }};
}

/// Entries in the order they were posted.
pub fn list(connection: &mut AnyConnection, filter: JournalFilter) -> StorageResult<Vec<PostedEntry>> {
    gathered(held!(lines!(), &filter).load(connection)?)
}

/// A part of that list: `limit` entries after the first `offset`, and how many there are in all.
pub fn page(
    connection: &mut AnyConnection,
    filter: JournalFilter,
    limit: i64,
    offset: i64,
) -> StorageResult<(Vec<PostedEntry>, i64)> {
    let total: i64 = held!(journal_entry::table.select(count(journal_entry::id)), &filter).first(connection)?;
    let ids: Vec<i64> = held!(journal_entry::table.select(journal_entry::id), &filter)
        .order(journal_entry::id)
        .limit(limit)
        .offset(offset)
        .load(connection)?;
    Ok((gathered(lines!().filter(journal_entry::id.eq_any(ids)).load(connection)?)?, total))
}

/// A pattern for what begins with `text`, which holds letters and digits only.
pub(super) fn beginning(text: &str) -> String {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{plain}%")
}

/// Rows with one line each, put together to entries.
fn gathered(rows: Vec<(EntryRow, i64, LineRow)>) -> StorageResult<Vec<PostedEntry>> {
    let mut entries: Vec<(EntryRow, i64, Vec<JournalLine>)> = Vec::new();
    for (entry, number, line) in rows {
        match entries.last_mut() {
            Some((last, _, lines)) if *last == entry => lines.push(line_from(line)),
            _ => entries.push((entry, number, vec![line_from(line)])),
        }
    }
    entries.into_iter().map(|(entry, number, lines)| posted_from(entry, number, lines)).collect()
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
            // What a year's end empties and the next year takes over is the same balance, twice.
            .filter(journal_entry::journal.ne(Journal::Closing.code()))
            .filter(journal_entry::document.not_like("A-NOUVEAUX-%"))
            .select((journal_line::account, journal_line::debit_cents, journal_line::credit_cents))
            .load(connection)?;
        for (account, debit, credit) in rows {
            *balances.entry(account).or_default() += Money::from_cents(debit) - Money::from_cents(credit);
        }
    }
    Ok(balances)
}

fn posted_from(row: EntryRow, number: i64, lines: Vec<JournalLine>) -> StorageResult<PostedEntry> {
    let date = date_from("an entry's date", &row.entry_date)?;
    let journal = from_word("an entry's journal", row.journal)?;
    let entry = JournalEntry::new(journal, date, row.document, row.label, lines)
        .map_err(|error| corrupt("a journal entry", error.to_string()))?;
    let posted_at = DateTime::from_timestamp(row.posted_at, 0).unwrap_or_default();
    Ok(PostedEntry { id: JournalEntryId(row.id), number: EntryNumber::of(&entry, number), posted_at, entry })
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
