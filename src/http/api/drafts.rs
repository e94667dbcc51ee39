//! What is done with the draft at `/api/v1/billing/{month}/drafts/{contract}`: looked at on paper, its lines followed, withdrawn.

use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::billing::month;
use super::download;
use super::invoices::{LineEvidence, line_evidence};
use super::line_readings::{LineReadingsAnswer, LineReadingsQuery, told};
use super::schemas::billing as described;
use crate::app::compare_billing::{self, MonthDraft};
use crate::app::plan_billing::{self, ProblemSummary};
use crate::app::{preview_draft, read_evidence, withdraw_draft};
use crate::domain::billing_run::Problem as Found;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ContractCode;
use crate::domain::invoice::Draft;
use crate::domain::party::Language;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::pages::encoded;
use crate::http::state::{Shared, blocking};

/// That no draft can be made, and what stands in its way.
#[derive(Serialize, ToSchema)]
pub struct BlockedDraft {
    #[serde(flatten)]
    problem: Problem,
    /// As the plan of a month tells them.
    #[schema(value_type = Vec<described::ProblemSummary>)]
    problems: Vec<ProblemSummary>,
}

/// The same as a fault, for a page.
pub fn unmade(problems: &[Found]) -> Fault {
    let why: Vec<&str> = problems.iter().map(|problem| problem.message.english.as_str()).collect();
    Fault::Conflict(format!("no draft can be made: {}", why.join("; ")))
}

pub(super) fn blocked(problems: &[Found]) -> HttpResponse {
    let fault = unmade(problems);
    let problem = fault.problem();
    let body = BlockedDraft { problem, problems: problems.iter().map(plan_billing::problem).collect() };
    HttpResponse::build(fault.status_code()).content_type("application/problem+json").json(body)
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/drafts/{contract}/pdf", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path)),
    description = "The draft on paper as it would be issued now: without a number, marked on every page that it is no invoice, kept nowhere.",
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = BlockedDraft, description = "Problems stand in its way.")),
    security(("token" = []))
)]
pub async fn pdf(shared: Data<Shared>, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let (bytes, language) = match paper(&shared, month, contract.clone()).await? {
        Ok(paper) => paper,
        Err(problems) => return Ok(blocked(&problems)),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header(download(file_name(month, &contract, language)))
        .body(bytes))
}

/// The PDF of a draft, kept or as it would be made now, and its language, or what stands in its way; pages show it too.
pub async fn paper(
    shared: &Data<Shared>,
    month: BillingMonth,
    contract: ContractCode,
) -> Result<Result<(Vec<u8>, Language), Vec<Found>>, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || {
        Ok(match compare_billing::draft(&store, month, &contract, now)? {
            None => None,
            Some(MonthDraft::Blocked(problems)) => Some(Err(problems)),
            Some(MonthDraft::Kept(draft) | MonthDraft::Planned(draft)) => {
                Some(Ok(preview_draft::pdf(&store, draft, now)?))
            }
        })
    })
    .await?;
    found.ok_or(Fault::NotFound)
}

/// `draft-2026-10-C-APHP.pdf`, `brouillon-2026-10-C-APHP.pdf`: in the word its paper is marked with.
pub fn file_name(month: BillingMonth, contract: &ContractCode, language: Language) -> String {
    let word = match language {
        Language::French => "brouillon",
        Language::English => "draft",
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    format!("{word}-{month}-{}.pdf", contract.as_str().chars().map(plain).collect::<String>())
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/drafts/{contract}/lines-billed/{line}", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path), ("line" = usize, Path)),
    description = "What one of the draft's `lines_billed`, from 1, rests on, as of an invoice's line.",
    responses((status = 200, body = LineEvidence), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = BlockedDraft, description = "Problems stand in its way.")),
    security(("token" = []))
)]
pub async fn evidence(shared: Data<Shared>, path: Path<(String, String, String)>) -> Result<HttpResponse, Fault> {
    let (month_text, contract, line) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let position: usize = line.parse().map_err(|_| Fault::NotFound)?;
    let page = format!("/billing/{month}/drafts/{}/lines/{position}", encoded(contract.as_str()));
    let draft = match read(&shared, month, contract).await? {
        Ok(draft) => draft,
        Err(problems) => return Ok(blocked(&problems)),
    };
    let charge = read_evidence::line(&draft.charges, position).ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok().json(line_evidence(charge, Language::French, &page)))
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/drafts/{contract}/lines-billed/{line}/readings", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path), ("line" = usize, Path),
           LineReadingsQuery),
    description = "The readings of one meter on one day behind one of the draft's `lines_billed`, as of an invoice's line.",
    responses((status = 200, body = LineReadingsAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = BlockedDraft, description = "Problems stand in its way.")),
    security(("token" = []))
)]
pub async fn readings(
    shared: Data<Shared>,
    path: Path<(String, String, String)>,
    query: Query<LineReadingsQuery>,
) -> Result<HttpResponse, Fault> {
    let (month_text, contract, line) = path.into_inner();
    match read(&shared, month(&month_text)?, ContractCode(contract)).await? {
        Ok(draft) => told(&shared, &draft.charges, &line, &query).await,
        Err(problems) => Ok(blocked(&problems)),
    }
}

/// The draft, kept or as it would be made now, or what stands in its way.
async fn read(
    shared: &Data<Shared>,
    month: BillingMonth,
    contract: ContractCode,
) -> Result<Result<Draft, Vec<Found>>, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || compare_billing::draft(&store, month, &contract, now)).await?;
    Ok(match found.ok_or(Fault::NotFound)? {
        MonthDraft::Kept(draft) | MonthDraft::Planned(draft) => Ok(draft),
        MonthDraft::Blocked(problems) => Err(problems),
    })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WithdrawQuery {
    /// Why the draft is withdrawn; kept in the audit trail.
    reason: String,
}

#[utoipa::path(
    delete, path = "/api/v1/billing/{month}/drafts/{contract}", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path), WithdrawQuery),
    responses((status = 204, description = "The draft is withdrawn; lines people added to the month go on waiting."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem, description = "No draft is kept of the contract's month."),
              (status = 422, body = Problem, description = "There is no reason, or the month is issued.")),
    security(("token" = []))
)]
pub async fn withdraw(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
    query: Query<WithdrawQuery>,
) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let (store, by, now) = (shared.store.clone(), granted.by.clone(), shared.now());
    blocking(move || withdraw_draft::withdraw(&store, (&contract, month), &query.reason, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
