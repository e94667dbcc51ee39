//! The lines of a TOML file being written.

use std::fmt::Display;

use rust_decimal::Decimal;

#[derive(Default)]
pub struct Page(String);

impl Page {
    pub fn into_text(self) -> String {
        self.0
    }

    /// Begins a table, after an empty line.
    pub fn header(&mut self, header: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(header);
        self.0.push('\n');
    }

    pub fn text(&mut self, key: &str, text: &str) {
        self.bare(key, quoted(text));
    }

    pub fn optional_text(&mut self, key: &str, text: Option<&str>) {
        self.optional(key, text.map(quoted));
    }

    pub fn texts<'a>(&mut self, key: &str, texts: impl Iterator<Item = &'a str>) {
        let quoted: Vec<String> = texts.map(quoted).collect();
        self.bare(key, format!("[{}]", quoted.join(", ")));
    }

    pub fn texts_unless_empty<'a>(&mut self, key: &str, texts: impl Iterator<Item = &'a str>) {
        let mut texts = texts.peekable();
        if texts.peek().is_some() {
            self.texts(key, texts);
        }
    }

    pub fn number(&mut self, key: &str, value: Decimal) {
        self.bare(key, number(value));
    }

    /// What TOML writes without quotes: numbers, dates, instants, true and false.
    pub fn bare(&mut self, key: &str, value: impl Display) {
        self.0.push_str(&format!("{key} = {value}\n"));
    }

    pub fn optional(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.bare(key, value);
        }
    }
}

/// A text in quotes, escaped as TOML asks.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// A decimal as TOML writes numbers; in quotes where TOML's own integers end.
pub fn number(value: Decimal) -> String {
    let digits = value.normalize().to_string();
    if digits.len() > 18 { format!("\"{digits}\"") } else { digits }
}
