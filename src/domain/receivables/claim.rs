//! What one late payment costs, part by part: the same figures before it is claimed and after.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Buyer, InvoiceAccount, LateInterest, LateInterestError, Payment, interest_document, late_interest};
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

    /// What is due for each payment that came late, oldest first, `claimed` being the documents of the claims posted. The
    /// indemnity is due once for an invoice: with the first of what is claimed already, and while nothing is with the first
    /// of all, so that a payment recorded later with an earlier day bears none. A part so small that its interest comes to
    /// less than half a cent costs nothing.
    pub fn late_payments(
        &self,
        rates: &[ReferenceRate],
        claimed: &[String],
    ) -> Result<Vec<(&Payment, Money, LateInterest)>, LateInterestError> {
        let mut late = Vec::new();
        if !self.bears_interest() {
            return Ok(late);
        }
        let mut is_indemnity_due = true;
        let is_any_claimed = self.claimed_through(claimed).is_some();
        for (payment, part) in self.principal_parts().into_iter().filter(|(_, part)| !part.is_zero()) {
            let due = self.invoice.due_date;
            let Some(mut claim) = late_interest(part, due, payment.received_on, Buyer::Public, rates)? else {
                continue;
            };
            if is_indemnity_due && (!is_any_claimed || claimed.contains(&interest_document(payment))) {
                is_indemnity_due = false;
            } else {
                claim.indemnity = Money::ZERO;
                claim.total = claim.interest;
            }
            if !claim.total.is_zero() {
                late.push((payment, part, claim));
            }
        }
        Ok(late)
    }

    /// The last day up to which interest is claimed, `claimed` being the documents of the claims posted.
    pub fn claimed_through(&self, claimed: &[String]) -> Option<NaiveDate> {
        let own = self.payments.iter().filter(|payment| claimed.contains(&interest_document(payment)));
        own.map(|payment| payment.received_on).max()
    }

    /// A claim for each payment that came late, oldest first, posted or not.
    pub fn claims(&self, rates: &[ReferenceRate], claimed: &[String]) -> Result<Vec<Claim>, LateInterestError> {
        let late = self.late_payments(rates, claimed)?;
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
        let claimed: Vec<String> = posted.iter().map(|(document, _)| document.clone()).collect();
        let known = self.claims(rates, &claimed).unwrap_or_default();
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
    fn an_invoice_bears_one_indemnity_whatever_is_recorded_before_what_is_claimed() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let euros = |text: &str| text.parse::<Money>().unwrap();
        let rates = [ReferenceRate { from: day("2025-06-11"), percent: "2.15".parse().unwrap() }];
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let payment = |number: &str, on: &str, amount: &str| Payment {
            number: number.to_owned(),
            received_on: day(on),
            amount: euros(amount),
            reference: None,
            transferred_from: None,
            settled_on: None,
        };
        let earlier = payment("REG-2026-000002", "2026-03-10", "20000.00");
        let claimed_payment = payment("REG-2026-000001", "2026-03-31", "60000.00");
        let claimed = [interest_document(&claimed_payment)];
        let account = InvoiceAccount { payments: vec![earlier, claimed_payment], ..InvoiceAccount::of(&invoice) };
        let indemnities = |claimed: &[String]| -> Vec<Money> {
            account.claims(&rates, claimed).unwrap().into_iter().map(|claim| claim.interest.indemnity).collect()
        };
        assert_eq!(indemnities(&[]), [euros("40.00"), Money::ZERO]);
        assert_eq!(indemnities(&claimed), [Money::ZERO, euros("40.00")], "it stands with what is claimed");
        let accruing = account.accruing(day("2026-04-10"), &rates, &claimed).unwrap().unwrap();
        assert_eq!((accruing.indemnity, account.claimed_through(&claimed)), (Money::ZERO, Some(day("2026-03-31"))));
        let shown = account.posted_claims(&[(claimed[0].clone(), euros("457.12"))], &rates);
        assert!(shown[0].how.is_some(), "the claim keeps its arithmetic");
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
