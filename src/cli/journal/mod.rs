//! `chapelle journal`: the books of account: periods, opening, year-end, reports and files for others.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::context::counted;
use super::files::{LanguageArgument, keep, read_whole, written};
use super::{CliError, Context, Outcome};
use crate::app::allocate_result;
use crate::app::close_year::{self, CloseReport};
use crate::app::export_journal::{self, JournalFormat};
use crate::app::open_balances::{self, OpeningReport};
use crate::app::periods::{self, PeriodReport};
use crate::app::read_journal::{self, JournalFilter, PostedEntry};
use crate::app::reports::Report;
use crate::domain::calendar::day;
use crate::domain::ledger::{AccountingPeriod, Journal as Code, PeriodAction};
use crate::domain::party::Language;

mod reports;

#[derive(Debug, Subcommand)]
pub enum Journal {
    /// List entries in the order they were posted.
    List(List),
    /// The trial balance of a span of days.
    Balance(reports::Balance),
    /// The general ledger: lines of accounts with the balance after each.
    Ledger(reports::Ledger),
    /// Hold depreciation plans, invoices and payments against the balances of their accounts.
    Reconcile(reports::Reconcile),
    /// Every total of a year, each found in two places.
    TieOut(reports::TieOut),
    /// Which months and years are closed or locked.
    Periods,
    /// Close a month or a year that has ended: nothing is posted in it any more.
    Close(Change),
    /// Open a closed month or year again, with the reason.
    Reopen(Change),
    /// Lock a closed month or year for good.
    Lock(Change),
    /// Bring the balances of other books in as the opening entry of a day, from CSV.
    OpenBalances(OpenBalances),
    /// Close a year for good: its result, its closing entries, the opening of the next.
    CloseYear(CloseYear),
    /// Put the result of a closed year where the body decided to keep it.
    AllocateResult(AllocateResult),
    /// Write the tax office's file of a year (FEC) and its description.
    Fec(Fec),
    /// Write the journal for other tools.
    Export(Export),
}

#[derive(Debug, Args)]
pub struct List {
    /// A journal's code: VE, AM, IM, BQ, OD, AN or CL.
    #[arg(long, value_parser = journal_code)]
    journal: Option<Code>,
    /// First day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<NaiveDate>,
    /// The beginning of an account's number.
    #[arg(long)]
    account: Option<String>,
    /// What entries rest on: an invoice number, AMORT-2026-10.
    #[arg(long)]
    document: Option<String>,
}

#[derive(Debug, Args)]
pub struct Change {
    /// A month such as 2026-10, or a year such as 2026.
    period: AccountingPeriod,
    /// Why; kept in the audit trail.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct OpenBalances {
    /// CSV with the columns account, auxiliary, label, debit, credit; or in French with `;`.
    file: PathBuf,
    /// The day the balances are of, for example 2026-01-01.
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: NaiveDate,
}

#[derive(Debug, Args)]
pub struct CloseYear {
    year: i32,
}

#[derive(Debug, Args)]
pub struct AllocateResult {
    year: i32,
    /// The day of the decision.
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: NaiveDate,
    /// The decision, for example "Délibération 2026-45".
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub struct Fec {
    #[arg(long)]
    year: i32,
    /// The directory to write into.
    #[arg(long, short, default_value = ".")]
    output: PathBuf,
    /// Also keep it below reports/YEAR of the data directory, with its SHA-256 in the database.
    #[arg(long)]
    archive: bool,
}

#[derive(Debug, Args)]
pub struct Export {
    #[arg(long, value_enum, default_value_t = BooksArgument::Hledger)]
    format: BooksArgument,
    /// First day; all entries where both days are left out.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<NaiveDate>,
    #[arg(long, value_enum, default_value_t = LanguageArgument::Fr)]
    language: LanguageArgument,
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BooksArgument {
    Hledger,
    Json,
    Csv,
}

fn journal_code(code: &str) -> Result<Code, String> {
    Code::from_code(&code.to_uppercase()).ok_or_else(|| {
        let known: Vec<String> = Code::ALL.iter().map(|one| format!("{} ({})", one.code(), one.name())).collect();
        format!("write one of {}", known.join(", "))
    })
}

impl Journal {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Journal::List(list) => list.run(context),
            Journal::Balance(balance) => balance.run(context),
            Journal::Ledger(ledger) => ledger.run(context),
            Journal::Reconcile(reconcile) => reconcile.run(context),
            Journal::TieOut(tie_out) => tie_out.run(context),
            Journal::Periods => list_periods(context),
            Journal::Close(change) => change.run(context, PeriodAction::Close),
            Journal::Reopen(change) => change.run(context, PeriodAction::Reopen),
            Journal::Lock(change) => change.run(context, PeriodAction::Lock),
            Journal::OpenBalances(open) => open.run(context),
            Journal::CloseYear(close) => close.run(context),
            Journal::AllocateResult(allocate) => allocate.run(context),
            Journal::Fec(fec) => fec.run(context),
            Journal::Export(export) => export.run(context),
        }
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let filter = JournalFilter {
            journal: self.journal,
            from: self.from,
            through: self.to,
            account: self.account.clone(),
            document: self.document.clone(),
        };
        if context.json {
            let bytes = export_journal::export(&context.open()?, filter, JournalFormat::Json, Language::French)?;
            return written(None, &bytes);
        }
        let entries = read_journal::list(&context.open()?, filter)?;
        let lines: Vec<String> = entries.iter().map(describe_entry).collect();
        super::context::out(if lines.is_empty() { "no entry matches".to_owned() } else { lines.join("\n") });
        Ok(Outcome::Done)
    }
}

fn describe_entry(posted: &PostedEntry) -> String {
    let entry = &posted.entry;
    let mut lines = vec![format!(
        "{}  {}  {}  {}  {}",
        posted.number,
        entry.date,
        entry.journal.code(),
        entry.document,
        entry.label
    )];
    for line in entry.lines() {
        let side = |amount: crate::domain::money::Money| match amount.cents() {
            0 => String::new(),
            _ => amount.to_string(),
        };
        lines.push(format!(
            "    {:<8} {:<28} {:>16} {:>16}",
            line.account,
            line.auxiliary.as_deref().unwrap_or_default(),
            side(line.debit),
            side(line.credit)
        ));
    }
    lines.join("\n")
}

fn list_periods(context: &Context) -> Result<Outcome, CliError> {
    let found = periods::list(&context.open()?)?;
    context.print(&found, |found| {
        if found.is_empty() {
            return "every period is open".to_owned();
        }
        found.iter().map(describe_period).collect::<Vec<_>>().join("\n")
    });
    Ok(Outcome::Done)
}

fn describe_period(report: &PeriodReport) -> String {
    format!("{:<8} {}", report.period, report.state)
}

impl Change {
    fn run(&self, context: &Context, action: PeriodAction) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let report =
            periods::change(&store, self.period, action, self.reason.as_deref(), &context.actor(), context.now)?;
        context.print(&report, |report| format!("{} is {}", report.period, report.state));
        Ok(Outcome::Done)
    }
}

impl OpenBalances {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let csv = read_whole(&self.file)?;
        let report = open_balances::open(&context.open()?, &csv, self.date, &context.actor(), context.now)?;
        context.print(&report, |report: &OpeningReport| {
            format!(
                "{}: {}, {} on each side",
                report.document,
                counted(report.accounts, "balance", "balances"),
                report.total
            )
        });
        Ok(Outcome::Done)
    }
}

impl CloseYear {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let report = close_year::close(&context.open()?, self.year, &context.actor(), context.now)?;
        context.print(&report, describe_close);
        Ok(Outcome::Done)
    }
}

fn describe_close(report: &CloseReport) -> String {
    let kind = if report.result.is_negative() { "loss" } else { "profit" };
    let result = report.result.abs();
    format!("{} is closed and locked: {kind} of {result}; posted {}", report.year, report.posted.join(", "))
}

impl AllocateResult {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let report =
            allocate_result::allocate(&store, self.year, self.date, &self.reason, &context.actor(), context.now)?;
        context.print(&report, |report: &CloseReport| {
            format!(
                "the result of {}, {}, is allocated; posted {}",
                report.year,
                report.result,
                report.posted.join(", ")
            )
        });
        Ok(Outcome::Done)
    }
}

impl Fec {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let files = export_journal::fec(&store, self.year)?;
        if self.archive {
            keep(context, &store, &Report::Fec { year: self.year }, Language::French)?;
        }
        std::fs::create_dir_all(&self.output).map_err(CliError::io("create", &self.output))?;
        let mut paths = Vec::new();
        for file in files {
            let path = self.output.join(file.name);
            std::fs::write(&path, file.bytes).map_err(CliError::io("write", &path))?;
            paths.push(path.display().to_string());
        }
        context.print(&paths, |paths| paths.join("\n"));
        Ok(Outcome::Done)
    }
}

impl Export {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let format = match self.format {
            BooksArgument::Hledger => JournalFormat::Hledger,
            BooksArgument::Json => JournalFormat::Json,
            BooksArgument::Csv => JournalFormat::Csv,
        };
        let filter = JournalFilter { from: self.from, through: self.to, ..JournalFilter::default() };
        let bytes = export_journal::export(&context.open()?, filter, format, self.language.into())?;
        written(self.output.as_ref(), &bytes)
    }
}
