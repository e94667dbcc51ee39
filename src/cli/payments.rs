//! `chapelle payments`: money received, and what late payments cost.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CliError, Context, Outcome};
use crate::app::charge_interest::{self, InterestReport};
use crate::app::record_payment::{self, NewPayment, PaymentReport, RecordedPayment};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;

#[derive(Debug, Subcommand)]
pub enum Payments {
    /// Record money received for an invoice, in full or in part.
    Record(Record),
    /// List payments in the order they were recorded.
    List(List),
    /// Claim late interest and the 40 € indemnity for payments of an invoice that came after its due date.
    Interest(Interest),
}

#[derive(Debug, Args)]
pub struct Record {
    /// The invoice it pays, for example DC2026000001.
    #[arg(long)]
    invoice: String,
    /// The day it was received, for example 2026-11-30.
    #[arg(long, value_name = "DATE")]
    date: NaiveDate,
    /// Euros, for example 1200.00; at most what is open.
    #[arg(long)]
    amount: Money,
    /// What the bank says of it.
    #[arg(long)]
    reference: Option<String>,
}

#[derive(Debug, Args)]
pub struct List {
    /// First day.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub struct Interest {
    #[arg(long)]
    invoice: String,
}

impl Payments {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Payments::Record(record) => record.run(context),
            Payments::List(list) => list.run(context),
            Payments::Interest(interest) => interest.run(context),
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
        let report = record_payment::record(&context.open()?, &new, &context.actor(), context.now)?;
        context.print(&report, describe);
        Ok(Outcome::Done)
    }
}

fn describe(report: &PaymentReport) -> String {
    let PaymentReport { number, invoice, amount, open_before, open_after, .. } = report;
    let mut text = format!("{number}: {amount} on {invoice}; open {open_before} − {amount} = {open_after}");
    if let Some(letter) = &report.letter {
        text.push_str(&format!(", settled (letter {letter})"));
    }
    if report.days_late > 0 {
        let days = report.days_late;
        text.push_str(&format!(
            "\n{days} days late: claim interest with `chapelle payments interest --invoice {invoice}`"
        ));
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

/// A payment in the list.
#[derive(Debug, Serialize)]
struct Row {
    number: String,
    received_on: NaiveDate,
    invoice: InvoiceNumber,
    tenant: String,
    amount: Money,
    reference: Option<String>,
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
        }
    }

    fn describe(&self) -> String {
        format!(
            "{}  {}  {:<14} {:<16} {:>14}  {}",
            self.number,
            self.received_on,
            self.invoice.as_str(),
            self.tenant,
            self.amount.to_string(),
            self.reference.as_deref().unwrap_or_default()
        )
    }
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
            "{}: {} × {} days ÷ 365 × {} % = {} + {} indemnity = {}",
            claim.document, claim.amount, late.days, late.rate_percent, late.interest, late.indemnity, late.total
        ));
    }
    lines.push(format!("open on {}: {}", report.invoice, report.open));
    lines.join("\n")
}
