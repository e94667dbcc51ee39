//! Send back to a tenant what it has on account, or part of it, with its journal entry and its audit event in one
//! transaction.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::on_account::{known, post};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::{Text, pasted};
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccount, repaid_entry};
use crate::domain::told::Told;
use crate::storage::{AnyConnection, book, on_account, periods};

/// What shall be sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRepayment {
    pub tenant: TenantCode,
    pub on: NaiveDate,
    pub amount: Money,
    /// What the bank is told of it.
    pub reference: Option<String>,
}

/// What was sent back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepaidReport {
    pub number: String,
    pub tenant: TenantCode,
    pub repaid_on: NaiveDate,
    pub amount: Money,
    /// What the tenant has left on account.
    pub balance: Money,
}

/// What is on account before [`record`], if it would send it back; writes nothing.
pub fn plan(store: &Store, new: &NewRepayment, now: DateTime<Utc>) -> Result<Money, AppError> {
    let new = &typed(new)?;
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        known(connection, &new.tenant)?;
        let balance = given(connection, new, today)?.balance();
        periods::check_open(connection, new.on)?;
        Ok(balance)
    })
}

/// Records it once, unless it is said to have been sent `again`.
pub fn record(
    store: &Store,
    new: &NewRepayment,
    again: bool,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RepaidReport, AppError> {
    send_back(store, new, (again, None), by, now)
}

/// The same, if what is on account is still what it was when the repayment was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewRepayment,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RepaidReport, AppError> {
    send_back(store, new, (true, seen), by, now)
}

fn send_back(
    store: &Store,
    new: &NewRepayment,
    (again, seen): (bool, Option<Money>),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RepaidReport, AppError> {
    let new = &typed(new)?;
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        let (tenant, on, amount) = (&new.tenant, new.on, new.amount);
        let (id, name) = known(connection, tenant)?;
        // The number makes whoever takes from the account wait, so that what is there is still there when it leaves.
        let number = on_account::take_number(connection, on.year())?;
        if !again {
            must_be_new(connection, new)?;
        }
        settle::must_be_as_seen(on_account::balance(connection, Some(tenant))?, seen)?;
        let account = given(connection, new, today)?;
        let reference = new.reference.clone();
        let movement = Movement { number, on, amount: -amount, reference, statement_key: None, recorded_with: None };
        let chart = book::load_accounting(connection)?.chart;
        let entry = repaid_entry((tenant.as_str(), &name), &movement, &chart).map_err(AppError::input)?;
        let taken = account.takes(amount, on);
        on_account::insert(connection, id, &movement, &taken, now)?;
        let detail = serde_json::json!({
            "tenant": tenant, "repaid_on": on, "amount": amount, "reference": new.reference, "taken": taken,
        });
        let event = AuditEvent::new(now, by, "payment.repaid", &movement.number, detail);
        let event = event.before(serde_json::json!({ "balance": account.balance() }));
        let balance = post(connection, tenant, &entry, event, now)?;
        Ok(RepaidReport { number: movement.number, tenant: tenant.clone(), repaid_on: on, amount, balance })
    })
}

/// Refuses what was sent back on that day already, with the same words: sent twice it is done once.
fn must_be_new(connection: &mut AnyConnection, new: &NewRepayment) -> Result<(), AppError> {
    let movements = on_account::of_tenant(connection, &new.tenant)?.movements;
    let is_same = |one: &&Movement| {
        !one.is_payment() && (one.on, one.amount, &one.reference) == (new.on, -new.amount, &new.reference)
    };
    let Some(stands) = movements.iter().find(is_same) else { return Ok(()) };
    let english = format!(
        "{} of {} sent back to {} on {} stands already, with the same reference: nothing was recorded; where it was sent a \
         second time, say so by \"again\": true, on the command line by --again",
        stands.number, new.amount, new.tenant, new.on
    );
    let told = Told::new("repayment-stands", english)
        .with("number", stands.number.as_str())
        .with("tenant", new.tenant.as_str())
        .with("amount", new.amount)
        .with("date", new.on);
    Err(AppError::Contrary(Box::new(told)))
}

/// The account, if it gives what shall be sent back.
fn given(connection: &mut AnyConnection, new: &NewRepayment, today: NaiveDate) -> Result<OnAccount, AppError> {
    let account = on_account::of_tenant(connection, &new.tenant)?;
    account.gives(new.amount, new.on, today).map_err(|error| AppError::refused(&error))?;
    Ok(account)
}

/// The same with its reference as it is kept, if that can be.
fn typed(new: &NewRepayment) -> Result<NewRepayment, AppError> {
    let new = NewRepayment { reference: new.reference.as_deref().map(pasted), ..new.clone() };
    new.reference.as_deref().map_or(Ok(()), |reference| Text::Reference.check(reference))?;
    Ok(new)
}
