//! `chapelle serve`: HTTP and the periodic jobs.

use std::net::SocketAddr;

use clap::Args;

use super::{CliError, Context, Outcome};
use crate::app::{Store, deliver_outbox, durable, sign_in, upload_readings};
use crate::config::PublicUrl;
use crate::http::{self, Environment, ServerParts};
use crate::jobs::{self, Jobs};

/// Answer HTTP requests and run the periodic jobs.
#[derive(Debug, Args)]
pub struct Serve {}

impl Serve {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        serve(context, context.open_or_create()?)
    }
}

/// Serves `store` until the process is told to stop.
pub fn serve(context: &Context, store: Store) -> Result<Outcome, CliError> {
    upload_readings::recover(&store)?;
    sweep(context)?;
    // What the machine sets is checked here, where its operator sees it; what administrators save is when they do.
    deliver_outbox::check(&context.config.mail, &context.data_dir)?;
    sign_in::replace_lost_key(&store, (context.clock)())?;
    let environment = Environment::new(context.config.clone(), context.data_dir.clone());
    let way_out = environment.way_out.clone();
    let parts = ServerParts::new(store.clone(), &context.config.server, context.clock)?;
    parts.shared().set_environment(environment);
    parts.shared().set_signing(context.signing());
    // Nothing is done beside the answers before it is sure that there will be any.
    let mut running = None;
    let listening = |addresses: &[SocketAddr]| {
        tell_listening(addresses, &context.config.server.public_url);
        running = Some(jobs::start(store, way_out, context.signing(), context.clock));
    };
    let served = actix_web::rt::System::new().block_on(http::serve(parts, listening));
    running.into_iter().for_each(Jobs::stop);
    served.map_err(|error| unserved(&context.config.server.listen, error))?;
    Ok(Outcome::Done)
}

/// Removes what a killed process left beside files that are kept: documents, reports, papers, packs, roots.
fn sweep(context: &Context) -> Result<(), CliError> {
    let kept = ["archive", "reports", "assets", "packs"].map(|folder| context.data_dir.join(folder));
    let roots = context.signing().roots_dir().to_owned();
    for folder in kept.iter().chain([&roots]) {
        durable::sweep(folder, (context.clock)())?;
    }
    Ok(())
}

/// An address that cannot be had is mended by another, or by ending what has it.
fn unserved(listen: &str, error: std::io::Error) -> CliError {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
    let remedy = match error.kind() {
        AddrInUse => "something listens there already, perhaps another `chapelle serve`: end it, or set server.listen",
        AddrNotAvailable => "this machine has no such address: set server.listen to one of its own",
        PermissionDenied => "this program's user may not listen there: set server.listen to a port above 1023",
        _ => return CliError::io("serve on", listen)(error),
    };
    CliError::Input(format!("cannot listen on {listen}: {remedy} (config.toml, or CHAPELLE_SERVER__LISTEN)"))
}

fn tell_listening(addresses: &[SocketAddr], public_url: &PublicUrl) {
    let addresses: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
    eprintln!("listening on {}, reached as {public_url} (stop with Ctrl-C)", addresses.join(" and "));
}
