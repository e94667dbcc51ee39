//! The same test on both engines, each time on an empty database of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use chapelle::storage::{Database, DatabaseUrl};
use diesel::connection::SimpleConnection;

/// Runs `test` on a new SQLite file and in a new PostgreSQL schema, both migrated.
pub fn on_both(test: impl Fn(&Database)) {
    on_sqlite(&test);
    on_postgres(&test);
}

pub fn on_sqlite(test: impl Fn(&Database)) {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", directory.path().join("chapelle.db").display());
    eprintln!("on {url}");
    test(&opened(&url));
}

pub fn on_postgres(test: impl Fn(&Database)) {
    let schema = Schema::create();
    eprintln!("on PostgreSQL, schema {}", schema.name);
    test(&opened(&schema.url));
}

fn opened(url: &str) -> Database {
    let database = Database::open(url.parse().unwrap(), 8).unwrap();
    assert!(!database.is_migrated().unwrap());
    assert!(database.migrate().unwrap() > 0);
    assert!(database.is_migrated().unwrap());
    database
}

/// A schema that goes when the test ends, passed or not.
struct Schema {
    server: DatabaseUrl,
    name: String,
    url: String,
}

impl Schema {
    fn create() -> Schema {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("CHAPELLE_TEST_POSTGRES").expect(
            "CHAPELLE_TEST_POSTGRES is not set: run ./tests/run, which starts a PostgreSQL of its own for the tests",
        );
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}application_name={name}&options=-csearch_path%3D{name}");
        let server: DatabaseUrl = server.parse().unwrap();
        server.connect().unwrap().batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
        Schema { server, name, url }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Ok(mut connection) = self.server.connect() {
            let _ = connection.batch_execute(&format!(
                "SET client_min_messages = warning; SET lock_timeout = '5s'; DROP SCHEMA {} CASCADE",
                self.name
            ));
        }
    }
}
