//! A worksheet being written: its head, its formats, its cells.

use chrono::NaiveDate;
use rust_xlsxwriter::{ColNum, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, RowNum, Worksheet};

use super::super::lines::Level;
use super::super::words::{self, Words};
use super::super::{RenderError, looks_like_formula};
use super::excel_date;
use crate::domain::amortisation::AmortisationReport;
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;
use crate::domain::party::Language;

/// The row of sums over the sheet, above the headings so that it stays in sight.
pub(super) const SUM_ROW: RowNum = 2;
pub(super) const HEADING_ROW: RowNum = 3;
pub(super) const FIRST_ROW: RowNum = 4;

/// A column: its heading, how wide it is, and how its cells look. Cells of components take the column's format: naming
/// it once instead of in every cell makes the file smaller and its writing several times quicker.
pub(super) struct Column {
    heading: &'static str,
    width_chars: u8,
    format: Format,
}

impl Column {
    pub(super) fn text(heading: &'static str, width_chars: u8) -> Column {
        Column { heading, width_chars, format: Format::new() }
    }

    /// Wide enough for 100,000,000.00.
    pub(super) fn amount(heading: &'static str) -> Column {
        Column { heading, width_chars: 16, format: money(Format::new()) }
    }

    pub(super) fn date(heading: &'static str, number_format: &str) -> Column {
        Column { heading, width_chars: 14, format: dated(Format::new(), number_format) }
    }
}

pub(super) struct Sheet<'a> {
    worksheet: &'a mut Worksheet,
    pub(super) language: Language,
    pub(super) words: &'static Words,
}

impl<'a> Sheet<'a> {
    /// A sheet with its title and the report's day.
    pub(super) fn new(
        worksheet: &'a mut Worksheet,
        name: &str,
        report: &AmortisationReport,
        language: Language,
    ) -> Result<Sheet<'a>, RenderError> {
        let words = Words::of(language);
        worksheet.set_name(name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        worksheet.set_footer(format!("&L{}&R{}", words.title, words.page));
        let title = Format::new().set_bold().set_font_size(14);
        worksheet.write_string_with_format(0, 0, format!("{} – {}", words.title, name.to_lowercase()), &title)?;
        worksheet.write_string(1, 0, words.as_of)?;
        let day = Format::new().set_num_format(words.date_format).set_align(FormatAlign::Left);
        worksheet.write_datetime_with_format(1, 1, excel_date(report.as_of)?, &day)?;
        Ok(Sheet { worksheet, language, words })
    }

    /// Headings, widths, frozen panes and the filter over `row_count` rows.
    pub(super) fn head(
        &mut self,
        columns: &[Column],
        frozen_columns: ColNum,
        row_count: u32,
    ) -> Result<(), RenderError> {
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(0x00E8_EDF3)
            .set_border_bottom(FormatBorder::Thin);
        let mut last = 0;
        for (column, content) in (0..).zip(columns) {
            self.worksheet.write_string_with_format(HEADING_ROW, column, content.heading, &heading)?;
            self.worksheet.set_column_width(column, f64::from(content.width_chars))?;
            self.worksheet.set_column_format(column, &content.format)?;
            last = column;
        }
        self.worksheet.set_row_height(HEADING_ROW, 32)?;
        self.worksheet.set_freeze_panes(FIRST_ROW, frozen_columns)?;
        self.worksheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
        self.worksheet.autofilter(HEADING_ROW, 0, HEADING_ROW + row_count, last)?;
        Ok(())
    }

    /// A text cell that stays text: the format's quote prefix keeps what looks like a formula from becoming one, also
    /// when someone edits the cell.
    pub(super) fn text(&mut self, row: RowNum, column: ColNum, text: &str, level: Level) -> Result<(), RenderError> {
        match emphasis(level) {
            format if looks_like_formula(text) => {
                let format = format.unwrap_or_default().set_quote_prefix();
                self.worksheet.write_string_with_format(row, column, text, &format)?
            }
            Some(format) => self.worksheet.write_string_with_format(row, column, text, &format)?,
            None => self.worksheet.write_string(row, column, text)?,
        };
        Ok(())
    }

    pub(super) fn level(&mut self, row: RowNum, level: Level) -> Result<(), RenderError> {
        self.text(row, 0, words::level(level, self.language), level)
    }

    pub(super) fn whole(&mut self, row: RowNum, column: ColNum, value: i32, level: Level) -> Result<(), RenderError> {
        match emphasis(level) {
            Some(format) => self.worksheet.write_number_with_format(row, column, value, &format)?,
            None => self.worksheet.write_number(row, column, value)?,
        };
        Ok(())
    }

    pub(super) fn amount(
        &mut self,
        row: RowNum,
        column: ColNum,
        amount: Money,
        level: Level,
    ) -> Result<(), RenderError> {
        let value = f64::try_from(amount.to_decimal())?;
        match emphasis(level) {
            Some(format) => self.worksheet.write_number_with_format(row, column, value, &money(format))?,
            None => self.worksheet.write_number(row, column, value)?,
        };
        Ok(())
    }

    /// A formula of a total or an asset, and the amount it comes to.
    pub(super) fn formula(
        &mut self,
        row: RowNum,
        column: ColNum,
        formula: &str,
        result: Money,
        level: Level,
    ) -> Result<(), RenderError> {
        let formula = Formula::new(formula).set_result(result.to_string());
        let format = money(emphasis(level).unwrap_or_default());
        self.worksheet.write_formula_with_format(row, column, formula, &format)?;
        Ok(())
    }

    pub(super) fn date(
        &mut self,
        row: RowNum,
        column: ColNum,
        day: NaiveDate,
        level: Level,
    ) -> Result<(), RenderError> {
        self.datetime(row, column, excel_date(day)?, self.words.date_format, level)
    }

    /// A month is the date of its first day, shown as month and year: it sorts, filters and compares as a number.
    pub(super) fn month(
        &mut self,
        row: RowNum,
        column: ColNum,
        month: BillingMonth,
        level: Level,
    ) -> Result<(), RenderError> {
        self.datetime(row, column, excel_date(month.first_day())?, self.words.month_format, level)
    }

    fn datetime(
        &mut self,
        row: RowNum,
        column: ColNum,
        date: ExcelDateTime,
        number_format: &str,
        level: Level,
    ) -> Result<(), RenderError> {
        match emphasis(level) {
            Some(format) => {
                self.worksheet.write_datetime_with_format(row, column, date, &dated(format, number_format))?
            }
            None => self.worksheet.write_datetime(row, column, date)?,
        };
        Ok(())
    }
}

/// Totals and assets stand out from the components they sum, which have no format of their own.
fn emphasis(level: Level) -> Option<Format> {
    match level {
        Level::Total => Some(Format::new().set_bold().set_background_color(0x00F3_F5F8)),
        Level::Asset | Level::Group => Some(Format::new().set_bold()),
        Level::Component | Level::Unknown => None,
    }
}

fn money(format: Format) -> Format {
    format.set_num_format("#,##0.00")
}

fn dated(format: Format, number_format: &str) -> Format {
    format.set_num_format(number_format).set_align(FormatAlign::Left)
}
