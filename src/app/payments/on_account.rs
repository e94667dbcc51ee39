//! Money kept on account of a tenant: what is there, an invoice settled from it, and what is left sent back; each with its
//! journal entry and its audit event in one transaction.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::record_payment::{NewPayment, PaymentReport, Source, record_within};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::Text;
use crate::domain::ids::TenantCode;
use crate::domain::ledger::JournalEntry;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccount, OnAccountError, Payment, kept_entry, repaid_entry};
use crate::storage::{AnyConnection, audit, book, journal, on_account};

/// What a bank statement shows as received, or what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Received {
    pub on: NaiveDate,
    pub amount: Money,
    /// What the bank kept of it.
    pub charge: Money,
    pub text: String,
}

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptReport {
    pub number: String,
    pub tenant: TenantCode,
    pub kept_on: NaiveDate,
    pub amount: Money,
    /// What the tenant has on account now.
    pub balance: Money,
}

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

/// A tenant's account.
pub fn of_tenant(store: &Store, tenant: &TenantCode) -> Result<OnAccount, AppError> {
    store.read(|connection| {
        known(connection, tenant)?;
        Ok(on_account::of_tenant(connection, tenant)?)
    })
}

/// What all tenants have on account.
pub fn total(store: &Store) -> Result<Money, AppError> {
    Ok(on_account::all(&mut *store.connection()?)?.iter().map(|(_, movement)| movement.amount).sum())
}

/// The row and the name of a tenant, or that it is not known.
fn known(connection: &mut AnyConnection, tenant: &TenantCode) -> Result<(i64, String), AppError> {
    let found = on_account::tenant(connection, tenant)?;
    found.ok_or_else(|| AppError::NotFound(format!("tenant {tenant}")))
}

/// Keeps what was received within the caller's transaction.
pub(in crate::app) fn keep(
    connection: &mut AnyConnection,
    tenant: &TenantCode,
    received: Received,
    (today, by, now): (NaiveDate, &Actor, DateTime<Utc>),
) -> Result<KeptReport, AppError> {
    let Received { on, amount, charge, text } = received;
    if on > today {
        return Err(AppError::refused(&OnAccountError::InFuture { on }));
    }
    let (id, name) = known(connection, tenant)?;
    let number = on_account::take_number(connection, on.year())?;
    let movement = Movement { number, on, amount, reference: Some(text) };
    let chart = book::load_accounting(connection)?.chart;
    let entry = kept_entry((tenant.as_str(), &name), &movement, charge, &chart).map_err(AppError::input)?;
    on_account::insert(connection, id, &movement, now)?;
    let mut detail = serde_json::json!({
        "tenant": tenant, "kept_on": on, "amount": amount, "reference": movement.reference,
    });
    if let Some(detail) = detail.as_object_mut().filter(|_| !charge.is_zero()) {
        detail.insert("bank_charges".to_owned(), serde_json::json!(charge));
    }
    let event = AuditEvent::new(now, by, "payment.kept", &movement.number, detail);
    let balance = post(connection, tenant, &entry, event, now)?;
    Ok(KeptReport { number: movement.number, tenant: tenant.clone(), kept_on: on, amount, balance })
}

/// Posts the entry of what moved, says so, and tells what is on account then.
fn post(
    connection: &mut AnyConnection,
    tenant: &TenantCode,
    entry: &JournalEntry,
    event: AuditEvent,
    now: DateTime<Utc>,
) -> Result<Money, AppError> {
    let posted = journal::insert(connection, entry, now)?;
    audit::append(connection, &event.posting([posted]))?;
    Ok(on_account::of_tenant(connection, tenant)?.balance())
}

/// Takes a payment from its tenant's account, if it is there on its day.
pub(in crate::app) fn take(
    connection: &mut AnyConnection,
    tenant: &TenantCode,
    payment: &Payment,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> Result<(), AppError> {
    let (id, _) = known(connection, tenant)?;
    let (on, amount) = (payment.received_on, payment.amount);
    let account = on_account::of_tenant(connection, tenant)?;
    account.gives(amount, on, today).map_err(|error| AppError::refused(&error))?;
    let (number, reference) = (payment.number.clone(), payment.reference.clone());
    Ok(on_account::insert(connection, id, &Movement { number, on, amount: -amount, reference }, now)?)
}

/// Settles an invoice of `tenant`, or part of it, from what is on account.
pub fn settle_invoice(
    store: &Store,
    tenant: &TenantCode,
    new: &NewPayment,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PaymentReport, AppError> {
    check_reference(new.reference.as_deref())?;
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        let (_, invoice) = settle::find(connection, &new.invoice)?;
        if invoice.buyer.code != *tenant {
            let (tenant, other) = (tenant.to_string(), invoice.buyer.code.to_string());
            let invoice = new.invoice.to_string();
            return Err(AppError::refused(&OnAccountError::OtherTenant { tenant, invoice, other }));
        }
        record_within(connection, new, Source::OnAccount, None, (today, by, now))
    })
}

/// Sends back to a tenant what it has on account, or part of it.
pub fn repay(store: &Store, new: &NewRepayment, by: &Actor, now: DateTime<Utc>) -> Result<RepaidReport, AppError> {
    check_reference(new.reference.as_deref())?;
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        let (tenant, on, amount) = (&new.tenant, new.on, new.amount);
        let (id, name) = known(connection, tenant)?;
        // The number makes whoever takes from the account wait, so that what is there is still there when it leaves.
        let number = on_account::take_number(connection, on.year())?;
        let account = on_account::of_tenant(connection, tenant)?;
        account.gives(amount, on, today).map_err(|error| AppError::refused(&error))?;
        let movement = Movement { number, on, amount: -amount, reference: new.reference.clone() };
        let chart = book::load_accounting(connection)?.chart;
        let entry = repaid_entry((tenant.as_str(), &name), &movement, &chart).map_err(AppError::input)?;
        on_account::insert(connection, id, &movement, now)?;
        let detail = serde_json::json!({
            "tenant": tenant, "repaid_on": on, "amount": amount, "reference": new.reference,
        });
        let event = AuditEvent::new(now, by, "payment.repaid", &movement.number, detail);
        let event = event.before(serde_json::json!({ "balance": account.balance() }));
        let balance = post(connection, tenant, &entry, event, now)?;
        Ok(RepaidReport { number: movement.number, tenant: tenant.clone(), repaid_on: on, amount, balance })
    })
}

fn check_reference(reference: Option<&str>) -> Result<(), AppError> {
    Ok(reference.map_or(Ok(()), |reference| Text::Reference.check(reference))?)
}
