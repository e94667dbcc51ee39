//! Double entry.
//!
//! Owns: balanced journal entries, the accounts they use, the periods they fall in, what is derived from them (trial
//! balance, general ledger) and the close of a year. Does not own: why something is posted. Invariants: a
//! [`JournalEntry`] cannot exist unbalanced; a year's closing entries leave nothing on any of its accounts, and the next
//! year opens with exactly that.

mod account_name;
mod accounting;
mod balance;
mod chart;
mod close;
mod general;
mod import;
mod lettering;
mod period;
mod posted;
#[cfg(test)]
mod sequence_tests;

pub use account_name::AccountName;
pub use accounting::{Accounting, ReferenceRate};
pub use balance::{AccountSums, BalanceRow, Figures, TrialBalance, account_balances, trial_balance};
pub use chart::{AccountRole, Chart, ChartKind};
pub use close::{CARRY_FORWARD, CloseError, YearClose, allocation_document, allocation_entry, close_year};
pub use general::{LedgerAccount, LedgerFilter, LedgerRow, general_ledger};
pub use import::{OPENING, OpeningError, OpeningLine, is_account, opening_entry};
pub use lettering::{Letter, Letters, letter_code};
pub use period::{AccountingPeriod, ClosedPeriod, PeriodAction, PeriodError, PeriodState, Periods};
pub use posted::{EntryNumber, EntrySeries, PostedEntry};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::money::Money;

/// Which journal an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Journal {
    /// Sales: invoices and credit notes.
    #[serde(rename = "VE")]
    Sales,
    /// Depreciation and subsidies taken to income.
    #[serde(rename = "AM")]
    Depreciation,
    /// Money received and given back.
    #[serde(rename = "BQ")]
    Payments,
    /// What has no journal of its own: late interest, transfers between invoices, the allocation of a result.
    #[serde(rename = "OD")]
    Miscellaneous,
    /// The balances a year begins with.
    #[serde(rename = "AN")]
    Opening,
    /// What empties the accounts at a year's end.
    #[serde(rename = "CL")]
    Closing,
    /// Fixed assets entering, changing and leaving.
    #[serde(rename = "IM")]
    Assets,
}

impl Journal {
    pub const ALL: [Journal; 7] = [
        Journal::Opening,
        Journal::Sales,
        Journal::Payments,
        Journal::Miscellaneous,
        Journal::Depreciation,
        Journal::Assets,
        Journal::Closing,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Journal::Sales => "VE",
            Journal::Depreciation => "AM",
            Journal::Payments => "BQ",
            Journal::Miscellaneous => "OD",
            Journal::Opening => "AN",
            Journal::Closing => "CL",
            Journal::Assets => "IM",
        }
    }

    /// Its name in French, the language books are kept in.
    pub const fn name(self) -> &'static str {
        match self {
            Journal::Sales => "Ventes",
            Journal::Depreciation => "Amortissements",
            Journal::Assets => "Immobilisations",
            Journal::Payments => "Banque",
            Journal::Miscellaneous => "Opérations diverses",
            Journal::Opening => "À-nouveaux",
            Journal::Closing => "Clôture",
        }
    }

    pub fn from_code(code: &str) -> Option<Journal> {
        Journal::ALL.into_iter().find(|journal| journal.code() == code)
    }
}

/// A balanced entry; only [`JournalEntry::new`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    pub journal: Journal,
    pub date: NaiveDate,
    /// The document it rests on: an invoice number, `AMORT-2026-10`. Unique within a journal.
    pub document: String,
    pub label: String,
    lines: Vec<JournalLine>,
}

/// One side of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLine {
    pub account: String,
    /// The tenant behind 411, the asset behind 28x.
    pub auxiliary: Option<String>,
    pub label: String,
    pub debit: Money,
    pub credit: Money,
}

/// An entry that does not balance, with its arithmetic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error("entry {document} does not balance: debits {debit} − credits {credit} = {difference}")]
    Unbalanced { document: String, debit: Money, credit: Money, difference: Money },
    #[error("entry {document} has a line on {account} that is neither a debit nor a credit, or both, or negative")]
    NotOneSided { document: String, account: String },
    #[error("entry {document} has no lines")]
    Empty { document: String },
}

impl JournalLine {
    pub fn debit(account: &str, auxiliary: Option<&str>, label: &str, amount: Money) -> JournalLine {
        JournalLine::on(account, auxiliary, label, amount, Money::ZERO)
    }

    pub fn credit(account: &str, auxiliary: Option<&str>, label: &str, amount: Money) -> JournalLine {
        JournalLine::on(account, auxiliary, label, Money::ZERO, amount)
    }

    /// A debit of `amount`, or a credit where it is below zero; nothing is no line.
    pub fn signed(account: &str, auxiliary: Option<&str>, label: &str, amount: Money) -> Option<JournalLine> {
        match amount.cents() {
            0 => None,
            1.. => Some(JournalLine::debit(account, auxiliary, label, amount)),
            _ => Some(JournalLine::credit(account, auxiliary, label, -amount)),
        }
    }

    fn on(account: &str, auxiliary: Option<&str>, label: &str, debit: Money, credit: Money) -> JournalLine {
        JournalLine {
            account: account.to_owned(),
            auxiliary: auxiliary.map(str::to_owned),
            label: label.to_owned(),
            debit,
            credit,
        }
    }
}

impl JournalEntry {
    pub fn new(
        journal: Journal,
        date: NaiveDate,
        document: String,
        label: String,
        lines: Vec<JournalLine>,
    ) -> Result<JournalEntry, LedgerError> {
        if lines.is_empty() {
            return Err(LedgerError::Empty { document });
        }
        let lopsided = lines.iter().find(|line| {
            line.debit.is_negative() || line.credit.is_negative() || (line.debit.is_zero() == line.credit.is_zero())
        });
        if let Some(line) = lopsided {
            return Err(LedgerError::NotOneSided { document, account: line.account.clone() });
        }
        let debit: Money = lines.iter().map(|line| line.debit).sum();
        let credit: Money = lines.iter().map(|line| line.credit).sum();
        if debit != credit {
            return Err(LedgerError::Unbalanced { document, debit, credit, difference: debit - credit });
        }
        Ok(JournalEntry { journal, date, document, label, lines })
    }

    pub fn lines(&self) -> &[JournalLine] {
        &self.lines
    }

    /// Sum of one side; both are equal.
    pub fn total(&self) -> Money {
        self.lines.iter().map(|line| line.debit).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unbalanced_entry_is_refused_with_its_arithmetic() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
        let lines = vec![
            JournalLine::debit("411", Some("aphp"), "", Money::from_cents(12_000)),
            JournalLine::credit("7083", None, "", Money::from_cents(10_000)),
        ];
        let error = JournalEntry::new(Journal::Sales, day, "DC2026000001".into(), "".into(), lines).unwrap_err();
        assert_eq!(error.to_string(), "entry DC2026000001 does not balance: debits 120.00 − credits 100.00 = 20.00");
    }
}
