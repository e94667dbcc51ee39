//! Every key the reader asks for is documented under the heading of its table.

use super::SMALL_BOOK;
use crate::bookfile::cursor::Notes;
use crate::bookfile::read::read_document;
use crate::bookfile::source::Source;
use crate::bookfile::syntax;

const GUIDE: &str = include_str!("../../../docs/facility-book.md");

#[test]
fn every_key_is_documented() {
    let source = Source { file_name: "small-book.toml", text: SMALL_BOOK };
    let parsed = syntax::parse(&source).unwrap_or_else(|mistake| panic!("{mistake}"));
    let notes = Notes::new(&source, parsed.refused);
    read_document(parsed.document.as_table(), &notes);
    let undocumented: Vec<String> = notes
        .keys()
        .into_iter()
        .filter(|(header, key)| !section(header).contains(&format!("| `{key}` |")))
        .map(|(header, key)| format!("{key} of {header}"))
        .collect();
    assert_eq!(undocumented, Vec::<String>::new(), "document them in docs/facility-book.md");
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
