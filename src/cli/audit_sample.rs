//! `chapelle audit sample`: a sample that can be drawn again.

use clap::{Args, ValueEnum};

use super::{CliError, Context, Outcome};
use crate::app::draw_sample::{self, Kind, Method, Request};

#[derive(Debug, Args)]
pub struct Sample {
    #[arg(long, value_enum)]
    kind: KindArgument,
    /// `random`: each as likely as the others; `mus`: each euro.
    #[arg(long, value_enum)]
    method: MethodArgument,
    /// How many to draw; by monetary unit, how many hits at most.
    #[arg(long)]
    size: u64,
    /// Any text: the same one draws the same sample.
    #[arg(long)]
    seed: String,
    /// The year the invoices were issued in.
    #[arg(long)]
    year: i32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArgument {
    Invoices,
    Readings,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MethodArgument {
    Random,
    Mus,
}

impl Sample {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let request = Request {
            kind: match self.kind {
                KindArgument::Invoices => Kind::Invoices,
                KindArgument::Readings => Kind::Readings,
            },
            method: match self.method {
                MethodArgument::Random => Method::Random,
                MethodArgument::Mus => Method::MonetaryUnit,
            },
            size: self.size,
            seed: self.seed.clone(),
            year: self.year,
        };
        let sample = draw_sample::draw(&context.open()?, &request)?;
        context.print(&sample, describe);
        Ok(Outcome::Done)
    }
}

fn describe(sample: &draw_sample::Sample) -> String {
    let mut lines = vec![format!("{} drawn out of {}, total {}", sample.items.len(), sample.population, sample.total)];
    if let (Some(interval), Some(start)) = (sample.interval, sample.start) {
        lines.push(format!("one hit every {interval}, the first at {start}"));
    }
    for item in &sample.items {
        let line = item.line.map(|line| format!(" line {line}")).unwrap_or_default();
        let reading = match &item.reading {
            Some(reading) => format!("  {} at {} = {}", reading.meter, reading.at, reading.value),
            None => String::new(),
        };
        let hits = if item.hits > 1 { format!("  {} hits", item.hits) } else { String::new() };
        lines.push(format!(
            "{:>8}  {}{line}  {}  {:>14}{hits}{reading}",
            item.position, item.invoice, item.month, item.amount
        ));
    }
    lines.join("\n")
}
