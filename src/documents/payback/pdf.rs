//! The report on paper: PDF/A-3a and PDF/UA-1, as the amortisation report is.
//!
//! The headline and the chart first, then the scenarios, the years, what happened month by month, who paid, what a unit
//! costs, and where every figure comes from. The only time in the file is the report's day.

use chrono::NaiveTime;

use super::RenderError;
use super::words::Words;
use crate::documents::DocumentError;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::{
    Align, Brush, Cell, Column, Composer, Composition, Metadata, Paper, Role, Row, RowLook, Style, Table, Width, mm,
    save,
};
use crate::domain::party::Language;
use crate::domain::payback::PaybackReport;

mod basis;
mod chart;
mod opening;
mod periods;
mod results;

/// The report as PDF.
pub fn pdf(report: &PaybackReport, language: Language) -> Result<Vec<u8>, RenderError> {
    let sheet = Sheet { report, words: Words::new(language), letterhead: Letterhead::shared()? };
    let title = sheet.words.title(report);
    let metadata = Metadata {
        subject: title.clone(),
        title,
        author: "Chapelle".to_owned(),
        language: match language {
            Language::French => "fr-FR",
            Language::English => "en-GB",
        },
        created_at: report.as_of.and_time(NaiveTime::MIN).and_utc(),
        extension: None,
    };
    Ok(save(sheet.compose()?, &metadata, None)?)
}

/// The report with all that is needed to put it on paper.
struct Sheet<'a> {
    report: &'a PaybackReport,
    words: Words,
    letterhead: &'static Letterhead,
}

impl Sheet<'_> {
    fn compose(&self) -> Result<Composition, DocumentError> {
        let mut composer = Composer::new(Paper::A4, self.letterhead.palette)?;
        self.opening(&mut composer);
        self.results(&mut composer);
        self.periods(&mut composer);
        self.basis(&mut composer);
        composer.finish(|brush, page, pages| self.running(brush, page, pages))
    }

    /// The footer of every page, and from the second on a line that says what the page belongs to.
    fn running(&self, brush: &mut Brush, page: usize, pages: usize) {
        let (paper, palette) = (Paper::A4, self.letterhead.palette);
        let small = Style::regular(7.2, 9.0, palette.muted);
        let (width, bottom) = (paper.text_width(), mm(283.0));
        brush.rule(paper.left, bottom - 11.0, width, 0.5, palette.rule);
        brush.text(paper.left, bottom, small, Align::Left, &self.text("payback-currency"));
        let (page_text, pages_text) = (page.to_string(), pages.to_string());
        let number = self.words.with("page", &[("page", &page_text), ("pages", &pages_text)]);
        brush.text(paper.right, bottom, small, Align::Right, &number);
        if page > 1 {
            let (top, bold) = (mm(15.0), Style::bold(7.2, 9.0, palette.accent));
            brush.text(paper.right, top, bold, Align::Right, &self.words.title(self.report));
            brush.rule(paper.left, top + 5.0, width, 0.5, palette.rule);
        }
    }

    fn text(&self, id: &str) -> String {
        self.words.text(id)
    }

    /// Heads a part of the report; `height` is what must follow on the same page.
    fn heading(&self, c: &mut Composer, text: &str, height: f32) {
        c.ensure(height + 24.0);
        let style = Style::bold(13.0, 17.0, c.palette.accent);
        c.paragraph(Role::Heading, style, text);
        c.skip(5.0);
    }

    fn remark(&self, c: &mut Composer, text: &str) {
        let style = Style::regular(8.2, 11.4, c.palette.muted);
        c.paragraph(Role::Paragraph, style, text);
    }

    /// A heading and a table below it, one section; then a gap.
    fn section(&self, c: &mut Composer, title: &str, note: Option<&str>, table: &Table) {
        if table.rows.is_empty() {
            return;
        }
        c.element(Role::Section, |c| {
            self.heading(c, title, 76.0);
            if let Some(note) = note {
                self.remark(c, note);
                c.skip(4.0);
            }
            c.table(c.paper.left, c.paper.text_width(), table);
        });
        c.skip(16.0);
    }
}

/// Columns of a table: heading, width, alignment.
fn table(columns: Vec<Column>, rows: Vec<Row>, size: f32) -> Table {
    Table { columns, rows, size, with_header: true }
}

fn left(header: String, width: Width) -> Column {
    Column::new(header, width, Align::Left)
}

fn right(header: String, width: Width) -> Column {
    Column::new(header, width, Align::Right)
}

/// A row whose first cell heads it; `look` sets it apart.
fn row(texts: Vec<String>, look: RowLook) -> Row {
    let make = if look == RowLook::Plain { Cell::new } else { Cell::strong };
    let mut cells: Vec<Cell> = texts.into_iter().map(make).collect();
    if !cells.is_empty() {
        let first = cells.remove(0).heading_row();
        cells.insert(0, first);
    }
    Row::new(cells).looking(look)
}
