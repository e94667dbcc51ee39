//! The words of mails, from `locales/mail/*.ftl`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use crate::domain::party::Language;

static_loader! {
    static TEXTS = {
        locales: "./locales/mail",
        fallback_language: "fr",
        // The marks fluent would put around values show up in some mail programs.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const FRENCH: LanguageIdentifier = langid!("fr");
const ENGLISH: LanguageIdentifier = langid!("en");

/// Values for the placeables of texts, by name.
pub type Values = HashMap<Cow<'static, str>, FluentValue<'static>>;

pub fn values(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Values {
    pairs.into_iter().map(|(name, value)| (Cow::Borrowed(name), FluentValue::from(value))).collect()
}

/// The text `key` in `language`.
pub fn text(language: Language, key: &str, values: &Values) -> String {
    let language = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    };
    TEXTS.lookup_with_args(language, key, values)
}

#[cfg(test)]
mod tests {
    fn keys(source: &str) -> Vec<&str> {
        source.lines().filter(|line| !line.starts_with('#')).filter_map(|line| Some(line.split_once(" =")?.0)).collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let french = include_str!("../../locales/mail/fr.ftl");
        assert_eq!(keys(french), keys(include_str!("../../locales/mail/en.ftl")));
        for (number, line) in french.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let text = line.split_once('=').map_or("", |(_, text)| text);
            let plain = [" :", " ;", " !", " ?", "'"].iter().any(|wrong| text.contains(wrong));
            assert!(!plain, "fr.ftl line {}: plain space or apostrophe: {line}", number + 1);
        }
    }
}
