//! Send what is owed to a tenant on an invoice back to it: the refund, its journal entry, its audit event and the balance
//! in one transaction, and the lettering where it settles the invoice.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::Text;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{PaidBack, paid_back_entry};
use crate::storage::{AnyConnection, audit, book, journal, paid_back, periods};

/// What was sent back, or shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    pub invoice: InvoiceNumber,
    pub on: NaiveDate,
    pub amount: Money,
    /// What the bank is told of it.
    pub reference: Option<String>,
}

/// What is open on the invoice before and after; below zero is owed to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RefundPlan {
    pub open_before: Money,
    pub open_after: Money,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundReport {
    pub number: String,
    pub invoice: InvoiceNumber,
    pub refunded_on: NaiveDate,
    pub amount: Money,
    #[serde(flatten)]
    pub open: RefundPlan,
    /// The letter that settles the invoice, once nothing is owed.
    pub letter: Option<String>,
}

/// What [`record`] would do; writes nothing.
pub fn plan(store: &Store, new: &NewRefund, now: DateTime<Utc>) -> Result<RefundPlan, AppError> {
    check_reference(new)?;
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        let (id, invoice) = settle::find(connection, &new.invoice)?;
        let plan = planned(&settle::gather(connection, id, invoice)?, new, today)?;
        periods::check_open(connection, new.on)?;
        Ok(plan)
    })
}

pub fn record(store: &Store, new: &NewRefund, by: &Actor, now: DateTime<Utc>) -> Result<RefundReport, AppError> {
    record_as_seen(store, new, None, by, now)
}

/// The same, if what is open is still what it was when the refund was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewRefund,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RefundReport, AppError> {
    check_reference(new)?;
    let today = read_tenants::today(store, now)?;
    store.write(|connection| record_within(connection, new, seen, today, by, now))
}

fn check_reference(new: &NewRefund) -> Result<(), AppError> {
    Ok(new.reference.as_deref().map_or(Ok(()), |reference| Text::Reference.check(reference))?)
}

fn planned(gathered: &settle::Gathered, new: &NewRefund, today: NaiveDate) -> Result<RefundPlan, AppError> {
    let account = gathered.account();
    account.gives_back(new.amount, new.on, today).map_err(|error| AppError::refused(&error))?;
    Ok(RefundPlan { open_before: account.open(), open_after: account.open() + new.amount })
}

fn record_within(
    connection: &mut AnyConnection,
    new: &NewRefund,
    seen: Option<Money>,
    today: NaiveDate,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RefundReport, AppError> {
    // First the number: it makes whoever changes what is open wait, so that what is owed is still owed when it goes back.
    let number = paid_back::take_refund_number(connection, new.on.year())?;
    let (id, invoice) = settle::find(connection, &new.invoice)?;
    let gathered = settle::gather(connection, id, invoice)?;
    settle::must_be_as_seen(gathered.account().open(), seen)?;
    let open = planned(&gathered, new, today)?;

    let (on, amount, reference) = (new.on, new.amount, new.reference.clone());
    let back = PaidBack { number, on, amount, to: None, reference };
    let chart = book::load_accounting(connection)?.chart;
    let entry = paid_back_entry(&gathered.invoice, &back, &chart).map_err(AppError::input)?;
    paid_back::insert(connection, id, None, &back, now)?;
    let posted = journal::insert(connection, &entry, now)?;
    let gathered = settle::gather(connection, id, gathered.invoice)?;
    gathered.keep_balance(connection, id)?;
    let letter = gathered.letter_if_settled(connection, on, now)?;
    let detail = serde_json::json!({
        "invoice": new.invoice, "refunded_on": on, "amount": amount, "reference": new.reference,
        "open": open.open_after, "letter": letter,
    });
    let event = AuditEvent::new(now, by, "payment.refunded", &back.number, detail);
    let event = event.before(serde_json::json!({ "open": open.open_before }));
    audit::append(connection, &event.posting([posted]))?;
    Ok(RefundReport { number: back.number, invoice: new.invoice.clone(), refunded_on: on, amount, open, letter })
}
