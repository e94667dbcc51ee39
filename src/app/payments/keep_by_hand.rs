//! Record money of a tenant that pays no invoice yet: all of it is kept on account, with its journal entry and its audit
//! event in one transaction.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::on_account::{self, KeptReport, Received, known};
use crate::app::{AppError, Store, open_invoices, read_tenants, settle};
use crate::domain::audit::Actor;
use crate::domain::freetext::{Text, pasted};
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccountError};
use crate::domain::told::Told;
use crate::storage::{AnyConnection, on_account as stored, payments, periods};

/// What was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReceived {
    pub tenant: TenantCode,
    pub on: NaiveDate,
    pub amount: Money,
    /// What the bank says of it.
    pub reference: Option<String>,
}

/// What [`record`] would meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepPlan {
    /// What is on account before it.
    pub balance: Money,
    /// What is open on invoices of the tenant, which it does not pay.
    pub open: Money,
    /// What says the same and stands: it is refused unless it is said to have come again.
    pub stands: Option<String>,
}

/// What [`record`] would meet, if it would keep it; writes nothing.
pub fn plan(store: &Store, new: &NewReceived, now: DateTime<Utc>) -> Result<KeepPlan, AppError> {
    let new = typed(new)?;
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        known(connection, &new.tenant)?;
        on_account::must_have_come(new.on, today)?;
        periods::check_open(connection, new.on)?;
        Ok(KeepPlan {
            balance: stored::balance(connection, Some(&new.tenant))?,
            open: open_invoices::owed_by(connection, &new.tenant)?,
            stands: standing(connection, &new)?.map(|stands| stands.number),
        })
    })
}

/// Records it once, unless it is said to have come `again`.
pub fn record(
    store: &Store,
    new: &NewReceived,
    again: bool,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<KeptReport, AppError> {
    keep(store, new, (again, None), by, now)
}

/// The same, if what is on account is still what it was when it was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewReceived,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<KeptReport, AppError> {
    keep(store, new, (true, seen), by, now)
}

fn keep(
    store: &Store,
    new: &NewReceived,
    (again, seen): (bool, Option<Money>),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<KeptReport, AppError> {
    let new = typed(new)?;
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        payments::hold(connection)?;
        if !again {
            must_be_new(connection, &new)?;
        }
        settle::must_be_as_seen(stored::balance(connection, Some(&new.tenant))?, seen)?;
        let (on, amount, reference) = (new.on, new.amount, new.reference.clone());
        let received =
            Received { on, amount, charge: Money::ZERO, reference, statement_key: None, recorded_with: None };
        on_account::keep(connection, &new.tenant, received, (today, by, now))
    })
}

/// The same with its reference as it is kept, if that can be and anything was received.
fn typed(new: &NewReceived) -> Result<NewReceived, AppError> {
    if new.amount <= Money::ZERO {
        return Err(AppError::refused(&OnAccountError::NothingReceived(new.amount)));
    }
    let new = NewReceived { reference: new.reference.as_deref().map(pasted), ..new.clone() };
    new.reference.as_deref().map_or(Ok(()), |reference| Text::Reference.check(reference))?;
    Ok(new)
}

/// What was recorded by hand for that day already, with the same words, and stands.
fn standing(connection: &mut AnyConnection, new: &NewReceived) -> Result<Option<Movement>, AppError> {
    let account = stored::of_tenant(connection, &new.tenant)?;
    let is_same = |one: &&Movement| {
        // The rest of a payment is recorded with that; what was moved here from another tenant is money received as well.
        let is_rest = one.recorded_with.as_deref().is_some_and(|with| with.starts_with("REG-"));
        let by_hand = one.statement_key.is_none() && !is_rest;
        by_hand
            && account.corrected_by(&one.number).is_none()
            && (one.on, one.amount, &one.reference) == (new.on, new.amount, &new.reference)
    };
    Ok(account.movements.iter().find(is_same).cloned())
}

/// Refuses what stands already: sent twice it is kept once.
fn must_be_new(connection: &mut AnyConnection, new: &NewReceived) -> Result<(), AppError> {
    known(connection, &new.tenant)?;
    let Some(stands) = standing(connection, new)? else { return Ok(()) };
    let english = format!(
        "{} of {} received from {} on {} stands already, with the same reference: nothing was recorded; where it was \
         received a second time, say so by \"again\": true, on the command line by --again",
        stands.number, new.amount, new.tenant, new.on
    );
    let told = Told::new("received-stands", english)
        .with("number", stands.number.as_str())
        .with("tenant", new.tenant.as_str())
        .with("amount", new.amount)
        .with("date", new.on);
    Err(AppError::Contrary(Box::new(told)))
}
