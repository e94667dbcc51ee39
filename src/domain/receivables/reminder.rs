//! What a tenant is reminded of, and when nobody is.

use chrono::NaiveDate;

use super::{Claim, InvoiceAccount, LateInterest, Settlement};
use crate::domain::ledger::ReferenceRate;
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};

/// How an invoice stands on the day its tenant is reminded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    pub due_date: NaiveDate,
    pub days_late: i64,
    pub open: Money,
    /// The part of `open` that is interest and indemnity claimed.
    pub claimed: Money,
    /// What late payment costs if everything is paid that day, as far as it is not claimed; none where no reference rate is known, or only claimed
    /// interest is open.
    pub accrued: Option<LateInterest>,
    /// How what was claimed is made up, whether it is paid or not; empty where that cannot be told.
    pub claims: Vec<Claim>,
}

/// Why nobody is reminded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReminderError {
    #[error("nothing is open on {0}, so there is nothing to remind of")]
    Settled(String),
    #[error("{invoice} is due on {due}: a reminder can be sent from the day after")]
    NotLate { invoice: String, due: NaiveDate },
    #[error("{0} bills a service of the seller's own legal person, which is not dunned")]
    Internal(String),
}

impl Tell for ReminderError {
    fn told(&self) -> Told {
        match self {
            ReminderError::Settled(invoice) => Told::new("reminder-settled", self).with("invoice", invoice.as_str()),
            ReminderError::NotLate { invoice, due } => {
                Told::new("reminder-not-late", self).with("invoice", invoice.as_str()).with("due", *due)
            }
            ReminderError::Internal(invoice) => Told::new("reminder-internal", self).with("invoice", invoice.as_str()),
        }
    }
}

impl InvoiceAccount<'_> {
    /// What a reminder of it says on `today`; `posted` are the claims posted, document and amount.
    pub fn reminder(
        &self,
        today: NaiveDate,
        rates: &[ReferenceRate],
        posted: &[(String, Money)],
    ) -> Result<Reminder, ReminderError> {
        let (balance, invoice) = (self.balance(&[]), || self.invoice.number.to_string());
        if self.invoice.is_internal() {
            return Err(ReminderError::Internal(invoice()));
        }
        if balance.settlement != Settlement::Open {
            return Err(ReminderError::Settled(invoice()));
        }
        let days_late = (today - balance.due_date).num_days();
        if days_late <= 0 {
            return Err(ReminderError::NotLate { invoice: invoice(), due: balance.due_date });
        }
        let claimed: Vec<String> = posted.iter().map(|(document, _)| document.clone()).collect();
        Ok(Reminder {
            due_date: balance.due_date,
            days_late,
            open: balance.open,
            claimed: self.interest_open(),
            accrued: self.accruing(today, rates, &claimed).ok().flatten(),
            claims: self.posted_claims(posted, rates).into_iter().filter_map(|claim| claim.how).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invoice::IssuedInvoice;
    use crate::domain::invoice::example::issued;
    use crate::domain::receivables::Payment;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn on(
        rates: &[ReferenceRate],
        invoice: &IssuedInvoice,
        payments: Vec<Payment>,
        today: &str,
    ) -> Result<Reminder, ReminderError> {
        let account = InvoiceAccount { payments, ..InvoiceAccount::of(invoice) };
        account.reminder(day(today), rates, &[])
    }

    #[test]
    fn only_what_is_late_and_anothers_is_reminded_of() {
        let rates = [ReferenceRate { from: day("2025-06-11"), percent: "2.15".parse().unwrap() }];
        let mut invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let paid = |amount: &str| Payment {
            number: "REG-2026-000001".to_owned(),
            received_on: day("2026-03-01"),
            amount: amount.parse().unwrap(),
            reference: None,
            transferred_from: None,
            settled_on: None,
        };
        let due = ReminderError::NotLate { invoice: "DC2026000123".to_owned(), due: day("2026-03-06") };
        assert_eq!(on(&rates, &invoice, vec![], "2026-03-06"), Err(due));
        let late = on(&rates, &invoice, vec![paid("20000.00")], "2026-03-07").unwrap();
        assert_eq!((late.days_late, late.open.to_string(), late.claimed), (1, "100000.00".to_owned(), Money::ZERO));
        assert_eq!(late.accrued.unwrap().days, 1);
        let settled = on(&rates, &invoice, vec![paid("120000.00")], "2026-04-01");
        assert_eq!(settled, Err(ReminderError::Settled("DC2026000123".to_owned())));
        invoice.buyer.siren = invoice.seller.siren.clone();
        assert!(matches!(on(&rates, &invoice, vec![], "2026-04-01"), Err(ReminderError::Internal(_))));
    }
}
