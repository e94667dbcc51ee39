//! What is open on one invoice, and what it takes to change that.
//!
//! open = invoice + late interest − credit notes − payments + what was paid back. A payment is never more than what is
//! open: money that belongs to another invoice is recorded there, or the rest is kept on account of the tenant. It pays the
//! invoice first and interest afterwards, so that interest never bears interest. What a credit note leaves open below zero is owed to the tenant, and goes back
//! ([`PaidBack`]).

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Buyer, INTEREST_DUE_DAYS, LateInterest, LateInterestError, PaidBack, interest_document, late_interest};
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, IssuedInvoice};
use crate::domain::ledger::ReferenceRate;
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};

/// A payment as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// `REG-2026-000001`, or that of the transfer: `IMP-2026-000001`.
    pub number: String,
    /// The day it counts as paid.
    pub received_on: NaiveDate,
    /// Above zero; below it for a refund, where lists of moved money hold one.
    pub amount: Money,
    /// What the bank says of it.
    pub reference: Option<String>,
    /// The invoice on which it was owed to the tenant, where it was set against this one instead of being received.
    pub transferred_from: Option<InvoiceNumber>,
    /// The day it was taken from what the tenant had on account, where it was: its entry is of that day. The money had
    /// come before.
    pub settled_on: Option<NaiveDate>,
}

impl Payment {
    /// The day of its entry.
    pub fn entered_on(&self) -> NaiveDate {
        self.settled_on.unwrap_or(self.received_on)
    }
}

/// Everything that happened to an invoice since its issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceAccount<'a> {
    pub invoice: &'a IssuedInvoice,
    /// What its credit notes take back.
    pub credited: Money,
    /// The day of the latest credit note.
    pub credited_on: Option<NaiveDate>,
    /// Oldest first.
    pub payments: Vec<Payment>,
    /// Oldest first.
    pub paid_back: Vec<PaidBack>,
    /// Late interest and indemnities claimed so far.
    pub interest: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    #[error("{0} is a credit note: nothing is paid on it")]
    OfCreditNote(String),
    #[error("{0} is not above zero; write what was received, such as 1200.00")]
    NotPositive(Money),
    #[error(
        "{amount} is more than what is open on {invoice}: {gross} invoiced + {interest} interest − {credited} credited − {paid} paid = {open}; record {open} here and the rest, {excess}, on the invoice it pays, or keep the rest on account of the tenant"
    )]
    TooMuch {
        invoice: String,
        amount: Money,
        gross: Money,
        interest: Money,
        credited: Money,
        /// Less what went back.
        paid: Money,
        open: Money,
        excess: Money,
    },
    #[error("nothing is open on {0}: record what was received, such as a second payment, on the invoice it pays")]
    NothingOpen(String),
    #[error("{invoice} was issued on {issued}, so it cannot be paid on {received}; check the date")]
    BeforeIssue { invoice: String, issued: NaiveDate, received: NaiveDate },
    #[error("{received} has not come yet; record a payment on or after the day it is received")]
    InFuture { received: NaiveDate },
}

/// Whether anything remains between the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// Something is to be paid.
    Open,
    Paid,
    /// Taken back as a whole by credit notes; a credit note itself, on which nothing is ever paid.
    Credited,
    /// More was paid than is owed: the difference belongs to the tenant.
    Overpaid,
}

impl Settlement {
    pub const fn name(self) -> &'static str {
        match self {
            Settlement::Open => "open",
            Settlement::Paid => "paid",
            Settlement::Credited => "credited",
            Settlement::Overpaid => "overpaid",
        }
    }
}

/// An invoice's account in figures, as it is kept beside the frozen document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// When what is open is to be paid: later than the invoice says where only claimed interest is open.
    pub due_date: NaiveDate,
    pub credited: Money,
    pub paid: Money,
    /// Of what was paid: sent back to the tenant, or set against other invoices.
    pub paid_back: Money,
    pub interest: Money,
    /// Below zero is owed to the tenant.
    pub open: Money,
    pub settlement: Settlement,
    /// A payment came late and its interest is not claimed yet.
    pub is_claimable: bool,
}

impl Balance {
    /// That of a document just issued: nothing has happened to it.
    pub fn of_issued(document: &IssuedInvoice) -> Balance {
        InvoiceAccount::of(document).balance(&[])
    }
}

impl Tell for PaymentError {
    fn told(&self) -> Told {
        match self {
            PaymentError::OfCreditNote(invoice) => {
                Told::new("payment-of-credit-note", self).with("invoice", invoice.as_str())
            }
            PaymentError::NotPositive(_) => Told::new("payment-not-positive", self),
            PaymentError::NothingOpen(invoice) => {
                Told::new("payment-nothing-open", self).with("invoice", invoice.as_str())
            }
            PaymentError::TooMuch { invoice, amount, open, excess, .. } => Told::new("payment-too-much", self)
                .with("invoice", invoice.as_str())
                .with("amount", *amount)
                .with("open", *open)
                .with("excess", *excess),
            PaymentError::BeforeIssue { invoice, issued, received } => Told::new("payment-before-issue", self)
                .with("invoice", invoice.as_str())
                .with("issued", *issued)
                .with("received", *received),
            PaymentError::InFuture { received } => Told::new("payment-in-future", self).with("received", *received),
        }
    }
}

impl<'a> InvoiceAccount<'a> {
    /// That of an invoice to which nothing has happened.
    pub fn of(invoice: &'a IssuedInvoice) -> InvoiceAccount<'a> {
        InvoiceAccount {
            invoice,
            credited: Money::ZERO,
            credited_on: None,
            payments: vec![],
            paid_back: vec![],
            interest: Money::ZERO,
        }
    }
}

impl InvoiceAccount<'_> {
    /// The account in figures; `claimed` are the documents of the claims posted for late payments.
    pub fn balance(&self, claimed: &[String]) -> Balance {
        let open = if self.invoice.kind == InvoiceKind::CreditNote { Money::ZERO } else { self.open() };
        let unclaimed = |(payment, part): &(&Payment, Money)| {
            payment.received_on > self.invoice.due_date
                && !part.is_zero()
                && !claimed.contains(&interest_document(payment))
        };
        Balance {
            due_date: self.due_date(),
            credited: self.credited,
            paid: self.paid(),
            paid_back: self.paid_back(),
            interest: self.interest,
            open,
            settlement: self.settlement(open),
            is_claimable: self.bears_interest() && self.principal_parts().iter().any(unclaimed),
        }
    }

    /// The invoice's own due date while any of it is open; then that of the interest claimed on it.
    fn due_date(&self) -> NaiveDate {
        let parts = self.principal_parts();
        let settling = parts.iter().rfind(|(_, part)| !part.is_zero()).map(|(payment, _)| payment.received_on);
        match settling {
            Some(paid) if self.open() > Money::ZERO && self.principal_open() <= Money::ZERO => {
                paid.checked_add_days(Days::new(INTEREST_DUE_DAYS)).unwrap_or(NaiveDate::MAX)
            }
            _ => self.invoice.due_date,
        }
    }

    /// What remains to be paid of the invoice itself, interest left out.
    pub fn principal_open(&self) -> Money {
        let paid: Money = self.principal_parts().iter().map(|(_, part)| *part).sum();
        self.invoice.totals.gross - self.credited - paid
    }

    /// What remains to be paid of the interest and the indemnities claimed.
    pub fn interest_open(&self) -> Money {
        self.open() - self.principal_open()
    }

    /// Nobody owes interest to themselves: a service of the seller's own legal person is billed, not dunned.
    pub(super) fn bears_interest(&self) -> bool {
        self.invoice.kind != InvoiceKind::CreditNote && !self.invoice.is_internal()
    }

    fn settlement(&self, open: Money) -> Settlement {
        let is_taken_back = self.credited > Money::ZERO && self.credited >= self.invoice.totals.gross;
        match open.cents() {
            1.. => Settlement::Open,
            ..0 => Settlement::Overpaid,
            0 if is_taken_back || self.invoice.kind == InvoiceKind::CreditNote => Settlement::Credited,
            0 => Settlement::Paid,
        }
    }

    /// What late payment costs so far and is not claimed yet, `claimed` being the documents of the claims posted: the
    /// parts that came late, and what is still open on the invoice itself if it were paid on `day`. None before the day
    /// after the due date, and where nothing of the invoice itself is open. Interest claimed bears no interest. Days and
    /// rate are those of what is open.
    pub fn accruing(
        &self,
        day: NaiveDate,
        rates: &[ReferenceRate],
        claimed: &[String],
    ) -> Result<Option<LateInterest>, LateInterestError> {
        let owed = self.principal_open();
        if owed <= Money::ZERO || !self.bears_interest() {
            return Ok(None);
        }
        let late = self.late_payments(rates, claimed)?;
        let unclaimed = late.iter().filter(|(payment, ..)| !claimed.contains(&interest_document(payment)));
        let (mut interest, mut indemnity) = (Money::ZERO, Money::ZERO);
        for (_, _, claim) in unclaimed {
            interest += claim.interest;
            indemnity += claim.indemnity;
        }
        Ok(late_interest(owed, self.invoice.due_date, day, Buyer::Public, rates)?.map(|open| {
            // The indemnity is due once for an invoice, with the first of its late payments that is claimed.
            let is_first = late.is_empty() && self.claimed_through(claimed).is_none();
            let indemnity = if is_first { open.indemnity } else { indemnity };
            let interest = interest + open.interest;
            LateInterest { interest, indemnity, total: interest + indemnity, ..open }
        }))
    }

    pub fn paid(&self) -> Money {
        self.payments.iter().map(|payment| payment.amount).sum()
    }

    /// What went back of what was paid.
    pub fn paid_back(&self) -> Money {
        self.paid_back.iter().map(|back| back.amount).sum()
    }

    /// What remains to be paid; below zero, what is owed to the tenant.
    pub fn open(&self) -> Money {
        self.invoice.totals.gross + self.interest - self.credited - self.paid() + self.paid_back()
    }

    /// Whether `amount` received on a day may be recorded here.
    pub fn accepts(&self, amount: Money, received: NaiveDate, today: NaiveDate) -> Result<(), PaymentError> {
        let invoice = self.invoice.number.to_string();
        if self.invoice.kind == InvoiceKind::CreditNote {
            return Err(PaymentError::OfCreditNote(invoice));
        }
        if amount <= Money::ZERO {
            return Err(PaymentError::NotPositive(amount));
        }
        if received > today {
            return Err(PaymentError::InFuture { received });
        }
        let issued = self.invoice.issue_date;
        if received < issued {
            return Err(PaymentError::BeforeIssue { invoice, issued, received });
        }
        let open = self.open();
        if open <= Money::ZERO {
            return Err(PaymentError::NothingOpen(invoice));
        }
        if amount > open {
            return Err(PaymentError::TooMuch {
                invoice,
                amount,
                gross: self.invoice.totals.gross,
                interest: self.interest,
                credited: self.credited,
                paid: self.paid() - self.paid_back(),
                open,
                excess: amount - open,
            });
        }
        Ok(())
    }

    /// What each payment paid of the invoice itself, leaving out what paid interest. What was paid beyond both is no part
    /// of it, whether it went back or not: only that goes back, so that it never bears interest.
    pub(super) fn principal_parts(&self) -> Vec<(&Payment, Money)> {
        let mut owed = self.invoice.totals.gross - self.credited;
        let mut parts = Vec::with_capacity(self.payments.len());
        for payment in &self.payments {
            let part = payment.amount.min(owed.max(Money::ZERO));
            owed -= part;
            parts.push((payment, part));
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::super::{interest_entry, payment_number};
    use super::*;
    use crate::domain::invoice::example::issued;
    use crate::domain::ledger::Chart;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn euros(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn payment(number: i64, day_text: &str, amount: &str) -> Payment {
        Payment {
            number: payment_number(2026, number),
            received_on: day(day_text),
            amount: euros(amount),
            reference: None,
            transferred_from: None,
            settled_on: None,
        }
    }

    fn rates() -> [ReferenceRate; 1] {
        [ReferenceRate { from: day("2025-06-11"), percent: "2.15".parse().unwrap() }]
    }

    /// 120,000.00 due 2026-03-06.
    fn account(invoice: &IssuedInvoice, payments: Vec<Payment>) -> InvoiceAccount<'_> {
        InvoiceAccount { payments, ..InvoiceAccount::of(invoice) }
    }

    #[test]
    fn too_much_is_refused_with_its_arithmetic() {
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let account = account(&invoice, vec![payment(1, "2026-02-01", "20000.00")]);
        let today = day("2026-04-01");
        assert_eq!(account.accepts(euros("100000.00"), day("2026-03-31"), today), Ok(()));
        assert_eq!(
            account.accepts(euros("100000.01"), day("2026-03-31"), today).unwrap_err().to_string(),
            "100000.01 is more than what is open on DC2026000123: 120000.00 invoiced + 0.00 interest − 0.00 credited − 20000.00 paid = 100000.00; record 100000.00 here and the rest, 0.01, on the invoice it pays, or keep the rest on account of the tenant"
        );
        assert!(account.accepts(Money::ZERO, today, today).is_err());
        assert!(account.accepts(euros("1.00"), day("2026-01-14"), today).is_err());
        assert!(account.accepts(euros("1.00"), day("2026-04-02"), today).is_err());
    }

    #[test]
    fn an_account_tells_whether_it_is_settled() {
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let paid = |amount: &str, on: &str| account(&invoice, vec![payment(1, on, amount)]);
        let told = |account: &InvoiceAccount<'_>| {
            let balance = account.balance(&[]);
            (balance.settlement, balance.open.to_string(), balance.is_claimable)
        };
        assert_eq!(told(&account(&invoice, vec![])), (Settlement::Open, "120000.00".into(), false));
        assert_eq!(told(&paid("20000.00", "2026-03-01")), (Settlement::Open, "100000.00".into(), false));
        assert_eq!(told(&paid("120000.00", "2026-03-31")), (Settlement::Paid, "0.00".into(), true));
        let credited = |account: InvoiceAccount<'_>| told(&InvoiceAccount { credited: euros("120000.00"), ..account });
        assert_eq!(credited(account(&invoice, vec![])), (Settlement::Credited, "0.00".into(), false));
        assert_eq!(credited(paid("500.00", "2026-03-01")), (Settlement::Overpaid, "-500.00".into(), false));
        let late = paid("120000.00", "2026-03-31");
        assert!(!late.balance(&["INT-REG-2026-000001".into()]).is_claimable);
    }

    #[test]
    fn what_is_open_accrues_interest_and_the_indemnity_once() {
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let so_far = |payments, on| account(&invoice, payments).accruing(day(on), &rates(), &[]).unwrap();
        assert_eq!(so_far(vec![], "2026-03-06"), None);
        let claim = so_far(vec![], "2026-03-31").unwrap();
        assert_eq!((claim.days, claim.interest, claim.total), (25, euros("834.25"), euros("874.25")));
        let half_late = vec![payment(1, "2026-03-10", "60000.00")];
        // The half paid four days late, the other half, and the indemnity once.
        let claim = so_far(half_late.clone(), "2026-03-31").unwrap();
        assert_eq!((claim.interest, claim.indemnity), (euros("66.74") + euros("417.12"), euros("40.00")));
        let first = [interest_document(&half_late[0])];
        let rest = account(&invoice, half_late).accruing(day("2026-03-31"), &rates(), &first).unwrap().unwrap();
        assert_eq!((rest.interest, rest.indemnity), (euros("417.12"), Money::ZERO), "once the first is claimed");
        assert_eq!(so_far(vec![payment(1, "2026-03-10", "120000.00")], "2026-03-31"), None);
    }

    #[test]
    fn the_handbooks_late_payment_is_claimed_and_balances() {
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let account = account(&invoice, vec![payment(1, "2026-03-31", "120000.00")]);
        let late = account.late_payments(&rates(), &[]).unwrap();
        let [(paid, part, claim)] = late.as_slice() else { panic!("one claim") };
        assert_eq!((*part, claim.interest, claim.total), (euros("120000.00"), euros("834.25"), euros("874.25")));
        let entry = interest_entry(&invoice, paid, claim, day("2026-03-31"), &Chart::default()).unwrap();
        assert_eq!(entry.total(), euros("874.25"));
        assert_eq!(entry.document, "INT-REG-2026-000001");
        assert!(entry.label.ends_with("25 j à 10,15 %)"), "{}", entry.label);
    }

    #[test]
    fn claimed_interest_is_due_45_days_after_the_invoice_was_paid() {
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let due = |interest: &str, payments| {
            let account = InvoiceAccount { interest: euros(interest), ..account(&invoice, payments) };
            let open = (account.principal_open().to_string(), account.interest_open().to_string());
            (account.balance(&[]).due_date, open)
        };
        let whole = || payment(1, "2026-03-31", "120000.00");
        let told = |day_text: &str, principal: &str, interest: &str| {
            (day(day_text), (principal.to_owned(), interest.to_owned()))
        };
        // Half of it is open still: that has been late since its own day.
        let half = payment(1, "2026-03-31", "60000.00");
        assert_eq!(due("457.12", vec![half]), told("2026-03-06", "60000.00", "457.12"));
        assert_eq!(due("874.25", vec![whole()]), told("2026-05-15", "0.00", "874.25"));
        let interest = payment(2, "2026-05-01", "874.25");
        assert_eq!(due("874.25", vec![whole(), interest]), told("2026-03-06", "0.00", "0.00"));
    }

    #[test]
    fn nobody_owes_interest_to_themselves() {
        let mut invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        invoice.buyer.siren = invoice.seller.siren.clone();
        let paid_late = account(&invoice, vec![payment(1, "2026-03-31", "120000.00")]);
        assert_eq!(paid_late.late_payments(&rates(), &[]), Ok(vec![]));
        assert!(!paid_late.balance(&[]).is_claimable);
        assert_eq!(account(&invoice, vec![]).accruing(day("2026-03-31"), &rates(), &[]), Ok(None));
    }

    #[test]
    fn parts_bear_interest_apart_and_the_indemnity_once() {
        let invoice = issued("120000.00", "2026-01-15", "2026-03-06");
        let mut account = account(
            &invoice,
            vec![
                payment(1, "2026-03-06", "20000.00"),
                payment(2, "2026-03-31", "60000.00"),
                payment(3, "2026-03-31", "40000.00"),
                payment(4, "2026-05-31", "874.25"),
            ],
        );
        account.interest = euros("607.71");
        let late = account.late_payments(&rates(), &[]).unwrap();
        let shown: Vec<String> =
            late.iter().map(|(paid, _, claim)| format!("{} {}", paid.number, claim.total)).collect();
        assert_eq!(shown, ["REG-2026-000002 457.12", "REG-2026-000003 278.08"]);
    }
}
