//! A statement as a worksheet: amounts are numbers; sums, running balances and differences are formulas over them, with
//! their results stored, so that a reader can follow each and a program need not compute it.

use chrono::NaiveDate;
use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, RowNum, Workbook, Worksheet,
};

use super::super::table::sheet_name;
use super::RenderError;
use super::statement::{Heading, Kind, Section, Statement, Value};
use crate::domain::money::Money;
use crate::domain::party::Language;

const HEADING_ROW: RowNum = 3;

pub(super) fn xlsx(statement: &Statement) -> Result<Vec<u8>, RenderError> {
    let mut workbook = Workbook::new();
    let created = excel_date(statement.day)?;
    workbook.set_properties(&DocProperties::new().set_title(&statement.title).set_creation_datetime(&created));
    let mut sheet = Sheet { worksheet: workbook.add_worksheet(), statement, row: HEADING_ROW + 1, summed: Vec::new() };
    sheet.head()?;
    for section in &statement.sections {
        sheet.section(section)?;
    }
    sheet.total()?;
    Ok(workbook.save_to_buffer()?)
}

struct Sheet<'a> {
    worksheet: &'a mut Worksheet,
    statement: &'a Statement,
    /// The next to write.
    row: RowNum,
    /// First and last row of each section that has rows.
    summed: Vec<(RowNum, RowNum)>,
}

impl Sheet<'_> {
    fn head(&mut self) -> Result<(), RenderError> {
        let statement = self.statement;
        let name = statement.sheet.as_ref().unwrap_or(&statement.title);
        self.worksheet.set_name(sheet_name(name))?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        self.worksheet.write_string_with_format(0, 0, &statement.title, &Format::new().set_bold().set_font_size(14))?;
        self.worksheet.write_string(1, 0, &statement.subtitle)?;
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(0x00E8_EDF3)
            .set_border_bottom(FormatBorder::Thin);
        for (column, content) in (0..).zip(&statement.headings) {
            self.worksheet.write_string_with_format(HEADING_ROW, column, &content.label, &heading)?;
            self.worksheet.set_column_width(column, f64::from(content.width_chars))?;
            self.worksheet.set_column_format(column, &self.format(content.kind, false))?;
        }
        self.worksheet.set_row_height(HEADING_ROW, 32)?;
        self.worksheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
        self.worksheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
        Ok(())
    }

    fn section(&mut self, section: &Section) -> Result<(), RenderError> {
        let bold = Format::new().set_bold();
        if let Some(title) = &section.title {
            self.text(0, title, &bold)?;
            self.row += 1;
        }
        if let Some(opening) = section.opening {
            self.text(0, &self.statement.opening, &Format::new().set_italic())?;
            for (column, heading) in (0..).zip(&self.statement.headings) {
                if matches!(heading.kind, Kind::Running { .. }) {
                    self.amount(column, opening, heading.kind, false)?;
                }
            }
            self.row += 1;
        }
        let first = self.row;
        for row in &section.rows {
            for ((column, heading), value) in (0..).zip(&self.statement.headings).zip(row) {
                self.value(column, heading, value, first, section.opening.is_some())?;
            }
            self.row += 1;
        }
        if section.rows.is_empty() {
            return Ok(());
        }
        self.summed.push((first, self.row - 1));
        if self.statement.sums_sections() {
            self.sums(&self.statement.sums(std::slice::from_ref(section)), &[(first, self.row - 1)])?;
        }
        Ok(())
    }

    /// The report's sums, over the rows of every section.
    fn total(&mut self) -> Result<(), RenderError> {
        if self.statement.total.is_none() || self.summed.is_empty() {
            return Ok(());
        }
        let ranges = self.summed.clone();
        self.sums(&self.statement.sums(&self.statement.sections), &ranges)
    }

    fn sums(&mut self, values: &[Value], ranges: &[(RowNum, RowNum)]) -> Result<(), RenderError> {
        for ((column, heading), value) in (0..).zip(&self.statement.headings).zip(values) {
            match value {
                Value::Text(text) => self.text(column, text, &self.format(Kind::Text, true))?,
                Value::Amount(amount) => {
                    // A function takes 255 ranges at most; a report of more sections adds their parts.
                    let parts: Vec<String> = ranges
                        .chunks(200)
                        .map(|part| {
                            let spans: Vec<String> = part
                                .iter()
                                .map(|(first, last)| {
                                    format!("{}:{}", row_col_to_cell(*first, column), row_col_to_cell(*last, column))
                                })
                                .collect();
                            format!("SUM({})", spans.join(","))
                        })
                        .collect();
                    let formula = Formula::new(format!("={}", parts.join("+"))).set_result(amount.to_string());
                    let format = self.format(heading.kind, true);
                    self.worksheet.write_formula_with_format(self.row, column, formula, &format)?;
                }
                _ => {
                    self.worksheet.write_blank(self.row, column, &self.format(heading.kind, true))?;
                }
            }
        }
        self.row += 1;
        Ok(())
    }

    fn value(
        &mut self,
        column: ColNum,
        heading: &Heading,
        value: &Value,
        first: RowNum,
        has_opening: bool,
    ) -> Result<(), RenderError> {
        match (value, heading.kind) {
            (Value::Empty, _) => {}
            (Value::Text(text), _) => self.text(column, text, &Format::new())?,
            (Value::Date(day), _) => {
                self.worksheet.write_datetime(self.row, column, excel_date(*day)?)?;
            }
            (Value::Amount(amount), Kind::Running { plus, less }) => {
                let (plus, less) = (self.cell(plus)?, self.cell(less)?);
                let before = (self.row > first || has_opening).then(|| row_col_to_cell(self.row - 1, column));
                let formula = format!("={}{plus}-{less}", before.map(|cell| cell + "+").unwrap_or_default());
                self.formula(column, &formula, *amount, heading.kind)?;
            }
            (Value::Amount(amount), Kind::Difference { plus, less }) => {
                let formula = format!("={}-{}", self.cell(plus)?, self.cell(less)?);
                self.formula(column, &formula, *amount, heading.kind)?;
            }
            (Value::Amount(amount), kind) => self.amount(column, *amount, kind, false)?,
        }
        Ok(())
    }

    fn cell(&self, column: usize) -> Result<String, RenderError> {
        Ok(row_col_to_cell(self.row, ColNum::try_from(column)?))
    }

    fn formula(&mut self, column: ColNum, formula: &str, result: Money, kind: Kind) -> Result<(), RenderError> {
        let formula = Formula::new(formula).set_result(result.to_string());
        self.worksheet.write_formula_with_format(self.row, column, formula, &self.format(kind, false))?;
        Ok(())
    }

    fn amount(&mut self, column: ColNum, amount: Money, kind: Kind, strong: bool) -> Result<(), RenderError> {
        let value = f64::try_from(amount.to_decimal())?;
        self.worksheet.write_number_with_format(self.row, column, value, &self.format(kind, strong))?;
        Ok(())
    }

    /// What looks like a formula stays text, also when someone edits the cell.
    fn text(&mut self, column: ColNum, text: &str, format: &Format) -> Result<(), RenderError> {
        let format = if super::looks_like_formula(text) { format.clone().set_quote_prefix() } else { format.clone() };
        self.worksheet.write_string_with_format(self.row, column, text, &format)?;
        Ok(())
    }

    fn format(&self, kind: Kind, strong: bool) -> Format {
        let format = match kind {
            Kind::Text => Format::new(),
            Kind::Date => {
                let pattern = match self.statement.language {
                    Language::French => "dd/mm/yyyy",
                    Language::English => "yyyy-mm-dd",
                };
                Format::new().set_num_format(pattern).set_align(FormatAlign::Left)
            }
            _ => Format::new().set_num_format("#,##0.00"),
        };
        if strong { format.set_bold().set_background_color(0x00F3_F5F8) } else { format }
    }
}

fn excel_date(day: NaiveDate) -> Result<ExcelDateTime, RenderError> {
    Ok(ExcelDateTime::parse_from_str(&day.to_string())?)
}
