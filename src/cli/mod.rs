//! The `chapelle` command: a file per subcommand.
//!
//! Every command takes `--data-dir` and honours `DATABASE_URL`; those that report take `--json`. Exit codes: 0 done,
//! 1 something failed, 2 bad input (nothing was changed), 3 done but something needs a person.

use std::ffi::OsString;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};

mod amortisation;
mod assets;
mod audit;
mod audit_sample;
mod availability;
mod billing;
mod book;
mod context;
mod demo;
mod files;
mod invoices;
mod journal;
mod lines;
mod maintenance;
mod meters;
mod on_account;
mod outbox;
mod paid_back;
mod payback;
mod payments;
mod racks;
mod readings;
mod serve;
mod terms;
mod tokens;
mod users;

pub use context::{CliError, Clock, Context, Failure, Outcome};

/// Billing, contracts and amortisation of a public data centre.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Arguments {
    /// Where the database, the archive and the mails live.
    #[arg(long, global = true, default_value = "./data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Print a machine-readable report: money as decimal strings in euros, quantities as decimal strings.
    #[arg(long, global = true)]
    json: bool,
    /// Pretend it is this instant (RFC 3339): for tests and for looking at what a later day would bring.
    #[arg(long, global = true, hide = true, value_name = "INSTANT")]
    now: Option<DateTime<Utc>>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a facility book and store it, all or nothing.
    Import(book::Import),
    /// Write the stored facility book as TOML.
    Export(book::Export),
    /// Bring readings in.
    #[command(subcommand)]
    Readings(readings::Readings),
    /// What meters cover of a month, and what is odd about them.
    #[command(subcommand)]
    Meters(meters::Meters),
    /// Who is where, what is free, and what the racks draw.
    #[command(subcommand)]
    Racks(racks::Racks),
    /// Plan and run a month's billing.
    #[command(subcommand)]
    Billing(billing::Billing),
    /// How available contract lines were, and what that allows.
    #[command(subcommand)]
    Availability(availability::AvailabilityCommand),
    /// List issued invoices and write their documents.
    #[command(subcommand)]
    Invoices(invoices::Invoices),
    /// Record payments and claim late interest.
    #[command(subcommand)]
    Payments(payments::Payments),
    /// The books of account.
    #[command(subcommand)]
    Journal(journal::Journal),
    /// Send what is waiting to be sent.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Depreciation of the fixed assets.
    #[command(subcommand)]
    Amortisation(amortisation::Amortisation),
    /// The audit trail: show it, sign it, verify it, take evidence away.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// What the investment brings back, and when.
    #[command(subcommand)]
    Payback(payback::Payback),
    /// Who rents.
    #[command(subcommand)]
    Tenants(terms::Tenants),
    /// What is agreed.
    #[command(subcommand)]
    Contracts(terms::Contracts),
    /// What things cost.
    #[command(subcommand)]
    Tariffs(terms::Tariffs),
    /// The inventory of fixed assets, and what happens to them.
    #[command(subcommand)]
    Assets(assets::Assets),
    /// People who may sign in.
    #[command(subcommand)]
    User(users::User),
    /// Long-lived tokens of programs.
    #[command(subcommand)]
    Token(tokens::Token),
    /// Keys that sign access tokens.
    #[command(subcommand)]
    Keys(users::Keys),
    /// Bring the database's schema up to date.
    Migrate(maintenance::Migrate),
    /// Ask a running server whether it is ready.
    Health(maintenance::Health),
    /// Answer HTTP requests and run the periodic jobs.
    Serve(serve::Serve),
    /// Build an example centre with more than a year of readings, bill it, and serve it.
    Demo(demo::Demo),
}

/// Runs one command line. A failure is returned to be told; with `--json` it is reported as well.
pub fn run(arguments: Arguments, clock: Clock) -> Result<Outcome, CliError> {
    let json = arguments.json;
    let ended = carry_out(arguments, clock);
    if let (true, Err(error)) = (json, &ended) {
        context::out(serde_json::json!(Failure::from(error)));
    }
    ended
}

/// Reads the command line. What is wrong with it is returned as clap says it, but for what it repeats; where `--json` stands
/// among the words it is reported as well. What was asked for, such as `--help`, is answered here.
pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, CliError> {
    let words: Vec<OsString> = words.into_iter().collect();
    Arguments::try_parse_from(&words).map_err(|unread| {
        if !unread.use_stderr() {
            unread.exit();
        }
        let error = CliError::Input(unread.render().to_string().trim_end().to_owned());
        if words.iter().any(|word| word == "--json") {
            context::out(serde_json::json!(Failure::from(&error)));
        }
        error
    })
}

fn carry_out(arguments: Arguments, clock: Clock) -> Result<Outcome, CliError> {
    let context = Context::new(arguments.data_dir, arguments.json, arguments.now, clock)?;
    match arguments.command {
        Command::Import(command) => command.run(&context),
        Command::Export(command) => command.run(&context),
        Command::Readings(command) => command.run(&context),
        Command::Meters(command) => command.run(&context),
        Command::Racks(command) => command.run(&context),
        Command::Billing(command) => command.run(&context),
        Command::Availability(command) => command.run(&context),
        Command::Invoices(command) => command.run(&context),
        Command::Payments(command) => command.run(&context),
        Command::Journal(command) => command.run(&context),
        Command::Outbox(command) => command.run(&context),
        Command::Amortisation(command) => command.run(&context),
        Command::Audit(command) => command.run(&context),
        Command::Payback(command) => command.run(&context),
        Command::Tenants(command) => command.run(&context),
        Command::Contracts(command) => command.run(&context),
        Command::Tariffs(command) => command.run(&context),
        Command::Assets(command) => command.run(&context),
        Command::User(command) => command.run(&context),
        Command::Token(command) => command.run(&context),
        Command::Keys(command) => command.run(&context),
        Command::Migrate(command) => command.run(&context),
        Command::Health(command) => command.run(&context),
        Command::Serve(command) => command.run(&context),
        Command::Demo(command) => command.run(&context),
    }
}
