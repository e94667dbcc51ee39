//! Claim late interest and the fixed indemnity for payments that came after the due date, once each.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::{AppError, Store, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::day_in;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Claim, interest_document, interest_entry};
use crate::storage::{audit, book, journal, payments};

/// What was claimed on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InterestReport {
    pub invoice: InvoiceNumber,
    /// Claims posted now.
    pub claims: Vec<Claim>,
    /// Documents of those posted before.
    pub posted_before: Vec<String>,
    /// What is open on the invoice afterwards.
    pub open: Money,
}

/// What could be claimed on `number` now; writes nothing.
pub fn plan(store: &Store, number: &InvoiceNumber) -> Result<InterestReport, AppError> {
    store.read(|connection| {
        let (id, invoice) = settle::find(connection, number)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let rates = book::load_accounting(connection)?.reference_rates;
        let account = gathered.account();
        let posted_before = gathered.claimed();
        let mut claims = account.claims(&rates, &posted_before).map_err(|error| AppError::refused(&error))?;
        claims.retain(|claim| !posted_before.contains(&claim.document));
        let claimed: Money = claims.iter().map(|claim| claim.interest.total).sum();
        Ok(InterestReport { invoice: number.clone(), open: account.open() + claimed, claims, posted_before })
    })
}

/// Claims what is due on `number`. Entries are dated today in the facility's zone: a claim is made when it is made.
pub fn charge(
    store: &Store,
    number: &InvoiceNumber,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<InterestReport, AppError> {
    let zone = crate::app::export_book::shared(store)?.facility.zone;
    let today = day_in(now, zone);
    store.write(|connection| {
        // Whoever records a payment or claims interest waits here for the other.
        payments::hold(connection)?;
        let (id, invoice) = settle::find(connection, number)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let accounting = book::load_accounting(connection)?;
        let account = gathered.account();
        let posted_before = gathered.claimed();
        let late = account.late_payments(&accounting.reference_rates, &posted_before);
        let late = late.map_err(|error| AppError::refused(&error))?;
        let mut claims = Vec::new();
        for (payment, amount, interest) in late {
            let document = interest_document(payment);
            if posted_before.contains(&document) {
                continue;
            }
            let entry = interest_entry(&gathered.invoice, payment, &interest, today, &accounting.chart)
                .map_err(AppError::input)?;
            let posted = journal::insert(connection, &entry, now)?;
            let detail = serde_json::json!({
                "invoice": number, "payment": payment.number, "days": interest.days,
                "rate_percent": interest.rate_percent, "interest": interest.interest, "indemnity": interest.indemnity,
            });
            let event = AuditEvent::new(now, by, "interest.claimed", &document, detail);
            audit::append(connection, &event.posting([posted]))?;
            let (payment, received_on) = (payment.number.clone(), payment.received_on);
            claims.push(Claim { document, payment, received_on, amount, interest });
        }
        settle::gather(connection, id, gathered.invoice.clone())?.keep_balance(connection, id)?;
        let claimed: Money = claims.iter().map(|claim| claim.interest.total).sum();
        let open = account.open() + claimed;
        Ok(InterestReport { invoice: number.clone(), claims, posted_before, open })
    })
}
