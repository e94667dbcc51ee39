//! Statements: titled tables of lines, groups and a total, as PDF, XLSX and CSV.
//!
//! Owns: the three forms of a statement. Does not own: which figures stand in it (movements, funding). Invariants:
//! the same statement gives the same bytes; groups and totals of the spreadsheet are formulas over the lines.

mod csv;
mod pdf;
mod xlsx;

use chrono::NaiveDate;

use super::{RenderError, ReportFormat};
use crate::documents::format::Format;
use crate::documents::sheet::{Sheet, SheetColumn, SheetRank, SheetRow, SheetSection};
use crate::domain::money::Money;
use crate::domain::party::Language;

pub(super) struct Statement {
    pub(super) title: String,
    /// One sentence below the title.
    pub(super) remark: String,
    pub(super) as_of: NaiveDate,
    pub(super) language: Language,
    /// As people read them: narrow enough for a page.
    pub(super) pages: Vec<Section>,
    /// As people compute with them: one wide table each; the first is the CSV file.
    pub(super) sheets: Vec<Section>,
}

pub(super) struct Section {
    pub(super) heading: String,
    /// Headings of the texts, then of the amounts.
    pub(super) texts: Vec<&'static str>,
    pub(super) amounts: Vec<&'static str>,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Line,
    /// Sums the lines below it, up to the next group.
    Group,
    /// Sums all lines.
    Total,
}

pub(super) struct Line {
    pub(super) rank: Rank,
    pub(super) texts: Vec<String>,
    pub(super) amounts: Vec<Money>,
}

impl Rank {
    const fn word(self, language: Language) -> &'static str {
        match (self, language) {
            (Rank::Line, Language::French) => "Ligne",
            (Rank::Line, Language::English) => "Line",
            (Rank::Group, Language::French) => "Sous-total",
            (Rank::Group, Language::English) => "Subtotal",
            (Rank::Total, Language::French | Language::English) => "Total",
        }
    }
}

impl Line {
    pub(super) fn new<const N: usize>(rank: Rank, texts: [&str; N], amounts: impl IntoIterator<Item = Money>) -> Line {
        Line { rank, texts: texts.map(str::to_owned).into(), amounts: amounts.into_iter().collect() }
    }
}

impl Statement {
    /// The statement in a format that is not JSON.
    pub(super) fn render(&self, format: ReportFormat) -> Result<Vec<u8>, RenderError> {
        match format {
            ReportFormat::Pdf => Ok(pdf::pdf(self)?),
            ReportFormat::Xlsx => xlsx::xlsx(self),
            ReportFormat::Csv | ReportFormat::Json => csv::csv(self),
        }
    }
}

impl Statement {
    /// The statement as a page shows it.
    pub(super) fn sheet(&self) -> Sheet {
        let format = Format::new(self.language);
        let column =
            |is_number: bool| move |label: &&'static str| SheetColumn { label: (*label).to_owned(), is_number };
        let row = |line: &Line| SheetRow {
            rank: match line.rank {
                Rank::Line => SheetRank::Line,
                Rank::Group => SheetRank::Group,
                Rank::Total => SheetRank::Total,
            },
            cells: line.texts.iter().cloned().chain(line.amounts.iter().map(|amount| format.amount(*amount))).collect(),
        };
        let section = |section: &Section| SheetSection {
            heading: section.heading.clone(),
            columns: section.texts.iter().map(column(false)).chain(section.amounts.iter().map(column(true))).collect(),
            rows: section.lines.iter().map(row).collect(),
        };
        Sheet {
            title: self.title.clone(),
            remark: self.remark.clone(),
            sections: self.pages.iter().map(section).collect(),
        }
    }
}

/// The domain's report as JSON: its own names, amounts as decimal strings in euros.
pub(super) fn json<T: serde::Serialize>(report: &T) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(report)?;
    bytes.push(b'\n');
    Ok(bytes)
}
