//! Whatever people type into the forms, the book stays one that is exported and imported unchanged.

use proptest::prelude::*;

use super::form::FormData;
use super::{Basis, StoredEntry, Target, line, price};
use crate::app::edit_book;
use crate::bookfile;
use crate::domain::access::TenantScope;
use crate::domain::book::{Book, Entry, EntryKind};

const SMALL_BOOK: &str = include_str!("../../../../../tests/fixtures/small-book.toml");

/// What is typed into a field: right for some, wrong for most.
const TYPED: [&str; 24] = [
    "",
    "  ",
    "x",
    "12,5",
    "0",
    "-1",
    "1 200,50 €",
    "2027-02-30",
    "01/01/2028",
    "2026-01-01",
    "2026-07-01",
    "aphp",
    "energie",
    "baie",
    "A01-EA",
    "A01",
    "standard",
    "exempt",
    "energy",
    "fixed",
    "a@example.org",
    "é « x » \\ \" ' # = [",
    "deux\nlignes",
    "99999999999999999999",
];

fn entries(book: &Book) -> Vec<Entry> {
    let seller = std::iter::once(Entry::Seller(Box::new(book.seller.clone())));
    let tenants = book.tenants.iter().cloned().map(Entry::Tenant);
    let tariffs = book.tariffs.iter().cloned().map(Entry::Tariff);
    seller.chain(tenants).chain(tariffs).chain(book.contracts.iter().cloned().map(Entry::Contract)).collect()
}

/// The entry as the forms of its parts fill and read it, with one field typed anew.
fn typed(entry: &Entry, field: usize, text: &str) -> serde_json::Value {
    let document = bookfile::write_entry(entry);
    let mut data = FormData::of(&document).or("contact.1.name", "").or("notice_months", "").or("phone", "");
    let names: Vec<String> = data.names().into_iter().map(str::to_owned).collect();
    if let Some(name) = names.get(field % names.len().max(1)) {
        data.set(name, text);
    }
    let data = ["contact", "indexation.revision"].iter().fold(data, |data, list| data.compact(list, None));
    let mut document = data.document();
    if let Some(lines) = document.get_mut("line").and_then(serde_json::Value::as_array_mut) {
        for one in lines {
            *one = line::document(&line::fields(one).compact("assignment", None));
        }
    }
    if let Some(versions) = document.get_mut("version").and_then(serde_json::Value::as_array_mut) {
        for one in versions {
            *one = price::document(&price::fields(one).compact("tiers", None));
        }
    }
    document
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_sequence_of_edits_leaves_a_book_that_imports_unchanged(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..400, prop::sample::select(&TYPED[..])), 1..12),
    ) {
        let mut book = bookfile::read(SMALL_BOOK, "small-book.toml").unwrap();
        for (which, field, text) in edits {
            let all = entries(&book);
            let before = which.get(&all).clone();
            let stored = StoredEntry {
                document: bookfile::write_entry(&before),
                entry: before.clone(),
                version: 1,
                billed_until: None,
            };
            let target =
                Target { kind: before.kind(), code: Some(before.code().to_owned()), scope: TenantScope::Everyone };
            let basis = Basis { version: Some(1), reason: "avenant".into() };
            let document = typed(&before, field, text);
            if let Ok(after) = edit_book::check(&book, Some(&stored), &target, &basis, &document) {
                book = book.with(after);
            }
        }
        prop_assert_eq!(book.check(), vec![]);
        let text = bookfile::write(&book);
        let again = bookfile::read(&text, "book.toml");
        prop_assert_eq!(again.as_ref(), Ok(&book), "{}", text);
        prop_assert_eq!(bookfile::write(&book), text);
    }
}

#[test]
fn a_form_that_is_sent_back_as_it_was_changes_nothing() {
    let book = bookfile::read(SMALL_BOOK, "small-book.toml").unwrap();
    for entry in entries(&book) {
        // No field has this number's name: the field that is typed anew is typed as it is.
        let document = bookfile::write_entry(&entry);
        let data = FormData::of(&document);
        let first = data.names().first().map(|name| data.text(name).to_owned()).unwrap_or_default();
        let read = bookfile::read_entry(entry.kind(), &typed(&entry, 0, &first));
        assert_eq!(read.as_ref(), Ok(&entry), "{document}");
    }
    assert_eq!(book.entry(EntryKind::Tenant, "nobody"), None);
}
