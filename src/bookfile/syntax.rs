//! From text to a TOML document that remembers where everything stands.

use std::collections::HashSet;
use std::ops::Range;

use toml_edit::{Document, TomlError};

use super::BookMistake;
use super::source::Source;
use crate::domain::book::BookPath;

/// A document, and the offsets of the scalars TOML itself refuses.
pub struct Parsed {
    pub document: Document<String>,
    pub refused: HashSet<usize>,
}

/// How many dates that do not exist and numbers too large for TOML are looked at one by one.
const REFUSED_SCALARS_MAX: usize = 100;

/// Parses `source`. A scalar TOML refuses (30 February, 10^30) does not end the reading: it is covered by a string of
/// the same length, so that its key can report it together with all other mistakes.
pub fn parse(source: &Source) -> Result<Parsed, BookMistake> {
    let mut text = source.text.to_owned();
    let mut refused = HashSet::new();
    loop {
        let error = match Document::parse(text.clone()) {
            Ok(document) => return Ok(Parsed { document, refused }),
            Err(error) => error,
        };
        match scalar_span(&error, &text) {
            Some(span) if refused.len() < REFUSED_SCALARS_MAX && refused.insert(span.start) => {
                let cover = format!("'{}'", "x".repeat(span.len() - 2));
                text.replace_range(span, &cover);
            }
            _ => return Err(mistake(source, &error)),
        }
    }
}

/// The span of the error if it is a date, time or number that is well written but out of TOML's bounds.
fn scalar_span(error: &TomlError, text: &str) -> Option<Range<usize>> {
    let out_of_bounds = ["invalid date", "invalid time", "integer number overflowed"];
    let span = error.span().filter(|_| out_of_bounds.iter().any(|known| error.message().starts_with(known)))?;
    let scalar = text.get(span.clone())?;
    let digits_only = scalar.bytes().all(|byte| byte.is_ascii_digit() || b"+-:._TZtz ".contains(&byte));
    (digits_only && scalar.len() > 2).then_some(span)
}

fn mistake(source: &Source, error: &TomlError) -> BookMistake {
    let offset = error.span().map_or(0, |span| span.start);
    let (before, after) = source.text.split_at_checked(offset).unwrap_or((source.text, ""));
    let decimal_comma = after.starts_with(',') && before.ends_with(|c: char| c.is_ascii_digit());
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    let remedy = match message.as_str() {
        _ if decimal_comma => "write decimals with a point, such as 0.145",
        "duplicate key" => "each key stands once in its table; for a further item of a list write its [[header]] again",
        refused if refused.contains("boolean") => "write text in quotes, and yes or no as true or false",
        refused if refused.contains("string") => "text begins and ends with a double quote on the same line",
        _ => "the file must be TOML 1.1",
    };
    BookMistake::at(source, offset, &BookPath::root(), format!("{message}; {remedy}"))
}
