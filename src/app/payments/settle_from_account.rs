//! Settle an invoice, or part of it, from what its tenant has on account: a payment like any other, but that the money was
//! received before.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::record_payment::{NewPayment, PaymentReport, Source, record_within};
use crate::app::{AppError, Store, read_tenants, settle};
use crate::domain::audit::Actor;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::OnAccountError;
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
}

/// What a settlement would meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettlementPlan {
    /// What is open on the invoice before it.
    pub open: Money,
    /// What is on account before it.
    pub balance: Money,
    /// How late it pays the invoice itself.
    pub days_late: i64,
}

/// What [`record`] would meet, if it would take the settlement; writes nothing.
pub fn plan(store: &Store, new: &NewSettlement, now: DateTime<Utc>) -> Result<SettlementPlan, AppError> {
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        must_be_own(connection, new)?;
        let (id, invoice) = settle::find(connection, &new.invoice)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let (account, kept) = (gathered.account(), on_account::of_tenant(connection, &new.tenant)?);
        account.accepts(new.amount, new.on, today).map_err(|error| AppError::refused(&error))?;
        kept.gives(new.amount, new.on, today).map_err(|error| AppError::refused(&error))?;
        periods::check_open(connection, new.on)?;
        Ok(SettlementPlan { open: account.open(), balance: kept.balance(), days_late: account.days_late(new.on) })
    })
}

pub fn record(store: &Store, new: &NewSettlement, by: &Actor, now: DateTime<Utc>) -> Result<PaymentReport, AppError> {
    record_as_seen(store, new, None, by, now)
}

/// The same, if what is open and what is on account is still what it was when the settlement was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewSettlement,
    seen: Option<[Money; 2]>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<PaymentReport, AppError> {
    let today = read_tenants::today(store, now)?;
    let (open, balance) = (seen.map(|[open, _]| open), seen.map(|[_, balance]| balance));
    store.write(|connection| {
        payments::hold(connection)?;
        must_be_own(connection, new)?;
        settle::must_be_as_seen(on_account::balance(connection, Some(&new.tenant))?, balance)?;
        let payment = NewPayment {
            invoice: new.invoice.clone(),
            received_on: new.on,
            amount: new.amount,
            reference: None,
            statement_key: None,
        };
        record_within(connection, &payment, Source::OnAccount, open, (today, by, now))
    })
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
