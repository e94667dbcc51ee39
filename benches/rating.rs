//! Readings turned into charges, by one thread: from memory, and from the database.
//!
//! The limit in memory is a bare sum of the same samples; from the database it is SQLite's C interface stepping through
//! the same rows, and beside it the program's own stream of them with nothing but a sum behind it.

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

use chapelle::app::{Store, plan_billing};
use chapelle::domain::billing_run::{self, Plan, Snapshot};
use chapelle::domain::calendar::Period;
use chapelle::domain::metering::{Assigned, Measure, Register, usage};
use chapelle::domain::rating::Samples;
use chapelle::storage::readings;

use common::centre::{MONTH, ZONE, month, now, sqlite_file, sqlite_url};
use common::raw::RawSqlite;
use common::table::{NONE, Table, mib, rate, ratio};
use common::{Centre, Run, in_turn};

/// A month of readings every ten minutes: 4,470 and one at its end.
const STEP_SECONDS: i64 = 600;
const METERS: u64 = 1_000;

fn main() {
    common::run_parts(&[("memory", from_memory), ("database", from_database)]);
}

fn table(title: &str) -> Table {
    Table::new(title, &["", "readings/s", "of limit", "readings/CPU s", "grown by", "peak"])
}

fn row(table: &mut Table, name: &str, run: &Run, limit: Option<&Run>) {
    table.row([
        name.to_owned(),
        rate(run.per_second()),
        limit.map_or(NONE.to_owned(), |limit| ratio(run.per_second(), limit.per_second())),
        rate(run.per_cpu_second()),
        mib(run.grown_mib),
        mib(run.peak_mib),
    ]);
}

fn from_memory() {
    let centre = Centre::of_meters(common::scaled(METERS) as usize);
    let period = month().period(ZONE);
    let samples: Samples = (0..)
        .zip(&centre.book.meters)
        .map(|(position, meter)| (meter.code.clone(), centre.samples(position, period, STEP_SECONDS)))
        .collect();
    let [sum, energy, demand, plan] = in_turn([
        &mut || Run::repeated(|| summed(&samples)),
        &mut || Run::repeated(|| measured(&centre, &samples, period, Register::Energy, Measure::Energy)),
        &mut || {
            let demand = Measure::Demand { window_minutes: 10 };
            Run::repeated(|| measured(&centre, &samples, period, Register::Power, demand))
        },
        &mut || Run::repeated(|| planned(&centre, &samples)),
    ]);
    let title =
        format!("rating, from memory: {} meters read every ten minutes of {MONTH}, one thread", centre.meters());
    let mut table = table(&title);
    row(&mut table, "bare sum of the samples", &sum, Some(&sum));
    row(&mut table, "usage: energy", &energy, Some(&sum));
    row(&mut table, "usage: demand", &demand, Some(&sum));
    row(&mut table, "plan: usage of both, charges, drafts", &plan, Some(&sum));
    table.print();
}

fn summed(samples: &Samples) -> u64 {
    let mut count = 0;
    for samples in samples.values() {
        black_box(samples.iter().fold(0_i64, |sum, sample| sum.wrapping_add(sample.value.micros())));
        count += samples.len() as u64;
    }
    count
}

/// The usage of every rack's two meters of `register`.
fn measured(centre: &Centre, samples: &Samples, period: Period, register: Register, measure: Measure) -> u64 {
    let meters: Vec<_> = centre.book.meters.iter().filter(|meter| meter.register == register).collect();
    let mut count = 0;
    for feeds in meters.chunks(2) {
        let assigned: Vec<Assigned<'_>> =
            feeds.iter().map(|meter| Assigned { meter, samples: &samples[&meter.code], period }).collect();
        black_box(usage(measure, &assigned, period, ZONE).unwrap());
        count += assigned.iter().map(|one| one.samples.len() as u64).sum::<u64>();
    }
    count
}

fn planned(centre: &Centre, samples: &Samples) -> u64 {
    let snapshot = Snapshot {
        book: &centre.book,
        month: month(),
        samples,
        billed: Vec::new(),
        late: Vec::new(),
        manual: Vec::new(),
        credits: Vec::new(),
        unreported: Vec::new(),
        now: now(),
    };
    let plan: Plan = black_box(billing_run::plan(&snapshot));
    assert!(plan.problems.is_empty() && plan.drafts.len() == centre.book.contracts.len(), "{:?}", plan.problems);
    samples.values().map(|samples| samples.len() as u64).sum()
}

fn from_database() {
    let centre = Centre::of_meters(common::scaled(METERS) as usize);
    let directory = tempfile::tempdir().unwrap();
    let period = month().period(ZONE);
    let (database, ids) = centre.database(&sqlite_url(directory.path()));
    let filled = centre.fill(&database, &ids, period, STEP_SECONDS);
    let store = Store::open(&sqlite_url(directory.path()), directory.path()).unwrap();
    let (from, to) = (period.from.seconds(), period.to.seconds() + 1);

    let [limit, stream, plan] = in_turn([
        &mut || Run::here(|| RawSqlite::open(&sqlite_file(directory.path())).scan(from, to).0),
        &mut || Run::here(|| streamed(&store, Period { to: period.to.plus_seconds(1), ..period })),
        &mut || {
            Run::here(|| {
                let plan = plan_billing::plan(&store, month(), now().to_utc()).unwrap();
                assert!(!plan.blocked() && plan.drafts.len() == centre.book.contracts.len());
                filled
            })
        },
    ]);
    let title =
        format!("rating, from SQLite: {} meters read every ten minutes of {MONTH}, one thread", centre.meters());
    let mut table = table(&title);
    row(&mut table, "C interface, step and sum", &limit, Some(&limit));
    row(&mut table, "stream and sum", &stream, Some(&limit));
    row(&mut table, "plan: stream, usage, charges, drafts", &plan, Some(&limit));
    row(&mut table, "the same against the bare stream", &plan, Some(&stream));
    table.print();
}

fn streamed(store: &Store, period: Period) -> u64 {
    let (mut count, mut sum) = (0, 0_i64);
    let mut connection = store.connection().unwrap();
    readings::stream(&mut connection, period, |meter, sample| {
        count += 1;
        sum = sum.wrapping_add(meter.0).wrapping_add(sample.at.seconds()).wrapping_add(sample.value.micros());
    })
    .unwrap();
    black_box(sum);
    count
}
