//! The lines of an invoice or a draft, as commands tell them.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::rating::Charge;

/// One line with its calculation.
#[derive(Debug, Serialize)]
pub struct Line {
    /// From 1.
    line: usize,
    designation: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    quantity: String,
    unit: &'static str,
    unit_price: String,
    net: Money,
    contract_line: String,
    tariff: String,
    formula: String,
    estimated: bool,
}

/// The lines in their order, in the language of the document.
pub fn lines(charges: &[Charge], language: Language) -> Vec<Line> {
    let line = |(line, charge): (usize, &Charge)| Line {
        line,
        designation: charge.designation.in_language(language).to_owned(),
        from: charge.period.from,
        to: charge.period.to,
        quantity: charge.quantity.to_string(),
        unit: charge.unit.name(),
        unit_price: charge.unit_price.to_string(),
        net: charge.net,
        contract_line: charge.provenance.line.to_string(),
        tariff: charge.provenance.tariff.to_string(),
        formula: charge.provenance.formula.clone(),
        estimated: charge.provenance.usage.as_ref().is_some_and(|usage| usage.estimated),
    };
    (1..).zip(charges).map(line).collect()
}

impl Line {
    pub fn describe(&self) -> String {
        let estimated = if self.estimated { "  (estimated in part)" } else { "" };
        format!(
            "{:>3}  {:<48} {:>14} {} × {}{estimated}\n     {}",
            self.line,
            self.designation,
            self.net.to_string(),
            self.quantity,
            self.unit_price,
            self.formula
        )
    }
}
