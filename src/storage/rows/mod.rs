//! One file per thing that is kept: its rows, and functions over an open connection.

pub mod answers;
pub mod archive;
pub mod audit;
pub mod balances;
pub mod bank;
pub mod batches;
pub mod billing;
pub mod billing_runs;
pub mod book;
pub mod evidence;
pub mod invoices;
pub mod journal;
pub mod lettering;
pub mod management_figures;
pub mod manual_lines;
pub mod outbox;
pub mod payments;
pub mod periods;
pub mod readings;
pub mod report_archive;
pub mod revenue;
pub mod roots;
pub mod seals;
pub mod series;
pub mod uploads;
pub mod users;
