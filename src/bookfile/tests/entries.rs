//! Each thing of the book by itself.

use serde_json::json;

use super::SMALL_BOOK;
use crate::bookfile::{read, read_entry, revision, write_at, write_entry};
use crate::domain::book::{Entry, EntryKind};

fn mistakes(kind: EntryKind, document: &serde_json::Value) -> Vec<String> {
    read_entry(kind, document).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn every_entry_of_the_book_reads_back_equal() {
    let book = read(SMALL_BOOK, "small-book.toml").unwrap();
    let payback = book.payback.clone().unwrap();
    let entries = [Entry::Seller(Box::new(book.seller.clone())), Entry::Payback(Box::new(payback))]
        .into_iter()
        .chain(book.tenants.iter().cloned().map(Entry::Tenant))
        .chain(book.tariffs.iter().cloned().map(Entry::Tariff))
        .chain(book.contracts.iter().cloned().map(Entry::Contract))
        .chain(book.assets.iter().cloned().map(|asset| Entry::Asset(Box::new(asset))));
    for entry in entries {
        let document = write_entry(&entry);
        assert_eq!(read_entry(entry.kind(), &document).unwrap(), entry, "{document}");
        assert_eq!(book.entry(entry.kind(), entry.code()).as_ref(), Some(&entry));
    }
}

#[test]
fn mistakes_name_the_field_they_are_in() {
    let tenant = json!({
        "code": "x", "name": "  ", "siret": "21750001600018", "payment_term_class": "local-authorty",
        "address": { "lines": ["1 rue Exemple"], "postcode": "75018" }, "contact": [{ "name": "A", "email": "a@b.fr" }, { "name": "B" }],
    });
    let told = mistakes(EntryKind::Tenant, &tenant);
    let fields: Vec<&str> = told.iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(fields.len(), 5, "{told:?}");
    for field in ["name", "siret", "payment_term_class", "address.city", "contact.2.email"] {
        assert!(fields.contains(&field), "{field}: {told:?}");
    }
    let contract = json!({
        "code": "C", "tenant": "x", "title": "T", "from": "2026-01-01",
        "line": [{ "code": "a.b" }, { "code": "a.b", "quantity": "4", "from": "2026-02-30" }],
    });
    let told = mistakes(EntryKind::Contract, &contract);
    assert!(told.iter().any(|line| line.starts_with("line.2.from: 2026-02-30 is not a date")), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("line.1.service: is missing")), "{told:?}");
    let told = mistakes(EntryKind::Tariff, &json!({ "code": "t", "version": [{ "amount_eur": 1.5 }] }));
    assert!(told[0].starts_with("version.1.amount_eur: 1.5 has decimals; write it as text"), "{told:?}");
}

#[test]
fn an_export_says_how_many_edits_it_knows() {
    let book = read(SMALL_BOOK, "small-book.toml").unwrap();
    let text = write_at(&book, 7);
    assert_eq!((revision(text.as_bytes()), revision(SMALL_BOOK.as_bytes())), (Some(7), None));
    assert_eq!(read(&text, "book.toml").unwrap(), book);
}

/// What stands on documents is as short in the file as in forms, each told where it stands.
#[test]
fn texts_on_documents_have_limits() {
    let long = |key: &str, was: &str, characters: usize| {
        let (old, new) = (format!("{key} = \"{was}\""), format!("{key} = \"{}\"", "é".repeat(characters)));
        assert!(SMALL_BOOK.contains(&old), "{old}");
        read(&SMALL_BOOK.replacen(&old, &new, 1), "small-book.toml")
    };
    let footer = "City of Paris, SIRET 217 500 016 00019.";
    for (key, was, max) in [
        ("name", "Centre de données Chapelle International", 200),
        ("name", "Ville de Paris", 200),
        ("account_holder", "Trésor public", 200),
        ("phone", "+33 1 00 00 00 00", 40),
        ("footer", footer, 300),
    ] {
        assert!(long(key, was, max).is_ok(), "{was}");
        let told = format!("{:?}", long(key, was, max + 1).unwrap_err());
        assert!(told.contains(&format!("shorten it to {max} at most")), "{was}: {told}");
    }
}
