//! What pages cost people on a site with a long history: 100,000 invoices and 100 million readings.
//!
//! `cargo bench --bench pages -- build` makes the database, which takes a while and is kept; begun again, it goes on where
//! it was stopped. `cargo bench --bench pages` makes what is missing and measures. The database lies in
//! `CHAPELLE_BENCH_DIR`, else below `target/`; `CHAPELLE_BENCH_SCALE=0.01` makes and measures one of 1,000 invoices and a
//! million readings. Remove the directory when it is no longer wanted: the whole one takes 3 GB.
//!
//! The limit is the smallest page of the same server in the same run: what answering costs before there is any history.

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
mod history;
mod server;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::Run;
use common::client::Client;
use common::measure::Process;
use common::table::{Table, mib, ms, ratio};
use history::History;
use server::Served;

/// People who ask at once, each again as soon as the answer is there.
const USERS: usize = 32;
/// Pages taken for one figure, and how long that may take.
const PAGES: usize = 960;
const SECONDS_MAX: u64 = 40;

fn main() {
    if server::is_asked_for() {
        return server::serve();
    }
    common::run_parts(&[("build", build), ("measure", measure)]);
}

fn build() {
    History::of_scale().build();
}

/// A page by what it is and where it lies: the address differs from request to request.
struct Asked<'a> {
    name: &'static str,
    address: Box<dyn Fn(usize) -> String + Sync + 'a>,
}

fn measure() {
    let history = History::of_scale();
    history.build();
    let numbers = history.numbers();
    let served = Served::start(&history);
    let title = format!("pages: {USERS} users; {} (memory is the server’s)", history.describe());
    let mut table = Table::new(title, &["", "pages/s", "p50", "p99", "× limit", "peak"]);
    let mut limit = None;
    for asked in pages(&history, &numbers) {
        let run = served.run(|| all_users(&served, &asked));
        let p50 = run.latency_ms(0.5);
        let limit = *limit.get_or_insert(p50);
        table.row([
            asked.name.to_owned(),
            format!("{:.0}", run.per_second()),
            ms(p50),
            ms(run.latency_ms(0.99)),
            ratio(p50, limit),
            mib(run.peak_mib),
        ]);
    }
    table.print();
}

fn pages<'a>(history: &'a History, numbers: &'a [String]) -> Vec<Asked<'a>> {
    let asked = |name, address: Box<dyn Fn(usize) -> String + Sync + 'a>| Asked { name, address };
    let month = |request: usize| history.months[request % history.months.len()];
    vec![
        asked("the smallest page: sign-in", Box::new(|_| "/sign-in".to_owned())),
        asked("home of finance", Box::new(|_| "/".to_owned())),
        asked("invoices, latest first", Box::new(|_| "/invoices".to_owned())),
        asked(
            "invoices of a month, by amount",
            Box::new(move |request| format!("/invoices?status=issued&month={}&sort=-gross", month(request))),
        ),
        asked(
            "invoices of a tenant, overdue",
            Box::new(|request| format!("/invoices?status=overdue&tenant={}", history.tenant(request))),
        ),
        asked(
            "invoices searched by a part of a name",
            Box::new(|request| format!("/invoices?q={}&page=2", history.tenant(request % 10))),
        ),
        asked(
            "an invoice",
            // A step that visits all of history instead of its beginning.
            Box::new(|request| format!("/invoices/{}", numbers[request * 7_919 % numbers.len()])),
        ),
        asked(
            "usage of a month",
            Box::new(move |request| {
                format!("/usage?tenant={}&month={}", history.metered_tenant(request), month(request))
            }),
        ),
    ]
}

/// Every user takes the next page until all are taken or the time is over.
fn all_users(served: &Served, asked: &Asked<'_>) -> (u64, Vec<Duration>) {
    let next = AtomicUsize::new(0);
    let begin = Instant::now();
    let one = |user: usize| {
        let next = &next;
        move || {
            let mut client = Client::to(served.port);
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= PAGES || begin.elapsed() > Duration::from_secs(SECONDS_MAX) {
                    return latencies;
                }
                let (path, asked_at) = ((asked.address)(number), Instant::now());
                let (status, body) = client.get(&path, &served.cookies[user]);
                latencies.push(asked_at.elapsed());
                assert!(status == 200 && body.ends_with("</html>\n") | body.ends_with("</html>"), "{path}: {status}");
            }
        }
    };
    // Once before the clock matters: a page that checks the month in the background finds it checked.
    let warm = Client::to(served.port).get(&(asked.address)(0), &served.cookies[0]);
    assert_eq!(warm.0, 200, "{}: {}", (asked.address)(0), warm.1);
    let latencies: Vec<Duration> = std::thread::scope(|scope| {
        let users: Vec<_> = (0..USERS).map(|user| scope.spawn(one(user))).collect();
        users.into_iter().flat_map(|user| user.join().unwrap()).collect()
    });
    (latencies.len() as u64, latencies)
}

impl Served {
    fn run(&self, work: impl FnOnce() -> (u64, Vec<Duration>)) -> Run {
        Run::of(Process::Other(self.pid()), work)
    }
}
