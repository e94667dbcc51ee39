//! What would be billed to one contract for one month.

use super::vat::{VatError, breakdown, totals};
use super::{Draft, Totals};
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Contract;
use crate::domain::ids::{ContractCode, LineCode};
use crate::domain::money::Money;
use crate::domain::rating::Charge;
use crate::domain::told::{Tell, Told};

/// Why charges do not make an invoice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    #[error("contract {contract} has nothing to bill for {month}")]
    Empty { contract: ContractCode, month: BillingMonth },
    #[error(
        "contract {contract} would be billed {net} without VAT for {month} ({gross} with it): an invoice is never negative, so issue a credit note over this net amount for the invoices it regularises instead"
    )]
    Negative { contract: ContractCode, month: BillingMonth, net: Money, gross: Money },
    #[error("line {line}: {net} is not its quantity × unit price, {recomputed}")]
    Inexact { line: LineCode, net: Money, recomputed: String },
    #[error(transparent)]
    Vat(#[from] VatError),
}

impl Tell for DraftError {
    fn told(&self) -> Told {
        match self {
            DraftError::Empty { contract, month } => {
                Told::new("draft-empty", self).with("contract", contract.as_str()).with("month", *month)
            }
            DraftError::Negative { contract, month, net, gross } => Told::new("draft-negative", self)
                .with("contract", contract.as_str())
                .with("month", *month)
                .with("net", *net)
                .with("gross", *gross),
            DraftError::Inexact { line, .. } => Told::new("draft-inexact", self).with("line", line.as_str()),
            DraftError::Vat(VatError::Mixed { outside, other }) => {
                Told::new("draft-vat-mix", self).with("outside", outside.as_str()).with("other", other.as_str())
            }
            DraftError::Vat(VatError::Amount(error)) => error.told(),
        }
    }
}

impl Draft {
    /// Puts `charges` of `contract` in the order of the document (by service, then as the contract lists its lines,
    /// then as they came), taxes and sums them.
    pub fn assemble(contract: &Contract, month: BillingMonth, mut charges: Vec<Charge>) -> Result<Draft, DraftError> {
        if charges.is_empty() {
            return Err(DraftError::Empty { contract: contract.code.clone(), month });
        }
        charges.iter().try_for_each(recomputes)?;
        charges.sort_by_key(|charge| (charge.service, position(contract, &charge.provenance.line)));
        let vat = breakdown(&charges)?;
        let totals = totals(&vat);
        let Totals { net, gross, .. } = totals;
        if gross.is_negative() {
            return Err(DraftError::Negative { contract: contract.code.clone(), month, net, gross });
        }
        Ok(Draft { tenant: contract.tenant.clone(), contract: contract.code.clone(), month, charges, vat, totals })
    }
}

/// Where the contract lists the line; lines it no longer has come last.
fn position(contract: &Contract, line: &LineCode) -> usize {
    contract.lines.iter().position(|listed| listed.code == *line).unwrap_or(usize::MAX)
}

fn recomputes(charge: &Charge) -> Result<(), DraftError> {
    let recomputed = charge.unit_price.times(charge.quantity);
    if recomputed == Ok(charge.net) {
        return Ok(());
    }
    let recomputed = recomputed.map_or_else(|error| error.to_string(), |net| net.to_string());
    Err(DraftError::Inexact { line: charge.provenance.line.clone(), net: charge.net, recomputed })
}
