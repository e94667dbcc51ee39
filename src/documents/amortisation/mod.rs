//! The amortisation report, the movements of a year and the funding as files people take away: PDF, CSV, XLSX and JSON.
//!
//! Owns: columns, headings, number and text forms of each format. Does not own: any figure (domain), how a PDF is made.
//! Invariants: the same report gives the same bytes; an amount is a number wherever the format has numbers, and exact
//! to the cent; text that a spreadsheet would take for a formula stays text.

mod csv;
mod funding;
mod lines;
mod movements;
#[expect(clippy::float_arithmetic, reason = "positions on paper are floats; no amount is")]
mod pdf;
mod statement;
mod words;
mod xlsx;

pub use self::csv::csv;
pub use self::funding::{funding_file, funding_sheet};
pub use self::movements::{movements_file, movements_sheet};
pub use self::pdf::pdf;
pub use self::xlsx::xlsx;

use super::{DocumentError, ReportFormat};

/// Why a report could not be written. Only [`RenderError::Document`] can come from what a user entered: a character the
/// fonts of the PDF lack.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the CSV file could not be written: {0}")]
    Csv(#[from] ::csv::Error),
    #[error("the JSON file could not be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the spreadsheet could not be written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("an amount could not be written as a number: {0}")]
    Number(#[from] rust_decimal::Error),
    #[error("the report has more rows or columns than a spreadsheet holds: {0}")]
    TooLarge(#[from] std::num::TryFromIntError),
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// Characters that make a spreadsheet read a cell as a formula when they come first.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

pub(super) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(FORMULA_STARTS)
}

#[cfg(test)]
mod tests;
