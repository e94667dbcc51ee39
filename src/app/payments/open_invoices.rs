//! Which invoices are not paid, and since when they should be.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::{AppError, Store, export_book, settle};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::day_in;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::Settlement;
use crate::storage::invoices::{self, InvoiceFilter, InvoiceStatus, Page};
use crate::storage::{AnyConnection, audit, balances, payments};

/// An invoice on which something is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenInvoice {
    pub number: InvoiceNumber,
    pub tenant: TenantCode,
    pub due_date: NaiveDate,
    pub gross: Money,
    /// Below zero where more was paid than was owed.
    pub open: Money,
    /// Zero before the day after the due date, and where something is owed to the tenant.
    pub days_overdue: i64,
}

/// Every invoice with something open, or with more paid than was owed, oldest due first. Costs what is open, not what
/// was ever issued.
pub fn list(store: &Store, now: DateTime<Utc>) -> Result<Vec<OpenInvoice>, AppError> {
    within(store, &TenantScope::Everyone, now)
}

/// The same of one tenant, of which nothing else is read.
pub fn of_tenant(store: &Store, tenant: &TenantCode, now: DateTime<Utc>) -> Result<Vec<OpenInvoice>, AppError> {
    within(store, &TenantScope::Only(tenant.clone()), now)
}

fn within(store: &Store, scope: &TenantScope, now: DateTime<Utc>) -> Result<Vec<OpenInvoice>, AppError> {
    let today = day_in(now, export_book::shared(store)?.facility.zone);
    let mut found = store.read(|connection| {
        let mut found = Vec::new();
        for state in [Settlement::Open, Settlement::Overpaid] {
            for id in balances::in_state_within(connection, scope, state)? {
                let stored = invoices::issued_by_id(connection, scope, id)?;
                let (Some((_, invoice)), Some(balance)) = (stored, balances::of(connection, id)?) else { continue };
                found.push(OpenInvoice {
                    number: invoice.number,
                    tenant: invoice.buyer.code,
                    due_date: balance.due_date,
                    gross: invoice.totals.gross,
                    open: balance.open,
                    days_overdue: match state {
                        Settlement::Open => (today - balance.due_date).num_days().max(0),
                        _ => 0,
                    },
                });
            }
        }
        Ok::<_, AppError>(found)
    })?;
    found.sort_by(|a, b| (a.due_date, &a.number).cmp(&(b.due_date, &b.number)));
    Ok(found)
}

/// What is open on invoices of a tenant, all of them together.
pub(in crate::app) fn owed_by(connection: &mut AnyConnection, tenant: &TenantCode) -> Result<Money, AppError> {
    let mut owed = Money::ZERO;
    for id in balances::in_state_within(connection, &TenantScope::Only(tenant.clone()), Settlement::Open)? {
        owed += balances::of(connection, id)?.map_or(Money::ZERO, |balance| balance.open);
    }
    Ok(owed)
}

/// Balances that were found to differ from what they follow from, and were written anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    pub invoices: usize,
    pub mended: Vec<InvoiceNumber>,
}

/// Works out what is open on every issued document from its payments, credit notes and claims, and writes what differs.
pub fn rebuild(store: &Store, by: &Actor, now: DateTime<Utc>) -> Result<Rebuilt, AppError> {
    store.write(|connection| {
        payments::hold(connection)?;
        let filter = InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
        let (issued, _) = invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?;
        let mut rebuilt = Rebuilt { invoices: issued.len(), mended: vec![] };
        for summary in issued {
            let stored = invoices::issued_by_id(connection, &TenantScope::Everyone, summary.id)?;
            let Some((id, invoice)) = stored else { continue };
            let gathered = settle::gather(connection, id, invoice)?;
            if balances::of(connection, id)? != Some(gathered.balance()) {
                gathered.keep_balance(connection, id)?;
                rebuilt.mended.push(gathered.invoice.number);
            }
        }
        if !rebuilt.mended.is_empty() {
            let detail = serde_json::json!({ "invoices": rebuilt.mended });
            audit::append(connection, &AuditEvent::new(now, by, "balances.rebuilt", "balances", detail))?;
        }
        Ok(rebuilt)
    })
}
