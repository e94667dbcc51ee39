//! Billing runs: a month's plan beside the month before, its drafts, issuing it, and how a run goes on.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::parts::{Badge, Choice, Link, Tone};
use super::{Frame, encoded, page, see_other};
use crate::app::cancelled::Cancelled;
use crate::app::compare_billing::{self, Compared, State};
use crate::app::read_months::{self, MonthBilling};
use crate::app::read_tenants;
use crate::app::run_campaign::{self, BillingRun};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::billing_run::{Problem, ProblemKind, Severity};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::money::Money;
use crate::domain::typography;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod draft;
pub mod manual;
pub mod run;

/// Months the overview names.
const MONTHS: usize = 12;

#[derive(Template)]
#[template(path = "billing.html")]
struct BillingPage {
    frame: Frame,
    choices: Vec<Choice>,
    months: Vec<MonthRow>,
    runs: Vec<RunRow>,
}

struct MonthRow {
    name: String,
    address: String,
    drafts: String,
    /// Invoices, those that are cancelled and those that take their place included.
    issued: String,
    credit_notes: String,
    state: Badge,
}

pub struct RunRow {
    pub id: i64,
    pub month: String,
    pub what: String,
    pub by: String,
    pub at: String,
    pub state: Badge,
    pub counts: String,
}

#[derive(Deserialize)]
pub struct MonthQuery {
    #[serde(default)]
    month: String,
}

/// The months to bill and the latest runs; a month chosen in the form leads to its plan.
pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Fault> {
    if !query.month.is_empty() {
        return Ok(see_other(&format!("/billing/{}", month(&query.month)?)));
    }
    let (store, now) = (shared.store.clone(), shared.now());
    let (today, zone, months, runs) = blocking(move || {
        let months = read_months::latest(&store, &granted.reader(), MONTHS, now)?;
        Ok((read_tenants::today(&store, now)?, read_tenants::zone(&store)?, months, run_campaign::recent(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let running = BillingMonth::of(today);
    let choice = |one: &MonthBilling| Choice {
        value: one.month.to_string(),
        label: frame.month(&one.month),
        is_chosen: one.month == running.previous(),
    };
    let template = BillingPage {
        choices: months.iter().map(choice).collect(),
        months: months.iter().map(|one| month_row(&frame, running, one)).collect(),
        runs: runs.iter().map(|one| run_row(&frame, zone, one)).collect(),
        frame,
    };
    page(StatusCode::OK, &template)
}

fn month_row(frame: &Frame, running: BillingMonth, one: &MonthBilling) -> MonthRow {
    let state = match (one.month == running, one.drafts, one.issued, one.unbilled) {
        (true, ..) => Badge { tone: Tone::Info, text: frame.t("month-running") },
        (_, 0, 0, _) => Badge { tone: Tone::Plain, text: frame.t("month-none") },
        (_, 0, _, 0) => Badge { tone: Tone::Ok, text: frame.t("month-issued") },
        (_, 0, _, some) => {
            let text = frame.with("month-unbilled", "count", &some.to_string());
            Badge { tone: Tone::Warn, text }
        }
        _ => Badge { tone: Tone::Warn, text: frame.t("month-drafts") },
    };
    MonthRow {
        name: frame.month(&one.month),
        address: format!("/billing/{}", one.month),
        drafts: frame.whole(one.drafts),
        issued: frame.whole(one.issued),
        credit_notes: frame.whole(one.credit_notes),
        state,
    }
}

fn run_row(frame: &Frame, zone: chrono_tz::Tz, one: &BillingRun) -> RunRow {
    RunRow {
        id: one.id,
        month: frame.month(&one.month),
        what: frame.t(if one.issues { "run-issue" } else { "run-draft" }),
        by: one.started_by.clone(),
        at: frame.instant(Timestamp::from(one.started_at), zone),
        state: run::state(frame, one),
        counts: run::counts_text(frame, one),
    }
}

/// A month as addresses have it; what is none is not there.
fn month(text: &str) -> Result<BillingMonth, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

#[derive(Template)]
#[template(path = "billing_plan.html")]
struct PlanPage {
    frame: Frame,
    month: BillingMonth,
    title: String,
    before: String,
    rows: Vec<PlanRow>,
    problems: Vec<ProblemRow>,
    blocking: usize,
    warnings: usize,
    net: String,
    gross: String,
    net_before: String,
    difference: String,
    /// Contracts that can be issued now.
    issuable: usize,
    issued: usize,
    may_run: bool,
    previous: String,
    next: String,
    is_finished: bool,
    /// From which day it can be billed, of a month that is not over.
    unfinished: Option<String>,
}

struct PlanRow {
    contract: String,
    title: String,
    tenant: String,
    state: Badge,
    /// The draft or the invoice.
    address: Option<String>,
    /// Of the invoice in force.
    number: Option<String>,
    cancelled: Vec<Link>,
    net: String,
    gross: String,
    before: String,
    difference: String,
    percent: String,
    is_far: bool,
    may_issue: bool,
    issue_address: String,
}

pub struct ProblemRow {
    pub severity: Badge,
    pub what: String,
    pub where_to: String,
    /// Where it is, part by part.
    pub places: Vec<Link>,
    /// The contract's line.
    pub line: Option<String>,
    pub message: String,
}

pub async fn plan(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let month = month(&path)?;
    let (store, now) = (shared.store.clone(), shared.now());
    let compared = blocking(move || compare_billing::compare(&store, month, now)).await?;
    let frame = Frame::of(&http);
    let sum = |amount: fn(&Compared) -> Option<Money>| compared.contracts.iter().filter_map(amount).sum::<Money>();
    let net = sum(|one| one.net);
    // A month that was not billed came to nothing that could be said.
    let was_billed = compared.contracts.iter().any(|one| one.net_before.is_some());
    let net_before = was_billed.then(|| sum(|one| one.net_before));
    let severe = |severity| {
        let told = compared.problems.iter().filter(|problem| !is_unfinished(problem));
        told.filter(|problem| problem.severity == severity).count()
    };
    let is_finished = !compared.problems.iter().any(is_unfinished);
    let issuable = compared.contracts.iter().filter(|one| is_issuable(one)).count();
    let template = PlanPage {
        title: frame.with("billing-title", "month", &frame.of_month(&month)),
        before: frame.month(&month.previous()),
        rows: compared.contracts.iter().map(|one| plan_row(&frame, month, is_finished, one)).collect(),
        blocking: severe(Severity::Blocking),
        warnings: severe(Severity::Warning),
        problems: compared
            .problems
            .iter()
            .filter(|problem| !is_unfinished(problem))
            .map(|problem| problem_row(&frame, problem))
            .collect(),
        net: frame.bare(&net),
        gross: frame.bare(&sum(|one| one.gross)),
        net_before: net_before.map_or_else(|| "–".to_owned(), |before| frame.bare(&before)),
        difference: net_before.map_or_else(|| "–".to_owned(), |before| signed(&frame, net - before)),
        issuable,
        issued: compared.contracts.iter().filter(|one| matches!(one.state, State::Issued(_))).count(),
        may_run: policy(granted.role, Action::RunBilling) != Decision::Deny,
        previous: format!("/billing/{}", month.previous()),
        next: format!("/billing/{}", month.next()),
        unfinished: (!is_finished).then(|| {
            let values = [("month", frame.month(&month)), ("day", frame.date(&month.next().first_day()))];
            frame.texts("billing-unfinished", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }),
        is_finished,
        month,
        frame,
    };
    page(StatusCode::OK, &template)
}

/// That the month goes on is said once, above everything else.
fn is_unfinished(problem: &Problem) -> bool {
    problem.what == ProblemKind::MonthNotFinished
}

const fn is_issuable(one: &Compared) -> bool {
    matches!(one.state, State::Billable | State::Drafted)
}

fn plan_row(frame: &Frame, month: BillingMonth, is_finished: bool, one: &Compared) -> PlanRow {
    let (tone, key, address) = match &one.state {
        State::Issued(number) => (Tone::Ok, "plan-issued", Some(format!("/invoices/{number}"))),
        State::Drafted => (Tone::Info, "plan-drafted", Some(draft::address(month, &one.contract))),
        State::Billable => (Tone::Plain, "plan-billable", Some(draft::address(month, &one.contract))),
        State::Blocked => (Tone::Error, "plan-blocked", Some(draft::address(month, &one.contract))),
        State::Nothing if !is_finished => (Tone::Info, "month-running", Some(estimate_address(month, one))),
        State::Nothing => (Tone::Plain, "plan-nothing", None),
    };
    let bare = |amount: Option<Money>| amount.map_or_else(|| "–".to_owned(), |amount| frame.bare(&amount));
    let percent = one.percent();
    PlanRow {
        contract: one.contract.to_string(),
        title: one.title.clone(),
        tenant: one.tenant_name.clone(),
        state: Badge { tone, text: frame.t(key) },
        address,
        number: match &one.state {
            State::Issued(number) => Some(number.to_string()),
            _ => None,
        },
        cancelled: one.cancelled.iter().map(|one| cancelled_link(frame, one)).collect(),
        net: bare(one.net),
        gross: bare(one.gross),
        before: bare(one.net_before),
        difference: one.difference().map_or_else(|| "–".to_owned(), |difference| signed(frame, difference)),
        percent: percent.map_or_else(String::new, |percent| {
            let plus = if percent > rust_decimal::Decimal::ZERO { "+" } else { "" };
            format!("{plus}{}", typography::percent(percent, frame.language))
        }),
        is_far: percent.is_some_and(|percent| percent.abs() >= rust_decimal::Decimal::from(FAR_PERCENT)),
        may_issue: is_issuable(one),
        issue_address: format!("/billing/{month}/issue?contract={}", encoded(one.contract.as_str())),
    }
}

/// `DC2026000002 annulée par l’avoir DC2026000004`, leading to the cancelled invoice.
fn cancelled_link(frame: &Frame, one: &Cancelled) -> Link {
    let by: Vec<String> = one.by.iter().map(ToString::to_string).collect();
    let values = [("number", one.invoice.as_str()), ("by", &*by.join(", "))];
    Link { label: frame.texts("billing-cancelled", &values), address: format!("/invoices/{}", one.invoice) }
}

/// What the contract may cost in a month that goes on.
fn estimate_address(month: BillingMonth, one: &Compared) -> String {
    format!("/usage/estimate?tenant={}&month={month}", encoded(one.tenant.as_str()))
}

/// From here on a difference is pointed out.
const FAR_PERCENT: i64 = 20;

/// With a plus where it is more.
fn signed(frame: &Frame, amount: Money) -> String {
    let plus = if amount > Money::ZERO { "+" } else { "" };
    format!("{plus}{}", frame.bare(&amount))
}

pub fn problem_row(frame: &Frame, problem: &Problem) -> ProblemRow {
    let (tone, key) = match problem.severity {
        Severity::Blocking => (Tone::Error, "problem-blocking"),
        Severity::Warning => (Tone::Warn, "problem-warning"),
    };
    let named = [
        problem.contract.as_ref().map(ToString::to_string),
        problem.line.as_ref().map(ToString::to_string),
        problem.meter.as_ref().map(ToString::to_string),
    ];
    ProblemRow {
        severity: Badge { tone, text: frame.t(key) },
        what: frame.t(problem_key(problem.what)),
        where_to: named.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        places: places(problem),
        line: problem.line.as_ref().map(ToString::to_string),
        message: frame.said(&problem.message),
    }
}

/// The pages of what a problem is about.
fn places(problem: &Problem) -> Vec<Link> {
    // Where a figure is recorded, for those that are about one.
    let part = match problem.what {
        ProblemKind::AvailabilityUnknown | ProblemKind::CreditWaits => "/availability",
        _ => "",
    };
    let contract = problem
        .contract
        .as_ref()
        .map(|code| Link { label: code.to_string(), address: format!("/contracts/{}{part}", encoded(code.as_str())) });
    let meter = problem
        .meter
        .as_ref()
        .map(|code| Link { label: code.to_string(), address: format!("/meters/{}", encoded(code.as_str())) });
    contract.into_iter().chain(meter).collect()
}

const fn problem_key(what: ProblemKind) -> &'static str {
    match what {
        ProblemKind::MonthNotFinished => "problem-month-not-finished",
        ProblemKind::MissingReadings => "problem-missing-readings",
        ProblemKind::UndeclaredDecrease => "problem-undeclared-decrease",
        ProblemKind::Gap => "problem-gap",
        ProblemKind::UnusableAssignment => "problem-unusable-assignment",
        ProblemKind::UnassignedMeter => "problem-unassigned-meter",
        ProblemKind::NoTariff => "problem-no-tariff",
        ProblemKind::UnitMismatch => "problem-unit-mismatch",
        ProblemKind::IndexValueMissing => "problem-index-value-missing",
        ProblemKind::PueNotComputable => "problem-pue",
        ProblemKind::Unpriceable => "problem-unpriceable",
        ProblemKind::NegativeTotal => "problem-negative-total",
        ProblemKind::VatMix => "problem-vat-mix",
        ProblemKind::MissingRouting => "problem-missing-routing",
        ProblemKind::AvailabilityUnknown => "problem-availability-unknown",
        ProblemKind::CreditWaits => "problem-credit-waits",
        ProblemKind::LateChange => "problem-late-change",
        ProblemKind::CreditTakenBack => "problem-credit-taken-back",
    }
}
