//! The report on paper: PDF/A-3a and PDF/UA-1, as the amortisation report is.
//!
//! The headline and the chart first, then the scenarios, the years, what happened month by month, who paid, what a unit
//! costs, and where every figure comes from.

use super::RenderError;
use super::words::Words;
use crate::documents::Edition;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::{Align, Cell, Column, Composer, Paper, Role, Row, RowLook, Table, Width};
use crate::documents::report_paper::{ReportPaper, heading, remark};
use crate::domain::payback::PaybackReport;

mod basis;
mod chart;
mod opening;
mod periods;
mod results;

/// The report as PDF.
pub fn pdf<'e>(report: &PaybackReport, edition: impl Into<Edition<'e>>) -> Result<Vec<u8>, RenderError> {
    let Edition { language, issuer } = edition.into();
    let words = Words::new(language);
    let paper = ReportPaper {
        paper: Paper::A4,
        letterhead: Letterhead::shared()?,
        language,
        title: words.title(report),
        foot: words.text("payback-currency"),
        issuer: issuer.cloned(),
        day: report.as_of,
    };
    let mut composer = paper.composer()?;
    let sheet = Sheet { report, words, paper: &paper };
    sheet.opening(&mut composer);
    sheet.results(&mut composer);
    sheet.periods(&mut composer);
    sheet.basis(&mut composer);
    Ok(paper.finish(composer)?)
}

/// The report with all that is needed to put it on paper.
struct Sheet<'a> {
    report: &'a PaybackReport,
    words: Words,
    paper: &'a ReportPaper,
}

impl Sheet<'_> {
    fn text(&self, id: &str) -> String {
        self.words.text(id)
    }

    /// A heading and a table below it, one section; then a gap.
    fn section(&self, c: &mut Composer, title: &str, note: Option<&str>, table: &Table) {
        if table.rows.is_empty() {
            return;
        }
        c.element(Role::Section, |c| {
            heading(c, title, 76.0);
            if let Some(note) = note {
                remark(c, note);
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
