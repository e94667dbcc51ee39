//! `chapelle amortisation`: the plan as a report, the month's charges as journal entries.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::counted;
use super::files::ReportFile;
use super::{CliError, Context, Outcome};
use crate::app::post_depreciation::{self, PostingReport};
use crate::app::reports;
use crate::domain::calendar::BillingMonth;
use crate::domain::calendar::day;
use crate::domain::ids::AssetCode;
use crate::domain::ledger::{JournalEntry, JournalLine};
use crate::domain::money::Money;

#[derive(Debug, Subcommand)]
pub enum Amortisation {
    /// The plan by year and month, posted and to come, per component, per asset and in total.
    Report(Report),
    /// What entered, changed and left in a year, by account and component, beside the ledger's balances.
    Movements(Yearly),
    /// Subsidies received, taken to income and left, and loans, at the end of a year.
    Funding(Yearly),
    /// Make the journal entries of every period due, once each, and of what entered, changed or left.
    Post(Post),
}

/// A report of a year.
#[derive(Debug, Args)]
pub struct Yearly {
    #[arg(long, value_name = "YEAR")]
    year: i32,
    #[command(flatten)]
    file: ReportFile,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The day the report looks from, for example 2026-12-31.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: NaiveDate,
    /// The plan as it was known at the end of this day: what was recorded or posted later is left out.
    #[arg(long, value_name = "DATE", value_parser = day)]
    known_on: Option<NaiveDate>,
    /// One asset alone, by its inventory number.
    #[arg(long, value_name = "ASSET")]
    asset: Option<String>,
    #[command(flatten)]
    file: ReportFile,
}

#[derive(Debug, Args)]
pub struct Post {
    /// The last month to post, for example 2026-10.
    #[arg(long, value_name = "MONTH")]
    through: BillingMonth,
    /// Only tell the entries that would be made.
    #[arg(long)]
    check: bool,
}

impl Amortisation {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Amortisation::Report(report) => report.run(context),
            Amortisation::Movements(yearly) => {
                yearly.file.give(context, &reports::Report::Movements { year: yearly.year })
            }
            Amortisation::Funding(yearly) => yearly.file.give(context, &reports::Report::Funding { year: yearly.year }),
            Amortisation::Post(post) => post.run(context),
        }
    }
}

impl Report {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let asset = self.asset.clone().map(AssetCode);
        self.file.give(context, &reports::Report::Plan { as_of: self.as_of, known_on: self.known_on, asset })
    }
}

impl Post {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        if self.check {
            let entries = post_depreciation::to_post(&store, self.through)?;
            let rows: Vec<EntryRow> = entries.iter().map(EntryRow::of).collect();
            context.print(&rows, |rows| describe_entries(rows));
            return Ok(Outcome::Done);
        }
        let report = post_depreciation::post(&store, self.through, &context.actor(), context.now)?;
        context.print(&report, describe);
        Ok(if report.book_changed { Outcome::NeedsAttention } else { Outcome::Done })
    }
}

/// An entry that is not posted yet.
#[derive(Debug, Serialize)]
struct EntryRow {
    journal: &'static str,
    date: NaiveDate,
    document: String,
    label: String,
    /// Of one side.
    total: Money,
    lines: Vec<JournalLine>,
}

impl EntryRow {
    fn of(entry: &JournalEntry) -> EntryRow {
        EntryRow {
            journal: entry.journal.code(),
            date: entry.date,
            document: entry.document.clone(),
            label: entry.label.clone(),
            total: entry.total(),
            lines: entry.lines().to_vec(),
        }
    }
}

fn describe_entries(entries: &[EntryRow]) -> String {
    let row = |one: &EntryRow| {
        format!("  {} {} {:<24} {:>14}  {}", one.date, one.journal, one.document, one.total.to_string(), one.label)
    };
    let head = format!("{} to post", counted(entries.len(), "entry", "entries"));
    std::iter::once(head).chain(entries.iter().map(row)).collect::<Vec<_>>().join("\n")
}

fn describe(report: &PostingReport) -> String {
    let mut lines = Vec::new();
    if let (Some(first), Some(last)) = (report.posted.first(), report.posted.last()) {
        lines.push(format!(
            "{}, {first} to {last}: {} of depreciation, {} of subsidies taken to income",
            counted(report.posted.len(), "entry posted", "entries posted"),
            report.depreciation,
            report.subsidies
        ));
    }
    if !report.movements.is_empty() {
        lines.push(counted(
            report.movements.len(),
            "entry of what entered, changed or left",
            "entries of what entered, changed or left",
        ));
    }
    if let Some(document) = &report.catch_up {
        lines.push(format!("{document} catches up what the periods posted before lacked"));
    }
    if report.book_changed {
        let told = "the book was changed meanwhile: this is what was posted before; run it again for the rest";
        lines.push(told.to_owned());
    } else if lines.is_empty() {
        lines.push(format!("nothing to post: everything through {} is in the journal", report.through));
    }
    lines.join("\n")
}
