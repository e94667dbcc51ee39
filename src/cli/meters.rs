//! `chapelle meters`: what meters cover of a month, and what is odd about them.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CliError, Context, Outcome};
use crate::app::read_meters::{self, MeterSummary, MetersFilter};
use crate::domain::calendar::{BillingMonth, Timestamp};

#[derive(Debug, Subcommand)]
pub enum Meters {
    /// List meters with their last reading and their coverage of a month.
    List(List),
    /// One meter's month: coverage, gaps, anomalies.
    Coverage(Coverage),
}

#[derive(Debug, Args)]
pub struct List {
    /// The month of the latest reading where it is left out.
    #[arg(long)]
    month: Option<BillingMonth>,
    /// Only meters with gaps, anomalies or late changes; ends with exit code 3 where there are any.
    #[arg(long)]
    attention: bool,
}

#[derive(Debug, Args)]
pub struct Coverage {
    /// The meter's code.
    meter: String,
    /// The month of its latest reading where it is left out.
    #[arg(long)]
    month: Option<BillingMonth>,
}

impl Meters {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Meters::List(list) => list.run(context),
            Meters::Coverage(coverage) => coverage.run(context),
        }
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let filter = MetersFilter { month: self.month, attention: self.attention, ..MetersFilter::default() };
        let found = read_meters::list(&context.open()?, &filter, context.now)?;
        let rows: Vec<Row> = found.meters.iter().map(|one| Row::of(one, found.month, context.now.into())).collect();
        context.print(&rows, |rows| match rows.is_empty() {
            true => format!("no meter to show for {}", found.month),
            false => rows.iter().map(Row::describe).collect::<Vec<_>>().join("\n"),
        });
        let waiting = self.attention && !rows.is_empty();
        Ok(if waiting { Outcome::NeedsAttention } else { Outcome::Done })
    }
}

impl Coverage {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let file = read_meters::one(&context.open()?, &self.meter, self.month, context.now)?;
        let file = file.ok_or_else(|| {
            CliError::Input(format!(
                "meter `{}` is not in the facility book: `chapelle meters list` shows those that are",
                self.meter
            ))
        })?;
        let row = Row::of(&file.summary, file.month, context.now.into());
        context.print(&row, |row| {
            let gaps = row.gaps.iter().map(|(from, to)| format!("  gap from {from} to {to}"));
            let anomalies = row.anomalies.iter().map(|(kind, at)| format!("  {kind} at {at}"));
            std::iter::once(row.describe()).chain(gaps).chain(anomalies).collect::<Vec<_>>().join("\n")
        });
        Ok(if file.summary.coverage.needs_attention() { Outcome::NeedsAttention } else { Outcome::Done })
    }
}

/// A meter as it is reported.
#[derive(Debug, Serialize)]
struct Row {
    meter: String,
    month: BillingMonth,
    register: &'static str,
    /// Of `last_value`.
    unit: &'static str,
    rack: Option<String>,
    tenant: Option<String>,
    last_at: Option<Timestamp>,
    last_value: Option<String>,
    silent_seconds: Option<i64>,
    covered_per_mille: Option<i64>,
    received: u64,
    expected: Option<u64>,
    gaps: Vec<(Timestamp, Timestamp)>,
    estimated: u64,
    corrected: u64,
    anomalies: Vec<(&'static str, Timestamp)>,
    late_months: Vec<BillingMonth>,
}

impl Row {
    fn of(summary: &MeterSummary, month: BillingMonth, now: Timestamp) -> Row {
        let (meter, coverage) = (&summary.meter, &summary.coverage);
        Row {
            meter: meter.code.to_string(),
            month,
            register: meter.register.name(),
            unit: meter.register.unit().name(),
            rack: meter.rack.as_ref().map(ToString::to_string),
            tenant: summary.billed_on.as_ref().map(|on| on.tenant.to_string()),
            last_at: summary.last.map(|last| last.at),
            last_value: summary.last.map(|last| last.value.to_string()),
            silent_seconds: summary.silent_seconds(now),
            covered_per_mille: coverage.per_mille(),
            received: coverage.received,
            expected: coverage.expected,
            gaps: coverage.gaps.iter().map(|gap| (gap.from, gap.to)).collect(),
            estimated: coverage.estimated,
            corrected: coverage.corrected,
            anomalies: coverage.anomalies.iter().map(|anomaly| (anomaly.name(), anomaly.at())).collect(),
            late_months: summary.late.clone(),
        }
    }

    fn describe(&self) -> String {
        let covered = match self.covered_per_mille {
            Some(thousandths) => format!("{}.{} %", thousandths / 10, thousandths % 10),
            None => "out of service".to_owned(),
        };
        let expected = self.expected.map_or_else(|| "-".to_owned(), |expected| expected.to_string());
        let last = self.last_at.map_or_else(|| "never read".to_owned(), |at| at.to_string());
        format!(
            "{:<24} {} {:<9} {:>14} {:>6}/{:<6} {:>3} gaps {:>3} anomalies  last {last}",
            self.meter,
            self.month,
            self.register,
            covered,
            self.received,
            expected,
            self.gaps.len(),
            self.anomalies.len(),
        )
    }
}
