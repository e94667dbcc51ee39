//! Correct an issued invoice that the buyer cannot accept: another engagement, another address, another service code.
//!
//! ONE transaction holds two documents: the credit note that takes back what is left of the invoice, and the corrected
//! invoice (384) that states it again with what the book says today. Amounts stay as they were; what is wrong with an
//! amount is credited line by line and billed on a later invoice.

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;

use crate::app::{AppError, Store, archive_invoice, credit_invoice, export_book, issue_invoice, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::domain::calendar::day_in;
use crate::domain::freetext::Text;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{
    CreditNoteHead, InvoiceNumber, IssueContext, IssuedInvoice, corrected_invoice_of, restated,
};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::storage::invoices::SeriesPosition;
use crate::storage::{AnyConnection, audit, invoices, payments};

/// What to correct, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionRequest {
    pub invoice: InvoiceNumber,
    pub reason: String,
}

/// The two documents that were issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorrectionReport {
    pub invoice: InvoiceNumber,
    pub credit_note: InvoiceNumber,
    pub corrected: InvoiceNumber,
    /// What both come to.
    pub gross: Money,
    /// Where the corrected invoice's PDF lies, relative to the data directory.
    pub pdf: String,
}

/// What a correction would state anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionPreview {
    pub invoice: IssuedInvoice,
    /// As [`correct`] would issue it, but for its number, which is taken at issue: the invoice's own stands for it.
    pub corrected: IssuedInvoice,
    /// What was paid on the invoice and has not gone back: it is then owed to the tenant, and to be set against the
    /// corrected one.
    pub paid: Money,
}

/// What [`correct`] would do; writes nothing.
pub fn preview(store: &Store, number: &InvoiceNumber, now: DateTime<Utc>) -> Result<CorrectionPreview, AppError> {
    let book = export_book::shared(store)?;
    store.read(|connection| {
        let (id, invoice) = settle::find(connection, number)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let context = context(&book, &gathered.invoice, number.clone(), now)?;
        let head = CreditNoteHead { number: number.clone(), issued_at: now, issue_date: context.issue_date };
        let (_, corrected) = corrected_invoice_of(&gathered.invoice, &gathered.credit_notes, head, &context)
            .map_err(|error| AppError::refused(&error))?;
        let paid = gathered.account().paid() - gathered.account().paid_back();
        Ok(CorrectionPreview { invoice: gathered.invoice, corrected, paid })
    })
}

pub fn correct(
    store: &Store,
    request: &CorrectionRequest,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<CorrectionReport, AppError> {
    if request.reason.trim().is_empty() {
        let told = Told::new("correct-no-reason", "a corrected invoice needs its reason: say what was wrong");
        return Err(AppError::Refused(Box::new(told)));
    }
    Text::Reason.check(&request.reason)?;
    let book = export_book::shared(store)?;
    let [(note_id, note), (id, corrected)] = store.write(|connection| issue(connection, &book, request, by, now))?;
    archive_invoice::archive_issued(store, note_id, &note, now);
    let pdf = archive_invoice::archive_issued(store, id, &corrected, now);
    Ok(CorrectionReport {
        invoice: request.invoice.clone(),
        credit_note: note.number.clone(),
        corrected: corrected.number.clone(),
        gross: corrected.totals.gross,
        pdf: pdf.display().to_string(),
    })
}

/// The credit note and the corrected invoice, written.
fn issue(
    connection: &mut AnyConnection,
    book: &Book,
    request: &CorrectionRequest,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<[(InvoiceId, IssuedInvoice); 2], AppError> {
    // As for credit notes: they wait for one another, and for payments.
    payments::hold(connection)?;
    let (id, invoice) = settle::find(connection, &request.invoice)?;
    let earlier = settle::credit_notes_of(connection, &invoice)?;
    let issue_date = day_in(now, book.facility.zone);
    let mut take = || invoices::take_number(connection, &book.seller.number_prefix, issue_date.year());
    let (note_place, corrected_place) = (take()?, take()?);
    let head = CreditNoteHead { number: number(&note_place)?, issued_at: now, issue_date };
    let context = context(book, &invoice, number(&corrected_place)?, now)?;
    let (note, corrected) =
        corrected_invoice_of(&invoice, &earlier, head, &context).map_err(|error| AppError::refused(&error))?;
    if restated(&invoice, &corrected).is_empty() {
        let english = format!(
            "nothing that {} says has changed since it was issued: mend the tenant or the contract first, then correct it",
            invoice.number
        );
        let told = Told::new("correct-nothing", english).with("invoice", invoice.number.as_str());
        return Err(AppError::Refused(Box::new(told)));
    }

    let note_id = issue_invoice::write(connection, book, &note, &note_place, by, now)?;
    audit::append(connection, &credit_invoice::event(&note, &invoice, &request.reason, by, now))?;
    let corrected_id = issue_invoice::write(connection, book, &corrected, &corrected_place, by, now)?;
    audit::append(connection, &event(&corrected, &invoice, &request.reason, by, now))?;
    let gathered = settle::gather(connection, id, invoice)?;
    gathered.keep_balance(connection, id)?;
    gathered.letter_if_settled(connection, issue_date, now)?;
    Ok([(note_id, note), (corrected_id, corrected)])
}

fn number(place: &SeriesPosition) -> Result<InvoiceNumber, AppError> {
    InvoiceNumber::new(&place.series, place.year, place.position).map_err(AppError::input)
}

/// The tenant and the contract as the book knows them today.
fn context<'a>(
    book: &'a Book,
    invoice: &IssuedInvoice,
    number: InvoiceNumber,
    now: DateTime<Utc>,
) -> Result<IssueContext<'a>, AppError> {
    let tenant = book.tenants.iter().find(|tenant| tenant.code == invoice.buyer.code);
    let contract = book.contracts.iter().find(|contract| contract.code == invoice.references.contract);
    Ok(IssueContext {
        number,
        issued_at: now,
        issue_date: day_in(now, book.facility.zone),
        facility: &book.facility,
        seller: &book.seller,
        tenant: tenant.ok_or_else(|| AppError::NotFound(format!("tenant {}", invoice.buyer.code)))?,
        contract: contract.ok_or_else(|| AppError::NotFound(format!("contract {}", invoice.references.contract)))?,
    })
}

fn event(
    corrected: &IssuedInvoice,
    invoice: &IssuedInvoice,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> AuditEvent {
    let state =
        |document: &IssuedInvoice| serde_json::json!({ "buyer": document.buyer, "references": document.references });
    let detail = serde_json::json!({ "corrected": corrected.number, "now": state(corrected) });
    AuditEvent::new(now, by, "invoice.corrected", invoice.number.as_str(), detail)
        .before(state(invoice))
        .because(reason)
}
