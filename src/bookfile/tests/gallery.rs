//! The gallery of mistakes: `tests/errors/edits.txt` holds edits of the small book and what each is told.
//!
//! A case begins with `== title`; `-` lines are found in the book (their first place) and replaced by the `+` lines; the
//! rest is the answer. `UPDATE_GALLERY=1 cargo test gallery` writes the answers anew: read the difference.

use super::{SMALL_BOOK, told};
use crate::bookfile::{read, read_bytes};

const EDITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors/edits.txt");

struct Case {
    title: String,
    old: String,
    new: String,
    expected: String,
}

fn cases(gallery: &str) -> Vec<Case> {
    let lines = |text: &str, mark: &str| {
        let marked = text.lines().filter_map(|line| line.strip_prefix(mark));
        marked.map(|line| format!("{line}\n")).collect::<String>()
    };
    let answer = |text: &str| {
        let rest = text.lines().skip(1).filter(|line| !line.starts_with(['-', '+']) && !line.is_empty());
        rest.map(|line| format!("{line}\n")).collect::<String>()
    };
    gallery
        .split("== ")
        .skip(1)
        .map(|text| Case {
            title: text.lines().next().unwrap().to_owned(),
            old: lines(text, "- "),
            new: lines(text, "+ "),
            expected: answer(text),
        })
        .collect()
}

fn answer(case: &Case) -> String {
    assert!(SMALL_BOOK.contains(&case.old), "{}: the book does not hold\n{}", case.title, case.old);
    match read(&SMALL_BOOK.replacen(&case.old, &case.new, 1), "book.toml") {
        Ok(_) => "is accepted\n".to_owned(),
        Err(mistakes) => told(&mistakes),
    }
}

#[test]
fn gallery_of_mistakes() {
    let gallery = std::fs::read_to_string(EDITS).unwrap();
    let header = gallery.split("== ").next().unwrap();
    let mut fresh = header.to_owned();
    for case in cases(&gallery) {
        let marked = |text: &str, mark: &str| text.lines().map(|line| format!("{mark}{line}\n")).collect::<String>();
        let edit = marked(&case.old, "- ") + &marked(&case.new, "+ ");
        fresh += &format!("== {}\n{edit}{}\n", case.title, answer(&case));
    }
    if std::env::var_os("UPDATE_GALLERY").is_some() {
        std::fs::write(EDITS, &fresh).unwrap();
        return;
    }
    let got = cases(&fresh);
    for (expected, got) in cases(&gallery).iter().zip(&got) {
        assert_eq!(expected.expected, got.expected, "{}", expected.title);
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let text = include_str!("../../../tests/errors/many-mistakes.toml");
    let mistakes = read(text, "many-mistakes.toml").unwrap_err();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors/many-mistakes.txt");
    if std::env::var_os("UPDATE_GALLERY").is_some() {
        std::fs::write(golden, told(&mistakes)).unwrap();
    }
    assert_eq!(told(&mistakes), std::fs::read_to_string(golden).unwrap());
}

#[test]
fn a_file_in_another_encoding_is_refused_at_its_byte() {
    let latin1: Vec<u8> = SMALL_BOOK.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let mistakes = read_bytes(&latin1, "latin1.toml").unwrap_err();
    assert_eq!(told(&mistakes), "latin1.toml:5:23: byte 0xE9 is not UTF-8; save the file in the encoding UTF-8\n");
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    assert!(read(&format!("\u{feff}{SMALL_BOOK}"), "book.toml").is_ok());
}

#[test]
fn a_file_too_large_to_be_a_book_is_refused_unread() {
    let large = vec![b'\n'; 64 * 1024 * 1024 + 1];
    let mistakes = read_bytes(&large, "large.toml").unwrap_err();
    assert_eq!(told(&mistakes), "large.toml:1:1: the file has 67108865 bytes, more than 67108864; is it a book?\n");
}

#[test]
fn no_file_makes_the_reader_panic() {
    use proptest::prelude::*;
    proptest!(|(text in "([\\[\\]{}=\".,\n]|room|meter|tenant|contract|line|of|tiers|code|0|1|x| ){0,60}")| {
        prop_assert!(read(&text, "noise.toml").is_err());
    });
}

/// Any line of the small book may be lost (one in seven is tried): the answer is a book or mistakes with places, never a panic.
#[test]
fn a_damaged_book_is_refused_with_places() {
    let lines: Vec<&str> = SMALL_BOOK.lines().collect();
    for skipped in (0..lines.len()).step_by(7) {
        let damaged: String =
            lines.iter().enumerate().filter(|(n, _)| *n != skipped).map(|(_, l)| format!("{l}\n")).collect();
        if let Err(mistakes) = read(&damaged, "damaged.toml") {
            assert!(!mistakes.is_empty());
            assert!(mistakes.iter().all(|mistake| mistake.line <= lines.len() && !mistake.message.is_empty()));
        }
    }
}
