//! VAT: grouped by category and rate, rounded once per group.

use rust_decimal::Decimal;

use super::{Totals, VatBreakdown};
use crate::domain::contract::VatTreatment;
use crate::domain::money::{AmountError, Money};
use crate::domain::rating::Charge;

/// Why charges cannot be taxed on one document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VatError {
    #[error(
        "charges outside the scope of VAT ({outside}) and others ({other}) cannot stand on one invoice: give all lines of the contract the same category, or split the contract"
    )]
    Mixed { outside: String, other: String },
    #[error(transparent)]
    Amount(#[from] AmountError),
}

/// The taxable amount and the tax of each category and rate: standard rates from the highest down, then exempt, then
/// outside the scope. The reasons of one category are joined, since a document has one breakdown for it (EN 16931,
/// BR-E-01 and BR-O-01).
pub fn breakdown(charges: &[Charge]) -> Result<Vec<VatBreakdown>, VatError> {
    grouped(charges)?.into_iter().map(|(treatment, taxable)| taxed(treatment, taxable)).collect()
}

/// The same of charges that take back a further part of an invoice taxed as `whole`, of which `earlier` took back
/// others: a group's tax is what rounding all of them together adds. So parts taken back one by one come to the tax of
/// the whole, to the cent, and none is more than a cent off its own.
pub fn breakdown_of_part(
    charges: &[Charge],
    earlier: &[VatBreakdown],
    whole: &[VatBreakdown],
) -> Result<Vec<VatBreakdown>, VatError> {
    let part = |(treatment, taxable): (VatTreatment, Money)| {
        let before = sum_of(earlier, &treatment);
        let all = sum_of(whole, &treatment);
        let together = match before.taxable + taxable {
            sum if sum == all.taxable => all.tax,
            sum => tax(&treatment, sum)?,
        };
        Ok(VatBreakdown { taxable, tax: together - before.tax, treatment })
    };
    grouped(charges)?.into_iter().map(part).collect()
}

fn sum_of(groups: &[VatBreakdown], treatment: &VatTreatment) -> VatBreakdown {
    let own = || groups.iter().filter(|group| same_group(&group.treatment, treatment));
    VatBreakdown {
        treatment: treatment.clone(),
        taxable: own().map(|group| group.taxable).sum(),
        tax: own().map(|group| group.tax).sum(),
    }
}

/// The taxable amount of each category and rate, in the order of a document.
fn grouped(charges: &[Charge]) -> Result<Vec<(VatTreatment, Money)>, VatError> {
    refuse_mix(charges)?;
    let mut groups: Vec<(VatTreatment, Money)> = Vec::new();
    for charge in charges {
        match groups.iter_mut().find(|(treatment, _)| same_group(treatment, &charge.vat)) {
            Some((treatment, taxable)) => {
                *taxable += charge.net;
                add_reason(treatment, &charge.vat);
            }
            None => groups.push((charge.vat.clone(), charge.net)),
        }
    }
    groups.sort_by_key(|(treatment, _)| rank(treatment));
    Ok(groups)
}

fn taxed(treatment: VatTreatment, taxable: Money) -> Result<VatBreakdown, VatError> {
    Ok(VatBreakdown { tax: tax(&treatment, taxable)?, treatment, taxable })
}

/// Net, tax and gross of a document.
pub fn totals(vat: &[VatBreakdown]) -> Totals {
    let net: Money = vat.iter().map(|group| group.taxable).sum();
    let tax: Money = vat.iter().map(|group| group.tax).sum();
    Totals { net, tax, gross: net + tax }
}

fn refuse_mix(charges: &[Charge]) -> Result<(), VatError> {
    let is_outside = |charge: &&Charge| charge.vat.is_out_of_scope();
    let outside = charges.iter().find(is_outside);
    let other = charges.iter().find(|charge| !is_outside(charge));
    match (outside, other) {
        (Some(outside), Some(other)) => {
            let line = |charge: &Charge| format!("line {}", charge.provenance.line);
            Err(VatError::Mixed { outside: line(outside), other: line(other) })
        }
        _ => Ok(()),
    }
}

fn tax(treatment: &VatTreatment, taxable: Money) -> Result<Money, VatError> {
    match treatment {
        VatTreatment::Standard { rate_percent } => {
            let hundredfold = taxable.to_decimal().checked_mul(*rate_percent);
            let hundredfold = hundredfold.ok_or_else(|| AmountError::TooLarge(taxable.to_decimal()))?;
            Ok(Money::rounded(hundredfold / Decimal::ONE_HUNDRED)?)
        }
        VatTreatment::Exempt { .. } | VatTreatment::OutOfScope { .. } => Ok(Money::ZERO),
    }
}

fn same_group(a: &VatTreatment, b: &VatTreatment) -> bool {
    match (a, b) {
        (VatTreatment::Standard { rate_percent: a }, VatTreatment::Standard { rate_percent: b }) => a == b,
        (VatTreatment::Exempt { .. }, VatTreatment::Exempt { .. })
        | (VatTreatment::OutOfScope { .. }, VatTreatment::OutOfScope { .. }) => true,
        _ => false,
    }
}

fn add_reason(group: &mut VatTreatment, other: &VatTreatment) {
    let (VatTreatment::Exempt { reason: own } | VatTreatment::OutOfScope { reason: own }) = group else { return };
    let (VatTreatment::Exempt { reason } | VatTreatment::OutOfScope { reason }) = other else { return };
    *own = own.joined(reason);
}

fn rank(treatment: &VatTreatment) -> (u8, std::cmp::Reverse<Decimal>) {
    match treatment {
        VatTreatment::Standard { rate_percent } => (0, std::cmp::Reverse(*rate_percent)),
        VatTreatment::Exempt { .. } => (1, std::cmp::Reverse(Decimal::ZERO)),
        VatTreatment::OutOfScope { .. } => (2, std::cmp::Reverse(Decimal::ZERO)),
    }
}
