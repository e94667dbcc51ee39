//! The whole server, `chapelle serve` as it is shipped, and clients that keep their connections.
//!
//! Clients and server share the machine, as they do not in life; the limit on SQLite is its C interface alone.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use chapelle::app::Store;
use chapelle::app::users::{self, NewUser};
use chapelle::domain::access::Role;

use super::sqlite::{cells, raw};
use super::{Load, METERS, STEP_SECONDS, first_instant, send_all};
use crate::common::centre::{Centre, now, sqlite_url};
use crate::common::client::{Client, free_port, wait_until_it_listens};
use crate::common::in_turn;
use crate::common::measure::{Process, Run};
use crate::common::table::Table;

const LOADS: [Load; 3] = [Load::of(1_000, 64, 640_000), Load::of(10_000, 8, 640_000), Load::of(1, 64, 60_000)];
const EMAIL: &str = "releves@example.org";
const PASSWORD: &str = "un long mot de passe de mesure";

pub fn run() {
    let centre = Centre::of_meters(METERS);
    let mut table = Table::new(
        "ingest, HTTP on SQLite: POST /api/v1/readings, NDJSON, readings a request × clients (CPU and memory are the server's)",
        &["", "readings/s", "of limit", "p50", "p99", "CPU s/M", "grown by", "peak"],
    );
    for load in LOADS {
        let bodies = bodies(&centre, load);
        let [limit, served] =
            in_turn([&mut || raw(&centre, load, load.group()), &mut || served_from_sqlite(&centre, load, &bodies)]);
        table.row(cells(&format!("C interface, commit every {}", load.group()), &limit, &limit));
        table.row(cells(&format!("HTTP, {load}"), &served, &limit));
    }
    table.print();
}

/// The body of every request, made before the clock runs.
pub fn bodies(centre: &Centre, load: Load) -> Vec<String> {
    let position = |number: u64| number as usize % centre.meters();
    let line = |number: u64| {
        let at = first_instant().plus_seconds((number / centre.meters() as u64) as i64 * STEP_SECONDS);
        let (meter, micros) = (&centre.book.meters[position(number)].code, centre.value(position(number), at));
        format!(
            "{{\"meter\":\"{meter}\",\"at\":\"{at}\",\"value\":{}.{:06}}}\n",
            micros / 1_000_000,
            micros % 1_000_000
        )
    };
    let batch = load.batch as u64;
    (0..load.batches()).map(|number| (number * batch..(number + 1) * batch).map(line).collect()).collect()
}

fn served_from_sqlite(centre: &Centre, load: Load, bodies: &[String]) -> Run {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite_url(directory.path());
    drop(centre.database(&url));
    served(&url, directory.path(), load, bodies)
}

/// The server under `load`, on the database of the benchmark's centre that `url` names.
pub fn served(url: &str, directory: &Path, load: Load, bodies: &[String]) -> Run {
    let server = Server::start(url, directory);
    let token = sign_in(&mut Client::to(server.port));
    Run::of(Process::Other(server.child.id()), || {
        send_all(load, || {
            let mut client = Client::to(server.port);
            let (token, bodies) = (&token, &bodies);
            move |number| {
                let body = &bodies[number as usize];
                let (status, answer) = client.post("/api/v1/readings", "application/x-ndjson", Some(token), body);
                assert_eq!(status, 200, "{answer}");
            }
        })
    })
}

/// A running `chapelle serve`, killed when dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(url: &str, directory: &Path) -> Server {
        let user = NewUser {
            email: EMAIL.to_owned(),
            name: "Relevés".to_owned(),
            role: Role::Operator,
            tenant: None,
            password: PASSWORD.to_owned(),
        };
        users::add(
            &Store::open(url, directory).unwrap(),
            &user,
            &chapelle::domain::audit::Actor::new("bench", None),
            now().to_utc(),
        )
        .unwrap();
        let port = free_port();
        let child = Command::new(env!("CARGO_BIN_EXE_chapelle"))
            .arg("--data-dir")
            .arg(directory)
            .arg("serve")
            .env("CHAPELLE_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("RUST_LOG", "warn")
            .env("DATABASE_URL", url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until_it_listens(port);
        Server { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sign_in(client: &mut Client) -> String {
    let body = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    let (status, answer) = client.post("/api/v1/token", "application/json", None, &body);
    assert_eq!(status, 200, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}
