//! Every text a page asks for by name has words in both languages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How pages ask for a text.
const ASKED: [&str; 6] = ["frame.t(", "frame.with(", "frame.texts(", "view.t(", "view.with(", "view.texts("];

#[test]
fn every_text_asked_for_by_name_has_words_in_both_languages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = files(&root.join("src/http"), &["rs", "html"]);
    let mut asked = BTreeSet::new();
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        asked.extend(ASKED.iter().flat_map(|call| names(code, call)));
    }
    assert!(asked.len() > 500, "the walk over the pages found too little: {}", asked.len());
    for language in ["fr", "en"] {
        let mut known = files(&root.join("locales/pages").join(language), &["ftl"]);
        known.push(root.join(format!("locales/pages/{language}.ftl")));
        let known: String = known.iter().map(|file| format!("\n{}", fs::read_to_string(file).unwrap())).collect();
        let missing: Vec<&String> = asked.iter().filter(|key| !known.contains(&format!("\n{key} ="))).collect();
        assert!(missing.is_empty(), "no words in {language} for {missing:?}");
    }
}

/// The names written out in the first argument of each `call`; what is put together from parts is not among them, nor
/// what a `match` compares with.
fn names(code: &str, call: &str) -> Vec<String> {
    let arguments = code.split(call).skip(1).map(first_argument);
    let whole = arguments.filter(|argument| !argument.contains("format!"));
    whole
        .flat_map(|argument| {
            let parts: Vec<&str> = argument.split('"').collect();
            let literals = parts.windows(2).skip(1).step_by(2);
            let chosen = literals.filter(|pair| pair.last().is_none_or(|after| !after.trim_start().starts_with("=>")));
            chosen.filter_map(|pair| pair.first().map(|name| (*name).to_owned())).collect::<Vec<_>>()
        })
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
        .collect()
}

fn first_argument(code: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return &code[..at],
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => return &code[..at],
            _ => {}
        }
    }
    code
}

fn files(folder: &Path, endings: &[&str]) -> Vec<std::path::PathBuf> {
    let (folders, files): (Vec<_>, Vec<_>) =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
    let known =
        |path: &std::path::PathBuf| endings.iter().any(|ending| path.extension().is_some_and(|found| found == *ending));
    let mut found: Vec<_> = files.into_iter().filter(known).collect();
    found.extend(folders.iter().flat_map(|inner| self::files(inner, endings)));
    found
}
