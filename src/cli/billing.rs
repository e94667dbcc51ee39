//! `chapelle billing`: plan a month, run it.

use clap::{Args, Subcommand};
use indicatif::ProgressBar;

use super::context::progress_bar;
use super::{CliError, Context, Outcome};
use crate::app::plan_billing::{self, PlanReport};
use crate::app::run_billing::{self, RunReport, RunRequest};
use crate::domain::calendar::BillingMonth;

#[derive(Debug, Subcommand)]
pub enum Billing {
    /// Show what would be billed and every problem found; writes nothing.
    Plan(Plan),
    /// Draft a month's invoices and, with --issue, issue them.
    Run(Run),
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
            Billing::Run(run) => run.run(context),
        }
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
        let bar = progress_bar(context, "invoices");
        let request = RunRequest { month: self.month, issue: self.issue, by: context.actor(), now: context.now };
        let report = run_billing::run(&store, &request, &mut |done, total| show(&bar, done, total))?;
        bar.finish_and_clear();
        context.print(&report, describe_run);
        Ok(outcome(report.plan.blocked()))
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
            "  {:<16} {:<16} {:>3} lines  net {:>14}  VAT {:>12}  total {:>14}",
            draft.contract, draft.tenant, draft.lines, draft.net, draft.tax, draft.gross
        ));
    }
    for invoice in &report.already_billed {
        lines.push(format!("  {:<16} already billed", invoice));
    }
    if !report.problems.is_empty() {
        lines.push(format!("{} problems:", report.problems.len()));
    }
    for problem in &report.problems {
        lines.push(format!("  [{}] {}", problem.severity, problem.message));
    }
    lines.join("\n")
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
        text.push_str(&format!("\n{} drafts written; issue them with --issue", report.drafted));
    }
    text
}
