//! One file per thing that is kept: its rows, and functions over an open connection.

pub mod archive;
pub mod audit;
pub mod batches;
pub mod billing;
pub mod billing_runs;
pub mod book;
pub mod invoices;
pub mod journal;
pub mod outbox;
pub mod readings;
pub mod users;
