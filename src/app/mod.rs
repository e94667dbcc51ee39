//! Use cases, a file per verb: gather, plan, execute.

pub mod archive_invoice;
mod error;
pub mod export_book;
pub mod report_amortisation;
mod store;
pub mod users;

pub use error::AppError;
pub use store::Store;
