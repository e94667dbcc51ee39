//! Send back to a tenant what it has on account, or part of it, with its journal entry and its audit event in one
//! transaction.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::on_account::{known, post};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::Text;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, repaid_entry};
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
    check_reference(new)?;
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        known(connection, &new.tenant)?;
        let balance = given(connection, new, today)?;
        periods::check_open(connection, new.on)?;
        Ok(balance)
    })
}

pub fn record(store: &Store, new: &NewRepayment, by: &Actor, now: DateTime<Utc>) -> Result<RepaidReport, AppError> {
    record_as_seen(store, new, None, by, now)
}

/// The same, if what is on account is still what it was when the repayment was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewRepayment,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RepaidReport, AppError> {
    check_reference(new)?;
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        let (tenant, on, amount) = (&new.tenant, new.on, new.amount);
        let (id, name) = known(connection, tenant)?;
        // The number makes whoever takes from the account wait, so that what is there is still there when it leaves.
        let number = on_account::take_number(connection, on.year())?;
        settle::must_be_as_seen(on_account::balance(connection, Some(tenant))?, seen)?;
        let before = given(connection, new, today)?;
        let movement = Movement { number, on, amount: -amount, reference: new.reference.clone() };
        let chart = book::load_accounting(connection)?.chart;
        let entry = repaid_entry((tenant.as_str(), &name), &movement, &chart).map_err(AppError::input)?;
        on_account::insert(connection, id, &movement, None, now)?;
        let detail = serde_json::json!({
            "tenant": tenant, "repaid_on": on, "amount": amount, "reference": new.reference,
        });
        let event = AuditEvent::new(now, by, "payment.repaid", &movement.number, detail);
        let event = event.before(serde_json::json!({ "balance": before }));
        let balance = post(connection, tenant, &entry, event, now)?;
        Ok(RepaidReport { number: movement.number, tenant: tenant.clone(), repaid_on: on, amount, balance })
    })
}

/// What is on account, if it gives what shall be sent back.
fn given(connection: &mut AnyConnection, new: &NewRepayment, today: NaiveDate) -> Result<Money, AppError> {
    let account = on_account::of_tenant(connection, &new.tenant)?;
    account.gives(new.amount, new.on, today).map_err(|error| AppError::refused(&error))?;
    Ok(account.balance())
}

fn check_reference(new: &NewRepayment) -> Result<(), AppError> {
    Ok(new.reference.as_deref().map_or(Ok(()), |reference| Text::Reference.check(reference))?)
}
