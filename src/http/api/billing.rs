//! `/api/v1/billing`: a month's plan, its drafts and the lines people add to them, runs and how they go on.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::drafts::{BlockedDraft, blocked};
use super::invoices::{LineAnswer, line_answer};
use super::once::{Writing, once};
use super::schemas::billing as described;
use super::schemas::values::Amount;
use super::{PAGE_ROWS_MAX, PageQuery, page_told, paged, part};
use crate::app::compare_billing::{self, MonthDraft};
use crate::app::left_of_run::left_of_run;
use crate::app::manual_lines::{self, ManualLine, treatments};
use crate::app::plan_billing::{self, PlanReport};
use crate::app::run_campaign::{self, BillingRun, Campaign, Outcome, RunItem};
use crate::app::{AppError, Store, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::billing_run::ProblemKind;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::{Designation, Service};
use crate::domain::ids::ContractCode;
use crate::domain::invoice::Draft;
use crate::domain::money::UnitPrice;
use crate::domain::party::Language;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::NewManualLine;
use crate::http::asked::{Expected, page, within};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

pub(super) fn month(text: &str) -> Result<BillingMonth, Fault> {
    text.parse().map_err(|_| Expected::Month.refused("month", text))
}

/// A month's plan.
#[derive(Serialize, ToSchema)]
pub struct PlanAnswer {
    #[serde(flatten)]
    #[schema(value_type = described::PlanReport)]
    plan: PlanReport,
    /// Where a month that is not over is told contract by contract: estimates of it, and the problems found so far. None of
    /// one that is over.
    #[schema(example = "/api/v1/billing/2026-11/comparison")]
    comparison: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}", tag = "billing", params(("month" = String, Path, example = "2026-10")),
    description = "What the month would bill, with every problem; writes nothing. Of a month that is not over nothing is \
                   planned: `comparison` names where it is told.",
    responses((status = 200, body = PlanAnswer, description = "Drafts with their lines, contracts already billed, problems."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn plan(shared: Data<Shared>, path: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, now, month) = (shared.store.clone(), shared.now(), month(&path)?);
    let plan = blocking(move || plan_billing::plan(&store, month, now)).await?;
    let goes_on = plan.problems.iter().any(|problem| problem.what == ProblemKind::MonthNotFinished);
    let comparison = goes_on.then(|| format!("/api/v1/billing/{month}/comparison"));
    Ok(HttpResponse::Ok().json(PlanAnswer { plan, comparison }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunBody {
    /// Number, freeze and send the invoices as well; drafts only where it is false.
    #[serde(default)]
    issue: bool,
    /// Codes of the contracts to bill; every one where it is empty.
    #[serde(default)]
    contracts: Vec<String>,
}

/// A run and how far it got.
#[derive(Serialize, ToSchema)]
pub struct RunAnswer {
    id: i64,
    #[schema(example = "2026-10")]
    month: String,
    issue: bool,
    /// `running`, `done`, `failed` or `stopped`.
    status: &'static str,
    started_by: String,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    error: Option<String>,
    /// How many contracts are done, of how many.
    done: usize,
    total: usize,
    contracts: Vec<RunItemAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct RunItemAnswer {
    contract: String,
    tenant: String,
    /// `waiting`, `drafted`, `issued`, `skipped` or `failed`.
    outcome: &'static str,
    number: Option<String>,
    error: Option<String>,
}

fn answer(run: &BillingRun) -> RunAnswer {
    let item = |item: &RunItem| RunItemAnswer {
        contract: item.contract.to_string(),
        tenant: item.tenant.to_string(),
        outcome: item.outcome.name(),
        number: item.number.clone(),
        error: item.error.as_deref().map(|error| run_campaign::told(error).english),
    };
    RunAnswer {
        id: run.id,
        month: run.month.to_string(),
        issue: run.issues,
        status: run.status.name(),
        started_by: run.started_by.clone(),
        started_at: run.started_at,
        ended_at: run.ended_at,
        error: run.error.as_deref().map(|error| run_campaign::told(error).english),
        done: run.items.iter().filter(|item| item.outcome != Outcome::Waiting).count(),
        total: run.items.len(),
        contracts: run.items.iter().map(item).collect(),
    }
}

#[utoipa::path(
    post, path = "/api/v1/billing/{month}/runs", tag = "billing", params(
        ("month" = String, Path, example = "2026-10"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request starts one run."),
    ),
    request_body = RunBody,
    responses((status = 202, body = RunAnswer, description = "Started: GET /api/v1/billing/runs/{id} tells how far it is."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem, description = "Another run goes on."),
              (status = 422, body = Problem, description = "The month is not over, or there is no such contract.")),
    security(("token" = []))
)]
pub async fn run(writing: Writing, path: Path<String>) -> Result<HttpResponse, Fault> {
    let RunBody { issue, contracts } = writing.body()?;
    let only: BTreeSet<ContractCode> = contracts.into_iter().map(ContractCode).collect();
    let campaign = Campaign { month: month(&path)?, issue, only, by: writing.by() };
    start(writing, campaign).await
}

async fn start(writing: Writing, campaign: Campaign) -> Result<HttpResponse, Fault> {
    let worker = writing.shared.clone();
    once(writing, StatusCode::ACCEPTED, move |_, _, _| launch(&worker, campaign).map(|run| answer(&run))).await
}

/// Begins a run, lets it go on by itself, and gives it as it begins; pages start theirs so too.
pub fn launch(shared: &Data<Shared>, campaign: Campaign) -> Result<BillingRun, AppError> {
    let id = run_campaign::begin(&shared.store, &campaign, shared.now())?;
    let begun = run_campaign::find(&shared.store, id)?;
    let worker = shared.clone();
    std::thread::spawn(move || {
        run_campaign::carry_out(&worker.store, id, &campaign, || worker.now());
        worker.forget_check();
    });
    begun.ok_or_else(|| AppError::NotFound(format!("billing run {id}")))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RunsQuery {
    /// From 1; 20 runs each.
    page: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/billing/runs", tag = "billing", params(RunsQuery),
    responses((status = 200, body = Vec<RunAnswer>, description = "The latest first."), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn runs(shared: Data<Shared>, http: HttpRequest, query: Query<RunsQuery>) -> Result<HttpResponse, Fault> {
    let page = within("page", query.page.as_deref(), 1.., Expected::Page)?.unwrap_or(1);
    let (store, now) = (shared.store.clone(), shared.now());
    let (found, total) = blocking(move || run_campaign::page(&store, page, now)).await?;
    let next = (page.saturating_mul(run_campaign::RUNS_PER_PAGE) < total).then(|| page + 1);
    let mut told = page_told(&http, total, next);
    Ok(told.json(found.iter().map(answer).collect::<Vec<_>>()))
}

#[utoipa::path(
    get, path = "/api/v1/billing/runs/{run}", tag = "billing", params(("run" = i64, Path)),
    responses((status = 200, body = RunAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn progress(shared: Data<Shared>, id: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(answer(&found(&shared, &id).await?)))
}

async fn found(shared: &Data<Shared>, id: &str) -> Result<BillingRun, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || run_campaign::look(&store, id, now)).await?.ok_or(Fault::NotFound)
}

#[utoipa::path(
    post, path = "/api/v1/billing/runs/{run}/retry", tag = "billing", params(
        ("run" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request starts one run."),
    ),
    description = "Starts a run of the contracts that failed or still wait in an earlier one and were not billed since.",
    request_body(content = String, description = "Nothing is asked for."),
    responses((status = 202, body = RunAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn retry(writing: Writing, id: Path<String>) -> Result<HttpResponse, Fault> {
    let run = found(&writing.shared, &id).await?;
    let (store, id, month, issue) = (writing.shared.store.clone(), run.id, run.month, run.issues);
    let only = blocking(move || left_of_run(&store, &run)).await?.open;
    if only.is_empty() {
        return Err(Fault::Unprocessable(format!("run {id} left nothing to be done again")));
    }
    let campaign = Campaign { month, issue, only, by: writing.by() };
    start(writing, campaign).await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DraftsQuery {
    /// From 1; 100 drafts each.
    page: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct DraftsAnswer {
    drafts: Vec<DraftRow>,
    page: usize,
    pages: usize,
    total: usize,
}

#[derive(Serialize, ToSchema)]
pub struct DraftRow {
    contract: String,
    tenant: String,
    lines: usize,
    #[schema(value_type = Amount)]
    net: String,
    #[schema(value_type = Amount)]
    tax: String,
    #[schema(value_type = Amount)]
    gross: String,
}

#[derive(Serialize, ToSchema)]
pub struct DraftAnswer {
    #[serde(flatten)]
    head: DraftRow,
    month: String,
    /// False where it was made just now and is not kept.
    kept: bool,
    lines_billed: Vec<LineAnswer>,
    manual_lines: Vec<ManualLineAnswer>,
}

fn draft_row(draft: &Draft) -> DraftRow {
    DraftRow {
        contract: draft.contract.to_string(),
        tenant: draft.tenant.to_string(),
        lines: draft.charges.len(),
        net: draft.totals.net.to_string(),
        tax: draft.totals.tax.to_string(),
        gross: draft.totals.gross.to_string(),
    }
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/drafts", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), DraftsQuery),
    responses((status = 200, body = DraftsAnswer, description = "Drafts that are kept, by contract."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn drafts(
    shared: Data<Shared>,
    path: Path<String>,
    query: Query<DraftsQuery>,
) -> Result<HttpResponse, Fault> {
    let (store, month) = (shared.store.clone(), month(&path)?);
    let page = page(query.page.as_deref())?;
    let kept = blocking(move || compare_billing::kept(&store, month)).await?;
    let pages = kept.len().div_ceil(PAGE_ROWS_MAX).max(1);
    let drafts = part(&kept, page).iter().map(draft_row).collect();
    Ok(HttpResponse::Ok().json(DraftsAnswer { drafts, page, pages, total: kept.len() }))
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/drafts/{contract}", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path)),
    responses((status = 200, body = DraftAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = BlockedDraft, description = "Problems stand in its way.")),
    security(("token" = []))
)]
pub async fn draft(shared: Data<Shared>, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || {
        let manual = manual_lines::waiting(&store, &contract, month)?;
        Ok(compare_billing::draft(&store, month, &contract, now)?.map(|draft| (draft, manual)))
    })
    .await?;
    let (draft, manual) = found.ok_or(Fault::NotFound)?;
    let (draft, kept) = match draft {
        MonthDraft::Kept(draft) => (draft, true),
        MonthDraft::Planned(draft) => (draft, false),
        MonthDraft::Blocked(problems) => return Ok(blocked(&problems)),
    };
    Ok(HttpResponse::Ok().json(DraftAnswer {
        head: draft_row(&draft),
        month: month.to_string(),
        kept,
        lines_billed: draft.charges.iter().map(|charge| line_answer(charge, Language::French)).collect(),
        manual_lines: manual.iter().map(manual_answer).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualLineBody {
    /// What the invoice says, in French.
    designation: String,
    /// The same in English; the French where it is not given.
    designation_en: Option<String>,
    /// `other`, `space`, `power` or `storage`; other where it is not given.
    #[schema(value_type = Option<String>)]
    service: Option<Service>,
    /// Below zero for an allowance.
    #[schema(value_type = String, example = "2")]
    quantity: String,
    /// `one`, `hour`, `day`, `month` ...; one where it is not given.
    unit: Option<String>,
    #[schema(value_type = String, example = "80.00")]
    unit_price: UnitPrice,
    /// Which of the contract's VAT treatments, from 0 in the order of its lines.
    #[serde(default)]
    vat: usize,
    /// Why; kept in the audit trail, not shown on the invoice.
    reason: String,
}

/// A line a person added.
#[derive(Serialize, ToSchema)]
pub struct ManualLineAnswer {
    id: i64,
    service: &'static str,
    designation: String,
    quantity: String,
    unit: &'static str,
    unit_price: String,
    reason: String,
    added_by: String,
    added_at: DateTime<Utc>,
}

fn manual_answer(line: &ManualLine) -> ManualLineAnswer {
    let new = &line.line;
    ManualLineAnswer {
        id: line.id,
        service: new.service.name(),
        designation: new.designation.fr.clone(),
        quantity: new.quantity.to_string(),
        unit: new.unit.name(),
        unit_price: new.unit_price.to_string(),
        reason: new.reason.clone(),
        added_by: line.by.clone(),
        added_at: line.at,
    }
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/drafts/{contract}/lines", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path), PageQuery),
    responses((status = 200, body = Vec<ManualLineAnswer>, description = "Lines people added that no invoice carries yet."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn lines(
    shared: Data<Shared>,
    path: Path<(String, String)>,
    http: HttpRequest,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (store, month, contract) = (shared.store.clone(), month(&month_text)?, ContractCode(contract));
    let found = blocking(move || {
        known(&store, &contract)?;
        manual_lines::waiting(&store, &contract, month)
    })
    .await?;
    paged(&http, &found.iter().map(manual_answer).collect::<Vec<_>>(), query.page.as_deref())
}

fn known(store: &Store, contract: &ContractCode) -> Result<crate::domain::contract::Contract, AppError> {
    let found = read_tenants::contract(store, &TenantScope::Everyone, contract.as_str())?;
    found.map(|file| file.contract).ok_or_else(|| AppError::NotFound(format!("contract {contract}")))
}

#[utoipa::path(
    post, path = "/api/v1/billing/{month}/drafts/{contract}/lines", tag = "billing", params(
        ("month" = String, Path, example = "2026-10"), ("contract" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request adds one line."),
    ),
    request_body = ManualLineBody,
    responses((status = 201, body = ManualLineAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn add_line(writing: Writing, path: Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let (month_text, contract) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let wanted: ManualLineBody = writing.body()?;
    let wrong = |what: &str| Fault::BadRequest(format!("the body is not what is asked for: {what}"));
    let quantity: Quantity = wanted.quantity.parse().map_err(|_| wrong("quantity is no number of four decimals"))?;
    let unit: Unit = wanted.unit.as_deref().unwrap_or("one").parse().map_err(|_| wrong("unit is none of ours"))?;
    once(writing, StatusCode::CREATED, move |store, by, now| {
        let known = known(store, &contract)?;
        let vat = treatments(&known).get(wanted.vat).map(|vat| (*vat).clone());
        let fr = wanted.designation;
        let line = NewManualLine {
            contract,
            month,
            service: wanted.service.unwrap_or(Service::Other),
            designation: Designation { en: wanted.designation_en.unwrap_or_else(|| fr.clone()), fr },
            quantity,
            unit,
            unit_price: wanted.unit_price,
            vat: vat.ok_or_else(|| AppError::input("vat names none of the contract's treatments"))?,
            reason: wanted.reason,
        };
        manual_lines::add(store, &line, None, by, now).map(|line| manual_answer(&line))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RemoveQuery {
    /// Why the line is taken away; kept in the audit trail.
    reason: String,
}

#[utoipa::path(
    delete, path = "/api/v1/billing/{month}/drafts/{contract}/lines/{manual}", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ("contract" = String, Path), ("manual" = i64, Path), RemoveQuery),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn remove_line(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String, String)>,
    query: Query<RemoveQuery>,
) -> Result<HttpResponse, Fault> {
    let (month_text, contract, id) = path.into_inner();
    let (month, contract) = (month(&month_text)?, ContractCode(contract));
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let (store, by, now) = (shared.store.clone(), granted.by.clone(), shared.now());
    blocking(move || manual_lines::remove(&store, (&contract, month), id, &query.reason, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
