//! `chapelle readings import`: files of readings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::context::{counted, progress_bar};
use super::{CliError, Context, Outcome};
use crate::app::AppError;
use crate::app::ingest_readings::{self, FileReport};
use crate::app::keep_series;
use crate::app::late_readings::BilledMonth;
use crate::domain::freetext::shown;
use crate::domain::invoice::InvoiceNumber;

#[derive(Debug, Subcommand)]
pub enum Readings {
    /// Import CSV, NDJSON or CloudEvents files, gzipped or not. A run that was stopped is continued by the same command.
    Import(Import),
    /// Pack the readings of past days by meter, which the server does by itself: for pages about one meter or tenant.
    Pack(Pack),
}

#[derive(Debug, Args)]
pub struct Pack {
    /// Forget what is packed and pack everything anew.
    #[arg(long)]
    rebuild: bool,
}

#[derive(Debug, Args)]
pub struct Import {
    /// The files (docs/readings.md); the format is recognised.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where the readings come from, kept with each of them.
    #[arg(long, default_value = "file")]
    source: String,
}

impl Readings {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Readings::Import(import) => import.run(context),
            Readings::Pack(pack) => pack.run(context),
        }
    }
}

impl Pack {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let days = match self.rebuild {
            true => keep_series::rebuild(&store, context.now)?,
            false => keep_series::all(&store, context.now)?,
        };
        context.print(&serde_json::json!({ "days": days }), |_| counted(days, "day packed", "days packed"));
        Ok(Outcome::Done)
    }
}

/// What became of the files of an import.
#[derive(Default)]
struct Imported {
    reports: Vec<FileReport>,
    failures: Vec<AppError>,
    /// Files that were left alone after a failure that no file was to blame for.
    unread: Vec<String>,
}

impl Import {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let Imported { reports, mut failures, unread } = self.read(context)?;
        let took = |report: &FileReport| report.accepted + report.duplicates > 0;
        if !reports.is_empty() || failures.is_empty() {
            context.print(&reports, |reports| reports.iter().map(describe).collect::<Vec<_>>().join("\n"));
        }
        if !unread.is_empty() {
            eprintln!("not read: {}", shown(&unread.join(", ")));
        }
        let last = failures.pop();
        failures.iter().for_each(tell);
        match last {
            // Something was written: that is not the failure of bad input, which changes nothing.
            Some(error) if reports.iter().any(took) => {
                tell(&error);
                return Ok(Outcome::NeedsAttention);
            }
            Some(error) => return Err(error.into()),
            None => {}
        }
        let is_refused = |report: &FileReport| report.refused_count > 0;
        if reports.iter().any(is_refused) && !reports.iter().any(took) {
            return Err(CliError::Input(
                "nothing was accepted: mend the lines named above and import again".to_owned(),
            ));
        }
        let is_partial = |report: &FileReport| report.refused_count > 0 || report.damage.is_some();
        Ok(if reports.iter().any(is_partial) { Outcome::NeedsAttention } else { Outcome::Done })
    }

    /// Every file, one after the other; one that cannot be read keeps none of the others from being taken.
    fn read(&self, context: &Context) -> Result<Imported, CliError> {
        let store = context.open()?;
        let mut imported = Imported::default();
        for file in &self.files {
            // Where it was not the file that was at fault, the next would fare no better.
            if imported.failures.last().is_some_and(|error| !error.is_input()) {
                imported.unread.push(file.display().to_string());
                continue;
            }
            let bar = progress_bar(context, "bytes");
            let progress = &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            };
            let by = context.actor();
            let report = ingest_readings::import_file(&store, file, &self.source, &by, context.now, progress);
            bar.finish_and_clear();
            match report {
                Ok(report) => imported.reports.push(report),
                Err(error) => imported.failures.push(error),
            }
        }
        Ok(imported)
    }
}

fn tell(error: &AppError) {
    eprintln!("{}", shown(&error.to_string()));
}

fn describe(report: &FileReport) -> String {
    let duplicates = counted(report.duplicates, "duplicate", "duplicates");
    let mut lines =
        vec![format!("{}: {} accepted, {duplicates}, {} refused", report.file, report.accepted, report.refused_count)];
    lines.extend(report.refused.iter().map(|refusal| format!("  {refusal}")));
    let more = report.refused_count.saturating_sub(u64::try_from(report.refused.len()).unwrap_or(0));
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines.extend(report.billed_months.iter().map(describe_billed));
    if let Some(damage) = &report.damage {
        lines.push(format!("  {damage}; what stood before it is kept"));
    }
    lines.join("\n")
}

/// That readings came too late for the invoices of their month.
fn describe_billed(billed: &BilledMonth) -> String {
    let invoices = billed.invoices.iter().map(InvoiceNumber::as_str).collect::<Vec<_>>().join(", ");
    format!(
        "  {} of {}, already billed by {invoices}: any difference comes with the next invoices (billing plan)",
        counted(billed.readings, "of them is", "of them are"),
        billed.month
    )
}
