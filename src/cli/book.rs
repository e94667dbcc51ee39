//! `chapelle import` and `chapelle export`: the facility book.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, Context, Outcome};
use crate::app::import_book::FileBasis;
use crate::app::{export_book, import_book};
use crate::bookfile;

/// Read a facility book and store it.
#[derive(Debug, Args)]
pub struct Import {
    /// The book, a TOML file (docs/facility-book.md).
    file: PathBuf,
    /// Only check it.
    #[arg(long)]
    check: bool,
    /// Take back what was edited in the browser after the file was exported.
    #[arg(long)]
    overwrite_edits: bool,
}

impl Import {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let bytes = std::fs::read(&self.file).map_err(CliError::io("read", &self.file))?;
        let name = self.file.display().to_string();
        let book = import_book::read(&bytes, &name).map_err(CliError::Input)?;
        if self.check {
            let checked = serde_json::json!({ "file": name, "sound": true });
            context.print(&checked, |_| format!("{name} is a sound facility book"));
            return Ok(Outcome::Done);
        }
        let basis = FileBasis { revision: bookfile::revision(&bytes).unwrap_or(0), overwrite: self.overwrite_edits };
        let store = context.open_or_create()?;
        let changes = import_book::import_on(&store, &book, basis, &context.actor(), context.now)?;
        context.print(&changes, |changes| {
            let counts = format!(
                "{name}: {} created, {} changed, {} unchanged, {} stored but not in the file (kept)",
                changes.created.len(),
                changes.changed.len(),
                changes.unchanged,
                changes.not_in_file.len()
            );
            let warnings = changes.warnings.iter().map(|warning| format!("\nwarning: {warning}"));
            warnings.fold(counts, |text, warning| text + &warning)
        });
        Ok(Outcome::Done)
    }
}

/// Write the stored facility book as TOML.
#[derive(Debug, Args)]
pub struct Export {
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

impl Export {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let text = export_book::export(&context.open()?)?;
        match &self.output {
            None => print!("{text}"),
            Some(path) => std::fs::write(path, text).map_err(CliError::io("write", path))?,
        }
        Ok(Outcome::Done)
    }
}
