//! A list of a page on paper, in the look of the ledger's reports.

use super::statement::{Heading, Kind, Section, Statement, Value};
use super::{RenderError, statement_pdf};
use crate::documents::Edition;
use crate::documents::format::Format;
use crate::documents::table::{Cell, Table};
use crate::domain::party::Language;

/// Texts this long share what width is left, by how long they are on the whole; shorter ones keep their own.
const WIDE_CHARS: usize = 20;
/// The widest share, in characters.
const WIDEST_CHARS: usize = 180;

/// The list, without columns in which nothing stands.
pub(in crate::documents) fn listed_pdf(
    table: &Table,
    subtitle: &str,
    total: Option<&str>,
    edition: Edition<'_>,
) -> Result<Vec<u8>, RenderError> {
    statement_pdf::pdf(&statement(table, subtitle, total, edition))
}

fn statement(table: &Table, subtitle: &str, total: Option<&str>, edition: Edition<'_>) -> Statement {
    let language = edition.language;
    let is_shown = |column: &usize| {
        table.rows.is_empty() || table.rows.iter().any(|row| row.get(*column).is_some_and(|cell| *cell != Cell::Empty))
    };
    let shown: Vec<usize> = (0..table.headings.len()).filter(is_shown).collect();
    let row = |row: &Vec<Cell>| -> Vec<Value> {
        shown.iter().filter_map(|column| row.get(*column)).map(|cell| value(cell, language)).collect()
    };
    let rows = table.rows.iter().map(row).collect();
    Statement {
        title: table.name.clone(),
        sheet: None,
        subtitle: subtitle.to_owned(),
        language,
        issuer: edition.issuer.cloned(),
        day: table.day,
        headings: shown.iter().filter_map(|column| heading(table, *column, total.is_some())).collect(),
        sections: vec![Section { rows, ..Section::default() }],
        total: total.map(str::to_owned),
        opening: String::new(),
        empty: subtitle.to_owned(),
    }
}

fn heading(table: &Table, column: usize, is_summed: bool) -> Option<Heading> {
    let cells = || table.rows.iter().filter_map(|row| row.get(column));
    let kind = match cells().find(|cell| **cell != Cell::Empty) {
        Some(Cell::Amount(_)) if is_summed => Kind::Summed,
        Some(Cell::Amount(_)) => Kind::Amount,
        Some(Cell::Day(_)) => Kind::Date,
        _ => Kind::Text,
    };
    let lengths = || cells().map(|cell| if let Cell::Text(text) = cell { text.chars().count() } else { 0 });
    let is_wide = lengths().max().unwrap_or_default() >= WIDE_CHARS;
    let mean = lengths().sum::<usize>() / cells().count().max(1);
    let width = if is_wide { mean.clamp(WIDE_CHARS, WIDEST_CHARS) } else { WIDE_CHARS / 2 };
    let label = table.headings.get(column)?.clone();
    Some(Heading { label, kind, width_chars: u8::try_from(width).unwrap_or(u8::MAX) })
}

fn value(cell: &Cell, language: Language) -> Value {
    let format = Format::new(language);
    match cell {
        Cell::Empty => Value::Empty,
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Day(day) => Value::Date(*day),
        Cell::Instant(at) => {
            Value::Text(format!("{} {}", format.date_short(at.date_naive()), at.format("%H:%M:%S %:z")))
        }
        Cell::Amount(amount) => Value::Amount(*amount),
        Cell::Number(number) => Value::Text(number.normalize().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;

    #[test]
    fn an_empty_column_is_left_out_and_a_long_one_is_wide() {
        let long = "a state of many words, each of which wants its room on the page, and more";
        let at = DateTime::parse_from_rfc3339("2026-10-25T02:30:12+01:00").unwrap();
        let row = |text: &str| vec![Cell::Instant(at), Cell::Empty, Cell::Text(text.into()), Cell::Text(long.into())];
        let table = Table {
            name: "Piste".into(),
            day: NaiveDate::default(),
            headings: ["Quand", "Avant", "Quoi", "Après"].map(str::to_owned).into(),
            rows: vec![row("a word"), row("words that are no longer short")],
        };
        let made = statement(&table, "", None, Language::French.into());
        let widths: Vec<(&str, u8)> = made.headings.iter().map(|one| (one.label.as_str(), one.width_chars)).collect();
        assert_eq!(widths, [("Quand", 10), ("Quoi", 20), ("Après", 73)]);
        let first = made.sections.first().and_then(|section| section.rows.first()).and_then(|row| row.first());
        assert_eq!(first, Some(&Value::Text("25/10/2026 02:30:12 +01:00".into())));
        assert!(!made.has_amounts(), "so its foot speaks of none");
    }
}
