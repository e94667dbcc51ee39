//! The books of account: entries, accounts, periods, years, and what leaves them.

pub mod allocate_result;
pub mod close_year;
pub mod export_journal;
pub mod open_balances;
pub(super) mod period_postings;
pub mod periods;
pub mod read_account;
pub mod read_journal;
pub mod read_ledger;
pub mod report_ledger;
