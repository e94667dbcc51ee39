//! Bank statements that were read, and what became of each of their receipts.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::storage::codec::{date_from, date_text, from_word};
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{bank_receipt, bank_statement};

/// What became of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptOutcome {
    Recorded,
    /// A person has to look at it.
    Left,
    /// A person said that it pays no invoice.
    Dismissed,
}

impl ReceiptOutcome {
    pub const fn name(self) -> &'static str {
        match self {
            ReceiptOutcome::Recorded => "recorded",
            ReceiptOutcome::Left => "left",
            ReceiptOutcome::Dismissed => "dismissed",
        }
    }
}

/// Money a statement shows as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankReceipt {
    /// What tells it from every other.
    pub key: String,
    pub statement: i64,
    pub booked_on: NaiveDate,
    /// What was sent.
    pub amount: Money,
    /// What the bank kept of it, until a payment carries it.
    pub charge: Money,
    pub text: String,
    pub outcome: ReceiptOutcome,
    /// Why it was left.
    pub why: Option<String>,
    /// The numbers of the payments it became.
    pub payment: Option<String>,
    /// What they come to.
    pub recorded: Money,
}

impl BankReceipt {
    /// What is left of it to record.
    pub fn open(&self) -> Money {
        self.amount - self.recorded
    }

    /// Whether it waits, and nothing of it is or ever was recorded.
    fn is_untouched(&self) -> bool {
        self.outcome == ReceiptOutcome::Left && self.recorded == Money::ZERO && self.payment.is_none()
    }
}

/// A statement that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankStatement {
    pub id: i64,
    pub by: String,
    pub at: DateTime<Utc>,
    pub receipts: i64,
    /// Receipts that an earlier statement held.
    pub known_before: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = bank_receipt)]
struct Row {
    statement_key: String,
    statement_id: i64,
    booked_on: String,
    amount_cents: i64,
    text: String,
    outcome: String,
    why: Option<String>,
    payment: Option<String>,
    recorded_cents: i64,
    charge_cents: i64,
}

/// Notes that a statement is read and returns its id.
pub fn begin(connection: &mut AnyConnection, by: &str, at: DateTime<Utc>, receipts: i64) -> StorageResult<i64> {
    let row = (
        bank_statement::read_by.eq(by),
        bank_statement::read_at.eq(at.timestamp()),
        bank_statement::receipts.eq(receipts),
        bank_statement::known_before.eq(0),
    );
    Ok(diesel::insert_into(bank_statement::table).values(row).returning(bank_statement::id).get_result(connection)?)
}

/// Says how many of a statement's receipts were known before.
pub fn end(connection: &mut AnyConnection, statement: i64, known_before: i64) -> StorageResult<()> {
    let set = bank_statement::known_before.eq(known_before);
    diesel::update(bank_statement::table.find(statement)).set(set).execute(connection)?;
    Ok(())
}

/// Keeps `receipt`, in place of what was kept under its key.
pub fn put(connection: &mut AnyConnection, receipt: &BankReceipt) -> StorageResult<()> {
    let row = Row {
        statement_key: receipt.key.clone(),
        statement_id: receipt.statement,
        booked_on: date_text(receipt.booked_on),
        amount_cents: receipt.amount.cents(),
        text: receipt.text.clone(),
        outcome: receipt.outcome.name().to_owned(),
        why: receipt.why.clone(),
        payment: receipt.payment.clone(),
        recorded_cents: receipt.recorded.cents(),
        charge_cents: receipt.charge.cents(),
    };
    diesel::delete(bank_receipt::table.find(&receipt.key)).execute(connection)?;
    diesel::insert_into(bank_receipt::table).values(&row).execute(connection)?;
    Ok(())
}

/// Takes out what an earlier reading left under all of `keys`, before `statement` was read: the same money waits, or is
/// recorded, under other keys now. What was kept of more than one statement, or under some of the keys only, is no reading
/// of the same entry.
pub fn supersede(connection: &mut AnyConnection, keys: &[String], statement: i64) -> StorageResult<()> {
    let mut kept: Vec<BankReceipt> = Vec::new();
    for key in keys {
        match find(connection, key)? {
            Some(receipt) if receipt.is_untouched() && receipt.statement < statement => kept.push(receipt),
            _ => return Ok(()),
        }
    }
    if kept.iter().any(|one| Some(one.statement) != kept.first().map(|first| first.statement)) {
        return Ok(());
    }
    for receipt in &kept {
        diesel::delete(bank_receipt::table.find(&receipt.key)).execute(connection)?;
    }
    Ok(())
}

pub fn find(connection: &mut AnyConnection, key: &str) -> StorageResult<Option<BankReceipt>> {
    let row: Option<Row> = bank_receipt::table.find(key).select(Row::as_select()).first(connection).optional()?;
    row.map(receipt).transpose()
}

/// The receipts a person has to look at, oldest first.
pub fn left(connection: &mut AnyConnection) -> StorageResult<Vec<BankReceipt>> {
    let rows: Vec<Row> = bank_receipt::table
        .filter(bank_receipt::outcome.eq(ReceiptOutcome::Left.name()))
        .order((bank_receipt::booked_on, bank_receipt::statement_key))
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(receipt).collect()
}

/// A statement with its receipts, those a person has to look at first.
pub fn statement(connection: &mut AnyConnection, id: i64) -> StorageResult<Option<(BankStatement, Vec<BankReceipt>)>> {
    let row: Option<(i64, String, i64, i64, i64)> = bank_statement::table.find(id).first(connection).optional()?;
    let Some(row) = row else { return Ok(None) };
    let rows: Vec<Row> = bank_receipt::table
        .filter(bank_receipt::statement_id.eq(id))
        .order((bank_receipt::outcome, bank_receipt::booked_on, bank_receipt::statement_key))
        .select(Row::as_select())
        .load(connection)?;
    let receipts = rows.into_iter().map(receipt).collect::<StorageResult<_>>()?;
    Ok(Some((statement_from(row), receipts)))
}

/// The statements read last, newest first.
pub fn statements(connection: &mut AnyConnection, skipped: i64, limit: i64) -> StorageResult<Vec<BankStatement>> {
    let rows: Vec<(i64, String, i64, i64, i64)> =
        bank_statement::table.order(bank_statement::id.desc()).offset(skipped).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(statement_from).collect())
}

/// How many there are.
pub fn statement_count(connection: &mut AnyConnection) -> StorageResult<i64> {
    Ok(bank_statement::table.count().get_result(connection)?)
}

fn statement_from((id, by, at, receipts, known_before): (i64, String, i64, i64, i64)) -> BankStatement {
    BankStatement { id, by, at: DateTime::from_timestamp(at, 0).unwrap_or_default(), receipts, known_before }
}

fn receipt(row: Row) -> StorageResult<BankReceipt> {
    Ok(BankReceipt {
        key: row.statement_key,
        statement: row.statement_id,
        booked_on: date_from("a receipt's day", &row.booked_on)?,
        amount: Money::from_cents(row.amount_cents),
        charge: Money::from_cents(row.charge_cents),
        text: row.text,
        outcome: from_word("what became of a receipt", row.outcome)?,
        why: row.why,
        payment: row.payment,
        recorded: Money::from_cents(row.recorded_cents),
    })
}
