//! `chapelle invoices`: what was issued, and its documents.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CliError, Context, Outcome};
use crate::app::archive_invoice::{self, ArchiveCheck};
use crate::app::list_invoices::{self, InvoiceFilter, InvoiceSummary};
use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, TenantCode};
use crate::domain::money::Money;

#[derive(Debug, Subcommand)]
pub enum Invoices {
    /// List invoices, newest first.
    List(List),
    /// Write the PDF and XML of issued invoices that are missing from the archive, and check those that are there.
    Archive,
}

#[derive(Debug, Args)]
pub struct List {
    #[arg(long)]
    month: Option<BillingMonth>,
}

impl Invoices {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Invoices::List(list) => list.run(context),
            Invoices::Archive => archive(context),
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
                return "no invoice yet: bill a month with `chapelle billing run --month 2026-10 --issue`".to_owned();
            }
            rows.iter().map(Row::describe).collect::<Vec<_>>().join("\n")
        });
        Ok(Outcome::Done)
    }
}

/// An invoice in the list.
#[derive(Debug, Serialize)]
struct Row {
    number: Option<String>,
    month: BillingMonth,
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
            number: invoice.number.map(|number| number.to_string()),
            month: invoice.month,
            status: invoice.status.name(),
            tenant: invoice.tenant,
            contract: invoice.contract,
            issue_date: invoice.issue_date,
            due_date: invoice.due_date,
            net: invoice.totals.net,
            tax: invoice.totals.tax,
            gross: invoice.totals.gross,
        }
    }

    fn describe(&self) -> String {
        let number = self.number.as_deref().unwrap_or("(draft)");
        format!(
            "{number:<14} {} {:<7} {:<16} {:<16} {:>14}",
            self.month,
            self.status,
            self.tenant.as_str(),
            self.contract.as_str(),
            self.gross.to_string()
        )
    }
}

fn archive(context: &Context) -> Result<Outcome, CliError> {
    let store = context.open()?;
    let written = archive_invoice::archive_missing(&store, context.now)?.written;
    let check = archive_invoice::check(&store)?;
    context.print(&check, |check| describe(check, written));
    Ok(if check.damaged.is_empty() { Outcome::Done } else { Outcome::NeedsAttention })
}

fn describe(check: &ArchiveCheck, written: usize) -> String {
    let damaged: String = check.damaged.iter().map(|path| format!("\n  {path} is not what was archived")).collect();
    format!("{} made now, {} sound, {} damaged{damaged}", written + check.remade, check.sound, check.damaged.len())
}
