//! The `chapelle` command: parse, dispatch, exit code. The only place that reads the clock.

use std::io::IsTerminal;
use std::process::ExitCode;

use chapelle::domain::freetext::shown;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn,chapelle=info".into()),
        )
        .with_writer(std::io::stderr)
        // Colours are for people; a log that is kept has none.
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let ended = chapelle::cli::read(std::env::args_os()).and_then(|arguments| chapelle::cli::run(arguments, now));
    match ended {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(error) => {
            eprintln!("{}", shown(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the shell: the clock is read here and handed down")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}
