//! The layers of ARCHITECTURE.md, checked on the source: an import that goes up fails here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "architecture/words.rs"]
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Lower may not see higher; equal ranks may not see each other.
const LAYERS: [(&str, u8); 12] = [
    ("domain", 0),
    ("bookfile", 1),
    ("collect", 1),
    ("documents", 1),
    ("mail", 1),
    ("storage", 1),
    ("app", 2),
    ("config", 1),
    ("http", 3),
    ("jobs", 3),
    ("cli", 4),
    ("main", 5),
];

/// The same inside the domain, where equal ranks may not see each other either, except the two of [`NUMBERS`].
const DOMAIN_LAYERS: &[(&str, u8)] = &[
    ("calendar", 0),
    ("ids", 0),
    ("money", 1),
    ("quantity", 1),
    ("access", 2),
    ("audit", 2),
    ("party", 2),
    ("sampling", 2),
    ("told", 2),
    ("freetext", 3),
    ("typography", 3),
    ("facility", 3),
    ("ledger", 3),
    ("tariff", 3),
    ("amortisation", 4),
    ("metering", 4),
    ("contract", 5),
    ("payback", 6),
    ("book", 7),
    ("rating", 7),
    ("invoice", 8),
    ("billing_run", 9),
    ("receivables", 9),
    ("reconciliation", 10),
];

/// A price is money for a quantity: the two know each other, and nothing else.
const NUMBERS: [&str; 2] = ["money", "quantity"];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its path below `src/` and its text without comments.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    rust_files(&root, &mut files);
    assert!(files.len() > 30, "the walk over src/ found too little");
    let code = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    files.iter().map(|path| (path.strip_prefix(&root).unwrap().display().to_string(), code(path))).collect()
}

fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The names that follow `prefix` in `code`: of `crate::{a::X, b}`, both a and b.
fn names_after<'a>(code: &'a str, prefix: &str) -> Vec<&'a str> {
    let word = |text: &'a str| {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        &text[..end]
    };
    let mut names = vec![];
    for (start, _) in code.match_indices(prefix) {
        let rest = &code[start + prefix.len()..];
        match rest.strip_prefix('{') {
            None => names.push(word(rest)),
            Some(group) => {
                let mut depth = 1;
                let mut item = 0;
                for (index, character) in group.char_indices() {
                    match character {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if (character == ',' && depth == 1) || depth == 0 {
                        names.push(word(group[item..index].trim_start()));
                        item = index + 1;
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    names
}

#[test]
fn layers_only_look_down() {
    let ranks: BTreeMap<_, _> = LAYERS.into_iter().collect();
    let mut breaches = vec![];
    for (file, code) in sources() {
        let module = module_of(&file);
        if matches!(module, "lib" | "main") {
            continue;
        }
        let own = *ranks.get(module).unwrap_or_else(|| panic!("src/{file}: `{module}` has no rank in LAYERS"));
        for name in names_after(&code, "crate::") {
            let Some(rank) = ranks.get(name) else { continue };
            if name != module && *rank >= own {
                breaches.push(format!("src/{file} uses crate::{name}"));
            }
        }
    }
    assert!(breaches.is_empty(), "imports that go up or sideways:\n{}", breaches.join("\n"));
}

#[test]
fn the_domain_is_layered_and_pure() {
    let ranks: BTreeMap<_, _> = DOMAIN_LAYERS.iter().copied().collect();
    let mut breaches = vec![];
    for (file, code) in sources() {
        let Some(inner) = file.strip_prefix("domain/") else { continue };
        let code = code.split("#[cfg(test)]").next().unwrap();
        for banned in [
            "diesel",
            "actix_web",
            "lettre",
            "printpdf",
            "lopdf",
            "std::env",
            "std::fs",
            "Utc::now",
            "f64",
            "f32",
            "SystemTime",
        ] {
            if code.contains(banned) {
                breaches.push(format!("src/{file} mentions {banned}"));
            }
        }
        let module = module_of(inner);
        if module == "mod" {
            continue;
        }
        let own = ranks.get(module).unwrap_or_else(|| panic!("src/{file}: `{module}` has no rank in DOMAIN_LAYERS"));
        let mut names = names_after(code, "crate::domain::");
        if !inner.contains('/') {
            names.extend(names_after(code, "super::"));
        }
        for name in names {
            let Some(rank) = ranks.get(name) else { continue };
            let are_numbers = NUMBERS.contains(&name) && NUMBERS.contains(&module);
            if name != module && rank >= own && !are_numbers {
                breaches.push(format!("src/{file} uses domain::{name}"));
            }
        }
    }
    assert!(breaches.is_empty(), "the domain must stay pure and look down:\n{}", breaches.join("\n"));
}

#[test]
fn only_storage_knows_diesel() {
    let strays: Vec<String> = sources()
        .into_iter()
        .filter(|(file, code)| module_of(file) != "storage" && code.contains("diesel"))
        .map(|(file, _)| file)
        .collect();
    assert!(strays.is_empty(), "diesel outside storage: {strays:?}");
}

#[test]
fn files_hold_one_idea() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    rust_files(&root, &mut files);
    // The list of every column grows with the tables and is looked up, not read.
    let list = root.join("storage/schema.rs");
    let long: Vec<String> = files
        .iter()
        .filter(|path| **path != list)
        .map(|path| (path, fs::read_to_string(path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 500)
        .map(|(path, lines)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "split these:\n{}", long.join("\n"));
}

/// Only where the next test looks for names are events made; `AuditEvent::new` takes text of the program alone
/// (`&'static str`), and none of it is put together of parts.
#[test]
fn events_of_the_trail_are_made_where_their_names_are_read() {
    let mut strays = vec![];
    for (file, code) in sources() {
        let code = code.split("#[cfg(test)]").next().unwrap();
        let makes_events = code.contains("AuditEvent::new(");
        for arguments in code.split("AuditEvent::new(").skip(1) {
            let action = arguments.split(',').nth(2).unwrap_or_default().trim();
            if action.strip_prefix('"').is_some_and(|rest| !is_action(rest.trim_end_matches('"'))) {
                strays.push(format!("src/{file}: {action} does not read `thing.done`"));
            }
        }
        if makes_events && !names_actions(&file) {
            strays.push(format!("src/{file} makes events: names_actions does not look there"));
        }
        if makes_events && ["concat!(", ".leak()", "Box::leak"].iter().any(|part| code.contains(part)) {
            strays.push(format!("src/{file} puts text of the program together"));
        }
        // What is kept is read back, field by field, in one place; another would not be held to the list.
        let literals = code.matches("AuditEvent {").count()
            - code.matches("-> AuditEvent {").count()
            - code.matches("struct AuditEvent {").count()
            - code.matches("impl AuditEvent {").count();
        if literals > 0 && !matches!(file.as_str(), "domain/audit/mod.rs" | "storage/rows/audit.rs") {
            strays.push(format!("src/{file} makes events past AuditEvent::new"));
        }
    }
    assert!(strays.is_empty(), "names of actions may slip past:\n{}", strays.join("\n"));
}

/// Where the names of actions stand.
fn names_actions(file: &str) -> bool {
    file.starts_with("app/") || file.starts_with("storage/writer")
}

/// What is appended to the trail has a name of the list, words in both languages, and a line in the documentation; a
/// name of the list that nothing appends is gone.
#[test]
fn every_action_of_the_trail_is_known_labelled_and_documented() {
    use chapelle::domain::audit::{ACTIONS, FORMER_ACTIONS};
    let mut appended = BTreeSet::new();
    for (file, code) in sources() {
        if names_actions(&file) {
            let code = code.split("#[cfg(test)]").next().unwrap();
            appended.extend(code.split('"').filter(|text| is_action(text)).map(str::to_owned));
        }
    }
    let known: BTreeSet<String> = ACTIONS.iter().map(|action| (*action).to_owned()).collect();
    let unknown: Vec<&String> = appended.difference(&known).collect();
    assert!(unknown.is_empty(), "add these to domain/audit/actions.rs: {unknown:?}");
    let unused: Vec<&String> = known.difference(&appended).collect();
    assert!(unused.is_empty(), "nothing appends these: {unused:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let words = |language: &str| {
        let folder = fs::read_dir(root.join("locales/pages").join(language)).unwrap();
        folder.map(|file| format!("\n{}", fs::read_to_string(file.unwrap().path()).unwrap())).collect::<String>()
    };
    let (french, english) = (words("fr"), words("en"));
    let documentation = read("docs/audit.md");
    for action in ACTIONS.iter().chain(&FORMER_ACTIONS) {
        let key = format!("\naction-{} = ", action.replace('.', "-"));
        assert!(french.contains(&key) && english.contains(&key), "no words for {action}: write {}", key.trim());
        assert!(documentation.contains(&format!("`{action}`")), "docs/audit.md does not say what {action} holds");
    }
}

/// `invoice.issued`, and not the name of a file.
fn is_action(text: &str) -> bool {
    const FILES: [&str; 9] = ["json", "jsonl", "txt", "py", "part", "csv", "toml", "zip", "sig"];
    let Some((thing, done)) = text.split_once('.') else { return false };
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_')
    };
    is_word(thing) && is_word(done) && !FILES.contains(&done)
}

/// Every address a browser can open or send is told in docs/web.md, and nothing else is.
#[test]
fn every_address_is_documented() {
    use chapelle::http::routes::routes;
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/web.md")).unwrap();
    let list = text.split("## Every address").nth(1).unwrap();
    let told: BTreeSet<&str> = list.split('`').filter(|part| part.starts_with('/')).collect();
    let for_programs = ["/api/", "/health/", "/openapi.json"];
    let pages = routes().map(|row| row.path).filter(|path| !for_programs.iter().any(|start| path.starts_with(start)));
    let there: BTreeSet<&str> = pages.collect();
    assert_eq!(there.difference(&told).collect::<Vec<_>>(), Vec::<&&str>::new(), "docs/web.md does not tell of these");
    assert_eq!(
        told.difference(&there).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "docs/web.md tells of what is not there"
    );
}
