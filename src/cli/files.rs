//! Files that commands read, and how they give reports: in which format and language, where to, and whether they are
//! kept for good.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{CliError, Context, Outcome};
use crate::app::Store;
use crate::app::reports::{self, Report};
use crate::documents::ReportFormat;
use crate::domain::party::Language;

/// No book, statement or list is larger; what is, is another kind of file.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A file that people give, read whole; one too large for what it is said to be is refused before it fills the memory.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, CliError> {
    let file = std::fs::File::open(path).map_err(CliError::io("open", path))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(CliError::io("read", path))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= FILE_BYTES_MAX) {
        return Ok(bytes);
    }
    let limit = FILE_BYTES_MAX / 1024 / 1024;
    Err(CliError::Input(format!("{} is larger than {limit} MiB: is it the file you mean?", path.display())))
}

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

/// How a report is written, and where to.
#[derive(Debug, Args)]
pub struct ReportFile {
    #[arg(long, value_enum, default_value_t = FormatArgument::Json)]
    format: FormatArgument,
    #[arg(long, value_enum, default_value_t = LanguageArgument::Fr)]
    language: LanguageArgument,
    /// Where to; standard output if left out.
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Also keep it, in all formats, below reports/YEAR of the data directory, with its SHA-256 in the database.
    #[arg(long)]
    archive: bool,
}

impl ReportFile {
    pub fn give(&self, context: &Context, report: &Report) -> Result<Outcome, CliError> {
        let (store, language) = (context.open()?, self.language.into());
        let bytes = reports::file(&store, report, self.format.into(), language)?;
        if self.archive {
            keep(context, &store, report, language)?;
        }
        written(self.output.as_ref(), &bytes)
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
