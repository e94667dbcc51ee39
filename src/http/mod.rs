//! The server: a JSON API for programs, pages for people.
//!
//! Owns: routes, who may use each, the form of requests and answers. Does not own: any rule or figure: a handler calls
//! one use case and gives its result a form. Invariants: every route stands in [`routes`] with its access and
//! nothing else is served; a thing of another tenant answers like one that does not exist; what blocks runs beside the
//! threads that answer.

mod api;
mod asked;
pub mod auth;
mod bodies;
mod client;
pub mod error;
mod headers;
mod health;
mod incoming;
mod pages;
mod registered;
pub mod routes;
mod state;
mod stream;
mod strict;
mod throttle;
mod unreadable;

use std::io;
use std::net::SocketAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, Error, HttpServer};
use tracing_actix_web::TracingLogger;

use crate::app::{AppError, Store};
use crate::config::ServerConfig;

pub use state::{Clock, Environment, Shared};

/// Threads per worker for what blocks: the pool of connections is no larger.
const BLOCKING_THREADS: usize = 8;
/// How long requests in progress may take once the server is told to stop.
const SHUTDOWN_SECONDS: u64 = 20;

/// What the server is made of.
pub struct ServerParts {
    shared: Data<Shared>,
    listen: String,
    workers: usize,
}

impl ServerParts {
    /// Makes the first signing key where there is none, and starts the writer of readings.
    pub fn new(store: Store, config: &ServerConfig, clock: Clock) -> Result<ServerParts, AppError> {
        Ok(ServerParts {
            shared: Data::new(Shared::new(store, config, clock)?),
            listen: config.listen.clone(),
            workers: config.workers.max(1),
        })
    }

    pub fn shared(&self) -> Data<Shared> {
        self.shared.clone()
    }
}

/// The application one worker runs; tests call it without a socket.
pub fn app(
    shared: Data<Shared>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(shared)
        .configure(registered::configure)
        .wrap(from_fn(headers::secure))
        .wrap(TracingLogger::default())
}

/// Listens; returns the server to await and the addresses it has.
fn bind(parts: ServerParts) -> io::Result<(Server, Vec<SocketAddr>)> {
    let shared = parts.shared;
    let server = HttpServer::new(move || app(shared.clone()))
        .workers(parts.workers)
        .worker_max_blocking_threads(BLOCKING_THREADS)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .bind(&parts.listen)?;
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}

/// Serves until the process is told to stop (SIGINT or SIGTERM), then lets requests in progress end. `listening` is told
/// the addresses once they are taken.
pub async fn serve(parts: ServerParts, listening: impl FnOnce(&[SocketAddr])) -> io::Result<()> {
    let (server, addresses) = bind(parts)?;
    listening(&addresses);
    server.await
}
