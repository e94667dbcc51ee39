//! The end of a year: charges and income go to the result, every balance is emptied, and the next year opens with it.
//!
//! Three entries. `RESULTAT-2025` empties classes 6 and 7 into the result; `BILAN-2025` empties what is left, the
//! result included; `A-NOUVEAUX-2026` puts it back on the first day of the next year. Each balances by itself, so that
//! the sum over all years is what every account holds now.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::balance::signed;
use super::{AccountRole, Chart, Journal, JournalEntry, JournalLine, LedgerError, PostedEntry};
use crate::domain::money::Money;

/// The beginning of the document of the entry that carries a year's balances forward.
pub const CARRY_FORWARD: &str = "A-NOUVEAUX-";

/// What closing a year posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearClose {
    pub year: i32,
    /// Above zero for a profit.
    pub result: Money,
    /// In the order they are posted.
    pub entries: Vec<JournalEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloseError {
    #[error("{0} has no entries to close")]
    Empty(i32),
    #[error("{0} has no last day; write a year from 2000 to 2099")]
    Year(i32),
    #[error("{0} left no result to allocate: its charges and income are equal")]
    NoResult(i32),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

type Balances = BTreeMap<(String, Option<String>), Money>;

/// Closes `year`, whose entries are `entries`, those that opened it included.
pub fn close_year(year: i32, entries: &[PostedEntry], chart: &Chart) -> Result<YearClose, CloseError> {
    let (last, next) = bounds(year)?;
    if entries.is_empty() {
        return Err(CloseError::Empty(year));
    }
    let mut balances = Balances::new();
    for line in entries.iter().flat_map(|entry| entry.entry.lines()) {
        *balances.entry((line.account.clone(), line.auxiliary.clone())).or_default() += signed(line);
    }
    let is_result = |(account, _): &(String, Option<String>)| account.starts_with('6') || account.starts_with('7');
    let (of_result, mut of_position): (Balances, Balances) =
        balances.into_iter().partition(|(account, _)| is_result(account));
    // Income is a credit, so what is left on the credit side is a profit.
    let result: Money = -of_result.values().copied().sum::<Money>();

    let mut posted = Vec::new();
    let label = format!("Résultat de l’exercice {year}");
    let mut lines = emptying(&of_result, &label);
    if !lines.is_empty() {
        let account = chart.result_account(result);
        lines.extend(JournalLine::signed(account, None, &label, -result));
        posted.push(JournalEntry::new(Journal::Closing, last, format!("RESULTAT-{year}"), label, lines)?);
        *of_position.entry((account.to_owned(), None)).or_default() -= result;
    }
    let label = format!("Clôture des comptes de bilan {year}");
    let lines = emptying(&of_position, &label);
    if !lines.is_empty() {
        posted.push(JournalEntry::new(Journal::Closing, last, format!("BILAN-{year}"), label, lines)?);
        let label = format!("À-nouveaux {}", year + 1);
        let lines = of_position
            .iter()
            .flat_map(|((account, auxiliary), balance)| {
                JournalLine::signed(account, auxiliary.as_deref(), &label, *balance)
            })
            .collect();
        let document = format!("{CARRY_FORWARD}{}", year + 1);
        posted.push(JournalEntry::new(Journal::Opening, next, document, label, lines)?);
    }
    Ok(YearClose { year, result, entries: posted })
}

/// The document of the entry that allocates the result of `year`.
pub fn allocation_document(year: impl std::fmt::Display) -> String {
    format!("AFFECTATION-{year}")
}

/// Puts the `result` of `year`, carried forward on `account`, where the body decided: profits and losses that stay with
/// it.
pub fn allocation_entry(
    year: i32,
    result: Money,
    date: NaiveDate,
    reason: &str,
    (account, chart): (&str, &Chart),
) -> Result<JournalEntry, CloseError> {
    if result.is_zero() {
        return Err(CloseError::NoResult(year));
    }
    let kept = if result.is_negative() { AccountRole::RetainedLosses } else { AccountRole::RetainedEarnings };
    let label = format!("Affectation du résultat {year} : {reason}");
    let mut lines = Vec::new();
    lines.extend(JournalLine::signed(account, None, &label, result));
    lines.extend(JournalLine::signed(chart.account(kept), None, &label, -result));
    Ok(JournalEntry::new(Journal::Miscellaneous, date, allocation_document(year), label, lines)?)
}

fn bounds(year: i32) -> Result<(NaiveDate, NaiveDate), CloseError> {
    let days = NaiveDate::from_ymd_opt(year, 12, 31).zip(NaiveDate::from_ymd_opt(year + 1, 1, 1));
    days.filter(|_| (2000..=2099).contains(&year)).ok_or(CloseError::Year(year))
}

/// What brings each balance to zero.
fn emptying(balances: &Balances, label: &str) -> Vec<JournalLine> {
    let lines = balances.iter();
    lines
        .flat_map(|((account, auxiliary), balance)| {
            JournalLine::signed(account, auxiliary.as_deref(), label, -*balance)
        })
        .collect()
}
