//! `chapelle racks`: who is where, what is free, and what the racks draw.

use clap::Subcommand;
use serde::Serialize;

use super::{CliError, Context, Outcome};
use crate::app::read_racks::{self, FeedMeter, FeedState, RackFile, RackState};
use crate::domain::calendar::Timestamp;

#[derive(Debug, Subcommand)]
pub enum Racks {
    /// List racks with their free units and load; ends with exit code 3 where one has lost its redundancy.
    List,
    /// One rack: what each feed carries and which meters say so, its counts of occupied units, its load of the last 24 hours.
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
    let detail = Detail::of(&found);
    context.print(&detail, Detail::describe);
    Ok(outcome(detail.rack.redundancy_lost))
}

fn decimal(value: rust_decimal::Decimal) -> String {
    value.round_dp(6).normalize().to_string()
}

/// One rack, closer.
#[derive(Debug, Serialize)]
struct Detail {
    #[serde(flatten)]
    rack: Row,
    feeds: Vec<FeedRow>,
    /// Counts of the units occupied in it.
    counts: Vec<Count>,
    /// Each feed's mean kW of the last 24 hours, oldest first.
    windows: Vec<Window>,
}

#[derive(Debug, Serialize)]
struct FeedRow {
    /// `A` or `B`.
    feed: String,
    load_kw: Option<String>,
    /// The end of the window the load is the mean of.
    at: Option<Timestamp>,
    meters: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Count {
    meter: String,
    at: Option<Timestamp>,
    units: Option<String>,
}

#[derive(Debug, Serialize)]
struct Window {
    from: Timestamp,
    to: Timestamp,
    a_kw: Option<String>,
    b_kw: Option<String>,
}

impl Detail {
    fn of(found: &RackFile) -> Detail {
        let feed = |one: &FeedState| FeedRow {
            feed: format!("{:?}", one.feed),
            load_kw: one.load.map(|(kw, _)| decimal(kw)),
            at: one.load.map(|(_, at)| at),
            meters: one.meters.iter().map(|one| one.meter.code.to_string()).collect(),
        };
        let count = |one: &FeedMeter| Count {
            meter: one.meter.code.to_string(),
            at: one.last.map(|last| last.at),
            units: one.last.map(|last| last.value.to_string()),
        };
        let windows = found.windows.iter().map(|(period, a, b)| Window {
            from: period.from,
            to: period.to,
            a_kw: a.map(decimal),
            b_kw: b.map(decimal),
        });
        Detail {
            rack: Row::of(found.aisle_code.as_str(), &found.state),
            feeds: found.state.feeds.iter().map(feed).collect(),
            counts: found.counts.iter().map(count).collect(),
            windows: windows.collect(),
        }
    }

    fn describe(&self) -> String {
        let told = |kw: &Option<String>| kw.clone().unwrap_or_else(|| "-".to_owned());
        let feeds = self.feeds.iter().map(|one| {
            let at = one.at.map(|at| format!(" until {at}")).unwrap_or_default();
            format!("  feed {} {:>10} kW{at}  {}", one.feed, told(&one.load_kw), one.meters.join(", "))
        });
        let counts = self.counts.iter().map(|one| {
            let at = one.at.map_or_else(|| "never read".to_owned(), |at| format!("at {at}"));
            format!("  {} {} U {at}", one.meter, told(&one.units))
        });
        let windows = self.windows.iter().map(|one| {
            format!("  {} to {}  A {:>10}  B {:>10} kW", one.from, one.to, told(&one.a_kw), told(&one.b_kw))
        });
        std::iter::once(self.rack.describe()).chain(feeds).chain(counts).chain(windows).collect::<Vec<_>>().join("\n")
    }
}

const fn outcome(needs_person: bool) -> Outcome {
    if needs_person { Outcome::NeedsAttention } else { Outcome::Done }
}
