//! The ledger summed and paged by the database, so that a page of it costs no more than what it shows.
//!
//! Which lines count is the rule of `domain::ledger` (see its trial balance), said in the database's words; a test holds
//! the two to the same figures.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::domain::ledger::{AccountSums, EntryNumber, EntrySeries, Journal, LedgerRow, Letters};
use crate::domain::money::Money;
use crate::storage::codec::{date_from, date_text, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::{journal, lettering};
use crate::storage::schema::{entry_number, journal_entry, journal_line};

/// Opening entries stand first on their day, closing entries last, as in [`EntrySeries`].
const SERIES_RANK: &str = "CASE entry_number.series WHEN 'AN' THEN 0 WHEN 'CL' THEN 2 ELSE 1 END";

/// The lines of entries through a day, without those that close its year.
macro_rules! lines {
    ($through:expr) => {{
        let (through, first): (NaiveDate, String) = ($through, format!("{:04}-01-01", $through.year()));
        let same_document =
            journal_entry::journal.eq(journal_line::journal).and(journal_entry::document.eq(journal_line::document));
        journal_entry::table
            .inner_join(journal_line::table.on(same_document))
            .filter(journal_entry::entry_date.le(date_text(through)))
            .filter(journal_entry::journal.ne(Journal::Closing.code()).or(journal_entry::entry_date.lt(first)))
    }};
}

/// What lies before `from`, or opens the books on that very day.
macro_rules! is_opening {
    ($from:expr) => {
        journal_entry::entry_date
            .lt(date_text($from))
            .or(journal_entry::journal.eq(Journal::Opening.code()).and(journal_entry::entry_date.eq(date_text($from))))
    };
}

/// By account whose number begins with `prefix`: its opening balance, what moved in [from, through], and in how many
/// lines. Accounts that come to nothing without having moved are left out.
pub fn account_sums(
    connection: &mut AnyConnection,
    prefix: &str,
    from: NaiveDate,
    through: NaiveDate,
) -> StorageResult<BTreeMap<String, AccountSums>> {
    // They are cast: PostgreSQL's sums would be NUMERIC.
    let sum = |of: &str| sql::<BigInt>(&format!("CAST(SUM({of}) AS BIGINT)"));
    let pattern = journal::beginning(prefix);
    let opened: Vec<(String, i64)> = lines!(through)
        .filter(is_opening!(from))
        .filter(journal_line::account.like(&pattern))
        .group_by(journal_line::account)
        .select((journal_line::account, sum("journal_line.debit_cents - journal_line.credit_cents")))
        .load(connection)?;
    let moved: Vec<(String, i64, i64, i64)> = lines!(through)
        .filter(diesel::dsl::not(is_opening!(from)))
        .filter(journal_line::account.like(&pattern))
        .group_by(journal_line::account)
        .select((
            journal_line::account,
            sum("journal_line.debit_cents"),
            sum("journal_line.credit_cents"),
            sql::<BigInt>("COUNT(*)"),
        ))
        .load(connection)?;
    let mut sums: BTreeMap<String, AccountSums> = BTreeMap::new();
    for (account, opening) in opened {
        sums.entry(account).or_default().opening = Money::from_cents(opening);
    }
    for (account, debit, credit, count) in moved {
        let sum = sums.entry(account).or_default();
        (sum.debit, sum.credit) = (Money::from_cents(debit), Money::from_cents(credit));
        sum.lines = usize::try_from(count).unwrap_or_default();
    }
    // SQLite's LIKE takes capitals and small letters for the same.
    sums.retain(|account, sum| account.starts_with(prefix) && !sum.is_empty());
    Ok(sums)
}

#[derive(Queryable)]
struct Row {
    journal: String,
    document: String,
    date: String,
    position: i64,
    auxiliary: Option<String>,
    label: String,
    debit_cents: i64,
    credit_cents: i64,
    number: i64,
    /// Debits less credits of the span's lines up to and with this one.
    running_cents: i64,
}

/// `limit` lines of `account` in [from, through] after the first `skipped`, by date and order of posting, each with the
/// balance after it where the account began with `opening`.
pub fn account_rows(
    connection: &mut AnyConnection,
    account: &str,
    opening: Money,
    (from, through): (NaiveDate, NaiveDate),
    (skipped, limit): (usize, usize),
) -> StorageResult<Vec<LedgerRow>> {
    // Worked out by the database over all lines before it cuts the page out, so that it is right on every page.
    let running = format!(
        "CAST(SUM(journal_line.debit_cents - journal_line.credit_cents) OVER (ORDER BY journal_entry.entry_date, \
         {SERIES_RANK}, entry_number.number, journal_line.position ROWS UNBOUNDED PRECEDING) AS BIGINT)"
    );
    let rows: Vec<Row> = lines!(through)
        .inner_join(entry_number::table.on(entry_number::entry_id.eq(journal_entry::id)))
        .filter(diesel::dsl::not(is_opening!(from)))
        .filter(journal_line::account.eq(account))
        .order((journal_entry::entry_date, sql::<BigInt>(SERIES_RANK), entry_number::number, journal_line::position))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .offset(i64::try_from(skipped).unwrap_or(i64::MAX))
        .select((
            journal_entry::journal,
            journal_entry::document,
            journal_entry::entry_date,
            journal_line::position,
            journal_line::auxiliary,
            journal_line::label,
            journal_line::debit_cents,
            journal_line::credit_cents,
            entry_number::number,
            sql::<BigInt>(&running),
        ))
        .load(connection)?;
    let documents: Vec<&str> = rows.iter().map(|row| row.document.as_str()).collect();
    let letters = lettering::of(connection, &documents, through)?;
    rows.into_iter().map(|row| ledger_row(row, opening, &letters)).collect()
}

fn ledger_row(row: Row, opening: Money, letters: &Letters) -> StorageResult<LedgerRow> {
    let journal: Journal = from_word("an entry's journal", row.journal)?;
    let date = date_from("an entry's date", &row.date)?;
    let number = EntryNumber { fiscal_year: date.year(), series: EntrySeries::of(journal), position: row.number };
    Ok(LedgerRow {
        number,
        journal,
        date,
        letter: letters.of(journal, &row.document, row.position).map(|letter| letter.code.clone()),
        document: row.document,
        auxiliary: row.auxiliary,
        label: row.label,
        debit: Money::from_cents(row.debit_cents),
        credit: Money::from_cents(row.credit_cents),
        balance: opening + Money::from_cents(row.running_cents),
    })
}
