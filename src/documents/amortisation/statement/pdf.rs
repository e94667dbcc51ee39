//! A statement on paper, in the look of the amortisation report: PDF/A-3a and PDF/UA-1.

use chrono::NaiveTime;

use super::{Line, Rank, Section, Statement};
use crate::documents::DocumentError;
use crate::documents::format::Format;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::{
    Align, Area, Brush, Cell, Column, Composer, Metadata, Paper, Role, Row, RowLook, Style, Table, Width, mm, save,
};
use crate::documents::texts::Texts;
use crate::domain::party::Language;

pub(super) fn pdf(statement: &Statement) -> Result<Vec<u8>, DocumentError> {
    let letterhead = Letterhead::shared()?;
    let mut composer = Composer::new(Paper::A4, letterhead.palette)?;
    head(&mut composer, statement, letterhead);
    for section in &statement.pages {
        composer.element(Role::Section, |c| table(c, section, Format::new(statement.language)));
    }
    let composition = composer.finish(|brush, page, pages| running(brush, statement, letterhead, (page, pages)))?;
    let metadata = Metadata {
        subject: statement.title.clone(),
        title: statement.title.clone(),
        author: "Chapelle".to_owned(),
        language: match statement.language {
            Language::French => "fr-FR",
            Language::English => "en-GB",
        },
        created_at: statement.as_of.and_time(NaiveTime::MIN).and_utc(),
        extension: None,
    };
    save(composition, &metadata, None)
}

fn head(c: &mut Composer, statement: &Statement, letterhead: &Letterhead) {
    let (paper, palette, top) = (c.paper, c.palette, mm(13.0));
    c.artifact(|brush| {
        brush.fill(Area { x: 0.0, y: 0.0, width: paper.width, height: mm(3.0) }, palette.accent);
        letterhead.draw_mark(brush, paper.left, top);
    });
    let x = paper.left + mm(letterhead.mark.size_mm) + mm(4.0);
    let (width, mut y) = (paper.right - x, top - 3.0);
    y += c.block(Role::Title, x, y, width, Style::bold(20.0, 25.0, palette.accent), &statement.title);
    let small = Style::regular(9.0, 12.4, palette.muted);
    y += c.block(Role::Paragraph, x, y + 1.0, width, small, &statement.remark);
    c.y = y.max(top + mm(letterhead.mark.size_mm)) + 18.0;
}

fn table(c: &mut Composer, section: &Section, format: Format) {
    c.ensure(90.0);
    let style = Style::bold(13.0, 17.0, c.palette.accent);
    c.paragraph(Role::Heading, style, &section.heading);
    c.skip(5.0);
    if section.lines.is_empty() {
        return;
    }
    let mut columns: Vec<Column> =
        section.texts.iter().map(|heading| Column::new(*heading, Width::Rest, Align::Left)).collect();
    columns.extend(section.amounts.iter().map(|heading| Column::new(*heading, Width::Content(54.0), Align::Right)));
    let rows = section.lines.iter().map(|line| row(line, format)).collect();
    let size = if section.amounts.len() > 4 { 6.8 } else { 7.6 };
    c.table(c.paper.left, c.paper.text_width(), &Table { columns, rows, size, with_header: true });
    c.skip(16.0);
}

fn row(line: &Line, format: Format) -> Row {
    let (cell, look): (fn(String) -> Cell, RowLook) = match line.rank {
        Rank::Line => (|text| Cell::new(text), RowLook::Plain),
        Rank::Group => (|text| Cell::strong(text), RowLook::Group),
        Rank::Total => (|text| Cell::strong(text), RowLook::Highlight),
    };
    let texts = (0..).zip(&line.texts).map(|(index, text): (usize, &String)| {
        let cell = cell(text.clone());
        if index == 0 { cell.heading_row() } else { cell }
    });
    let amounts = line.amounts.iter().map(|amount| cell(format.amount(*amount)));
    let row = Row::new(texts.chain(amounts).collect()).looking(look);
    if line.rank == Rank::Group { row.kept_with_next() } else { row }
}

/// The footer of every page, and from the second on a line that says what the page belongs to.
fn running(brush: &mut Brush, statement: &Statement, letterhead: &Letterhead, (page, pages): (usize, usize)) {
    let (paper, palette, texts) = (Paper::A4, letterhead.palette, Texts::new(statement.language));
    let small = Style::regular(7.2, 9.0, palette.muted);
    let (width, bottom) = (paper.text_width(), mm(283.0));
    brush.rule(paper.left, bottom - 11.0, width, 0.5, palette.rule);
    brush.text(paper.left, bottom, small, Align::Left, &texts.get("amortisation-currency"));
    let number = texts.with("page", &[("page", &page.to_string()), ("pages", &pages.to_string())]);
    brush.text(paper.right, bottom, small, Align::Right, &number);
    if page > 1 {
        let (top, bold) = (mm(15.0), Style::bold(7.2, 9.0, palette.accent));
        brush.text(paper.right, top, bold, Align::Right, &statement.title);
        brush.rule(paper.left, top + 5.0, width, 0.5, palette.rule);
    }
}
