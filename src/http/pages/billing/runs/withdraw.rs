//! Withdrawing a draft: what goes, asked with its reason.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::forms::{Fields, refused_or};
use super::super::parts::FieldError;
use super::super::{Frame, done, page};
use super::draft::address;
use super::month;
use crate::app::compare_billing::{self, MonthDraft};
use crate::app::withdraw_draft;
use crate::domain::ids::ContractCode;
use crate::domain::invoice::Draft;
use crate::domain::told::Told;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "billing_withdraw.html")]
struct WithdrawPage {
    frame: Frame,
    draft: Draft,
    month: String,
    action: String,
    back: String,
    /// What was typed.
    reason: String,
    errors: Vec<FieldError>,
}

/// What asks again.
#[derive(Default)]
struct Asked {
    reason: String,
    errors: Vec<FieldError>,
}

pub async fn form(
    shared: Data<Shared>,
    path: Path<(String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    ask(&shared, &http, path.into_inner(), Asked::default()).await
}

async fn ask(
    shared: &Data<Shared>,
    http: &HttpRequest,
    (month_text, contract): (String, String),
    asked: Asked,
) -> Result<HttpResponse, Fault> {
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let (store, code, now) = (shared.store.clone(), contract.clone(), shared.now());
    let found = blocking(move || compare_billing::draft(&store, month, &code, now)).await?;
    // A plan that is not kept is nothing that could be withdrawn.
    let Some(MonthDraft::Kept(draft)) = found else { return Err(Fault::NotFound) };
    let frame = Frame::of(http);
    let (name, back) = (frame.month(&month), address(month, &contract));
    let status = if asked.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = WithdrawPage {
        action: format!("{back}/withdraw"),
        month: name.clone(),
        reason: asked.reason,
        errors: asked.errors,
        frame: frame.under(name, format!("/billing/{month}")).under(contract.to_string(), back.clone()),
        draft,
        back,
    };
    page(status, &template)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<(String, String)>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (month_text, contract) = path.into_inner();
    let (month, code) = (month(&month_text)?, ContractCode(contract.clone()));
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let reason = fields.text("reason").to_owned();
    let typed = reason.clone();
    let withdrawn = blocking(move || {
        let withdrawn = withdraw_draft::withdraw(&store, (&code, month), &reason, &by, now).map(|_| ());
        refused_or(withdrawn, || Told::new("draft-gone", "the draft is not there any more"))
    })
    .await?;
    match withdrawn {
        Ok(()) => Ok(done(&format!("/billing/{month}"), "draft-withdrawn", &contract)),
        Err(told) => {
            let errors = vec![FieldError { field: "reason", text: Frame::of(&http).said(&told) }];
            ask(&shared, &http, (month_text, contract), Asked { reason: typed, errors }).await
        }
    }
}
