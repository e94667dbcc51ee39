//! The first sheet of a statement as CSV: `;`, decimal comma and a byte order mark in French, `,` and point in English.

use super::super::{RenderError, looks_like_formula};
use super::{Line, Statement, Text};
use crate::domain::party::Language;

pub(super) fn csv(statement: &Statement) -> Result<Vec<u8>, RenderError> {
    let (delimiter, mark) = match statement.language {
        Language::French => (b';', "\u{feff}"),
        Language::English => (b',', ""),
    };
    let mut bytes = mark.as_bytes().to_vec();
    let mut writer =
        ::csv::WriterBuilder::new().delimiter(delimiter).terminator(::csv::Terminator::CRLF).from_writer(&mut bytes);
    if let Some(sheet) = statement.sheets.first() {
        let level = match statement.language {
            Language::French => "Niveau",
            Language::English => "Level",
        };
        writer.write_record(std::iter::once(&level).chain(&sheet.texts).chain(&sheet.amounts))?;
        for line in &sheet.lines {
            writer.write_record(record(line, statement.language))?;
        }
    }
    writer.flush().map_err(::csv::Error::from)?;
    drop(writer);
    Ok(bytes)
}

fn record(line: &Line, language: Language) -> Vec<String> {
    // An apostrophe first keeps a spreadsheet from running the text as a formula.
    let guarded = |text: &String| if looks_like_formula(text) { format!("'{text}") } else { text.clone() };
    let number = |number: String| match language {
        Language::French => number.replace('.', ","),
        Language::English => number,
    };
    let text = |text: &Text| match text {
        Text::Plain(text) => guarded(text),
        Text::Day(day) => day.to_string(),
        Text::Percent(percent) => number(percent.normalize().to_string()),
    };
    let amount = |amount: &crate::domain::money::Money| number(amount.to_string());
    let level = std::iter::once(line.rank.word(language).to_owned());
    level.chain(line.texts.iter().map(text)).chain(line.amounts.iter().map(amount)).collect()
}
