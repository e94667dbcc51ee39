//! The words of pages, from `locales/pages/*.ftl`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use crate::documents::counted;
use crate::domain::party::Language;

static_loader! {
    static TEXTS = {
        locales: "./locales/pages",
        fallback_language: "fr",
        // Pages mark nothing up inside a sentence; the isolating marks would only get into what people copy.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const FRENCH: LanguageIdentifier = langid!("fr");
const ENGLISH: LanguageIdentifier = langid!("en");

/// The text `key` in `language`, with its values.
pub fn text(language: Language, key: &str, values: &[(&'static str, &str)]) -> String {
    let language = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    };
    if values.is_empty() {
        return TEXTS.lookup(language, key);
    }
    let value = |(name, value): &(&'static str, &str)| (Cow::Borrowed(*name), counted(value));
    TEXTS.lookup_with_args(language, key, &values.iter().map(value).collect::<HashMap<_, _>>())
}

/// The text `key` with values whose names are not known beforehand, where there is such a text.
pub fn of_values(language: Language, key: &str, values: Vec<(Cow<'static, str>, String)>) -> Option<String> {
    let language = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    };
    let values = values.into_iter().map(|(name, value)| (name, counted(&value))).collect();
    TEXTS.try_lookup_with_args(language, key, &values)
}

/// The text `key` with its one value, where there is such a text.
pub fn optional(language: Language, key: &str, name: &'static str, value: &str) -> Option<String> {
    let language = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    };
    let values = HashMap::from([(Cow::Borrowed(name), FluentValue::from(value.to_owned()))]);
    TEXTS.try_lookup_with_args(language, key, &values)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    /// Every file of a language with its name: `fr.ftl`, and those of the folder `fr`.
    fn sources(language: &str) -> BTreeMap<String, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/pages");
        let mut files = BTreeMap::from([("main".to_owned(), root.join(format!("{language}.ftl")))]);
        for entry in std::fs::read_dir(root.join(language)).unwrap() {
            let path = entry.unwrap().path();
            files.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), path);
        }
        files.into_iter().map(|(name, path)| (name, std::fs::read_to_string(path).unwrap())).collect()
    }

    fn keys(source: &str) -> Vec<&str> {
        // A key begins its line; what goes on below it, the forms of a plural, is set in.
        let begins = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
        source.lines().filter(begins).filter_map(|line| Some(line.split_once(" =")?.0)).collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (french, english) = (sources("fr"), sources("en"));
        assert_eq!(french.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>());
        let mut all = vec![];
        for (name, text) in &french {
            assert_eq!(keys(text), keys(&english[name]), "{name}");
            all.extend(keys(text));
            for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
                let text = line.split_once('=').map_or("", |(_, text)| text);
                let plain = [" :", " ;", " !", " ?", "'"].iter().any(|wrong| text.contains(wrong));
                assert!(!plain, "fr {name} line {}: plain space or apostrophe: {line}", number + 1);
            }
        }
        let known: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(known.len(), all.len(), "a key is there twice");
    }

    /// Every message the program tells has words in both languages.
    #[test]
    fn every_message_has_words() {
        let french = sources("fr");
        let known: BTreeSet<&str> = french.values().flat_map(|text| keys(text)).collect();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut missing = vec![];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let source = std::fs::read_to_string(&path).unwrap();
                for start in ["Told::new(\"", "over(\""] {
                    let told = source.split(start).skip(1).filter_map(|rest| rest.split('"').next());
                    let wordless = told.filter(|key| {
                        key.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                            && !known.contains(&*format!("told-{key}"))
                    });
                    missing
                        .extend(wordless.filter(|key| !key.is_empty()).map(|key| format!("{}: {key}", path.display())));
                }
            }
        }
        assert!(missing.is_empty(), "messages without words: {missing:#?}");
    }

    /// Every key a template or a handler names in full is there. Keys put together (`role-` + name) are not seen here;
    /// the page tests look for what a missing key leaves behind.
    #[test]
    fn every_text_asked_for_exists() {
        let french = sources("fr");
        let known: BTreeSet<&str> = french.values().flat_map(|text| keys(text)).collect();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/pages");
        let mut missing = vec![];
        let mut folders = vec![folder];
        let mut files = vec![];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        for path in files {
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            for start in [".t(\"", "frame.with(\"", " text(\"", "(text(\""] {
                let named = source.split(start).skip(1).filter_map(|rest| rest.split('"').next());
                missing
                    .extend(named.filter(|key| !known.contains(key)).map(|key| format!("{}: {key}", path.display())));
            }
        }
        assert!(missing.is_empty(), "no such text:\n{}", missing.join("\n"));
    }
}
