//! Bank statements: camt.053 (ISO 20022 XML) and CFONB 120 (French fixed-width records), recognised by their first
//! character.
//!
//! Only money that came in is told; what went out is no payment of an invoice.

mod camt;
mod cfonb;

use std::collections::HashMap;

use chrono::NaiveDate;

use super::text::Utf16;
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The account it came to: an IBAN, or in a CFONB file bank, branch and account number.
    pub account: String,
    pub booked_on: NaiveDate,
    pub amount: Money,
    /// Everything the bank says of it: references, labels, the payer.
    pub text: String,
    /// The same for the same transaction in another file; apart for two alike in one file.
    pub key: String,
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
    #[error("line {line}: {message}")]
    Record { line: usize, message: String },
    #[error("the statement holds {found} on {account}: only accounts in euros are kept here")]
    Currency { account: String, found: String },
}

impl Tell for StatementError {
    fn told(&self) -> Told {
        match self {
            StatementError::Utf16(error) => error.told(),
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
mod tests {
    use super::*;

    const CAMT: &str = include_str!("../../../tests/fixtures/statement.camt053.xml");
    const CFONB: &str = include_str!("../../../tests/fixtures/statement.cfonb120.txt");

    fn shown(text: &str) -> Vec<String> {
        let receipts = read(text.as_bytes()).unwrap();
        receipts.iter().map(|one| format!("{} {} {} {}", one.account, one.booked_on, one.amount, one.text)).collect()
    }

    #[test]
    fn camt_tells_what_came_in_batch_by_batch() {
        assert_eq!(
            shown(CAMT),
            [
                "FR1420041010050500013M02606 2026-12-01 1200.00 RF85DC2026000123 AP-HP & Cie",
                "FR1420041010050500013M02606 2026-12-02 100.00 facture DC2026000124",
                "FR1420041010050500013M02606 2026-12-02 50.00 RF18 5390 0754 7034",
            ]
        );
    }

    #[test]
    fn cfonb_tells_records_with_their_complements() {
        assert_eq!(
            shown(CFONB),
            ["20041010050500013M026 2026-12-01 1200.00 VIR SEPA RECU AP-HP REF0000000001 RF85DC2026000123"]
        );
    }

    #[test]
    fn the_same_file_has_the_same_keys_and_twins_differ() {
        let keys = |text: &str| read(text.as_bytes()).unwrap().into_iter().map(|one| one.key).collect::<Vec<_>>();
        assert_eq!(keys(CAMT), keys(CAMT));
        let twice = format!("{CFONB}{CFONB}");
        let keys = keys(&twice);
        assert_eq!(keys.len(), 2);
        assert_ne!(keys.first(), keys.last());
    }

    #[test]
    fn what_is_no_statement_is_told() {
        let told = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
        assert!(told("date;montant").contains("neither camt.053"));
        let utf16 = read(b"\xFE\xFF\0<\0D").unwrap_err();
        assert_eq!(utf16.told().key, "file-utf-16");
        assert!(told("<Document><Stmt><Ntry></Document>").contains("the XML is broken"));
        assert!(told(&CAMT.replace("1200.00", "12,00")).starts_with("entry 1: "));
        assert!(told(&CAMT.replace("Ccy=\"EUR\"", "Ccy=\"USD\"")).contains("USD"));
        assert!(told(&CFONB.replace("0000000012000{", "00000000120000")).starts_with("line 2: "));
        assert!(told("04 too short").starts_with("line 1: "));
    }
}
