//! Lines that a person adds to a contract's month: a one-off service, or an allowance, with the reason.
//!
//! An allowance counts a negative quantity at a positive price, as electronic invoices ask (EN 16931, BR-27).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Charge, ChargeKind, Provenance};
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::{Contract, Designation, Service, VatTreatment};
use crate::domain::freetext::{Text, TextError};
use crate::domain::ids::{ContractCode, LineCode, TariffCode};
use crate::domain::money::{AmountError, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::tariff::symbol;
use crate::domain::told::{Tell, Told};

/// What a person adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewManualLine {
    pub contract: ContractCode,
    pub month: BillingMonth,
    pub service: Service,
    pub designation: Designation,
    /// Below zero for an allowance.
    pub quantity: Quantity,
    pub unit: Unit,
    pub unit_price: UnitPrice,
    pub vat: VatTreatment,
    pub reason: String,
}

/// A line that was added, with who added it and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualLine {
    pub id: i64,
    #[serde(flatten)]
    pub line: NewManualLine,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// Why a line cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManualLineError {
    #[error("a manual line needs its reason: say why it is billed or allowed")]
    NoReason,
    #[error("a manual line needs a designation: it is what the invoice says")]
    NoDesignation,
    #[error("the quantity is zero: give what is billed, or less than zero for an allowance")]
    NoQuantity,
    #[error("the unit price {0} is below zero: an allowance has a quantity below zero and a price above")]
    NegativePrice(UnitPrice),
    #[error("contract {0} taxes none of its lines so: take the VAT of one of them")]
    OtherVat(ContractCode),
    #[error("contract {contract} is not in force in {month}")]
    NotInForce { contract: ContractCode, month: BillingMonth },
    #[error(
        "{waiting} manual lines wait by now, others than were shown: look at them, and confirm if it is still right"
    )]
    Meanwhile { waiting: usize },
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Amount(#[from] AmountError),
}

impl Tell for ManualLineError {
    fn told(&self) -> Told {
        match self {
            ManualLineError::NoReason => Told::new("manual-no-reason", self),
            ManualLineError::NoDesignation => Told::new("manual-no-designation", self),
            ManualLineError::NoQuantity => Told::new("manual-no-quantity", self),
            ManualLineError::NegativePrice(_) => Told::new("manual-negative-price", self),
            ManualLineError::OtherVat(contract) => {
                Told::new("manual-other-vat", self).with("contract", contract.as_str())
            }
            ManualLineError::NotInForce { contract, month } => {
                Told::new("manual-not-in-force", self).with("contract", contract.as_str()).with("month", *month)
            }
            ManualLineError::Meanwhile { waiting } => Told::new("manual-meanwhile", self).with("waiting", *waiting),
            ManualLineError::Text(error) => error.told(),
            ManualLineError::Amount(error) => error.told(),
        }
    }
}

impl NewManualLine {
    /// Whether it may stand on an invoice of `contract`.
    pub fn check(&self, contract: &Contract) -> Result<(), ManualLineError> {
        if self.reason.trim().is_empty() {
            return Err(ManualLineError::NoReason);
        }
        if self.designation.fr.trim().is_empty() || self.designation.en.trim().is_empty() {
            return Err(ManualLineError::NoDesignation);
        }
        Text::Reason.check(&self.reason)?;
        Text::Designation.check(&self.designation.fr)?;
        Text::Designation.check(&self.designation.en)?;
        if self.quantity == Quantity::ZERO {
            return Err(ManualLineError::NoQuantity);
        }
        if self.unit_price.micros() < 0 {
            return Err(ManualLineError::NegativePrice(self.unit_price));
        }
        if !treatments(contract).contains(&&self.vat) {
            return Err(ManualLineError::OtherVat(contract.code.clone()));
        }
        if self.period(contract).is_none() {
            return Err(ManualLineError::NotInForce { contract: contract.code.clone(), month: self.month });
        }
        self.unit_price.times(self.quantity)?;
        Ok(())
    }

    /// The days of the month the contract is in force.
    fn period(&self, contract: &Contract) -> Option<DatePeriod> {
        self.month.days().intersection(contract.in_force)
    }
}

/// How the contract's lines are taxed, each treatment once, the first line's first.
pub fn treatments(contract: &Contract) -> Vec<&VatTreatment> {
    let mut found: Vec<&VatTreatment> = Vec::new();
    for line in &contract.lines {
        if !found.contains(&&line.vat) {
            found.push(&line.vat);
        }
    }
    found
}

impl ManualLine {
    /// As it stands on the document.
    pub fn charge(&self, contract: &Contract) -> Result<Charge, AmountError> {
        let NewManualLine { month, service, designation, quantity, unit, unit_price, vat, reason, .. } = &self.line;
        let net = unit_price.times(*quantity)?;
        let symbol = symbol(*unit);
        let counted = if symbol.is_empty() { quantity.to_string() } else { format!("{quantity} {symbol}") };
        Ok(Charge {
            service: *service,
            designation: designation.clone(),
            kind: ChargeKind::Manual { id: self.id, reason: reason.clone(), by: self.by.clone(), at: self.at },
            period: self.line.period(contract).unwrap_or_else(|| month.days()),
            quantity: *quantity,
            unit: *unit,
            unit_price: *unit_price,
            net,
            vat: vat.clone(),
            provenance: Provenance {
                contract: contract.code.clone(),
                line: LineCode(format!("manual-{}", self.id)),
                tariff: TariffCode(String::new()),
                tariff_from: month.days().from,
                formula: format!("{counted} × {unit_price} = {net}"),
                usage: None,
            },
        })
    }
}
