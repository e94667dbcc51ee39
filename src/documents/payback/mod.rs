//! The payback report as files people take away: PDF, XLSX, CSV and JSON.
//!
//! Owns: columns, headings, number and text forms of each format. Does not own: any figure (domain). Invariants: the same
//! report gives the same bytes; amounts are numbers wherever the format has numbers; every table says where its figures
//! come from.

mod csv;
#[expect(clippy::float_arithmetic, reason = "positions on paper are floats; no amount is")]
mod pdf;
mod words;
mod xlsx;

pub use self::csv::csv;
pub use self::pdf::pdf;
pub use self::words::{Words, last_month, shown};
pub use self::xlsx::xlsx;

use super::amortisation::RenderError;

#[cfg(test)]
mod tests;
