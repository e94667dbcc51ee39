//! Show the ledger page by page: the trial balance, and accounts with the balance after each of their lines. The
//! database sums and cuts; files of the whole are made by [`report_ledger`](crate::app::report_ledger).

use chrono::Datelike;

use crate::app::report_ledger::Span;
use crate::app::{AppError, Store, periods};
use crate::domain::ledger::{LedgerAccount, TrialBalance};
use crate::domain::money::Money;
use crate::storage::ledger;

/// Accounts a page of the trial balance holds.
pub const ACCOUNTS_PER_PAGE: usize = 50;
/// Lines a page of an account holds.
pub const LINES_PER_PAGE: usize = 50;

/// One page of the trial balance; its total is that of all accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalancePage {
    pub report: TrialBalance,
    /// The first year before the report's days that is not closed: accounts of classes 6 and 7 open with what it left.
    pub unclosed: Option<i32>,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
    /// Accounts in all.
    pub total: usize,
}

/// One page of the lines of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountsPage {
    pub span: Span,
    pub parts: Vec<AccountPart>,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
    /// Lines in all.
    pub total: usize,
}

/// What a page shows of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPart {
    /// Its sums are those of the whole span, its rows those of the page.
    pub account: LedgerAccount,
    /// The balance before the first row, where the account began on a page before.
    pub carried: Option<Money>,
    /// Its last line is on this page.
    pub is_end: bool,
}

impl AccountPart {
    /// The balance before the first row of the page.
    pub fn begun(&self) -> Money {
        self.carried.unwrap_or(self.account.opening)
    }

    /// The balance after the last row of the page.
    pub fn reached(&self) -> Money {
        self.account.rows.last().map_or(self.begun(), |row| row.balance)
    }
}

/// The `page`th page, from 1; a page beyond the last is the last.
pub fn balance(store: &Store, span: Span, page: usize) -> Result<BalancePage, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let sums = ledger::account_sums(connection, "", span.from, span.through)?;
        let named = sums.iter().map(|(account, sums)| (account.as_str(), *sums));
        let mut report = TrialBalance::of(named, (span.from, span.through), &book.accounting.chart);
        let total = report.accounts.len();
        let pages = total.div_ceil(ACCOUNTS_PER_PAGE).max(1);
        let page = page.clamp(1, pages);
        report.accounts =
            report.accounts.into_iter().skip((page - 1) * ACCOUNTS_PER_PAGE).take(ACCOUNTS_PER_PAGE).collect();
        let unclosed = periods::unclosed_years(connection)?.into_iter().find(|year| *year < span.from.year());
        Ok(BalancePage { report, unclosed, page, pages, total })
    })
}

/// The `page`th page, from 1, of the accounts whose number begins with `prefix`; a page beyond the last is the last.
pub fn accounts(store: &Store, prefix: &str, span: Span, page: usize) -> Result<AccountsPage, AppError> {
    store.read(|connection| {
        let book = store.book(connection)?;
        let sums = ledger::account_sums(connection, prefix, span.from, span.through)?;
        let counts: Vec<usize> = sums.values().map(|sums| sums.lines).collect();
        let pages = counts.iter().copied().map(places).sum::<usize>().div_ceil(LINES_PER_PAGE).max(1);
        let page = page.clamp(1, pages);
        let mut parts = Vec::new();
        for ((account, sums), cut) in sums.iter().zip(cuts(&counts, page)) {
            let Some(Cut { skipped, taken }) = cut else { continue };
            let (days, part) = ((span.from, span.through), (skipped, taken));
            let rows = ledger::account_rows(connection, account, sums.opening, days, part)?;
            let before = rows.first().map(|row| row.balance - row.debit + row.credit);
            let name = book.accounting.chart.account_name(account);
            parts.push(AccountPart {
                carried: before.filter(|_| skipped > 0),
                is_end: skipped + taken >= sums.lines,
                account: LedgerAccount {
                    account: account.clone(),
                    name,
                    opening: sums.opening,
                    rows,
                    debit: sums.debit,
                    credit: sums.credit,
                    closing: sums.closing(),
                },
            });
        }
        Ok(AccountsPage { span, parts, page, pages, total: counts.iter().sum() })
    })
}

/// Lines of an account that a page shows, after those on pages before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    skipped: usize,
    taken: usize,
}

/// An account without lines has an opening balance to show: it takes the place of one.
fn places(lines: usize) -> usize {
    lines.max(1)
}

/// What the `page`th page, from 1, shows of each of the accounts, which follow one another with `counts` lines.
fn cuts(counts: &[usize], page: usize) -> Vec<Option<Cut>> {
    let (from, to) = ((page - 1) * LINES_PER_PAGE, page * LINES_PER_PAGE);
    let mut begin = 0;
    let mut cuts = Vec::with_capacity(counts.len());
    for lines in counts {
        let end = begin + places(*lines);
        let (first, last) = (begin.max(from), end.min(to));
        cuts.push((first < last).then(|| Cut { skipped: first - begin, taken: last - first }));
        begin = end;
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_across_accounts() {
        let cut = |skipped, taken| Some(Cut { skipped, taken });
        // 30 lines, none but an opening, 60 lines, 1 line: 92 places on two pages.
        let counts = [30, 0, 60, 1];
        assert_eq!(cuts(&counts, 1), [cut(0, 30), cut(0, 1), cut(0, 19), None]);
        assert_eq!(cuts(&counts, 2), [None, None, cut(19, 41), cut(0, 1)]);
        assert_eq!(cuts(&[50, 50], 2), [None, cut(0, 50)]);
    }
}
