//! What is open on an invoice, gathered; and the lettering of what has come to zero.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::AppError;
use crate::domain::access::TenantScope;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, IssuedInvoice};
use crate::domain::ledger::Journal;
use crate::domain::money::Money;
use crate::domain::receivables::{Balance, InvoiceAccount, PaidBack, Payment, interest_document};
use crate::domain::told::Told;
use crate::storage::invoices::{InvoiceFilter, InvoiceStatus, Page};
use crate::storage::journal::JournalFilter;
use crate::storage::lettering::Side;
use crate::storage::{AnyConnection, balances, invoices, journal, lettering, paid_back, payments};

/// An invoice with everything that happened to it since its issue.
pub struct Gathered {
    pub invoice: IssuedInvoice,
    pub credit_notes: Vec<IssuedInvoice>,
    pub payments: Vec<Payment>,
    pub paid_back: Vec<PaidBack>,
    /// Claims posted for late payments: document and amount.
    pub claims: Vec<(String, Money)>,
}

/// What must hold, once nobody else changes it, for a payment or a credit note to be recorded.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) enum Provided {
    Always,
    /// So much is open on the invoice.
    IsOpen(Money),
    /// None stands already that says the same: a payment of the same day, amount and reference, a credit note of the same
    /// amounts of the same lines.
    StandsNotYet,
}

impl Provided {
    /// What is sent twice is done once, unless it is said to be meant `again`.
    pub const fn once(again: bool) -> Provided {
        if again { Provided::Always } else { Provided::StandsNotYet }
    }

    /// What was confirmed while so much was open.
    pub fn as_seen(seen: Option<Money>) -> Provided {
        seen.map_or(Provided::Always, Provided::IsOpen)
    }

    /// What must be open, if that is what must hold.
    pub const fn seen(self) -> Option<Money> {
        match self {
            Provided::IsOpen(seen) => Some(seen),
            Provided::Always | Provided::StandsNotYet => None,
        }
    }
}

/// The refusal of what was confirmed when something else was open.
pub const MEANWHILE: &str = "account-meanwhile";

/// Refuses what was confirmed with another amount open than is now: sent a second time, or after somebody else changed
/// the account. To be asked in the transaction that changes it, once others wait.
pub fn must_be_as_seen(open: Money, seen: Option<Money>) -> Result<(), AppError> {
    match seen.filter(|seen| *seen != open) {
        None => Ok(()),
        Some(seen) => {
            let english = format!("{open} is open now, and {seen} was when you were asked: look at the invoice again");
            let told = Told::new(MEANWHILE, english).with("open", open).with("seen", seen);
            Err(AppError::Refused(Box::new(told)))
        }
    }
}

/// The invoice called `number`, or that it is not known.
pub fn find(connection: &mut AnyConnection, number: &InvoiceNumber) -> Result<(InvoiceId, IssuedInvoice), AppError> {
    let found = invoices::by_number(connection, &TenantScope::Everyone, number)?;
    found.ok_or_else(|| AppError::NotFound(format!("invoice {number}")))
}

/// Gathers what happened to `invoice`, whose row is `id`.
pub fn gather(connection: &mut AnyConnection, id: InvoiceId, invoice: IssuedInvoice) -> Result<Gathered, AppError> {
    let credit_notes = credit_notes_of(connection, &invoice)?;
    let payments = payments::of_invoice(connection, id)?;
    let mut claims = Vec::new();
    for payment in &payments {
        let document = Some(interest_document(payment));
        let filter = JournalFilter { journal: Some(Journal::Miscellaneous), document, ..JournalFilter::default() };
        let posted = journal::list(connection, filter)?;
        claims.extend(posted.into_iter().map(|posted| (posted.entry.document.clone(), posted.entry.total())));
    }
    let paid_back = paid_back::of_invoice(connection, id)?;
    Ok(Gathered { invoice, credit_notes, payments, paid_back, claims })
}

/// The credit notes that take `invoice` back, oldest first.
pub fn credit_notes_of(
    connection: &mut AnyConnection,
    invoice: &IssuedInvoice,
) -> Result<Vec<IssuedInvoice>, AppError> {
    let filter = InvoiceFilter {
        contract: Some(invoice.references.contract.clone()),
        month: Some(invoice.month),
        status: Some(InvoiceStatus::Issued),
        kind: Some(InvoiceKind::CreditNote),
        tenant: None,
    };
    let (mut found, _) = invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?;
    found.sort_by_key(|summary| summary.id);
    let mut notes = Vec::new();
    for summary in found {
        let note = invoices::issued_by_id(connection, &TenantScope::Everyone, summary.id)?;
        notes.extend(note.map(|(_, note)| note));
    }
    notes.retain(|note| note.corrects.iter().any(|(number, _)| *number == invoice.number));
    Ok(notes)
}

impl Gathered {
    /// Writes what is open on the invoice, whose row is `id`, beside it. Whoever changed something calls this in the same
    /// transaction.
    pub fn keep_balance(&self, connection: &mut AnyConnection, id: InvoiceId) -> Result<(), AppError> {
        Ok(balances::put(connection, id, &self.balance())?)
    }

    pub fn balance(&self) -> Balance {
        self.account().balance(&self.claimed())
    }

    /// The documents of the claims posted.
    pub fn claimed(&self) -> Vec<String> {
        self.claims.iter().map(|(document, _)| document.clone()).collect()
    }

    pub fn account(&self) -> InvoiceAccount<'_> {
        InvoiceAccount {
            invoice: &self.invoice,
            credited: self.credit_notes.iter().map(|note| note.totals.gross).sum(),
            credited_on: self.credit_notes.iter().map(|note| note.issue_date).max(),
            payments: self.payments.clone(),
            paid_back: self.paid_back.clone(),
            interest: self.claims.iter().map(|(_, amount)| *amount).sum(),
        }
    }

    /// Letters the customer's lines of these documents that carry no letter yet, if they come to zero.
    pub fn letter_if_settled(
        &self,
        connection: &mut AnyConnection,
        on: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, AppError> {
        let documents = self.documents();
        let lines = lettering::open_lines(connection, self.invoice.buyer.code.as_str(), &documents)?;
        let balance: Money = lines.iter().map(|line| line.balance).sum();
        if lines.len() < 2 || !balance.is_zero() {
            return Ok(None);
        }
        Ok(Some(lettering::letter(connection, &lines, on, now)?))
    }
    /// What the customer's lines of this invoice stand in, each with its side.
    fn documents(&self) -> Vec<(Journal, String, Side)> {
        let mut documents = vec![(Journal::Sales, self.invoice.number.to_string(), Side::Debit)];
        let notes = self.credit_notes.iter().map(|note| note.number.to_string());
        documents.extend(notes.map(|number| (Journal::Sales, number, Side::Credit)));
        documents.extend(self.payments.iter().map(|payment| {
            let is_within = payment.transferred_from.is_some() || payment.settled_on.is_some();
            let journal = if is_within { Journal::Miscellaneous } else { Journal::Payments };
            (journal, payment.number.clone(), Side::Credit)
        }));
        documents.extend(self.paid_back.iter().map(|back| {
            let journal = if back.to.is_some() { Journal::Miscellaneous } else { Journal::Payments };
            (journal, back.number.clone(), Side::Debit)
        }));
        let claims = self.claims.iter().map(|(document, _)| document.clone());
        documents.extend(claims.map(|document| (Journal::Miscellaneous, document, Side::Debit)));
        documents
    }
}
