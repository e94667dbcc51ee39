//! `chapelle amortisation`: the plan as a report, the month's charges as journal entries.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::context::day;
use super::{CliError, Context, Outcome};
use crate::app::post_depreciation::{self, PostingReport};
use crate::app::report_amortisation::{self, ReportFormat};
use crate::app::{AppError, Store, report_assets};
use crate::domain::calendar::BillingMonth;
use crate::domain::party::Language;

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
    file: File,
}

/// How a report is written, and where to.
#[derive(Debug, Args)]
struct File {
    #[arg(long, value_enum, default_value_t = FormatArgument::Json)]
    format: FormatArgument,
    #[arg(long, value_enum, default_value_t = LanguageArgument::Fr)]
    language: LanguageArgument,
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The day the report looks from, for example 2026-12-31.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: NaiveDate,
    /// The plan as it was known at the end of this day: what was recorded or posted later is left out.
    #[arg(long, value_name = "DATE", value_parser = day)]
    known_on: Option<NaiveDate>,
    #[command(flatten)]
    file: File,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatArgument {
    Pdf,
    Csv,
    Xlsx,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LanguageArgument {
    Fr,
    En,
}

impl From<FormatArgument> for ReportFormat {
    fn from(format: FormatArgument) -> ReportFormat {
        match format {
            FormatArgument::Pdf => ReportFormat::Pdf,
            FormatArgument::Csv => ReportFormat::Csv,
            FormatArgument::Xlsx => ReportFormat::Xlsx,
            FormatArgument::Json => ReportFormat::Json,
        }
    }
}

impl From<LanguageArgument> for Language {
    fn from(language: LanguageArgument) -> Language {
        match language {
            LanguageArgument::Fr => Language::French,
            LanguageArgument::En => Language::English,
        }
    }
}

#[derive(Debug, Args)]
pub struct Post {
    /// The last month to post, for example 2026-10.
    #[arg(long, value_name = "MONTH")]
    through: BillingMonth,
}

impl Amortisation {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Amortisation::Report(report) => report.run(context),
            Amortisation::Movements(yearly) => yearly.run(context, report_assets::movements_report),
            Amortisation::Funding(yearly) => yearly.run(context, report_assets::funding_report),
            Amortisation::Post(post) => post.run(context),
        }
    }
}

impl Report {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let (format, language) = (self.file.format.into(), self.file.language.into());
        let store = context.open()?;
        self.file.write(&report_amortisation::report_known_on(&store, self.as_of, self.known_on, format, language)?)
    }
}

/// Makes the bytes of a report of a year.
type Maker = fn(&Store, i32, ReportFormat, Language) -> Result<Vec<u8>, AppError>;

impl Yearly {
    fn run(&self, context: &Context, make: Maker) -> Result<Outcome, CliError> {
        self.file.write(&make(&context.open()?, self.year, self.file.format.into(), self.file.language.into())?)
    }
}

impl File {
    fn write(&self, bytes: &[u8]) -> Result<Outcome, CliError> {
        use std::io::Write;
        match &self.output {
            Some(path) => std::fs::write(path, bytes).map_err(CliError::io("write", path))?,
            None => std::io::stdout().write_all(bytes).map_err(CliError::io("write", "standard output"))?,
        }
        Ok(Outcome::Done)
    }
}

impl Post {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let report = post_depreciation::post(&context.open()?, self.through, &context.actor(), context.now)?;
        context.print(&report, describe);
        Ok(Outcome::Done)
    }
}

fn describe(report: &PostingReport) -> String {
    let mut lines = Vec::new();
    if let (Some(first), Some(last)) = (report.posted.first(), report.posted.last()) {
        lines.push(format!(
            "{} entries posted, {first} to {last}: {} of depreciation, {} of subsidies taken to income",
            report.posted.len(),
            report.depreciation,
            report.subsidies
        ));
    }
    if !report.movements.is_empty() {
        lines.push(format!("{} entries of what entered, changed or left", report.movements.len()));
    }
    if let Some(document) = &report.catch_up {
        lines.push(format!("{document} catches up what the periods posted before lacked"));
    }
    if lines.is_empty() {
        lines.push(format!("nothing to post: everything through {} is in the journal", report.through));
    }
    lines.join("\n")
}
