//! Every key the reader asks for is documented under the heading of its table, and no heading names a table it never
//! reads.

use std::collections::BTreeSet;

use super::{ASSETS, SMALL_BOOK};
use crate::bookfile::cursor::Notes;
use crate::bookfile::read::read_document;
use crate::bookfile::source::Source;
use crate::bookfile::syntax;

const GUIDE: &str = include_str!("../../../docs/facility-book.md");

/// Every key asked for while a book with one of each is read, by its table's header.
fn asked() -> BTreeSet<(&'static str, &'static str)> {
    let text = format!("{SMALL_BOOK}\n{ASSETS}");
    let source = Source { file_name: "everything.toml", text: &text };
    let parsed = syntax::parse(&source).unwrap_or_else(|mistake| panic!("{mistake}"));
    let notes = Notes::new(&source, parsed.refused);
    read_document(parsed.document.as_table(), &notes);
    notes.keys()
}

#[test]
fn every_key_is_documented() {
    let undocumented: Vec<String> = asked()
        .into_iter()
        .filter(|(header, key)| !section(header).contains(&format!("| `{key}` |")))
        .map(|(header, key)| format!("{key} of {header}"))
        .collect();
    assert_eq!(undocumented, Vec::<String>::new(), "document them in docs/facility-book.md");
}

/// Otherwise the test above would say nothing about it.
#[test]
fn every_documented_table_is_read() {
    let read: BTreeSet<&str> = asked().into_iter().map(|(header, _)| header).collect();
    let headings = GUIDE.lines().filter(|line| line.starts_with("## "));
    let named = headings.flat_map(|line| line.split('`').skip(1).step_by(2)).filter(|name| name.starts_with('['));
    // Tables of free keys, which nobody asks for by name.
    let free = ["[accounting.accounts]"];
    let unread: Vec<&str> = named.filter(|name| !read.contains(name) && !free.contains(name)).collect();
    assert_eq!(unread, Vec::<&str>::new());
}

/// The guide's text from the heading that names `header` to the next heading.
fn section(header: &str) -> &'static str {
    let start = GUIDE.match_indices("\n#").find(|(at, _)| {
        let heading = GUIDE[at + 1..].lines().next().unwrap_or_default();
        heading.contains(&format!("`{header}`"))
    });
    let Some((start, _)) = start else { return "" };
    let rest = &GUIDE[start + 1..];
    &rest[..rest.find("\n#").unwrap_or(rest.len())]
}
