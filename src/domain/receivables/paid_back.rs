//! What is owed to a tenant, and how it goes back: sent to it (a refund), or set against another of its invoices (a
//! transfer).
//!
//! An invoice that was paid owes it to the tenant once a credit note takes back more than is left to pay. Nothing goes
//! back but that, and none of it before the day it is owed: so what is open never rises above zero by it.

use chrono::NaiveDate;
use serde::Serialize;

use super::{InvoiceAccount, Payment, PaymentError};
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::domain::money::Money;
use crate::domain::told::{Tell, Told};

/// Money that was owed to a tenant on an invoice and left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaidBack {
    /// `RBT-2026-000001` for a refund, `IMP-2026-000001` for a transfer.
    pub number: String,
    pub on: NaiveDate,
    /// Above zero.
    pub amount: Money,
    /// The invoice it pays; none where it was sent to the tenant.
    pub to: Option<InvoiceNumber>,
    /// What the bank is told of it.
    pub reference: Option<String>,
}

impl PaidBack {
    /// What a transfer is on the invoice it pays: a payment received on that day. `from` is where it was owed.
    pub fn as_payment(&self, from: &InvoiceNumber) -> Payment {
        Payment {
            number: self.number.clone(),
            received_on: self.on,
            amount: self.amount,
            reference: self.reference.clone(),
            transferred_from: Some(from.clone()),
            settled_on: None,
        }
    }
}

/// Why money does not go back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaidBackError {
    #[error(
        "{note} is a credit note: what is owed for it stands on {invoice}, the invoice it takes back; pay it back there"
    )]
    OfCreditNote { note: String, invoice: String },
    #[error("{0} is not above zero; write what goes back, such as 1200.00")]
    NotPositive(Money),
    #[error("{on} has not come yet; record it on the day it is done, or after")]
    InFuture { on: NaiveDate },
    #[error(
        "nothing is owed to the tenant on {invoice}, {open} is open; money goes back only where a credit note took back more than is left to pay"
    )]
    NotOwed { invoice: String, open: Money },
    #[error(
        "{amount} is more than what is owed to the tenant on {invoice}: {paid} paid + {credited} credited − {paid_back} paid back − {gross} invoiced − {interest} interest = {owed}; pay back {owed} at most"
    )]
    TooMuch {
        invoice: String,
        amount: Money,
        gross: Money,
        interest: Money,
        credited: Money,
        paid: Money,
        paid_back: Money,
        owed: Money,
    },
    #[error("nothing was owed to the tenant on {invoice} before {since}, so it cannot go back on {on}; check the date")]
    TooEarly { invoice: String, since: NaiveDate, on: NaiveDate },
    #[error("{0} cannot be set against itself; name another open invoice of its tenant, or refund it")]
    SameInvoice(String),
    #[error(
        "{from} is {tenant}'s and {to} is {other}'s: what is owed to a tenant pays invoices of its own only; name one of {tenant}, or refund it"
    )]
    OtherTenant { from: String, tenant: String, to: String, other: String },
    #[error("nothing is open on {0}; name an open invoice of the tenant, or refund it")]
    NothingOpen(String),
    #[error(
        "{amount} is more than what is open on {to}: {open}; set {open} against it, and refund the rest or set it against another invoice"
    )]
    MoreThanOpen { to: String, amount: Money, open: Money },
    /// It cannot be received there.
    #[error(transparent)]
    There(PaymentError),
}

impl InvoiceAccount<'_> {
    /// What is owed to the tenant; zero where nothing is.
    pub fn owed(&self) -> Money {
        match self.invoice.kind {
            InvoiceKind::CreditNote => Money::ZERO,
            InvoiceKind::Invoice | InvoiceKind::Corrected => (-self.open()).max(Money::ZERO),
        }
    }

    /// The day from which what is owed now is owed: that of the latest credit note or payment.
    fn owed_since(&self) -> NaiveDate {
        let paid = self.payments.iter().map(|payment| payment.received_on);
        self.credited_on.into_iter().chain(paid).fold(self.invoice.issue_date, Ord::max)
    }

    /// Whether `amount` may go back on a day.
    pub fn gives_back(&self, amount: Money, on: NaiveDate, today: NaiveDate) -> Result<(), PaidBackError> {
        let invoice = self.invoice.number.to_string();
        if self.invoice.kind == InvoiceKind::CreditNote {
            let corrected = self.invoice.corrects.first().map(|(number, _)| number.to_string());
            return Err(PaidBackError::OfCreditNote { note: invoice, invoice: corrected.unwrap_or_default() });
        }
        if amount <= Money::ZERO {
            return Err(PaidBackError::NotPositive(amount));
        }
        if on > today {
            return Err(PaidBackError::InFuture { on });
        }
        let owed = self.owed();
        if owed.is_zero() {
            return Err(PaidBackError::NotOwed { invoice, open: self.open() });
        }
        if amount > owed {
            return Err(PaidBackError::TooMuch {
                invoice,
                amount,
                gross: self.invoice.totals.gross,
                interest: self.interest,
                credited: self.credited,
                paid: self.paid(),
                paid_back: self.paid_back(),
                owed,
            });
        }
        let since = self.owed_since();
        if on < since {
            return Err(PaidBackError::TooEarly { invoice, since, on });
        }
        Ok(())
    }

    /// Whether `amount` of what is owed here may be set against `other` on a day.
    pub fn transfers(
        &self,
        other: &InvoiceAccount<'_>,
        amount: Money,
        on: NaiveDate,
        today: NaiveDate,
    ) -> Result<(), PaidBackError> {
        let (from, to) = (self.invoice.number.to_string(), other.invoice.number.to_string());
        if from == to {
            return Err(PaidBackError::SameInvoice(from));
        }
        let (tenant, theirs) = (&self.invoice.buyer.code, &other.invoice.buyer.code);
        if tenant != theirs {
            let (tenant, other) = (tenant.to_string(), theirs.to_string());
            return Err(PaidBackError::OtherTenant { from, tenant, to, other });
        }
        self.gives_back(amount, on, today)?;
        other.accepts(amount, on, today).map_err(|error| match error {
            PaymentError::NothingOpen(to) => PaidBackError::NothingOpen(to),
            PaymentError::TooMuch { amount, open, .. } => PaidBackError::MoreThanOpen { to, amount, open },
            error => PaidBackError::There(error),
        })
    }
}

impl Tell for PaidBackError {
    fn told(&self) -> Told {
        match self {
            PaidBackError::OfCreditNote { note, invoice } => Told::new("paid-back-of-credit-note", self)
                .with("note", note.as_str())
                .with("invoice", invoice.as_str()),
            PaidBackError::NotPositive(_) => Told::new("payment-not-positive", self),
            PaidBackError::InFuture { on } => Told::new("paid-back-in-future", self).with("on", *on),
            PaidBackError::NotOwed { invoice, open } => {
                Told::new("paid-back-not-owed", self).with("invoice", invoice.as_str()).with("open", *open)
            }
            PaidBackError::TooMuch { invoice, amount, owed, .. } => Told::new("paid-back-too-much", self)
                .with("invoice", invoice.as_str())
                .with("amount", *amount)
                .with("owed", *owed),
            PaidBackError::TooEarly { invoice, since, on } => Told::new("paid-back-too-early", self)
                .with("invoice", invoice.as_str())
                .with("since", *since)
                .with("on", *on),
            PaidBackError::SameInvoice(invoice) => {
                Told::new("transfer-same-invoice", self).with("invoice", invoice.as_str())
            }
            PaidBackError::OtherTenant { from, tenant, to, other } => Told::new("transfer-other-tenant", self)
                .with("from", from.as_str())
                .with("tenant", tenant.as_str())
                .with("to", to.as_str())
                .with("other", other.as_str()),
            PaidBackError::NothingOpen(to) => Told::new("transfer-nothing-open", self).with("to", to.as_str()),
            PaidBackError::MoreThanOpen { to, amount, open } => Told::new("transfer-more-than-open", self)
                .with("to", to.as_str())
                .with("amount", *amount)
                .with("open", *open),
            PaidBackError::There(error) => error.told(),
        }
    }
}
