//! What is late, tenant by tenant: since when, what it costs so far, and what interest can be claimed.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::app::{AppError, Store, export_book, remind, settle};
use crate::domain::access::TenantScope;
use crate::domain::calendar::day_in;
use crate::domain::ids::{InvoiceId, TenantCode};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{LateInterest, Settlement, interest_document};
use crate::storage::{AnyConnection, balances, book as stored, invoices, on_account};

/// What tenants are to be reminded of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dunning {
    pub today: NaiveDate,
    #[serde(skip)]
    pub zone: Tz,
    pub tenants: Vec<TenantDues>,
    /// Invoices paid late, in whole or in part, whose interest is not claimed yet.
    pub claimable: Vec<Claimable>,
    /// The first day for which the book has no reference rate, where one is missing.
    pub rate_missing: Option<NaiveDate>,
}

/// What one tenant owes past its due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantDues {
    pub tenant: TenantCode,
    pub name: String,
    /// A service of the seller's own: it is listed so that sums agree, and owes neither interest nor indemnity.
    pub is_internal: bool,
    pub open: Money,
    /// Late interest and indemnities if everything were paid today.
    pub interest: Money,
    /// What it sent and no invoice has taken: to be settled before anything is claimed.
    pub on_account: Money,
    /// The longest late first.
    pub invoices: Vec<OverdueInvoice>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverdueInvoice {
    pub number: InvoiceNumber,
    /// Of what is open: that of the interest where the invoice itself is paid.
    pub due_date: NaiveDate,
    pub days_late: i64,
    pub gross: Money,
    pub open: Money,
    /// The part of `open` that is interest and indemnity claimed.
    pub claimed: Money,
    /// Not claimed yet, parts paid late included. None where no reference rate is known, only claimed interest is open, or a service of the seller's own owes it.
    pub accrued: Option<LateInterest>,
    /// When its tenant was last reminded of it.
    pub reminded_at: Option<DateTime<Utc>>,
}

/// Interest that a late payment gave a right to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claimable {
    pub number: InvoiceNumber,
    pub tenant: TenantCode,
    pub name: String,
    pub due_date: NaiveDate,
    pub amount: Money,
}

/// What is late now. Costs what is open and what can be claimed, not what was ever issued.
pub fn read(store: &Store, now: DateTime<Utc>) -> Result<Dunning, AppError> {
    let zone = export_book::shared(store)?.facility.zone;
    let today = day_in(now, zone);
    store.read(|connection| {
        let rates = stored::load_accounting(connection)?.reference_rates;
        let mut dunning = Dunning { today, zone, tenants: vec![], claimable: vec![], rate_missing: None };
        for id in balances::in_state(connection, Settlement::Open, Some(today))? {
            let Some(gathered) = gathered(connection, id)? else { continue };
            let account = gathered.account();
            let accrued = match account.accruing(today, &rates, &gathered.claimed()) {
                Ok(accrued) => accrued,
                Err(_) => {
                    dunning.rate_missing.get_or_insert(gathered.invoice.due_date);
                    None
                }
            };
            let due_date = gathered.balance().due_date;
            let late = OverdueInvoice {
                number: gathered.invoice.number.clone(),
                due_date,
                days_late: (today - due_date).num_days(),
                gross: gathered.invoice.totals.gross,
                open: account.open(),
                claimed: account.interest_open(),
                accrued,
                reminded_at: remind::sent_before(connection, id)?.last().map(|message| message.created_at),
            };
            add(&mut dunning.tenants, &gathered, late);
        }
        for id in balances::claimable(connection)? {
            let Some(gathered) = gathered(connection, id)? else { continue };
            let account = gathered.account();
            let Ok(late) = account.late_payments(&rates, &gathered.claimed()) else {
                dunning.rate_missing.get_or_insert(gathered.invoice.due_date);
                continue;
            };
            let is_claimed = |document: &String| gathered.claims.iter().any(|(claimed, _)| claimed == document);
            let open = late.iter().filter(|(payment, ..)| !is_claimed(&interest_document(payment)));
            let amount: Money = open.map(|(_, _, claim)| claim.total).sum();
            if amount > Money::ZERO {
                dunning.claimable.push(Claimable {
                    number: gathered.invoice.number.clone(),
                    tenant: gathered.invoice.buyer.code.clone(),
                    name: gathered.invoice.buyer.name.clone(),
                    due_date: gathered.invoice.due_date,
                    amount,
                });
            }
        }
        for (tenant, kept) in on_account::balances(connection)? {
            if let Some(dues) = dunning.tenants.iter_mut().find(|dues| dues.tenant == tenant) {
                dues.on_account = kept;
            }
        }
        dunning.tenants.sort_by(|a, b| b.open.cmp(&a.open).then(a.tenant.cmp(&b.tenant)));
        Ok(dunning)
    })
}

fn gathered(connection: &mut AnyConnection, id: InvoiceId) -> Result<Option<settle::Gathered>, AppError> {
    let stored = invoices::issued_by_id(connection, &TenantScope::Everyone, id)?;
    stored.map(|(id, invoice)| settle::gather(connection, id, invoice)).transpose()
}

fn add(tenants: &mut Vec<TenantDues>, gathered: &settle::Gathered, late: OverdueInvoice) {
    let buyer = &gathered.invoice.buyer;
    let interest = late.accrued.map_or(Money::ZERO, |accrued| accrued.total);
    match tenants.iter_mut().find(|one| one.tenant == buyer.code) {
        Some(known) => {
            known.open += late.open;
            known.interest += interest;
            known.invoices.push(late);
        }
        None => tenants.push(TenantDues {
            tenant: buyer.code.clone(),
            name: buyer.name.clone(),
            is_internal: gathered.invoice.is_internal(),
            open: late.open,
            interest,
            on_account: Money::ZERO,
            invoices: vec![late],
        }),
    }
}
