//! Money of a tenant that no invoice has taken: kept on account when it is received, and leaving it for an invoice of that
//! tenant or back to where it came from.
//!
//! What leaves was there on its day, and is on no later day missed by what left since: so the account is never below zero.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};

/// What moved on a tenant's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// `CPT-2026-000001`, or that of the payment it became: `REG-2026-000001`.
    pub number: String,
    pub on: NaiveDate,
    /// Above zero where it was kept, below where it left.
    pub amount: Money,
    /// What the bank says of it, or is told.
    pub reference: Option<String>,
    /// What tells it from other transactions of a bank statement.
    #[serde(skip)]
    pub statement_key: Option<String>,
    /// The payment of the same request: the one whose rest it is, or the first part of what was settled at once. Of a
    /// correction, what it takes back; of what is kept instead, the correction.
    #[serde(skip)]
    pub recorded_with: Option<String>,
}

/// Part of what leaves an account: the receipt it is taken from, and the day that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taking {
    pub from: String,
    #[serde(skip)]
    pub on: NaiveDate,
    pub amount: Money,
}

/// What became of money on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MovementKind {
    Kept,
    /// It left for an invoice.
    Settled,
    SentBack,
    /// It was kept by mistake.
    TakenBack,
}

impl Movement {
    /// It left for an invoice, as a payment with this number.
    pub fn is_payment(&self) -> bool {
        self.number.starts_with("REG-")
    }

    pub fn kind(&self) -> MovementKind {
        match self.amount > Money::ZERO {
            _ if self.takes_back().is_some() => MovementKind::TakenBack,
            true => MovementKind::Kept,
            false if self.is_payment() => MovementKind::Settled,
            false => MovementKind::SentBack,
        }
    }

    /// What it takes back, where it corrects what was kept by mistake.
    pub fn takes_back(&self) -> Option<&str> {
        self.recorded_with.as_deref().filter(|_| self.amount < Money::ZERO && !self.is_payment())
    }
}

/// A movement as a statement of the account tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    #[serde(flatten)]
    pub movement: Movement,
    pub kind: MovementKind,
    /// The invoice it paid.
    pub invoice: Option<InvoiceNumber>,
    /// What was on account after it.
    pub balance: Money,
    /// It was kept, and nothing of it has left.
    #[serde(skip)]
    pub is_whole: bool,
}

/// A tenant's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnAccount {
    pub tenant: TenantCode,
    /// Oldest first.
    pub movements: Vec<Movement>,
    /// How much of each receipt, by its number, has left.
    #[serde(skip)]
    pub taken: BTreeMap<String, Money>,
}

/// Why money does not leave an account, or is not kept on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OnAccountError {
    #[error("{0} is not above zero; write what leaves the account, such as 1200.00")]
    NotPositive(Money),
    #[error("{on} has not come yet; record it on the day it is done, or after")]
    InFuture { on: NaiveDate },
    #[error(
        "{amount} is more than the {available} that {tenant} had on account on {on} and has not used since; take {available} at most"
    )]
    TooMuch { tenant: String, amount: Money, available: Money, on: NaiveDate },
    #[error("{0} is not above zero; write what was received, such as 1200.00")]
    NothingReceived(Money),
    #[error("{number} was taken back already, by {by}")]
    TakenBack { number: String, by: String },
    #[error(
        "{used} of the {amount} kept as {number} was used already: it settled an invoice or was sent back, and what stands on it \
         stays; send back what is left, or settle with it"
    )]
    Used { number: String, used: Money, amount: Money },
    #[error(
        "interest of {invoice} is claimed up to {claimed}, and a claim never changes: settle on that day or after, not on {on}"
    )]
    BeforeClaim { invoice: String, claimed: NaiveDate, on: NaiveDate },
    #[error("{number} was kept on {kept_on}; it is taken back on that day or after, not on {on}")]
    BeforeKept { number: String, kept_on: NaiveDate, on: NaiveDate },
    #[error("{invoice} is {other}'s: what {tenant} has on account pays invoices of its own only")]
    OtherTenant { tenant: String, invoice: String, other: String },
}

impl OnAccount {
    /// What is kept today.
    pub fn balance(&self) -> Money {
        self.movements.iter().map(|movement| movement.amount).sum()
    }

    /// Its movements, oldest first, with what was there after each; `invoices` by the number of the payment that settled
    /// them.
    pub fn statement(&self, mut invoices: BTreeMap<String, InvoiceNumber>) -> Vec<StatementLine> {
        let mut balance = Money::ZERO;
        let line = |movement: &Movement| {
            balance += movement.amount;
            let (kind, invoice) = (movement.kind(), invoices.remove(&movement.number));
            let is_whole = kind == MovementKind::Kept && !self.taken.contains_key(&movement.number);
            StatementLine { movement: movement.clone(), kind, invoice, balance, is_whole }
        };
        self.movements.iter().map(line).collect()
    }

    /// The most that can leave on a day: the least that is there then and on every day since, and no more than is left of
    /// what had come by then.
    pub fn available(&self, on: NaiveDate) -> Money {
        self.least_since(on).min(self.left_of(on).map(|(_, left)| left).sum())
    }

    /// What had come by a day and has not left yet, each receipt with what is left of it.
    fn left_of(&self, on: NaiveDate) -> impl Iterator<Item = (&Movement, Money)> {
        let came = self.movements.iter().filter(move |one| one.amount > Money::ZERO && one.on <= on);
        came.map(|one| (one, one.amount - self.taken.get(&one.number).copied().unwrap_or_default()))
    }

    fn least_since(&self, on: NaiveDate) -> Money {
        let mut moved = self.movements.iter().peekable();
        let mut there = Money::ZERO;
        while let Some(one) = moved.next_if(|one| one.on <= on) {
            there += one.amount;
        }
        let mut least = there;
        while let Some(one) = moved.next() {
            there += one.amount;
            // A day's movements are one: only what they leave counts.
            if moved.peek().is_none_or(|next| next.on > one.on) {
                least = least.min(there);
            }
        }
        least
    }

    /// The receipts `amount` is taken from where it leaves on a day: of what had come by then, what came first and has not
    /// left yet leaves first. What left before keeps what it took, whatever is kept later with an earlier day.
    pub fn takes(&self, amount: Money, on: NaiveDate) -> Vec<Taking> {
        let mut wanted = amount;
        let mut takes = vec![];
        for (one, left) in self.left_of(on) {
            let part = left.min(wanted);
            if part > Money::ZERO {
                wanted -= part;
                takes.push(Taking { from: one.number.clone(), on: one.on, amount: part });
            }
        }
        takes
    }

    /// The correction that took `number` back, if one did.
    pub fn corrected_by(&self, number: &str) -> Option<&str> {
        let correction = self.movements.iter().find(|one| one.takes_back() == Some(number));
        correction.map(|one| one.number.as_str())
    }

    /// Whether what was kept can be taken back on a day: all of it is still there.
    pub fn gives_back(&self, kept: &Movement, on: NaiveDate, today: NaiveDate) -> Result<(), OnAccountError> {
        let number = || kept.number.clone();
        if let Some(by) = self.corrected_by(&kept.number) {
            return Err(OnAccountError::TakenBack { number: number(), by: by.to_owned() });
        }
        let used = self.taken.get(&kept.number).copied().unwrap_or_default();
        if !used.is_zero() {
            return Err(OnAccountError::Used { number: number(), used, amount: kept.amount });
        }
        if on < kept.on {
            return Err(OnAccountError::BeforeKept { number: number(), kept_on: kept.on, on });
        }
        self.gives(kept.amount, on, today)
    }

    /// Whether `amount` may leave on a day.
    pub fn gives(&self, amount: Money, on: NaiveDate, today: NaiveDate) -> Result<(), OnAccountError> {
        if amount <= Money::ZERO {
            return Err(OnAccountError::NotPositive(amount));
        }
        if on > today {
            return Err(OnAccountError::InFuture { on });
        }
        let available = self.available(on);
        if amount > available {
            return Err(OnAccountError::TooMuch { tenant: self.tenant.to_string(), amount, available, on });
        }
        Ok(())
    }
}

impl Tell for OnAccountError {
    fn told(&self) -> Told {
        match self {
            OnAccountError::NotPositive(_) => Told::new("payment-not-positive", self),
            OnAccountError::InFuture { on } => Told::new("paid-back-in-future", self).with("on", *on),
            OnAccountError::TooMuch { tenant, amount, available, on } => Told::new("on-account-too-much", self)
                .with("tenant", tenant.as_str())
                .with("amount", *amount)
                .with("available", *available)
                .with("on", *on),
            OnAccountError::NothingReceived(_) => Told::new("payment-not-positive", self),
            OnAccountError::TakenBack { number, by } => {
                Told::new("kept-taken-back", self).with("number", number.as_str()).with("by", by.as_str())
            }
            OnAccountError::Used { number, used, amount } => {
                Told::new("kept-used", self).with("number", number.as_str()).with("used", *used).with("amount", *amount)
            }
            OnAccountError::BeforeClaim { invoice, claimed, on } => Told::new("settled-before-claim", self)
                .with("invoice", invoice.as_str())
                .with("claimed", *claimed)
                .with("day", *on),
            OnAccountError::BeforeKept { number, kept_on, on } => {
                Told::new("kept-later", self).with("number", number.as_str()).with("kept", *kept_on).with("day", *on)
            }
            OnAccountError::OtherTenant { tenant, invoice, other } => Told::new("on-account-other-tenant", self)
                .with("tenant", tenant.as_str())
                .with("invoice", invoice.as_str())
                .with("other", other.as_str()),
        }
    }
}
