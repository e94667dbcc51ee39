//! Where the book, the readings and the books of account are kept.
//!
//! Owns: the database, SQLite or PostgreSQL, chosen at run time by the URL; it is the only place that knows diesel.
//! Does not own: any rule of billing; it refuses what must never happen (a changed invoice, an unbalanced entry, an
//! overlap) but decides nothing. Invariants: every difference between the engines stands in [`dialect`]; a function
//! that writes runs inside its caller's transaction; what belongs to a tenant is read through a
//! [`TenantScope`](crate::domain::access::TenantScope).
//!
//! Stored forms: dates `YYYY-MM-DD` and months `YYYY-MM` as text, instants as epoch seconds, money as cents, values
//! and prices as millionths, quantities as ten-thousandths, shapes as JSON text.

#[macro_use]
mod dialect;
mod codec;
mod db;
mod error;
mod migrations;
pub mod rows;
mod schema;
mod turns;
mod writer;

pub use db::{AnyConnection, Database, DatabaseUrl, PooledConnection};
pub use error::{Running, StorageError, StorageResult};
pub use rows::{
    access_links, answers, api_tokens, archive, audit, availability, balances, bank, batches, billing, billing_runs,
    book, evidence, evidence_packs, invoices, journal, ledger, lettering, mail_settings, management_figures,
    manual_lines, on_account, outbox, paid_back, payments, periods, readings, report_archive, revenue, roots, seals,
    second_factors, series, sessions, uploads, users,
};
pub use writer::{
    BatchOutcome, IncomingBatch, IncomingReading, LateReadings, ReadingWriter, note_change, write_readings,
};
