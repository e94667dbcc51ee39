//! The writer and the whole server on PostgreSQL against COPY, where `CHAPELLE_TEST_POSTGRES` names a server.

use std::sync::atomic::{AtomicU32, Ordering};

use chapelle::domain::ids::MeterId;
use chapelle::storage::{AnyConnection, Database, DatabaseUrl, ReadingWriter};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::http::{bodies, served};
use super::sqlite::cells;
use super::{Load, METERS, STEP_SECONDS, first_instant, through_writer};
use crate::common::table::Table;
use crate::common::{Centre, Run, in_turn};

const LOADS: [Load; 3] = [Load::of(1_000, 64, 400_000), Load::of(10_000, 8, 400_000), Load::of(1, 64, 50_000)];

diesel::table! {
    reading (ts, meter_id) {
        ts -> BigInt,
        meter_id -> BigInt,
        value_micro -> BigInt,
        source_id -> Integer,
        quality -> SmallInt,
    }
}

#[derive(Insertable)]
#[diesel(table_name = reading, treat_none_as_default_value = false)]
struct Row {
    ts: i64,
    meter_id: i64,
    value_micro: i64,
    source_id: i32,
    quality: i16,
}

pub fn run() {
    let Ok(server) = std::env::var("CHAPELLE_TEST_POSTGRES") else {
        println!("\ningest, PostgreSQL: left out, CHAPELLE_TEST_POSTGRES names no server");
        return;
    };
    let centre = Centre::of_meters(METERS);
    let mut table = Table::new(
        "ingest, PostgreSQL: durable readings a second through the writer and over HTTP, rows a batch × submitters \
         (CPU and memory are the program's, not PostgreSQL's)",
        &["", "readings/s", "of limit", "p50", "p99", "CPU s/M", "grown by", "peak"],
    );
    for load in LOADS {
        let bodies = bodies(&centre, load);
        let [limit, writer, http] =
            in_turn([&mut || copied(&centre, &server, load), &mut || written(&centre, &server, load), &mut || {
                served_from_postgres(&centre, &server, load, &bodies)
            }]);
        table.row(cells(&format!("COPY, commit every {}", load.group()), &limit, &limit));
        table.row(cells(&format!("writer, {load}"), &writer, &limit));
        table.row(cells(&format!("HTTP, {load}"), &http, &limit));
    }
    table.print();
}

/// COPY in PostgreSQL's binary format, without a thought for duplicates.
fn copied(centre: &Centre, server: &str, load: Load) -> Run {
    let schema = Schema::create(server, centre);
    let mut connection = PgConnection::establish(&schema.url).unwrap();
    let total = load.batches() * load.batch as u64;
    Run::here(|| {
        let mut numbers = (0..total).peekable();
        while numbers.peek().is_some() {
            let rows: Vec<Row> =
                numbers.by_ref().take(load.group()).map(|number| row(centre, &schema.ids, number)).collect();
            diesel::copy_from(reading::table).from_insertable(rows).execute(&mut connection).unwrap();
        }
        total
    })
}

fn row(centre: &Centre, ids: &[MeterId], number: u64) -> Row {
    let reading = centre.reading(ids, first_instant(), STEP_SECONDS, number);
    Row {
        ts: reading.at.seconds(),
        meter_id: reading.meter.0,
        value_micro: reading.value.micros(),
        source_id: 1,
        quality: 0,
    }
}

fn written(centre: &Centre, server: &str, load: Load) -> Run {
    let schema = Schema::create(server, centre);
    let writer = ReadingWriter::start(&schema.database).unwrap();
    through_writer(centre, &schema.ids, &writer, load)
}

fn served_from_postgres(centre: &Centre, server: &str, load: Load, bodies: &[String]) -> Run {
    let schema = Schema::create(server, centre);
    let directory = tempfile::tempdir().unwrap();
    served(&schema.url, directory.path(), load, bodies)
}

/// A migrated schema of its own, which goes with this value.
struct Schema {
    server: DatabaseUrl,
    name: String,
    url: String,
    database: Database,
    ids: Vec<MeterId>,
}

impl Schema {
    fn create(server: &str, centre: &Centre) -> Schema {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bench_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}options=-csearch_path%3D{name}");
        let server: DatabaseUrl = server.parse().unwrap();
        administer(&server, &format!("CREATE SCHEMA {name}"));
        let (database, ids) = centre.database(&url);
        Schema { server, name, url, database, ids }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        administer(&self.server, &format!("SET client_min_messages = warning; DROP SCHEMA {} CASCADE", self.name));
    }
}

fn administer(server: &DatabaseUrl, statements: &str) {
    let AnyConnection::Postgres(mut connection) = server.connect().unwrap() else {
        panic!("CHAPELLE_TEST_POSTGRES names no PostgreSQL server: {server}")
    };
    connection.batch_execute(statements).unwrap();
}
