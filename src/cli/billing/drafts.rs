//! `chapelle billing drafts` and `draft`: what a month bills before it is issued.

use serde::Serialize;

use super::{Place, describe_problem};
use crate::app::compare_billing::{self, MonthDraft};
use crate::app::plan_billing::{self, ProblemSummary};
use crate::cli::context::counted;
use crate::cli::lines::{Line, lines};
use crate::cli::{CliError, Context, Outcome};
use crate::domain::billing_run::ProblemKind;
use crate::domain::calendar::BillingMonth;
use crate::domain::invoice::Draft;
use crate::domain::money::Money;
use crate::domain::party::Language;

#[derive(Debug, Serialize)]
struct Row {
    month: BillingMonth,
    contract: String,
    tenant: String,
    lines: usize,
    net: Money,
    tax: Money,
    gross: Money,
}

impl Row {
    fn of(draft: &Draft) -> Row {
        Row {
            month: draft.month,
            contract: draft.contract.to_string(),
            tenant: draft.tenant.to_string(),
            lines: draft.charges.len(),
            net: draft.totals.net,
            tax: draft.totals.tax,
            gross: draft.totals.gross,
        }
    }

    fn describe(&self) -> String {
        let (lines, gross) = (counted(self.lines, "line", "lines"), self.gross.to_string());
        format!("{} {:<16} {:<16} {gross:>14}  {lines}", self.month, self.contract, self.tenant)
    }
}

pub fn list(context: &Context, month: BillingMonth) -> Result<Outcome, CliError> {
    let rows: Vec<Row> = compare_billing::kept(&context.open()?, month)?.iter().map(Row::of).collect();
    context.print(&rows, |rows| match rows.is_empty() {
        true => format!("no draft of {month} is kept: `chapelle billing run --month {month}` makes them"),
        false => rows.iter().map(Row::describe).collect::<Vec<_>>().join("\n"),
    });
    Ok(Outcome::Done)
}

/// A draft with its lines.
#[derive(Debug, Serialize)]
struct Detail {
    #[serde(flatten)]
    draft: Row,
    /// False where it was made just now and is not kept.
    kept: bool,
    lines_billed: Vec<Line>,
}

/// What stands in the way of a draft.
#[derive(Debug, Serialize)]
struct Blocked {
    problems: Vec<ProblemSummary>,
}

pub fn show(context: &Context, place: &Place) -> Result<Outcome, CliError> {
    let (store, month) = (context.open()?, place.month);
    let contract = place.known(&store)?.code;
    let found = compare_billing::draft(&store, month, &contract, context.now)?;
    let (draft, kept) = match found {
        Some(MonthDraft::Kept(draft)) => (draft, true),
        Some(MonthDraft::Planned(draft)) => (draft, false),
        Some(MonthDraft::Blocked(problems)) => {
            let blocked = Blocked { problems: problems.iter().map(plan_billing::problem).collect() };
            context.print(&blocked, |blocked| {
                let told = blocked.problems.iter().map(describe_problem);
                let goes_on = blocked.problems.iter().any(|one| one.what == ProblemKind::MonthNotFinished);
                let estimate = format!(
                    "`chapelle billing estimate --contract {contract} --month {month}` shows what it may come to"
                );
                let told = std::iter::once("no draft can be made:".to_owned()).chain(told);
                told.chain(goes_on.then_some(estimate)).collect::<Vec<_>>().join("\n")
            });
            return Ok(Outcome::NeedsAttention);
        }
        None => {
            return Err(CliError::Input(format!(
                "there is nothing to draft of {contract} for {month}: `chapelle billing plan --month {month}` shows what there is"
            )));
        }
    };
    // As its invoice is not issued yet, it is told in the language of the house.
    let detail = Detail { draft: Row::of(&draft), kept, lines_billed: lines(&draft.charges, Language::French) };
    context.print(&detail, |detail| {
        let kept = if detail.kept { "kept" } else { "as it would be made now" };
        let head = format!("{} ({kept})", detail.draft.describe());
        let total = format!("{} + {} = {}", detail.draft.net, detail.draft.tax, detail.draft.gross);
        let lines = detail.lines_billed.iter().map(Line::describe);
        std::iter::once(head).chain(lines).chain([total]).collect::<Vec<_>>().join("\n")
    });
    Ok(Outcome::Done)
}
