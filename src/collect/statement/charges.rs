//! What a bank keeps of a transfer before it credits the rest. It is told beside the amounts (`Chrgs`), and believed where
//! they bear it out: a bank may as well book its charge by itself.

use crate::domain::money::Money;

/// A charge as the file tells it.
#[derive(Clone, Default)]
pub(super) struct Charge {
    pub amount: Option<(String, String)>,
    /// It was given back.
    pub is_credit: bool,
    /// Whether the amount credited is what it left; where not, it is booked by itself.
    pub is_included: Option<bool>,
}

/// A transaction's amounts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amounts {
    pub amount: Money,
    /// What was sent.
    pub instructed: Option<Money>,
    pub charge: Charged,
}

/// What a bank says it kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Charged {
    pub amount: Money,
    /// It says so itself that the amount credited is what this left.
    pub is_included: bool,
}

/// What was sent, and what the bank kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub gross: Money,
    pub charge: Money,
}

impl Charged {
    /// The charges together; none where one was given back or is in another currency.
    pub fn of(charges: &[Charge]) -> Option<Charged> {
        let own = charges.iter().filter(|charge| charge.amount.is_some() && charge.is_included != Some(false));
        let mut all = Charged { amount: Money::ZERO, is_included: own.clone().next().is_some() };
        for charge in own {
            let (currency, digits) = charge.amount.as_ref()?;
            let amount: Money = digits.parse().ok().filter(|amount| *amount >= Money::ZERO)?;
            if charge.is_credit || currency != "EUR" {
                return None;
            }
            all.amount = plus(all.amount, amount)?;
            all.is_included &= charge.is_included == Some(true);
        }
        Some(all)
    }
}

/// What was sent by each of an entry's transactions, if it was credited with it less the bank's charges: of each, or told
/// of the entry as a whole. Which of several net ones a charge of the entry was kept of, nothing says.
pub(super) fn shares(parts: &[Amounts], of_entry: Charged, booked: Money) -> Option<Vec<Share>> {
    let mut parts = parts.to_vec();
    // The charge of an entry is often that of its transactions, told once more.
    let is_told = parts.iter().any(|part| part.charge.amount > Money::ZERO);
    let told = parts.iter().try_fold(Money::ZERO, |sum, part| plus(sum, part.charge.amount))?;
    let charges = if is_told { told } else { of_entry.amount };
    let sum = parts.iter().try_fold(Money::ZERO, |sum, part| plus(sum, part.amount))?;
    let is_gross = sum == plus(booked, charges)?;
    let is_guess = !is_told && !is_gross && parts.len() > 1;
    if charges <= Money::ZERO || (!is_gross && sum != booked) || is_guess {
        return None;
    }
    if let Some(first) = parts.first_mut().filter(|_| !is_told) {
        first.charge = of_entry;
    }
    let shares: Option<Vec<Share>> = parts.iter().map(|part| share(part, is_gross)).collect();
    shares.filter(|shares| shares.iter().all(|one| one.gross > one.charge))
}

fn share(part: &Amounts, is_gross: bool) -> Option<Share> {
    let Charged { amount: charge, is_included } = part.charge;
    if is_gross || charge.is_zero() {
        return Some(Share { gross: part.amount, charge });
    }
    let gross = plus(part.amount, charge)?;
    (is_included || part.instructed == Some(gross)).then_some(Share { gross, charge })
}

fn plus(a: Money, b: Money) -> Option<Money> {
    a.cents().checked_add(b.cents()).map(Money::from_cents)
}
