//! Every difference between SQLite and PostgreSQL: how a transaction begins, what locks, and the few statements that
//! each engine says in its own way. What diesel can express once stands in `rows`.

use diesel::connection::{AnsiTransactionManager, DefaultLoadingMode, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Text};
use diesel::{QueryResult, sql_query};

use super::db::AnyConnection;
use super::error::{StorageError, StorageResult};
use super::schema::{
    late_change, meter_month, number_series, reading, reading_batch, reading_series, reading_series_stale,
    reading_source,
};

/// Compiles `$body` once per engine, for what cannot be said to [`AnyConnection`] itself: upserts, batches, iterators.
macro_rules! on_backend {
    ($connection:expr, |$inner:ident| $body:expr) => {
        match $connection {
            $crate::storage::db::AnyConnection::Sqlite($inner) => $body,
            $crate::storage::db::AnyConnection::Postgres($inner) => $body,
        }
    };
}

/// A committed transaction is on the disk (synchronous=FULL); readers never wait for the writer (WAL).
pub const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768;";

/// Numbers of our advisory locks on PostgreSQL: any constant, the same in every process.
const MIGRATION_LOCK: i64 = 7_501_800_001;
const HORIZON_LOCK: i64 = 7_501_800_002;
/// The triggers of the journal name it too: see the migration `accounting`.
const PERIODS_LOCK: i64 = 7_501_800_003;
const PAYMENTS_LOCK: i64 = 7_501_800_004;
const BOOK_LOCK: i64 = 7_501_800_014;
const DRAFTS_LOCK: i64 = 7_501_800_015;

const SECONDS_PER_DAY: i64 = 86_400;

type Manager = <AnyConnection as Connection>::TransactionManager;

impl AnyConnection {
    /// A transaction that may write. On SQLite it takes the write lock at once: one that began by reading would fail,
    /// not wait, when it came to write. Within a transaction it is a savepoint.
    pub fn write_transaction<T, E: From<StorageError>>(
        &mut self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction_begun_with("BEGIN IMMEDIATE", "BEGIN", work)
    }

    /// A transaction that sees one unchanging state of the database.
    pub fn read_transaction<T, E: From<StorageError>>(
        &mut self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction_begun_with("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work)
    }

    fn transaction_begun_with<T, E: From<StorageError>>(
        &mut self,
        sqlite: &str,
        postgres: &str,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let nested = matches!(Manager::transaction_manager_status_mut(self).transaction_depth(), Ok(Some(_)));
        let begun = match (nested, &mut *self) {
            (true, connection) => Manager::begin_transaction(connection),
            (false, AnyConnection::Sqlite(inner)) => AnsiTransactionManager::begin_transaction_sql(inner, sqlite),
            (false, AnyConnection::Postgres(inner)) => AnsiTransactionManager::begin_transaction_sql(inner, postgres),
        };
        begun.map_err(StorageError::from)?;
        match work(self) {
            Ok(value) => {
                Manager::commit_transaction(self).map_err(StorageError::from)?;
                Ok(value)
            }
            Err(error) => match Manager::rollback_transaction(self) {
                // A savepoint that cannot be undone would leave its work in the transaction around it.
                Err(undoing) if nested => {
                    Err(StorageError::Unavailable(format!("a failed savepoint could not be undone: {undoing}")).into())
                }
                // Otherwise the first error says more than one of undoing.
                _ => Err(error),
            },
        }
    }
}

/// Runs `work` while no other process migrates the same database.
pub fn with_migration_lock<T>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> StorageResult<T>,
) -> StorageResult<T> {
    match connection {
        // Each migration takes SQLite's own write lock; a second process waits and finds nothing pending.
        AnyConnection::Sqlite(_) => work(connection),
        AnyConnection::Postgres(inner) => {
            inner.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
            let done = work(connection);
            connection.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
            done
        }
    }
}

/// Held by writers of readings until they commit, so that the billing horizon waits for them. SQLite has one writer.
pub fn share_horizon(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(inner) => {
            inner.batch_execute(&format!("SELECT pg_advisory_xact_lock_shared({HORIZON_LOCK})"))
        }
    }
}

/// Held by whoever moves the billing horizon: it waits until every reading in flight is committed.
pub fn lock_horizon(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(inner) => inner.batch_execute(&format!("SELECT pg_advisory_xact_lock({HORIZON_LOCK})")),
    }
}

/// Held by whoever closes a period and posts in the same transaction: taken first, it cannot wait for one that waits
/// for it.
pub fn lock_periods(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(inner) => inner.batch_execute(&format!("SELECT pg_advisory_xact_lock({PERIODS_LOCK})")),
    }
}

/// Held by whoever changes what is open on invoices.
pub fn lock_payments(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(inner) => {
            inner.batch_execute(&format!("SELECT pg_advisory_xact_lock({PAYMENTS_LOCK})"))
        }
    }
}

/// Held by whoever changes the book on the ground of what it reads there.
pub fn lock_book(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(inner) => inner.batch_execute(&format!("SELECT pg_advisory_xact_lock({BOOK_LOCK})")),
    }
}

/// Held by whoever drafts or issues a contract's month, or changes the lines people added to it.
pub fn lock_drafts(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(inner) => inner.batch_execute(&format!("SELECT pg_advisory_xact_lock({DRAFTS_LOCK})")),
    }
}

/// A row of the hot table.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = reading, treat_none_as_default_value = false)]
pub struct ReadingRow {
    pub ts: i64,
    pub meter_id: i64,
    pub value_micro: i64,
    pub source_id: i32,
    pub quality: i16,
}

/// Rows per INSERT on SQLite: a prepared statement of this many is kept and used again.
const SQLITE_ROWS: usize = 500;

/// Inserts the rows whose key is free and returns how many that were.
pub fn insert_readings(connection: &mut AnyConnection, rows: &[ReadingRow]) -> QueryResult<usize> {
    match connection {
        AnyConnection::Sqlite(inner) => {
            let mut inserted = 0;
            let (whole, rest) = rows.as_chunks::<SQLITE_ROWS>();
            for chunk in whole {
                inserted +=
                    diesel::insert_into(reading::table).values(chunk).on_conflict_do_nothing().execute(inner)?;
            }
            if !rest.is_empty() {
                inserted += diesel::insert_into(reading::table).values(rest).on_conflict_do_nothing().execute(inner)?;
            }
            Ok(inserted)
        }
        AnyConnection::Postgres(inner) => sql_query(
            "INSERT INTO reading (ts, meter_id, value_micro, source_id, quality) \
             SELECT * FROM unnest($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.ts).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.meter_id).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.value_micro).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(rows.iter().map(|row| row.source_id).collect::<Vec<_>>())
        .bind::<Array<SmallInt>, _>(rows.iter().map(|row| row.quality).collect::<Vec<_>>())
        .execute(inner),
    }
}

/// A stored reading and what its latest correction says.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct StoredReading {
    #[diesel(sql_type = BigInt)]
    pub ts: i64,
    #[diesel(sql_type = BigInt)]
    pub meter_id: i64,
    #[diesel(sql_type = BigInt)]
    pub value_micro: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub corrected_micro: Option<i64>,
}

const STORED_COLUMNS: &str = "SELECT r.ts, r.meter_id, r.value_micro, (SELECT c.value_micro FROM reading_correction c \
     WHERE c.ts = r.ts AND c.meter_id = r.meter_id ORDER BY c.id DESC LIMIT 1) AS corrected_micro";

/// Which of the keys (instant, meter) are stored, and with which values.
pub fn stored_readings(connection: &mut AnyConnection, keys: &[(i64, i64)]) -> QueryResult<Vec<StoredReading>> {
    match connection {
        AnyConnection::Sqlite(inner) => {
            let list: Vec<String> = keys.iter().map(|(ts, meter)| format!("[{ts},{meter}]")).collect();
            sql_query(format!(
                "{STORED_COLUMNS} FROM json_each(?) k CROSS JOIN reading r \
                 WHERE r.ts = k.value ->> 0 AND r.meter_id = k.value ->> 1"
            ))
            .bind::<Text, _>(format!("[{}]", list.join(",")))
            .load(inner)
        }
        AnyConnection::Postgres(inner) => sql_query(format!(
            "{STORED_COLUMNS} FROM unnest($1, $2) AS k (ts, meter_id) JOIN reading r USING (ts, meter_id)"
        ))
        .bind::<Array<BigInt>, _>(keys.iter().map(|key| key.0).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(keys.iter().map(|key| key.1).collect::<Vec<_>>())
        .load(inner),
    }
}

/// Calls `each` with (instant, meter, value) of every reading in [from, to), by instant and meter, as first stored.
pub fn scan_readings(
    connection: &mut AnyConnection,
    from: i64,
    to: i64,
    mut each: impl FnMut(i64, i64, i64),
) -> QueryResult<()> {
    let between = |from: i64, to: i64| {
        reading::table
            .filter(reading::ts.ge(from).and(reading::ts.lt(to)))
            .order((reading::ts, reading::meter_id))
            .select((reading::ts, reading::meter_id, reading::value_micro))
    };
    match connection {
        AnyConnection::Sqlite(inner) => {
            for row in between(from, to).load_iter::<(i64, i64, i64), DefaultLoadingMode>(inner)? {
                let (ts, meter, value) = row?;
                each(ts, meter, value);
            }
        }
        AnyConnection::Postgres(inner) => {
            // libpq holds a whole result in memory: ask for a day at a time.
            let bounds = reading::table.filter(reading::ts.ge(from).and(reading::ts.lt(to)));
            let bounds = bounds.select((diesel::dsl::min(reading::ts), diesel::dsl::max(reading::ts)));
            let (Some(first), Some(last)) = bounds.first::<(Option<i64>, Option<i64>)>(inner)? else { return Ok(()) };
            let mut begin = first;
            while begin <= last {
                let end = begin.saturating_add(SECONDS_PER_DAY).min(to);
                for row in between(begin, end).load_iter::<(i64, i64, i64), DefaultLoadingMode>(inner)? {
                    let (ts, meter, value) = row?;
                    each(ts, meter, value);
                }
                begin = end;
            }
        }
    }
    Ok(())
}

/// (instant, meter, value, quality) of the readings in [from, to), oldest first, of `meters` only where they are given.
pub fn readings_of(
    connection: &mut AnyConnection,
    meters: Option<&[i64]>,
    from: i64,
    to: i64,
) -> QueryResult<Vec<(i64, i64, i64, i16)>> {
    on_backend!(connection, |inner| {
        let mut found = reading::table
            .filter(reading::ts.ge(from).and(reading::ts.lt(to)))
            .order((reading::ts, reading::meter_id))
            .select((reading::ts, reading::meter_id, reading::value_micro, reading::quality))
            .into_boxed();
        if let Some(meters) = meters {
            found = found.filter(reading::meter_id.eq_any(meters.to_vec()));
        }
        found.load(inner)
    })
}

/// (instant, value, quality) of the meter's last reading in [from, to).
pub fn last_reading(
    connection: &mut AnyConnection,
    meter: i64,
    from: i64,
    to: i64,
) -> QueryResult<Option<(i64, i64, i16)>> {
    on_backend!(connection, |inner| {
        reading::table
            .filter(reading::ts.ge(from).and(reading::ts.lt(to)).and(reading::meter_id.eq(meter)))
            .order(reading::ts.desc())
            .select((reading::ts, reading::value_micro, reading::quality))
            .first(inner)
            .optional()
    })
}

/// Keeps a packed day of a meter in place of the one before.
pub fn keep_series(connection: &mut AnyConnection, meter: i64, day: i64, samples: &[u8]) -> QueryResult<usize> {
    on_backend!(connection, |inner| {
        diesel::insert_into(reading_series::table)
            .values((
                reading_series::meter_id.eq(meter),
                reading_series::day.eq(day),
                reading_series::samples.eq(samples),
            ))
            .on_conflict((reading_series::meter_id, reading_series::day))
            .do_update()
            .set(reading_series::samples.eq(samples))
            .execute(inner)
    })
}

/// Marks a packed day of a meter as changed, or as changed again.
pub fn note_stale_series(connection: &mut AnyConnection, meter: i64, day: i64) -> QueryResult<usize> {
    on_backend!(connection, |inner| {
        diesel::insert_into(reading_series_stale::table)
            .values((
                reading_series_stale::meter_id.eq(meter),
                reading_series_stale::day.eq(day),
                reading_series_stale::revision.eq(1_i64),
            ))
            .on_conflict((reading_series_stale::meter_id, reading_series_stale::day))
            .do_update()
            .set(reading_series_stale::revision.eq(reading_series_stale::revision + 1))
            .execute(inner)
    })
}

/// The stale days of some meters from `first` to `last`.
pub fn stale_series(
    connection: &mut AnyConnection,
    meters: &[i64],
    first: i64,
    last: i64,
) -> QueryResult<Vec<(i64, i64)>> {
    on_backend!(connection, |inner| {
        reading_series_stale::table
            .filter(reading_series_stale::meter_id.eq_any(meters.to_vec()))
            .filter(reading_series_stale::day.ge(first).and(reading_series_stale::day.le(last)))
            .select((reading_series_stale::meter_id, reading_series_stale::day))
            .load(inner)
    })
}

/// The last few days up to `day` of which something of the meter is packed, latest first.
pub fn series_days_before(connection: &mut AnyConnection, meter: i64, day: i64) -> QueryResult<Vec<i64>> {
    on_backend!(connection, |inner| {
        reading_series::table
            .filter(reading_series::meter_id.eq(meter).and(reading_series::day.le(day)))
            .order(reading_series::day.desc())
            .limit(4)
            .select(reading_series::day)
            .load(inner)
    })
}

/// The id of a source of readings, made on first sight.
pub fn source_id(connection: &mut AnyConnection, name: &str) -> QueryResult<i32> {
    on_backend!(connection, |inner| {
        diesel::insert_into(reading_source::table)
            .values(reading_source::name.eq(name))
            .on_conflict_do_nothing()
            .execute(inner)
    })?;
    reading_source::table.filter(reading_source::name.eq(name)).select(reading_source::id).first(connection)
}

/// Notes that a meter has readings in a UTC month.
pub fn note_meter_month(connection: &mut AnyConnection, meter_id: i64, month_index: i64) -> QueryResult<usize> {
    on_backend!(connection, |inner| {
        diesel::insert_into(meter_month::table)
            .values((meter_month::meter_id.eq(meter_id), meter_month::month_index.eq(month_index)))
            .on_conflict_do_nothing()
            .execute(inner)
    })
}

/// Marks a billed month of a meter as changed, or as changed again.
pub fn note_late_change(connection: &mut AnyConnection, meter_id: i64, month: &str, now: i64) -> QueryResult<usize> {
    on_backend!(connection, |inner| {
        diesel::insert_into(late_change::table)
            .values((
                late_change::meter_id.eq(meter_id),
                late_change::month.eq(month),
                late_change::revision.eq(1_i64),
                late_change::changed_at.eq(now),
            ))
            .on_conflict((late_change::meter_id, late_change::month))
            .do_update()
            .set((late_change::revision.eq(late_change::revision + 1), late_change::changed_at.eq(now)))
            .execute(inner)
    })
}

/// Keeps what a batch was answered with; returns 0 where its key is taken.
pub fn keep_batch(
    connection: &mut AnyConnection,
    key: &str,
    body_sha256: &str,
    response: &str,
    now: i64,
) -> QueryResult<usize> {
    on_backend!(connection, |inner| {
        diesel::insert_into(reading_batch::table)
            .values((
                reading_batch::idempotency_key.eq(key),
                reading_batch::body_sha256.eq(body_sha256),
                reading_batch::response.eq(response),
                reading_batch::created_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(inner)
    })
}

/// What issued documents of one kind bill for a contract line in a month.
#[derive(Debug, Clone, QueryableByName)]
pub struct RevenueSum {
    #[diesel(sql_type = Text)]
    pub tenant: String,
    #[diesel(sql_type = Text)]
    pub contract: String,
    #[diesel(sql_type = Text)]
    pub line_code: String,
    #[diesel(sql_type = Text)]
    pub service: String,
    #[diesel(sql_type = Text)]
    pub unit: String,
    #[diesel(sql_type = Text)]
    pub month: String,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = BigInt)]
    pub net_cents: i64,
    #[diesel(sql_type = BigInt)]
    pub quantity_ten_thousandths: i64,
    #[diesel(sql_type = BigInt)]
    pub documents: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub first_number: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub last_number: Option<String>,
}

/// The sums over all issued documents, and how many of a contract's month bill the service. Cast: they would be NUMERIC.
pub fn revenue_sums(connection: &mut AnyConnection) -> QueryResult<Vec<RevenueSum>> {
    const STATEMENT: &str = "SELECT t.code AS tenant, c.code AS contract, l.line_code, l.service, l.unit, i.month, i.kind, \
         CAST(SUM(l.net_cents) AS BIGINT) AS net_cents, CAST(SUM(l.quantity_ten_thousandths) AS BIGINT) AS \
         quantity_ten_thousandths, MAX(d.documents) AS documents, MIN(i.number) AS first_number, MAX(i.number) AS \
         last_number FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id JOIN tenant t ON t.id = i.tenant_id \
         JOIN contract c ON c.id = i.contract_id JOIN (SELECT o.contract_id, o.month, m.service, COUNT(DISTINCT o.id) AS \
         documents FROM invoice o JOIN invoice_line m ON m.invoice_id = o.id WHERE o.status = 'issued' GROUP BY \
         o.contract_id, o.month, m.service) d ON d.contract_id = i.contract_id AND d.month = i.month AND d.service = \
         l.service WHERE i.status = 'issued' GROUP BY t.code, c.code, l.line_code, l.service, l.unit, i.month, i.kind";
    on_backend!(connection, |inner| sql_query(STATEMENT).load(inner))
}

/// Makes a series' counter for a year where there is none.
pub fn begin_series(connection: &mut AnyConnection, series: &str, year: i64) -> QueryResult<usize> {
    on_backend!(connection, |inner| {
        diesel::insert_into(number_series::table)
            .values((number_series::series.eq(series), number_series::year.eq(year), number_series::next.eq(1_i64)))
            .on_conflict_do_nothing()
            .execute(inner)
    })
}

/// Up to `limit` ids of messages due at `now`, oldest first, locked until the end of the transaction.
pub fn due_messages(connection: &mut AnyConnection, now: i64, limit: i64) -> QueryResult<Vec<i64>> {
    use super::schema::outbox;
    let due = outbox::table
        .filter(outbox::status.eq("pending").and(outbox::next_attempt_at.le(now)))
        .order((outbox::next_attempt_at, outbox::id))
        .limit(limit)
        .select(outbox::id);
    match connection {
        AnyConnection::Sqlite(inner) => due.load(inner),
        AnyConnection::Postgres(inner) => due.for_update().skip_locked().load(inner),
    }
}
