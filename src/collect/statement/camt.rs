//! camt.053: each booked entry (`Ntry`), and where it gathers several transactions (`TxDtls`) that are all money received
//! and sum to it, each of them. Of one that the bank credited less a charge (`Chrgs`), what was sent is told.

use chrono::NaiveDate;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::balance::{Balance, BalanceKind, Balances, Booked, OneEnd, Place};
use super::charges::{Amounts, Charge, Charged, Share, shares};
use super::{Receipt, StatementError, key, tell_apart};
use crate::domain::money::Money;

/// What is known of an entry or of one of its transactions.
#[derive(Clone, Default)]
struct Part {
    amount: Option<(String, String)>,
    /// What was sent, before charges.
    instructed: Option<(String, String)>,
    charges: Vec<Charge>,
    /// What the bank calls it.
    reference: String,
    words: Vec<String>,
    /// A charge or a return within an entry.
    is_debit: bool,
}

#[derive(Clone, Default)]
struct Entry {
    own: Part,
    transactions: Vec<Part>,
    is_credit: bool,
    is_booked: bool,
    day: String,
}

/// A balance being read.
#[derive(Default)]
struct ReadBalance {
    code: String,
    currency: String,
    digits: String,
    is_debit: bool,
    day: String,
    /// Credit lines, with whether the bank counts them into it.
    lines: Vec<(String, bool)>,
}

#[derive(Default)]
struct Statement {
    /// Its own number, and which of the file's it is.
    number: String,
    position: usize,
    account: String,
    balance: Option<ReadBalance>,
    balances: Balances,
    /// Which page the message is, and whether the last: what holds of a statement that does not say so itself.
    message: (Option<u32>, Option<bool>),
    booked: Booked,
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
            [.., "BkToCstmrStmt", "Stmt"] => self.open(),
            [.., "Bal", "CdtLine"] => {
                if let Some(balance) = &mut self.balance {
                    balance.lines.push((String::new(), false));
                }
            }
            [.., "Stmt", "Bal"] => self.balance = Some(ReadBalance::default()),
            [.., "Stmt", "Ntry"] => self.entry = Some(Entry::default()),
            [.., "NtryDtls", "TxDtls"] => {
                if let Some(entry) = &mut self.entry {
                    entry.transactions.push(Part::default());
                }
            }
            [.., "Chrgs"] | [.., "Chrgs", "Rcrd"] => {
                if let Some(part) = self.part_of_charge(&names) {
                    part.charges.push(Charge::default());
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
        if let (Some(balance), [.., "Bal", "Amt"]) = (&mut self.balance, names) {
            balance.currency = currency;
        } else if let Some(told) = self.told_amount(names) {
            *told = Some((currency, String::new()));
        }
    }

    /// Begins the next statement of the file.
    fn open(&mut self) {
        self.position += 1;
        self.number.clear();
        self.account.clear();
        let (page, is_last_page) = self.message;
        self.balances = Balances { given: Vec::new(), page, is_last_page };
        self.booked = Booked::default();
    }

    /// Where an amount of the entry, or of the transaction being read, is kept.
    fn told_amount(&mut self, names: &[&str]) -> Option<&mut Option<(String, String)>> {
        if let [.., "Chrgs", "Amt"] | [.., "Chrgs", "Rcrd", "Amt"] = names {
            return self.charge(names).map(|charge| &mut charge.amount);
        }
        let entry = self.entry.as_mut()?;
        match names {
            [.., "Stmt", "Ntry", "Amt"] => Some(&mut entry.own.amount),
            [.., "Ntry", "AmtDtls", "InstdAmt", "Amt"] => Some(&mut entry.own.instructed),
            [.., "TxDtls", "Amt"] | [.., "TxDtls", "AmtDtls", "TxAmt", "Amt"] => {
                entry.transactions.last_mut().map(|part| &mut part.amount)
            }
            [.., "TxDtls", "AmtDtls", "InstdAmt", "Amt"] => {
                entry.transactions.last_mut().map(|part| &mut part.instructed)
            }
            _ => None,
        }
    }

    /// Whose charge is read: the transaction's, or the entry's own.
    fn part_of_charge(&mut self, names: &[&str]) -> Option<&mut Part> {
        let entry = self.entry.as_mut()?;
        if names.contains(&"TxDtls") { entry.transactions.last_mut() } else { Some(&mut entry.own) }
    }

    fn charge(&mut self, names: &[&str]) -> Option<&mut Charge> {
        self.part_of_charge(names)?.charges.last_mut()
    }

    fn end(&mut self, path: &[String], content: &str) -> Result<(), StatementError> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some(balance) = &mut self.balance {
            balance.end(&names, content);
        }
        match names.as_slice() {
            [.., "Stmt", "Acct", "Id", "IBAN"] => self.account = content.split_whitespace().collect(),
            [.., "Stmt", "Id"] => content.clone_into(&mut self.number),
            [.., "MsgPgntn", "PgNb"] => self.message.0 = content.parse().ok(),
            [.., "MsgPgntn", "LastPgInd"] => self.message.1 = is_true(content),
            [.., "StmtPgntn", "PgNb"] => self.balances.page = content.parse().ok(),
            [.., "StmtPgntn", "LastPgInd"] => self.balances.is_last_page = is_true(content),
            [.., "Stmt", "Bal"] => return self.finish_balance(),
            [.., "BkToCstmrStmt", "Stmt"] => return self.check(),
            _ => {}
        }
        if names.ends_with(&["Amt"]) {
            if let Some((_, digits)) = self.told_amount(&names).and_then(Option::as_mut) {
                *digits = content.to_owned();
            }
            return Ok(());
        }
        if names.ends_with(&["Stmt", "Ntry"]) {
            return self.finish();
        }
        if let [.., "Chrgs", last] | [.., "Chrgs", "Rcrd", last] = names.as_slice() {
            match (*last, self.charge(&names)) {
                ("CdtDbtInd", Some(charge)) => charge.is_credit = content == "CRDT",
                ("ChrgInclInd", Some(charge)) => charge.is_included = is_true(content),
                _ => {}
            }
            return Ok(());
        }
        let Some(entry) = &mut self.entry else { return Ok(()) };
        match names.as_slice() {
            [.., "Ntry", "CdtDbtInd"] => entry.is_credit = content == "CRDT",
            [.., "Ntry", "Sts"] | [.., "Ntry", "Sts", "Cd"] => entry.is_booked |= content == "BOOK",
            [.., "Ntry", "BookgDt", "Dt" | "DtTm"] => entry.day = content.chars().take(10).collect(),
            [.., "Ntry", "AcctSvcrRef"] => entry.own.reference = content.to_owned(),
            [.., "Ntry", "AddtlNtryInf"] => entry.own.words.push(content.to_owned()),
            [.., "TxDtls", "CdtDbtInd"] => {
                if let Some(part) = entry.transactions.last_mut() {
                    part.is_debit = content == "DBIT";
                }
            }
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

    fn finish_balance(&mut self) -> Result<(), StatementError> {
        let Some(read) = self.balance.take() else { return Ok(()) };
        let Some(kind) = BalanceKind::of(&read.code) else { return Ok(()) };
        let amount = |digits: &str| digits.parse::<Money>().map_err(|_| self.not_an_amount(digits));
        if !read.digits.is_empty() && read.currency != "EUR" {
            return Err(StatementError::Currency { account: self.account.clone(), found: read.currency });
        }
        let mut value = amount(&read.digits)?;
        if read.is_debit {
            value = -value;
        }
        for (line, _) in read.lines.iter().filter(|(_, is_included)| *is_included) {
            // What the bank would lend is not on the account.
            let own = value.cents().checked_sub(amount(line)?.cents());
            value = own.map(Money::from_cents).ok_or_else(|| self.not_an_amount(line))?;
        }
        self.balances.given.push(Balance { kind, day: read.day.parse().ok(), amount: value });
        Ok(())
    }

    fn not_an_amount(&self, digits: &str) -> StatementError {
        StatementError::Balance { place: self.place(), message: format!("`{digits}` is not an amount") }
    }

    fn place(&self) -> Place {
        Place::Statement { number: self.number.clone(), position: self.position }
    }

    /// Refuses a statement that does not add up; one that gives no balances cannot be held to them.
    fn check(&self) -> Result<(), StatementError> {
        let ends = self.balances.ends().map_err(|missing| {
            let one = OneEnd { place: self.place(), account: self.account.clone(), missing };
            StatementError::OneEnd(Box::new(one))
        })?;
        let Some((opening, closing)) = ends else { return Ok(()) };
        self.booked.check(self.place(), &self.account, opening, closing)
    }

    /// Whether the entry's transactions are receipts of their own. What was charged or given back among them would make of
    /// the others more than came in.
    fn is_in_parts(&self, entry: &Entry, booked: Money) -> bool {
        let parts = &entry.transactions;
        let cents = |part: &Part| {
            let amount = amount_of(&self.account, part.amount.as_ref(), self.entries).ok();
            amount.map(|amount| i128::from(amount.cents()))
        };
        let sum: Option<i128> = parts.iter().map(cents).sum();
        parts.len() > 1 && sum == Some(booked.cents().into()) && parts.iter().all(|part| !part.is_debit)
    }

    /// What was sent by each of the entry's transactions, where the bank kept a charge of it and credited the rest.
    fn shares(&self, entry: &Entry, booked: Money) -> Option<Vec<Share>> {
        let of_entry = Charged::of(&entry.own.charges)?;
        let alone = std::slice::from_ref(&entry.own);
        let parts = if entry.transactions.is_empty() { alone } else { entry.transactions.as_slice() };
        let told = |amount: &Option<(String, String)>| amount_of(&self.account, amount.as_ref(), self.entries).ok();
        let amounts = |part: &Part| {
            // One transaction is the entry: what is not said of the one is said of the other.
            let is_only = parts.len() == 1;
            let of_own = |amount: Option<Money>, own: Option<Money>| amount.or(own.filter(|_| is_only));
            Some(Amounts {
                amount: of_own(told(&part.amount), Some(booked))?,
                instructed: of_own(told(&part.instructed), told(&entry.own.instructed)),
                charge: Charged::of(&part.charges)?,
            })
        };
        let amounts: Vec<Amounts> = parts.iter().filter(|part| !part.is_debit).map(amounts).collect::<Option<_>>()?;
        shares(&amounts, of_entry, booked).filter(|shares| shares.len() == parts.len())
    }

    /// Under which keys an earlier version took the transactions of an entry one by one, where there are several.
    fn keys_of_parts(&self, parts: &[Part], booked_on: NaiveDate) -> Vec<String> {
        if parts.len() < 2 {
            return Vec::new();
        }
        let taken = |part: &Part| receipt(&self.account, booked_on, part.clone(), self.entries).ok();
        let mut receipts: Vec<Receipt> = parts.iter().filter_map(taken).collect();
        tell_apart(&mut receipts);
        receipts.into_iter().map(|receipt| receipt.key).collect()
    }

    /// Takes the entry over: one receipt, or one for each of its transactions.
    fn finish(&mut self) -> Result<(), StatementError> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        self.entries += 1;
        if !entry.is_booked {
            return Ok(());
        }
        let booked = amount_of(&self.account, entry.own.amount.as_ref(), self.entries)?;
        self.booked.add(if entry.is_credit { booked } else { -booked })?;
        if !entry.is_credit {
            return Ok(());
        }
        let fault = |message: String| StatementError::Entry { entry: self.entries, message };
        let booked_on = entry.day.parse().map_err(|_| fault(format!("`{}` is not a day of booking", entry.day)))?;
        let shares = self.shares(&entry, booked);
        let is_several = entry.transactions.len() > 1;
        let (parts, former) = if self.is_in_parts(&entry, booked) {
            (entry.transactions, Vec::new())
        } else if is_several && shares.is_some() {
            // An earlier version took them together.
            let together = receipt(&self.account, booked_on, whole(entry.clone()), self.entries)?;
            (entry.transactions, vec![together.key])
        } else {
            let former = self.keys_of_parts(&entry.transactions, booked_on);
            (vec![whole(entry)], former)
        };
        for (index, part) in parts.into_iter().enumerate() {
            // Its key is of what was credited, whatever is known of charges: it is the same as before.
            let receipt = receipt(&self.account, booked_on, part, self.entries)?;
            let share = shares.as_ref().and_then(|shares| shares.get(index));
            let share = share.copied().unwrap_or(Share { gross: receipt.amount, charge: Money::ZERO });
            let Share { gross: amount, charge } = share;
            self.receipts.push(Receipt { parts: former.clone(), amount, charge, ..receipt });
        }
        Ok(())
    }
}

impl ReadBalance {
    fn end(&mut self, names: &[&str], content: &str) {
        match names {
            [.., "Bal", "Tp", "CdOrPrtry", "Cd"] => content.clone_into(&mut self.code),
            [.., "Bal", "Amt"] => content.clone_into(&mut self.digits),
            [.., "Bal", "CdtDbtInd"] => self.is_debit = content == "DBIT",
            [.., "Bal", "Dt", "Dt" | "DtTm"] => self.day = content.chars().take(10).collect(),
            [.., "Bal", "CdtLine", "Amt"] => {
                if let Some((digits, _)) = self.lines.last_mut() {
                    content.clone_into(digits);
                }
            }
            [.., "Bal", "CdtLine", "Incl"] => {
                if let Some((_, is_included)) = self.lines.last_mut() {
                    *is_included = is_true(content) == Some(true);
                }
            }
            _ => {}
        }
    }
}

/// The entry as one receipt. A single transaction names it better than the entry does; of several, all words are kept.
fn whole(entry: Entry) -> Part {
    let Entry { own, mut transactions, .. } = entry;
    let single = if transactions.len() == 1 { transactions.pop().unwrap_or_default() } else { Part::default() };
    let reference = if single.reference.is_empty() { own.reference } else { single.reference };
    let mut words = single.words;
    words.extend(transactions.into_iter().flat_map(|part| part.words));
    if words.is_empty() {
        words = own.words;
    }
    Part { amount: own.amount, reference, words, ..Part::default() }
}

/// A truth as XML writes it.
fn is_true(content: &str) -> Option<bool> {
    match content {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn amount_of(account: &str, told: Option<&(String, String)>, entry: usize) -> Result<Money, StatementError> {
    let (currency, digits) = told.map_or(("", ""), |(currency, digits)| (currency.as_str(), digits.as_str()));
    if !digits.is_empty() && currency != "EUR" {
        return Err(StatementError::Currency { account: account.to_owned(), found: currency.to_owned() });
    }
    digits.parse().map_err(|_| StatementError::Entry { entry, message: format!("`{digits}` is not an amount") })
}

fn receipt(account: &str, booked_on: NaiveDate, part: Part, entry: usize) -> Result<Receipt, StatementError> {
    let amount = amount_of(account, part.amount.as_ref(), entry)?;
    let text = part.words.join(" ");
    let key = key(account, booked_on, amount, &part.reference, &text);
    let (account, parts, charge) = (account.to_owned(), Vec::new(), Money::ZERO);
    Ok(Receipt { account, booked_on, amount, charge, text, key, parts })
}
