//! How far months are billed, and a month beside the one before, contract by contract.

use std::cmp::Reverse;

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::billing::month;
use super::schemas::billing as described;
use super::schemas::values::Amount;
use super::{order, page_of, part};
use crate::app::compare_billing::{self, Compared, Comparison};
use crate::app::list_plan::{self, PlanKey, PlanPart};
use crate::app::plan_billing::{self, ProblemSummary};
use crate::app::read_months::{self, MonthBilling};
use crate::domain::billing_run::{Problem as Found, Severity};
use crate::domain::money::Money;
use crate::http::asked::{none_of, page};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// Months of one answer.
const MONTHS: usize = 12;

/// How far a month is billed.
#[derive(Serialize, ToSchema)]
pub struct MonthAnswer {
    #[schema(example = "2026-10")]
    month: String,
    drafts: i64,
    /// Invoices, those that are cancelled and those that take their place included.
    issued: i64,
    credit_notes: i64,
    /// Contracts with something to bill in the month and no issued invoice of it.
    unbilled: usize,
}

#[utoipa::path(
    get, path = "/api/v1/billing/months", tag = "billing",
    responses((status = 200, body = Vec<MonthAnswer>, description = "The running month and the eleven before it, the latest first."),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn months(shared: Data<Shared>, granted: Granted) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || read_months::latest(&store, &granted.reader(), MONTHS, now)).await?;
    let answer = |one: &MonthBilling| MonthAnswer {
        month: one.month.to_string(),
        drafts: one.drafts,
        issued: one.issued,
        credit_notes: one.credit_notes,
        unbilled: one.unbilled,
    };
    Ok(HttpResponse::Ok().json(found.iter().map(answer).collect::<Vec<_>>()))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ComparisonQuery {
    /// `blocked` (a problem keeps them from being drafted), `problems` (one names them) or `far` (from the month before).
    only: Option<String>,
    /// `tenant` (by name; unasked), `contract`, `net`, `before`, `difference`, `deviation`, `gross` or `known`, with `-` before
    /// it for descending.
    sort: Option<String>,
    /// From 1; 100 rows each. `Link` names the next, `X-Total-Count` how many there are.
    page: Option<String>,
}

/// A contract's month beside the one before. Amounts of a running month are estimates of the whole of it, without the
/// lines that cannot be told yet where it is `partial`.
#[derive(Serialize, ToSchema)]
pub struct ComparedAnswer {
    contract: String,
    title: String,
    tenant: String,
    /// `issued`, `cancelled`, `drafted`, `billable`, `blocked`, `running` or `nothing`.
    state: &'static str,
    /// Of the invoice in force, or of the cancelled one in whose place nothing stands.
    number: Option<String>,
    /// Invoices of the month of which nothing is left.
    cancelled: Vec<String>,
    /// What a running month comes to so far.
    #[schema(value_type = Option<Amount>)]
    known: Option<String>,
    /// None where nothing could be drafted.
    #[schema(value_type = Option<Amount>)]
    net: Option<String>,
    #[schema(value_type = Option<Amount>)]
    gross: Option<String>,
    #[schema(value_type = Option<Amount>)]
    net_before: Option<String>,
    /// The invoice of the month before of which nothing is left: why that month came to nothing.
    cancelled_before: Option<String>,
    #[schema(value_type = Option<Amount>)]
    difference: Option<String>,
    /// The difference in percent of the month before, to one decimal.
    percent: Option<String>,
    /// So far from the month before that somebody should look.
    far: bool,
    /// Lines that cannot be told, or not yet, are missing from the amounts of a running month.
    partial: bool,
    /// As of when a running month is told: a minute behind its readings at most. None of any other.
    as_of: Option<DateTime<Utc>>,
    /// What stands in the way of its invoice, or would if a running month ended as it goes, as the plan of a month tells
    /// it. What concerns no contract by itself stands under `…/problems`.
    #[schema(value_type = Vec<described::ProblemSummary>)]
    problems: Vec<ProblemSummary>,
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/comparison", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ComparisonQuery),
    description = "What each contract comes to in the month, beside what it came to in the month before; writes nothing.",
    responses((status = 200, body = Vec<ComparedAnswer>), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn comparison(
    shared: Data<Shared>,
    http: HttpRequest,
    path: Path<String>,
    query: Query<ComparisonQuery>,
) -> Result<HttpResponse, Fault> {
    let (month, page, order) = (month(&path)?, page(query.page.as_deref())?, order::<PlanKey>(query.sort.as_deref())?);
    let only = query.only.as_deref().unwrap_or_default();
    let chosen = PlanPart::ALL.into_iter().find(|part| part.name() == only);
    let chosen = chosen.ok_or_else(|| none_of("only", only, &["blocked", "problems", "far"]))?;
    let (store, now) = (shared.store.clone(), shared.now());
    let compared = blocking(move || compare_billing::compare(&store, month, now)).await?;
    let found = list_plan::page(chosen.of(&compared), order, None).rows;
    let rows: Vec<ComparedAnswer> = part(&found, page).iter().map(|one| answer(one, &compared)).collect();
    Ok(page_of(&http, page, found.len()).json(rows))
}

fn answer(one: &Compared, compared: &Comparison) -> ComparedAnswer {
    let amount = |amount: Option<Money>| amount.map(|amount| amount.to_string());
    ComparedAnswer {
        contract: one.contract.to_string(),
        title: one.title.clone(),
        tenant: one.tenant.to_string(),
        state: one.state.name(),
        number: one.state.number().map(ToString::to_string),
        cancelled: one.cancelled.iter().map(|cancelled| cancelled.invoice.to_string()).collect(),
        known: amount(one.known),
        net: amount(one.net),
        gross: amount(one.gross),
        net_before: amount(one.net_before),
        cancelled_before: one.cancelled_before.as_ref().map(|one| one.invoice.to_string()),
        difference: amount(one.difference()),
        percent: one.percent().map(|percent| percent.to_string()),
        far: one.is_far(),
        partial: one.is_partial,
        as_of: compared.as_of,
        problems: compared
            .problems
            .iter()
            .filter(|problem| problem.contract.as_ref() == Some(&one.contract))
            .map(plan_billing::problem)
            .collect(),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ProblemsQuery {
    /// Those of this contract alone.
    contract: Option<String>,
    /// `blocking` or `warning`.
    severity: Option<String>,
    /// From 1; 100 rows each. `Link` names the next, `X-Total-Count` how many there are.
    page: Option<String>,
}

/// Something that stands in the way of an invoice of the month, or that one should know before.
#[derive(Serialize, ToSchema)]
pub struct MonthProblem {
    #[serde(flatten)]
    #[schema(value_type = described::ProblemSummary)]
    problem: ProblemSummary,
    /// As of when a running month is told: a minute behind its readings at most. None of any other.
    as_of: Option<DateTime<Utc>>,
}

#[utoipa::path(
    get, path = "/api/v1/billing/{month}/problems", tag = "billing",
    params(("month" = String, Path, example = "2026-10"), ProblemsQuery),
    description = "Every problem of the month, those that block first. Of the running month, what would stand in the way if it \
                   ended as it goes: that it goes on is the first of them.",
    responses((status = 200, body = Vec<MonthProblem>), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn problems(
    shared: Data<Shared>,
    http: HttpRequest,
    path: Path<String>,
    query: Query<ProblemsQuery>,
) -> Result<HttpResponse, Fault> {
    let (month, page) = (month(&path)?, page(query.page.as_deref())?);
    let severity = match query.severity.as_deref().unwrap_or_default() {
        "" => None,
        "blocking" => Some(Severity::Blocking),
        "warning" => Some(Severity::Warning),
        other => return Err(none_of("severity", other, &["blocking", "warning"])),
    };
    let contract = query.contract.as_deref().filter(|code| !code.is_empty());
    let (store, now) = (shared.store.clone(), shared.now());
    let compared = blocking(move || compare_billing::compare(&store, month, now)).await?;
    let is_asked = |one: &&Found| {
        let own = one.contract.as_ref().map(|code| code.as_str());
        severity.is_none_or(|severity| one.severity == severity) && contract.is_none_or(|code| own == Some(code))
    };
    let mut found: Vec<&Found> = compared.problems.iter().filter(is_asked).collect();
    found.sort_by_key(|one| Reverse(one.severity));
    let row = |one: &&Found| MonthProblem { problem: plan_billing::problem(one), as_of: compared.as_of };
    Ok(page_of(&http, page, found.len()).json(part(&found, page).iter().map(row).collect::<Vec<_>>()))
}
