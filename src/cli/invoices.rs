//! `chapelle invoices`: what was issued, and its documents.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::context::{counted, out};
use super::lines::{Line, lines};
use super::{CliError, Context, Outcome};
use crate::app::archive_invoice::{self, ArchiveCheck, Unarchived};
use crate::app::correct_invoice::{self, CorrectionReport, CorrectionRequest};
use crate::app::credit_invoice::{self, CreditReport, CreditRequest};
use crate::app::list_invoices::{self, InvoiceFilter, InvoiceSummary};
use crate::app::notices::{self, Notice, NoticeStatus};
use crate::app::{AppError, read_invoices, report_titre};
use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::freetext::shown;
use crate::domain::ids::{ContractCode, TenantCode};
use crate::domain::invoice::{InvoiceKind, InvoiceNumber};
use crate::domain::money::{AmountError, Money};

#[derive(Debug, Subcommand)]
pub enum Invoices {
    /// List invoices, newest first.
    List(List),
    /// One issued document with its lines, and how each comes to its amount.
    Show { number: String },
    /// What became of the mails about an issued document.
    Notices { number: String },
    /// Queue a document's notice again for each of its tenant's contacts.
    Resend { number: String },
    /// Write the PDF and XML of issued invoices that are missing from the archive, and check those that are there.
    Archive,
    /// Take an issued invoice back by a credit note, as a whole or line by line.
    Credit(Credit),
    /// Take back what is left of an invoice and state it again, with the tenant and the references of today's book.
    Correct(Correct),
    /// Write the data of an issued document's titre de recettes, for the accounting software.
    Titre(TitreArguments),
}

#[derive(Debug, Args)]
pub struct Correct {
    /// The invoice, for example DC2026000001.
    number: String,
    /// What was wrong; kept in the audit trail.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
pub struct TitreArguments {
    /// The invoice or credit note, for example DC2026000001.
    #[arg(long)]
    number: String,
    #[arg(long, value_enum, default_value = "json")]
    format: TitreFormat,
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TitreFormat {
    Json,
    Csv,
}

#[derive(Debug, Args)]
pub struct Credit {
    /// The invoice, for example DC2026000001.
    number: String,
    /// Why it is taken back; kept in the audit trail.
    #[arg(long)]
    reason: String,
    /// Positions of the lines to take back, from 1, for example 1,3; 3:12.50 takes back 12.50 net of line 3. All that is
    /// not credited yet if left out.
    #[arg(long, value_delimiter = ',', value_parser = line)]
    lines: Vec<(usize, Option<Money>)>,
    /// The same amounts were taken back before, and are a second time.
    #[arg(long)]
    again: bool,
}

#[derive(Debug, Args)]
pub struct List {
    #[arg(long)]
    month: Option<BillingMonth>,
}

/// `3`, or `3:12.50`.
fn line(text: &str) -> Result<(usize, Option<Money>), String> {
    let (line, amount) = text.split_once(':').map_or((text, None), |(line, amount)| (line, Some(amount)));
    let line = line.parse().map_err(|_| format!("`{line}` is no position of a line"))?;
    let amount = amount.map(|amount| amount.parse().map_err(|error: AmountError| error.to_string())).transpose()?;
    Ok((line, amount))
}

impl Invoices {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Invoices::List(list) => list.run(context),
            Invoices::Show { number } => show(context, number),
            Invoices::Notices { number } => notices(context, number),
            Invoices::Resend { number } => resend(context, number),
            Invoices::Archive => archive(context),
            Invoices::Credit(credit) => credit.run(context),
            Invoices::Correct(correct) => correct.run(context),
            Invoices::Titre(titre) => titre.run(context),
        }
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let filter = InvoiceFilter { month: self.month, ..InvoiceFilter::default() };
        let invoices = list_invoices::all(&context.open()?, &TenantScope::Everyone, &filter)?;
        let rows: Vec<Row> = invoices.into_iter().map(Row::of).collect();
        context.print(&rows, |rows| {
            if rows.is_empty() {
                return match self.month {
                    Some(month) => format!("no invoice of {month}: `chapelle billing plan --month {month}` shows why"),
                    None => {
                        "no invoice yet: bill a month with `chapelle billing run --month 2026-10 --issue`".to_owned()
                    }
                };
            }
            rows.iter().map(Row::describe).collect::<Vec<_>>().join("\n")
        });
        Ok(Outcome::Done)
    }
}

impl Credit {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let request = CreditRequest {
            invoice: InvoiceNumber::from_stored(&self.number),
            lines: self.lines.clone(),
            reason: self.reason.clone(),
        };
        let report =
            credit_invoice::credit_once(&context.open()?, &request, self.again, &context.actor(), context.now)?;
        context.print(&report, |report: &CreditReport| {
            let settled = report.letter.as_ref().map(|letter| format!(", settled (letter {letter})"));
            format!(
                "{} takes back {} of {}: {} + {} = {}; open on it {}{}\n{}",
                report.number,
                counted(report.lines, "line", "lines"),
                report.invoice,
                report.net,
                report.tax,
                report.gross,
                report.open,
                settled.unwrap_or_default(),
                report.pdf
            )
        });
        Ok(Outcome::Done)
    }
}

impl Correct {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let request =
            CorrectionRequest { invoice: InvoiceNumber::from_stored(&self.number), reason: self.reason.clone() };
        let report = correct_invoice::correct(&context.open()?, &request, &context.actor(), context.now)?;
        context.print(&report, |report: &CorrectionReport| {
            format!(
                "{} takes back {}, {} takes its place: {}\n{}",
                report.credit_note, report.invoice, report.corrected, report.gross, report.pdf
            )
        });
        Ok(Outcome::Done)
    }
}

impl TitreArguments {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let titre = report_titre::one(&context.open()?, &TenantScope::Everyone, &self.number)?;
        let titre = titre.ok_or_else(|| AppError::NotFound(format!("invoice {}", self.number)))?;
        let bytes = match self.format {
            TitreFormat::Csv => report_titre::csv(&titre)?,
            TitreFormat::Json => {
                let text = serde_json::to_string_pretty(&titre);
                text.map_err(|error| AppError::Corrupt(error.to_string()))?.into_bytes()
            }
        };
        match &self.output {
            None => out(String::from_utf8_lossy(&bytes).trim_end()),
            Some(path) => std::fs::write(path, bytes).map_err(CliError::io("write", path))?,
        }
        Ok(Outcome::Done)
    }
}

/// An invoice in the list.
#[derive(Debug, Serialize)]
struct Row {
    number: Option<String>,
    month: BillingMonth,
    /// `credit-note` takes away what its amounts say.
    kind: &'static str,
    status: &'static str,
    tenant: TenantCode,
    contract: ContractCode,
    issue_date: Option<NaiveDate>,
    due_date: Option<NaiveDate>,
    net: Money,
    tax: Money,
    gross: Money,
}

impl Row {
    fn of(invoice: InvoiceSummary) -> Row {
        Row {
            due_date: invoice.due(),
            number: invoice.number.map(|number| number.to_string()),
            month: invoice.month,
            kind: invoice.kind.name(),
            status: invoice.status.name(),
            tenant: invoice.tenant,
            contract: invoice.contract,
            issue_date: invoice.issue_date,
            net: invoice.totals.net,
            tax: invoice.totals.tax,
            gross: invoice.totals.gross,
        }
    }

    fn describe(&self) -> String {
        let number = self.number.as_deref().unwrap_or("(draft)");
        format!(
            "{number:<14} {} {:<11} {:<7} {:<16} {:<16} {:>14}",
            self.month,
            self.kind,
            self.status,
            self.tenant.as_str(),
            self.contract.as_str(),
            self.gross.to_string()
        )
    }
}

/// An issued document as it is reported.
#[derive(Debug, Serialize)]
struct Document {
    number: String,
    kind: &'static str,
    tenant: String,
    contract: String,
    month: BillingMonth,
    issue_date: NaiveDate,
    /// None of a credit note, which nobody pays.
    due_date: Option<NaiveDate>,
    net: Money,
    tax: Money,
    gross: Money,
    payment_reference: String,
    /// What it corrects.
    corrects: Vec<String>,
    lines: Vec<Line>,
}

fn unknown(number: &str) -> CliError {
    let number = shown(number);
    CliError::Input(format!("no invoice {number} is known: `chapelle invoices list` shows those that are"))
}

fn show(context: &Context, number: &str) -> Result<Outcome, CliError> {
    let found = read_invoices::one(&context.open()?, &TenantScope::Everyone, number)?;
    let invoice = found.ok_or_else(|| unknown(number))?;
    let document = Document {
        number: invoice.number.to_string(),
        kind: invoice.kind.name(),
        tenant: invoice.buyer.code.to_string(),
        contract: invoice.references.contract.to_string(),
        month: invoice.month,
        issue_date: invoice.issue_date,
        due_date: Some(invoice.due_date).filter(|_| invoice.kind != InvoiceKind::CreditNote),
        net: invoice.totals.net,
        tax: invoice.totals.tax,
        gross: invoice.totals.gross,
        payment_reference: invoice.payment.reference.clone(),
        corrects: invoice.corrects.iter().map(|(number, _)| number.to_string()).collect(),
        lines: lines(&invoice.charges, invoice.language),
    };
    context.print(&document, |document| {
        let due = document.due_date.map(|day| format!(", due {day}")).unwrap_or_default();
        let corrects = Some(document.corrects.join(", ")).filter(|numbers| !numbers.is_empty());
        let head = format!(
            "{} ({}) of {} for {}, {}: issued {}{due}{}",
            document.number,
            document.kind,
            document.month,
            document.tenant,
            document.contract,
            document.issue_date,
            corrects.map(|numbers| format!(", corrects {numbers}")).unwrap_or_default()
        );
        let total = format!("{} + {} = {}", document.net, document.tax, document.gross);
        let lines = document.lines.iter().map(Line::describe);
        std::iter::once(head).chain(lines).chain([total]).collect::<Vec<_>>().join("\n")
    });
    Ok(Outcome::Done)
}

/// A mail about a document.
#[derive(Debug, Serialize)]
struct NoticeRow {
    recipient: String,
    /// `invoice-available` or `payment-reminder`.
    kind: String,
    status: &'static str,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    attempts: i64,
    error: Option<String>,
}

/// Ends with a need for a person where one failed for good.
fn notices(context: &Context, number: &str) -> Result<Outcome, CliError> {
    let found = notices::of(&context.open()?, &TenantScope::Everyone, number)?.ok_or_else(|| unknown(number))?;
    let row = |notice: &Notice| NoticeRow {
        recipient: notice.message.recipient.clone(),
        kind: notice.message.kind.clone(),
        status: notice.status.name(),
        created_at: notice.created_at,
        sent_at: notice.sent_at,
        attempts: notice.attempts,
        error: notice.last_error.clone(),
    };
    let rows: Vec<NoticeRow> = found.iter().map(row).collect();
    context.print(&rows, |rows| match rows.is_empty() {
        true => "no mail was queued about it".to_owned(),
        false => rows.iter().map(NoticeRow::describe).collect::<Vec<_>>().join("\n"),
    });
    let is_lost = found.iter().any(|notice| notice.status == NoticeStatus::Failed);
    Ok(if is_lost { Outcome::NeedsAttention } else { Outcome::Done })
}

impl NoticeRow {
    fn describe(&self) -> String {
        let at = self.sent_at.unwrap_or(self.created_at).format("%Y-%m-%dT%H:%M:%SZ");
        let error = self.error.as_deref().unwrap_or_default();
        format!("{at}  {:<8} {:<18} {:<36} {error}", self.status, self.kind, self.recipient).trim_end().to_owned()
    }
}

fn resend(context: &Context, number: &str) -> Result<Outcome, CliError> {
    let store = context.open()?;
    let queued = notices::resend(&store, &TenantScope::Everyone, number, &context.actor(), context.now)?;
    let queued = queued.ok_or_else(|| unknown(number))?;
    let report = serde_json::json!({ "number": number, "queued": queued });
    context.print(&report, |_| format!("{} of {number} queued", counted(queued, "notice", "notices")));
    Ok(Outcome::Done)
}

fn archive(context: &Context) -> Result<Outcome, CliError> {
    let store = context.open()?;
    let made = archive_invoice::archive_missing(&store, context.now)?;
    let check = archive_invoice::check(&store)?;
    let archive = Archive { check, failed: made.failed };
    context.print(&archive, |archive| describe(archive, made.written));
    let is_whole = archive.check.damaged.is_empty() && archive.failed.is_empty();
    Ok(if is_whole { Outcome::Done } else { Outcome::NeedsAttention })
}

/// What was looked at, and what could not be made.
#[derive(Serialize)]
struct Archive {
    #[serde(flatten)]
    check: ArchiveCheck,
    failed: Vec<Unarchived>,
}

fn describe(Archive { check, failed }: &Archive, written: usize) -> String {
    let damaged: String = check.damaged.iter().map(|path| format!("\n  {path} is not what was archived")).collect();
    let unmade: String =
        failed.iter().map(|one| format!("\n  {} has no documents: {}", one.number, one.error)).collect();
    format!(
        "{} made now, {} sound, {} damaged{damaged}{unmade}",
        written + check.remade,
        check.sound,
        check.damaged.len()
    )
}
