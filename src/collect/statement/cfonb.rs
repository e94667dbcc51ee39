//! CFONB 120: records of 120 characters; `01` and `07` give the balance before and after, `04` is a movement, `05`
//! completes the one before.

use chrono::NaiveDate;

use super::balance::{Booked, Place};
use super::{Receipt, StatementError, key};
use crate::domain::money::Money;
use crate::domain::receivables::parse_amount;

const LENGTH: usize = 120;

/// A record by its fields, counted from 1 as the standard does.
struct Record {
    line: usize,
    characters: Vec<char>,
}

impl Record {
    fn field(&self, first: usize, last: usize) -> String {
        let characters = self.characters.get(first.saturating_sub(1)..last).unwrap_or_default();
        characters.iter().collect::<String>()
    }

    /// Bank, branch and account number.
    fn account(&self) -> String {
        format!("{}{}{}", self.field(3, 7), self.field(12, 16), self.field(22, 32))
    }

    fn amount(&self, field: &str) -> Result<Money, StatementError> {
        let amount = parse_amount(field).map_err(|error| self.fault(error.to_string()))?;
        if self.field(20, 20) != "2" {
            return Err(self.fault("euros have 2 decimals, the record says otherwise in position 20"));
        }
        Ok(amount)
    }

    fn fault(&self, message: impl Into<String>) -> StatementError {
        StatementError::Record { line: self.line, message: message.into() }
    }
}

/// An account's part of the file, from its `01` to its `07`.
struct Block {
    line: usize,
    /// None where the bank leaves the balance blank.
    opening: Option<Money>,
    booked: Booked,
}

pub(super) fn read(text: &str) -> Result<Vec<Receipt>, StatementError> {
    let mut receipts: Vec<Receipt> = Vec::new();
    let mut block: Option<Block> = None;
    // A complement of money that went out belongs to nothing we keep.
    let mut completes = false;
    for (line, content) in (1..).zip(text.lines()).filter(|(_, content)| !content.trim().is_empty()) {
        let mut characters: Vec<char> = content.trim_end_matches('\r').chars().collect();
        let code: String = characters.iter().take(2).collect();
        if matches!(code.as_str(), "04" | "05") && characters.len() < 104 {
            let length = characters.len();
            let message =
                format!("the record has {length} characters instead of {LENGTH}; ask the bank for the file again");
            return Err(StatementError::Record { line, message });
        }
        characters.resize(LENGTH.max(characters.len()), ' ');
        let record = Record { line, characters };
        match code.as_str() {
            "01" => {
                cut_short(block.as_ref())?;
                completes = false;
                block = Some(Block { line, opening: balance(&record)?, booked: Booked::default() });
            }
            "07" => {
                completes = false;
                let Some(block) = block.take() else {
                    return Err(record.fault("a closing balance (07) without the opening one (01) before it"));
                };
                if let Some((opening, closing)) = block.opening.zip(balance(&record)?) {
                    block.booked.check(Place::Line(line), &record.account(), opening, closing)?;
                }
            }
            "04" => {
                let (amount, receipt) = movement(&record)?;
                if let Some(block) = &mut block {
                    block.booked.add(amount)?;
                }
                completes = receipt.is_some();
                receipts.extend(receipt);
            }
            "05" => {
                if let Some(receipt) = receipts.last_mut().filter(|_| completes) {
                    receipt.text = joined(&receipt.text, &record.field(49, 118));
                }
            }
            other => return Err(record.fault(format!("`{other}` is not a record of CFONB 120: 01, 04, 05 or 07"))),
        }
    }
    cut_short(block.as_ref())?;
    for receipt in &mut receipts {
        receipt.key = key(&receipt.account, receipt.booked_on, receipt.amount, "", &receipt.text);
    }
    Ok(receipts)
}

/// Refuses an account that begins with its `01` and does not come to its `07`: the end of the file is missing.
fn cut_short(open: Option<&Block>) -> Result<(), StatementError> {
    open.map_or(Ok(()), |block| {
        let message = "the account that begins here has no closing balance (07): the file is cut short; ask the bank for it again";
        Err(StatementError::Record { line: block.line, message: message.to_owned() })
    })
}

/// The balance a `01` or `07` gives; none where its field is blank.
fn balance(record: &Record) -> Result<Option<Money>, StatementError> {
    let field = record.field(91, 104);
    if field.trim().is_empty() {
        return Ok(None);
    }
    record.amount(&field).map(Some)
}

/// What was booked, and the receipt it is: none for money that went out.
fn movement(record: &Record) -> Result<(Money, Option<Receipt>), StatementError> {
    let account = record.account();
    let currency = record.field(17, 19);
    if currency.trim() != "EUR" {
        return Err(StatementError::Currency { account, found: currency });
    }
    let amount = record.amount(&record.field(91, 104))?;
    let day = record.field(35, 40);
    let booked_on = NaiveDate::parse_from_str(&day, "%d%m%y")
        .map_err(|_| record.fault(format!("`{day}` is not a date (DDMMYY)")))?;
    if amount <= Money::ZERO {
        return Ok((amount, None));
    }
    let text = joined(&record.field(49, 79), &record.field(105, 120));
    Ok((
        amount,
        Some(Receipt { account, booked_on, amount, charge: Money::ZERO, text, key: String::new(), parts: Vec::new() }),
    ))
}

/// Two texts with one space between them and none around.
fn joined(first: &str, second: &str) -> String {
    let words: Vec<&str> = first.split_whitespace().chain(second.split_whitespace()).collect();
    words.join(" ")
}
