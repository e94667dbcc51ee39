//! The database and the data directory, as one thing to hand around.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AppError;
use super::billing::Looks;
use super::compare_billing::Comparisons;
use super::read_homes::Ledgers;
use super::read_invoices::Tallies;
use crate::domain::book::Book;
use crate::storage::{AnyConnection, Database, PooledConnection, StorageError, book};

/// Enough for the web server's blocking threads; SQLite readers do not wait for one another.
const CONNECTIONS: u32 = 8;

/// A migrated database and the directory documents are archived in. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
    data_dir: PathBuf,
    migrations_applied: usize,
    book: Arc<Mutex<Remembered>>,
    tallies: Arc<Tallies>,
    ledgers: Arc<Ledgers>,
    comparisons: Arc<Comparisons>,
    looks: Arc<Looks>,
}

/// How a rehearsal ended: an error for the transaction either way, so that nothing of it is kept.
enum Rehearsed<T> {
    Done(T),
    Failed(AppError),
}

impl<T> From<StorageError> for Rehearsed<T> {
    fn from(error: StorageError) -> Rehearsed<T> {
        Rehearsed::Failed(error.into())
    }
}

/// The book as last read, and its revision then.
type Remembered = Option<(i64, Arc<Book>)>;

impl Store {
    /// Connects to `url` and brings its schema up to date.
    pub fn open(url: &str, data_dir: &Path) -> Result<Store, AppError> {
        let database = Database::open(url.parse()?, CONNECTIONS)?;
        let migrations_applied = database.migrate()?;
        Ok(Store {
            database,
            data_dir: data_dir.to_owned(),
            migrations_applied,
            book: Arc::default(),
            tallies: Arc::default(),
            ledgers: Arc::default(),
            comparisons: Arc::default(),
            looks: Arc::default(),
        })
    }

    pub fn connection(&self) -> Result<PooledConnection, AppError> {
        Ok(self.database.connection()?)
    }

    /// Runs `work` in one writing transaction: all of it, or nothing.
    pub fn write<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, AppError>) -> Result<T, AppError> {
        self.database.write(work)
    }

    /// What `work` would come to: it runs in a writing transaction, all of which is taken back.
    pub fn rehearse<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, AppError>) -> Result<T, AppError> {
        let rehearsed = self.database.write(|connection| -> Result<Infallible, Rehearsed<T>> {
            Err(work(connection).map_or_else(Rehearsed::Failed, Rehearsed::Done))
        });
        match rehearsed {
            Ok(never) => match never {},
            Err(Rehearsed::Done(value)) => Ok(value),
            Err(Rehearsed::Failed(error)) => Err(error),
        }
    }

    /// Runs `work` against one unchanging state of the database.
    pub fn read<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, AppError>) -> Result<T, AppError> {
        self.database.read(work)
    }

    /// The stored book, read again only where another revision is stored than the one that is remembered. Whatever
    /// changes the book, in this process or another, changes its revision.
    pub fn book(&self, connection: &mut AnyConnection) -> Result<Arc<Book>, AppError> {
        // Before the book: if it changes in between, it is remembered under a revision that never comes again.
        let revision = book::state(connection)?;
        if let Some((_, known)) = self.remembered().as_ref().filter(|(known, _)| *known == revision) {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(book::load_book(connection)?.ok_or(AppError::NoBook)?);
        *self.remembered() = Some((revision, Arc::clone(&read)));
        Ok(read)
    }

    /// The book as it was last read here, without asking whether it has changed since: for what may be a moment behind.
    pub fn last_read_book(&self) -> Option<Arc<Book>> {
        self.remembered().as_ref().map(|(_, book)| Arc::clone(book))
    }

    /// What lists of invoices came to, as long as no invoice and no balance has changed.
    pub(super) fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// What the ledger came to, as long as the trail has no further event.
    pub(super) fn ledgers(&self) -> &Ledgers {
        &self.ledgers
    }

    /// Plans of months beside the month before, as long as the trail has no further event.
    pub(super) fn comparisons(&self) -> &Comparisons {
        &self.comparisons
    }

    /// The month that goes on, as it was last looked at.
    pub(super) fn looks(&self) -> &Looks {
        &self.looks
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
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
