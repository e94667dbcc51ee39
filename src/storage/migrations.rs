//! Bringing the tables up to date: one folder of migrations per engine, embedded in the program.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::db::AnyConnection;
use super::dialect;
use super::error::{StorageError, StorageResult};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Runs what is pending and returns how many migrations that were. Two programs starting at once wait for each other.
pub fn run(connection: &mut AnyConnection) -> StorageResult<usize> {
    dialect::with_migration_lock(connection, |connection| {
        let ran = connection.run_pending_migrations(for_engine(connection)).map_err(failure)?;
        Ok(ran.len())
    })
}

/// How many migrations have not run.
pub fn pending(connection: &mut AnyConnection) -> StorageResult<usize> {
    let migrations = for_engine(connection);
    connection.pending_migrations(migrations).map(|pending| pending.len()).map_err(failure)
}

fn for_engine(connection: &AnyConnection) -> EmbeddedMigrations {
    match connection {
        AnyConnection::Sqlite(_) => SQLITE,
        AnyConnection::Postgres(_) => POSTGRES,
    }
}

fn failure(error: Box<dyn std::error::Error + Send + Sync>) -> StorageError {
    StorageError::Migration(error.to_string())
}
