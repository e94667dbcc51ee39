//! Months and years of the books: open, then closed, then locked.
//!
//! What is closed may be opened again, with a reason; what is locked never. An entry is posted only where its month and
//! its year are both open. The entries that close a year and open the next pass a closed period, not a locked one:
//! they are what closing is made of.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{CARRY_FORWARD, Journal};
use crate::domain::calendar::BillingMonth;
use crate::domain::told::{Tell, Told, Value};

/// A month or a year of the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountingPeriod {
    Year(i32),
    Month(BillingMonth),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeriodState {
    #[default]
    Open,
    Closed,
    Locked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodAction {
    Close,
    Reopen,
    Lock,
}

/// Why a period cannot be changed as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error("`{0}` is neither a month such as 2026-10 nor a year such as 2026")]
    NotAPeriod(String),
    #[error("{period} is {state}: {remedy}")]
    Refused { period: AccountingPeriod, state: PeriodState, remedy: &'static str },
}

impl Tell for PeriodError {
    fn told(&self) -> Told {
        match self {
            PeriodError::NotAPeriod(text) => Told::new("period-unreadable", self).with("text", text.as_str()),
            PeriodError::Refused { period, state, .. } => {
                let key = match state {
                    PeriodState::Open => "period-is-open",
                    PeriodState::Closed => "period-is-closed",
                    PeriodState::Locked => "period-is-locked",
                };
                Told::new(key, self).with("period", *period)
            }
        }
    }
}

/// An entry dated where nothing may be posted any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{period} is {state} in the books, so nothing can be dated {date}: {}", self.remedy())]
pub struct ClosedPeriod {
    pub period: AccountingPeriod,
    pub state: PeriodState,
    pub date: NaiveDate,
}

impl ClosedPeriod {
    fn remedy(&self) -> String {
        match self.state {
            PeriodState::Locked => "post it in an open period; what is locked is never opened again".to_owned(),
            _ => format!("post it in an open period, or open {} again with a reason", self.period),
        }
    }
}

impl PeriodState {
    pub const fn name(self) -> &'static str {
        match self {
            PeriodState::Open => "open",
            PeriodState::Closed => "closed",
            PeriodState::Locked => "locked",
        }
    }

    /// The state of `period` after `action`: the whole transition table.
    pub const fn after(self, period: AccountingPeriod, action: PeriodAction) -> Result<PeriodState, PeriodError> {
        let remedy = match (self, action) {
            (PeriodState::Open, PeriodAction::Close) => return Ok(PeriodState::Closed),
            (PeriodState::Closed, PeriodAction::Reopen) => return Ok(PeriodState::Open),
            (PeriodState::Closed, PeriodAction::Lock) => return Ok(PeriodState::Locked),
            (PeriodState::Open, PeriodAction::Lock) => "close it first",
            (PeriodState::Open, PeriodAction::Reopen) => "there is nothing to open again",
            (PeriodState::Closed, PeriodAction::Close) => "there is nothing to close",
            (PeriodState::Locked, _) => "what is locked never changes; correct it by an entry in an open period",
        };
        Err(PeriodError::Refused { period, state: self, remedy })
    }
}

impl fmt::Display for PeriodState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl AccountingPeriod {
    /// The year it is, or is in.
    pub fn year(self) -> i32 {
        match self {
            AccountingPeriod::Month(month) => month.first_day().year(),
            AccountingPeriod::Year(year) => year,
        }
    }

    /// The first day after it.
    pub fn end(self) -> NaiveDate {
        match self {
            AccountingPeriod::Month(month) => month.next().first_day(),
            AccountingPeriod::Year(year) => NaiveDate::from_ymd_opt(year + 1, 1, 1).unwrap_or(NaiveDate::MAX),
        }
    }
}

/// A month is written as each language writes it.
impl From<AccountingPeriod> for Value {
    fn from(period: AccountingPeriod) -> Value {
        match period {
            AccountingPeriod::Month(month) => Value::Month(month),
            AccountingPeriod::Year(year) => Value::Text(year.to_string()),
        }
    }
}

impl fmt::Display for AccountingPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountingPeriod::Month(month) => month.fmt(f),
            AccountingPeriod::Year(year) => write!(f, "{year:04}"),
        }
    }
}

impl FromStr for AccountingPeriod {
    type Err = PeriodError;
    fn from_str(text: &str) -> Result<AccountingPeriod, PeriodError> {
        let refusal = || PeriodError::NotAPeriod(text.to_owned());
        if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(AccountingPeriod::Year).map_err(|_| refusal());
        }
        text.parse().map(AccountingPeriod::Month).map_err(|_| refusal())
    }
}

/// The state of every period; what is not named is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Periods(BTreeMap<AccountingPeriod, PeriodState>);

impl Periods {
    pub fn new(states: impl IntoIterator<Item = (AccountingPeriod, PeriodState)>) -> Periods {
        Periods(states.into_iter().collect())
    }

    pub fn state(&self, period: AccountingPeriod) -> PeriodState {
        self.0.get(&period).copied().unwrap_or_default()
    }

    /// Every period that was ever closed, years before months.
    pub fn iter(&self) -> impl Iterator<Item = (AccountingPeriod, PeriodState)> {
        self.0.iter().map(|(period, state)| (*period, *state))
    }

    /// Whether an ordinary entry may be dated `date`. Whoever plans to post asks this first.
    pub fn admits(&self, date: NaiveDate) -> Result<(), ClosedPeriod> {
        self.admits_entry(Journal::Miscellaneous, "", date)
    }

    /// The same for one entry, which may be one that closes a year or opens the next.
    pub fn admits_entry(&self, journal: Journal, document: &str, date: NaiveDate) -> Result<(), ClosedPeriod> {
        let is_closing = match journal {
            Journal::Closing => true,
            Journal::Opening => document.starts_with(CARRY_FORWARD),
            _ => false,
        };
        let periods = [AccountingPeriod::Year(date.year()), AccountingPeriod::Month(BillingMonth::of(date))];
        for period in periods {
            match self.state(period) {
                PeriodState::Open => {}
                PeriodState::Closed if is_closing => {}
                state => return Err(ClosedPeriod { period, state, date }),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> AccountingPeriod {
        text.parse().unwrap()
    }

    #[test]
    fn closed_opens_again_and_locked_never() {
        use PeriodAction::*;
        use PeriodState::*;
        let october = period("2026-10");
        let table =
            [Open, Closed, Locked].map(|state| [Close, Reopen, Lock].map(|action| state.after(october, action).ok()));
        assert_eq!(table, [[Some(Closed), None, None], [None, Some(Open), Some(Locked)], [None, None, None]]);
        assert_eq!(
            Locked.after(october, Reopen).unwrap_err().to_string(),
            "2026-10 is locked: what is locked never changes; correct it by an entry in an open period"
        );
    }

    #[test]
    fn an_entry_needs_its_month_and_its_year_open() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let periods = Periods::new([
            (period("2025"), PeriodState::Locked),
            (period("2026-01"), PeriodState::Closed),
            (period("2026-02"), PeriodState::Open),
        ]);
        assert_eq!(periods.admits(day("2026-02-28")), Ok(()));
        assert_eq!(
            periods.admits(day("2026-01-31")).unwrap_err().to_string(),
            "2026-01 is closed in the books, so nothing can be dated 2026-01-31: post it in an open period, or open 2026-01 again with a reason"
        );
        assert!(periods.admits(day("2025-12-31")).unwrap_err().to_string().contains("2025 is locked"));
        let carried = |journal, document| periods.admits_entry(journal, document, day("2026-01-01"));
        assert_eq!(carried(Journal::Opening, "A-NOUVEAUX-2026"), Ok(()));
        assert!(carried(Journal::Opening, "OUVERTURE-2026-01-01").is_err());
        assert!(periods.admits_entry(Journal::Closing, "RESULTAT-2025", day("2025-12-31")).is_err());
    }

    #[test]
    fn periods_are_months_or_years() {
        assert_eq!(period("2026-10").to_string(), "2026-10");
        assert_eq!(period("2026").to_string(), "2026");
        for wrong in ["", "26", "2026-13", "202", "20266", "2026-1"] {
            assert!(wrong.parse::<AccountingPeriod>().is_err(), "{wrong}");
        }
    }
}
