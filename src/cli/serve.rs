//! `chapelle serve`: HTTP and the periodic jobs.

use clap::Args;

use super::{CliError, Context, Outcome};
use crate::app::{Store, deliver_outbox, upload_readings};
use crate::http::{self, Environment, ServerParts};
use crate::jobs;

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
    let mailer = deliver_outbox::mailer(&context.config.mail, &context.data_dir)?;
    let environment =
        Environment { config: context.config.clone(), mailer: mailer.clone(), data_dir: context.data_dir.clone() };
    let jobs = jobs::start(store.clone(), mailer, context.postage(), context.signing(), context.clock);
    let parts = ServerParts::new(store, &context.config.server, context.clock)?;
    parts.shared().set_postage(context.postage());
    parts.shared().set_environment(environment);
    parts.shared().set_signing(context.signing());
    let server = &context.config.server;
    eprintln!("listening on {}, reached as {} (stop with Ctrl-C)", server.listen, server.public_url);
    let served = actix_web::rt::System::new().block_on(http::serve(parts));
    jobs.stop();
    served.map_err(CliError::io("serve on", context.config.server.listen.clone()))?;
    Ok(Outcome::Done)
}
