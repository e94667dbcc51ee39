//! Agreed quantities that no price is applied to.
//!
//! A rule apart from those every book keeps: books that break it were stored before it was one, bill as they always
//! did, and go on doing so. Whoever brings a new one in is told.

use rust_decimal::Decimal;

use super::Book;
use super::problem::{BookFault, BookPath, BookProblem, Labels};
use crate::domain::calendar::DatePeriod;
use crate::domain::contract::{ContractLine, LineQuantity};
use crate::domain::tariff::Tariff;

/// Every line with a quantity other than one whose tariff asks the same amount for any, as long as the line is in force;
/// in the book's order.
fn unpriced_quantities(book: &Book) -> Vec<BookProblem> {
    let mut found = Vec::new();
    let mut contracts = Labels::default();
    for contract in &book.contracts {
        let path = BookPath::root().item("contract", contracts.next(contract.code.as_str()));
        let mut lines = Labels::default();
        for line in &contract.lines {
            let path = path.item("line", lines.next(line.code.as_str()));
            let tariff = book.tariffs.iter().find(|tariff| tariff.code == line.tariff);
            let fault = tariff.and_then(|tariff| unpriced(line, tariff));
            found.extend(fault.map(|fault| BookProblem { path: path.key("quantity"), fault }));
        }
    }
    found
}

/// Those of `after` that `before` did not have already.
pub fn new_unpriced_quantities(before: Option<&Book>, after: &Book) -> Vec<BookProblem> {
    let known = before.map(unpriced_quantities).unwrap_or_default();
    let mut found = unpriced_quantities(after);
    found.retain(|problem| !known.contains(problem));
    found
}

fn unpriced(line: &ContractLine, tariff: &Tariff) -> Option<BookFault> {
    let LineQuantity::Fixed(quantity) = line.quantity else { return None };
    if quantity == Decimal::ONE {
        return None;
    }
    let ends = tariff.versions.iter().skip(1).map(|next| Some(next.from)).chain([None]);
    let mut versions = tariff
        .versions
        .iter()
        .zip(ends)
        .filter(|(version, to)| DatePeriod { from: version.from, to: *to }.overlaps(line.in_force))
        .peekable();
    // Another rule tells that there is no price.
    versions.peek()?;
    let is_priced = versions.any(|(version, _)| version.price.uses_quantity());
    (!is_priced).then(|| BookFault::QuantityUnpriced { quantity, tariff: tariff.code.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing_run::example::book;
    use crate::domain::rating::example;
    use crate::domain::tariff::{PriceShape, TariffVersion};

    fn told(quantity: &str, versions: &[(&str, PriceShape)]) -> Vec<String> {
        let mut book = book(vec![example::contract(vec![example::agreed_line("supervision", quantity)])]);
        let line = &book.contracts[0].lines[0];
        let tariff = book.tariffs.iter_mut().find(|tariff| tariff.code == line.tariff).unwrap();
        let version =
            |(from, price): &(&str, PriceShape)| TariffVersion { from: from.parse().unwrap(), price: price.clone() };
        tariff.versions = versions.iter().map(version).collect();
        unpriced_quantities(&book).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_quantity_that_changes_no_amount_is_found() {
        let amount = "450.00".parse().unwrap();
        let (flat, once) = (PriceShape::Flat { amount }, PriceShape::OneOff { amount });
        let each = PriceShape::PerUnit { unit_price: "450".parse().unwrap() };
        let least = PriceShape::Minimum { amount, of: Box::new(flat.clone()) };
        let found = told("4", &[("2020-01-01", flat.clone())]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("contract[C1].line[supervision].quantity: 4 is priced by nothing"), "{found:?}");
        assert_eq!(told("4", &[("2020-01-01", once)]).len(), 1);
        assert_eq!(told("0.5", &[("2020-01-01", least)]).len(), 1);
        assert_eq!(told("1", &[("2020-01-01", flat.clone())]), [""; 0]);
        assert_eq!(told("4", &[("2020-01-01", each.clone())]), [""; 0]);
        // What priced it once did not ignore it.
        assert_eq!(told("4", &[("2020-01-01", each.clone()), ("2030-01-01", flat.clone())]), [""; 0]);
        // A version that ended before the line began prices nothing of it.
        assert_eq!(told("4", &[("1990-01-01", each), ("2000-01-01", flat)]).len(), 1);
    }
}
