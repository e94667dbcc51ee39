//! Whether a contract's terms have anything to bill in a month, before any reading is looked at.

use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::{Contract, ContractLine, LineQuantity};
use crate::domain::rating::month_part;
use crate::domain::tariff::PriceShape;

/// Whether some line of `contract` may be charged in `month`. False where a plan could not but be empty: such a month waits
/// for no invoice.
pub fn may_bill(book: &Book, contract: &Contract, month: BillingMonth) -> bool {
    contract.lines.iter().any(|line| may_charge(book, contract, line, month))
}

fn may_charge(book: &Book, contract: &Contract, line: &ContractLine, month: BillingMonth) -> bool {
    let life = contract.in_force.intersection(line.in_force);
    let Some((life, days)) = life.and_then(|life| Some((life, life.intersection(month.days())?))) else { return false };
    let tariff = book.tariffs.iter().find(|tariff| tariff.code == line.tariff);
    let version = tariff.and_then(|tariff| tariff.version_on(days.from));
    let is_once = version.is_some_and(|version| matches!(version.price, PriceShape::OneOff { .. }));
    let is_measured = match &line.quantity {
        LineQuantity::Metered { meters, .. } => meters.iter().any(|one| one.period.overlaps(days)),
        LineQuantity::Fixed(_) => true,
    };
    // What is due once is due where the line begins; a 31st alone is no part of a month counted in 30ths.
    is_measured && (!is_once || life.from == days.from) && month_part(month, days, contract.proration).units() > 0
}
