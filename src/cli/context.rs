//! What every command is given, and how it ends.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::sign_roots::Signing;
use crate::app::way_out::WayOut;
use crate::app::{AppError, Store, is_misnamed, remedy};
use crate::config::{Config, ConfigError};
use crate::domain::audit::Actor;
use crate::domain::freetext::shown;

/// Reads the clock; handed down from `main`.
pub type Clock = fn() -> DateTime<Utc>;

/// The command's surroundings.
#[derive(Debug, Clone)]
pub struct Context {
    pub data_dir: PathBuf,
    pub config: Config,
    pub json: bool,
    pub clock: Clock,
    /// The instant the command acts at.
    pub now: DateTime<Utc>,
}

/// How a command ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Everything possible was done; what was reported needs a person.
    NeedsAttention,
}

impl Outcome {
    pub const fn exit_code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::NeedsAttention => 3,
        }
    }
}

/// How a command ended badly.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Refused; nothing was changed.
    #[error("{0}")]
    Input(String),
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("cannot {doing} {path}: {source}{}", remedy(.source))]
    Io { doing: &'static str, path: PathBuf, source: std::io::Error },
}

impl CliError {
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::Input(_) | CliError::Config(_) => 2,
            CliError::App(error) if error.is_input() => 2,
            CliError::Io { source, .. } if is_misnamed(source) => 2,
            CliError::App(_) | CliError::Io { .. } => 1,
        }
    }

    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> CliError {
        let path = path.into();
        move |source| CliError::Io { doing, path, source }
    }
}

impl Context {
    pub fn new(
        data_dir: PathBuf,
        json: bool,
        pretended: Option<DateTime<Utc>>,
        clock: Clock,
    ) -> Result<Context, CliError> {
        let config = Config::load(&data_dir)?;
        Ok(Context { data_dir, config, json, clock, now: pretended.unwrap_or_else(clock) })
    }

    /// Whether there is a database to open: a server, or the file of the embedded one.
    pub fn has_database(&self) -> bool {
        self.config.embedded_database(&self.data_dir).is_none_or(|file| file.exists())
    }

    /// The database, migrated and ready. A data directory without one is refused: more likely than not it is a slip of
    /// the pen.
    pub fn open(&self) -> Result<Store, CliError> {
        if self.has_database() {
            return self.open_or_create();
        }
        Err(CliError::Input(format!(
            "there is no database in {}: check --data-dir, or make one with `chapelle import book.toml`",
            self.data_dir.display()
        )))
    }

    /// The database, migrated and ready; it and the data directory are made if they are missing.
    pub fn open_or_create(&self) -> Result<Store, CliError> {
        std::fs::create_dir_all(&self.data_dir).map_err(CliError::io("create", &self.data_dir))?;
        Ok(Store::open(&self.config.database_url(&self.data_dir), &self.data_dir)?)
    }

    /// Who runs the command, and on which machine.
    pub fn actor(&self) -> Actor {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let user = std::env::var("USER").unwrap_or_default();
        let origin = format!("{user}@{}", host.trim());
        Actor::new("cli", Some(&origin).filter(|origin| origin.len() > 1).map(String::as_str))
    }

    /// The way mails leave, as this machine and administrators set it.
    pub fn way_out(&self) -> WayOut {
        WayOut::new(&self.config, &self.data_dir)
    }

    /// How the audit trail is signed, as configured.
    pub fn signing(&self) -> Signing {
        Signing::new(&self.config.audit, &self.data_dir)
    }

    /// Prints `report` as JSON if that was asked for, else what `human` makes of it.
    pub fn print<T: Serialize>(&self, report: &T, human: impl FnOnce(&T) -> String) {
        let text = if self.json {
            serde_json::to_string_pretty(report).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
        } else {
            human(report)
        };
        out(format_args!("{}", text.trim_end()));
    }
}

/// A failure as scripts read it, where `--json` asks: on standard output, beside the words on standard error.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// What is wrong, where, and what to do.
    pub error: String,
    pub exit_code: u8,
}

impl From<&CliError> for Failure {
    fn from(error: &CliError) -> Failure {
        Failure { error: shown(&error.to_string()), exit_code: error.exit_code() }
    }
}

/// How many of something there are, in words that fit one as well: `1 reading`, `2 readings`.
pub fn counted(count: impl std::fmt::Display, one: &str, many: &str) -> String {
    let count = count.to_string();
    let what = if count == "1" { one } else { many };
    format!("{count} {what}")
}

/// A bar on standard error, hidden when the report is JSON or nobody is looking.
pub fn progress_bar(context: &Context, what: &'static str) -> indicatif::ProgressBar {
    // Of how many is not known yet: nought of nought would be drawn as done.
    let bar = indicatif::ProgressBar::no_length();
    if context.json {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let style = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()));
    bar.set_message(what);
    bar
}

/// A line on standard output. Whoever closed it, as `head` does, has read enough: that is no failure.
pub fn out(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_as_one() {
        let told = |count: usize| counted(count, "duplicate", "duplicates");
        assert_eq!(
            [told(0), told(1), told(2), told(11)],
            ["0 duplicates", "1 duplicate", "2 duplicates", "11 duplicates"]
        );
    }

    #[test]
    fn a_bar_does_not_begin_full() {
        let clock: Clock = || DateTime::UNIX_EPOCH;
        let context = Context { data_dir: PathBuf::new(), config: Config::default(), json: true, clock, now: clock() };
        assert_eq!(progress_bar(&context, "bytes").length(), None);
    }
}
