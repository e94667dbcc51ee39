//! `chapelle payments refund` and `transfer`: how what is owed to a tenant goes back.

use chrono::NaiveDate;
use clap::Args;

use super::context::counted;
use super::{CliError, Context, Outcome};
use crate::app::refund::{self, NewRefund, RefundReport};
use crate::app::transfer::{self, NewTransfer, TransferReport};
use crate::domain::calendar::day;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;

#[derive(Debug, Args)]
pub struct Refund {
    /// The invoice on which it is owed, for example DC2026000001.
    invoice: String,
    /// Euros, for example 1200.00; at most what is owed.
    #[arg(long, allow_negative_numbers = true)]
    amount: Money,
    /// The day it was sent back, for example 2026-11-30.
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: NaiveDate,
    /// What the bank is told of it.
    #[arg(long)]
    reference: Option<String>,
}

#[derive(Debug, Args)]
pub struct Transfer {
    /// The invoice on which it is owed, for example DC2026000001.
    from: String,
    /// The open invoice of the same tenant that it pays.
    to: String,
    /// Euros, for example 1200.00; at most what is owed on the one and open on the other.
    #[arg(long, allow_negative_numbers = true)]
    amount: Money,
    /// The day it is set against it; today where none is given.
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<NaiveDate>,
}

impl Refund {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let new = NewRefund {
            invoice: InvoiceNumber::from_stored(&self.invoice),
            on: self.on,
            amount: self.amount,
            reference: self.reference.clone(),
        };
        let report = refund::record(&context.open()?, &new, &context.actor(), context.now)?;
        context.print(&report, describe_refund);
        Ok(Outcome::Done)
    }
}

impl Transfer {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let new = NewTransfer {
            from: InvoiceNumber::from_stored(&self.from),
            to: InvoiceNumber::from_stored(&self.to),
            on: self.on,
            amount: self.amount,
        };
        let report = transfer::record(&context.open()?, &new, &context.actor(), context.now)?;
        context.print(&report, describe_transfer);
        Ok(Outcome::Done)
    }
}

fn describe_refund(report: &RefundReport) -> String {
    let RefundReport { number, invoice, amount, open, letter, .. } = report;
    let settled = settled(letter.as_deref());
    format!(
        "{number}: {amount} of {invoice} sent back; open {} + {amount} = {}{settled}",
        open.open_before, open.open_after
    )
}

fn describe_transfer(report: &TransferReport) -> String {
    let TransferReport { number, from, to, amount, open, letter, to_letter, is_interest_due } = report;
    let mut text = format!(
        "{number}: {amount} of {from} set against {to}\nopen on {from}: {} + {amount} = {}{}\nopen on {to}: {} − {amount} = {}{}",
        open.open_before,
        open.open_after,
        settled(letter.as_deref()),
        open.to_open_before,
        open.to_open_after,
        settled(to_letter.as_deref()),
    );
    if *is_interest_due {
        let days = counted(open.days_late, "day", "days");
        text.push_str(&format!("\n{days} late: claim interest with `chapelle payments interest --invoice {to}`"));
    }
    text
}

fn settled(letter: Option<&str>) -> String {
    letter.map_or_else(String::new, |letter| format!(", settled (letter {letter})"))
}
