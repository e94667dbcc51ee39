//! The chart of accounts and the rates of late interest.

use rust_decimal::Decimal;

use super::Findings;
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::ledger::is_account;

const ACCOUNT: &str = "an account (2 to 20 digits or capital letters, the first three of them digits)";

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let Some(accounting) = parts.accounting else { return };
    let path = BookPath::root().key("accounting");
    for (role, account) in accounting.chart.replaced() {
        check_account(path.key("accounts").key(&role.name()), account, findings);
    }
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

fn check_account(path: BookPath, account: &str, findings: &mut Findings) {
    if !is_account(account) {
        findings.add(path, BookFault::Malformed { text: account.to_owned(), what: ACCOUNT, example: "7083" });
    }
}
