//! Record money received for an invoice: the payment, its journal entry and its audit event in one transaction, and the
//! lettering where it settles the invoice.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::settle::Provided;
use crate::app::{AppError, Store, on_account, read_tenants, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::{Text, pasted};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Payment, payment_entry, settled_entry};
use crate::domain::told::Told;
use crate::storage::{AnyConnection, audit, book, journal, on_account as kept, payments, periods};

pub use crate::app::settle::MEANWHILE;
pub use crate::storage::payments::RecordedPayment;

/// What was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    pub invoice: InvoiceNumber,
    pub received_on: NaiveDate,
    pub amount: Money,
    pub reference: Option<String>,
    /// What tells it from other transactions of a bank statement.
    pub statement_key: Option<String>,
}

/// Where the money of a payment comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Source<'a> {
    /// It was received; the bank kept so much of it and credited the rest.
    Bank { kept: Money },
    /// What is kept on account of the tenant, from which it is taken on a day, with the `first` part of what is settled at
    /// once where this is another.
    OnAccount { settled_on: NaiveDate, first: Option<&'a str> },
}

impl Source<'_> {
    /// As it was sent.
    pub const RECEIVED: Source<'static> = Source::Bank { kept: Money::ZERO };
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentReport {
    pub number: String,
    pub invoice: InvoiceNumber,
    pub received_on: NaiveDate,
    pub amount: Money,
    pub open_before: Money,
    pub open_after: Money,
    /// The letter that settles the invoice, once nothing is open.
    pub letter: Option<String>,
    pub days_late: i64,
    /// It gave a right to late interest that is not claimed yet.
    pub is_interest_due: bool,
}

pub fn record(store: &Store, new: &NewPayment, by: &Actor, now: DateTime<Utc>) -> Result<PaymentReport, AppError> {
    record_provided(store, new, Provided::Always, by, now)
}

/// The same, unless it stands already: what is sent twice is received once. `again` says that it came a second time.
pub fn record_once(
    store: &Store,
    new: &NewPayment,
    again: bool,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PaymentReport, AppError> {
    record_provided(store, new, Provided::once(again), by, now)
}

/// The same, if what is open is still what it was when the payment was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewPayment,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PaymentReport, AppError> {
    record_provided(store, new, Provided::as_seen(seen), by, now)
}

fn record_provided(
    store: &Store,
    new: &NewPayment,
    provided: Provided,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PaymentReport, AppError> {
    let today = read_tenants::today(store, now)?;
    let new = typed(new)?;
    store.write(|connection| {
        if matches!(provided, Provided::StandsNotYet) {
            must_be_new(connection, &new)?;
        }
        record_within(connection, &new, Source::RECEIVED, provided.seen(), (today, by, now))
    })
}

/// The same with its reference as it is kept, if that can be.
pub(super) fn typed(new: &NewPayment) -> Result<NewPayment, AppError> {
    // What a statement says of a receipt is kept as the bank says it.
    if new.statement_key.is_some() {
        return Ok(new.clone());
    }
    let new = NewPayment { reference: new.reference.as_deref().map(pasted), ..new.clone() };
    new.reference.as_deref().map_or(Ok(()), |reference| Text::Reference.check(reference))?;
    Ok(new)
}

/// Refuses a payment that stands already, while no other is recorded: with what was kept of the same money, where it was more
/// than was open.
pub(super) fn must_be_new(connection: &mut AnyConnection, new: &NewPayment) -> Result<(), AppError> {
    payments::hold(connection)?;
    let (id, _) = settle::find(connection, &new.invoice)?;
    let reference = |payment: &Payment| payment.reference.clone().unwrap_or_default();
    let wanted = new.reference.clone().unwrap_or_default();
    let is_same = |one: &Payment| {
        (one.transferred_from.is_none() && one.settled_on.is_none())
            && (one.received_on, reference(one)) == (new.received_on, wanted.clone())
    };
    let mut stands = None;
    for one in payments::of_invoice(connection, id)?.into_iter().filter(is_same) {
        if one.amount + kept::rest_of(connection, &one.number)? == new.amount {
            stands = Some(one);
        }
    }
    let Some(stands) = stands else { return Ok(()) };
    let english = format!(
        "{} of {} received on {} for {} stands already, with the same reference: nothing was recorded; where it was \
         received a second time, say so by \"again\": true, on the command line by --again",
        stands.number, new.amount, stands.received_on, new.invoice
    );
    let told = Told::new("payment-stands", english)
        .with("number", stands.number.as_str())
        .with("invoice", new.invoice.as_str())
        .with("amount", new.amount)
        .with("date", stands.received_on);
    Err(AppError::Contrary(Box::new(told)))
}

/// What a payment would meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentPlan {
    /// What is open before it.
    pub open: Money,
    /// How late it pays the invoice itself.
    pub days_late: i64,
}

/// What [`record`] would meet, if it would take the payment; writes nothing.
pub fn plan(store: &Store, new: &NewPayment, now: DateTime<Utc>) -> Result<PaymentPlan, AppError> {
    let today = read_tenants::today(store, now)?;
    let NewPayment { invoice, amount, received_on, .. } = typed(new)?;
    store.read(|connection| {
        let (id, invoice) = settle::find(connection, &invoice)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let account = gathered.account();
        account.accepts(amount, received_on, today).map_err(|error| AppError::refused(&error))?;
        periods::check_open(connection, received_on)?;
        Ok(PaymentPlan { open: account.open(), days_late: account.days_late(received_on) })
    })
}

/// Records a payment within the caller's transaction.
pub(in crate::app) fn record_within(
    connection: &mut AnyConnection,
    new: &NewPayment,
    source: Source<'_>,
    seen: Option<Money>,
    (today, by, now): (NaiveDate, &Actor, DateTime<Utc>),
) -> Result<PaymentReport, AppError> {
    let settled_on = match source {
        Source::Bank { .. } => None,
        Source::OnAccount { settled_on, .. } => Some(settled_on),
    };
    let entered_on = settled_on.unwrap_or(new.received_on);
    // First the number: it makes payments wait for one another, so that what is open is still open when it is paid.
    let number = payments::take_number(connection, entered_on.year())?;
    let (id, invoice) = settle::find(connection, &new.invoice)?;
    let gathered = settle::gather(connection, id, invoice)?;
    let (open_before, days_late) = (gathered.account().open(), gathered.account().days_late(new.received_on));
    settle::must_be_as_seen(open_before, seen)?;
    gathered.account().accepts(new.amount, new.received_on, today).map_err(|error| AppError::refused(&error))?;

    let (received_on, amount, reference) = (new.received_on, new.amount, new.reference.clone());
    let payment = Payment { number, received_on, amount, reference, transferred_from: None, settled_on };
    let chart = book::load_accounting(connection)?.chart;
    let mut taken = vec![];
    let entry = match source {
        Source::Bank { kept } => payment_entry(&gathered.invoice, &payment, kept, &chart),
        Source::OnAccount { first, .. } => {
            taken = on_account::take(connection, &gathered.invoice.buyer.code, &payment, first, (today, now))?;
            settled_entry(&gathered.invoice, &payment, &chart)
        }
    };
    let entry = entry.map_err(AppError::input)?;
    payments::insert(connection, id, &payment, new.statement_key.as_deref(), now)?;
    let posted = journal::insert(connection, &entry, now)?;
    let gathered = settle::gather(connection, id, gathered.invoice)?;
    gathered.keep_balance(connection, id)?;
    let letter = gathered.letter_if_settled(connection, entered_on, now)?;
    let open_after = gathered.account().open();
    let mut detail = serde_json::json!({
        "invoice": new.invoice, "received_on": received_on, "amount": amount, "reference": new.reference,
        "open": open_after, "letter": letter,
    });
    let more = match source {
        Source::Bank { kept } if kept.is_zero() => None,
        Source::Bank { kept } => Some(("bank_charges", serde_json::json!(kept))),
        Source::OnAccount { settled_on, .. } => Some(("settled_on", serde_json::json!(settled_on))),
    };
    let taken = (!taken.is_empty()).then(|| ("taken", serde_json::json!(taken)));
    for (name, value) in more.into_iter().chain(taken) {
        detail.as_object_mut().map(|detail| detail.insert(name.to_owned(), value));
    }
    let action = if settled_on.is_some() { "payment.settled" } else { "payment.recorded" };
    let event = AuditEvent::new(now, by, action, &payment.number, detail);
    let event = event.before(serde_json::json!({ "open": open_before }));
    audit::append(connection, &event.posting([posted]))?;
    let (number, invoice) = (payment.number, new.invoice.clone());
    Ok(PaymentReport {
        number,
        invoice,
        received_on,
        amount,
        open_before,
        open_after,
        letter,
        days_late,
        is_interest_due: gathered.balance().is_claimable,
    })
}

/// Payments, and refunds below zero, of the days [from, through], in the order they were recorded.
pub fn list(
    store: &Store,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
) -> Result<Vec<RecordedPayment>, AppError> {
    Ok(payments::list(&mut *store.connection()?, from, through)?)
}
