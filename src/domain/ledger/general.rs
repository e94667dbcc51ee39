//! The general ledger: the lines of each account with the balance after each.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::balance::{Part, part_of, signed};
use super::{AccountName, Chart, EntryNumber, Journal, Letters, PostedEntry};
use crate::domain::money::Money;

/// Which accounts and days; both days are included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFilter {
    /// The beginning of an account's number; all accounts where it is empty.
    pub account: String,
    /// The tenant behind 411, the component behind 28x.
    pub auxiliary: Option<String>,
    pub from: NaiveDate,
    pub through: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerAccount {
    pub account: String,
    pub name: AccountName,
    /// Above zero on the debit side.
    pub opening: Money,
    pub rows: Vec<LedgerRow>,
    pub debit: Money,
    pub credit: Money,
    pub closing: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerRow {
    pub number: EntryNumber,
    pub journal: Journal,
    pub date: NaiveDate,
    /// What the line rests on.
    pub document: String,
    pub auxiliary: Option<String>,
    pub label: String,
    pub debit: Money,
    pub credit: Money,
    /// After this line.
    pub balance: Money,
    /// The lettering that settles it.
    pub letter: Option<String>,
}

/// Each account by number, its lines by date and then in the order of posting.
pub fn general_ledger(
    entries: &[PostedEntry],
    letters: &Letters,
    filter: &LedgerFilter,
    chart: &Chart,
) -> Vec<LedgerAccount> {
    let mut ordered: Vec<&PostedEntry> = entries.iter().collect();
    ordered.sort_by_key(|entry| (entry.entry.date, entry.number));
    let mut accounts: BTreeMap<&str, LedgerAccount> = BTreeMap::new();
    for posted in ordered {
        let part = part_of(posted, filter.from, filter.through);
        if part == Part::Outside {
            continue;
        }
        let entry = &posted.entry;
        for (position, line) in (1_i64..).zip(entry.lines()) {
            let wanted = filter.auxiliary.as_ref().is_none_or(|one| line.auxiliary.as_ref() == Some(one));
            if !wanted || !line.account.starts_with(&filter.account) {
                continue;
            }
            let account = accounts.entry(&line.account).or_insert_with(|| empty(&line.account, chart));
            account.closing += signed(line);
            if part == Part::Opening {
                account.opening += signed(line);
                continue;
            }
            account.debit += line.debit;
            account.credit += line.credit;
            account.rows.push(LedgerRow {
                number: posted.number,
                journal: entry.journal,
                date: entry.date,
                document: entry.document.clone(),
                auxiliary: line.auxiliary.clone(),
                label: line.label.clone(),
                debit: line.debit,
                credit: line.credit,
                balance: account.closing,
                letter: letters.of(entry.journal, &entry.document, position).map(|letter| letter.code.clone()),
            });
        }
    }
    accounts.into_values().filter(|account| !account.opening.is_zero() || !account.rows.is_empty()).collect()
}

fn empty(account: &str, chart: &Chart) -> LedgerAccount {
    LedgerAccount {
        account: account.to_owned(),
        name: chart.account_name(account),
        opening: Money::ZERO,
        rows: Vec::new(),
        debit: Money::ZERO,
        credit: Money::ZERO,
        closing: Money::ZERO,
    }
}
