//! The journal as plain text that `hledger` reads: an outsider's tool adds it up again.
//!
//! Debits are above zero, credits below. The auxiliary is a subaccount: `411:aphp`.

use std::collections::BTreeSet;

use super::Books;
use crate::domain::ledger::{JournalLine, PostedEntry};
use crate::domain::money::Money;

/// Entries by date and then by number; accounts are declared with their names.
pub fn hledger(books: &Books<'_>) -> String {
    let mut entries: Vec<&PostedEntry> = books.entries.iter().collect();
    entries.sort_by_key(|entry| (entry.entry.date, entry.number));
    let mut text = String::from("decimal-mark .\ncommodity 1000.00 EUR\n\n");
    let accounts: BTreeSet<&str> =
        entries.iter().flat_map(|entry| entry.entry.lines()).map(|line| line.account.as_str()).collect();
    for account in accounts {
        text.push_str(&format!("account {account}  ; {}\n", plain(books.chart.name(account))));
    }
    for posted in entries {
        let entry = &posted.entry;
        text.push_str(&format!(
            "\n{} * ({}) {}\n    ; journal {}, pièce {}\n",
            entry.date,
            posted.number,
            plain(&entry.label),
            entry.journal.code(),
            plain(&entry.document)
        ));
        for line in entry.lines() {
            let amount: Money = line.debit - line.credit;
            text.push_str(&format!("    {}  {amount} EUR  ; {}\n", account(line), plain(&line.label)));
        }
    }
    text
}

/// Two spaces would end the name, a colon begin another level.
fn account(line: &JournalLine) -> String {
    match &line.auxiliary {
        None => line.account.clone(),
        Some(auxiliary) => {
            let words: Vec<&str> = auxiliary.split_whitespace().collect();
            format!("{}:{}", line.account, words.join(" ").replace([':', ';'], "-"))
        }
    }
}

/// One line without what begins a comment or a tag.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(';', ",").replace(':', " -")
}
