//! A draft as it would be issued, its lines followed to their readings.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use super::super::invoice::trace::position;
use super::super::lines::{ServiceGroup, groups};
use super::super::trace::{ReadingsQuery, Traced, line_page, readings_file, readings_page};
use super::super::{Frame, encoded, page};
use super::manual::{self, ManualView};
use super::month;
use crate::app::compare_billing;
use crate::app::manual_lines;
use crate::app::read_tenants;
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ContractCode;
use crate::domain::invoice::Draft;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "billing_draft.html")]
struct DraftPage {
    frame: Frame,
    draft: Draft,
    title: String,
    is_kept: bool,
    groups: Vec<ServiceGroup>,
    may_issue: bool,
    issue: String,
    /// Lines people added.
    manual: Vec<ManualView>,
    add: String,
}

/// `/billing/2026-10/drafts/C-APHP`
pub fn address(month: BillingMonth, contract: &ContractCode) -> String {
    format!("/billing/{month}/drafts/{}", encoded(contract.as_str()))
}

pub async fn show(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (draft, is_kept, _) = find(&shared, &month_text, &contract).await?;
    let (store, code, month) = (shared.store.clone(), draft.contract.clone(), draft.month);
    let lines = blocking(move || manual_lines::waiting(&store, &code, month)).await?;
    let frame = Frame::of(&http);
    let base = address(draft.month, &draft.contract);
    let template = DraftPage {
        title: title(&frame, &draft),
        groups: groups(&frame, &draft.charges, &base),
        may_issue: policy(granted.role, Action::RunBilling) != Decision::Deny,
        manual: lines.iter().map(|line| manual::view(&frame, line)).collect(),
        add: format!("{base}/manual"),
        issue: format!("/billing/{}/issue?contract={}", draft.month, encoded(draft.contract.as_str())),
        is_kept,
        frame: above(frame, &draft),
        draft,
    };
    page(StatusCode::OK, &template)
}

pub async fn line(
    shared: Data<Shared>,
    path: Path<(String, String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (month, contract, line) = path.into_inner();
    line_page(&shared, &http, &traced(&shared, &http, &month, &contract).await?, position(&line)?).await
}

pub async fn readings(
    shared: Data<Shared>,
    path: Path<(String, String, String)>,
    http: HttpRequest,
    query: Query<ReadingsQuery>,
) -> Result<HttpResponse, Fault> {
    let (month, contract, line) = path.into_inner();
    let traced = traced(&shared, &http, &month, &contract).await?;
    readings_page(&shared, &http, &traced, position(&line)?, &query).await
}

pub async fn file(
    shared: Data<Shared>,
    path: Path<(String, String, String)>,
    http: HttpRequest,
    query: Query<ReadingsQuery>,
) -> Result<HttpResponse, Fault> {
    let (month, contract, line) = path.into_inner();
    let traced = traced(&shared, &http, &month, &contract).await?;
    readings_file(&shared, &http, &traced, position(&line)?, &query).await
}

fn title(frame: &Frame, draft: &Draft) -> String {
    frame.texts("draft-title", &[("contract", draft.contract.as_str()), ("month", &frame.month(&draft.month))])
}

fn above(frame: Frame, draft: &Draft) -> Frame {
    let name = frame.month(&draft.month);
    frame.under(name, format!("/billing/{}", draft.month))
}

async fn traced(shared: &Data<Shared>, http: &HttpRequest, month: &str, contract: &str) -> Result<Traced, Fault> {
    let (draft, _, zone) = find(shared, month, contract).await?;
    Ok(Traced {
        base: address(draft.month, &draft.contract),
        title: title(&Frame::of(http), &draft),
        zone,
        charges: draft.charges,
        is_issued: false,
        scope: TenantScope::Everyone,
        sees_reasons: true,
        corrects: None,
    })
}

async fn find(shared: &Data<Shared>, month_text: &str, contract: &str) -> Result<(Draft, bool, Tz), Fault> {
    let (month, contract) = (month(month_text)?, ContractCode::from(contract));
    let (store, now) = (shared.store.clone(), shared.now());
    let (found, zone) =
        blocking(move || Ok((compare_billing::draft(&store, month, &contract, now)?, read_tenants::zone(&store)?)))
            .await?;
    let (draft, is_kept) = found.ok_or(Fault::NotFound)?;
    Ok((draft, is_kept, zone))
}
