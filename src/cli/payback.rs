//! `chapelle payback`: management figures in, the report out.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::files::{ReportFile, read_whole};
use super::{CliError, Context, Outcome};
use crate::app::record_management_figures::{self, RecordReport};
use crate::app::reports;
use crate::collect::{FigureTexts, one_figure};
use crate::domain::calendar::day;
use crate::domain::payback::{Horizon, ManagementFigure, RequestedView};

#[derive(Debug, Subcommand)]
pub enum Payback {
    /// What the investment has brought back so far, and when it will have brought back all of it.
    Report(Report),
    /// Record the management figures of a CSV file, all or none (docs/payback.md).
    Import(Import),
    /// Record one management figure.
    Record(Record),
    /// List the recorded figures, corrections included.
    List,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The day the report looks from, for example 2026-12-31.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: NaiveDate,
    /// The scenario to show; the book's reference if left out.
    #[arg(long, value_name = "CODE")]
    scenario: Option<String>,
    /// Years after commissioning that tables and charts reach.
    #[arg(long, value_name = "YEARS", default_value_t = 40, value_parser = clap::value_parser!(u32))]
    horizon: u32,
    #[command(flatten)]
    file: ReportFile,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The file: month,kind,label,amount_eur,source[,tenant][,service][,correction].
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Record {
    /// For example 2026-10.
    #[arg(long)]
    month: String,
    /// earlier-revenue, hosting-avoided, heat-sold, energy, maintenance, staff or other.
    #[arg(long)]
    kind: String,
    /// What it is; with month and kind it names the figure.
    #[arg(long)]
    label: String,
    /// In euros before VAT, for example 31250.40; a cost is positive.
    #[arg(long, value_name = "EUROS", allow_hyphen_values = true)]
    amount: String,
    /// What it was taken from: a bill's number, a letter.
    #[arg(long)]
    source: String,
    /// Whose revenue: of earlier-revenue only.
    #[arg(long)]
    tenant: Option<String>,
    /// Of which service: of earlier-revenue only.
    #[arg(long)]
    service: Option<String>,
    /// Replace what is recorded, for this reason.
    #[arg(long, value_name = "REASON")]
    correction: Option<String>,
}

impl Payback {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Payback::Report(report) => report.run(context),
            Payback::Import(import) => import.run(context),
            Payback::Record(record) => record.run(context),
            Payback::List => list(context),
        }
    }
}

impl Report {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let horizon = Horizon::of_years(self.horizon)
            .ok_or_else(|| CliError::Input(format!("--horizon {} is not 8, 40 or 50 years", self.horizon)))?;
        let view = RequestedView { as_of: self.as_of, scenario: self.scenario.clone(), horizon };
        self.file.give(context, &reports::Report::Payback(view))
    }
}

impl Import {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let bytes = read_whole(&self.file)?;
        let name = self.file.display().to_string();
        let (store, by) = (context.open()?, context.actor());
        let report = record_management_figures::import(&store, &bytes, &name, &by, context.now)?;
        context.print(&report, describe);
        Ok(Outcome::Done)
    }
}

impl Record {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let texts = FigureTexts {
            month: &self.month,
            kind: &self.kind,
            label: &self.label,
            amount: &self.amount,
            source: &self.source,
            tenant: self.tenant.as_deref(),
            service: self.service.as_deref(),
            correction: self.correction.as_deref(),
        };
        let figure = one_figure(&texts).map_err(CliError::Input)?;
        let (store, by) = (context.open()?, context.actor());
        let report = record_management_figures::record(&store, &[figure], "command line", &by, context.now)?;
        context.print(&report, describe);
        Ok(Outcome::Done)
    }
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let figures = record_management_figures::list(&context.open()?)?;
    context.print(&figures, |figures| {
        let lines: Vec<String> = figures.iter().map(line).collect();
        if lines.is_empty() { "no management figure is recorded".to_owned() } else { lines.join("\n") }
    });
    Ok(Outcome::Done)
}

fn line(figure: &ManagementFigure) -> String {
    let key = &figure.key;
    let tenant = key.tenant.as_ref().zip(key.service);
    let of = tenant.map(|(tenant, service)| format!(" ({tenant}, {})", service.name())).unwrap_or_default();
    let why = figure.reason.as_ref().map(|reason| format!(", corrected: {reason}")).unwrap_or_default();
    format!(
        "{} {:<16} {:>14} {}{of} [{}, revision {}{why}]",
        key.month,
        key.kind.name(),
        figure.amount.to_string(),
        key.label,
        figure.source,
        figure.revision
    )
}

fn describe(report: &RecordReport) -> String {
    format!("{} recorded, {} corrected, {} unchanged", report.recorded, report.corrected, report.unchanged)
}
