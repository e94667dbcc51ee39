//! CFONB 120: records of 120 characters; `04` is a movement, `05` completes the one before.

use chrono::NaiveDate;

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

    fn fault(&self, message: impl Into<String>) -> StatementError {
        StatementError::Record { line: self.line, message: message.into() }
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Receipt>, StatementError> {
    let mut receipts: Vec<Receipt> = Vec::new();
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
            "01" | "07" => completes = false,
            "04" => {
                let receipt = movement(&record)?;
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
    for receipt in &mut receipts {
        receipt.key = key(&receipt.account, receipt.booked_on, receipt.amount, "", &receipt.text);
    }
    Ok(receipts)
}

/// None for money that went out.
fn movement(record: &Record) -> Result<Option<Receipt>, StatementError> {
    let account = format!("{}{}{}", record.field(3, 7), record.field(12, 16), record.field(22, 32));
    let currency = record.field(17, 19);
    if currency.trim() != "EUR" {
        return Err(StatementError::Currency { account, found: currency });
    }
    let amount = parse_amount(&record.field(91, 104)).map_err(|error| record.fault(error.to_string()))?;
    if record.field(20, 20) != "2" {
        return Err(record.fault("euros have 2 decimals, the record says otherwise in position 20"));
    }
    let day = record.field(35, 40);
    let booked_on = NaiveDate::parse_from_str(&day, "%d%m%y")
        .map_err(|_| record.fault(format!("`{day}` is not a date (DDMMYY)")))?;
    if amount <= Money::ZERO {
        return Ok(None);
    }
    let text = joined(&record.field(49, 79), &record.field(105, 120));
    Ok(Some(Receipt { account, booked_on, amount, text, key: String::new() }))
}

/// Two texts with one space between them and none around.
fn joined(first: &str, second: &str) -> String {
    let words: Vec<&str> = first.split_whitespace().chain(second.split_whitespace()).collect();
    words.join(" ")
}
