//! A table as a file to take away: CSV as the language's spreadsheets open it, a workbook, or paper.

use actix_web::HttpResponse;
use actix_web::http::header;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Frame, texts};
use crate::app::reports;
use crate::documents::table::{self, About, Cell, Table};
use crate::documents::{Edition, ReportFormat};
use crate::domain::calendar::Timestamp;
use crate::domain::metering::Quality;
use crate::domain::party::Language;
use crate::domain::told::Told;
use crate::http::api::download;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// A PDF of more could not be leafed through.
const PDF_ROWS_MAX: usize = 2_000;

/// What a list is written as: the ending of its file's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sheet {
    Pdf,
    Xlsx,
    Csv,
}

impl Sheet {
    pub const ALL: [Sheet; 3] = [Sheet::Pdf, Sheet::Xlsx, Sheet::Csv];

    /// Whether so many rows are written as such a file.
    pub const fn takes(self, rows: usize) -> bool {
        !matches!(self, Sheet::Pdf) || rows <= PDF_ROWS_MAX
    }

    pub const fn format(self) -> ReportFormat {
        match self {
            Sheet::Pdf => ReportFormat::Pdf,
            Sheet::Xlsx => ReportFormat::Xlsx,
            Sheet::Csv => ReportFormat::Csv,
        }
    }
}

/// The table as a file `name` of the wanted kind.
pub async fn respond(
    shared: &Shared,
    frame: &Frame,
    table: Table,
    sheet: Sheet,
    name: &str,
) -> Result<HttpResponse, Fault> {
    respond_about(shared, frame, table, About::default(), sheet, name).await
}

/// What a file says beside its rows: its `filter`, and the sums of its amounts beside the text `total`.
pub fn about(frame: &Frame, filter: Vec<(String, String)>, total: &str) -> About {
    About { filter, sheet: frame.t("sheet-filter"), total: Some(frame.t(total)) }
}

/// The same of a list that was searched for a text, and has nothing to sum.
pub fn searched(frame: &Frame, text: &str) -> About {
    let filter = (!text.is_empty()).then(|| (frame.t("filter-search"), text.to_owned()));
    About { filter: filter.into_iter().collect(), sheet: frame.t("sheet-filter"), total: None }
}

/// The same, with what it says beside its rows.
pub async fn respond_about(
    shared: &Shared,
    frame: &Frame,
    table: Table,
    about: About,
    sheet: Sheet,
    name: &str,
) -> Result<HttpResponse, Fault> {
    let rows = table.rows.len();
    if !sheet.takes(rows) {
        let english = format!("a PDF of {rows} rows is too long, {PDF_ROWS_MAX} are the most: take CSV or XLSX");
        let told = Told::new("list-too-long", english).with("count", rows).with("max", PDF_ROWS_MAX);
        return Err(Fault::Misasked(Box::new(told)));
    }
    let counted = frame.texts("sheet-rows", &[("count", &rows.to_string()), ("day", &frame.date(&table.day))]);
    let subtitle = [about.filter_text(frame.language), counted].into_iter().filter(|text| !text.is_empty());
    let subtitle = subtitle.collect::<Vec<_>>().join(". ");
    let (store, language) = (shared.store.clone(), frame.language);
    let bytes = blocking(move || {
        Ok(match sheet {
            Sheet::Csv => table::csv(&table, language)?,
            Sheet::Xlsx => table::xlsx(&table, &about, language)?,
            Sheet::Pdf => {
                let issuer = store.read(reports::issuer)?;
                table::pdf(&table, &subtitle, about.total.as_deref(), Edition::of(language, &issuer))?
            }
        })
    })
    .await?;
    let format = sheet.format();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.media_type()))
        .insert_header(download(format!("{name}.{}", format.name())))
        .body(bytes))
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
