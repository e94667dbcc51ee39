//! Bank statements: camt.053 (ISO 20022 XML) and CFONB 120 (French fixed-width records), recognised by their first
//! character.
//!
//! Only money that came in is told; what went out is no payment of an invoice. It counts for the balances: a statement
//! that gives them and does not add up is refused as a whole.

mod balance;
mod camt;
mod cfonb;
mod charges;

use std::collections::HashMap;

use chrono::NaiveDate;

pub use balance::{Imbalance, MissingEnd, OneEnd, Place};

use super::text::Utf16;
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The account it came to: an IBAN, or in a CFONB file bank, branch and account number.
    pub account: String,
    pub booked_on: NaiveDate,
    /// What was sent.
    pub amount: Money,
    /// What the bank kept of it: the account received the rest.
    pub charge: Money,
    /// Everything the bank says of it: references, labels, the payer.
    pub text: String,
    /// The same for the same transaction in another file; apart for two alike in one file.
    pub key: String,
    /// Under which keys an earlier version took the same money: its transactions one by one, or its entry as a whole.
    pub parts: Vec<String>,
}

/// Why a file is no statement: nothing of it is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    #[error("the file is neither camt.053 (XML) nor CFONB 120 (records that begin with 01, 04, 05 or 07)")]
    Unknown,
    #[error(transparent)]
    Utf16(#[from] Utf16),
    #[error("the XML is broken: {0}; ask the bank for the file again")]
    Xml(String),
    #[error("entry {entry}: {message}")]
    Entry { entry: usize, message: String },
    #[error("{place}, balance: {message}")]
    Balance { place: Place, message: String },
    #[error("line {line}: {message}")]
    Record { line: usize, message: String },
    #[error("the statement holds {found} on {account}: only accounts in euros are kept here")]
    Currency { account: String, found: String },
    #[error("its amounts together are beyond what an account can hold")]
    Beyond,
    #[error(transparent)]
    Imbalance(Box<Imbalance>),
    #[error(transparent)]
    OneEnd(Box<OneEnd>),
}

impl Tell for StatementError {
    fn told(&self) -> Told {
        match self {
            StatementError::Utf16(error) => error.told(),
            StatementError::Imbalance(imbalance) => imbalance.told(),
            StatementError::OneEnd(one) => one.told(),
            _ => Told::new("statement-unreadable", self),
        }
    }
}

/// Every receipt of a statement, in its order.
pub fn read(bytes: &[u8]) -> Result<Vec<Receipt>, StatementError> {
    Utf16::refuse(bytes)?;
    // CFONB files come in the encodings of old machines; what the bank's own fields hold is ASCII in all of them.
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut receipts = match text.trim_start().chars().next() {
        Some('<') => camt::read(text)?,
        Some('0') => cfonb::read(text)?,
        _ => return Err(StatementError::Unknown),
    };
    tell_apart(&mut receipts);
    Ok(receipts)
}

/// Numbers receipts whose keys are alike.
fn tell_apart(receipts: &mut [Receipt]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for receipt in receipts {
        let count = seen.entry(receipt.key.clone()).or_default();
        *count += 1;
        if *count > 1 {
            receipt.key = format!("{}#{count}", receipt.key);
        }
    }
}

/// The key of a receipt: what the bank calls it, else all that is known of it.
fn key(account: &str, booked_on: NaiveDate, amount: Money, reference: &str, text: &str) -> String {
    let what = if reference.is_empty() { text } else { reference };
    format!("{account}/{booked_on}/{amount}/{what}")
}

#[cfg(test)]
mod charges_tests;
#[cfg(test)]
mod tests;
