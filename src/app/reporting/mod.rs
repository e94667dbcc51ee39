//! Reports in four formats, kept under their hash.

pub mod archive_report;
pub mod reports;
