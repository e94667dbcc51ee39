//! A statement on paper, in the look of the amortisation report: PDF/A-3a and PDF/UA-1.

use super::{Line, Rank, Section, Statement, Text};
use crate::documents::DocumentError;
use crate::documents::format::Format;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::{Align, Cell, Column, Composer, Paper, Role, Row, RowLook, Table, Width};
use crate::documents::report_paper::{ReportPaper, heading};
use crate::documents::texts::Texts;

/// What is this short stays on one line.
const SHORT_CHARACTERS_MAX: usize = 16;

pub(super) fn pdf(statement: &Statement) -> Result<Vec<u8>, DocumentError> {
    let language = statement.language;
    let paper = ReportPaper {
        paper: Paper::A4,
        letterhead: Letterhead::shared()?,
        language,
        title: statement.title.clone(),
        foot: Texts::new(language).get("amortisation-currency"),
        issuer: statement.issuer.clone(),
        day: statement.as_of,
    };
    let mut composer = paper.composer()?;
    paper.masthead(&mut composer, &statement.title, &statement.remark);
    let size = text_size(statement);
    for section in &statement.pages {
        composer.element(Role::Section, |c| table(c, section, size, Format::new(language)));
    }
    paper.finish(composer)
}

/// One size for all tables of a statement: that which the widest of them leaves room for.
fn text_size(statement: &Statement) -> f32 {
    let widest = statement.pages.iter().map(|section| section.amounts.len()).max();
    if widest > Some(4) { 6.8 } else { 7.6 }
}

fn table(c: &mut Composer, section: &Section, size: f32, format: Format) {
    heading(c, &section.heading, 66.0);
    if section.lines.is_empty() {
        return;
    }
    let mut columns: Vec<Column> =
        (0..).zip(&section.texts).map(|(index, heading)| text(section, index, heading, format)).collect();
    columns.extend(section.amounts.iter().map(|heading| Column::new(*heading, Width::Content(44.0), Align::Right)));
    let rows = section.lines.iter().map(|line| row(line, format)).collect();
    c.table(c.paper.left, c.paper.text_width(), &Table { columns, rows, size, with_header: true });
    c.skip(16.0);
}

/// A column of texts: codes and dates are as wide as they are, so that what is longer has room for whole words.
fn text(section: &Section, index: usize, heading: &str, format: Format) -> Column {
    let cells = section.lines.iter().filter_map(|line| line.texts.get(index));
    let is_short = cells.map(|cell| cell.shown(format).chars().count()).max() <= Some(SHORT_CHARACTERS_MAX);
    let is_last = index + 1 == section.texts.len();
    let align = if section.is_numeric(index) { Align::Right } else { Align::Left };
    Column::new(heading, if is_short && !is_last { Width::Content(24.0) } else { Width::Rest }, align)
}

fn row(line: &Line, format: Format) -> Row {
    let (cell, look): (fn(String) -> Cell, RowLook) = match line.rank {
        Rank::Line => (|text| Cell::new(text), RowLook::Plain),
        Rank::Group => (|text| Cell::strong(text), RowLook::Group),
        Rank::Total => (|text| Cell::strong(text), RowLook::Highlight),
    };
    let texts = (0..).zip(&line.texts).map(|(index, text): (usize, &Text)| {
        let cell = cell(text.shown(format));
        if index == 0 { cell.heading_row() } else { cell }
    });
    let amounts = line.amounts.iter().map(|amount| cell(format.amount(*amount)));
    let row = Row::new(texts.chain(amounts).collect()).looking(look);
    if line.rank == Rank::Group { row.kept_with_next() } else { row }
}
