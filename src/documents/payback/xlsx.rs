//! The report as a spreadsheet: numbers as numbers, sums as formulas whose results are stored beside them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_xlsxwriter::utility::{column_number_to_name, row_col_to_cell};
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, RowNum, Workbook, Worksheet,
};

use super::super::table::sheet_name;
use super::RenderError;
use super::words::{COLUMNS, Words, last_month};
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::payback::PaybackReport;

mod tables;

/// The title's row is 0, the headings' this.
const HEADING_ROW: RowNum = 2;
const FIRST_ROW: RowNum = 3;
/// Columns before the amounts of the tables by month and year: period, state.
const AMOUNTS: ColNum = 2;
const NET: usize = 7;
const MOVEMENT: usize = 10;
const CUMULATIVE: usize = 11;

/// The report as XLSX; the same report gives the same bytes.
pub fn xlsx(report: &PaybackReport, language: Language) -> Result<Vec<u8>, RenderError> {
    let words = Words::new(language);
    let mut workbook = Workbook::new();
    let properties =
        DocProperties::new().set_title(words.title(report)).set_creation_datetime(&excel_date(report.as_of)?);
    workbook.set_properties(&properties);
    tables::scenarios(&mut workbook, &words, report)?;
    years(&mut workbook, &words, report)?;
    months(&mut workbook, &words, report)?;
    tables::tenants(&mut workbook, &words, report)?;
    tables::units(&mut workbook, &words, report)?;
    tables::lettings(&mut workbook, &words, report)?;
    tables::outlays(&mut workbook, &words, report)?;
    tables::sources(&mut workbook, &words, report)?;
    Ok(workbook.save_to_buffer()?)
}

fn excel_date(day: NaiveDate) -> Result<ExcelDateTime, RenderError> {
    Ok(ExcelDateTime::parse_from_str(&day.to_string())?)
}

fn money() -> Format {
    Format::new().set_num_format("#,##0.00")
}

/// A sheet being written: title above, headings frozen.
struct Sheet<'a> {
    worksheet: &'a mut Worksheet,
}

impl<'a> Sheet<'a> {
    fn new(
        workbook: &'a mut Workbook,
        words: &Words,
        report: &PaybackReport,
        name: &str,
        heads: &[(String, u8)],
    ) -> Result<Sheet<'a>, RenderError> {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(sheet_name(name))?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        let title = Format::new().set_bold().set_font_size(14);
        worksheet.write_string_with_format(0, 0, format!("{} – {name}", words.title(report)), &title)?;
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(0x00E8_EDF3)
            .set_border_bottom(FormatBorder::Thin);
        for (column, (text, width)) in (0..).zip(heads) {
            worksheet.write_string_with_format(HEADING_ROW, column, text, &heading)?;
            worksheet.set_column_width(column, f64::from(*width))?;
        }
        worksheet.set_row_height(HEADING_ROW, 32)?;
        worksheet.set_freeze_panes(FIRST_ROW, 1)?;
        worksheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
        Ok(Sheet { worksheet })
    }

    /// Text stays text: what looks like a formula keeps its quote.
    fn text(&mut self, row: RowNum, column: ColNum, text: &str) -> Result<(), RenderError> {
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            let quoted = Format::new().set_quote_prefix();
            self.worksheet.write_string_with_format(row, column, text, &quoted)?;
        } else {
            self.worksheet.write_string(row, column, text)?;
        }
        Ok(())
    }

    fn strong(&mut self, row: RowNum, column: ColNum, text: &str) -> Result<(), RenderError> {
        self.worksheet.write_string_with_format(row, column, text, &Format::new().set_bold())?;
        Ok(())
    }

    fn amount(&mut self, row: RowNum, column: ColNum, amount: Money) -> Result<(), RenderError> {
        let value = f64::try_from(amount.to_decimal())?;
        self.worksheet.write_number_with_format(row, column, value, &money())?;
        Ok(())
    }

    fn number(&mut self, row: RowNum, column: ColNum, value: Decimal, pattern: &str) -> Result<(), RenderError> {
        let format = Format::new().set_num_format(pattern);
        self.worksheet.write_number_with_format(row, column, f64::try_from(value)?, &format)?;
        Ok(())
    }

    fn optional(
        &mut self,
        row: RowNum,
        column: ColNum,
        value: Option<Decimal>,
        pattern: &str,
    ) -> Result<(), RenderError> {
        value.map_or(Ok(()), |value| self.number(row, column, value, pattern))
    }

    fn whole(&mut self, row: RowNum, column: ColNum, value: i32) -> Result<(), RenderError> {
        self.worksheet.write_number(row, column, value)?;
        Ok(())
    }

    /// A month is its first day, shown as month and year.
    fn month(&mut self, row: RowNum, column: ColNum, month: BillingMonth) -> Result<(), RenderError> {
        let format = Format::new().set_num_format("yyyy-mm").set_align(FormatAlign::Left);
        self.worksheet.write_datetime_with_format(row, column, excel_date(month.first_day())?, &format)?;
        Ok(())
    }

    fn date(&mut self, row: RowNum, column: ColNum, day: NaiveDate) -> Result<(), RenderError> {
        let format = Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left);
        self.worksheet.write_datetime_with_format(row, column, excel_date(day)?, &format)?;
        Ok(())
    }

    fn formula(
        &mut self,
        row: RowNum,
        column: ColNum,
        formula: &str,
        result: Money,
        is_strong: bool,
    ) -> Result<(), RenderError> {
        let formula = Formula::new(formula).set_result(result.to_string());
        let format = if is_strong { money().set_bold() } else { money() };
        self.worksheet.write_formula_with_format(row, column, formula, &format)?;
        Ok(())
    }

    /// `=SUM(C4:C99)` below a column of `count` amounts.
    fn sum(&mut self, column: ColNum, count: usize, result: Money) -> Result<(), RenderError> {
        self.sum_from(FIRST_ROW, column, count, result)
    }

    /// The sum of `count` rows from `first` on, in the row below them.
    fn sum_from(&mut self, first_row: RowNum, column: ColNum, count: usize, result: Money) -> Result<(), RenderError> {
        let rows = RowNum::try_from(count)?;
        if rows == 0 {
            return Ok(());
        }
        let (first, last) = (row_col_to_cell(first_row, column), row_col_to_cell(first_row + rows - 1, column));
        self.formula(first_row + rows, column, &format!("=SUM({first}:{last})"), result, true)
    }
}

fn heads(words: &Words, period: &str) -> Vec<(String, u8)> {
    let mut heads = vec![(words.text(period), 12), (words.text("payback-state"), 22)];
    heads.extend(COLUMNS.iter().map(|column| (words.text(column.id), 17)));
    heads
}

/// Net gain, movement and cumulative position are formulas over the row and the row before.
fn months(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let mut columns = heads(words, "payback-month");
    columns.push((words.text("payback-source"), 34));
    let name = words.text("payback-months");
    let mut sheet = Sheet::new(workbook, words, report, &name, &columns)?;
    for (row, month) in (FIRST_ROW..).zip(&report.months) {
        sheet.month(row, 0, month.month)?;
        sheet.text(row, 1, &words.state(month.is_actual))?;
        let cell = |index: usize, row: RowNum| -> Result<String, RenderError> {
            Ok(row_col_to_cell(row, AMOUNTS + ColNum::try_from(index)?))
        };
        for ((index, definition), column) in COLUMNS.iter().enumerate().zip(AMOUNTS..) {
            let amount = (definition.of_month)(month);
            match index {
                NET => {
                    let sum = |from, to| -> Result<String, RenderError> {
                        Ok(format!("SUM({}:{})", cell(from, row)?, cell(to, row)?))
                    };
                    sheet.formula(row, column, &format!("={}-{}", sum(0, 2)?, sum(3, 6)?), amount, false)?;
                }
                MOVEMENT => {
                    let formula = format!("={}-{}-{}", cell(7, row)?, cell(8, row)?, cell(9, row)?);
                    sheet.formula(row, column, &formula, amount, false)?;
                }
                CUMULATIVE if row > FIRST_ROW => {
                    let formula = format!("={}+{}", cell(CUMULATIVE, row - 1)?, cell(MOVEMENT, row)?);
                    sheet.formula(row, column, &formula, amount, false)?;
                }
                _ => sheet.amount(row, column, amount)?,
            }
        }
        let last = AMOUNTS + ColNum::try_from(COLUMNS.len())?;
        sheet.text(row, last, &words.month_source(month, &report.scenario.code))?;
    }
    Ok(())
}

/// Each year sums its months of the other sheet.
fn years(workbook: &mut Workbook, words: &Words, report: &PaybackReport) -> Result<(), RenderError> {
    let name = words.text("payback-years");
    let mut sheet = Sheet::new(workbook, words, report, &name, &heads(words, "payback-year"))?;
    let months = words.text("payback-months");
    let last = FIRST_ROW + RowNum::try_from(report.months.len())?;
    let mut done: usize = 0;
    for (row, year) in (FIRST_ROW..).zip(&report.years) {
        sheet.whole(row, 0, year.year)?;
        sheet.text(row, 1, &words.year_state(year))?;
        let year_cell = row_col_to_cell(row, 0);
        done += usize::try_from(year.months)?;
        for (definition, column) in COLUMNS.iter().zip(AMOUNTS..) {
            let letters = column_number_to_name(column);
            let formula = if definition.is_flow {
                let period = format!("'{months}'!$A${}:$A${last}", FIRST_ROW + 1);
                let amounts = format!("'{months}'!{letters}${}:{letters}${last}", FIRST_ROW + 1);
                format!(
                    "=SUMIFS({amounts},{period},\">=\"&DATE({year_cell},1,1),{period},\"<=\"&DATE({year_cell},12,1))"
                )
            } else {
                format!("='{months}'!{letters}{}", usize::try_from(FIRST_ROW)? + done)
            };
            sheet.formula(row, column, &formula, (definition.of_year)(year), false)?;
        }
    }
    for (definition, column) in COLUMNS.iter().zip(AMOUNTS..).filter(|(definition, _)| definition.is_flow) {
        let sum = report.years.iter().map(definition.of_year).sum();
        sheet.sum(column, report.years.len(), sum)?;
    }
    sheet.strong(FIRST_ROW + RowNum::try_from(report.years.len())?, 0, &words.text("payback-total"))
}

fn break_even(words: &Words, report: &PaybackReport, month: Option<BillingMonth>) -> String {
    words.break_even(month, last_month(report))
}
