//! A draft as it would be issued, its lines followed to their readings.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::invoice::trace::position;
use super::super::lines::{ServiceGroup, groups};
use super::super::trace::{ReadingsQuery, Traced, line_page, readings_file, readings_page};
use super::super::{Frame, encoded, framed_pdf, page};
use super::manual::{self, ManualView};
use super::month;
use super::problems::{self, ProblemRow};
use crate::app::compare_billing::{self, MonthDraft};
use crate::app::manual_lines;
use crate::app::read_tenants;
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::billing_run::ProblemKind;
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::ContractCode;
use crate::domain::invoice::Draft;
use crate::http::api::drafts;
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
    withdraw: String,
    /// Its paper as it would be issued now.
    preview: String,
    /// Lines people added.
    manual: Vec<ManualView>,
    add: String,
}

/// A month of a contract that cannot be drafted: why, and the lines that wait for it.
#[derive(Template)]
#[template(path = "billing_blocked.html")]
struct BlockedPage {
    frame: Frame,
    title: String,
    /// Nothing but the month's end is waited for.
    is_open: bool,
    /// The month has not begun.
    is_to_come: bool,
    problems: Vec<ProblemRow>,
    may_issue: bool,
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
    let (month, contract) = (month(&month_text)?, ContractCode::from(contract.as_str()));
    let (store, code, now) = (shared.store.clone(), contract.clone(), shared.now());
    let (found, lines) = blocking(move || {
        Ok((compare_billing::draft(&store, month, &code, now)?, manual_lines::waiting(&store, &code, month)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let base = address(month, &contract);
    let (title, add) = (title(&frame, &contract, month), format!("{base}/manual"));
    let may_issue = policy(granted.role, Action::RunBilling) != Decision::Deny;
    let manual = lines.iter().map(|line| manual::view(&frame, line)).collect();
    let (draft, is_kept) = match found.ok_or(Fault::NotFound)? {
        MonthDraft::Kept(draft) => (draft, true),
        MonthDraft::Planned(draft) => (draft, false),
        MonthDraft::Blocked(problems) => {
            let is_open = problems.iter().all(|problem| problem.what == ProblemKind::MonthNotFinished);
            let is_to_come = BillingMonth::of(Timestamp::from(now).date_in(frame.zone)) < month;
            let problems = problems::rows(&frame, &problems::grouped(problems.iter()));
            let frame = above(frame, month);
            let page_of = BlockedPage { frame, title, is_open, is_to_come, problems, may_issue, manual, add };
            return page(StatusCode::OK, &page_of);
        }
    };
    let template = DraftPage {
        title,
        groups: groups(&frame, &draft.charges, &base),
        may_issue,
        manual,
        add,
        issue: format!("/billing/{month}/issue?contract={}", encoded(contract.as_str())),
        withdraw: format!("{base}/withdraw"),
        preview: format!("{base}/preview.pdf"),
        is_kept,
        frame: above(frame, month),
        draft,
    };
    page(StatusCode::OK, &template)
}

/// Its PDF for the frame that shows it in the page.
pub async fn preview(shared: Data<Shared>, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode::from(contract.as_str()));
    let paper = drafts::paper(&shared, month, contract.clone()).await?;
    let (bytes, language) = paper.map_err(|problems| drafts::unmade(&problems))?;
    Ok(framed_pdf(&drafts::file_name(month, &contract, language), bytes))
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

fn title(frame: &Frame, contract: &ContractCode, month: BillingMonth) -> String {
    frame.texts("draft-title", &[("contract", contract.as_str()), ("month", &frame.month(&month))])
}

fn above(frame: Frame, month: BillingMonth) -> Frame {
    let name = frame.month(&month);
    frame.under(name, format!("/billing/{month}"))
}

async fn traced(shared: &Data<Shared>, http: &HttpRequest, month: &str, contract: &str) -> Result<Traced, Fault> {
    let (month, contract) = (super::month(month)?, ContractCode::from(contract));
    let (store, now, code) = (shared.store.clone(), shared.now(), contract.clone());
    let (found, zone) =
        blocking(move || Ok((compare_billing::draft(&store, month, &code, now)?, read_tenants::zone(&store)?))).await?;
    let Some(MonthDraft::Kept(draft) | MonthDraft::Planned(draft)) = found else { return Err(Fault::NotFound) };
    Ok(Traced {
        base: address(month, &contract),
        title: title(&Frame::of(http), &contract, month),
        zone,
        charges: draft.charges,
        is_issued: false,
        scope: TenantScope::Everyone,
        sees_reasons: true,
        corrects: None,
    })
}
