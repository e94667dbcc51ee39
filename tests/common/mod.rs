//! What several tests share: a database on each engine, the `chapelle` command, and generated readings.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use chapelle::app::Store;
use chapelle::domain::book::Book;
use chapelle::domain::calendar::{Period, Timestamp};
use chapelle::domain::metering::{Meter, Register};
use diesel::RunQueryDsl;

/// The instant tests pretend to live at: October 2026 is over.
pub const NOW: &str = "2026-11-03T08:00:00Z";

/// The two engines every test of the store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A data directory with a database of its own; both go when it is dropped.
pub struct World {
    pub dir: tempfile::TempDir,
    pub url: String,
    database: Option<String>,
}

static DATABASES: AtomicU32 = AtomicU32::new(0);

impl World {
    pub fn new(engine: Engine) -> World {
        let dir = tempfile::tempdir().unwrap();
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}", dir.path().join("chapelle.db").display());
                World { dir, url, database: None }
            }
            Engine::Postgres => {
                let name = format!("t{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::Relaxed));
                administer(&format!("CREATE DATABASE {name}"));
                let (server, _) = server().rsplit_once('/').map(|(s, d)| (s.to_owned(), d.to_owned())).unwrap();
                World { dir, url: format!("{server}/{name}"), database: Some(name) }
            }
        }
    }

    /// The command, pointed at this world and its time.
    pub fn chapelle(&self, arguments: &[&str]) -> Command {
        self.chapelle_at(NOW, arguments)
    }

    /// The same at another instant.
    pub fn chapelle_at(&self, now: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chapelle"));
        command.env("DATABASE_URL", &self.url).env_remove("RUST_LOG");
        command.arg("--data-dir").arg(self.dir.path()).args(["--now", now]).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.chapelle(arguments).output().unwrap()
    }

    /// Runs to a good end and gives what was printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} ended with {}: {error}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn store(&self) -> Store {
        Store::open(&self.url, self.dir.path()).unwrap()
    }

    /// Writes a file into the world and gives its path.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(name) = &self.database {
            administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn server() -> String {
    std::env::var("CHAPELLE_TEST_POSTGRES")
        .expect("CHAPELLE_TEST_POSTGRES is not set: run ./tests/run, which starts a throwaway PostgreSQL")
}

fn administer(statement: &str) {
    let mut connection = server().parse::<chapelle::storage::DatabaseUrl>().unwrap().connect().unwrap();
    diesel::sql_query(statement).execute(&mut connection).unwrap();
}

/// A loopback port nobody listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A small facility book every part of the main job finds something in.
pub fn small_book_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small-book.toml")
}

pub fn small_book() -> Book {
    let bytes = std::fs::read(small_book_path()).unwrap();
    chapelle::bookfile::read_bytes(&bytes, "small-book.toml").unwrap()
}

/// Plausible readings of every meter of `book` each `step_seconds` over `period`, its end included, as CSV.
pub fn readings_csv(book: &Book, period: Period, step_seconds: i64) -> (String, usize) {
    let mut csv = String::from("meter,at,value\n");
    let mut count = 0;
    let mut at = period.from;
    while at <= period.to {
        for (position, meter) in (0_i64..).zip(&book.meters) {
            if meter.in_service().contains(at) {
                let facility = book.facility.facility_energy_meters.contains(&meter.code);
                csv.push_str(&format!("{},{at},{}\n", meter.code, value(meter, position, facility, at, period.from)));
                count += 1;
            }
        }
        at = at.plus_seconds(step_seconds);
    }
    (csv, count)
}

fn value(meter: &Meter, position: i64, facility: bool, at: Timestamp, from: Timestamp) -> String {
    let minutes = (at.seconds() - from.seconds()) / 60;
    let wave = (at.seconds() / 3600 + position) % 24;
    match meter.register {
        Register::Energy => {
            // The facility draws more than everything it hosts.
            let watt_hours = minutes * (18 + position) * if facility { 5 } else { 1 };
            format!("{}.{:03}", 100 + watt_hours / 1000, watt_hours % 1000)
        }
        Register::Power => format!("1.{:02}", 10 + wave),
        Register::Storage => format!("{}.5", 40 + wave / 6),
        Register::Occupancy => format!("{}", 10 + wave / 12),
    }
}
