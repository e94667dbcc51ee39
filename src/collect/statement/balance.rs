//! Whether a statement adds up: its opening balance and what was booked make its closing balance.
//!
//! A file that was cut, altered or put together wrongly shows here, before any of its receipts is a payment.

use chrono::NaiveDate;

use super::StatementError;
use crate::domain::money::Money;
use crate::domain::told::Told;

/// Where in its file a statement stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The line of the closing balance.
    Line(usize),
    /// The statement's own number, and which of the file's it is.
    Statement { number: String, position: usize },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Statement { number, position } if number.is_empty() => write!(f, "statement {position}"),
            Place::Statement { number, position } => write!(f, "statement {position} ({number})"),
        }
    }
}

impl Place {
    fn told(&self) -> Told {
        match self {
            Place::Line(line) => Told::new("statement-place-line", self).with("line", *line),
            Place::Statement { number, position } => {
                let told = Told::new("statement-place-numbered", self).with("position", *position);
                told.with("number", if number.is_empty() { "–" } else { number.as_str() })
            }
        }
    }
}

/// The arithmetic of a statement that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place}, account {account}: opening balance {opening} + credits {credits} − debits {debits} = {sum}, \
     but the closing balance says {closing}: something is missing or was changed; nothing was recorded, \
     ask the bank for the file again"
)]
pub struct Imbalance {
    pub place: Place,
    pub account: String,
    pub opening: Money,
    pub credits: Money,
    pub debits: Money,
    pub sum: Money,
    pub closing: Money,
}

impl Imbalance {
    pub(super) fn told(&self) -> Told {
        Told::new("statement-does-not-add-up", self)
            .with("place", self.place.told())
            .with("account", self.account.as_str())
            .with("opening", self.opening)
            .with("credits", self.credits)
            .with("debits", self.debits)
            .with("sum", self.sum)
            .with("closing", self.closing)
    }
}

/// The balance a statement that gives the other one does not give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingEnd {
    Opening,
    Closing,
}

impl std::fmt::Display for MissingEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            MissingEnd::Opening => "a closing balance (CLBD) but no opening one (OPBD)",
            MissingEnd::Closing => "an opening balance (OPBD or PRCD) but no closing one (CLBD)",
        })
    }
}

/// A statement whose entries lead from or to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place}, account {account}: it gives {missing}, so that nothing tells whether it is whole; nothing was recorded: \
     export from the bank the statement (camt.053) of a day or a month that is over, which gives both, not the movements \
     of a day still running"
)]
pub struct OneEnd {
    pub place: Place,
    pub account: String,
    pub missing: MissingEnd,
}

impl OneEnd {
    pub(super) fn told(&self) -> Told {
        let key = match self.missing {
            MissingEnd::Opening => "statement-no-opening",
            MissingEnd::Closing => "statement-no-closing",
        };
        Told::new(key, self).with("place", self.place.told()).with("account", self.account.as_str())
    }
}

/// What was booked so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Booked {
    credits: Money,
    debits: Money,
}

impl Booked {
    /// Counts one movement: above zero what came in, below what went out.
    pub(super) fn add(&mut self, amount: Money) -> Result<(), StatementError> {
        let (side, cents) = if amount.is_negative() {
            (&mut self.debits, 0_i64.checked_sub(amount.cents()))
        } else {
            (&mut self.credits, Some(amount.cents()))
        };
        *side = cents.and_then(|cents| side.cents().checked_add(cents)).map(Money::from_cents).ok_or_else(beyond)?;
        Ok(())
    }

    /// Refuses a closing balance that the opening one and the movements do not make.
    pub(super) fn check(
        self,
        place: Place,
        account: &str,
        opening: Money,
        closing: Money,
    ) -> Result<(), StatementError> {
        let Booked { credits, debits } = self;
        let sum = opening.cents().checked_add(credits.cents()).and_then(|sum| sum.checked_sub(debits.cents()));
        let sum = sum.map(Money::from_cents).ok_or_else(beyond)?;
        if sum == closing {
            return Ok(());
        }
        let account = account.to_owned();
        let imbalance = Imbalance { place, account, opening, credits, debits, sum, closing };
        Err(StatementError::Imbalance(Box::new(imbalance)))
    }
}

fn beyond() -> StatementError {
    StatementError::Beyond
}

/// What a balance of camt.053 is of, by its ISO 20022 code (`ExternalBalanceType1Code`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BalanceKind {
    /// `OPBD`: of what was booked, when the statement begins.
    Opening,
    /// `PRCD`: the closing balance of the statement before, which the opening one has to equal.
    PreviousClosing,
    /// `CLBD`: of what was booked, when the statement ends.
    Closing,
    /// `ITBD`: of what was booked, where a page of a statement begins or ends.
    Interim,
}

impl BalanceKind {
    /// None for balances that are not made by what is booked: available, expected, forward ones.
    pub(super) fn of(code: &str) -> Option<BalanceKind> {
        match code {
            "OPBD" => Some(BalanceKind::Opening),
            "PRCD" => Some(BalanceKind::PreviousClosing),
            "CLBD" => Some(BalanceKind::Closing),
            "ITBD" => Some(BalanceKind::Interim),
            _ => None,
        }
    }
}

/// A balance a statement gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Balance {
    pub(super) kind: BalanceKind,
    /// Some statements give those of every day they cover.
    pub(super) day: Option<NaiveDate>,
    pub(super) amount: Money,
}

/// The balances of a statement, and what part of it is in the file.
#[derive(Debug, Default)]
pub(super) struct Balances {
    pub(super) given: Vec<Balance>,
    /// The page this is, where the statement comes in several.
    pub(super) page: Option<u32>,
    pub(super) is_last_page: Option<bool>,
}

impl Balances {
    fn first(&self, kind: BalanceKind) -> Option<Money> {
        let of_kind = self.given.iter().filter(|balance| balance.kind == kind);
        of_kind.min_by_key(|balance| balance.day).map(|balance| balance.amount)
    }

    fn last(&self, kind: BalanceKind) -> Option<Money> {
        let of_kind = self.given.iter().filter(|balance| balance.kind == kind);
        of_kind.max_by_key(|balance| balance.day).map(|balance| balance.amount)
    }

    /// What the entries of the file lead from and to; none where the statement gives neither. A page begins or ends with
    /// an interim balance where the statement's own belongs to another page. One end without the other is no statement
    /// that can add up.
    pub(super) fn ends(&self) -> Result<Option<(Money, Money)>, MissingEnd> {
        let begins_here = self.page.is_none_or(|page| page <= 1);
        let ends_here = self.is_last_page.unwrap_or(true);
        let own = self.first(BalanceKind::Opening).or_else(|| self.first(BalanceKind::PreviousClosing));
        let opening = own.filter(|_| begins_here);
        let closing = self.last(BalanceKind::Closing).filter(|_| ends_here);
        let interim = self.given.iter().filter(|balance| balance.kind == BalanceKind::Interim);
        let interim: Vec<Money> = interim.map(|balance| balance.amount).collect();
        match (opening, closing, interim.as_slice()) {
            (Some(opening), Some(closing), _) => Ok(Some((opening, closing))),
            (Some(opening), None, [closing]) => Ok(Some((opening, *closing))),
            (None, Some(closing), [opening]) => Ok(Some((*opening, closing))),
            (None, None, [opening, closing]) => Ok(Some((*opening, *closing))),
            (Some(_), None, _) if ends_here => Err(MissingEnd::Closing),
            (None, Some(_), _) if begins_here => Err(MissingEnd::Opening),
            _ => Ok(None),
        }
    }
}
