//! How commands give reports: in which format and language, where to, and whether they are kept for good.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{CliError, Context, Outcome};
use crate::app::Store;
use crate::app::reports::{self, Report};
use crate::documents::ReportFormat;
use crate::domain::party::Language;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FormatArgument {
    Pdf,
    Xlsx,
    Csv,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LanguageArgument {
    Fr,
    En,
}

impl From<FormatArgument> for ReportFormat {
    fn from(format: FormatArgument) -> ReportFormat {
        match format {
            FormatArgument::Pdf => ReportFormat::Pdf,
            FormatArgument::Xlsx => ReportFormat::Xlsx,
            FormatArgument::Csv => ReportFormat::Csv,
            FormatArgument::Json => ReportFormat::Json,
        }
    }
}

impl From<LanguageArgument> for Language {
    fn from(language: LanguageArgument) -> Language {
        match language {
            LanguageArgument::Fr => Language::French,
            LanguageArgument::En => Language::English,
        }
    }
}

/// Into a file, or on standard output.
pub fn written(path: Option<&PathBuf>, bytes: &[u8]) -> Result<Outcome, CliError> {
    use std::io::Write;
    match path {
        Some(path) => std::fs::write(path, bytes).map_err(CliError::io("write", path))?,
        // Whoever closed it, as `head` does, has read enough.
        None => drop(std::io::stdout().write_all(bytes)),
    }
    Ok(Outcome::Done)
}

/// Keeps a report below `reports/` of the data directory in all its formats, and says so beside the report itself.
pub fn keep(context: &Context, store: &Store, report: &Report, language: Language) -> Result<(), CliError> {
    for kept in reports::archive(store, report, language, &context.actor(), context.now)? {
        eprintln!("kept as {} (SHA-256 {})", Path::new(&kept.path).display(), kept.sha256);
    }
    Ok(())
}
