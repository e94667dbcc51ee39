//! `chapelle migrate` and `chapelle health`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use clap::Args;

use super::context::{counted, out};
use super::{CliError, Context, Outcome};

/// Bring the database's schema up to date.
#[derive(Debug, Args)]
pub struct Migrate {}

impl Migrate {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let applied = context.open_or_create()?.migrations_applied();
        context.print(&serde_json::json!({ "applied": applied }), |_| match applied {
            0 => "the schema was up to date".to_owned(),
            n => counted(n, "migration applied", "migrations applied"),
        });
        Ok(Outcome::Done)
    }
}

/// Ask a running server whether it is ready; for container health checks.
#[derive(Debug, Args)]
pub struct Health {}

const TIMEOUT: Duration = Duration::from_secs(4);

impl Health {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let listen = context.config.server.listen.replace("0.0.0.0", "127.0.0.1");
        let status = ask(&listen).map_err(CliError::io("reach the server at", &listen))?;
        if !status.starts_with("HTTP/1.1 200") {
            let unready = std::io::Error::other(format!("it is not ready: {status}"));
            return Err(CliError::io("use the server at", &listen)(unready));
        }
        out(format_args!("ready"));
        Ok(Outcome::Done)
    }
}

/// One plain request on loopback: not worth an HTTP client.
fn ask(listen: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(listen)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
