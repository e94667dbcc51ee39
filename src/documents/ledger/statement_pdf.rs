//! A statement on paper: landscape A4, PDF/A-3a and PDF/UA-1, its table repeated under its heading on every page.

use chrono::NaiveTime;

use super::RenderError;
use super::statement::{Kind, Section, Statement, Value};
use crate::documents::DocumentError;
use crate::documents::format::Format;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::{
    Align, Area, Brush, Cell, Column, Composer, Composition, Metadata, Paper, Role, Row, RowLook, Style, Table, Width,
    mm, save,
};
use crate::documents::texts::Texts;
use crate::domain::party::Language;

const LANDSCAPE: Paper =
    Paper { width: mm(297.0), height: mm(210.0), left: mm(15.0), right: mm(282.0), top: mm(22.0), bottom: mm(188.0) };

pub(super) fn pdf(statement: &Statement) -> Result<Vec<u8>, RenderError> {
    let letterhead = Letterhead::shared()?;
    let language = statement.language;
    let sheet = Sheet { statement, texts: Texts::new(language), format: Format::new(language), letterhead };
    let metadata = Metadata {
        subject: statement.subtitle.clone(),
        title: format!("{} – {}", statement.title, statement.subtitle),
        author: "Chapelle".to_owned(),
        language: match language {
            Language::French => "fr-FR",
            Language::English => "en-GB",
        },
        created_at: statement.day.and_time(NaiveTime::MIN).and_utc(),
        extension: None,
    };
    Ok(save(sheet.compose()?, &metadata, None)?)
}

struct Sheet<'a> {
    statement: &'a Statement,
    texts: Texts,
    format: Format,
    letterhead: &'static Letterhead,
}

impl Sheet<'_> {
    fn compose(&self) -> Result<Composition, DocumentError> {
        let mut composer = Composer::new(LANDSCAPE, self.letterhead.palette)?;
        self.head(&mut composer);
        if self.statement.is_empty() {
            let style = Style::regular(9.0, 12.4, composer.palette.ink);
            composer.paragraph(Role::Paragraph, style, &self.statement.empty);
        } else {
            self.table(&mut composer);
        }
        composer.finish(|brush, page, pages| self.running(brush, page, pages))
    }

    fn head(&self, c: &mut Composer) {
        let (paper, palette, top) = (c.paper, c.palette, mm(13.0));
        c.artifact(|brush| {
            brush.fill(Area { x: 0.0, y: 0.0, width: paper.width, height: mm(3.0) }, palette.accent);
            self.letterhead.draw_mark(brush, paper.left, top);
        });
        let x = paper.left + mm(self.letterhead.mark.size_mm) + mm(4.0);
        let (width, mut y) = (paper.right - x, top - 3.0);
        let title = Style::bold(20.0, 25.0, palette.accent);
        y += c.block(Role::Title, x, y, width, title, &self.statement.title);
        let small = Style::regular(9.0, 12.4, palette.muted);
        y += c.block(Role::Paragraph, x, y + 1.0, width, small, &self.statement.subtitle);
        c.y = y.max(top + mm(self.letterhead.mark.size_mm)) + 14.0;
    }

    fn running(&self, brush: &mut Brush, page: usize, pages: usize) {
        let palette = self.letterhead.palette;
        let small = Style::regular(7.2, 9.0, palette.muted);
        let bottom = mm(198.0);
        brush.rule(LANDSCAPE.left, bottom - 11.0, LANDSCAPE.text_width(), 0.5, palette.rule);
        brush.text(LANDSCAPE.left, bottom, small, Align::Left, &self.texts.get("amortisation-currency"));
        let (page_text, pages_text) = (page.to_string(), pages.to_string());
        let number = self.texts.with("page", &[("page", &page_text), ("pages", &pages_text)]);
        brush.text(LANDSCAPE.right, bottom, small, Align::Right, &number);
        if page > 1 {
            let (top, bold) = (mm(13.0), Style::bold(7.2, 9.0, palette.accent));
            let title = format!("{} – {}", self.statement.title, self.statement.subtitle);
            brush.text(LANDSCAPE.right, top, bold, Align::Right, &title);
            brush.rule(LANDSCAPE.left, top + 5.0, LANDSCAPE.text_width(), 0.5, palette.rule);
        }
    }

    fn table(&self, c: &mut Composer) {
        let statement = self.statement;
        let column = |heading: &super::statement::Heading| match heading.kind {
            Kind::Text if heading.width_chars >= 20 => Column::new(&heading.label, Width::Rest, Align::Left),
            Kind::Text | Kind::Date => Column::new(&heading.label, Width::Content(20.0), Align::Left),
            _ => Column::new(&heading.label, Width::Content(48.0), Align::Right),
        };
        let columns = statement.headings.iter().map(column).collect();
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
