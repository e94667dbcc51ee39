//! `chapelle payments`: money received and sent back, and what late payments cost.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::counted;
use super::files::read_whole;
use super::on_account::{Account, Correct, Keep, Repay, Settle, describe_kept};
use super::paid_back::{Refund, Transfer};
use super::{CliError, Context, Outcome};
use crate::app::AppError;
use crate::app::charge_interest::{self, InterestReport};
use crate::app::import_statement::{self, ImportReport, Totals};
use crate::app::open_invoices::{self, OpenInvoice};
use crate::app::record_and_keep;
use crate::app::record_payment::{self, NewPayment, PaymentReport, RecordedPayment};
use crate::app::remind;
use crate::domain::calendar::day;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;

#[derive(Debug, Subcommand)]
pub enum Payments {
    /// Record money received for an invoice, in full or in part.
    Record(Record),
    /// List invoices that are not paid, and those on which money is owed to the tenant, oldest due first.
    Open,
    /// Record that what is owed to the tenant on an invoice was sent back to it.
    Refund(Refund),
    /// Set what is owed to the tenant on an invoice against another of its invoices.
    Transfer(Transfer),
    /// Show what a tenant has on account: what it sent beyond what it owed, and where it went.
    Account(Account),
    /// Keep on a tenant's account money that pays no invoice yet.
    Keep(Keep),
    /// Take back what was kept on account by mistake, or move it to another tenant's.
    Correct(Correct),
    /// Settle an invoice, or part of it, from what its tenant has on account.
    Settle(Settle),
    /// Record that what a tenant has on account was sent back to it.
    Repay(Repay),
    /// List payments, and refunds below zero, in the order they were recorded.
    List(List),
    /// Record the payments of a bank statement, camt.053 or CFONB 120, found by their creditor reference or number.
    Import(Import),
    /// Work out anew what is open on every invoice, and name what differed from what was kept.
    Rebuild,
    /// Claim late interest and the 40 € indemnity for payments of an invoice that came after its due date.
    Interest(Interest),
    /// Remind a tenant of an invoice past due, by a mail to each of its contacts.
    Remind(Remind),
}

#[derive(Debug, Args)]
pub struct Record {
    /// The invoice it pays, for example DC2026000001.
    #[arg(long)]
    invoice: String,
    /// The day it was received, for example 2026-11-30.
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: NaiveDate,
    /// Euros, for example 1200.00; at most what is open, unless the rest is kept.
    #[arg(long, allow_negative_numbers = true)]
    amount: Money,
    /// What the bank says of it.
    #[arg(long)]
    reference: Option<String>,
    /// The same was received before, and came a second time.
    #[arg(long)]
    again: bool,
    /// Keep what is more than what is open on account of the tenant.
    #[arg(long)]
    keep_rest: bool,
}

#[derive(Debug, Args)]
pub struct List {
    /// First day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub struct Import {
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Interest {
    #[arg(long)]
    invoice: String,
}

#[derive(Debug, Args)]
pub struct Remind {
    #[arg(long)]
    invoice: String,
    /// Only show what would be sent.
    #[arg(long)]
    check: bool,
}

impl Payments {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Payments::Record(record) => record.run(context),
            Payments::Open => open(context),
            Payments::Refund(refund) => refund.run(context),
            Payments::Transfer(transfer) => transfer.run(context),
            Payments::Account(account) => account.run(context),
            Payments::Keep(keep) => keep.run(context),
            Payments::Correct(correct) => correct.run(context),
            Payments::Settle(settle) => settle.run(context),
            Payments::Repay(repay) => repay.run(context),
            Payments::List(list) => list.run(context),
            Payments::Import(import) => import.run(context),
            Payments::Rebuild => rebuild(context),
            Payments::Interest(interest) => interest.run(context),
            Payments::Remind(remind) => remind.run(context),
        }
    }
}

impl Record {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let new = NewPayment {
            invoice: InvoiceNumber::from_stored(&self.invoice),
            received_on: self.date,
            amount: self.amount,
            reference: self.reference.clone(),
            statement_key: None,
        };
        let (store, by, now) = (context.open()?, context.actor(), context.now);
        if self.keep_rest {
            let report = record_and_keep::record(&store, &new, self.again, &by, now)?;
            context.print(&report, |report| {
                let kept = report.kept.as_ref().map(|kept| format!("\n{}", describe_kept(kept)));
                format!("{}{}", describe(&report.payment), kept.unwrap_or_default())
            });
            return Ok(Outcome::Done);
        }
        let report = record_payment::record_once(&store, &new, self.again, &by, now)?;
        context.print(&report, describe);
        Ok(Outcome::Done)
    }
}

impl Remind {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let (store, number) = (context.open()?, InvoiceNumber::from_stored(&self.invoice));
        if self.check {
            let plan = remind::plan(&store, &number, &context.way_out().postage(&store)?, context.now)?;
            let shown = serde_json::json!({
                "recipients": plan.recipients, "subject": plan.preview.subject, "text": plan.preview.text,
                "before": plan.before, "hindrance": plan.hindrance.as_ref().map(|told| &told.english),
                "on_account": plan.on_account.is_some().then_some(plan.kept),
            });
            context.print(&shown, |_| {
                let notes = [&plan.on_account, &plan.hindrance].into_iter().flatten();
                let notes: String = notes.map(|told| format!("\n\n{}", told.english)).collect();
                format!(
                    "To: {}\nSubject: {}\n\n{}{notes}",
                    plan.recipients.join(", "),
                    plan.preview.subject,
                    plan.preview.text
                )
            });
            return Ok(Outcome::Done);
        }
        let report = remind::send(&store, &number, &context.actor(), context.now)?;
        context.print(&report, |report| {
            let recipients = report.recipients.join(", ");
            format!("a reminder of {number} waits for {recipients}; `chapelle outbox deliver` or the server sends it")
        });
        Ok(Outcome::Done)
    }
}

pub(super) fn describe(report: &PaymentReport) -> String {
    let PaymentReport { number, invoice, amount, open_before, open_after, .. } = report;
    let mut text = format!("{number}: {amount} on {invoice}; open {open_before} − {amount} = {open_after}");
    if let Some(letter) = &report.letter {
        text.push_str(&format!(", settled (letter {letter})"));
    }
    if report.is_interest_due {
        let days = counted(report.days_late, "day", "days");
        text.push_str(&format!("\n{days} late: claim interest with `chapelle payments interest --invoice {invoice}`"));
    }
    text
}

impl List {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let payments = record_payment::list(&context.open()?, self.from, self.to)?;
        let rows: Vec<Row> = payments.into_iter().map(Row::of).collect();
        context.print(&rows, |rows| match rows.as_slice() {
            [] => "no payment recorded".to_owned(),
            rows => rows.iter().map(Row::describe).collect::<Vec<_>>().join("\n"),
        });
        Ok(Outcome::Done)
    }
}

fn open(context: &Context) -> Result<Outcome, CliError> {
    let found = open_invoices::list(&context.open()?, context.now)?;
    context.print(&found, |found| match found.as_slice() {
        [] => "every invoice is paid".to_owned(),
        found => described_open(found),
    });
    Ok(Outcome::Done)
}

fn rebuild(context: &Context) -> Result<Outcome, CliError> {
    let rebuilt = open_invoices::rebuild(&context.open()?, &context.actor(), context.now)?;
    context.print(&rebuilt, |rebuilt| {
        let mended: Vec<&str> = rebuilt.mended.iter().map(InvoiceNumber::as_str).collect();
        match mended.as_slice() {
            [] => format!("{}, each as it was kept", counted(rebuilt.invoices, "document", "documents")),
            mended => format!("{}, mended: {}", counted(rebuilt.invoices, "document", "documents"), mended.join(", ")),
        }
    });
    Ok(Outcome::Done)
}

fn described_open(found: &[OpenInvoice]) -> String {
    let mut lines: Vec<String> = found.iter().map(describe_open).collect();
    if found.iter().any(|invoice| invoice.open < Money::ZERO) {
        lines.push(
            "what is owed to a tenant goes back with `chapelle payments refund INVOICE`, or pays another of its invoices with `chapelle payments transfer INVOICE OTHER`"
                .to_owned(),
        );
    }
    lines.join("\n")
}

fn describe_open(invoice: &OpenInvoice) -> String {
    let overdue = match invoice.days_overdue {
        _ if invoice.open < Money::ZERO => "  owed to the tenant".to_owned(),
        0 => String::new(),
        days => format!("  {}", counted(days, "day overdue", "days overdue")),
    };
    format!(
        "{:<14} {:<16} due {}  {:>14} of {:>14}{overdue}",
        invoice.number.as_str(),
        invoice.tenant.as_str(),
        invoice.due_date,
        invoice.open.to_string(),
        invoice.gross.to_string()
    )
}

/// A payment in the list.
#[derive(Debug, Serialize)]
struct Row {
    number: String,
    received_on: NaiveDate,
    invoice: InvoiceNumber,
    tenant: String,
    amount: Money,
    reference: Option<String>,
    /// The day it was taken from what the tenant had on account: nothing moved at the bank then.
    settled_on: Option<NaiveDate>,
}

impl Row {
    fn of(recorded: RecordedPayment) -> Row {
        let payment = recorded.payment;
        Row {
            number: payment.number,
            received_on: payment.received_on,
            invoice: recorded.invoice,
            tenant: recorded.tenant.to_string(),
            amount: payment.amount,
            reference: payment.reference,
            settled_on: payment.settled_on,
        }
    }

    fn describe(&self) -> String {
        let from_account = self.settled_on.map(|day| format!("from the account on {day}"));
        let says = self.reference.clone().into_iter().chain(from_account).collect::<Vec<_>>().join(", ");
        let row = format!(
            "{}  {}  {:<14} {:<16} {:>14}  {says}",
            self.number,
            self.received_on,
            self.invoice.as_str(),
            self.tenant,
            self.amount.to_string(),
        );
        row.trim_end().to_owned()
    }
}

impl Import {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let bytes = read_whole(&self.file)?;
        let report = import_statement::import(&context.open()?, &bytes, &context.actor(), context.now)
            .map_err(|error| of_file(error, &self.file))?;
        context.print(&report, describe_import);
        Ok(if report.unmatched.is_empty() { Outcome::Done } else { Outcome::NeedsAttention })
    }
}

/// A refusal says which file it is about.
fn of_file(error: AppError, file: &Path) -> AppError {
    match error {
        AppError::Refused(mut told) => {
            told.english = format!("{}: {}", file.display(), told.english);
            AppError::Refused(told)
        }
        error => error,
    }
}

fn describe_import(report: &ImportReport) -> String {
    let mut lines: Vec<String> = report.recorded.iter().map(describe).collect();
    let Totals { receipts, recorded, known } = report.totals();
    lines.push(format!(
        "{}: {recorded} recorded, {known} known before, {} left",
        counted(receipts, "receipt", "receipts"),
        report.unmatched.len()
    ));
    for left in &report.unmatched {
        let of_which = || format!(" (of which the bank kept {})", left.charge);
        let kept = if left.charge.is_zero() { String::new() } else { of_which() };
        lines.push(format!("  {} {}{kept} {}: {}", left.booked_on, left.amount, left.text, left.why));
    }
    lines.join("\n")
}

impl Interest {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let invoice = InvoiceNumber::from_stored(&self.invoice);
        let report = charge_interest::charge(&context.open()?, &invoice, &context.actor(), context.now)?;
        context.print(&report, describe_interest);
        Ok(Outcome::Done)
    }
}

fn describe_interest(report: &InterestReport) -> String {
    if report.claims.is_empty() {
        return match report.posted_before.as_slice() {
            [] => format!("nothing on {} was paid late", report.invoice),
            before => format!("everything paid late on {} is claimed already: {}", report.invoice, before.join(", ")),
        };
    }
    let mut lines = Vec::new();
    for claim in &report.claims {
        let late = &claim.interest;
        lines.push(format!(
            "{}: {} × {} ÷ 365 × {} % = {} + {} indemnity = {}",
            claim.document,
            claim.amount,
            counted(late.days, "day", "days"),
            late.rate_percent,
            late.interest,
            late.indemnity,
            late.total
        ));
    }
    lines.push(format!("open on {}: {}", report.invoice, report.open));
    lines.join("\n")
}
