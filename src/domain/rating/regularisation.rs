//! The difference between what is now known about a billed month and what was billed.
//!
//! An issued invoice never changes: a late or corrected reading becomes a line of the next invoice, which names the
//! month and the invoice it corrects (handbook, Metering).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Charge, ChargeKind, Provenance};
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::ContractLine;
use crate::domain::ids::LineCode;
use crate::domain::money::{AmountError, Money, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::tariff::symbol;

/// What was billed for a line of a month, earlier regularisations of that month included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BilledLine {
    pub line: LineCode,
    /// The first day it is about: a line may end and another begin under its code.
    pub from: NaiveDate,
    /// Sum of the charges' quantities in the line's unit.
    pub quantity: Quantity,
    pub net: Money,
    /// The numbers of the documents it is the sum of.
    pub documents: Vec<String>,
}

impl BilledLine {
    /// What `document` billed of a line. Amounts (complements, earlier differences) count no units of the line.
    pub fn of(
        (line, from): (&LineCode, NaiveDate),
        (quantity, unit): (Quantity, Unit),
        net: Money,
        document: &str,
    ) -> BilledLine {
        let quantity = if unit == Unit::One { Quantity::ZERO } else { quantity };
        BilledLine { line: line.clone(), from, quantity, net, documents: vec![document.to_owned()] }
    }

    /// The same, taken back by a credit note.
    pub fn credited(self) -> BilledLine {
        BilledLine { quantity: -self.quantity, net: -self.net, ..self }
    }

    /// One sum per line and first day, in the order they first appear.
    pub fn sums(parts: impl IntoIterator<Item = BilledLine>) -> Vec<BilledLine> {
        let mut lines: Vec<BilledLine> = Vec::new();
        for part in parts {
            match lines.iter_mut().find(|line| (&line.line, line.from) == (&part.line, part.from)) {
                Some(line) => line.add(&part),
                None => lines.push(part),
            }
        }
        lines
    }

    /// What of `billed` is about `line`: of its code, and begun while it was in force.
    pub fn about(billed: &[BilledLine], line: &ContractLine) -> Option<BilledLine> {
        let is_own = |part: &&BilledLine| part.line == line.code && line.in_force.contains(part.from);
        billed.iter().filter(is_own).cloned().reduce(|mut sum, part| {
            sum.add(&part);
            sum
        })
    }

    fn add(&mut self, part: &BilledLine) {
        self.net += part.net;
        self.quantity = plus(self.quantity, part.quantity);
        let unnamed: Vec<String> = part.documents.iter().filter(|one| !self.documents.contains(one)).cloned().collect();
        self.documents.extend(unnamed);
    }
}

/// What turns `billed` (nothing, if the line was not billed) into `now`, the month's charges as they would be rated
/// today: one charge, or none where both agree.
///
/// Where a single price explains it, the charge is the difference of the quantities at that price; otherwise it is an
/// amount, once or minus once.
pub fn regularisation(
    now: &[Charge],
    billed: Option<&BilledLine>,
    month: BillingMonth,
    invoice: &str,
) -> Result<Option<Charge>, AmountError> {
    let (Some(first), Some(last)) = (now.first(), now.last()) else { return Ok(None) };
    let net_now: Money = now.iter().map(|charge| charge.net).sum();
    let net_billed = billed.map_or(Money::ZERO, |billed| billed.net);
    let difference = net_now - net_billed;
    if difference.is_zero() {
        return Ok(None);
    }
    let by_quantity = match now {
        [only] => by_quantity(only, billed, difference),
        _ => None,
    };
    let (quantity, unit, unit_price, priced) = match by_quantity {
        Some(found) => found,
        None => {
            let once = if difference.is_negative() { -Quantity::ONE } else { Quantity::ONE };
            (once, Unit::One, UnitPrice::exactly(difference.abs().to_decimal())?, String::new())
        }
    };
    let rated: String = now.iter().map(|charge| format!("{}; ", charge.provenance.formula)).collect();
    let documents = billed.map_or_else(|| invoice.to_owned(), |billed| billed.documents.join(", "));
    let formula = format!("{rated}{net_now} − {net_billed} ({documents}) = {difference}{priced}");
    Ok(Some(Charge {
        kind: ChargeKind::Regularisation { month, invoice: invoice.to_owned() },
        period: DatePeriod { from: first.period.from, to: last.period.to },
        quantity,
        unit,
        unit_price,
        net: difference,
        provenance: Provenance { formula, ..first.provenance.clone() },
        ..first.clone()
    }))
}

type Priced = (Quantity, Unit, UnitPrice, String);

/// The difference of the quantities at the price of `now`, if that is `difference` to the cent.
fn by_quantity(now: &Charge, billed: Option<&BilledLine>, difference: Money) -> Option<Priced> {
    let before = billed.map_or(Quantity::ZERO, |billed| billed.quantity);
    let quantity = plus(now.quantity, -before);
    let explains = now.unit_price.times(quantity) == Ok(difference);
    let priced = format!("; ({} − {before}) {} × {} = {difference}", now.quantity, symbol(now.unit), now.unit_price);
    explains.then_some((quantity, now.unit, now.unit_price, priced))
}

fn plus(a: Quantity, b: Quantity) -> Quantity {
    Quantity::from_ten_thousandths(a.ten_thousandths().saturating_add(b.ten_thousandths()))
}
