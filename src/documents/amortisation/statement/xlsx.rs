//! A statement as a workbook: a sheet per table, numbers as numbers, groups and totals as formulas.

use std::ops::Range;

use rust_decimal::Decimal;
use rust_xlsxwriter::utility::column_number_to_name;
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, RowNum, Workbook, Worksheet,
};

use super::super::{RenderError, looks_like_formula};
use super::{Line, Rank, Section, Statement, Text};
use crate::domain::party::Language;

const HEADING_ROW: RowNum = 2;
const FIRST_ROW: RowNum = 3;

pub(super) fn xlsx(statement: &Statement) -> Result<Vec<u8>, RenderError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::parse_from_str(&statement.as_of.to_string())?;
    workbook.set_properties(&DocProperties::new().set_title(&statement.title).set_creation_datetime(&made));
    for section in &statement.sheets {
        sheet(workbook.add_worksheet(), section, statement)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn sheet(worksheet: &mut Worksheet, section: &Section, statement: &Statement) -> Result<(), RenderError> {
    worksheet.set_name(&section.heading)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    let title = Format::new().set_bold().set_font_size(14);
    worksheet.write_string_with_format(0, 0, &statement.title, &title)?;
    let heading = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_background_color(0x00E8_EDF3)
        .set_border_bottom(FormatBorder::Thin);
    let level = match statement.language {
        Language::French => "Niveau",
        Language::English => "Level",
    };
    let texts = section.texts.iter().map(|text| (*text, 22));
    let amounts = section.amounts.iter().map(|text| (*text, 16));
    for (column, (text, width)) in (0..).zip(std::iter::once((level, 12)).chain(texts).chain(amounts)) {
        worksheet.write_string_with_format(HEADING_ROW, column, text, &heading)?;
        worksheet.set_column_width(column, width)?;
    }
    worksheet.set_row_height(HEADING_ROW, 32)?.set_freeze_panes(FIRST_ROW, 1)?;
    worksheet.set_repeat_rows(HEADING_ROW, HEADING_ROW)?;
    let last = FIRST_ROW + u32::try_from(section.lines.len())?;
    for (row, line) in (FIRST_ROW..).zip(&section.lines) {
        let below = (row + 1)..(row + 1 + u32::try_from(lines_below(section, row))?);
        write(worksheet, row, line, statement.language, &below, &(FIRST_ROW..last))?;
    }
    Ok(())
}

/// Lines between a group and what follows them.
fn lines_below(section: &Section, row: RowNum) -> usize {
    let after = usize::try_from(row - FIRST_ROW).unwrap_or(0) + 1;
    section.lines.iter().skip(after).take_while(|line| line.rank == Rank::Line).count()
}

fn write(
    worksheet: &mut Worksheet,
    row: RowNum,
    line: &Line,
    language: Language,
    below: &Range<RowNum>,
    all: &Range<RowNum>,
) -> Result<(), RenderError> {
    let format = match line.rank {
        Rank::Line => Format::new(),
        Rank::Group => Format::new().set_bold(),
        Rank::Total => Format::new().set_bold().set_background_color(0x00F3_F5F8),
    };
    worksheet.write_string_with_format(row, 0, line.rank.word(language), &format)?;
    let mut column: ColNum = 1;
    for text in &line.texts {
        write_text(worksheet, (row, column), text, format.clone(), language)?;
        column += 1;
    }
    let format = format.set_num_format("#,##0.00");
    for amount in &line.amounts {
        let name = column_number_to_name(column);
        let range = |column: &str, rows: &Range<RowNum>| format!("{column}{}:{column}{}", rows.start + 1, rows.end);
        let formula = match line.rank {
            Rank::Line => None,
            Rank::Group if below.is_empty() => None,
            Rank::Group => Some(format!("=SUM({})", range(&name, below))),
            Rank::Total => {
                // The total's own row is no line, so its range may hold it only outside: it ends above.
                let above = all.start..row.max(all.start + 1);
                let lines = (range("A", &above), range(&name, &above));
                (row > all.start).then(|| format!("=SUMIFS({},{},\"{}\")", lines.1, lines.0, Rank::Line.word(language)))
            }
        };
        match formula {
            Some(formula) => {
                let formula = Formula::new(formula).set_result(amount.to_string());
                worksheet.write_formula_with_format(row, column, formula, &format)?;
            }
            None => {
                worksheet.write_number_with_format(row, column, f64::try_from(amount.to_decimal())?, &format)?;
            }
        }
        column += 1;
    }
    Ok(())
}

/// Days and shares as values to compute with.
fn write_text(
    worksheet: &mut Worksheet,
    (row, column): (RowNum, ColNum),
    text: &Text,
    format: Format,
    language: Language,
) -> Result<(), RenderError> {
    match text {
        // The quote prefix keeps what looks like a formula from becoming one, also when someone edits the cell.
        Text::Plain(text) => {
            let format = if looks_like_formula(text) { format.set_quote_prefix() } else { format };
            worksheet.write_string_with_format(row, column, text, &format)?;
        }
        Text::Day(day) => {
            let pattern = match language {
                Language::French => "dd/mm/yyyy",
                Language::English => "yyyy-mm-dd",
            };
            let value = ExcelDateTime::parse_from_str(&day.to_string())?;
            let format = format.set_num_format(pattern).set_align(FormatAlign::Left);
            worksheet.write_datetime_with_format(row, column, value, &format)?;
        }
        Text::Percent(percent) => {
            let share = f64::try_from(percent.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default())?;
            worksheet.write_number_with_format(row, column, share, &format.set_num_format("0.00%"))?;
        }
    }
    Ok(())
}
