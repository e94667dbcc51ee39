//! Set what is owed to a tenant on one invoice against another of its invoices: the transfer, its journal entry, its audit
//! event and both balances in one transaction, and the lettering of each invoice it settles.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::open_invoices::{self, OpenInvoice};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{PaidBack, paid_back_entry};
use crate::storage::{AnyConnection, audit, book, journal, paid_back, periods};

/// What shall be set against what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransfer {
    /// Where it is owed to the tenant.
    pub from: InvoiceNumber,
    /// What it pays.
    pub to: InvoiceNumber,
    /// Today where none is given.
    pub on: Option<NaiveDate>,
    pub amount: Money,
}

/// What is open on both before and after; below zero is owed to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TransferPlan {
    pub transferred_on: NaiveDate,
    pub open_before: Money,
    pub open_after: Money,
    /// Of the invoice it pays.
    pub to_open_before: Money,
    pub to_open_after: Money,
    /// How late it pays that invoice.
    pub days_late: i64,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransferReport {
    pub number: String,
    pub from: InvoiceNumber,
    pub to: InvoiceNumber,
    pub amount: Money,
    #[serde(flatten)]
    pub open: TransferPlan,
    /// The letter that settles the invoice it was owed on, once nothing is.
    pub letter: Option<String>,
    /// The letter that settles the invoice it pays, once nothing is open there.
    pub to_letter: Option<String>,
    /// It gave a right to late interest there that is not claimed yet.
    pub is_interest_due: bool,
}

/// The open invoices of the tenant of `from`, the oldest due first: what is owed there can be set against any.
pub fn targets(store: &Store, from: &InvoiceNumber, now: DateTime<Utc>) -> Result<Vec<OpenInvoice>, AppError> {
    let (_, invoice) = settle::find(&mut *store.connection()?, from)?;
    let mut open = open_invoices::list(store, now)?;
    open.retain(|one| one.open > Money::ZERO && one.tenant == invoice.buyer.code);
    Ok(open)
}

/// What [`record`] would do; writes nothing.
pub fn plan(store: &Store, new: &NewTransfer, now: DateTime<Utc>) -> Result<TransferPlan, AppError> {
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        let (id, invoice) = settle::find(connection, &new.from)?;
        let from = settle::gather(connection, id, invoice)?;
        let (id, invoice) = settle::find(connection, &new.to)?;
        let plan = planned(&from, &settle::gather(connection, id, invoice)?, new, today)?;
        periods::check_open(connection, plan.transferred_on)?;
        Ok(plan)
    })
}

pub fn record(store: &Store, new: &NewTransfer, by: &Actor, now: DateTime<Utc>) -> Result<TransferReport, AppError> {
    record_as_seen(store, new, None, by, now)
}

/// The same, if what is open on both invoices is still what it was when the transfer was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewTransfer,
    seen: Option<[Money; 2]>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<TransferReport, AppError> {
    let today = read_tenants::today(store, now)?;
    store.write(|connection| record_within(connection, new, seen, today, by, now))
}

fn planned(
    from: &settle::Gathered,
    to: &settle::Gathered,
    new: &NewTransfer,
    today: NaiveDate,
) -> Result<TransferPlan, AppError> {
    let (owing, paying, on) = (from.account(), to.account(), new.on.unwrap_or(today));
    owing.transfers(&paying, new.amount, on, today).map_err(|error| AppError::refused(&error))?;
    Ok(TransferPlan {
        transferred_on: on,
        open_before: owing.open(),
        open_after: owing.open() + new.amount,
        to_open_before: paying.open(),
        to_open_after: paying.open() - new.amount,
        days_late: paying.days_late(on),
    })
}

fn record_within(
    connection: &mut AnyConnection,
    new: &NewTransfer,
    seen: Option<[Money; 2]>,
    today: NaiveDate,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<TransferReport, AppError> {
    let on = new.on.unwrap_or(today);
    // First the number, as for payments: what is open on both is still open when it is set against one another.
    let number = paid_back::take_transfer_number(connection, on.year())?;
    let (from_id, invoice) = settle::find(connection, &new.from)?;
    let from = settle::gather(connection, from_id, invoice)?;
    let (to_id, invoice) = settle::find(connection, &new.to)?;
    let to = settle::gather(connection, to_id, invoice)?;
    settle::must_be_as_seen(from.account().open(), seen.map(|[open, _]| open))?;
    settle::must_be_as_seen(to.account().open(), seen.map(|[_, to_open]| to_open))?;
    let open = planned(&from, &to, new, today)?;

    let back = PaidBack { number, on, amount: new.amount, to: Some(new.to.clone()), reference: None };
    let chart = book::load_accounting(connection)?.chart;
    let entry = paid_back_entry(&from.invoice, &back, &chart).map_err(AppError::input)?;
    paid_back::insert(connection, from_id, Some(to_id), &back, now)?;
    let posted = journal::insert(connection, &entry, now)?;
    let from = settle::gather(connection, from_id, from.invoice)?;
    from.keep_balance(connection, from_id)?;
    let letter = from.letter_if_settled(connection, on, now)?;
    let to = settle::gather(connection, to_id, to.invoice)?;
    to.keep_balance(connection, to_id)?;
    let to_letter = to.letter_if_settled(connection, on, now)?;
    let detail = serde_json::json!({
        "invoice": new.from, "against": new.to, "transferred_on": on, "amount": new.amount, "open": open.open_after,
        "against_open": open.to_open_after, "letter": letter, "against_letter": to_letter,
    });
    let before = serde_json::json!({ "open": open.open_before, "against_open": open.to_open_before });
    let event = AuditEvent::new(now, by, "payment.transferred", &back.number, detail);
    audit::append(connection, &event.before(before).posting([posted]))?;
    Ok(TransferReport {
        number: back.number,
        from: new.from.clone(),
        to: new.to.clone(),
        amount: new.amount,
        open,
        letter,
        to_letter,
        is_interest_due: to.balance().is_claimable,
    })
}
