//! A table as a file to take away: CSV as the language's spreadsheets open it, or a workbook.

use actix_web::HttpResponse;
use actix_web::http::header;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::{Frame, texts};
use crate::documents::table::{self, Cell, Table};
use crate::domain::calendar::Timestamp;
use crate::domain::metering::Quality;
use crate::domain::party::Language;
use crate::http::api::download;
use crate::http::error::Fault;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    Csv,
    Xlsx,
}

/// The media type of a workbook.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The table as a file `name` of the wanted kind.
pub fn respond(frame: &Frame, table: &Table, sheet: Sheet, name: &str) -> Result<HttpResponse, Fault> {
    let (bytes, media_type, extension) = match sheet {
        Sheet::Csv => (table::csv(table, frame.language), "text/csv; charset=utf-8", "csv"),
        Sheet::Xlsx => (table::xlsx(table, frame.language), WORKBOOK, "xlsx"),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header(download(format!("{name}.{extension}")))
        .body(bytes.map_err(Fault::internal)?))
}

pub fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A number, or an empty cell.
pub fn number(value: Option<Decimal>) -> Cell {
    value.map_or(Cell::Empty, Cell::Number)
}

/// An instant on the facility's clock with its offset, so that none is there twice in October.
pub fn instant(at: Timestamp, zone: Tz) -> Cell {
    Cell::Instant(at.to_utc().with_timezone(&zone).fixed_offset())
}

/// How a reading came to be, in a word.
pub fn quality(language: Language, quality: Quality) -> String {
    let key = match quality {
        Quality::Measured => "quality-measured",
        Quality::Estimated => "quality-estimated",
        Quality::Corrected => "quality-corrected",
    };
    texts::text(language, key, &[])
}
