//! What SQLite itself can do with the readings: its C interface, statements prepared once, nothing around it. This is
//! the limit the program's figures are held against.

#![allow(unsafe_code, reason = "the limit is the C interface")]

use std::ffi::CString;
use std::path::Path;
use std::ptr;

use libsqlite3_sys as ffi;

/// A row of the table of readings.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub ts: i64,
    pub meter: i64,
    pub value_micro: i64,
}

/// Rows a statement inserts: as many as the program's own, and as fast as any number we tried.
const ROWS_PER_STATEMENT: usize = 500;

/// As the program sets its connections up.
const SETUP: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768;";

/// A connection to a database file, which must have its tables.
pub struct RawSqlite(*mut ffi::sqlite3);

impl RawSqlite {
    pub fn open(path: &Path) -> RawSqlite {
        let path = CString::new(path.to_str().unwrap()).unwrap();
        let mut handle = ptr::null_mut();
        // SAFETY: the path is a C string that outlives the call; the handle is written before it is used.
        let code = unsafe { ffi::sqlite3_open(path.as_ptr(), &raw mut handle) };
        assert_eq!(code, ffi::SQLITE_OK, "cannot open the database");
        let connection = RawSqlite(handle);
        connection.execute(SETUP);
        connection
    }

    pub fn execute(&self, sql: &str) {
        let text = CString::new(sql).unwrap();
        // SAFETY: the connection is open, the text a C string that outlives the call; no callback is given.
        let code = unsafe { ffi::sqlite3_exec(self.0, text.as_ptr(), None, ptr::null_mut(), ptr::null_mut()) };
        assert_eq!(code, ffi::SQLITE_OK, "{sql}");
    }

    /// Inserts `rows`, a commit after every `per_transaction` of them.
    pub fn insert(&self, rows: impl Iterator<Item = Row>, per_transaction: usize) -> u64 {
        let many = Statement::prepare(self, &insert_sql(ROWS_PER_STATEMENT));
        let one = Statement::prepare(self, &insert_sql(1));
        let mut buffer = Vec::with_capacity(per_transaction);
        let mut rows = rows.peekable();
        let mut count = 0;
        while rows.peek().is_some() {
            buffer.clear();
            buffer.extend(rows.by_ref().take(per_transaction));
            self.execute("BEGIN IMMEDIATE");
            let (whole, rest) = buffer.as_chunks::<ROWS_PER_STATEMENT>();
            whole.iter().for_each(|rows| many.insert(rows));
            rest.iter().for_each(|row| one.insert(std::slice::from_ref(row)));
            self.execute("COMMIT");
            count += buffer.len() as u64;
        }
        count
    }

    /// Steps through the readings in [from, to) as the program asks for them; returns their count and the sum of values.
    pub fn scan(&self, from: i64, to: i64) -> (u64, i64) {
        let sql = "SELECT ts, meter_id, value_micro FROM reading WHERE ts >= ?1 AND ts < ?2 ORDER BY ts, meter_id";
        let statement = Statement::prepare(self, sql);
        statement.bind(1, from);
        statement.bind(2, to);
        let (mut count, mut sum) = (0, 0_i64);
        while statement.step() == ffi::SQLITE_ROW {
            // SAFETY: the statement stands on a row of three columns.
            let [ts, meter, value] = [0, 1, 2].map(|column| unsafe { ffi::sqlite3_column_int64(statement.0, column) });
            count += 1;
            sum = sum.wrapping_add(ts).wrapping_add(meter).wrapping_add(value);
        }
        (count, sum)
    }
}

impl Drop for RawSqlite {
    fn drop(&mut self) {
        // SAFETY: opened once, closed once; every statement is finalised before.
        unsafe { ffi::sqlite3_close(self.0) };
    }
}

fn insert_sql(rows: usize) -> String {
    let values = vec!["(?,?,?,?,?)"; rows].join(",");
    format!("INSERT INTO reading (ts, meter_id, value_micro, source_id, quality) VALUES {values}")
}

struct Statement(*mut ffi::sqlite3_stmt);

impl Statement {
    fn prepare(connection: &RawSqlite, sql: &str) -> Statement {
        let text = CString::new(sql).unwrap();
        let mut statement = ptr::null_mut();
        // SAFETY: the connection is open, the text ends in a zero byte (length −1), the statement is written before use.
        let code =
            unsafe { ffi::sqlite3_prepare_v2(connection.0, text.as_ptr(), -1, &raw mut statement, ptr::null_mut()) };
        assert_eq!(code, ffi::SQLITE_OK, "{sql}");
        Statement(statement)
    }

    fn insert(&self, rows: &[Row]) {
        let mut place = 0;
        for row in rows {
            for value in [row.ts, row.meter, row.value_micro, 1, 0] {
                place += 1;
                self.bind(place, value);
            }
        }
        assert_eq!(self.step(), ffi::SQLITE_DONE);
        // SAFETY: the statement is prepared.
        unsafe { ffi::sqlite3_reset(self.0) };
    }

    fn bind(&self, place: i32, value: i64) {
        // SAFETY: the statement is prepared and not being stepped.
        let code = unsafe { ffi::sqlite3_bind_int64(self.0, place, value) };
        assert_eq!(code, ffi::SQLITE_OK);
    }

    fn step(&self) -> i32 {
        // SAFETY: the statement is prepared.
        unsafe { ffi::sqlite3_step(self.0) }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: prepared once, finalised once.
        unsafe { ffi::sqlite3_finalize(self.0) };
    }
}
