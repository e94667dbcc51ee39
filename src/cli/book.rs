//! `chapelle import` and `chapelle export`: the facility book.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::context::out;
use super::files::read_whole;
use super::{CliError, Context, Outcome};
use crate::app::import_book::{FileBasis, ImportReport};
use crate::app::{export_book, import_book};
use crate::bookfile;

/// Read a facility book and store it.
#[derive(Debug, Args)]
pub struct Import {
    /// The book, a TOML file (docs/facility-book.md).
    file: PathBuf,
    /// Only check it, and say what importing it would change in what is stored.
    #[arg(long)]
    check: bool,
    /// Take back what was edited in the browser after the file was exported.
    #[arg(long)]
    overwrite_edits: bool,
}

impl Import {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let bytes = read_whole(&self.file)?;
        let name = self.file.display().to_string();
        let book = import_book::read(&bytes, &name).map_err(CliError::Input)?;
        let basis = FileBasis { revision: bookfile::revision(&bytes).unwrap_or(0), overwrite: self.overwrite_edits };
        let placed = |error| CliError::from(import_book::placed(error, &bytes, &name));
        if self.check {
            let changes = match context.has_database() {
                false => None,
                true => {
                    let store = context.open()?;
                    let checked = import_book::check_on(&store, &book, basis, &context.actor(), context.now);
                    Some(checked.map_err(placed)?)
                }
            };
            return print_check(context, &name, changes);
        }
        let store = context.open_or_create()?;
        let changes = import_book::import_on(&store, &book, basis, &context.actor(), context.now).map_err(placed)?;
        context.print(&changes, |changes| {
            let counts = format!(
                "{name}: {} created, {} changed, {} unchanged, {} stored but not in the file (kept)",
                changes.created.len(),
                changes.changed.len(),
                changes.unchanged,
                changes.not_in_file.len()
            );
            counts + &warned(changes)
        });
        Ok(Outcome::Done)
    }
}

/// What importing the book would do to what is stored, where anything is.
fn print_check(context: &Context, name: &str, changes: Option<ImportReport>) -> Result<Outcome, CliError> {
    let checked = Checked { file: name.to_owned(), sound: true, changes };
    context.print(&checked, |checked| match &checked.changes {
        None => format!(
            "{name} is a sound facility book; there is no database in {} to hold it against",
            context.data_dir.display()
        ),
        Some(changes) => format!(
            "{name} is a sound facility book; importing it would create {}, change {} and leave {} as they are; \
             nothing was written{}{}{}",
            changes.created.len(),
            changes.changed.len(),
            changes.unchanged,
            listed("create", &changes.created),
            listed("change", &changes.changed),
            warned(changes)
        ),
    });
    Ok(Outcome::Done)
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    sound: bool,
    /// What importing it would do; none where nothing is stored yet.
    changes: Option<ImportReport>,
}

fn listed(doing: &str, items: &[String]) -> String {
    items.iter().map(|item| format!("\n{doing} {item}")).collect()
}

fn warned(changes: &ImportReport) -> String {
    changes.warnings.iter().map(|warning| format!("\nwarning: {warning}")).collect()
}

/// Write the stored facility book as TOML, or with `--json` as a document of the same keys.
#[derive(Debug, Args)]
pub struct Export {
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

impl Export {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let book = export_book::export(&context.open()?)?;
        let text = match context.json {
            // What was just written parses.
            true => format!("{:#}\n", bookfile::book_document(&book).unwrap_or_default()),
            false => book,
        };
        match &self.output {
            None => out(text.trim_end()),
            Some(path) => std::fs::write(path, text).map_err(CliError::io("write", path))?,
        }
        Ok(Outcome::Done)
    }
}
