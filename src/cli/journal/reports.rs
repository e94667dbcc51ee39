//! The ledger's reports on the command line: as text to read, or as a file.

use std::path::PathBuf;

use chrono::{Datelike, NaiveDate};
use clap::Args;

use crate::app::report_ledger::{self, ComparisonKind, GeneralLedger, ReportFormat, Span};
use crate::app::reports;
use crate::cli::files::{FormatArgument, LanguageArgument, keep, written};
use crate::cli::{CliError, Context, Outcome};
use crate::domain::calendar::day;
use crate::domain::ledger::TrialBalance;
use crate::domain::party::Language;
use crate::domain::reconciliation::Reconciliation;

/// How a report is given.
#[derive(Debug, Args)]
pub struct Form {
    /// A file to take away; text to read if left out.
    #[arg(long, value_enum)]
    format: Option<FormatArgument>,
    #[arg(long, value_enum, default_value_t = LanguageArgument::Fr)]
    language: LanguageArgument,
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Also keep it, in all formats, below reports/YEAR of the data directory, with its SHA-256 in the database.
    #[arg(long)]
    archive: bool,
}

impl Form {
    /// Keeps the report if that was asked for.
    fn keep(&self, context: &Context, report: &reports::Report) -> Result<(), CliError> {
        if self.archive { keep(context, &context.open()?, report, self.language.into()) } else { Ok(()) }
    }

    /// The format asked for; `--json` is as good as `--format json`.
    fn format(&self, context: &Context) -> Option<ReportFormat> {
        self.format.map(ReportFormat::from).or(context.json.then_some(ReportFormat::Json))
    }
}

#[derive(Debug, Args)]
pub struct Balance {
    /// First day; the first of January of the last day's year if left out.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: NaiveDate,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub struct Ledger {
    /// The beginning of the accounts' number, for example 411; all accounts if left out.
    #[arg(long, default_value = "")]
    account: String,
    /// One tenant or component of the account.
    #[arg(long)]
    auxiliary: Option<String>,
    /// First day; the first of January of the last day's year if left out.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: NaiveDate,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub struct Reconcile {
    /// The day balances are read at.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: NaiveDate,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub struct TieOut {
    #[arg(long)]
    year: i32,
    #[command(flatten)]
    form: Form,
}

fn span(from: Option<NaiveDate>, to: NaiveDate) -> Result<Span, CliError> {
    let first = NaiveDate::from_ymd_opt(to.year(), 1, 1).unwrap_or(to);
    Ok(Span::new(from.unwrap_or(first), to)?)
}

impl Balance {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let span = span(self.from, self.to)?;
        let report = report_ledger::balance(&context.open()?, span)?;
        self.form.keep(context, &reports::Report::Balance(span))?;
        match self.form.format(context) {
            Some(format) => {
                let bytes = report_ledger::balance_file(&context.open()?, &report, format, self.form.language.into())?;
                written(self.form.output.as_ref(), &bytes)
            }
            None => written(self.form.output.as_ref(), describe_balance(&report).as_bytes()),
        }
    }
}

fn describe_balance(report: &TrialBalance) -> String {
    let row = |account: &str, name: &str, figures: &crate::domain::ledger::Figures| {
        let [opening_debit, opening_credit, debit, credit, closing_debit, closing_credit] =
            figures.columns().map(|amount| amount.to_string());
        let name: String = name.chars().take(36).collect();
        format!(
            "{account:<8} {name:<36} {opening_debit:>15} {opening_credit:>15} {debit:>15} {credit:>15} {closing_debit:>15} {closing_credit:>15}\n"
        )
    };
    let mut text = format!(
        "{} to {}\n{:<8} {:<36} {:>31} {:>31} {:>31}\n",
        report.from,
        report.through,
        "account",
        "",
        "opening debit / credit",
        "debit / credit",
        "closing debit / credit"
    );
    for line in &report.accounts {
        text.push_str(&row(&line.account, line.name.in_language(Language::English), &line.figures));
    }
    text.push_str(&row("total", "", &report.total));
    text
}

impl Ledger {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let span = span(self.from, self.to)?;
        let report = report_ledger::general(&context.open()?, &self.account, self.auxiliary.as_deref(), span)?;
        self.form.keep(context, &reports::Report::Ledger { account: self.account.clone(), span })?;
        match self.form.format(context) {
            Some(format) => {
                let bytes = report_ledger::general_file(&context.open()?, &report, format, self.form.language.into())?;
                written(self.form.output.as_ref(), &bytes)
            }
            None => written(self.form.output.as_ref(), describe_ledger(&report).as_bytes()),
        }
    }
}

fn describe_ledger(report: &GeneralLedger) -> String {
    let mut text = String::new();
    for account in &report.accounts {
        text.push_str(&format!("{} {}\n", account.account, account.name.in_language(Language::English)));
        text.push_str(&format!("  {:<10} {:<83} {:>15}\n", report.from, "opening", account.opening.to_string()));
        for row in &account.rows {
            text.push_str(&format!(
                "  {} {:<14} {} {:<18} {:<14} {:>15} {:>15} {:>15} {}\n",
                row.date,
                row.number.to_string(),
                row.journal.code(),
                row.document,
                row.auxiliary.as_deref().unwrap_or_default(),
                row.debit.to_string(),
                row.credit.to_string(),
                row.balance.to_string(),
                row.letter.as_deref().unwrap_or_default()
            ));
        }
    }
    if text.is_empty() { "no entry in the period\n".to_owned() } else { text }
}

impl Reconcile {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let kind = ComparisonKind::Reconciliation;
        let report = report_ledger::comparisons(&context.open()?, kind, span(None, self.as_of)?)?;
        self.form.keep(context, &reports::Report::Reconciliation { as_of: self.as_of })?;
        give(context, &report, kind, &self.form)
    }
}

impl TieOut {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let kind = ComparisonKind::TieOut;
        let report = report_ledger::comparisons(&context.open()?, kind, Span::year(self.year)?)?;
        self.form.keep(context, &reports::Report::TieOut { year: self.year })?;
        give(context, &report, kind, &self.form)
    }
}

/// Ends as needing a person where something differs.
fn give(context: &Context, report: &Reconciliation, kind: ComparisonKind, form: &Form) -> Result<Outcome, CliError> {
    let bytes = match form.format(context) {
        Some(format) => report_ledger::comparisons_file(&context.open()?, report, kind, format, form.language.into())?,
        None => describe_comparisons(report).into_bytes(),
    };
    written(form.output.as_ref(), &bytes)?;
    Ok(if report.is_clean() { Outcome::Done } else { Outcome::NeedsAttention })
}

fn describe_comparisons(report: &Reconciliation) -> String {
    let mut text = format!("{} to {}\n", report.from, report.through);
    for one in &report.comparisons {
        let check = serde_json::to_value(one.check).ok();
        let check = check.as_ref().and_then(|word| word.as_str()).unwrap_or_default().to_owned();
        text.push_str(&format!(
            "{check:<22} {:<16} ledger {:>16}  source {:>16} ({:>4})  difference {:>14}\n",
            one.accounts,
            one.ledger.to_string(),
            one.other.to_string(),
            one.count,
            one.difference.to_string()
        ));
    }
    text
}
