//! Which lines of the journal settle one another.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::domain::ledger::{Journal, Letter, Letters, letter_code};
use crate::domain::money::Money;
use crate::storage::codec::{date_from, date_text, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::rows::invoices;
use crate::storage::schema::{journal_line, lettered_line, lettering, number_series};

macro_rules! given {
    ($through:expr) => {
        lettered_line::table.inner_join(lettering::table).filter(lettering::lettered_on.le(date_text($through))).select(
            (
                lettered_line::journal,
                lettered_line::document,
                lettered_line::position,
                lettering::code,
                lettering::lettered_on,
            ),
        )
    };
}

/// The counter of letters among the series of numbers.
pub const SERIES: &str = "letters";

/// A line of a customer that no letter settles yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    pub journal: Journal,
    pub document: String,
    pub position: i64,
    /// Debit less credit.
    pub balance: Money,
}

/// Which lines of a document belong to an account: a transfer has the same customer on both sides, each for another
/// invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Debit,
    Credit,
}

/// The lines on one side of each of `documents` with this auxiliary that carry no letter.
pub fn open_lines(
    connection: &mut AnyConnection,
    auxiliary: &str,
    documents: &[(Journal, String, Side)],
) -> StorageResult<Vec<OpenLine>> {
    let mut open = Vec::new();
    for (journal, document, side) in documents {
        let rows: Vec<(i64, i64, i64)> = journal_line::table
            .filter(journal_line::journal.eq(journal.code()).and(journal_line::document.eq(document)))
            .filter(journal_line::auxiliary.eq(auxiliary))
            .order(journal_line::position)
            .select((journal_line::position, journal_line::debit_cents, journal_line::credit_cents))
            .load(connection)?;
        for (position, debit, credit) in rows {
            if (*side == Side::Debit) != (debit > credit) {
                continue;
            }
            let found = lettered_line::table.find((journal.code(), document, position));
            if diesel::select(diesel::dsl::exists(found)).get_result(connection)? {
                continue;
            }
            let balance = Money::from_cents(debit - credit);
            open.push(OpenLine { journal: *journal, document: document.clone(), position, balance });
        }
    }
    Ok(open)
}

/// Gives `lines` the next letter and returns it.
pub fn letter(
    connection: &mut AnyConnection,
    lines: &[OpenLine],
    lettered_on: NaiveDate,
    now: DateTime<Utc>,
) -> StorageResult<String> {
    // One series for all years: letters are never used twice.
    let code = letter_code(invoices::take_number(connection, SERIES, 0)?.position);
    diesel::insert_into(lettering::table)
        .values((
            lettering::code.eq(&code),
            lettering::lettered_on.eq(date_text(lettered_on)),
            lettering::created_at.eq(now.timestamp()),
        ))
        .execute(connection)?;
    for line in lines {
        diesel::insert_into(lettered_line::table)
            .values((
                lettered_line::journal.eq(line.journal.code()),
                lettered_line::document.eq(&line.document),
                lettered_line::position.eq(line.position),
                lettered_line::code.eq(&code),
            ))
            .execute(connection)?;
    }
    Ok(code)
}

/// A line that carries a letter, whatever else is true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetteredLine {
    pub code: String,
    pub lettered_on: NaiveDate,
    /// The journal's code.
    pub journal: String,
    pub document: String,
    pub auxiliary: Option<String>,
    /// Debit less credit.
    pub balance: Money,
}

/// Every line that carries a letter, by letter, with what it carries.
pub fn lines(connection: &mut AnyConnection) -> StorageResult<Vec<LetteredLine>> {
    type Row = (String, String, String, String, Option<String>, i64, i64);
    let its_line = journal_line::journal
        .eq(lettered_line::journal)
        .and(journal_line::document.eq(lettered_line::document))
        .and(journal_line::position.eq(lettered_line::position));
    let rows: Vec<Row> = lettered_line::table
        .inner_join(lettering::table)
        .inner_join(journal_line::table.on(its_line))
        .order((lettered_line::code, lettered_line::journal, lettered_line::document, lettered_line::position))
        .select((
            lettered_line::code,
            lettering::lettered_on,
            lettered_line::journal,
            lettered_line::document,
            journal_line::auxiliary,
            journal_line::debit_cents,
            journal_line::credit_cents,
        ))
        .load(connection)?;
    let line = |(code, lettered_on, journal, document, auxiliary, debit, credit): Row| {
        let lettered_on = date_from("a lettering's day", &lettered_on)?;
        Ok(LetteredLine { code, lettered_on, journal, document, auxiliary, balance: Money::from_cents(debit - credit) })
    };
    rows.into_iter().map(line).collect()
}

/// Every letter that was ever given, by the counter they are taken from, in their order.
pub fn given(connection: &mut AnyConnection) -> StorageResult<Vec<String>> {
    let next: Option<i64> =
        number_series::table.find((SERIES, 0)).select(number_series::next).first(connection).optional()?;
    Ok((1..next.unwrap_or(1)).map(letter_code).collect())
}

/// Every letter given on or before `through`.
pub fn all(connection: &mut AnyConnection, through: NaiveDate) -> StorageResult<Letters> {
    letters(given!(through).load(connection)?)
}

/// The letters given on or before `through` to lines of these documents.
pub fn of(connection: &mut AnyConnection, documents: &[&str], through: NaiveDate) -> StorageResult<Letters> {
    // The key begins with the journal: naming all of them lets it find the documents.
    let of_documents =
        lettered_line::journal.eq_any(Journal::ALL.map(Journal::code)).and(lettered_line::document.eq_any(documents));
    letters(given!(through).filter(of_documents).load(connection)?)
}

/// A lettered line's journal, document and position; its letter's code and day.
type LetteredRow = (String, String, i64, String, String);

fn letters(rows: Vec<LetteredRow>) -> StorageResult<Letters> {
    let lines = rows.into_iter().map(|(journal, document, position, code, lettered_on)| {
        let lettered_on = date_from("a lettering's day", &lettered_on)?;
        let journal: Journal = from_word("a lettered line's journal", journal)?;
        Ok(((journal, document, position), Letter { code, lettered_on }))
    });
    Ok(Letters::new(lines.collect::<StorageResult<Vec<_>>>()?))
}
