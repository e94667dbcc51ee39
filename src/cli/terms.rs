//! `chapelle tenants`, `chapelle contracts`, `chapelle tariffs`: what is agreed, with whom, at which prices.

use chrono::NaiveDate;
use clap::Subcommand;
use serde::Serialize;

use super::{CliError, Context, Outcome};
use crate::app::edit_book::{self, Target};
use crate::app::{read_tariffs, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::book::EntryKind;
use crate::domain::calendar::day;
use crate::domain::money::Money;

#[derive(Debug, Subcommand)]
pub enum Tenants {
    /// List tenants with the codes of their contracts.
    List,
    /// One tenant in the keys of the facility book.
    Show { code: String },
}

#[derive(Debug, Subcommand)]
pub enum Contracts {
    /// List contracts with the last day to give notice.
    List,
    /// One contract in the keys of the facility book.
    Show { code: String },
}

#[derive(Debug, Subcommand)]
pub enum Tariffs {
    /// List tariffs with the contracts billed at them.
    List,
    /// One tariff in the keys of the facility book.
    Show { code: String },
    /// What a quantity costs a whole month.
    Price {
        code: String,
        /// In the tariff's unit, such as 12.5.
        quantity: String,
        /// The day whose price holds; today if left out.
        #[arg(long, value_parser = day)]
        on: Option<NaiveDate>,
    },
}

impl Tenants {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Tenants::List => list(context, tenants(context)?),
            Tenants::Show { code } => show(context, EntryKind::Tenant, code),
        }
    }
}

impl Contracts {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Contracts::List => list(context, contracts(context)?),
            Contracts::Show { code } => show(context, EntryKind::Contract, code),
        }
    }
}

impl Tariffs {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Tariffs::List => list(context, tariffs(context)?),
            Tariffs::Show { code } => show(context, EntryKind::Tariff, code),
            Tariffs::Price { code, quantity, on } => price(context, code, quantity, *on),
        }
    }
}

/// A row of one of the lists.
#[derive(Debug, Serialize)]
struct Row {
    code: String,
    name: String,
    /// Whose it is: a contract's tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_by: Option<NaiveDate>,
    /// Of a tenant or a tariff.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contracts: Vec<String>,
}

impl Row {
    fn named(code: &str, name: &str) -> Row {
        let (code, name) = (code.to_owned(), name.to_owned());
        Row { code, name, tenant: None, unit: None, from: None, to: None, notice_by: None, contracts: vec![] }
    }

    fn describe(&self) -> String {
        let more = [
            self.tenant.clone(),
            self.unit.map(|unit| format!("per {unit}")),
            self.from.map(|from| format!("from {from}")),
            self.to.map(|to| format!("to {to}")),
            self.notice_by.map(|day| format!("give notice by {day}")),
            (!self.contracts.is_empty()).then(|| self.contracts.join(", ")),
        ];
        let more: Vec<String> = more.into_iter().flatten().collect();
        format!("{:<24} {:<44} {}", self.code, self.name, more.join("  ")).trim_end().to_owned()
    }
}

fn tenants(context: &Context) -> Result<Vec<Row>, CliError> {
    let files = read_tenants::list(&context.open()?, &TenantScope::Everyone)?;
    let row = |file: &read_tenants::TenantFile| Row {
        contracts: file.contracts.iter().map(|contract| contract.code.to_string()).collect(),
        ..Row::named(file.tenant.code.as_str(), &file.tenant.name)
    };
    Ok(files.iter().map(row).collect())
}

fn contracts(context: &Context) -> Result<Vec<Row>, CliError> {
    let files = read_tenants::list(&context.open()?, &TenantScope::Everyone)?;
    let rows = files.iter().flat_map(|file| &file.contracts).map(|contract| Row {
        tenant: Some(contract.tenant.to_string()),
        from: Some(contract.in_force.from),
        to: contract.in_force.to,
        notice_by: contract.notice_by(),
        ..Row::named(contract.code.as_str(), &contract.title)
    });
    Ok(rows.collect())
}

fn tariffs(context: &Context) -> Result<Vec<Row>, CliError> {
    let (files, _) = read_tariffs::list(&context.open()?, context.now)?;
    let row = |file: &read_tariffs::TariffFile| Row {
        unit: Some(file.tariff.unit.name()),
        contracts: file.contracts.iter().map(|contract| contract.code.to_string()).collect(),
        ..Row::named(file.tariff.code.as_str(), &file.tariff.name)
    };
    Ok(files.iter().map(row).collect())
}

fn list(context: &Context, rows: Vec<Row>) -> Result<Outcome, CliError> {
    context.print(&rows, |rows| match rows.is_empty() {
        true => "none yet".to_owned(),
        false => rows.iter().map(Row::describe).collect::<Vec<_>>().join("\n"),
    });
    Ok(Outcome::Done)
}

fn show(context: &Context, kind: EntryKind, code: &str) -> Result<Outcome, CliError> {
    let target = Target { kind, code: Some(code.to_owned()), scope: TenantScope::Everyone };
    let found = edit_book::read(&context.open()?, &target)?;
    let found = found.ok_or_else(|| unknown(kind.name(), code))?;
    context.print(&found.document, |document| format!("{document:#}"));
    Ok(Outcome::Done)
}

/// What a quantity costs, part by part.
#[derive(Debug, Serialize)]
struct Price {
    quantity: String,
    unit: &'static str,
    from: NaiveDate,
    parts: Vec<(String, Money)>,
    net: Money,
}

fn price(context: &Context, code: &str, quantity: &str, on: Option<NaiveDate>) -> Result<Outcome, CliError> {
    let (files, today) = read_tariffs::list(&context.open()?, context.now)?;
    let file = files.into_iter().find(|file| file.tariff.code.as_str() == code);
    let file = file.ok_or_else(|| unknown("tariff", code))?;
    let found = read_tariffs::preview(&file.tariff, quantity, on.unwrap_or(today))
        .map_err(|refusal| CliError::Input(refusal.to_string()))?;
    let price = Price {
        quantity: found.quantity.to_string(),
        unit: file.tariff.unit.name(),
        from: found.from,
        net: found.parts.iter().fold(Money::ZERO, |sum, part| sum + part.net),
        parts: found.parts.into_iter().map(|part| (part.expression, part.net)).collect(),
    };
    context.print(&price, |price| {
        let parts = price.parts.iter().map(|(formula, net)| format!("{formula} = {net}"));
        parts
            .chain([format!("{} EUR net, at the price since {}", price.net, price.from)])
            .collect::<Vec<_>>()
            .join("\n")
    });
    Ok(Outcome::Done)
}

fn unknown(kind: &str, code: &str) -> CliError {
    CliError::Input(format!(
        "{kind} `{code}` is not in the facility book: `chapelle {kind}s list` shows those that are"
    ))
}
