//! The trial balance: what each account began with, what moved, what it came to.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::{AccountName, Chart, Journal, JournalLine, PostedEntry};
use crate::domain::money::Money;
use crate::domain::party::Language;

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
    pub name: AccountName,
    #[serde(flatten)]
    pub figures: Figures,
}

/// What an account began with, and what moved on it in a span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountSums {
    /// Above zero on the debit side.
    pub opening: Money,
    pub debit: Money,
    pub credit: Money,
    /// Lines that moved it.
    pub lines: usize,
}

impl AccountSums {
    pub fn closing(&self) -> Money {
        self.opening + self.debit - self.credit
    }

    /// Neither brought anything nor moved.
    pub fn is_empty(&self) -> bool {
        self.opening.is_zero() && self.lines == 0
    }

    fn figures(&self) -> Figures {
        let (opening_debit, opening_credit) = sides(self.opening);
        let (closing_debit, closing_credit) = sides(self.closing());
        Figures { opening_debit, opening_credit, debit: self.debit, credit: self.credit, closing_debit, closing_credit }
    }
}

/// Every account that has an opening balance or moved, by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialBalance {
    pub from: NaiveDate,
    pub through: NaiveDate,
    pub accounts: Vec<BalanceRow>,
    pub total: Figures,
}

impl TrialBalance {
    /// The same, its accounts called what they are called in `language`.
    pub fn named_in(&self, language: Language) -> TrialBalance {
        let mut named = self.clone();
        named.accounts.iter_mut().for_each(|row| row.name = row.name.only(language));
        named
    }
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

impl TrialBalance {
    /// From what is known of each account, by its number. Whatever balanced entries stand behind it, each pair of totals
    /// is equal.
    pub fn of<'a>(
        sums: impl IntoIterator<Item = (&'a str, AccountSums)>,
        (from, through): (NaiveDate, NaiveDate),
        chart: &Chart,
    ) -> TrialBalance {
        let accounts: Vec<BalanceRow> = sums
            .into_iter()
            .filter(|(_, sums)| !sums.is_empty())
            .map(|(account, sums)| BalanceRow {
                account: account.to_owned(),
                name: chart.account_name(account),
                figures: sums.figures(),
            })
            .collect();
        let total = accounts.iter().fold(Figures::default(), |sum, row| sum.plus(&row.figures));
        TrialBalance { from, through, accounts, total }
    }
}

/// The balance of [from, through], both days included.
pub fn trial_balance(entries: &[PostedEntry], from: NaiveDate, through: NaiveDate, chart: &Chart) -> TrialBalance {
    let mut accounts: BTreeMap<&str, AccountSums> = BTreeMap::new();
    for entry in entries {
        let part = part_of(entry, from, through);
        if part == Part::Outside {
            continue;
        }
        for line in entry.entry.lines() {
            let sums = accounts.entry(&line.account).or_default();
            if part == Part::Opening {
                sums.opening += signed(line);
                continue;
            }
            sums.debit += line.debit;
            sums.credit += line.credit;
            sums.lines += 1;
        }
    }
    TrialBalance::of(accounts, (from, through), chart)
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
