//! camt.053: each booked entry (`Ntry`), and where it gathers several transactions (`TxDtls`), each of them.

use chrono::NaiveDate;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Receipt, StatementError, key};
use crate::domain::money::Money;

/// What is known of an entry or of one of its transactions.
#[derive(Default)]
struct Part {
    amount: Option<(String, String)>,
    /// What the bank calls it.
    reference: String,
    words: Vec<String>,
}

#[derive(Default)]
struct Entry {
    own: Part,
    transactions: Vec<Part>,
    is_credit: bool,
    is_booked: bool,
    day: String,
}

#[derive(Default)]
struct Statement {
    account: String,
    entry: Option<Entry>,
    entries: usize,
    receipts: Vec<Receipt>,
}

pub(super) fn read(text: &str) -> Result<Vec<Receipt>, StatementError> {
    let broken = |error: quick_xml::Error| StatementError::Xml(error.to_string());
    let mut reader = Reader::from_str(text);
    let mut path: Vec<String> = Vec::new();
    let mut content = String::new();
    let mut statement = Statement::default();
    loop {
        match reader.read_event().map_err(broken)? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                content.clear();
                statement.begin(&path, &start);
            }
            Event::Text(text) => content.push_str(&text.xml10_content()),
            Event::CData(text) => content.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => content.push_str(&resolved(&reference)),
            Event::End(_) => {
                statement.end(&path, content.trim())?;
                content.clear();
                path.pop();
            }
            Event::Eof if path.is_empty() => return Ok(statement.receipts),
            Event::Eof => return Err(StatementError::Xml("it ends in the middle".to_owned())),
            _ => {}
        }
    }
}

/// The five entities of XML and characters by number; nothing else is ever looked up.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let text = match reference.xml10_content().as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    };
    text.to_owned()
}

impl Statement {
    fn begin(&mut self, path: &[String], start: &BytesStart<'_>) {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match names.as_slice() {
            [.., "Stmt", "Ntry"] => self.entry = Some(Entry::default()),
            [.., "NtryDtls", "TxDtls"] => {
                if let Some(entry) = &mut self.entry {
                    entry.transactions.push(Part::default());
                }
            }
            [.., "Amt"] => self.amount(&names, start),
            _ => {}
        }
    }

    /// The currency, before the digits come.
    fn amount(&mut self, names: &[&str], start: &BytesStart<'_>) {
        let currency = start.attributes().flatten().find(|one| one.key.local_name().as_ref() == "Ccy");
        let currency = currency.map(|one| String::from(one.value.as_ref())).unwrap_or_default();
        if let Some(part) = self.part_of_amount(names) {
            part.amount = Some((currency, String::new()));
        }
    }

    /// The entry's own amount, or that of the transaction being read.
    fn part_of_amount(&mut self, names: &[&str]) -> Option<&mut Part> {
        let entry = self.entry.as_mut()?;
        match names {
            [.., "Stmt", "Ntry", "Amt"] => Some(&mut entry.own),
            [.., "TxDtls", "Amt"] | [.., "TxDtls", "AmtDtls", "TxAmt", "Amt"] => entry.transactions.last_mut(),
            _ => None,
        }
    }

    fn end(&mut self, path: &[String], content: &str) -> Result<(), StatementError> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        if names.ends_with(&["Stmt", "Acct", "Id", "IBAN"]) {
            self.account = content.split_whitespace().collect();
        }
        if names.ends_with(&["Amt"]) {
            if let Some((_, digits)) = self.part_of_amount(&names).and_then(|part| part.amount.as_mut()) {
                *digits = content.to_owned();
            }
            return Ok(());
        }
        if names.ends_with(&["Stmt", "Ntry"]) {
            return self.finish();
        }
        let Some(entry) = &mut self.entry else { return Ok(()) };
        match names.as_slice() {
            [.., "Ntry", "CdtDbtInd"] => entry.is_credit = content == "CRDT",
            [.., "Ntry", "Sts"] | [.., "Ntry", "Sts", "Cd"] => entry.is_booked |= content == "BOOK",
            [.., "Ntry", "BookgDt", "Dt" | "DtTm"] => entry.day = content.chars().take(10).collect(),
            [.., "Ntry", "AcctSvcrRef"] => entry.own.reference = content.to_owned(),
            [.., "Ntry", "AddtlNtryInf"] => entry.own.words.push(content.to_owned()),
            [.., "TxDtls", "Refs", "AcctSvcrRef"] => {
                if let Some(part) = entry.transactions.last_mut() {
                    part.reference = content.to_owned();
                }
            }
            [.., "Refs", "EndToEndId"]
            | [.., "RmtInf", "Ustrd"]
            | [.., "CdtrRefInf", "Ref"]
            | [.., "Dbtr", "Nm"]
            | [.., "Dbtr", "Pty", "Nm"]
                if content != "NOTPROVIDED" =>
            {
                if let Some(part) = entry.transactions.last_mut() {
                    part.words.push(content.to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes the entry over: one receipt, or one for each of its transactions.
    fn finish(&mut self) -> Result<(), StatementError> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        self.entries += 1;
        if !(entry.is_credit && entry.is_booked) {
            return Ok(());
        }
        let fault = |message: String| StatementError::Entry { entry: self.entries, message };
        let booked_on = entry.day.parse().map_err(|_| fault(format!("`{}` is not a day of booking", entry.day)))?;
        let mut parts = entry.transactions;
        // A single transaction is the entry itself, amount and all.
        if parts.len() < 2 {
            let mut part = parts.pop().unwrap_or_default();
            part.amount = entry.own.amount;
            if part.reference.is_empty() {
                part.reference = entry.own.reference;
            }
            if part.words.is_empty() {
                part.words = entry.own.words;
            }
            parts = vec![part];
        }
        for part in parts {
            let receipt = receipt(&self.account, booked_on, part, self.entries)?;
            self.receipts.push(receipt);
        }
        Ok(())
    }
}

fn receipt(account: &str, booked_on: NaiveDate, part: Part, entry: usize) -> Result<Receipt, StatementError> {
    let (currency, digits) = part.amount.unwrap_or_default();
    if !digits.is_empty() && currency != "EUR" {
        return Err(StatementError::Currency { account: account.to_owned(), found: currency });
    }
    let amount: Money =
        digits.parse().map_err(|_| StatementError::Entry { entry, message: format!("`{digits}` is not an amount") })?;
    let text = part.words.join(" ");
    let key = key(account, booked_on, amount, &part.reference, &text);
    Ok(Receipt { account: account.to_owned(), booked_on, amount, text, key })
}
