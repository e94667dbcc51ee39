//! `chapelle racks`: who is where, what is free, and what the racks draw.

use clap::Subcommand;
use serde::Serialize;

use super::{CliError, Context, Outcome};
use crate::app::read_racks::{self, RackState};

#[derive(Debug, Subcommand)]
pub enum Racks {
    /// List racks with their free units and load; ends with exit code 3 where one has lost its redundancy.
    List,
    /// One rack.
    Show { rack: String },
}

impl Racks {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Racks::List => list(context),
            Racks::Show { rack } => show(context, rack),
        }
    }
}

/// A rack as it is reported.
#[derive(Debug, Serialize)]
struct Row {
    rack: String,
    aisle: String,
    tenants: Vec<String>,
    height_u: u32,
    used_u: String,
    free_u: String,
    /// None where no window is known of its feeds.
    load_kw: Option<String>,
    /// What one feed can carry.
    limit_kw: String,
    redundancy_lost: bool,
}

impl Row {
    fn of(aisle: &str, state: &RackState) -> Row {
        let decimal = |value: rust_decimal::Decimal| value.round_dp(6).normalize().to_string();
        Row {
            rack: state.rack.code.to_string(),
            aisle: aisle.to_owned(),
            tenants: state.tenants.iter().map(|one| one.tenant.code.to_string()).collect(),
            height_u: u32::from(state.rack.height_u),
            used_u: decimal(state.used_u),
            free_u: decimal(state.free_u()),
            load_kw: state.load_kw.map(decimal),
            limit_kw: decimal(state.limit_kw),
            redundancy_lost: state.redundancy_lost,
        }
    }

    fn describe(&self) -> String {
        let load = self.load_kw.as_deref().unwrap_or("-");
        let lost = if self.redundancy_lost { "  redundancy lost" } else { "" };
        format!(
            "{:<12} {:<12} {:>4} of {} U free {:>10} of {} kW  {}{lost}",
            self.rack,
            self.aisle,
            self.free_u,
            self.height_u,
            load,
            self.limit_kw,
            self.tenants.join(", ")
        )
        .trim_end()
        .to_owned()
    }
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let plan = read_racks::plan(&context.open()?, context.now)?;
    let racks = plan.aisles.iter().flat_map(|aisle| aisle.racks.iter().map(move |state| (aisle.code.as_str(), state)));
    let rows: Vec<Row> = racks.map(|(aisle, state)| Row::of(aisle, state)).collect();
    context.print(&rows, |rows| match rows.is_empty() {
        true => "none yet".to_owned(),
        false => rows.iter().map(Row::describe).collect::<Vec<_>>().join("\n"),
    });
    Ok(outcome(rows.iter().any(|row| row.redundancy_lost)))
}

fn show(context: &Context, code: &str) -> Result<Outcome, CliError> {
    let found = read_racks::one(&context.open()?, code, context.now)?;
    let found = found.ok_or_else(|| {
        CliError::Input(format!(
            "rack `{code}` is not in the facility book: `chapelle racks list` shows those that are"
        ))
    })?;
    let row = Row::of(found.aisle_code.as_str(), &found.state);
    context.print(&row, Row::describe);
    Ok(outcome(row.redundancy_lost))
}

const fn outcome(needs_person: bool) -> Outcome {
    if needs_person { Outcome::NeedsAttention } else { Outcome::Done }
}
