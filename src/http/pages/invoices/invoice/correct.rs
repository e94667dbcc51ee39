//! Stating an invoice again that the buyer cannot accept: what would change is shown, then confirmed with its reason.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::forms::{Fields, refused_or};
use super::super::parts::FieldError;
use super::super::{Frame, done, page};
use super::title;
use crate::app::correct_invoice::{self, CorrectionPreview, CorrectionRequest};
use crate::domain::invoice::{InvoiceNumber, Restated, restated};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "invoice_correct.html")]
struct CorrectPage {
    frame: Frame,
    errors: Vec<FieldError>,
    number: String,
    tenant: String,
    contract: String,
    changes: Vec<ChangeRow>,
    gross: String,
    due: String,
    /// What was paid on the invoice, where anything was.
    paid: Option<String>,
    reason: String,
}

struct ChangeRow {
    label: String,
    before: String,
    after: String,
}

pub async fn form(shared: Data<Shared>, number: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    show(&shared, &http, number.into_inner(), "", vec![]).await
}

async fn show(
    shared: &Data<Shared>,
    http: &HttpRequest,
    number: String,
    reason: &str,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let number = InvoiceNumber::from_stored(number);
    let plan = blocking(move || correct_invoice::preview(&store, &number, now)).await?;
    let frame = Frame::of(http);
    let CorrectionPreview { invoice, corrected, paid } = &plan;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = CorrectPage {
        number: invoice.number.to_string(),
        tenant: invoice.buyer.code.to_string(),
        contract: invoice.references.contract.to_string(),
        changes: restated(invoice, corrected).into_iter().map(|change| row(&frame, change)).collect(),
        gross: frame.amount(&corrected.totals.gross),
        due: frame.date(&corrected.due_date),
        paid: (*paid > Money::ZERO).then(|| frame.amount(paid)),
        reason: reason.to_owned(),
        errors,
        frame: {
            let above = title(&frame, invoice);
            frame.under(above, format!("/invoices/{}", invoice.number))
        },
    };
    page(status, &template)
}

fn row(frame: &Frame, change: Restated) -> ChangeRow {
    ChangeRow { label: frame.t(&format!("restated-{}", change.what)), before: change.before, after: change.after }
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    number: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let number = number.into_inner();
    let reason = fields.text("reason").to_owned();
    let request = CorrectionRequest { invoice: InvoiceNumber::from_stored(number.as_str()), reason: reason.clone() };
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let unknown = || Told::new("invoice-unknown", "the invoice is not known here");
    let outcome = blocking(move || refused_or(correct_invoice::correct(&store, &request, &by, now), unknown)).await?;
    match outcome {
        Ok(report) => Ok(done(&format!("/invoices/{}", report.corrected), "corrected", report.invoice.as_str())),
        Err(told) => {
            let errors = vec![FieldError { field: "reason", text: Frame::of(&http).said(&told) }];
            show(&shared, &http, number, &reason, errors).await
        }
    }
}
