//! What is allowed on the next invoice for a month in which a line was less available than promised.
//!
//! A figure says how available the line was, and what its contract allowed for that when the figure was recorded; the
//! amount is that part of what the line was billed for the month (handbook, Contracts).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Charge, ChargeKind, Provenance};
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::service_level::ServiceLevel;
use crate::domain::contract::{Contract, ContractLine};
use crate::domain::freetext::{Text, TextError};
use crate::domain::ids::{ContractCode, LineCode};
use crate::domain::money::{AmountError, Money, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::told::{Tell, Told};

/// Availability is told to a thousandth of a percent: 26 seconds of a month.
const PERCENT_DECIMALS: u32 = 3;

/// How available a line was in a month, as somebody says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAvailability {
    pub contract: ContractCode,
    pub line: LineCode,
    pub month: BillingMonth,
    pub percent: Decimal,
    /// Where the figure comes from: a supervision report, an incident's number.
    pub reason: String,
}

/// A figure as it is kept, with what the contract allows for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Availability {
    pub id: i64,
    #[serde(flatten)]
    pub figure: NewAvailability,
    pub committed_percent: Decimal,
    /// Zero where the promise was kept.
    pub credit_percent: Decimal,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// Why a figure cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityError {
    #[error("an availability needs its source: name the report or the incident it comes from")]
    NoReason,
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("{0} % is no availability: give 0 to 100, with three decimals at most")]
    NoPercent(Decimal),
    #[error("{month} is not over: an availability is that of a whole month")]
    Unfinished { month: BillingMonth },
    #[error(
        "contract {contract} promises no availability on line {line} in {month}: give the line a committed_percent"
    )]
    NotPromised { contract: ContractCode, line: LineCode, month: BillingMonth },
}

impl Tell for AvailabilityError {
    fn told(&self) -> Told {
        match self {
            AvailabilityError::NoReason => Told::new("availability-no-reason", self),
            AvailabilityError::Text(error) => error.told(),
            AvailabilityError::NoPercent(_) => Told::new("availability-no-percent", self),
            AvailabilityError::Unfinished { month } => Told::new("availability-unfinished", self).with("month", *month),
            AvailabilityError::NotPromised { contract, line, month } => Told::new("availability-not-promised", self)
                .with("contract", contract.as_str())
                .with("line", line.as_str())
                .with("month", *month),
        }
    }
}

impl NewAvailability {
    /// What the contract promised of the line that month, if the figure may be kept on `today`.
    pub fn check<'c>(
        &self,
        contract: &'c Contract,
        today: chrono::NaiveDate,
    ) -> Result<&'c ServiceLevel, AvailabilityError> {
        if self.reason.trim().is_empty() {
            return Err(AvailabilityError::NoReason);
        }
        Text::Reason.check(&self.reason)?;
        let is_percent = self.percent >= Decimal::ZERO && self.percent <= Decimal::ONE_HUNDRED;
        if !is_percent || self.percent.normalize().scale() > PERCENT_DECIMALS {
            return Err(AvailabilityError::NoPercent(self.percent));
        }
        if today < self.month.next().first_day() {
            return Err(AvailabilityError::Unfinished { month: self.month });
        }
        let promised = line_of(contract, &self.line, self.month).and_then(|line| line.service_level.as_ref());
        promised.ok_or_else(|| AvailabilityError::NotPromised {
            contract: contract.code.clone(),
            line: self.line.clone(),
            month: self.month,
        })
    }
}

/// The line with this code that was in force in the month; where it was amended within it, as it first promised an
/// availability, else as it was at first.
fn line_of<'c>(contract: &'c Contract, code: &LineCode, month: BillingMonth) -> Option<&'c ContractLine> {
    let in_force = |line: &&ContractLine| line.code == *code && line.in_force.overlaps(month.days());
    contract.lines.iter().filter(in_force).min_by_key(|line| (line.service_level.is_none(), line.in_force.from))
}

/// What a line's allowances stand under: a code of their own, so that none is taken for a part of what it was billed.
/// No line of a contract can have it: codes hold no `~`.
const SUFFIX: &str = "~availability";

/// The line an allowance is for.
pub fn credited_line(charge: &Charge) -> LineCode {
    let code = charge.provenance.line.as_str();
    LineCode(code.strip_suffix(SUFFIX).unwrap_or(code).to_owned())
}

/// The allowance for `figure` where the line was `billed` so much for its month by `invoice`; none where none is due.
pub fn service_credit(
    figure: &Availability,
    contract: &Contract,
    billed: Money,
    invoice: &str,
) -> Result<Option<Charge>, AmountError> {
    let NewAvailability { line: code, month, percent, .. } = &figure.figure;
    let Some(line) = line_of(contract, code, *month) else { return Ok(None) };
    let part = billed.to_decimal().checked_mul(figure.credit_percent);
    let part = part.ok_or_else(|| AmountError::TooLarge(billed.to_decimal()))?;
    let credit = Money::rounded(part / Decimal::ONE_HUNDRED)?;
    if credit <= Money::ZERO {
        return Ok(None);
    }
    let days = month.days();
    Ok(Some(Charge {
        service: line.service,
        designation: line.designation.clone(),
        kind: ChargeKind::ServiceCredit {
            id: figure.id,
            month: *month,
            invoice: invoice.to_owned(),
            availability_percent: *percent,
            committed_percent: figure.committed_percent,
            credit_percent: figure.credit_percent,
        },
        period: line.in_force.intersection(days).unwrap_or(days),
        // An allowance counts a negative quantity at a positive price (EN 16931, BR-27).
        quantity: -Quantity::ONE,
        unit: Unit::One,
        unit_price: UnitPrice::from(credit),
        net: -credit,
        vat: line.vat.clone(),
        provenance: Provenance {
            contract: contract.code.clone(),
            line: LineCode(format!("{code}{SUFFIX}")),
            tariff: line.tariff.clone(),
            tariff_from: days.from,
            formula: format!(
                "{} % < {} %; {} % × {billed} ({invoice}) = {credit}",
                percent.normalize(),
                figure.committed_percent.normalize(),
                figure.credit_percent.normalize()
            ),
            usage: None,
        },
    }))
}
