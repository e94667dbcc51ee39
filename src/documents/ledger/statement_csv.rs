//! A statement as CSV: one heading, every row with its section, no sums (a spreadsheet would count them twice).

use super::RenderError;
use super::statement::{Statement, Value};
use super::{amount_text, guarded, table_bytes};

pub(super) fn csv(statement: &Statement) -> Result<Vec<u8>, RenderError> {
    let titled = statement.sections.iter().any(|section| section.title.is_some());
    let language = statement.language;
    let mut heading: Vec<String> = statement.headings.iter().map(|heading| heading.label.clone()).collect();
    if titled {
        heading.insert(0, String::new());
    }
    let mut rows = vec![heading];
    for section in &statement.sections {
        for row in &section.rows {
            let mut cells: Vec<String> = row
                .iter()
                .map(|value| match value {
                    Value::Text(text) => guarded(text),
                    Value::Date(day) => day.to_string(),
                    Value::Amount(amount) => amount_text(*amount, language),
                    Value::Empty => String::new(),
                })
                .collect();
            if titled {
                cells.insert(0, section.title.clone().unwrap_or_default());
            }
            rows.push(cells);
        }
    }
    table_bytes(&rows, language)
}
