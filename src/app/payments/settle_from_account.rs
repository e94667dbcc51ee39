//! Settle an invoice, or part of it, from what its tenant has on account. The money came before, what came first being taken
//! first: each part counts as paid on the day it was received, so that no interest is asked on money the body had; not before
//! the invoice was issued, nor before a day up to which its interest is claimed, since a claim never changes. Each is a
//! payment, and its entry is of the day it is settled.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::record_payment::{NewPayment, PaymentReport, Source, record_within};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::Actor;
use crate::domain::freetext::{Text, pasted};
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{OnAccountError, Payment};
use crate::domain::told::Told;
use crate::storage::{AnyConnection, on_account, payments, periods};

/// What shall be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSettlement {
    /// Whose account it is taken from.
    pub tenant: TenantCode,
    /// An open invoice of that tenant.
    pub invoice: InvoiceNumber,
    pub on: NaiveDate,
    pub amount: Money,
    /// What whoever settles it says of it.
    pub reference: Option<String>,
}

/// What a settlement would meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementPlan {
    /// What is open on the invoice before it.
    pub open: Money,
    /// What is on account before it.
    pub balance: Money,
    /// The days its parts count as paid.
    pub parts: Vec<(NaiveDate, Money)>,
    /// How late the latest of them pays the invoice itself.
    pub days_late: i64,
}

/// What was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettlementReport {
    pub tenant: TenantCode,
    pub invoice: InvoiceNumber,
    pub settled_on: NaiveDate,
    pub amount: Money,
    /// One for each day on which it was received.
    pub payments: Vec<PaymentReport>,
    /// What the tenant has left on account.
    pub balance: Money,
}

/// What [`record`] would meet, if it would take the settlement; writes nothing.
pub fn plan(store: &Store, new: &NewSettlement, now: DateTime<Utc>) -> Result<SettlementPlan, AppError> {
    let new = &typed(new)?;
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        must_be_own(connection, new)?;
        let balance = on_account::balance(connection, Some(&new.tenant))?;
        let (id, invoice) = settle::find(connection, &new.invoice)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let account = gathered.account();
        let parts = parts(connection, new, today)?;
        let last = parts.last().map_or(new.on, |(day, _)| *day);
        periods::check_open(connection, new.on)?;
        Ok(SettlementPlan { open: account.open(), balance, parts, days_late: account.days_late(last) })
    })
}

/// Settles it once, unless it is said to be meant `again`.
pub fn record(
    store: &Store,
    new: &NewSettlement,
    again: bool,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<SettlementReport, AppError> {
    settle_within(store, new, (again, None), by, now)
}

/// The same, if what is open and what is on account is still what it was when the settlement was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewSettlement,
    seen: Option<[Money; 2]>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<SettlementReport, AppError> {
    settle_within(store, new, (true, seen), by, now)
}

fn settle_within(
    store: &Store,
    new: &NewSettlement,
    (again, seen): (bool, Option<[Money; 2]>),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<SettlementReport, AppError> {
    let new = &typed(new)?;
    let today = read_tenants::today(store, now)?;
    let (open, balance) = (seen.map(|[open, _]| open), seen.map(|[_, balance]| balance));
    store.write(|connection| {
        payments::hold(connection)?;
        must_be_own(connection, new)?;
        if !again {
            must_be_new(connection, new)?;
        }
        settle::must_be_as_seen(on_account::balance(connection, Some(&new.tenant))?, balance)?;
        let parts = parts(connection, new, today)?;
        let (mut open, mut payments) = (open, vec![]);
        for (received_on, amount) in parts {
            let (invoice, reference) = (new.invoice.clone(), new.reference.clone());
            let payment = NewPayment { invoice, received_on, amount, reference, statement_key: None };
            let first = payments.first().map(|first: &PaymentReport| first.number.clone());
            let source = Source::OnAccount { settled_on: new.on, first: first.as_deref() };
            let report = record_within(connection, &payment, source, open, (today, by, now))?;
            open = Some(report.open_after);
            payments.push(report);
        }
        Ok(SettlementReport {
            tenant: new.tenant.clone(),
            invoice: new.invoice.clone(),
            settled_on: new.on,
            amount: new.amount,
            payments,
            balance: on_account::balance(connection, Some(&new.tenant))?,
        })
    })
}

/// The same with its reference as it is kept, if that can be.
fn typed(new: &NewSettlement) -> Result<NewSettlement, AppError> {
    let new = NewSettlement { reference: new.reference.as_deref().map(pasted), ..new.clone() };
    new.reference.as_deref().map_or(Ok(()), |reference| Text::Reference.check(reference))?;
    Ok(new)
}

/// The days on which parts of the amount count as paid: when they were received, not before the invoice was issued nor before
/// the last day up to which its interest is claimed. Refused where so much is not on account, or so little is open on the
/// invoice.
fn parts(
    connection: &mut AnyConnection,
    new: &NewSettlement,
    today: NaiveDate,
) -> Result<Vec<(NaiveDate, Money)>, AppError> {
    let (id, invoice) = settle::find(connection, &new.invoice)?;
    // The whole first, so that a refusal is about what was asked and not about a part of it.
    let gathered = settle::gather(connection, id, invoice)?;
    gathered.account().accepts(new.amount, new.on, today).map_err(|error| AppError::refused(&error))?;
    let account = on_account::of_tenant(connection, &new.tenant)?;
    account.gives(new.amount, new.on, today).map_err(|error| AppError::refused(&error))?;
    let claimed = gathered.account().claimed_through(&gathered.claimed());
    if let Some(claimed) = claimed.filter(|claimed| *claimed > new.on) {
        let invoice = new.invoice.to_string();
        return Err(AppError::refused(&OnAccountError::BeforeClaim { invoice, claimed, on: new.on }));
    }
    let earliest = gathered.invoice.issue_date.max(claimed.unwrap_or(NaiveDate::MIN));
    let mut parts: Vec<(NaiveDate, Money)> = vec![];
    for taking in account.takes(new.amount, new.on) {
        let (day, amount) = (taking.on.max(earliest), taking.amount);
        match parts.last_mut().filter(|(last, _)| *last == day) {
            Some((_, sum)) => *sum += amount,
            None => parts.push((day, amount)),
        }
    }
    Ok(parts)
}

/// Refuses what one settlement of that day took as a whole already, with the same words: sent twice it is done once.
fn must_be_new(connection: &mut AnyConnection, new: &NewSettlement) -> Result<(), AppError> {
    let (id, _) = settle::find(connection, &new.invoice)?;
    let moved = on_account::of_tenant(connection, &new.tenant)?.movements;
    let mut settled: BTreeMap<String, Money> = BTreeMap::new();
    let of_same = |one: &Payment| one.settled_on == Some(new.on) && one.reference == new.reference;
    for payment in payments::of_invoice(connection, id)?.into_iter().filter(of_same) {
        let left = moved.iter().find(|one| one.number == payment.number);
        let first = left.and_then(|one| one.recorded_with.clone()).unwrap_or(payment.number);
        *settled.entry(first).or_default() += payment.amount;
    }
    let Some((stands, _)) = settled.into_iter().find(|(_, amount)| *amount == new.amount) else { return Ok(()) };
    let english = format!(
        "{} of {} was settled from the account on {} ({}) already, with the same reference: nothing was recorded; where it is \
         meant a second time, say so by \"again\": true, on the command line by --again",
        new.amount, new.invoice, new.on, stands
    );
    let told = Told::new("settlement-stands", english)
        .with("number", stands)
        .with("invoice", new.invoice.as_str())
        .with("amount", new.amount)
        .with("date", new.on);
    Err(AppError::Contrary(Box::new(told)))
}

/// What a tenant has on account pays no invoice of another.
fn must_be_own(connection: &mut AnyConnection, new: &NewSettlement) -> Result<(), AppError> {
    crate::app::on_account::known(connection, &new.tenant)?;
    let (_, invoice) = settle::find(connection, &new.invoice)?;
    if invoice.buyer.code == new.tenant {
        return Ok(());
    }
    Err(AppError::refused(&OnAccountError::OtherTenant {
        tenant: new.tenant.to_string(),
        invoice: new.invoice.to_string(),
        other: invoice.buyer.code.to_string(),
    }))
}
