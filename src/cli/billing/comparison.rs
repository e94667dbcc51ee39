//! `chapelle billing comparison` and `estimate`: a month beside the one before, and what the running one may come to.

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use serde::Serialize;

use super::{Place, describe_problem};
use crate::app::compare_billing::{self, Compared, Comparison};
use crate::app::estimate_month::{self, ContractEstimate};
use crate::app::list_plan::{self, PlanKey, PlanPart};
use crate::app::listing::{Order, SortKey};
use crate::app::plan_billing::{self, ProblemSummary};
use crate::cli::context::counted;
use crate::cli::{CliError, Context, Outcome};
use crate::domain::access::TenantScope;
use crate::domain::billing_run::{EstimatedLine, Problem, ProblemKind, Severity};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, LineCode};
use crate::domain::money::Money;
use crate::domain::told::Told;

#[derive(Debug, Args)]
pub struct Compare {
    /// The month, for example 2026-10; the running one shows estimates.
    #[arg(long)]
    month: BillingMonth,
    /// Only contracts that are blocked, that problems name, or that are far from the month before.
    #[arg(long, value_parser = ["blocked", "problems", "far"])]
    only: Option<String>,
    /// tenant, contract, net, before, difference, deviation, gross or known; with - before it for descending.
    #[arg(long, default_value = "tenant", value_parser = order, allow_hyphen_values = true)]
    sort: Order<PlanKey>,
}

fn order(text: &str) -> Result<Order<PlanKey>, String> {
    let name = text.strip_prefix('-').unwrap_or(text);
    match PlanKey::ALL.iter().any(|key| key.name() == name) {
        true => Ok(Order::named(text)),
        false => Err(format!(
            "`{name}` is none of {}",
            PlanKey::ALL.iter().map(|key| key.name()).collect::<Vec<_>>().join(", ")
        )),
    }
}

/// A month beside the one before.
#[derive(Debug, Serialize)]
struct Report {
    month: BillingMonth,
    /// As of when a running month is told; none of any other.
    as_of: Option<DateTime<Utc>>,
    contracts: Vec<Row>,
    /// Of these contracts, and of none by itself.
    problems: Vec<ProblemSummary>,
}

#[derive(Debug, Serialize)]
struct Row {
    contract: String,
    tenant: String,
    /// `issued`, `cancelled`, `drafted`, `billable`, `blocked`, `running` or `nothing`.
    state: &'static str,
    number: Option<String>,
    /// What a running month comes to so far.
    known: Option<Money>,
    /// Of a running month, an estimate of the whole of it.
    net: Option<Money>,
    gross: Option<Money>,
    net_before: Option<Money>,
    /// The invoice of the month before of which nothing is left: why that month came to nothing.
    cancelled_before: Option<String>,
    difference: Option<Money>,
    percent: Option<String>,
    far: bool,
    /// Lines that cannot be told, or not yet, are missing from a running month.
    partial: bool,
}

impl Row {
    fn of(one: &Compared) -> Row {
        Row {
            contract: one.contract.to_string(),
            tenant: one.tenant.to_string(),
            state: one.state.name(),
            number: one.state.number().map(ToString::to_string),
            known: one.known,
            net: one.net,
            gross: one.gross,
            net_before: one.net_before,
            cancelled_before: one.cancelled_before.as_ref().map(|one| one.invoice.to_string()),
            difference: one.difference(),
            percent: one.percent().map(|percent| percent.to_string()),
            far: one.is_far(),
            partial: one.is_partial,
        }
    }

    fn describe(&self) -> String {
        let told = |amount: Option<Money>| amount.map_or_else(|| "-".to_owned(), |amount| amount.to_string());
        let percent = self.percent.as_ref().map(|percent| format!(" {percent} %")).unwrap_or_default();
        let known = self.known.map(|known| format!("  known {:>14}", known.to_string())).unwrap_or_default();
        let marks = [(self.partial, "partial"), (self.far, "far")];
        let marks = marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word.to_owned());
        let before = self.cancelled_before.as_ref().map(|number| format!("{number} of the month before cancelled"));
        let marks: Vec<String> = marks.chain(before).collect();
        format!(
            "  {:<16} {:<16} {:<9}{known}  net {:>14}  before {:>14}  {:>14}{percent}  {} {}",
            self.contract,
            self.tenant,
            self.state,
            told(self.net),
            told(self.net_before),
            told(self.difference),
            self.number.as_deref().unwrap_or_default(),
            marks.join(", ")
        )
        .trim_end()
        .to_owned()
    }
}

impl Compare {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let compared = compare_billing::compare(&context.open()?, self.month, context.now)?;
        let only = self.only.as_deref().unwrap_or_default();
        let part = PlanPart::ALL.into_iter().find(|part| part.name() == only).unwrap_or_default();
        let chosen = list_plan::page(part.of(&compared), self.sort, None).rows;
        let told = |problem: &&Problem| {
            let is_shown = |code: &ContractCode| chosen.iter().any(|one| one.contract == *code);
            problem.contract.as_ref().is_none_or(is_shown)
        };
        let report = Report {
            month: compared.month,
            as_of: compared.as_of,
            contracts: chosen.iter().map(|one| Row::of(one)).collect(),
            problems: compared.problems.iter().filter(told).map(plan_billing::problem).collect(),
        };
        context.print(&report, describe);
        Ok(if needs_a_person(&compared) { Outcome::NeedsAttention } else { Outcome::Done })
    }
}

/// That a month goes on is nobody's fault.
fn needs_a_person(compared: &Comparison) -> bool {
    let blocks =
        |problem: &Problem| problem.severity == Severity::Blocking && problem.what != ProblemKind::MonthNotFinished;
    compared.problems.iter().any(blocks)
}

fn describe(report: &Report) -> String {
    let contracts = counted(report.contracts.len(), "contract", "contracts");
    let head = match report.as_of {
        Some(at) => format!("{}, which goes on, as of {at}: {contracts}, estimated", report.month),
        None => format!("{}: {contracts}", report.month),
    };
    let rows = report.contracts.iter().map(Row::describe);
    let count = counted(report.problems.len(), "problem", "problems");
    let problems = (!report.problems.is_empty()).then(|| format!("{count}:"));
    let told = report.problems.iter().map(describe_problem);
    std::iter::once(head).chain(rows).chain(problems).chain(told).collect::<Vec<_>>().join("\n")
}

/// What a contract's month may come to.
#[derive(Debug, Serialize)]
struct Estimated {
    contract: String,
    tenant: String,
    month: BillingMonth,
    /// The first day not counted as known.
    known_until: NaiveDate,
    known_net: Money,
    projected_net: Option<Money>,
    projected_gross: Option<Money>,
    previous_invoice: Option<String>,
    previous_net: Option<Money>,
    lines: Vec<Line>,
    /// Lines added by hand that wait for the month's invoice, which no estimate holds.
    lines_waiting: usize,
    /// Lines that cannot be told, and why.
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    line: String,
    /// None where the quantity is agreed for the whole month.
    known_until: Option<NaiveDate>,
    known_net: Money,
    projected_net: Money,
    formulas: Vec<String>,
}

impl Line {
    fn of(line: &EstimatedLine) -> Line {
        Line {
            line: line.line.to_string(),
            known_until: line.known_until,
            known_net: line.known_net,
            projected_net: line.projected_net,
            formulas: line.projected.iter().map(|charge| charge.provenance.formula.clone()).collect(),
        }
    }

    fn describe(&self) -> String {
        let until = self.known_until.map_or_else(|| "agreed".to_owned(), |day| format!("known until {day}"));
        let (known, projected) = (self.known_net.to_string(), self.projected_net.to_string());
        let line = format!("  {:<16} {known:>14} so far, {projected:>14} in all  {until}", self.line);
        let formulas = self.formulas.iter().map(|formula| format!("     {formula}"));
        std::iter::once(line).chain(formulas).collect::<Vec<_>>().join("\n")
    }
}

/// What the contract's month may come to, as its tenant sees it.
pub fn estimate(context: &Context, place: &Place) -> Result<Outcome, CliError> {
    let (store, month) = (context.open()?, place.month);
    let contract = place.known(&store)?;
    let found = estimate_month::read(&store, &TenantScope::Everyone, Some(&contract.tenant), Some(month), context.now)?;
    let own = found.as_ref().and_then(|found| found.contracts.iter().find(|one| one.contract.code == contract.code));
    let own = own.ok_or_else(|| CliError::Input(format!("contract {} is not in force in {month}", contract.code)))?;
    let estimated = estimated(own, month);
    context.print(&estimated, describe_estimate);
    Ok(if estimated.problems.is_empty() { Outcome::Done } else { Outcome::NeedsAttention })
}

fn estimated(one: &ContractEstimate, month: BillingMonth) -> Estimated {
    let (estimate, before) = (&one.estimate, one.before.as_ref());
    let problem = |(line, why): &(LineCode, Vec<Told>)| {
        let why: Vec<&str> = why.iter().map(|told| told.english.as_str()).collect();
        format!("{line}: {}", why.join("; "))
    };
    Estimated {
        contract: one.contract.code.to_string(),
        tenant: one.contract.tenant.to_string(),
        month,
        known_until: estimate.known_until,
        known_net: estimate.known_net,
        projected_net: estimate.projected.map(|totals| totals.net),
        projected_gross: estimate.projected.map(|totals| totals.gross),
        previous_invoice: before.map(|(number, _)| number.to_string()),
        previous_net: before.map(|(_, totals)| totals.net),
        lines: estimate.lines.iter().map(Line::of).collect(),
        lines_waiting: one.waiting.len(),
        problems: estimate.problems.iter().map(problem).collect(),
    }
}

fn describe_estimate(one: &Estimated) -> String {
    let projected = one.projected_net.map_or_else(|| "-".to_owned(), |net| net.to_string());
    let head = format!(
        "{} of {} for {}: {} so far, {projected} by the end of the month (an estimate, not an invoice)",
        one.contract, one.month, one.tenant, one.known_net
    );
    let before = one.previous_invoice.iter().zip(one.previous_net);
    let before = before.map(|(number, net)| format!("  the month before: {net} ({number})"));
    let lines = one.lines.iter().map(Line::describe);
    let waiting = counted(one.lines_waiting, "line added by hand waits", "lines added by hand wait");
    let waiting = (one.lines_waiting > 0).then(|| format!("  {waiting} for the invoice and count beside this"));
    let problems = one.problems.iter().map(|problem| format!("  not told: {problem}"));
    std::iter::once(head).chain(before).chain(lines).chain(waiting).chain(problems).collect::<Vec<_>>().join("\n")
}
