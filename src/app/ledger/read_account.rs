//! What happened to one invoice since its issue, for its page: credit notes, payments, claims, what is open.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::{AppError, Store, settle};
use crate::domain::access::TenantScope;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Balance, PaidBack, Payment, PostedClaim};
use crate::storage::{book, invoices};

/// An invoice's account as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub balance: Balance,
    pub is_late: bool,
    /// Number, day and gross amount, oldest first.
    pub credit_notes: Vec<(InvoiceNumber, NaiveDate, Money)>,
    /// What was set against it included.
    pub payments: Vec<Payment>,
    /// The late interest claimed, with what it is made of.
    pub claims: Vec<PostedClaim>,
    /// Refunds, and what was set against other invoices.
    pub paid_back: Vec<PaidBack>,
}

/// The account of the invoice with this number; none where it lies outside `scope`.
pub fn of(
    store: &Store,
    scope: &TenantScope,
    number: &InvoiceNumber,
    now: DateTime<Utc>,
) -> Result<Option<Account>, AppError> {
    let today = crate::app::read_tenants::today(store, now)?;
    store.read(|connection| {
        let Some((id, invoice)) = invoices::by_number(connection, scope, number)? else { return Ok(None) };
        let gathered = settle::gather(connection, id, invoice)?;
        let (balance, rates) = (gathered.balance(), book::load_accounting(connection)?.reference_rates);
        let claims = gathered.account().posted_claims(&gathered.claims, &rates);
        Ok(Some(Account {
            is_late: balance.open > Money::ZERO && balance.due_date < today,
            balance,
            credit_notes: gathered
                .credit_notes
                .iter()
                .map(|note| (note.number.clone(), note.issue_date, note.totals.gross))
                .collect(),
            payments: gathered.payments,
            claims,
            paid_back: gathered.paid_back,
        }))
    })
}
