//! The trial balance: what each account began with, what moved, what it came to.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::{Chart, Journal, JournalLine, PostedEntry};
use crate::domain::money::Money;

/// Opening, movements and closing. Opening and closing stand on the side of the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    pub opening_debit: Money,
    pub opening_credit: Money,
    pub debit: Money,
    pub credit: Money,
    pub closing_debit: Money,
    pub closing_credit: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BalanceRow {
    pub account: String,
    pub name: String,
    #[serde(flatten)]
    pub figures: Figures,
}

/// Every account that has an opening balance or moved, by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialBalance {
    pub from: NaiveDate,
    pub through: NaiveDate,
    pub accounts: Vec<BalanceRow>,
    pub total: Figures,
}

/// Where a line counts in the books of [from, through].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Opening,
    Movement,
    /// After the last day, or an entry that closes the year the last day lies in: balances are read before closing.
    Outside,
}

/// Entries before the first day are its opening, and so are those that open its year on that very day.
pub(super) fn part_of(entry: &PostedEntry, from: NaiveDate, through: NaiveDate) -> Part {
    let (journal, date) = (entry.entry.journal, entry.entry.date);
    if date > through || (journal == Journal::Closing && date.year() == through.year()) {
        Part::Outside
    } else if date < from || (journal == Journal::Opening && date == from) {
        Part::Opening
    } else {
        Part::Movement
    }
}

/// The balance of [from, through], both days included. Whatever balanced entries there are, each pair of totals is equal.
pub fn trial_balance(entries: &[PostedEntry], from: NaiveDate, through: NaiveDate, chart: &Chart) -> TrialBalance {
    let mut accounts: BTreeMap<&str, (Money, Money, Money)> = BTreeMap::new();
    for entry in entries {
        let part = part_of(entry, from, through);
        for line in entry.entry.lines() {
            let (opening, debit, credit) = match part {
                Part::Outside => continue,
                Part::Opening => (signed(line), Money::ZERO, Money::ZERO),
                Part::Movement => (Money::ZERO, line.debit, line.credit),
            };
            let sums = accounts.entry(&line.account).or_default();
            sums.0 += opening;
            sums.1 += debit;
            sums.2 += credit;
        }
    }
    let rows: Vec<BalanceRow> = accounts
        .into_iter()
        .filter(|(_, (opening, debit, credit))| !(opening.is_zero() && debit.is_zero() && credit.is_zero()))
        .map(|(account, (opening, debit, credit))| BalanceRow {
            account: account.to_owned(),
            name: chart.name(account).to_owned(),
            figures: figures(opening, debit, credit),
        })
        .collect();
    let total = rows.iter().fold(Figures::default(), |sum, row| sum.plus(&row.figures));
    TrialBalance { from, through, accounts: rows, total }
}

/// Debits less credits of every account over all `entries`, those that come to zero included.
pub fn account_balances<'a>(entries: impl IntoIterator<Item = &'a PostedEntry>) -> BTreeMap<String, Money> {
    let mut balances: BTreeMap<String, Money> = BTreeMap::new();
    for line in entries.into_iter().flat_map(|entry| entry.entry.lines()) {
        *balances.entry(line.account.clone()).or_default() += signed(line);
    }
    balances
}

/// A debit above zero, a credit below.
pub(super) fn signed(line: &JournalLine) -> Money {
    line.debit - line.credit
}

fn figures(opening: Money, debit: Money, credit: Money) -> Figures {
    let (opening_debit, opening_credit) = sides(opening);
    let (closing_debit, closing_credit) = sides(opening + debit - credit);
    Figures { opening_debit, opening_credit, debit, credit, closing_debit, closing_credit }
}

fn sides(balance: Money) -> (Money, Money) {
    if balance.is_negative() { (Money::ZERO, -balance) } else { (balance, Money::ZERO) }
}

impl Figures {
    pub fn plus(&self, other: &Figures) -> Figures {
        Figures {
            opening_debit: self.opening_debit + other.opening_debit,
            opening_credit: self.opening_credit + other.opening_credit,
            debit: self.debit + other.debit,
            credit: self.credit + other.credit,
            closing_debit: self.closing_debit + other.closing_debit,
            closing_credit: self.closing_credit + other.closing_credit,
        }
    }

    /// In the order of the columns.
    pub fn columns(&self) -> [Money; 6] {
        [self.opening_debit, self.opening_credit, self.debit, self.credit, self.closing_debit, self.closing_credit]
    }

    /// Debits equal credits, in the opening, in the movements and in the closing.
    pub fn is_balanced(&self) -> bool {
        self.opening_debit == self.opening_credit
            && self.debit == self.credit
            && self.closing_debit == self.closing_credit
    }
}
