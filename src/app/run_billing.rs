//! Bill a month: plan it, draft what can be billed, and issue where asked.
//!
//! A run that is killed anywhere and started again ends as if it had run once: each invoice is one transaction, a
//! contract that has its invoice of the month is left alone, and documents are made from what was frozen.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::gather::{Gathered, gather};
use super::plan_billing::{self, PlanReport};
use super::{AppError, Store, archive_invoice, issue_invoice};
use crate::domain::access::TenantScope;
use crate::domain::audit::Actor;
use crate::domain::billing_run::{LateMonth, Plan};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{Draft, IssuedInvoice};
use crate::domain::money::Money;
use crate::storage::invoices::InvoiceStatus;
use crate::storage::{AnyConnection, billing, invoices};

/// What to bill, and who asks.
#[derive(Debug, Clone)]
pub struct RunRequest {
    pub month: BillingMonth,
    /// Number and freeze the drafts as well.
    pub issue: bool,
    pub by: Actor,
    pub now: DateTime<Utc>,
}

/// What was done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct RunReport {
    #[serde(flatten)]
    pub plan: PlanReport,
    /// Drafts written or refreshed.
    pub drafted: usize,
    pub issued: Vec<IssuedSummary>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct IssuedSummary {
    pub number: String,
    pub contract: String,
    pub tenant: String,
    pub gross: Money,
    /// Where the PDF lies, relative to the data directory.
    pub pdf: String,
}

/// Runs the month. `progress` is told how many of the month's invoices are done.
pub fn run(store: &Store, request: &RunRequest, progress: &mut dyn FnMut(usize, usize)) -> Result<RunReport, AppError> {
    // An earlier run may have been stopped between freezing an invoice and making its documents.
    archive_invoice::archive_missing(store, request.now)?;
    let gathered = gather_behind_horizon(store, request)?;
    let plan = plan_billing::make(&gathered, request.now);
    let mut report = RunReport { plan: plan_billing::report(&plan), drafted: 0, issued: Vec::new() };
    for (done, draft) in plan.drafts.iter().enumerate() {
        progress(done, plan.drafts.len());
        if request.issue {
            report.issued.extend(issue(store, &gathered, draft, request)?);
        } else {
            store.write(|connection| Ok(invoices::save_draft(connection, draft, request.now)?))?;
            report.drafted += 1;
        }
    }
    progress(plan.drafts.len(), plan.drafts.len());
    if request.issue {
        forget_billed_changes(store, &gathered, &plan)?;
    }
    Ok(report)
}

/// Readings that change the month after this are marked as late, so none falls between reading and billing.
pub(super) fn gather_behind_horizon(store: &Store, request: &RunRequest) -> Result<Gathered, AppError> {
    let zone = super::export_book::load(store)?.facility.zone;
    if request.issue && request.month.period(zone).to.to_utc() <= request.now {
        store.write(|connection| Ok(billing::raise_horizon(connection, request.month, zone)?))?;
    }
    store.read(|connection| gather(connection, request.month))
}

/// Issues one draft and makes its documents; nothing where another run issued it meanwhile.
pub(super) fn issue(
    store: &Store,
    gathered: &Gathered,
    draft: &Draft,
    request: &RunRequest,
) -> Result<Option<IssuedSummary>, AppError> {
    let issued = store.write(|connection| {
        let existing = invoice_of(connection, draft)?;
        let stored = match existing {
            Some((_, InvoiceStatus::Issued)) => return Ok(None),
            Some((id, InvoiceStatus::Draft)) => Some(id),
            None => None,
        };
        issue_invoice::issue(connection, &gathered.book, draft.clone(), stored, &request.by, request.now).map(Some)
    })?;
    let Some((id, invoice)) = issued else { return Ok(None) };
    let pdf = archive_invoice::archive_one(store, id, &invoice, request.now)?;
    Ok(Some(summary(&invoice, pdf.display().to_string())))
}

fn invoice_of(connection: &mut AnyConnection, draft: &Draft) -> Result<Option<(InvoiceId, InvoiceStatus)>, AppError> {
    let billed = invoices::billed_contracts(connection, &TenantScope::Everyone, draft.month)?;
    Ok(billed.into_iter().find(|one| one.contract == draft.contract).map(|one| (one.invoice, one.status)))
}

fn summary(invoice: &IssuedInvoice, pdf: String) -> IssuedSummary {
    IssuedSummary {
        number: invoice.number.to_string(),
        contract: invoice.references.contract.to_string(),
        tenant: invoice.buyer.code.to_string(),
        gross: invoice.totals.gross,
        pdf,
    }
}

/// Late changes are settled once every contract they touch has an invoice that took them into account.
pub(super) fn forget_billed_changes(store: &Store, gathered: &Gathered, plan: &Plan) -> Result<(), AppError> {
    let settled = |late: &LateMonth| plan.drafts.iter().any(|draft| draft.contract == late.contract);
    if gathered.late_changes.is_empty() || !gathered.late.iter().all(settled) {
        return Ok(());
    }
    store.write(|connection| Ok(billing::clear_late_changes(connection, &gathered.late_changes)?))?;
    Ok(())
}
