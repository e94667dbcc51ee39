//! The database and the data directory, as one thing to hand around.

use std::path::{Path, PathBuf};

use super::AppError;
use crate::storage::{AnyConnection, Database, PooledConnection};

/// Enough for the web server's blocking threads; SQLite readers do not wait for one another.
const CONNECTIONS: u32 = 8;

/// A migrated database and the directory documents are archived in. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
    data_dir: PathBuf,
    migrations_applied: usize,
}

impl Store {
    /// Connects to `url` and brings its schema up to date.
    pub fn open(url: &str, data_dir: &Path) -> Result<Store, AppError> {
        let database = Database::open(url.parse()?, CONNECTIONS)?;
        let migrations_applied = database.migrate()?;
        Ok(Store { database, data_dir: data_dir.to_owned(), migrations_applied })
    }

    pub fn connection(&self) -> Result<PooledConnection, AppError> {
        Ok(self.database.connection()?)
    }

    /// Runs `work` in one writing transaction: all of it, or nothing.
    pub fn write<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, AppError>) -> Result<T, AppError> {
        self.database.write(work)
    }

    /// Runs `work` against one unchanging state of the database.
    pub fn read<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, AppError>) -> Result<T, AppError> {
        self.database.read(work)
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// How many migrations opening it applied.
    pub fn migrations_applied(&self) -> usize {
        self.migrations_applied
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}
