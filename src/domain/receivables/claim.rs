//! What one late payment costs, part by part: the same figures before it is claimed and after.

use chrono::NaiveDate;
use serde::Serialize;

use super::{InvoiceAccount, LateInterest, LateInterestError, interest_document};
use crate::domain::ledger::ReferenceRate;
use crate::domain::money::Money;

/// A claim for one late payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// `INT-REG-2026-000001`, once it is posted.
    pub document: String,
    pub payment: String,
    pub received_on: NaiveDate,
    /// The part of the payment that paid the invoice itself, late.
    pub amount: Money,
    #[serde(flatten)]
    pub interest: LateInterest,
}

/// A claim that is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedClaim {
    pub document: String,
    /// As it was posted.
    pub amount: Money,
    /// How it is made up; none where today's rates and credit notes no longer give the amount that was posted.
    pub how: Option<Claim>,
}

/// When claimed interest is to be paid, where it is all of what is `open` on an invoice: it is due on a day of its own,
/// later than the invoice's.
pub fn interest_only_due(open: Money, due_date: NaiveDate, payable_on: NaiveDate) -> Option<NaiveDate> {
    (open > Money::ZERO && payable_on != due_date).then_some(payable_on)
}

impl InvoiceAccount<'_> {
    /// How many days late money received on `day` pays the invoice itself. Zero where it pays claimed interest alone, which
    /// bears none, and where nobody owes interest.
    pub fn days_late(&self, day: NaiveDate) -> i64 {
        match self.bears_interest() && self.principal_open() > Money::ZERO {
            true => (day - self.invoice.due_date).num_days().max(0),
            false => 0,
        }
    }

    /// A claim for each payment that came late, oldest first, posted or not.
    pub fn claims(&self, rates: &[ReferenceRate]) -> Result<Vec<Claim>, LateInterestError> {
        let late = self.late_payments(rates)?;
        Ok(late
            .into_iter()
            .map(|(payment, amount, interest)| Claim {
                document: interest_document(payment),
                payment: payment.number.clone(),
                received_on: payment.received_on,
                amount,
                interest,
            })
            .collect())
    }

    /// The claims `posted`, document and amount, with what each is made of.
    pub fn posted_claims(&self, posted: &[(String, Money)], rates: &[ReferenceRate]) -> Vec<PostedClaim> {
        let known = self.claims(rates).unwrap_or_default();
        let claim = |(document, amount): &(String, Money)| PostedClaim {
            document: document.clone(),
            amount: *amount,
            how: known.iter().find(|one| one.document == *document && one.interest.total == *amount).cloned(),
        };
        posted.iter().map(claim).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invoice::example::issued;
    use crate::domain::receivables::Payment;

    #[test]
    fn only_what_pays_the_invoice_itself_is_late() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let account = InvoiceAccount::of(&invoice);
        assert_eq!((account.days_late(day("2026-03-06")), account.days_late(day("2026-03-31"))), (0, 25));
        let payment = Payment {
            number: "REG-2026-000001".to_owned(),
            received_on: day("2026-03-31"),
            amount: "120000.00".parse().unwrap(),
            reference: None,
            transferred_from: None,
            settled_on: None,
        };
        let interest = "874.25".parse().unwrap();
        let paid = InvoiceAccount { payments: vec![payment], interest, ..account };
        assert_eq!((paid.open(), paid.days_late(day("2026-12-31"))), (interest, 0), "interest bears none");
    }

    #[test]
    fn a_posted_claim_is_shown_as_it_was_posted_or_not_at_all() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let rates = [ReferenceRate { from: day("2025-06-11"), percent: "2.15".parse().unwrap() }];
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let payment = Payment {
            number: "REG-2026-000001".to_owned(),
            received_on: day("2026-03-31"),
            amount: "120000.00".parse().unwrap(),
            reference: None,
            transferred_from: None,
            settled_on: None,
        };
        // The handbook's hospital: 25 days at 10.15 %.
        let total: Money = "874.25".parse().unwrap();
        let account = InvoiceAccount { payments: vec![payment], interest: total, ..InvoiceAccount::of(&invoice) };
        let posted = |amount| account.posted_claims(&[("INT-REG-2026-000001".to_owned(), amount)], &rates);
        let shown = posted(total);
        let how = shown[0].how.as_ref().unwrap();
        assert_eq!((how.amount, how.interest.days), (invoice.totals.gross, 25));
        assert_eq!((how.interest.interest.to_string(), how.received_on), ("834.25".to_owned(), day("2026-03-31")));
        let other = posted("874.24".parse().unwrap());
        assert_eq!((other[0].amount.to_string(), &other[0].how), ("874.24".to_owned(), &None));
        assert_eq!(account.posted_claims(&[("INT-REG-2026-000001".to_owned(), total)], &[])[0].how, None);
    }
}
