//! A list of a page on paper, in the look of the ledger's reports.

use super::statement::{Heading, Kind, Section, Statement, Value};
use super::{RenderError, statement_pdf};
use crate::documents::table::{Cell, Table};
use crate::domain::party::Language;

/// Texts this long share what width is left; shorter ones keep their own.
const WIDE_CHARS: usize = 20;

pub(in crate::documents) fn listed_pdf(
    table: &Table,
    subtitle: &str,
    language: Language,
) -> Result<Vec<u8>, RenderError> {
    let heading = |(column, label): (usize, &String)| {
        let cells = || table.rows.iter().filter_map(|row| row.get(column));
        let kind = match cells().next() {
            Some(Cell::Amount(_)) => Kind::Amount,
            Some(Cell::Day(_)) => Kind::Date,
            _ => Kind::Text,
        };
        let longest = cells().map(|cell| if let Cell::Text(text) = cell { text.chars().count() } else { 0 }).max();
        let is_wide = longest.unwrap_or_default() >= WIDE_CHARS;
        Heading { label: label.clone(), kind, width_chars: if is_wide { 40 } else { 10 } }
    };
    let value = |cell: &Cell| match cell {
        Cell::Empty => Value::Empty,
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Day(day) => Value::Date(*day),
        Cell::Amount(amount) => Value::Amount(*amount),
        Cell::Number(number) => Value::Text(number.normalize().to_string()),
    };
    let rows = table.rows.iter().map(|row| row.iter().map(value).collect()).collect();
    statement_pdf::pdf(&Statement {
        title: table.name.clone(),
        subtitle: subtitle.to_owned(),
        language,
        day: table.day,
        headings: table.headings.iter().enumerate().map(heading).collect(),
        sections: vec![Section { rows, ..Section::default() }],
        total: None,
        opening: String::new(),
        empty: subtitle.to_owned(),
    })
}
