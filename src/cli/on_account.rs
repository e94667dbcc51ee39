//! `chapelle payments account`, `keep`, `correct`, `settle` and `repay`: what a tenant sent and no invoice has taken, and
//! where it goes.

use chrono::NaiveDate;
use clap::Args;

use super::payments::describe;
use super::{CliError, Context, Outcome};
use crate::app::correct_kept::{self, NewCorrection, TakenBackReport};
use crate::app::keep_by_hand::{self, NewReceived};
use crate::app::on_account::{self, AccountStatement, KeptReport};
use crate::app::repay::{self, NewRepayment, RepaidReport};
use crate::app::settle_from_account::{self, NewSettlement};
use crate::domain::access::TenantScope;
use crate::domain::calendar::day;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, MovementKind};

#[derive(Debug, Args)]
pub struct Account {
    /// The tenant's code, for example ap-hp.
    tenant: String,
}

#[derive(Debug, Args)]
pub struct Keep {
    /// The tenant's code, for example ap-hp.
    tenant: String,
    /// Euros, for example 1200.00.
    #[arg(long, allow_negative_numbers = true)]
    amount: Money,
    /// The day it was received, for example 2026-11-30.
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: NaiveDate,
    /// What the bank says of it.
    #[arg(long)]
    reference: Option<String>,
    /// The same was received that day before, and a second time.
    #[arg(long)]
    again: bool,
}

#[derive(Debug, Args)]
pub struct Correct {
    /// The tenant on whose account it was kept, for example ap-hp.
    tenant: String,
    /// What was kept, for example CPT-2026-000001; nothing of it may be used yet.
    number: String,
    /// The day it is taken back, for example 2026-11-30: that on which it was kept, while its month is open, or after.
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: NaiveDate,
    /// Why; kept with the correction.
    #[arg(long)]
    reason: String,
    /// The tenant on whose account it is kept instead; without it, on none, and a receipt of the bank waits again.
    #[arg(long, value_name = "TENANT")]
    to: Option<String>,
}

#[derive(Debug, Args)]
pub struct Settle {
    /// The tenant's code, for example ap-hp.
    tenant: String,
    /// The open invoice of that tenant, for example DC2026000001.
    invoice: String,
    /// Euros, for example 1200.00; at most what is on account and what is open.
    #[arg(long, allow_negative_numbers = true)]
    amount: Money,
    /// The day it is taken from the account, for example 2026-11-30.
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: NaiveDate,
    /// What is said of it, kept with its payments.
    #[arg(long)]
    reference: Option<String>,
    /// The same was settled that day before, and is meant a second time.
    #[arg(long)]
    again: bool,
}

#[derive(Debug, Args)]
pub struct Repay {
    /// The tenant's code, for example ap-hp.
    tenant: String,
    /// Euros, for example 1200.00; at most what is on account.
    #[arg(long, allow_negative_numbers = true)]
    amount: Money,
    /// The day it was sent back, for example 2026-11-30.
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: NaiveDate,
    /// What the bank is told of it.
    #[arg(long)]
    reference: Option<String>,
    /// The same was sent back that day before, and a second time.
    #[arg(long)]
    again: bool,
}

impl Account {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let tenant = TenantCode::from(self.tenant.as_str());
        let account = on_account::statement(&context.open()?, &TenantScope::Everyone, &tenant)?;
        context.print(&account, described);
        Ok(Outcome::Done)
    }
}

impl Keep {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let new = NewReceived {
            tenant: TenantCode::from(self.tenant.as_str()),
            on: self.date,
            amount: self.amount,
            reference: self.reference.clone(),
        };
        let report = keep_by_hand::record(&context.open()?, &new, self.again, &context.actor(), context.now)?;
        context.print(&report, describe_kept);
        Ok(Outcome::Done)
    }
}

impl Correct {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let new = NewCorrection {
            tenant: TenantCode::from(self.tenant.as_str()),
            number: self.number.clone(),
            on: self.on,
            to: self.to.as_deref().map(TenantCode::from),
            reason: self.reason.clone(),
        };
        let report = correct_kept::record(&context.open()?, &new, &context.actor(), context.now)?;
        context.print(&report, |report| {
            let TakenBackReport { number, tenant, reverses, amount, balance, .. } = report;
            let taken = format!("{number}: {amount} of {reverses} taken back; {balance} left on account of {tenant}");
            let waits = report.waits_again.then(|| "its receipt waits again to be matched".to_owned());
            let more = report.kept.as_ref().map(describe_kept).or(waits);
            [Some(taken), more].into_iter().flatten().collect::<Vec<_>>().join("\n")
        });
        Ok(Outcome::Done)
    }
}

impl Settle {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let new = NewSettlement {
            tenant: TenantCode::from(self.tenant.as_str()),
            invoice: InvoiceNumber::from_stored(&self.invoice),
            on: self.on,
            amount: self.amount,
            reference: self.reference.clone(),
        };
        let report = settle_from_account::record(&context.open()?, &new, self.again, &context.actor(), context.now)?;
        context.print(&report, |report| {
            let payments: Vec<String> = report.payments.iter().map(describe).collect();
            format!("{}\n{} left on account of {}", payments.join("\n"), report.balance, report.tenant)
        });
        Ok(Outcome::Done)
    }
}

impl Repay {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let new = NewRepayment {
            tenant: TenantCode::from(self.tenant.as_str()),
            on: self.on,
            amount: self.amount,
            reference: self.reference.clone(),
        };
        let report = repay::record(&context.open()?, &new, self.again, &context.actor(), context.now)?;
        context.print(&report, |report| {
            let RepaidReport { number, tenant, amount, balance, .. } = report;
            format!("{number}: {amount} sent back to {tenant}; {balance} left on account")
        });
        Ok(Outcome::Done)
    }
}

fn described(account: &AccountStatement) -> String {
    let moved = account.movements.iter().map(|line| {
        let Movement { number, on, amount, reference, .. } = &line.movement;
        let what = match (line.kind, &line.invoice) {
            (MovementKind::Kept, _) => "kept".to_owned(),
            (MovementKind::Settled, Some(invoice)) => format!("settles {invoice}"),
            (MovementKind::Settled, None) => "settled".to_owned(),
            (MovementKind::SentBack, _) => "sent back".to_owned(),
            (MovementKind::TakenBack, _) => "taken back".to_owned(),
        };
        let (amount, balance) = (amount.to_string(), line.balance.to_string());
        let reference = reference.as_deref().unwrap_or_default();
        format!("{number}  {on}  {amount:>14}  {balance:>14}  {what:<22}  {reference}").trim_end().to_owned()
    });
    let balance = format!("{} on account of {}", account.balance, account.tenant);
    moved.chain([balance]).collect::<Vec<_>>().join("\n")
}

/// What was kept of a payment.
pub fn describe_kept(kept: &KeptReport) -> String {
    let KeptReport { number, tenant, amount, balance, .. } = kept;
    format!("{number}: {amount} kept on account of {tenant}, which has {balance} there now")
}
