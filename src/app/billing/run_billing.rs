//! Bill a month: plan it, draft what can be billed, and issue where asked.
//!
//! A run that is killed anywhere and started again ends as if it had run once: each invoice is one transaction, a
//! contract that has its invoice of the month is left alone, and documents are made from what was frozen.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::app::gather::{Gathered, gather};
use crate::app::plan_billing::{self, PlanReport};
use crate::app::{AppError, Store, archive_invoice, issue_invoice, manual_lines, record_availability};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::billing_run::Plan;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, InvoiceId};
use crate::domain::invoice::{Draft, IssuedInvoice};
use crate::domain::money::Money;
use crate::storage::billing::LateChange;
use crate::storage::invoices::InvoiceStatus;
use crate::storage::{AnyConnection, audit, billing, invoices};

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
    let mut report = RunReport { plan: plan_billing::report(&plan, &gathered.book), drafted: 0, issued: Vec::new() };
    for (done, draft) in plan.drafts.iter().enumerate() {
        progress(done, plan.drafts.len());
        if request.issue {
            report.issued.extend(issue(store, &gathered, draft, request)?);
        } else {
            store.write(|connection| save_draft(connection, draft, request))?;
            report.drafted += 1;
        }
    }
    progress(plan.drafts.len(), plan.drafts.len());
    if request.issue {
        let issued = report.issued.iter().map(|one| one.contract.as_str().into()).collect();
        settle_late_changes(store, &gathered, &plan, &issued, request)?;
    }
    Ok(report)
}

/// Readings that change the month after this are marked as late, so none falls between reading and billing.
pub(in crate::app) fn gather_behind_horizon(store: &Store, request: &RunRequest) -> Result<Gathered, AppError> {
    let zone = crate::app::export_book::shared(store)?.facility.zone;
    if request.issue && request.month.period(zone).to.to_utc() <= request.now {
        store.write(|connection| raise_horizon(connection, zone, request))?;
    }
    store.read(|connection| gather(connection, request.month))
}

/// Moves the end of what was billed forward, once.
fn raise_horizon(connection: &mut AnyConnection, zone: Tz, request: &RunRequest) -> Result<(), AppError> {
    let before = billing::horizon(connection)?.map(|horizon| horizon.through);
    billing::raise_horizon(connection, request.month, zone)?;
    let after = billing::horizon(connection)?.map(|horizon| horizon.through);
    if before == after {
        return Ok(());
    }
    let RunRequest { month, by, now, .. } = request;
    let event = AuditEvent::new(*now, by, "billing.begun", &month.to_string(), serde_json::json!({ "through": after }));
    audit::append(connection, &event.before(serde_json::json!({ "through": before })))?;
    Ok(())
}

/// Keeps a draft; one that is there already in the same words is left alone.
pub(in crate::app) fn save_draft(
    connection: &mut AnyConnection,
    draft: &Draft,
    request: &RunRequest,
) -> Result<(), AppError> {
    keep_draft(connection, draft, &request.by, request.now)
}

/// The same, by whomever.
pub(in crate::app) fn keep_draft(
    connection: &mut AnyConnection,
    draft: &Draft,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    invoices::hold_drafts(connection)?;
    let stored = invoices::drafts(connection, &TenantScope::Everyone, draft.month)?;
    let former = stored.into_iter().map(|(_, former)| former).find(|former| former.contract == draft.contract);
    if former.as_ref() == Some(draft) {
        return Ok(());
    }
    invoices::save_draft(connection, draft, now)?;
    let state = |draft: &Draft| serde_json::json!({ "totals": draft.totals, "lines": draft.charges.len() });
    let subject = format!("{} {}", draft.contract, draft.month);
    let mut event = AuditEvent::new(now, by, "invoice.drafted", &subject, state(draft));
    if let Some(former) = &former {
        event = event.before(state(former));
    }
    audit::append(connection, &event)?;
    Ok(())
}

/// Issues one draft and makes its documents; nothing where another run issued it meanwhile.
pub(in crate::app) fn issue(
    store: &Store,
    gathered: &Gathered,
    draft: &Draft,
    request: &RunRequest,
) -> Result<Option<IssuedSummary>, AppError> {
    let issued = store.write(|connection| {
        // Another run may have planned it too: it waits here, and finds it issued.
        invoices::hold_drafts(connection)?;
        let existing = invoice_of(connection, draft)?;
        let stored = match existing {
            Some((_, InvoiceStatus::Issued)) => return Ok(None),
            Some((id, InvoiceStatus::Draft)) => Some(id),
            None => None,
        };
        manual_lines::check_unchanged(connection, draft)?;
        let (id, invoice) =
            issue_invoice::issue(connection, &gathered.book, draft.clone(), stored, &request.by, request.now)?;
        manual_lines::use_up(connection, draft, id)?;
        record_availability::use_up(connection, draft, id)?;
        Ok(Some((id, invoice)))
    })?;
    let Some((id, invoice)) = issued else { return Ok(None) };
    let pdf = archive_invoice::archive_issued(store, id, &invoice, request.now);
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

/// A late change is settled once every contract it touches was rated with it: where there was a difference, its invoice
/// is among `issued`.
pub(in crate::app) fn settle_late_changes(
    store: &Store,
    gathered: &Gathered,
    plan: &Plan,
    issued: &BTreeSet<ContractCode>,
    request: &RunRequest,
) -> Result<(), AppError> {
    let settled: Vec<LateChange> = gathered
        .late_changes
        .iter()
        .filter(|late| late.contracts.iter().all(|contract| is_settled(plan, issued, contract)))
        .map(|late| late.change.clone())
        .collect();
    if settled.is_empty() {
        return Ok(());
    }
    store.write(|connection| {
        let forgotten = billing::clear_late_changes(connection, &settled)?;
        if forgotten > 0 {
            let months: BTreeSet<BillingMonth> = settled.iter().map(|change| change.month).collect();
            let detail = serde_json::json!({ "settled": forgotten, "months": months });
            let subject = request.month.to_string();
            let event = AuditEvent::new(request.now, &request.by, "late-readings.settled", &subject, detail);
            audit::append(connection, &event)?;
        }
        Ok(())
    })
}

/// Whether the run left nothing of earlier months to bill on `contract`: its invoice says the difference, or it was rated
/// and there was none. One billed for the month already was not looked at, and what an invoice cannot carry is still to
/// come.
fn is_settled(plan: &Plan, issued: &BTreeSet<ContractCode>, contract: &ContractCode) -> bool {
    if plan.leaves_regularisations(contract) {
        return false;
    }
    let looked_at = !plan.already_billed.iter().any(|billed| billed.contract == *contract);
    let drafted = plan.drafts.iter().any(|draft| draft.contract == *contract);
    let blocked = plan.blocking().any(|problem| problem.contract.as_ref().is_none_or(|blocked| blocked == contract));
    issued.contains(contract) || (looked_at && !drafted && !blocked)
}
