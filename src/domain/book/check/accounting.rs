//! The chart of accounts and the rates of late interest.

use rust_decimal::Decimal;

use super::Findings;
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::ledger::{AccountRole, Chart, is_account};

const ACCOUNT: &str = "an account (2 to 20 digits or capital letters, the first three of them digits)";

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let Some(accounting) = parts.accounting else { return };
    let path = BookPath::root().key("accounting");
    for (role, account) in accounting.chart.replaced() {
        check_account(path.key("accounts").key(&role.name()), account, findings);
    }
    check_on_account(&accounting.chart, path.key("accounts"), findings);
    for account in accounting.chart.named().keys() {
        check_account(path.key("names").key(account), account, findings);
    }
    let mut previous = None;
    for (position, rate) in (1_usize..).zip(&accounting.reference_rates) {
        let path = path.item("reference_rate", position);
        let (low, high) = (Decimal::from(-10), Decimal::from(50));
        findings.within(path.key("percent"), rate.percent, (low, high), "the rate in percent, such as 2.15");
        if let Some(previous) = previous.filter(|previous| rate.from <= *previous) {
            findings.add(path.key("from"), BookFault::NotAscending { previous, from: rate.from });
        }
        previous = Some(rate.from);
    }
}

/// What is kept for tenants stands on an account of its own: reconciliations compare its balance.
fn check_on_account(chart: &Chart, path: BookPath, findings: &mut Findings) {
    let own = chart.account(AccountRole::OnAccount);
    let mut others = AccountRole::ALL.into_iter().filter(|role| *role != AccountRole::OnAccount);
    let Some(other) = others.find(|other| chart.account(*other) == own) else { return };
    // Where the book says so: of the two, the one it gives.
    let is_given = chart.replaced().contains_key(&AccountRole::OnAccount);
    let said = if is_given { AccountRole::OnAccount } else { other };
    let fault = BookFault::OnAccountShared { account: own.to_owned(), other: other.name() };
    findings.add(path.key(&said.name()), fault);
}

fn check_account(path: BookPath, account: &str, findings: &mut Findings) {
    if !is_account(account) {
        findings.add(path, BookFault::Malformed { text: account.to_owned(), what: ACCOUNT, example: "7083" });
    }
}
