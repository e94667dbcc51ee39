//! Opening balances brought in from other books.

use chrono::NaiveDate;

use super::{Journal, JournalEntry, JournalLine, LedgerError};
use crate::domain::money::{AmountError, Money};
use crate::domain::told::{Tell, Told};

/// Why opening balances cannot be taken: nothing of the file is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    #[error(
        "line {line}: `{account}` is not an account; write 2 to 20 digits or capital letters beginning with 1 to 8"
    )]
    Account { line: usize, account: String },
    #[error("line {line}: {error}")]
    Amount { line: usize, error: AmountError },
    #[error("line {line}: account {account} has debit {debit} and credit {credit}; one of the two, above zero")]
    NotOneSided { line: usize, account: String, debit: Money, credit: Money },
    #[error("the file has no balances; write one account a line under account;auxiliary;label;debit;credit")]
    Empty,
    #[error(
        "the opening balances do not balance: debits {debit} − credits {credit} = {difference}; nothing was imported"
    )]
    Unbalanced { debit: Money, credit: Money, difference: Money },
}

impl Tell for OpeningError {
    fn told(&self) -> Told {
        match self {
            OpeningError::Account { line, account } => {
                Told::new("opening-account", self).with("line", line.to_string()).with("account", account.as_str())
            }
            OpeningError::Amount { line, .. } => Told::new("opening-amount", self).with("line", line.to_string()),
            OpeningError::NotOneSided { line, account, debit, credit } => Told::new("opening-one-side", self)
                .with("line", line.to_string())
                .with("account", account.as_str())
                .with("debit", *debit)
                .with("credit", *credit),
            OpeningError::Empty => Told::new("opening-empty", self),
            OpeningError::Unbalanced { debit, credit, difference } => Told::new("opening-unbalanced", self)
                .with("debit", *debit)
                .with("credit", *credit)
                .with("difference", *difference),
        }
    }
}

/// One line of the file: its place, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningLine<'a> {
    pub line: usize,
    pub account: &'a str,
    pub auxiliary: Option<&'a str>,
    pub label: &'a str,
    pub debit: &'a str,
    pub credit: &'a str,
}

/// The beginning of the document of an opening entry.
pub const OPENING: &str = "OUVERTURE-";

/// The entry `OUVERTURE-2026-01-01` of journal AN.
pub fn opening_entry(date: NaiveDate, lines: &[OpeningLine<'_>]) -> Result<JournalEntry, OpeningError> {
    let read = lines.iter().map(journal_line).collect::<Result<Vec<JournalLine>, OpeningError>>()?;
    let label = "Reprise des soldes".to_owned();
    JournalEntry::new(Journal::Opening, date, format!("{OPENING}{date}"), label, read).map_err(|error| match error {
        LedgerError::Unbalanced { debit, credit, difference, .. } => {
            OpeningError::Unbalanced { debit, credit, difference }
        }
        LedgerError::NotOneSided { .. } | LedgerError::Empty { .. } => OpeningError::Empty,
    })
}

fn journal_line(line: &OpeningLine<'_>) -> Result<JournalLine, OpeningError> {
    if !is_account(line.account) {
        return Err(OpeningError::Account { line: line.line, account: line.account.to_owned() });
    }
    let (debit, credit) = (amount(line.line, line.debit)?, amount(line.line, line.credit)?);
    let label = if line.label.is_empty() { "Reprise des soldes" } else { line.label };
    match (debit.cents(), credit.cents()) {
        (1.., 0) => Ok(JournalLine::debit(line.account, line.auxiliary, label, debit)),
        (0, 1..) => Ok(JournalLine::credit(line.account, line.auxiliary, label, credit)),
        _ => {
            let account = line.account.to_owned();
            Err(OpeningError::NotOneSided { line: line.line, account, debit, credit })
        }
    }
}

/// The French tax file wants three digits first; balances of shorter accounts (12) are padded there.
pub fn is_account(text: &str) -> bool {
    (2..=20).contains(&text.len())
        && text.starts_with(|c: char| ('1'..='8').contains(&c))
        && text.chars().take(3).all(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
}

/// Empty for none; a decimal comma is as good as a point, and spaces between thousands are ignored.
fn amount(line: usize, text: &str) -> Result<Money, OpeningError> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace(',', ".");
    if plain.is_empty() {
        return Ok(Money::ZERO);
    }
    plain.parse().map_err(|error| OpeningError::Amount { line, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line<'a>(line: usize, account: &'a str, debit: &'a str, credit: &'a str) -> OpeningLine<'a> {
        OpeningLine { line, account, auxiliary: None, label: "", debit, credit }
    }

    fn refused(lines: &[OpeningLine<'_>]) -> String {
        opening_entry("2026-01-01".parse().unwrap(), lines).unwrap_err().to_string()
    }

    #[test]
    fn what_does_not_balance_is_refused_with_its_arithmetic() {
        let lines = [line(2, "2135", "16 000 000,00", ""), line(3, "28135", "", "15999999.99")];
        assert_eq!(
            refused(&lines),
            "the opening balances do not balance: debits 16000000.00 − credits 15999999.99 = 0.01; nothing was imported"
        );
        let sound = [line(2, "2135", "16 000 000,00", ""), line(3, "28135", "0", "16000000.00")];
        assert_eq!(opening_entry("2026-01-01".parse().unwrap(), &sound).unwrap().document, "OUVERTURE-2026-01-01");
    }

    #[test]
    fn each_mistake_names_its_line() {
        assert!(refused(&[line(4, "x11", "1", "")]).starts_with("line 4: `x11` is not an account"));
        assert!(refused(&[line(5, "411", "1", "1")]).contains("line 5: account 411 has debit 1.00 and credit 1.00"));
        assert!(refused(&[line(6, "411", "-1", "")]).contains("line 6"));
        assert!(refused(&[line(7, "411", "1.005", "")]).contains("line 7: 1.005 has more than 2 decimals"));
        assert!(refused(&[]).contains("no balances"));
    }
}
