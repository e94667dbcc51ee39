//! The writer on SQLite against the C interface.

use chapelle::storage::ReadingWriter;

use super::{Load, METERS, STEP_SECONDS, first_instant, through_writer};
use crate::common::centre::{Centre, sqlite_file, sqlite_url};
use crate::common::raw::{RawSqlite, Row};
use crate::common::table::{NONE, Table, mib, ms, rate, ratio};
use crate::common::{Run, in_turn};

const LOADS: [Load; 3] = [Load::of(1_000, 64, 1_000_000), Load::of(10_000, 8, 1_000_000), Load::of(1, 64, 100_000)];

pub fn run() {
    let centre = Centre::of_meters(METERS);
    let mut table = Table::new(
        "ingest, SQLite: durable readings a second through the writer, rows a batch × submitters",
        &["", "readings/s", "of limit", "p50", "p99", "CPU s/M", "grown by", "peak"],
    );
    for load in LOADS {
        let [limit, each, writer] =
            in_turn([&mut || raw(&centre, load, load.group()), &mut || raw(&centre, load, load.batch), &mut || {
                written(&centre, load)
            }]);
        table.row(cells(&format!("C interface, commit every {}", load.group()), &limit, &limit));
        table.row(cells(&format!("C interface, commit every {}", load.batch), &each, &limit));
        table.row(cells(&format!("writer, {load}"), &writer, &limit));
    }
    table.print();
}

pub fn cells(name: &str, run: &Run, limit: &Run) -> [String; 8] {
    let latency = |share| if run.latencies.is_empty() { NONE.to_owned() } else { ms(run.latency_ms(share)) };
    [
        name.to_owned(),
        rate(run.per_second()),
        ratio(run.per_second(), limit.per_second()),
        latency(0.5),
        latency(0.99),
        format!("{:.2}", run.cpu_seconds / run.items as f64 * 1e6),
        mib(run.grown_mib),
        mib(run.peak_mib),
    ]
}

/// The same rows in order, a commit after every `per_transaction`.
pub fn raw(centre: &Centre, load: Load, per_transaction: usize) -> Run {
    let directory = tempfile::tempdir().unwrap();
    let (database, ids) = centre.database(&sqlite_url(directory.path()));
    drop(database);
    let connection = RawSqlite::open(&sqlite_file(directory.path()));
    // A commit for each reading waits for the disk each time: fewer of them say as much.
    let total = load.batches() * load.batch as u64;
    let total = if per_transaction == 1 { total / 20 } else { total };
    Run::here(|| {
        let row = |number| {
            let reading = centre.reading(&ids, first_instant(), STEP_SECONDS, number);
            Row { ts: reading.at.seconds(), meter: reading.meter.0, value_micro: reading.value.micros() }
        };
        connection.insert((0..total).map(row), per_transaction)
    })
}

fn written(centre: &Centre, load: Load) -> Run {
    let directory = tempfile::tempdir().unwrap();
    let (database, ids) = centre.database(&sqlite_url(directory.path()));
    let writer = ReadingWriter::start(&database).unwrap();
    through_writer(centre, &ids, &writer, load)
}
