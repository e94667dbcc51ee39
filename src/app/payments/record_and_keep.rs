//! Record money received that is more than what is open on an invoice: as much as is open pays it, the rest is kept on
//! account of its tenant, both in one transaction.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::on_account::{self, KeptReport, Received};
use crate::app::record_payment::{self, NewPayment, PaymentPlan, PaymentReport, Source, record_within};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::Actor;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::storage::{AnyConnection, payments};

/// What was recorded: the payment, and what was kept where anything was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SplitReport {
    #[serde(flatten)]
    pub payment: PaymentReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptReport>,
}

/// What the payment itself would meet, and what would be left of the money; writes nothing.
pub fn plan(store: &Store, new: &NewPayment, now: DateTime<Utc>) -> Result<(PaymentPlan, Money), AppError> {
    let part = store.read(|connection| part(connection, &new.invoice, new.amount))?;
    let plan = record_payment::plan(store, &NewPayment { amount: part, ..new.clone() }, now)?;
    Ok((plan, new.amount - part))
}

/// Records it; once, unless it is said to have come `again`.
pub fn record(
    store: &Store,
    new: &NewPayment,
    again: bool,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<SplitReport, AppError> {
    split(store, new, (again, None), by, now)
}

/// Records it if what is open is still what it was when it was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewPayment,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<SplitReport, AppError> {
    split(store, new, (true, seen), by, now)
}

fn split(
    store: &Store,
    new: &NewPayment,
    (again, seen): (bool, Option<Money>),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<SplitReport, AppError> {
    let today = read_tenants::today(store, now)?;
    let new = record_payment::typed(new)?;
    store.write(|connection| {
        payments::hold(connection)?;
        if !again {
            record_payment::must_be_new(connection, &new)?;
        }
        let part = part(connection, &new.invoice, new.amount)?;
        let rest = new.amount - part;
        let payment = NewPayment { amount: part, ..new.clone() };
        let payment = record_within(connection, &payment, Source::RECEIVED, seen, (today, by, now))?;
        if rest.is_zero() {
            return Ok(SplitReport { payment, kept: None });
        }
        let (_, invoice) = settle::find(connection, &new.invoice)?;
        let (on, charge, reference) = (new.received_on, Money::ZERO, new.reference.clone());
        let recorded_with = Some(payment.number.clone());
        let received = Received { on, amount: rest, charge, reference, statement_key: None, recorded_with };
        let kept = on_account::keep(connection, &invoice.buyer.code, received, (today, by, now))?;
        Ok(SplitReport { payment, kept: Some(kept) })
    })
}

/// As much of the money as is open on the invoice; all of it where nothing is, which no payment is.
fn part(connection: &mut AnyConnection, number: &InvoiceNumber, amount: Money) -> Result<Money, AppError> {
    let (id, invoice) = settle::find(connection, number)?;
    let open = settle::gather(connection, id, invoice)?.account().open();
    Ok(if open > Money::ZERO { amount.min(open) } else { amount })
}
