//! The months as one flat table, each with where it comes from.
//!
//! French: `;`, decimal comma and a byte order mark, as a French spreadsheet opens it; English: `,` and decimal point.

use super::RenderError;
use super::words::{COLUMNS, Words};
use crate::domain::party::Language;
use crate::domain::payback::PaybackReport;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The report as CSV (RFC 4180 quoting, CRLF).
pub fn csv(report: &PaybackReport, language: Language) -> Result<Vec<u8>, RenderError> {
    let (delimiter, mark) = match language {
        Language::French => (b';', BYTE_ORDER_MARK),
        Language::English => (b',', [].as_slice()),
    };
    let words = Words::new(language);
    let mut bytes = mark.to_vec();
    let mut writer =
        ::csv::WriterBuilder::new().delimiter(delimiter).terminator(::csv::Terminator::CRLF).from_writer(&mut bytes);
    let heads = ["payback-month", "payback-state"].into_iter().chain(COLUMNS.iter().map(|column| column.id));
    writer.write_record(heads.chain(["payback-source"]).map(|id| words.text(id)))?;
    for row in &report.months {
        let amounts = COLUMNS.iter().map(|column| (column.of_month)(row).to_string());
        let amounts = amounts.map(|text| if language == Language::French { text.replace('.', ",") } else { text });
        let texts = [row.month.to_string(), words.state(row.is_actual)];
        let source = words.month_source(row, &report.scenario.code);
        writer.write_record(texts.into_iter().chain(amounts).chain([source]))?;
    }
    writer.flush().map_err(::csv::Error::from)?;
    drop(writer);
    Ok(bytes)
}
