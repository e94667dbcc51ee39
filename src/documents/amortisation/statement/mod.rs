//! Statements: titled tables of lines, groups and a total, as PDF, XLSX and CSV.
//!
//! Owns: the three forms of a statement. Does not own: which figures stand in it (movements, funding). Invariants:
//! the same statement gives the same bytes; groups and totals of the spreadsheet are formulas over the lines.

mod csv;
mod pdf;
mod xlsx;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{RenderError, ReportFormat};
use crate::documents::format::Format;
use crate::documents::sheet::{Sheet, SheetColumn, SheetRank, SheetRow, SheetSection};
use crate::documents::{Edition, Issuer};
use crate::domain::money::Money;
use crate::domain::party::Language;

pub(super) struct Statement {
    pub(super) title: String,
    /// One sentence below the title.
    pub(super) remark: String,
    pub(super) as_of: NaiveDate,
    pub(super) language: Language,
    pub(super) issuer: Option<Issuer>,
    /// As people read them: narrow enough for a page.
    pub(super) pages: Vec<Section>,
    /// As people compute with them: one wide table each; the first is the CSV file.
    pub(super) sheets: Vec<Section>,
}

impl Statement {
    /// The statement of a year, with nothing in it yet.
    pub(super) fn of_year(title: &str, year: i32, edition: Edition<'_>) -> Statement {
        Statement {
            title: format!("{title} {year}"),
            remark: String::new(),
            as_of: NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or_default(),
            language: edition.language,
            issuer: edition.issuer.cloned(),
            pages: vec![],
            sheets: vec![],
        }
    }
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

/// What stands before the amounts of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Plain(String),
    Day(NaiveDate),
    /// Of a hundred.
    Percent(Decimal),
}

impl Text {
    /// As people read it.
    fn shown(&self, format: Format) -> String {
        match self {
            Text::Plain(text) => text.clone(),
            Text::Day(day) => format.date_short(*day),
            Text::Percent(percent) => format.percent(*percent),
        }
    }
}

pub(super) struct Line {
    pub(super) rank: Rank,
    pub(super) texts: Vec<Text>,
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
        let texts = texts.map(|text| Text::Plain(text.to_owned())).into();
        Line { rank, texts, amounts: amounts.into_iter().collect() }
    }

    /// With `text` in its `index`th column of texts.
    pub(super) fn with(mut self, index: usize, text: Text) -> Line {
        if let Some(place) = self.texts.get_mut(index) {
            *place = text;
        }
        self
    }
}

impl Section {
    /// Whether a column of texts holds numbers, which stand at its right.
    fn is_numeric(&self, column: usize) -> bool {
        self.lines.iter().any(|line| matches!(line.texts.get(column), Some(Text::Percent(_))))
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
        let column = |label: &'static str, is_number: bool| SheetColumn { label: label.to_owned(), is_number };
        let row = |line: &Line| SheetRow {
            rank: match line.rank {
                Rank::Line => SheetRank::Line,
                Rank::Group => SheetRank::Group,
                Rank::Total => SheetRank::Total,
            },
            cells: line
                .texts
                .iter()
                .map(|text| text.shown(format))
                .chain(line.amounts.iter().map(|amount| format.amount(*amount)))
                .collect(),
        };
        let section = |section: &Section| SheetSection {
            heading: section.heading.clone(),
            columns: (0..)
                .zip(&section.texts)
                .map(|(index, label)| column(label, section.is_numeric(index)))
                .chain(section.amounts.iter().map(|label| column(label, true)))
                .collect(),
            rows: section.lines.iter().map(row).collect(),
        };
        Sheet {
            title: self.title.clone(),
            remark: self.remark.clone(),
            sections: self.pages.iter().map(section).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    /// A day is a day and a share a number wherever the format has them.
    #[test]
    fn days_and_shares_are_values_in_a_workbook() {
        let day = NaiveDate::from_ymd_opt(2018, 6, 1).unwrap();
        let line = || {
            let line = Line::new(Rank::Line, ["A", "", ""], [Money::from_cents(100)]);
            line.with(1, Text::Day(day)).with(2, Text::Percent(Decimal::new(25, 0)))
        };
        let section = || Section {
            heading: "Prêts".to_owned(),
            texts: vec!["Quoi", "Date", "Part"],
            amounts: vec!["Montant"],
            lines: vec![Line::new(Rank::Group, ["A", "", ""], [Money::ZERO]), line()],
        };
        let statement = Statement {
            title: "Financement".to_owned(),
            remark: String::new(),
            as_of: day,
            language: Language::French,
            issuer: None,
            pages: vec![section()],
            sheets: vec![section()],
        };
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(statement.render(ReportFormat::Xlsx).unwrap())).unwrap();
        let cells = book.worksheet_range("Prêts").unwrap();
        let Some(Data::DateTime(value)) = cells.get_value((4, 2)) else { panic!("{cells:?}") };
        // Days since 30 December 1899.
        assert!((value.as_f64() - 43_252.0).abs() < 1e-9, "{value:?}");
        assert_eq!(cells.get_value((4, 3)), Some(&Data::Float(0.25)));
        let text = String::from_utf8(statement.render(ReportFormat::Csv).unwrap()).unwrap();
        assert!(text.contains("Ligne;A;2018-06-01;25;1,00"), "{text}");
        let sheet = statement.sheet();
        let numeric: Vec<bool> =
            sheet.sections.iter().flat_map(|one| &one.columns).map(|column| column.is_number).collect();
        assert_eq!(numeric, [false, false, true, true]);
    }
}
