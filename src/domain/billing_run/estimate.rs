//! What a running month may cost a tenant: no plan, no draft, never stored.
//!
//! Two sums of the same rating: the days that are over, and the whole month with every meter carried on as it went so
//! far ([`projected`](crate::domain::metering::projected)). Projecting the readings instead of the amount lets tiers,
//! commitments, minimums and caps take their part.

use chrono::NaiveDate;

use super::{Draft, LineTerms, Meters, MonthEvidence, Samples, rate_line};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::{Contract, LineQuantity};
use crate::domain::ids::LineCode;
use crate::domain::invoice::Totals;
use crate::domain::money::Money;
use crate::domain::rating::Charge;
use crate::domain::told::{Tell, Told};

/// What a contract's month comes to so far, and may come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    pub lines: Vec<EstimatedLine>,
    /// The sum of what the days before `known_until` cost.
    pub known_net: Money,
    /// The first day not counted as known.
    pub known_until: NaiveDate,
    /// Of the whole month; none where its lines cannot stand on one document.
    pub projected: Option<Totals>,
    /// Lines that cannot be estimated, and why: they are missing from the sums.
    pub problems: Vec<(LineCode, Vec<Told>)>,
}

/// A line of the contract in a running month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimatedLine {
    pub line: LineCode,
    pub is_metered: bool,
    pub known_net: Money,
    /// The whole month, with its arithmetic.
    pub projected: Vec<Charge>,
    pub projected_net: Money,
}

/// The estimate of `contract` for `month`. `samples` reach the end of the month: readings, then what they were carried
/// on with.
pub fn estimate(
    book: &Book,
    contract: &Contract,
    month: BillingMonth,
    samples: &Samples,
    known_until: NaiveDate,
) -> Estimate {
    let meters: Meters<'_> = book.meters.iter().map(|meter| (&meter.code, meter)).collect();
    let evidence = MonthEvidence::new(month, &book.facility, &meters, samples);
    let known = until(contract, known_until);
    let (mut lines, mut problems, mut charges) = (Vec::new(), Vec::new(), Vec::new());
    for (position, line) in contract.lines.iter().enumerate() {
        let Some(tariff) = book.tariffs.iter().find(|tariff| tariff.code == line.tariff) else { continue };
        let index = contract.indexation.as_ref();
        let index = index.and_then(|clause| book.price_indices.iter().find(|index| index.code == clause.index));
        let rate = |contract: &Contract| {
            let line = contract.lines.get(position).unwrap_or(line);
            rate_line(LineTerms { contract, line, tariff, index }, &evidence)
        };
        let so_far = known.as_ref().map_or(Ok(Vec::new()), rate);
        match (rate(contract), so_far) {
            (Ok(projected), Ok(_)) if projected.is_empty() => {}
            (Ok(projected), Ok(so_far)) => {
                charges.extend(projected.iter().cloned());
                lines.push(EstimatedLine {
                    line: line.code.clone(),
                    is_metered: matches!(line.quantity, LineQuantity::Metered { .. }),
                    known_net: net(&so_far),
                    projected_net: net(&projected),
                    projected,
                });
            }
            (Err(found), _) | (_, Err(found)) => {
                problems.push((line.code.clone(), found.iter().map(Tell::told).collect()));
            }
        }
    }
    Estimate {
        known_net: lines.iter().map(|line| line.known_net).sum(),
        projected: Draft::assemble(contract, month, charges).ok().map(|draft| draft.totals),
        lines,
        known_until,
        problems,
    }
}

/// The contract as if it ended with the day before `end`; none where it would never have begun.
fn until(contract: &Contract, end: NaiveDate) -> Option<Contract> {
    let to = contract.in_force.to.map_or(end, |to| to.min(end));
    let in_force = DatePeriod::new(contract.in_force.from, Some(to)).ok()?;
    Some(Contract { in_force, ..contract.clone() })
}

fn net(charges: &[Charge]) -> Money {
    charges.iter().map(|charge| charge.net).sum()
}
