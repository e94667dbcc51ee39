//! Bank statements: read from a file, reported, and what is left of them matched by hand.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::forms::{Fields, refused_or};
use super::super::parts::{Address, Badge, Choice, FieldError, Tone, tenant_choices};
use super::super::upload::Upload;
use super::super::{Frame, done, page, see_other};
use crate::app::match_receipts::{self, BankReceipt, BankStatement};
use crate::app::read_tenants::{self, TenantNames};
use crate::app::{AppError, Store, import_statement};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::calendar::Timestamp;
use crate::domain::told::Told;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::storage::bank::ReceiptOutcome;

/// Statements beside the form; the API lists all.
const STATEMENTS_SHOWN: i64 = 20;

/// A year of statements is a fraction of it.
const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;

#[derive(Template)]
#[template(path = "statement_import.html")]
struct ImportPage {
    frame: Frame,
    errors: Vec<FieldError>,
    statements: Vec<StatementRow>,
}

struct StatementRow {
    id: i64,
    at: String,
    by: String,
    receipts: String,
}

pub async fn form(shared: Data<Shared>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    show(&shared, &http, vec![]).await
}

async fn show(shared: &Data<Shared>, http: &HttpRequest, errors: Vec<FieldError>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let statements = blocking(move || match_receipts::statements(&store, STATEMENTS_SHOWN)).await?;
    let frame = Frame::of(http);
    let row = |one: &BankStatement| StatementRow {
        id: one.id,
        at: frame.instant(Timestamp::from(one.at), frame.zone),
        by: one.by.clone(),
        receipts: frame.whole(one.receipts),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(status, &ImportPage { statements: statements.iter().map(row).collect(), errors, frame })
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    http: HttpRequest,
    body: Multipart,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let upload = Upload::of(&visitor, body, FILE_BYTES_MAX).await?;
    let Some(bytes) = upload.file.map(|(_, bytes)| bytes).filter(|bytes| !bytes.is_empty()) else {
        let errors = vec![FieldError { field: "file", text: frame.t("upload-no-file") }];
        return show(&shared, &http, errors).await;
    };
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let read = blocking(move || {
        let read = import_statement::import(&store, &bytes, &by, now);
        refused_or(read, || Told::new("statement-unreadable", "the statement names what is not known"))
    })
    .await?;
    match read {
        Ok(report) => Ok(see_other(&format!("/payments/statements/{}", report.statement))),
        Err(told) => {
            let errors = vec![FieldError { field: "file", text: frame.said(&told) }];
            show(&shared, &http, errors).await
        }
    }
}

#[derive(Template)]
#[template(path = "receipts.html")]
struct ReceiptsPage {
    frame: Frame,
    title: String,
    /// What the statement held, where the page is about one.
    summary: Option<String>,
    rows: Vec<ReceiptRow>,
    may_record: bool,
    /// Whose money what is left of a receipt may be.
    tenants: Vec<Choice>,
    errors: Vec<FieldError>,
}

struct ReceiptRow {
    booked: String,
    amount: String,
    /// What the bank kept of it and no payment carries yet.
    charge: Option<String>,
    text: String,
    state: Badge,
    why: Option<String>,
    /// Payments it became.
    payments: Option<String>,
    /// Where it is matched; none where nothing is left of it.
    record: Option<String>,
    key: String,
    /// The dismissal's own field.
    field: String,
    /// The reason that was refused, where one was.
    typed: Option<String>,
    /// The field of whose money it is.
    tenant_field: String,
    /// The tenant that was chosen, where it was refused.
    chosen: Option<String>,
}

/// A dismissal that was refused, or what was not kept on account.
pub(super) struct Refused {
    pub receipt: String,
    pub field: &'static str,
    /// The reason, or the tenant.
    pub typed: Option<String>,
    pub text: String,
}

/// The field of the dismissal that was refused; of others it has the row's number.
const REFUSED_FIELD: &str = "reason";
/// The same of whose money a receipt is.
pub(super) const TENANT_FIELD: &str = "tenant";

fn row(frame: &Frame, (index, receipt): (usize, &BankReceipt), refused: Option<&Refused>) -> ReceiptRow {
    let refused = refused.filter(|refused| refused.receipt == receipt.key);
    let (tone, key) = match receipt.outcome {
        ReceiptOutcome::Recorded => (Tone::Ok, "receipt-recorded"),
        ReceiptOutcome::Left => (Tone::Warn, "receipt-waits"),
        ReceiptOutcome::Dismissed => (Tone::Plain, "receipt-dismissed"),
    };
    let waits = receipt.outcome == ReceiptOutcome::Left;
    let field = |name: &str| match refused {
        Some(refused) if refused.field == name => name.to_owned(),
        _ => format!("{name}-{index}"),
    };
    ReceiptRow {
        booked: frame.short_date(&receipt.booked_on),
        amount: frame.bare(&receipt.amount),
        charge: kept(frame, receipt),
        text: receipt.text.clone(),
        state: Badge { tone, text: frame.t(key) },
        why: match_receipts::why(receipt).filter(|_| waits).map(|told| frame.said(&told)),
        payments: receipt.payment.clone(),
        record: waits.then(|| Address::new("/payments/record").set("receipt", &receipt.key).href()),
        key: receipt.key.clone(),
        field: field(REFUSED_FIELD),
        typed: refused.filter(|refused| refused.field == REFUSED_FIELD).and_then(|refused| refused.typed.clone()),
        chosen: refused.filter(|refused| refused.field == TENANT_FIELD).and_then(|refused| refused.typed.clone()),
        tenant_field: field(TENANT_FIELD),
    }
}

/// What the bank kept of a receipt and no payment carries yet, in words.
pub(super) fn kept(frame: &Frame, receipt: &BankReceipt) -> Option<String> {
    let kept = Some(&receipt.charge).filter(|charge| !charge.is_zero())?;
    Some(frame.with("receipt-charge", "amount", frame.amount(kept).as_str()))
}

fn names(store: &Store) -> Result<TenantNames, AppError> {
    read_tenants::names(store, &TenantScope::Everyone)
}

/// What waits for a person.
pub async fn waiting(shared: Data<Shared>, granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    left(&shared, &granted, &http, None).await
}

pub(super) async fn left(
    shared: &Data<Shared>,
    granted: &Granted,
    http: &HttpRequest,
    refused: Option<Refused>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let (receipts, tenants) = blocking(move || Ok((match_receipts::left(&store)?, names(&store)?))).await?;
    let frame = Frame::of(http);
    let status = if refused.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows: Vec<ReceiptRow> = receipts.iter().enumerate().map(|one| row(&frame, one, refused.as_ref())).collect();
    // What waits no more has no field: its message leads to the page's content.
    let shown = rows.iter().any(|row| row.typed.is_some() || row.chosen.is_some());
    let field = refused.as_ref().map_or("content", |refused| if shown { refused.field } else { "content" });
    let template = ReceiptsPage {
        title: frame.t("receipts-title"),
        summary: None,
        rows,
        may_record: policy(granted.role, Action::RecordPayments) != Decision::Deny,
        tenants: tenant_choices(&tenants, None),
        errors: refused.map(|refused| FieldError { field, text: refused.text }).into_iter().collect(),
        frame,
    };
    page(status, &template)
}

/// What one statement brought.
pub async fn report(
    shared: Data<Shared>,
    granted: Granted,
    id: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let store = shared.store.clone();
    let (found, tenants) = blocking(move || Ok((match_receipts::statement(&store, id)?, names(&store)?))).await?;
    let (statement, receipts) = found.ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http);
    let of = |outcome| receipts.iter().filter(|receipt| receipt.outcome == outcome).count().to_string();
    let summary = frame.texts(
        "statement-summary",
        &[
            ("receipts", &frame.whole(statement.receipts)),
            ("recorded", &of(ReceiptOutcome::Recorded)),
            ("known", &frame.whole(statement.known_before)),
            ("left", &of(ReceiptOutcome::Left)),
        ],
    );
    let at = frame.instant(Timestamp::from(statement.at), frame.zone);
    let template = ReceiptsPage {
        title: frame.texts("statement-title", &[("number", &id.to_string()), ("at", &at)]),
        summary: Some(summary),
        rows: receipts.iter().enumerate().map(|one| row(&frame, one, None)).collect(),
        may_record: policy(granted.role, Action::RecordPayments) != Decision::Deny,
        tenants: tenant_choices(&tenants, None),
        errors: vec![],
        frame,
    };
    page(StatusCode::OK, &template)
}

/// A receipt that pays no invoice.
pub async fn dismiss(
    shared: Data<Shared>,
    visitor: Visitor,
    granted: Granted,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let (key, reason) = (fields.text("receipt").to_owned(), fields.text("reason").to_owned());
    let (receipt, typed) = (key.clone(), reason.clone());
    let dismissed = blocking(move || {
        let gone = || Told::new("receipt-gone", "the receipt does not wait any more");
        refused_or(match_receipts::dismiss(&store, &key, &reason, &by, now), gone)
    })
    .await?;
    match dismissed {
        Ok(()) => Ok(done("/payments/receipts", "receipt-dismissed", "")),
        Err(told) => {
            let refused =
                Refused { receipt, field: REFUSED_FIELD, typed: Some(typed), text: Frame::of(&http).said(&told) };
            left(&shared, &granted, &http, Some(refused)).await
        }
    }
}
