//! The words of documents, from `invoices/texts/<language>/*.ftl`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};

use crate::domain::party::Language;

static_loader! {
    static TEXTS = {
        locales: "./invoices/texts",
        fallback_language: "fr",
        // Isolation marks around arguments have no glyph, and left-to-right text needs none.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static FRENCH: LazyLock<LanguageIdentifier> = LazyLock::new(|| identifier(Language::French));
static ENGLISH: LazyLock<LanguageIdentifier> = LazyLock::new(|| identifier(Language::English));

fn identifier(language: Language) -> LanguageIdentifier {
    language.code().parse().unwrap_or_default()
}

/// Texts in one language.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    pub language: Language,
}

impl Texts {
    pub const fn new(language: Language) -> Texts {
        Texts { language }
    }

    /// A message without arguments.
    pub fn get(self, id: &str) -> String {
        TEXTS.lookup(self.identifier(), id)
    }

    /// A message with its arguments, already written in the language.
    pub fn with(self, id: &str, arguments: &[(&'static str, &str)]) -> String {
        let arguments: HashMap<Cow<'static, str>, FluentValue> =
            arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), counted(value))).collect();
        TEXTS.lookup_with_args(self.identifier(), id, &arguments)
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self.language {
            Language::French => &FRENCH,
            Language::English => &ENGLISH,
        }
    }
}

/// A value of a text. A whole number is one, written as it was, so that it chooses between one and many.
pub fn counted(value: &str) -> FluentValue<'static> {
    match value.parse::<i64>() {
        // Fluent keeps numbers as floats: what one cannot hold stays a text.
        Ok(number) if number.unsigned_abs() < 1 << f64::MANTISSA_DIGITS && number.to_string() == value => {
            FluentValue::from(number)
        }
        _ => FluentValue::from(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::counted;
    use fluent_templates::fluent_bundle::FluentValue;

    const FRENCH: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/invoices/texts/fr/invoice.ftl"));
    const ENGLISH: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/invoices/texts/en/invoice.ftl"));

    fn ids(file: &str) -> BTreeSet<&str> {
        let is_message = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
        file.lines().filter(is_message).filter_map(|line| line.split(" =").next()).collect()
    }

    #[test]
    fn both_languages_have_the_same_messages() {
        assert_eq!(ids(FRENCH), ids(ENGLISH));
    }

    #[test]
    fn every_message_asked_for_exists_and_every_message_is_asked_for() {
        let sources = [
            include_str!("invoice/annex.rs"),
            include_str!("invoice/closing.rs"),
            include_str!("invoice/evidence.rs"),
            include_str!("invoice/lines.rs"),
            include_str!("invoice/mod.rs"),
            include_str!("invoice/opening.rs"),
            include_str!("invoice/totals.rs"),
            include_str!("invoice/words.rs"),
        ]
        .concat();
        let known = ids(FRENCH);
        for id in &known {
            assert!(sources.contains(&format!("\"{id}\"")), "{id} is never used");
        }
        for asked in sources.split([' ', '(', ')', ',', '\n']).filter_map(|word| word.strip_prefix('"')) {
            if let Some(id) = asked.strip_suffix('"').filter(|id| id.contains('-') && id.is_ascii()) {
                assert!(known.contains(id), "{id} has no text");
            }
        }
    }

    #[test]
    fn french_punctuation_stands_off_by_a_narrow_no_break_space() {
        for line in FRENCH.lines().filter(|line| !line.starts_with('#')) {
            let text = line.split_once(" =").map_or(line, |(_, text)| text);
            for (index, _) in text.match_indices([':', ';', '!', '?']) {
                let before = text.get(..index).and_then(|start| start.chars().next_back());
                assert_eq!(before, Some('\u{202f}'), "{line}");
            }
            assert!(!text.contains('\''), "{line}");
        }
    }

    #[test]
    fn a_code_of_many_digits_stays_a_text() {
        assert!(matches!(counted("12"), FluentValue::Number(_)));
        for text in ["1234567890123456789", "0042", "1 234", "+1", "A01"] {
            assert!(matches!(counted(text), FluentValue::String(_)), "{text}");
        }
    }
}
