//! Connections: the URL that chooses the engine, one connection type over both, and the pool.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{self, R2D2Connection};

use super::dialect;
use super::error::{StorageError, StorageResult};
use super::turns::{Turn, Turns};

/// A connection to either engine. What diesel can write once for both is written on it; the rest is in `dialect`.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Where the database is. An unknown scheme is an error, never a new empty file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = StorageError;

    /// `sqlite://relative/or/absolute/path`, `postgres://…` or `postgresql://…`.
    fn from_str(url: &str) -> StorageResult<DatabaseUrl> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite://") {
            // A database in memory would be another one for each connection of the pool.
            Some(path) if !path.is_empty() && !path.contains(":memory:") => {
                Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
            }
            _ => Err(StorageError::Url(url.to_owned())),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            DatabaseUrl::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let authority_end = rest.find('/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at(authority_end);
                let shown = match authority.rsplit_once('@') {
                    Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
                    None => authority.to_owned(),
                };
                write!(f, "{scheme}://{shown}{}", path.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl DatabaseUrl {
    /// A new connection, set up for durable writing.
    pub fn connect(&self) -> StorageResult<AnyConnection> {
        self.establish().map_err(|error| StorageError::Unavailable(format!("{self}: {error}")))
    }

    fn establish(&self) -> ConnectionResult<AnyConnection> {
        match self {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
                connection
                    .batch_execute(dialect::SQLITE_SETUP)
                    .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConnection::Sqlite(connection))
            }
            DatabaseUrl::Postgres(url) => PgConnection::establish(url).map(AnyConnection::Postgres),
        }
    }
}

/// Makes and checks the pool's connections.
#[derive(Debug)]
pub struct Manager(DatabaseUrl);

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, r2d2::Error> {
        self.0.establish().map_err(r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), r2d2::Error> {
        connection.ping().map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

pub type PooledConnection = r2d2::PooledConnection<Manager>;

/// The database, shared by everything that runs: cloning it shares the pool.
#[derive(Clone)]
pub struct Database {
    url: DatabaseUrl,
    pool: r2d2::Pool<Manager>,
    /// Writers' turns, where the engine does not queue them itself.
    turns: Option<Arc<Turns>>,
}

impl Database {
    /// Opens a pool of at most `connections` to `url`. Fails when none can be had within ten seconds.
    pub fn open(url: DatabaseUrl, connections: u32) -> StorageResult<Database> {
        // One attempt outside the pool: it says at once and exactly why a connection cannot be had.
        drop(url.connect()?);
        let pool = r2d2::Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(std::time::Duration::from_secs(10))
            .build(Manager(url.clone()))?;
        let turns = matches!(url, DatabaseUrl::Sqlite(_)).then(Arc::default);
        Ok(Database { url, pool, turns })
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    pub fn connection(&self) -> StorageResult<PooledConnection> {
        Ok(self.pool.get()?)
    }

    /// Brings the tables up to date and returns how many migrations ran.
    pub fn migrate(&self) -> StorageResult<usize> {
        super::migrations::run(&mut *self.connection()?)
    }

    /// True when every migration of this program has run.
    pub fn is_migrated(&self) -> StorageResult<bool> {
        super::migrations::pending(&mut *self.connection()?).map(|pending| pending == 0)
    }

    /// Runs `work` in a transaction that may write; an error undoes all of it. Writers take turns in the order they
    /// came: neither call it nor wait for a reading to be written from within `work`.
    pub fn write<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        // The turn first: writers that wait for one hold no connection that readers need.
        let _turn = self.writing_turn()?;
        let mut connection = self.connection()?;
        connection.write_transaction(work)
    }

    /// Waits until nobody else of this process writes, where that matters.
    pub(super) fn writing_turn(&self) -> StorageResult<Option<Turn<'_>>> {
        self.turns.as_ref().map(|turns| turns.take()).transpose()
    }

    /// Runs `work` against one unchanging state of the database.
    pub fn read<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.connection()?.read_transaction(work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_open_a_database() {
        for url in ["", "sqlite:x.db", "mysql://x", "./data.db", "sqlite://", "sqlite://:memory:", "Postgres://x"] {
            assert!(matches!(url.parse::<DatabaseUrl>(), Err(StorageError::Url(_))), "{url}");
        }
        assert_eq!("sqlite:///a/b.db".parse::<DatabaseUrl>().unwrap(), DatabaseUrl::Sqlite("/a/b.db".into()));
        assert!(matches!("postgresql://h/d".parse::<DatabaseUrl>(), Ok(DatabaseUrl::Postgres(_))));
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown = |url: &str| url.parse::<DatabaseUrl>().unwrap().to_string();
        assert_eq!(shown("postgres://city:s3cr@t@db:5432/x?password=y"), "postgres://city@db:5432/x");
        assert_eq!(shown("postgres:///x"), "postgres:///x");
    }

    #[test]
    fn writers_that_wait_leave_the_connections_to_readers() {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("chapelle.db"));
        let database = Database::open(url, 2).unwrap();
        std::thread::scope(|scope| {
            database
                .write(|_| {
                    for _ in 0..3 {
                        scope.spawn(|| database.write(|_| Ok::<_, StorageError>(())).unwrap());
                    }
                    std::thread::sleep(std::time::Duration::from_millis(200));
                    assert!(database.pool.get_timeout(std::time::Duration::from_secs(1)).is_ok(), "a reader's turn");
                    Ok::<_, StorageError>(())
                })
                .unwrap();
        });
    }
}
