//! `chapelle availability`: how available contract lines were, and what that allows.

use clap::{Args, Subcommand};

use super::{CliError, Context, Outcome};
use crate::app::AppError;
use crate::app::record_availability::{self, Availability, KeptAvailability, NewAvailability};
use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, LineCode};
use crate::domain::money::PlainDecimal;

#[derive(Debug, Subcommand)]
pub enum AvailabilityCommand {
    /// List a contract's figures, the newest month first.
    List {
        #[arg(long)]
        contract: String,
    },
    /// Record a line's availability in a month; what it allows comes on the contract's next invoice.
    Record(Record),
}

#[derive(Debug, Args)]
pub struct Record {
    #[arg(long)]
    contract: String,
    #[arg(long)]
    line: String,
    /// The month, for example 2026-10.
    #[arg(long)]
    month: BillingMonth,
    /// Percent of the month, for example 99.62: 0 to 100, with three decimals at most.
    #[arg(long)]
    percent: PlainDecimal,
    /// Where the figure comes from.
    #[arg(long)]
    reason: String,
}

impl AvailabilityCommand {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            AvailabilityCommand::List { contract } => {
                let code = ContractCode(contract.clone());
                let known = record_availability::list(&context.open()?, &TenantScope::Everyone, &code)?;
                let known = known.ok_or_else(|| AppError::NotFound(format!("contract {contract}")))?;
                context.print(&known, |known| match known.as_slice() {
                    [] => "no availability is recorded".to_owned(),
                    known => known.iter().map(kept).collect::<Vec<_>>().join("\n"),
                });
            }
            AvailabilityCommand::Record(record) => {
                let figure = NewAvailability {
                    contract: ContractCode(record.contract.clone()),
                    line: LineCode(record.line.clone()),
                    month: record.month,
                    percent: record.percent.0,
                    reason: record.reason.clone(),
                };
                let recorded = record_availability::record(&context.open()?, &figure, &context.actor(), context.now)?;
                context.print(&recorded, describe);
            }
        }
        Ok(Outcome::Done)
    }
}

fn describe(one: &Availability) -> String {
    let NewAvailability { line, month, percent, reason, .. } = &one.figure;
    let (committed, credit) = (one.committed_percent, one.credit_percent);
    format!("{month}  {line}: {percent} % of {committed} % promised, allows {credit} % of the price ({reason})")
}

fn kept(one: &KeptAvailability) -> String {
    let invoice = one.invoice.as_ref().map_or_else(String::new, |number| format!(", on {number}"));
    format!("{}{invoice}", describe(&one.availability))
}
