//! A statement on paper: landscape A4, PDF/A-3a and PDF/UA-1, its table repeated under its heading on every page.

use super::RenderError;
use super::statement::{Kind, Section, Statement, Value};
use crate::documents::format::Format;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::{Align, Cell, Column, Composer, Paper, Role, Row, RowLook, Style, Table, Width, mm};
use crate::documents::report_paper::ReportPaper;
use crate::documents::texts::Texts;

const LANDSCAPE: Paper =
    Paper { width: mm(297.0), height: mm(210.0), left: mm(15.0), right: mm(282.0), top: mm(22.0), bottom: mm(188.0) };

pub(super) fn pdf(statement: &Statement) -> Result<Vec<u8>, RenderError> {
    let language = statement.language;
    let paper = ReportPaper {
        paper: LANDSCAPE,
        letterhead: Letterhead::shared()?,
        language,
        title: format!("{} – {}", statement.title, statement.subtitle),
        foot: if statement.has_amounts() { Texts::new(language).get("amortisation-currency") } else { String::new() },
        issuer: statement.issuer.clone(),
        day: statement.day,
    };
    let mut composer = paper.composer()?;
    paper.masthead(&mut composer, &statement.title, &statement.subtitle);
    if statement.is_empty() {
        let style = Style::regular(9.0, 12.4, composer.palette.ink);
        composer.paragraph(Role::Paragraph, style, &statement.empty);
    } else {
        Sheet { statement, format: Format::new(language) }.table(&mut composer);
    }
    Ok(paper.finish(composer)?)
}

struct Sheet<'a> {
    statement: &'a Statement,
    format: Format,
}

impl Sheet<'_> {
    fn table(&self, c: &mut Composer) {
        let statement = self.statement;
        let column = |(index, heading): (usize, &super::statement::Heading)| match heading.kind {
            // A column in which nothing stands is no wider than its heading.
            Kind::Text if heading.width_chars >= 20 && !statement.is_blank(index) => {
                Column::new(&heading.label, Width::Share(f32::from(heading.width_chars)), Align::Left)
            }
            Kind::Text | Kind::Date => Column::new(&heading.label, Width::Content(20.0), Align::Left),
            _ => Column::new(&heading.label, Width::Content(48.0), Align::Right),
        };
        let columns = statement.headings.iter().enumerate().map(column).collect();
        let mut rows = Vec::new();
        for section in &statement.sections {
            self.section(&mut rows, section);
        }
        if statement.total.is_some() && !statement.is_empty() {
            let sums = statement.sums(&statement.sections);
            rows.push(self.row(&sums, true).looking(RowLook::Highlight));
        }
        c.table(c.paper.left, c.paper.text_width(), &Table { columns, rows, size: 7.4, with_header: true });
    }

    fn section(&self, rows: &mut Vec<Row>, section: &Section) {
        let width = self.statement.headings.len();
        if let Some(title) = &section.title {
            let cell = Cell::strong(title.clone()).heading_row().spanning(width);
            rows.push(Row::new(vec![cell]).looking(RowLook::Group).kept_with_next());
        }
        if let Some(opening) = section.opening {
            let cell = |(column, heading): (usize, &super::statement::Heading)| match heading.kind {
                _ if column == 0 => Cell::new(&self.statement.opening).heading_row(),
                Kind::Running { .. } => Cell::new(self.format.amount(opening)),
                _ => Cell::new(""),
            };
            rows.push(Row::new(self.statement.headings.iter().enumerate().map(cell).collect()));
        }
        rows.extend(section.rows.iter().map(|row| self.row(row, false)));
        if self.statement.sums_sections() && !section.rows.is_empty() {
            if let Some(last) = rows.last_mut() {
                last.keep_with_next = true;
            }
            rows.push(self.row(&self.statement.sums(std::slice::from_ref(section)), true));
        }
    }

    fn row(&self, values: &[Value], is_sum: bool) -> Row {
        let cell = |(column, value): (usize, &Value)| {
            let text = match value {
                Value::Text(text) => text.clone(),
                Value::Date(day) => self.format.date_short(*day),
                // Nothing is a dash, so that what moves stands out; no difference is a figure.
                Value::Amount(amount) if amount.is_zero() && !is_sum && !self.is_difference(column) => "–".to_owned(),
                Value::Amount(amount) => self.format.amount(*amount),
                Value::Empty => String::new(),
            };
            let cell = if is_sum { Cell::strong(text) } else { Cell::new(text) };
            if column == 0 { cell.heading_row() } else { cell }
        };
        Row::new(values.iter().enumerate().map(cell).collect())
    }

    fn is_difference(&self, column: usize) -> bool {
        let heading = self.statement.headings.get(column);
        heading.is_some_and(|heading| matches!(heading.kind, Kind::Difference { .. }))
    }
}
