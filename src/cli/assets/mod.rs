//! `chapelle assets`: what the inventory holds, and what happens to it.

mod show;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use rust_decimal::Decimal;

use super::{CliError, Context, Outcome};
use crate::app::attach_asset_file::{self, Paper};
use crate::app::record_asset_event::{self, EventRequest, RecordedEvent};
use crate::domain::amortisation::{
    AmountChange, AssetChange, Component, Convention, Extent, Method, PaperKind, ShiftedEvent, Successor,
};
use crate::domain::calendar::day;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::{Money, PlainDecimal};

#[derive(Debug, Subcommand)]
pub enum Assets {
    /// Every asset with its cost, depreciation and net book value.
    List,
    /// One asset: papers, funding, components, events, files.
    Show(Show),
    /// Another life, residual value or number of units expected, from a day on.
    Revise(Revise),
    /// A loss of value beside depreciation.
    Impair(Amount),
    /// Undo an impairment, in whole or in part.
    Reverse(Amount),
    /// Sold or scrapped, in whole or in part.
    Dispose(Dispose),
    /// Given away, in whole or in part.
    Donate(Donate),
    /// A component leaves, another takes its place and starts its own plan.
    Replace(Box<Replace>),
    /// Put what was built into service.
    Commission(Commission),
    /// Units used in the month of a day.
    Use(Use),
    /// A subsidy received later, taken to income over the rest of the life.
    Subsidise(Subsidise),
    /// Take back an event recorded by mistake, of which nothing is posted yet.
    Withdraw(Withdraw),
    /// Keep a paper of an asset: hashed, copied below the data directory.
    Attach(Attach),
}

#[derive(Debug, Args)]
pub struct Show {
    /// The inventory number.
    asset: String,
}

/// What every event has.
#[derive(Debug, Args)]
struct Event {
    /// The inventory number.
    asset: String,
    /// The day it takes effect.
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: NaiveDate,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The decision it rests on.
    #[arg(long)]
    decision: Option<String>,
    /// The day is meant although it lies beyond the end of next year.
    #[arg(long)]
    far_ahead: bool,
}

#[derive(Debug, Args)]
pub struct Revise {
    #[command(flatten)]
    event: Event,
    #[arg(long)]
    component: String,
    /// The whole life in years, counted from commissioning.
    #[arg(long, value_name = "YEARS")]
    duration_years: Option<u32>,
    #[arg(long, value_name = "EUROS", allow_negative_numbers = true)]
    residual_value: Option<Money>,
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    expected_units: Option<PlainDecimal>,
}

#[derive(Debug, Args)]
pub struct Amount {
    #[command(flatten)]
    event: Event,
    #[arg(long)]
    component: String,
    #[arg(long, value_name = "EUROS", allow_negative_numbers = true)]
    amount: Money,
}

/// How much leaves; all of it where nothing is said.
#[derive(Debug, Args)]
struct Part {
    /// One component; the whole asset if left out.
    #[arg(long)]
    component: Option<String>,
    /// A share of the gross value in percent.
    #[arg(long, value_name = "PERCENT", conflicts_with = "gross", allow_negative_numbers = true)]
    share: Option<PlainDecimal>,
    /// A part of the gross value.
    #[arg(long, value_name = "EUROS", allow_negative_numbers = true)]
    gross: Option<Money>,
}

#[derive(Debug, Args)]
pub struct Dispose {
    #[command(flatten)]
    event: Event,
    #[command(flatten)]
    part: Part,
    /// What is got for it.
    #[arg(long, value_name = "EUROS", default_value = "0", allow_negative_numbers = true)]
    proceeds: Money,
    #[arg(long)]
    buyer: Option<String>,
}

#[derive(Debug, Args)]
pub struct Donate {
    #[command(flatten)]
    event: Event,
    #[command(flatten)]
    part: Part,
    #[arg(long)]
    beneficiary: String,
}

#[derive(Debug, Args)]
pub struct Replace {
    #[command(flatten)]
    event: Event,
    /// The component that leaves.
    #[arg(long)]
    component: String,
    /// What is got for it.
    #[arg(long, value_name = "EUROS", default_value = "0", allow_negative_numbers = true)]
    proceeds: Money,
    /// The code of the successor.
    #[arg(long)]
    code: String,
    #[arg(long)]
    name: String,
    #[arg(long, value_name = "EUROS", allow_negative_numbers = true)]
    cost: Money,
    #[arg(long, value_name = "EUROS", default_value = "0", allow_negative_numbers = true)]
    residual_value: Money,
    #[arg(long, value_name = "YEARS")]
    duration_years: u32,
    #[arg(long, value_enum, default_value_t = MethodArgument::Days30E360)]
    method: MethodArgument,
    /// Of a degressive plan.
    #[arg(long, required_if_eq("method", "degressive"), allow_negative_numbers = true)]
    coefficient: Option<PlainDecimal>,
    /// Of a plan by units of use.
    #[arg(long, value_name = "UNITS", required_if_eq("method", "units-of-use"), allow_negative_numbers = true)]
    expected_units: Option<PlainDecimal>,
    /// The successor's account; the asset's if left out.
    #[arg(long)]
    account: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MethodArgument {
    #[value(name = "30-360")]
    Days30E360,
    #[value(name = "actual-365")]
    Actual365,
    ActualActual,
    FirstOfMonth,
    FullYearsFromNext,
    Degressive,
    UnitsOfUse,
}

#[derive(Debug, Args)]
pub struct Commission {
    #[command(flatten)]
    event: Event,
    /// What proves it.
    #[arg(long)]
    evidence: String,
    /// A component that goes into service, several where repeated; without it all that is still being built.
    #[arg(long = "component", value_name = "CODE")]
    components: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Use {
    #[command(flatten)]
    event: Event,
    #[arg(long)]
    component: String,
    #[arg(long, allow_negative_numbers = true)]
    units: PlainDecimal,
}

#[derive(Debug, Args)]
pub struct Subsidise {
    #[command(flatten)]
    event: Event,
    #[arg(long)]
    grantor: String,
    #[arg(long)]
    reference: Option<String>,
    #[arg(long, value_name = "EUROS", allow_negative_numbers = true)]
    amount: Money,
}

#[derive(Debug, Args)]
pub struct Withdraw {
    /// The inventory number.
    asset: String,
    /// The number of the event, as `chapelle assets show` tells it.
    #[arg(long, value_name = "NUMBER")]
    event: usize,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The decision it rests on.
    #[arg(long)]
    decision: Option<String>,
}

#[derive(Debug, Args)]
pub struct Attach {
    /// The inventory number.
    asset: String,
    file: PathBuf,
    /// What the paper is called.
    #[arg(long)]
    name: String,
    /// The day the paper bears.
    #[arg(long, value_name = "DATE", value_parser = day)]
    date: NaiveDate,
    /// acquisition, supplier-invoice, commissioning, decision or other.
    #[arg(long)]
    kind: Option<PaperKind>,
    /// What of the asset it proves.
    #[arg(long)]
    proves: Option<String>,
}

impl Assets {
    pub fn run(self, context: &Context) -> Result<Outcome, CliError> {
        let component = ComponentCode;
        let (event, change) = match self {
            Assets::List => return show::list(context),
            Assets::Show(show) => return show.run(context),
            Assets::Attach(attach) => return attach.run(context),
            Assets::Withdraw(withdraw) => return withdraw.run(context),
            Assets::Revise(revise) => {
                let Revise { event, component: code, duration_years, residual_value, expected_units } = revise;
                let (component, expected_units) = (component(code), expected_units.map(|units| units.0));
                (event, AssetChange::Revise { component, duration_years, residual_value, expected_units })
            }
            Assets::Impair(Amount { event, component: code, amount }) => {
                (event, AssetChange::Impair { component: component(code), amount })
            }
            Assets::Reverse(Amount { event, component: code, amount }) => {
                (event, AssetChange::Reverse { component: component(code), amount })
            }
            Assets::Dispose(Dispose { event, part, proceeds, buyer }) => {
                let extent = part.extent();
                (event, AssetChange::Dispose { component: part.component.map(component), extent, proceeds, buyer })
            }
            Assets::Donate(Donate { event, part, beneficiary }) => {
                let extent = part.extent();
                (event, AssetChange::Donate { component: part.component.map(component), extent, beneficiary })
            }
            Assets::Replace(replace) => {
                let (successor, proceeds) = (Successor(replace.successor()), replace.proceeds);
                (replace.event, AssetChange::Replace { component: component(replace.component), successor, proceeds })
            }
            Assets::Commission(Commission { event, evidence, components }) => {
                let components = components.into_iter().map(component).collect();
                (event, AssetChange::Commission { evidence, components })
            }
            Assets::Use(Use { event, component: code, units }) => {
                (event, AssetChange::Use { component: component(code), units: units.0 })
            }
            Assets::Subsidise(Subsidise { event, grantor, reference, amount }) => {
                (event, AssetChange::Subsidise { grantor, reference, amount })
            }
        };
        event.record(context, change)
    }
}

impl Event {
    fn record(self, context: &Context, change: AssetChange) -> Result<Outcome, CliError> {
        let request = EventRequest {
            asset: AssetCode(self.asset),
            effective_on: self.on,
            reason: self.reason,
            decision: self.decision,
            change,
            far_ahead: self.far_ahead,
        };
        let recorded = record_asset_event::record(&context.open()?, &request, &context.actor(), context.now)?;
        context.print(&recorded, |RecordedEvent { asset, number, event, shifted }| {
            let done = format!(
                "event {number} of {asset} recorded: {} on {}; `chapelle amortisation post` makes its entries",
                event.change.word(),
                event.effective_on
            );
            std::iter::once(done).chain(shifted.iter().map(told)).collect::<Vec<_>>().join("\n")
        });
        Ok(Outcome::Done)
    }
}

impl Withdraw {
    fn run(self, context: &Context) -> Result<Outcome, CliError> {
        let (store, asset) = (context.open()?, AssetCode(self.asset));
        let request = EventRequest {
            effective_on: record_asset_event::day_of(&store, &asset, self.event)?,
            asset,
            reason: self.reason,
            decision: self.decision,
            change: AssetChange::Withdraw { event: self.event },
            far_ahead: false,
        };
        let recorded = record_asset_event::record(&store, &request, &context.actor(), context.now)?;
        context.print(&recorded, |RecordedEvent { asset, number, shifted, .. }| {
            let done = format!("event {} of {asset} withdrawn by event {number}", self.event);
            std::iter::once(done).chain(shifted.iter().map(told)).collect::<Vec<_>>().join("\n")
        });
        Ok(Outcome::Done)
    }
}

/// What became of an event recorded before, because this one takes effect before it.
fn told(shift: &ShiftedEvent) -> String {
    let ShiftedEvent { number, kind, effective_on, .. } = shift;
    let told = |AmountChange { key, before, after }: AmountChange| {
        let name = match key {
            "book-value" => "book value",
            "result" => "gain or loss",
            "subsidy" => "subsidy taken to income",
            other => other,
        };
        format!("{name} {before} -> {after}")
    };
    let changed: Vec<String> = shift.changes().map(told).collect();
    format!("it takes effect before event {number} ({kind} on {effective_on}) and changes it: {}", changed.join(", "))
}

impl Part {
    fn extent(&self) -> Extent {
        match (self.share, self.gross) {
            (Some(percent), _) => Extent::Percent(percent.0),
            (None, Some(gross)) => Extent::Gross(gross),
            (None, None) => Extent::Whole,
        }
    }
}

impl Replace {
    fn successor(&self) -> Component {
        let linear = |convention| Method::Linear { convention };
        Component {
            code: ComponentCode(self.code.clone()),
            name: self.name.clone(),
            cost: self.cost,
            residual_value: self.residual_value,
            duration_years: self.duration_years,
            method: match self.method {
                MethodArgument::Days30E360 => linear(Convention::Days30E360),
                MethodArgument::Actual365 => linear(Convention::Actual365),
                MethodArgument::ActualActual => linear(Convention::ActualActual),
                MethodArgument::FirstOfMonth => linear(Convention::FirstOfMonth),
                MethodArgument::FullYearsFromNext => linear(Convention::FullYearsFromNext),
                MethodArgument::Degressive => {
                    Method::Degressive { coefficient: self.coefficient.map_or(Decimal::ONE, |plain| plain.0) }
                }
                MethodArgument::UnitsOfUse => {
                    Method::UnitsOfUse { expected_units: self.expected_units.map_or(Decimal::ONE, |plain| plain.0) }
                }
            },
            commissioned_on: None,
            account: self.account.clone(),
            duration_decision: self.event.decision.clone(),
        }
    }
}

impl Attach {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let asset = AssetCode(self.asset.clone());
        let Attach { asset: _, file, name, date, kind, proves } = self;
        let paper = Paper { name: name.clone(), date: *date, kind: *kind, proves: proves.clone() };
        let file =
            attach_asset_file::attach_file(&context.open()?, &asset, file, &paper, &context.actor(), context.now)?;
        context.print(&file, |file| format!("{} kept as {} (sha256 {})", file.name, file.path, file.sha256));
        Ok(Outcome::Done)
    }
}
