//! `chapelle amortisation`: the plan as a report, the month's charges as journal entries.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::context::day;
use super::{CliError, Context, Outcome};
use crate::app::post_depreciation::{self, PostingReport};
use crate::app::report_amortisation::{self, ReportFormat};
use crate::domain::calendar::BillingMonth;
use crate::domain::party::Language;

#[derive(Debug, Subcommand)]
pub enum Amortisation {
    /// The plan by year and month, posted and to come, per component, per asset and in total.
    Report(Report),
    /// Make the journal entries of every month due, once each.
    Post(Post),
}

#[derive(Debug, Args)]
pub struct Report {
    /// The day the report looks from, for example 2026-12-31.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: NaiveDate,
    #[arg(long, value_enum, default_value_t = FormatArgument::Json)]
    format: FormatArgument,
    #[arg(long, value_enum, default_value_t = LanguageArgument::Fr)]
    language: LanguageArgument,
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
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
            Amortisation::Post(post) => post.run(context),
        }
    }
}

impl Report {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        use std::io::Write;
        let bytes =
            report_amortisation::report(&context.open()?, self.as_of, self.format.into(), self.language.into())?;
        match &self.output {
            Some(path) => std::fs::write(path, bytes).map_err(CliError::io("write", path))?,
            None => std::io::stdout().write_all(&bytes).map_err(CliError::io("write", "standard output"))?,
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
    match (report.posted.first(), report.posted.last()) {
        (Some(first), Some(last)) => format!(
            "{} entries posted, {} to {}: {} of depreciation, {} of subsidies taken to income",
            report.posted.len(),
            first,
            last,
            report.depreciation,
            report.subsidies
        ),
        _ => format!("nothing to post: every month through {} is in the journal", report.through),
    }
}
