//! What a billing run left undone, and what became of it since: others may have billed it in the meantime.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::run_campaign::{BillingRun, Outcome};
use crate::app::{AppError, Store};
use crate::domain::access::TenantScope;
use crate::domain::ids::ContractCode;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::storage::billing_runs;
use crate::storage::invoices::{self, InvoiceFilter, InvoiceStatus, Page};

/// The contracts a run could not do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOfRun {
    /// Those still to be done.
    pub open: BTreeSet<ContractCode>,
    /// Those that have their invoice of the month meanwhile.
    pub invoiced: BTreeMap<ContractCode, InvoiceNumber>,
}

/// What is left of `run`: what it failed at, and what it had no time for where it was stopped. Of a run of drafts a later
/// run's draft is enough.
pub fn left_of_run(store: &Store, run: &BillingRun) -> Result<LeftOfRun, AppError> {
    let undone = run.items.iter().filter(|item| matches!(item.outcome, Outcome::Failed | Outcome::Waiting));
    let mut open: BTreeSet<ContractCode> = undone.map(|item| item.contract.clone()).collect();
    if open.is_empty() {
        return Ok(LeftOfRun::default());
    }
    store.read(|connection| {
        let mut invoiced = BTreeMap::new();
        let filter = InvoiceFilter {
            month: Some(run.month),
            kind: Some(InvoiceKind::Invoice),
            status: Some(InvoiceStatus::Issued),
            ..InvoiceFilter::default()
        };
        for invoice in invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?.0 {
            let Some(number) = invoice.number.filter(|_| open.remove(&invoice.contract)) else { continue };
            invoiced.insert(invoice.contract, number);
        }
        if !run.issues {
            for contract in billing_runs::drafted_after(connection, run.month, run.id)? {
                open.remove(&contract);
            }
        }
        Ok(LeftOfRun { open, invoiced })
    })
}
