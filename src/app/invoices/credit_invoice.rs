//! Take an issued invoice back, as a whole or line by line, by a credit note.
//!
//! As for an invoice, ONE transaction holds the number, the frozen document, its journal entry, its audit event and its
//! notices; the PDF is made from what was frozen. A month stays billed: what was credited in error is billed again on a
//! later invoice of the contract, never by a second invoice of the same month.

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;

use crate::app::settle::Provided;
use crate::app::{AppError, Store, archive_invoice, export_book, issue_invoice, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::domain::calendar::day_in;
use crate::domain::freetext::Text;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{
    Credit, CreditNoteHead, CreditedLine, CreditedLines, InvoiceNumber, IssuedInvoice, credit_note_of, credit_of,
    credited_lines,
};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::storage::audit::TrailFilter;
use crate::storage::{AnyConnection, audit, invoices, payments};

/// More of one invoice than anybody issues.
const CREDIT_NOTES_MAX: i64 = 1_000;

/// What to take back, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditRequest {
    pub invoice: InvoiceNumber,
    /// Positions from 1, each with the net amount to take back of it, or all that is left of it; everything that is not
    /// credited yet where it is empty.
    pub lines: Vec<(usize, Option<Money>)>,
    pub reason: String,
}

/// The credit note that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreditReport {
    pub number: InvoiceNumber,
    pub invoice: InvoiceNumber,
    pub lines: usize,
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    /// What is open on the invoice afterwards; below zero is owed to the tenant.
    pub open: Money,
    /// The letter that settles the invoice, where nothing is open any more.
    pub letter: Option<String>,
    /// Where the PDF lies, relative to the data directory; a moment later where it could not be made at once.
    pub pdf: String,
}

impl CreditRequest {
    /// Whether it can be carried out twice: of what is left of a line, nothing is left the second time.
    fn names_amounts(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(|(_, amount)| amount.is_some())
    }

    fn chosen(&self) -> CreditedLines<'_> {
        if self.lines.is_empty() { CreditedLines::Rest } else { CreditedLines::Parts(&self.lines) }
    }
}

/// What a credit note would take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditPreview {
    pub credit: Credit,
    pub open_before: Money,
    /// Below zero is owed to the tenant.
    pub open_after: Money,
    /// Whether nothing of the invoice is left: its month stays billed, and comes to nothing.
    pub takes_all: bool,
}

/// An invoice with what of each line is credited already.
#[derive(Debug, Clone)]
pub struct Creditable {
    pub invoice: IssuedInvoice,
    pub credited: Vec<CreditedLine>,
    pub open: Money,
}

/// The invoice with this number, as one looks at it before taking some of it back.
pub fn look(store: &Store, number: &InvoiceNumber) -> Result<Creditable, AppError> {
    store.read(|connection| {
        let (id, invoice) = settle::find(connection, number)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let (credited, open) = (credited_lines(&gathered.invoice, &gathered.credit_notes), gathered.balance().open);
        Ok(Creditable { invoice: gathered.invoice, credited, open })
    })
}

/// What [`credit`] would do; writes nothing.
pub fn preview(store: &Store, request: &CreditRequest) -> Result<CreditPreview, AppError> {
    check_reason(request)?;
    without_reason(store, request)
}

/// The same before its reason is known, for a form that tells at once all that is wrong with it.
pub fn without_reason(store: &Store, request: &CreditRequest) -> Result<CreditPreview, AppError> {
    store.read(|connection| {
        let (id, invoice) = settle::find(connection, &request.invoice)?;
        let gathered = settle::gather(connection, id, invoice)?;
        let credit = credit_of(&gathered.invoice, &gathered.credit_notes, request.chosen());
        let credit = credit.map_err(|error| AppError::refused(&error))?;
        let open_before = gathered.account().open();
        let taken_back = gathered.account().credited + credit.totals.gross;
        Ok(CreditPreview {
            takes_all: taken_back >= gathered.invoice.totals.gross,
            open_after: open_before - credit.totals.gross,
            open_before,
            credit,
        })
    })
}

fn check_reason(request: &CreditRequest) -> Result<(), AppError> {
    if request.reason.trim().is_empty() {
        let told = Told::new("credit-no-reason", "a credit note needs its reason: say why the invoice is taken back");
        return Err(AppError::Refused(Box::new(told)));
    }
    Ok(Text::Reason.check(&request.reason)?)
}

pub fn credit(
    store: &Store,
    request: &CreditRequest,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<CreditReport, AppError> {
    credit_provided(store, request, Provided::Always, by, now)
}

/// The same, unless an earlier credit note took back the same amounts of the same lines: what is sent twice is credited
/// once. `again` says that it is meant a second time.
pub fn credit_once(
    store: &Store,
    request: &CreditRequest,
    again: bool,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<CreditReport, AppError> {
    credit_provided(store, request, Provided::once(again), by, now)
}

/// The same, if what is open is still what it was when the credit note was confirmed.
pub fn credit_as_seen(
    store: &Store,
    request: &CreditRequest,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<CreditReport, AppError> {
    credit_provided(store, request, Provided::as_seen(seen), by, now)
}

fn credit_provided(
    store: &Store,
    request: &CreditRequest,
    provided: Provided,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<CreditReport, AppError> {
    check_reason(request)?;
    let book = export_book::shared(store)?;
    let (id, note, mut report) = store.write(|connection| issue(connection, &book, request, provided, by, now))?;
    report.pdf = archive_invoice::archive_issued(store, id, &note, now).display().to_string();
    Ok(report)
}

fn issue(
    connection: &mut AnyConnection,
    book: &Book,
    request: &CreditRequest,
    provided: Provided,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(InvoiceId, IssuedInvoice, CreditReport), AppError> {
    // Credit notes of one invoice wait for one another, and for its payments.
    payments::hold(connection)?;
    let (id, invoice) = settle::find(connection, &request.invoice)?;
    let before = settle::gather(connection, id, invoice)?;
    settle::must_be_as_seen(before.account().open(), provided.seen())?;
    let settle::Gathered { invoice, credit_notes: earlier, .. } = before;
    let issue_date = day_in(now, book.facility.zone);
    let place = invoices::take_number(connection, &book.seller.number_prefix, issue_date.year())?;
    let number = InvoiceNumber::new(&place.series, place.year, place.position).map_err(AppError::input)?;
    let head = CreditNoteHead { number, issued_at: now, issue_date };
    let note = credit_note_of(&invoice, &earlier, request.chosen(), head).map_err(|error| AppError::refused(&error))?;
    if matches!(provided, Provided::StandsNotYet) && request.names_amounts() {
        must_be_new(&note, &earlier)?;
    }

    let note_id = issue_invoice::write(connection, book, &note, &place, by, now)?;
    audit::append(connection, &event(&note, &invoice, &request.reason, by, now))?;
    let gathered = settle::gather(connection, id, invoice)?;
    gathered.keep_balance(connection, id)?;
    let letter = gathered.letter_if_settled(connection, issue_date, now)?;
    let report = CreditReport {
        number: note.number.clone(),
        invoice: request.invoice.clone(),
        lines: note.charges.len(),
        net: note.totals.net,
        tax: note.totals.tax,
        gross: note.totals.gross,
        open: gathered.account().open(),
        letter,
        pdf: String::new(),
    };
    Ok((note_id, note, report))
}

/// Refuses a credit note that says what an earlier one of the same invoice does.
fn must_be_new(note: &IssuedInvoice, earlier: &[IssuedInvoice]) -> Result<(), AppError> {
    let parts = |note: &IssuedInvoice| -> Vec<_> {
        note.charges.iter().map(|charge| (charge.kind.clone(), charge.net)).collect()
    };
    let wanted = parts(note);
    let Some(stands) = earlier.iter().find(|one| parts(one) == wanted) else { return Ok(()) };
    let (number, net) = (&stands.number, stands.totals.net);
    let english = format!(
        "credit note {number} of {} takes back the same already, {net} net: nothing was issued; where it is meant a second \
         time, say so by \"again\": true, on the command line by --again",
        stands.issue_date
    );
    let told = Told::new("credit-stands", english)
        .with("number", number.as_str())
        .with("amount", net)
        .with("date", stands.issue_date);
    Err(AppError::Contrary(Box::new(told)))
}

/// Why a credit note was issued, as the trail says it; none for what is no credit note.
pub fn reason_of(store: &Store, note: &IssuedInvoice) -> Result<Option<String>, AppError> {
    let connection = &mut *store.connection()?;
    for (invoice, _) in &note.corrects {
        let filter = TrailFilter {
            subject: Some(invoice.to_string()),
            action: Some("invoice.credited".to_owned()),
            ..TrailFilter::default()
        };
        let events = audit::latest(connection, &filter, CREDIT_NOTES_MAX)?;
        let is_own = |event: &AuditEvent| event.detail.get("credit_note") == Some(&note.number.as_str().into());
        if let Some(found) = events.into_iter().find(|chained| is_own(&chained.event)) {
            return Ok(found.event.reason);
        }
    }
    Ok(None)
}

pub(in crate::app) fn event(
    note: &IssuedInvoice,
    invoice: &IssuedInvoice,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> AuditEvent {
    let detail = serde_json::json!({
        "credit_note": note.number,
        "lines": note.charges.len(),
        "net": note.totals.net,
        "tax": note.totals.tax,
        "gross": note.totals.gross,
    });
    let before = serde_json::json!({ "gross": invoice.totals.gross });
    AuditEvent::new(now, by, "invoice.credited", invoice.number.as_str(), detail).before(before).because(reason)
}
