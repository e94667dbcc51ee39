//! The amortisation report as files people take away: CSV, XLSX and JSON.
//!
//! Owns: columns, headings, number and text forms of each format. Does not own: any figure (domain), the PDF.
//! Invariants: the same report gives the same bytes; an amount is a number wherever the format has numbers, and exact
//! to the cent; text that a spreadsheet would take for a formula stays text.

mod csv;
mod json;
mod lines;
mod words;
mod xlsx;

pub use self::csv::csv;
pub use self::json::json;
pub use self::xlsx::xlsx;

/// Why a report could not be written. None of these depends on what a user entered.
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
}

/// Characters that make a spreadsheet read a cell as a formula when they come first.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn looks_like_formula(text: &str) -> bool {
    text.starts_with(FORMULA_STARTS)
}

#[cfg(test)]
mod tests;
