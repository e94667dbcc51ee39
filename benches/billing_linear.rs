//! What a month's billing costs as history grows (nothing) and as the month's readings grow (in proportion).
//!
//! Each database holds the same twenty meters. The limit is SQLite's C interface stepping through the month's rows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::float_arithmetic,
    reason = "a benchmark: it stops where something is wrong, and its figures are no amounts"
)]

mod common;

use std::hint::black_box;

use chapelle::app::Store;
use chapelle::app::compare_billing;
use chapelle::app::plan_billing::{self, PlanReport};
use chapelle::app::run_billing::{self, RunReport, RunRequest};
use chapelle::domain::audit::Actor;
use chapelle::domain::calendar::Period;

use common::centre::{MONTH, ZONE, month, now, sqlite_file, sqlite_url};
use common::raw::RawSqlite;
use common::table::{Table, mib, ms, ratio};
use common::{Centre, Run, in_turn};

const METERS: usize = 20;
const HOURLY: i64 = 3_600;
/// Of the month that goes on: the contracts, and how often its meters are read.
const RUNNING_CONTRACTS: usize = 1_000;
const RUNNING_STEP_SECONDS: i64 = 600;

fn main() {
    common::run_parts(&[("history", history), ("month", readings_of_the_month), ("running", the_running_month)]);
}

/// Months of hourly readings before the billed one.
fn history() {
    let mut table = table("billing, history: months of hourly readings before the billed one");
    let mut first = None;
    for months in [1, 10, 100] {
        let months = common::scaled(months);
        let measured = Billed::of(months, HOURLY);
        measured.row(&mut table, &format!("{months} before"), first.get_or_insert_with(|| measured.clone()));
    }
    table.print();
}

/// Readings of the billed month: hourly, every six minutes, every 36 seconds.
fn readings_of_the_month() {
    let mut table = table("billing, month: readings of the billed month, one month before");
    let mut first = None;
    for seconds in [HOURLY, HOURLY / 10, HOURLY / 100] {
        let measured = Billed::of(1, seconds);
        measured.row(&mut table, &format!("every {seconds} s"), first.get_or_insert_with(|| measured.clone()));
    }
    table.print();
}

/// The look at a month that goes on, on the 28th: 1,000 contracts, of which some are metered, read every ten minutes.
fn the_running_month() {
    let title = format!("billing, running: what a look at {MONTH} costs on the 28th; {RUNNING_CONTRACTS} contracts");
    let mut table = Table::new(title, &["", "in month", "look", "readings/s", "grown by", "peak"]);
    for meters in [228, 2_000] {
        let mut centre = Centre::of_meters(meters);
        centre.add_small_contracts(centre.book.contracts.len()..RUNNING_CONTRACTS);
        let directory = tempfile::tempdir().unwrap();
        let url = sqlite_url(directory.path());
        let (database, ids) = centre.database(&url);
        let period = month().period(ZONE);
        let now = period.from.plus_seconds(27 * 86_400);
        let in_month = centre.fill(&database, &ids, Period { from: period.from, to: now }, RUNNING_STEP_SECONDS);
        let store = Store::open(&url, directory.path()).unwrap();
        let mut later = now.to_utc();
        let run = Run::repeated(|| {
            // What was seen before counts no longer.
            later += chrono::Duration::seconds(601);
            let seen = compare_billing::compare(&store, month(), later).unwrap();
            assert_eq!(seen.contracts.len(), RUNNING_CONTRACTS);
            1
        });
        let seconds = run.per_second().recip();
        table.row([
            format!("{} meters", centre.meters()),
            in_month.to_string(),
            ms(seconds * 1e3),
            format!("{:.0}", in_month as f64 / seconds),
            mib(run.grown_mib),
            mib(run.peak_mib),
        ]);
    }
    table.print();
}

fn table(title: &str) -> Table {
    let title = format!("{title}; {METERS} meters, {MONTH}");
    Table::new(
        title,
        &["", "stored", "in month", "bare scan", "plan", "× first", "run with issue", "× first", "grown by", "peak"],
    )
}

/// One database, billed.
#[derive(Clone)]
struct Billed {
    stored: u64,
    in_month: u64,
    scan: Run,
    plan: Run,
    run: Run,
}

impl Billed {
    /// `months` of history, the billed month's readings every `step_seconds`.
    fn of(months: u64, step_seconds: i64) -> Billed {
        let centre = Centre::of_meters(METERS);
        let directory = tempfile::tempdir().unwrap();
        let url = sqlite_url(directory.path());
        let (database, ids) = centre.database(&url);
        let period = month().period(ZONE);
        let first = (0..months).fold(month(), |month, _| month.previous());
        let before = Period { from: first.period(ZONE).from, to: period.from.plus_seconds(-1) };
        let in_month = centre.fill(&database, &ids, period, step_seconds);
        let stored = centre.fill(&database, &ids, before, HOURLY) + in_month;
        let store = Store::open(&url, directory.path()).unwrap();

        let [scan, plan] = in_turn([
            &mut || {
                let (from, to) = (period.from.seconds(), period.to.seconds());
                Run::repeated(|| once(RawSqlite::open(&sqlite_file(directory.path())).scan(from, to)))
            },
            &mut || Run::repeated(|| once(planned(&store, &centre))),
        ]);
        // The month can be billed once.
        let run = Run::here(|| once(issued(&store, &centre)));
        Billed { stored, in_month, scan, plan, run }
    }

    fn row(&self, table: &mut Table, name: &str, first: &Billed) {
        let seconds = |run: &Run| run.per_second().recip();
        let time = |run: &Run| ms(seconds(run) * 1e3);
        table.row([
            name.to_owned(),
            self.stored.to_string(),
            self.in_month.to_string(),
            time(&self.scan),
            time(&self.plan),
            ratio(seconds(&self.plan), seconds(&first.plan)),
            time(&self.run),
            ratio(seconds(&self.run), seconds(&first.run)),
            mib(self.plan.grown_mib),
            mib(self.plan.peak_mib),
        ]);
    }
}

/// A piece of work done, whatever it returned.
fn once<T>(done: T) -> u64 {
    black_box(done);
    1
}

fn planned(store: &Store, centre: &Centre) -> PlanReport {
    let plan = plan_billing::plan(store, month(), now().to_utc()).unwrap();
    assert!(!plan.blocked() && plan.drafts.len() == centre.book.contracts.len());
    plan
}

fn issued(store: &Store, centre: &Centre) -> RunReport {
    let request = RunRequest { month: month(), issue: true, by: Actor::new("bench", None), now: now().to_utc() };
    let report = run_billing::run(store, &request, &mut |_, _| {}).unwrap();
    assert_eq!(report.issued.len(), centre.book.contracts.len());
    report
}
