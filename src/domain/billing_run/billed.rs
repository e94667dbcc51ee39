//! What was billed for a month of a contract: the lines of every document issued about it, and what they come to.

use chrono::NaiveDate;

use crate::domain::calendar::BillingMonth;
use crate::domain::ids::LineCode;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::BilledLine;

/// A line of an issued document about one month of a contract. Amounts of a credit note are positive: `kind` says that
/// they count against the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedLine {
    pub number: InvoiceNumber,
    pub kind: InvoiceKind,
    /// The month of the document; later than the one the line is about where this is a regularisation.
    pub billed_in: BillingMonth,
    pub line: LineCode,
    /// The first day it is about.
    pub from: NaiveDate,
    pub quantity: Quantity,
    pub unit: Unit,
    pub net: Money,
}

impl IssuedLine {
    /// What it adds to what was billed; a credit note takes back.
    fn billed(&self) -> BilledLine {
        let line = BilledLine::of((&self.line, self.from), (self.quantity, self.unit), self.net, self.number.as_str());
        match self.kind {
            InvoiceKind::CreditNote => line.credited(),
            InvoiceKind::Invoice | InvoiceKind::Corrected => line,
        }
    }
}

/// What `issued`, every line about a month, billed for it by line: the month's own charges and the regularisations on
/// later invoices, less what credit notes took back.
pub fn billed_for(issued: &[IssuedLine]) -> Vec<BilledLine> {
    BilledLine::sums(issued.iter().map(IssuedLine::billed))
}

/// What credit notes took back of `month`, less the invoices they cancelled: each of the month but the one `in_force`.
pub fn credited_for(issued: &[IssuedLine], month: BillingMonth, in_force: &InvoiceNumber) -> Vec<BilledLine> {
    let of_month = issued.iter().filter(|one| one.billed_in == month && one.number != *in_force);
    BilledLine::sums(of_month.map(|one| one.billed().credited()))
}
