//! Money kept on account of a tenant: what is there, and what is received and kept, with its journal entry and its audit
//! event in one transaction. How it leaves is in `settle_from_account`, `repay` and `correct_kept`.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::{AppError, Store};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::TenantCode;
use crate::domain::ledger::JournalEntry;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccountError, Payment, StatementLine, Taking, kept_entry};
use crate::storage::{AnyConnection, audit, book, journal, on_account};

/// What was received and no invoice takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Received {
    pub on: NaiveDate,
    pub amount: Money,
    /// What the bank kept of it.
    pub charge: Money,
    /// What the bank says of it.
    pub reference: Option<String>,
    /// What tells it from other transactions of a bank statement.
    pub statement_key: Option<String>,
    /// The payment whose rest it is.
    pub recorded_with: Option<String>,
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

/// A tenant's account as a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountStatement {
    pub tenant: TenantCode,
    #[serde(skip)]
    pub name: String,
    pub balance: Money,
    /// Oldest first.
    pub movements: Vec<StatementLine>,
}

/// The account of a tenant within the scope; any other is not known. Its own people do not read what the bank says of money
/// that was kept for it by mistake: that is of another.
pub fn statement(store: &Store, scope: &TenantScope, tenant: &TenantCode) -> Result<AccountStatement, AppError> {
    if !scope.admits(tenant) {
        return Err(unknown(tenant));
    }
    store.read(|connection| {
        let (_, name) = known(connection, tenant)?;
        let account = on_account::of_tenant(connection, tenant)?;
        let mut movements = account.statement(on_account::settled(connection, tenant)?);
        if matches!(scope, TenantScope::Only(_)) {
            for line in movements.iter_mut().filter(|line| account.corrected_by(&line.movement.number).is_some()) {
                line.movement.reference = None;
            }
        }
        Ok(AccountStatement { tenant: tenant.clone(), name, balance: account.balance(), movements })
    })
}

/// Whose account holds how much, by tenant; accounts with nothing on them left out.
pub fn balances(store: &Store) -> Result<Vec<(TenantCode, Money)>, AppError> {
    Ok(on_account::balances(&mut *store.connection()?)?)
}

/// What all tenants have on account, or those within a scope.
pub fn total(store: &Store, scope: &TenantScope) -> Result<Money, AppError> {
    let own = match scope {
        TenantScope::Everyone => None,
        TenantScope::Only(tenant) => Some(tenant),
    };
    Ok(on_account::balance(&mut *store.connection()?, own)?)
}

/// The row and the name of a tenant, or that it is not known.
pub(in crate::app) fn known(connection: &mut AnyConnection, tenant: &TenantCode) -> Result<(i64, String), AppError> {
    on_account::tenant(connection, tenant)?.ok_or_else(|| unknown(tenant))
}

fn unknown(tenant: &TenantCode) -> AppError {
    AppError::NotFound(format!("tenant {tenant}"))
}

/// Refuses a day that has not come yet.
pub(in crate::app) fn must_have_come(on: NaiveDate, today: NaiveDate) -> Result<(), AppError> {
    if on > today { Err(AppError::refused(&OnAccountError::InFuture { on })) } else { Ok(()) }
}

/// Keeps what was received within the caller's transaction.
pub(in crate::app) fn keep(
    connection: &mut AnyConnection,
    tenant: &TenantCode,
    received: Received,
    (today, by, now): (NaiveDate, &Actor, DateTime<Utc>),
) -> Result<KeptReport, AppError> {
    let Received { on, amount, charge, reference, statement_key, recorded_with } = received;
    must_have_come(on, today)?;
    let (id, name) = known(connection, tenant)?;
    let number = on_account::take_number(connection, on.year())?;
    let movement = Movement { number, on, amount, reference, statement_key, recorded_with };
    let chart = book::load_accounting(connection)?.chart;
    let entry = kept_entry((tenant.as_str(), &name), &movement, charge, &chart).map_err(AppError::input)?;
    on_account::insert(connection, id, &movement, &[], now)?;
    let mut detail = serde_json::json!({
        "tenant": tenant, "kept_on": on, "amount": amount, "reference": movement.reference,
        "receipt": movement.statement_key,
    });
    if let Some(detail) = detail.as_object_mut().filter(|_| !charge.is_zero()) {
        detail.insert("bank_charges".to_owned(), serde_json::json!(charge));
    }
    let event = AuditEvent::new(now, by, "payment.kept", &movement.number, detail);
    let balance = post(connection, tenant, &entry, event, now)?;
    Ok(KeptReport { number: movement.number, tenant: tenant.clone(), kept_on: on, amount, balance })
}

/// Posts the entry of what moved, says so, and tells what is on account then.
pub(in crate::app) fn post(
    connection: &mut AnyConnection,
    tenant: &TenantCode,
    entry: &JournalEntry,
    event: AuditEvent,
    now: DateTime<Utc>,
) -> Result<Money, AppError> {
    let posted = journal::insert(connection, entry, now)?;
    audit::append(connection, &event.posting([posted]))?;
    Ok(on_account::balance(connection, Some(tenant))?)
}

/// Takes a payment from its tenant's account, if it is there on its day, and tells from which receipts; `first` is the first
/// part of what is settled at once, where this is another.
pub(in crate::app) fn take(
    connection: &mut AnyConnection,
    tenant: &TenantCode,
    payment: &Payment,
    first: Option<&str>,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> Result<Vec<Taking>, AppError> {
    let (id, _) = known(connection, tenant)?;
    let (on, amount) = (payment.entered_on(), payment.amount);
    let account = on_account::of_tenant(connection, tenant)?;
    account.gives(amount, on, today).map_err(|error| AppError::refused(&error))?;
    let (number, reference) = (payment.number.clone(), payment.reference.clone());
    let recorded_with = first.map(str::to_owned);
    let movement = Movement { number, on, amount: -amount, reference, statement_key: None, recorded_with };
    let takes = account.takes(amount, on);
    on_account::insert(connection, id, &movement, &takes, now)?;
    Ok(takes)
}
