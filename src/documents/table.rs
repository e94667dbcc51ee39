//! A list as people see it on a page, as CSV and XLSX.
//!
//! French CSV: `;`, decimal comma and a byte order mark, as a French spreadsheet opens it; English: `,` and decimal
//! point. Amounts are numbers in both formats; text that a spreadsheet would take for a formula stays text.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};
use rust_decimal::Decimal;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatBorder, Formula, Workbook, Worksheet};

use super::Edition;
use super::amortisation::{RenderError, looks_like_formula};
use super::ledger::listed_pdf;
use crate::domain::money::Money;
use crate::domain::party::Language;

/// A list with its headings; every row has as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is called; its sheet as far as the name of a sheet goes.
    pub name: String,
    /// The day the list was made, which dates the file.
    pub day: NaiveDate,
    pub headings: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Day(NaiveDate),
    /// On a clock that is so far from UTC, to the second.
    Instant(DateTime<FixedOffset>),
    Amount(Money),
    Number(Decimal),
}

/// What a file says of its list beside the rows. CSV says none of it: programs read that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What the list was filtered by, as a label and a value each; a workbook has them on a sheet of their own.
    pub filter: Vec<(String, String)>,
    /// What that sheet is called.
    pub sheet: String,
    /// The words beside the sums of the amounts; nothing is summed without them.
    pub total: Option<String>,
}

impl About {
    /// `Mois : octobre 2026 ; Hébergé : AP-HP`
    pub fn filter_text(&self, language: Language) -> String {
        let (colon, between) = match language {
            Language::French => ("\u{a0}: ", "\u{202f}; "),
            Language::English => (": ", "; "),
        };
        let pairs: Vec<String> = self.filter.iter().map(|(label, value)| format!("{label}{colon}{value}")).collect();
        pairs.join(between)
    }
}

/// RFC 4180 quoting, CRLF.
pub fn csv(table: &Table, language: Language) -> Result<Vec<u8>, RenderError> {
    let (delimiter, mark) = match language {
        Language::French => (b';', "\u{feff}"),
        Language::English => (b',', ""),
    };
    let mut bytes = mark.as_bytes().to_vec();
    let mut writer =
        ::csv::WriterBuilder::new().delimiter(delimiter).terminator(::csv::Terminator::CRLF).from_writer(&mut bytes);
    writer.write_record(&table.headings)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| text(cell, language)))?;
    }
    writer.flush().map_err(::csv::Error::from)?;
    drop(writer);
    Ok(bytes)
}

/// More rows of a list whose beginning [`csv`] wrote: a list of any length, piece by piece.
pub fn csv_rows(rows: &[Vec<Cell>], language: Language) -> Result<Vec<u8>, RenderError> {
    let delimiter = if language == Language::French { b';' } else { b',' };
    let mut writer =
        ::csv::WriterBuilder::new().delimiter(delimiter).terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| text(cell, language)))?;
    }
    writer.into_inner().map_err(|error| ::csv::Error::from(error.into_error()).into())
}

/// The list on paper: PDF/A-3a and PDF/UA-1, its headings on every page. `subtitle` says what is in it.
/// `total` stands beside the sums of its amounts.
pub fn pdf<'e>(
    table: &Table,
    subtitle: &str,
    total: Option<&str>,
    edition: impl Into<Edition<'e>>,
) -> Result<Vec<u8>, RenderError> {
    listed_pdf(table, subtitle, total, edition.into())
}

fn text(cell: &Cell, language: Language) -> String {
    let number = |number: String| match language {
        Language::French => number.replace('.', ","),
        Language::English => number,
    };
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => guarded(text).into_owned(),
        Cell::Day(day) => day.to_string(),
        Cell::Instant(at) => at.to_rfc3339_opts(SecondsFormat::Secs, false),
        Cell::Amount(amount) => number(amount.to_string()),
        Cell::Number(value) => number(value.normalize().to_string()),
    }
}

/// An apostrophe first keeps a spreadsheet from running the text as a formula.
fn guarded(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A sheet's name within what a workbook takes: 31 characters, none that parts a reference.
pub(super) fn sheet_name(name: &str) -> String {
    name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect()
}

/// A text within what a cell takes: what is cut off is told by its end.
fn cell_text(text: &str) -> String {
    const CHARACTERS_MAX: usize = 32_767;
    if text.encode_utf16().count() <= CHARACTERS_MAX {
        return text.to_owned();
    }
    text.chars().take(CHARACTERS_MAX / 2).chain(['…']).collect()
}

/// One sheet with a frozen head and a filter; sums and what the list was filtered by where `about` has them.
pub fn xlsx(table: &Table, about: &About, language: Language) -> Result<Vec<u8>, RenderError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::parse_from_str(&table.day.to_string())?;
    workbook.set_properties(&DocProperties::new().set_title(&table.name).set_creation_datetime(&made));
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(&table.name))?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    let heading = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    let amount = Format::new().set_num_format("#,##0.00");
    let day_format = match language {
        Language::French => "dd/mm/yyyy",
        Language::English => "yyyy-mm-dd",
    };
    let day = Format::new().set_num_format(day_format);
    for (column, text) in (0_u16..).zip(&table.headings) {
        sheet.write_string_with_format(0, column, text, &heading)?;
        let widest = table.rows.iter().take(200).filter_map(|row| row.get(usize::from(column))).map(width).max();
        let width = widest.unwrap_or_default().max(text.chars().count()).clamp(8, 60);
        sheet.set_column_width(column, f64::from(u8::try_from(width).unwrap_or(u8::MAX)))?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => continue,
                Cell::Text(text) => sheet.write_string(row, column, cell_text(text))?,
                Cell::Day(value) => {
                    let value = ExcelDateTime::parse_from_str(&value.to_string())?;
                    sheet.write_datetime_with_format(row, column, value, &day)?
                }
                // The offset stands in the format: so no hour is there twice in October, and the value is one to compute with.
                Cell::Instant(at) => {
                    let value = ExcelDateTime::parse_from_str(&at.format("%Y-%m-%dT%H:%M:%S").to_string())?;
                    let pattern = format!("{day_format} hh:mm:ss \"{}\"", at.format("%:z"));
                    sheet.write_datetime_with_format(row, column, value, &Format::new().set_num_format(pattern))?
                }
                Cell::Amount(money) => {
                    sheet.write_number_with_format(row, column, f64::try_from(money.to_decimal())?, &amount)?
                }
                Cell::Number(number) => sheet.write_number(row, column, f64::try_from(*number)?)?,
            };
        }
    }
    let (last_row, last_column) = (u32::try_from(table.rows.len())?, u16::try_from(table.headings.len())?);
    if last_row > 0 && last_column > 0 {
        sheet.autofilter(0, 0, last_row, last_column - 1)?;
    }
    if let Some(label) = about.total.as_ref().filter(|_| last_row > 0) {
        write_totals(sheet, table, label, last_row)?;
    }
    if !about.filter.is_empty() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&about.sheet)?;
        for (row, (label, value)) in (0_u32..).zip(&about.filter) {
            sheet.write_string_with_format(row, 0, label, &heading)?;
            sheet.write_string(row, 1, value)?;
        }
        sheet.set_column_width(0, 24)?;
        sheet.set_column_width(1, 40)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// A sum below each column of amounts: of the rows a filter of the sheet leaves, as spreadsheets do it.
fn write_totals(sheet: &mut Worksheet, table: &Table, label: &str, last_row: u32) -> Result<(), RenderError> {
    let bold = Format::new().set_bold().set_border_top(FormatBorder::Thin);
    let amount = bold.clone().set_num_format("#,##0.00");
    sheet.write_string_with_format(last_row + 1, 0, label, &bold)?;
    for column in 1..table.headings.len() {
        let cells = || table.rows.iter().filter_map(|row| row.get(column));
        if !cells().any(|cell| matches!(cell, Cell::Amount(_))) {
            continue;
        }
        let sum: Money = cells().map(|cell| if let Cell::Amount(money) = cell { *money } else { Money::ZERO }).sum();
        let column = u16::try_from(column)?;
        let (first, last) = (row_col_to_cell(1, column), row_col_to_cell(last_row, column));
        let formula = Formula::new(format!("=SUBTOTAL(109,{first}:{last})")).set_result(sum.to_string());
        sheet.write_formula_with_format(last_row + 1, column, formula, &amount)?;
    }
    Ok(())
}

/// How wide a cell is, in characters.
fn width(cell: &Cell) -> usize {
    match cell {
        Cell::Empty => 0,
        Cell::Text(text) => text.chars().count() + 1,
        Cell::Day(_) => 11,
        Cell::Instant(_) => 27,
        Cell::Amount(_) | Cell::Number(_) => 15,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn table() -> Table {
        Table {
            name: "Factures".into(),
            day: NaiveDate::from_ymd_opt(2026, 11, 3).unwrap(),
            headings: vec!["Numéro".into(), "Échéance".into(), "Montant".into()],
            rows: vec![vec![
                Cell::Text("=HYPERLINK(1)".into()),
                Cell::Day(NaiveDate::from_ymd_opt(2026, 12, 3).unwrap()),
                Cell::Amount(Money::from_cents(-123_456)),
            ]],
        }
    }

    #[test]
    fn a_list_as_csv_opens_in_each_languages_spreadsheet() {
        let text = |language| String::from_utf8(csv(&table(), language).unwrap()).unwrap();
        let french = "\u{feff}Numéro;Échéance;Montant\r\n'=HYPERLINK(1);2026-12-03;-1234,56\r\n";
        assert_eq!(text(Language::French), french);
        let english = "Numéro,Échéance,Montant\r\n'=HYPERLINK(1),2026-12-03,-1234.56\r\n";
        assert_eq!(text(Language::English), english);
    }

    #[test]
    fn names_and_texts_beyond_what_a_workbook_takes_are_cut() {
        assert_eq!(sheet_name("Solde créditeur : Assistance publique – Hôpitaux"), "Solde créditeur  Assistance pub");
        let mut long = table();
        (long.name, long.rows[0][0]) = ("Journal 2026: [tout]".into(), Cell::Text("é".repeat(40_000)));
        let bytes = xlsx(&long, &About::default(), Language::French).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["Journal 2026 tout"]);
        let sheet = book.worksheet_range("Journal 2026 tout").unwrap();
        let Some(Data::String(text)) = sheet.get_value((1, 0)) else { panic!("no text") };
        assert!(text.ends_with('…') && text.chars().count() > 10_000);
    }

    /// In October the same hour comes twice: the format tells which, the value is a time to compute with.
    #[test]
    fn an_instant_is_a_time_in_a_workbook() {
        let at = DateTime::parse_from_rfc3339("2026-10-25T02:30:12+01:00").unwrap();
        let table = Table { headings: vec!["Quand".into()], rows: vec![vec![Cell::Instant(at)]], ..table() };
        let text = String::from_utf8(csv(&table, Language::French).unwrap()).unwrap();
        assert!(text.ends_with("\r\n2026-10-25T02:30:12+01:00\r\n"), "{text}");
        let bytes = xlsx(&table, &About::default(), Language::French).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let cells = book.worksheet_range("Factures").unwrap();
        let Some(Data::DateTime(value)) = cells.get_value((1, 0)) else { panic!("{cells:?}") };
        // Days since 30 December 1899.
        let expected = 46_320.0 + (2.0 * 3_600.0 + 30.0 * 60.0 + 12.0) / 86_400.0;
        assert!((value.as_f64() - expected).abs() < 1e-6, "{value:?}");
    }

    #[test]
    fn the_same_list_gives_the_same_workbook() {
        let first = xlsx(&table(), &About::default(), Language::French).unwrap();
        assert!(first.starts_with(b"PK"));
        assert_eq!(first, xlsx(&table(), &About::default(), Language::French).unwrap());
    }

    #[test]
    fn a_workbook_sums_its_amounts_and_says_what_it_was_filtered_by() {
        let about = About {
            filter: vec![("Mois".into(), "octobre 2026".into()), ("Hébergé".into(), "AP-HP".into())],
            sheet: "Filtre".into(),
            total: Some("Total".into()),
        };
        assert_eq!(about.filter_text(Language::English), "Mois: octobre 2026; Hébergé: AP-HP");
        let mut table = table();
        table.rows.push(vec![Cell::Text("F2".into()), Cell::Empty, Cell::Amount(Money::from_cents(200_000))]);
        let bytes = xlsx(&table, &about, Language::French).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let cells = book.worksheet_range("Factures").unwrap();
        assert_eq!(cells.get_value((3, 0)), Some(&Data::String("Total".into())));
        assert_eq!(cells.get_value((3, 2)), Some(&Data::Float(765.44)));
        let formulas = book.worksheet_formula("Factures").unwrap();
        assert_eq!(formulas.get_value((3, 2)).map(String::as_str), Some("SUBTOTAL(109,C2:C3)"));
        let filter = book.worksheet_range("Filtre").unwrap();
        assert_eq!(filter.get_value((1, 1)), Some(&Data::String("AP-HP".into())));
    }
}
