//! `chapelle billing`: plan a month, run it.

use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use super::context::{counted, progress_bar};
use super::{CliError, Context, Outcome};
use crate::app::manual_lines::{self, ManualLine, treatments};
use crate::app::plan_billing::{self, PlanReport, ProblemSummary};
use crate::app::run_billing::{self, RunReport, RunRequest};
use crate::app::{AppError, Store, read_tenants, run_campaign, withdraw_draft};
use crate::domain::access::TenantScope;
use crate::domain::billing_run::ProblemKind;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::{Contract, Designation, Service};
use crate::domain::ids::ContractCode;
use crate::domain::money::UnitPrice;
use crate::domain::rating::NewManualLine;

mod comparison;
mod drafts;

#[derive(Debug, Subcommand)]
pub enum Billing {
    /// Show what would be billed and every problem found; writes nothing.
    Plan(Plan),
    /// Each contract's month beside the one before; of the running month what it comes to so far, estimates, and problems.
    Comparison(comparison::Compare),
    /// What a contract's month may come to, line by line: never an invoice.
    Estimate(Place),
    /// Draft a month's invoices and, with --issue, issue them.
    Run(Run),
    /// List the drafts that are kept of a month.
    Drafts(Plan),
    /// What a contract's month bills, line by line: its draft, or what one would be now.
    Draft(Place),
    /// List the lines people added to a contract's month that no invoice carries yet.
    Lines(Place),
    /// Add a line to a contract's month: a one-off service, or an allowance where the quantity is below zero.
    AddLine(AddLine),
    /// Take a line away again that no invoice carries yet.
    RemoveLine(RemoveLine),
    /// Withdraw the draft of a contract's month; what is issued is credited instead.
    Withdraw(Withdraw),
}

#[derive(Debug, Args)]
pub struct Place {
    /// The contract's code.
    #[arg(long)]
    contract: String,
    /// The month, for example 2026-10.
    #[arg(long)]
    month: BillingMonth,
}

#[derive(Debug, Args)]
pub struct AddLine {
    #[command(flatten)]
    place: Place,
    /// What the invoice says, in French.
    #[arg(long)]
    designation: String,
    /// The same in English; the French where it is left out.
    #[arg(long)]
    designation_en: Option<String>,
    /// other, space, power or storage.
    #[arg(long, default_value = "other", value_parser = service)]
    service: Service,
    /// Below zero for an allowance.
    #[arg(long, default_value = "1", allow_hyphen_values = true)]
    quantity: String,
    /// one, hour, day, month ...
    #[arg(long, default_value = "one")]
    unit: String,
    /// Euros, for example 80.00.
    #[arg(long)]
    unit_price: UnitPrice,
    /// Why; kept in the audit trail, not shown on the invoice.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub struct RemoveLine {
    #[command(flatten)]
    place: Place,
    /// The line's number, as `lines` shows it.
    #[arg(long)]
    id: i64,
    /// Why; kept in the audit trail.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub struct Withdraw {
    #[command(flatten)]
    place: Place,
    /// Why; kept in the audit trail.
    #[arg(long)]
    reason: String,
}

fn service(text: &str) -> Result<Service, String> {
    [Service::Other, Service::Space, Service::Power, Service::Storage]
        .into_iter()
        .find(|service| service.name() == text)
        .ok_or_else(|| format!("`{text}` is none of other, space, power, storage"))
}

#[derive(Debug, Args)]
pub struct Plan {
    /// The month, for example 2026-10.
    #[arg(long)]
    month: BillingMonth,
}

#[derive(Debug, Args)]
pub struct Run {
    /// The month, for example 2026-10.
    #[arg(long)]
    month: BillingMonth,
    /// Give the drafts their numbers, freeze them and queue the notices.
    #[arg(long)]
    issue: bool,
}

impl Billing {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Billing::Plan(plan) => plan.run(context),
            Billing::Comparison(asked) => asked.run(context),
            Billing::Estimate(place) => comparison::estimate(context, place),
            Billing::Run(run) => run.run(context),
            Billing::Drafts(month) => drafts::list(context, month.month),
            Billing::Draft(place) => drafts::show(context, place),
            Billing::Lines(place) => place.list(context),
            Billing::AddLine(line) => line.run(context),
            Billing::RemoveLine(line) => line.run(context),
            Billing::Withdraw(draft) => draft.run(context),
        }
    }
}

impl Place {
    fn contract(&self) -> ContractCode {
        ContractCode(self.contract.clone())
    }

    /// The contract that is meant; one that is not in the book is refused.
    fn known(&self, store: &Store) -> Result<Contract, CliError> {
        let known = read_tenants::contract(store, &TenantScope::Everyone, &self.contract)?;
        known.map(|file| file.contract).ok_or_else(|| {
            CliError::Input(format!(
                "contract `{}` is not in the facility book: `chapelle contracts list` shows those that are",
                self.contract
            ))
        })
    }

    fn list(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let lines = manual_lines::waiting(&store, &self.known(&store)?.code, self.month)?;
        context.print(&lines, |lines| match lines.as_slice() {
            [] => "no line was added by hand".to_owned(),
            lines => lines.iter().map(describe_line).collect::<Vec<_>>().join("\n"),
        });
        Ok(Outcome::Done)
    }
}

fn describe_line(line: &ManualLine) -> String {
    let new = &line.line;
    let (designation, unit) = (&new.designation.fr, new.unit.name());
    format!("{}  {designation}: {} {unit} × {} ({}, by {})", line.id, new.quantity, new.unit_price, new.reason, line.by)
}

impl AddLine {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let known = self.place.known(&store)?;
        let vat = treatments(&known).first().map(|vat| (*vat).clone());
        let line = NewManualLine {
            contract: known.code,
            month: self.place.month,
            service: self.service,
            designation: Designation {
                fr: self.designation.clone(),
                en: self.designation_en.clone().unwrap_or_else(|| self.designation.clone()),
            },
            quantity: self.quantity.parse().map_err(AppError::input)?,
            unit: self.unit.parse().map_err(|_| AppError::input(format!("`{}` is no unit", self.unit)))?,
            unit_price: self.unit_price,
            vat: vat.ok_or_else(|| AppError::input("the contract has no line to take the VAT from"))?,
            reason: self.reason.clone(),
        };
        let added = manual_lines::add(&store, &line, None, &context.actor(), context.now)?;
        context.print(&added, describe_line);
        Ok(Outcome::Done)
    }
}

impl RemoveLine {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let place = (&self.place.contract(), self.place.month);
        manual_lines::remove(&context.open()?, place, self.id, &self.reason, &context.actor(), context.now)?;
        context.print(&self.id, |id| format!("line {id} is taken away"));
        Ok(Outcome::Done)
    }
}

impl Withdraw {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let place = (&self.place.contract(), self.place.month);
        let withdrawn = withdraw_draft::withdraw(&context.open()?, place, &self.reason, &context.actor(), context.now)?;
        context.print(&withdrawn, |draft| {
            format!("the draft of {} for {} is withdrawn: {}", draft.contract, draft.month, draft.totals.gross)
        });
        Ok(Outcome::Done)
    }
}

impl Plan {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let report = plan_billing::plan(&context.open()?, self.month, context.now)?;
        context.print(&report, describe_plan);
        Ok(outcome(report.blocked()))
    }
}

impl Run {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        run_campaign::refuse_beside(&store, context.now)?;
        let bar = progress_bar(context, "invoices");
        let request = RunRequest { month: self.month, issue: self.issue, by: context.actor(), now: context.now };
        let report = run_billing::run(&store, &request, &mut |done, total| show(&bar, done, total))?;
        bar.finish_and_clear();
        context.print(&report, describe_run);
        // An invoice nobody was told of needs a person as well.
        Ok(outcome(report.plan.blocked() || self.issue && report.plan.is_unread()))
    }
}

fn show(bar: &ProgressBar, done: usize, total: usize) {
    bar.set_length(u64::try_from(total).unwrap_or(0));
    bar.set_position(u64::try_from(done).unwrap_or(0));
}

const fn outcome(blocked: bool) -> Outcome {
    if blocked { Outcome::NeedsAttention } else { Outcome::Done }
}

fn describe_plan(report: &PlanReport) -> String {
    let mut lines = vec![format!("{}: {} to bill", report.month, report.drafts.len())];
    for draft in &report.drafts {
        lines.push(format!(
            "  {:<16} {:<16} {:>9}  net {:>14}  VAT {:>12}  total {:>14}",
            draft.contract,
            draft.tenant,
            counted(draft.lines, "line", "lines"),
            draft.net,
            draft.tax,
            draft.gross
        ));
    }
    for invoice in &report.already_billed {
        lines.push(format!("  {:<16} already billed", invoice));
    }
    if !report.problems.is_empty() {
        lines.push(format!("{}:", counted(report.problems.len(), "problem", "problems")));
    }
    lines.extend(report.problems.iter().map(describe_problem));
    if report.problems.iter().any(|problem| problem.what == ProblemKind::MonthNotFinished) {
        let month = report.month;
        lines.push(format!("`chapelle billing comparison --month {month}` shows what each contract may come to"));
    }
    lines.join("\n")
}

fn describe_problem(problem: &ProblemSummary) -> String {
    format!("  [{}] {}{}", problem.severity, whose(problem), problem.message)
}

/// The contract a problem is found in, where it concerns one and does not say so itself.
fn whose(problem: &ProblemSummary) -> String {
    let mut words = problem.message.split(|c: char| !c.is_alphanumeric() && c != '-');
    match &problem.contract {
        Some(contract) if !words.any(|word| word == contract) => format!("contract {contract}: "),
        _ => String::new(),
    }
}

fn describe_run(report: &RunReport) -> String {
    let mut text = describe_plan(&report.plan);
    for issued in &report.issued {
        text.push_str(&format!(
            "\nissued {}  {:<16} {:>14}  {}",
            issued.number, issued.contract, issued.gross, issued.pdf
        ));
    }
    if report.issued.is_empty() && report.drafted > 0 {
        let drafts = counted(report.drafted, "draft written; issue it", "drafts written; issue them");
        text.push_str(&format!("\n{drafts} with --issue"));
    }
    text
}
