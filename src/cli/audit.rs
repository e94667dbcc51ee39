//! `chapelle audit`: the trail, its signature, and whether the books are as they were written.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};

use super::context::{counted, out, progress_bar};
use super::{CliError, Context, Outcome};
use crate::app::audit_pack::{self, PackReport};
use crate::app::check_pack;
use crate::app::read_trail::{self, ChainedEvent, TrailFilter};
use crate::app::sign_roots::{self, SigningReport};
use crate::app::verify_audit::{self, Against, Verification};
use crate::domain::calendar::day;
use crate::domain::party::Language;

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Show what was done: who, when, from where, what before and after, why.
    Trail(Trail),
    /// Seal closed days and the journal, sign the state of the trail, and export the signed root.
    Sign(Sign),
    /// Show the public key roots are signed with, for auditors to keep.
    Key(Key),
    /// Verify the trail, its signed roots, and everything they vouch for; exit code 3 where something is wrong.
    Verify(Verify),
    /// Write a year's evidence as one ZIP that can be verified without Chapelle.
    Pack(Pack),
    /// Draw a sample of invoices, or of the readings behind them, that can be drawn again.
    Sample(super::audit_sample::Sample),
}

#[derive(Debug, Args)]
pub struct Trail {
    /// What was changed: an invoice number, a contract code, a day.
    #[arg(long)]
    subject: Option<String>,
    /// What was done: `invoice.issued`, or `invoice` for all that was done to invoices.
    #[arg(long)]
    action: Option<String>,
    /// Who did it.
    #[arg(long)]
    actor: Option<String>,
    /// The first day (UTC).
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<NaiveDate>,
    /// The last day (UTC).
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<NaiveDate>,
}

#[derive(Debug, Args)]
pub struct Sign {}

#[derive(Debug, Args)]
pub struct Key {}

#[derive(Debug, Args)]
pub struct Verify {
    /// A signed root kept elsewhere, as a file: an exported one, or a saved mail. May be given several times.
    #[arg(long, value_name = "FILE")]
    root: Vec<PathBuf>,
    /// The public key you trust, as a file; otherwise the one each root names.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Pack {
    #[arg(long)]
    year: i32,
    /// Where to; `chapelle-evidence-YEAR.zip` here if left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Audit {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Audit::Trail(trail) => trail.run(context),
            Audit::Sign(_) => sign(context),
            Audit::Key(_) => key(context),
            Audit::Verify(verify) => verify.run(context),
            Audit::Pack(pack) => pack.run(context),
            Audit::Sample(sample) => sample.run(context),
        }
    }
}

impl Trail {
    /// One line of JSON or of text per event, as they come.
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        self.action.as_deref().map_or(Ok(()), read_trail::check_action)?;
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        let filter = TrailFilter {
            subject: self.subject.clone(),
            action: self.action.clone(),
            actor: self.actor.clone(),
            from: self.from.map(midnight),
            to: self.to.and_then(|day| day.succ_opt()).map(midnight),
            without_seals: false,
        };
        let store = context.open()?;
        read_trail::each(&store, &filter, &mut |chained| {
            out(if context.json { read_trail::line(chained)? } else { describe_event(chained) });
            Ok(())
        })?;
        Ok(Outcome::Done)
    }
}

fn describe_event(chained: &ChainedEvent) -> String {
    let event = &chained.event;
    let origin = event.origin.as_ref().map(|origin| format!(" from {origin}")).unwrap_or_default();
    let mut lines = vec![format!(
        "{:>6}  {}  {:<20} {}  by {}{origin}",
        chained.sequence,
        instant(event.at),
        event.action,
        event.subject,
        event.actor
    )];
    if let Some(before) = &event.before {
        lines.push(format!("        before: {before}"));
    }
    lines.push(format!("        now:    {}", event.detail));
    if let Some(reason) = &event.reason {
        lines.push(format!("        why:    {reason}"));
    }
    lines.join("\n")
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn sign(context: &Context) -> Result<Outcome, CliError> {
    let report = sign_roots::sign(&context.open()?, &context.signing(), &context.actor(), context.now)?;
    context.print(&report, describe_signing);
    Ok(Outcome::Done)
}

fn describe_signing(report: &SigningReport) -> String {
    let mut lines = vec![format!(
        "{} of readings sealed, {} sealed again after late readings, {} sealed",
        counted(report.days_sealed, "day", "days"),
        report.days_sealed_again,
        counted(report.journal_entries_sealed, "journal entry", "journal entries")
    )];
    lines.push(match &report.root {
        Some(root) => {
            let events = counted(root.statement.size, "event", "events");
            format!("{events} signed on {}: root {}", root.statement.day, root.statement.root)
        }
        None => "nothing happened since the last root: nothing to sign".to_owned(),
    });
    lines.extend(report.exported.iter().map(|path| format!("exported to {path}")));
    lines.join("\n")
}

fn key(context: &Context) -> Result<Outcome, CliError> {
    context.open()?;
    let key = sign_roots::public_key(&context.signing())?;
    context.print(&serde_json::json!({ "ed25519": key }), |_| key.clone());
    Ok(Outcome::Done)
}

impl Verify {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let key = self.key.as_deref().map(verify_audit::key_in).transpose()?;
        let against = Against { roots: self.root.clone(), key };
        let store = context.open()?;
        let bar = progress_bar(context, "verified");
        let found = verify_audit::verify(&store, &context.signing(), &against, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let found = found?;
        context.print(&found, describe_verification);
        Ok(if found.is_sound() { Outcome::Done } else { Outcome::NeedsAttention })
    }
}

impl Pack {
    /// Signs first, so that the pack's last event is covered by a root.
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        check_pack::check_year(&store, self.year, context.now)?;
        sign_roots::sign(&store, &context.signing(), &context.actor(), context.now)?;
        let path =
            self.output.clone().unwrap_or_else(|| PathBuf::from(audit_pack::file_name(self.year, Language::English)));
        let unfinished = path.with_extension("zip.part");
        let file = File::create(&unfinished).map_err(CliError::io("write", &unfinished))?;
        let bar = progress_bar(context, "parts");
        let written =
            audit_pack::write(&store, &context.signing(), self.year, BufWriter::new(file), &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            });
        bar.finish_and_clear();
        let report = match written {
            Ok(report) => report,
            Err(error) => {
                // Half a pack is no evidence.
                let _ = std::fs::remove_file(&unfinished);
                return Err(error.into());
            }
        };
        std::fs::rename(&unfinished, &path).map_err(CliError::io("rename", &unfinished))?;
        context.print(&report, |report| describe_pack(report, &path));
        Ok(if report.damaged.is_empty() { Outcome::Done } else { Outcome::NeedsAttention })
    }
}

fn describe_pack(report: &PackReport, path: &Path) -> String {
    let damaged = report.damaged.iter().map(|file| {
        format!("\n{file} is gone or not as it was kept: DIFFERENCES.md of the pack says so; restore it from a backup")
    });
    format!(
        "{}: {}, {}, {}, {}, {} of {}, {}, {}, {}\nverify it with: python3 verify.py {}",
        path.display(),
        counted(report.files, "file", "files"),
        counted(report.events, "event", "events"),
        counted(report.roots, "signed root", "signed roots"),
        counted(report.invoices, "invoice", "invoices"),
        counted(report.readings, "reading", "readings"),
        counted(report.days_of_readings, "day", "days"),
        counted(report.journal_entries, "journal entry", "journal entries"),
        counted(report.papers, "paper", "papers"),
        counted(report.kept_reports, "kept report", "kept reports"),
        path.display()
    ) + &damaged.collect::<String>()
}

fn describe_verification(found: &Verification) -> String {
    let mut lines = vec![format!(
        "{} ({} after the last signed root), {}, {} compared with kept ones, {}, {}, {}, {}, {}, {} of readings",
        counted(found.events, "event", "events"),
        found.events_unsigned,
        counted(found.roots, "signed root", "signed roots"),
        found.roots_compared,
        counted(found.invoices, "invoice", "invoices"),
        counted(found.documents, "archived document", "archived documents"),
        counted(found.reports, "kept report", "kept reports"),
        counted(found.papers, "paper", "papers"),
        counted(found.journal_entries, "journal entry", "journal entries"),
        counted(found.days_of_readings, "day", "days")
    )];
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    match found.findings.len() {
        0 => lines.push("everything is as it was written".to_owned()),
        count => {
            lines.push(format!("{}:", counted(count, "finding", "findings")));
            lines.extend(found.findings.iter().map(|one| format!("  {} {}: {}", one.part, one.place, one.what)));
        }
    }
    lines.join("\n")
}
