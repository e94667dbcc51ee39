//! Readings taken in, durable before the answer: into the writer itself, over HTTP, and on PostgreSQL.
//!
//! The limit on SQLite is its C interface: the same rows into the same table by a statement prepared once, in
//! transactions as large as the writer can make them of what waits. On PostgreSQL it is COPY.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::float_arithmetic,
    reason = "a benchmark: it stops where something is wrong, and its figures are no amounts"
)]

#[path = "../common/mod.rs"]
mod common;
mod http;
mod postgres;
mod sqlite;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chapelle::domain::calendar::Timestamp;
use chapelle::domain::ids::MeterId;
use chapelle::storage::ReadingWriter;

use common::Centre;
use common::measure::{Process, Run};

/// Meters read at each instant, and how often.
const METERS: usize = 1_000;
const STEP_SECONDS: i64 = 600;
/// As many readings as the writer puts into one transaction.
const GROUP_MAX: usize = 50_000;

/// Who sends how much at once.
#[derive(Debug, Clone, Copy)]
struct Load {
    batch: usize,
    clients: usize,
    readings: u64,
}

impl Load {
    const fn of(batch: usize, clients: usize, readings: u64) -> Load {
        Load { batch, clients, readings }
    }

    /// Batches of a run, the same number for every client.
    fn batches(self) -> u64 {
        let clients = self.clients as u64;
        (common::scaled(self.readings) / self.batch as u64).next_multiple_of(clients).max(clients)
    }

    /// The most readings that can wait together, and so share a transaction.
    fn group(self) -> usize {
        (self.batch * self.clients).min(GROUP_MAX)
    }
}

impl std::fmt::Display for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} × {}", self.batch, self.clients)
    }
}

fn main() {
    common::run_parts(&[("sqlite", sqlite::run), ("http", http::run), ("postgres", postgres::run)]);
}

fn first_instant() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// Every client takes the next batch until none is left. `client` makes one client, which sends the batch of a number
/// and returns when it is answered.
fn send_all<C: FnMut(u64)>(load: Load, client: impl Fn() -> C + Sync) -> (u64, Vec<Duration>) {
    let (next, batches) = (AtomicU64::new(0), load.batches());
    let one = || {
        let mut send = client();
        let mut latencies = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= batches {
                return latencies;
            }
            let begin = Instant::now();
            send(number);
            latencies.push(begin.elapsed());
        }
    };
    let latencies = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..load.clients).map(|_| scope.spawn(one)).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    (batches * load.batch as u64, latencies)
}

/// The program's writer under `load`.
fn through_writer(centre: &Centre, ids: &[MeterId], writer: &ReadingWriter, load: Load) -> Run {
    Run::of(Process::Own, || {
        send_all(load, || {
            |number: u64| {
                let numbers = number * load.batch as u64..(number + 1) * load.batch as u64;
                let readings: Vec<_> =
                    numbers.map(|number| centre.reading(ids, first_instant(), STEP_SECONDS, number)).collect();
                let outcome = writer.submit(common::centre::batch(readings)).blocking_recv().unwrap().unwrap();
                assert_eq!(outcome.accepted, load.batch);
            }
        })
    })
}
