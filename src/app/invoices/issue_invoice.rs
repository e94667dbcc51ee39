//! Give a draft its number and freeze it.
//!
//! ONE transaction holds the number, the frozen document, its journal entry, its audit event and its notices: after a
//! crash either all of them are there or none.

use chrono::{DateTime, Utc};

use crate::app::AppError;
use crate::app::notices;
use crate::domain::audit::{Actor, AuditEvent, EntryDigest};
use crate::domain::book::Book;
use crate::domain::calendar::day_in;
use crate::domain::contract::Contract;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{Draft, InvoiceNumber, IssueContext, IssuedInvoice, journal_entry};
use crate::domain::ledger::Chart;
use crate::domain::party::Tenant;
use crate::storage::invoices::SeriesPosition;
use crate::storage::{AnyConnection, audit, evidence, invoices, journal, outbox};

/// Issues `draft` inside the caller's transaction; `stored` is its row if it was drafted before.
pub fn issue(
    connection: &mut AnyConnection,
    book: &Book,
    draft: Draft,
    stored: Option<InvoiceId>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(InvoiceId, IssuedInvoice), AppError> {
    let unnumbered = context(book, &draft, now)?;
    let tenant = unnumbered.tenant;
    let series = &book.seller.number_prefix;
    let place = invoices::take_number(connection, series, chrono::Datelike::year(&unnumbered.issue_date))?;
    let number = InvoiceNumber::new(&place.series, place.year, place.position).map_err(AppError::input)?;
    let invoice = draft.issue(&IssueContext { number, ..unnumbered });
    let id = invoices::insert_issued(connection, &invoice, stored, &place)?;
    record(connection, id, &invoice, &book.accounting.chart, by, now)?;
    queue_notices(connection, id, &invoice, tenant, &book.seller.email, now)?;
    Ok((id, invoice))
}

/// What `draft` would be issued with now, without a number.
pub(in crate::app) fn context<'a>(
    book: &'a Book,
    draft: &Draft,
    now: DateTime<Utc>,
) -> Result<IssueContext<'a>, AppError> {
    Ok(IssueContext {
        number: InvoiceNumber::none(),
        issued_at: now,
        issue_date: day_in(now, book.facility.zone),
        facility: &book.facility,
        seller: &book.seller,
        tenant: tenant_of(book, draft)?,
        contract: contract_of(book, draft)?,
    })
}

/// Freezes a document that corrects another, with its journal entry, its audit event and its notices.
pub(in crate::app) fn write(
    connection: &mut AnyConnection,
    book: &Book,
    document: &IssuedInvoice,
    place: &SeriesPosition,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<InvoiceId, AppError> {
    let id = invoices::insert_issued(connection, document, None, place)?;
    record(connection, id, document, &book.accounting.chart, by, now)?;
    if let Some(tenant) = book.tenants.iter().find(|tenant| tenant.code == document.buyer.code) {
        queue_notices(connection, id, document, tenant, &book.seller.email, now)?;
    }
    Ok(id)
}

/// The journal entry of an issued document; none for one of zero throughout.
fn post(
    connection: &mut AnyConnection,
    document: &IssuedInvoice,
    chart: &Chart,
    now: DateTime<Utc>,
) -> Result<Option<EntryDigest>, AppError> {
    let entry = journal_entry(document, chart).map_err(|error| AppError::Corrupt(error.to_string()))?;
    Ok(entry.map(|entry| journal::insert(connection, &entry, now)).transpose()?)
}

fn tenant_of<'a>(book: &'a Book, draft: &Draft) -> Result<&'a Tenant, AppError> {
    let tenant = book.tenants.iter().find(|tenant| tenant.code == draft.tenant);
    tenant.ok_or_else(|| AppError::NotFound(format!("tenant {}", draft.tenant)))
}

fn contract_of<'a>(book: &'a Book, draft: &Draft) -> Result<&'a Contract, AppError> {
    let contract = book.contracts.iter().find(|contract| contract.code == draft.contract);
    contract.ok_or_else(|| AppError::NotFound(format!("contract {}", draft.contract)))
}

/// Posts an issued document and tells the trail of it, with the hash of what was frozen.
fn record(
    connection: &mut AnyConnection,
    id: InvoiceId,
    invoice: &IssuedInvoice,
    chart: &Chart,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let posted = post(connection, invoice, chart, now)?;
    let frozen = evidence::frozen(connection, id)?;
    audit::append(connection, &event(invoice, &frozen.content_sha256, by, now).posting(posted))?;
    Ok(())
}

fn event(invoice: &IssuedInvoice, content_sha256: &str, by: &Actor, now: DateTime<Utc>) -> AuditEvent {
    let detail = serde_json::json!({
        "contract": invoice.references.contract,
        "content_sha256": content_sha256,
        "month": invoice.month,
        "net": invoice.totals.net,
        "tax": invoice.totals.tax,
        "gross": invoice.totals.gross,
    });
    AuditEvent::new(now, by, "invoice.issued", invoice.number.as_str(), detail)
}

/// One notice per contact.
fn queue_notices(
    connection: &mut AnyConnection,
    id: InvoiceId,
    invoice: &IssuedInvoice,
    tenant: &Tenant,
    sender: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    for (position, contact) in (1..).zip(&tenant.contacts) {
        let notice = notices::notice((id, invoice), &contact.email, position, sender);
        outbox::enqueue(connection, &notice, now)?;
    }
    Ok(())
}
