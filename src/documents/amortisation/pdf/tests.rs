//! The report's words; what stands on its pages is tested from outside, in `tests/amortisation_pdf.rs`.

use std::collections::BTreeSet;

const FRENCH: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/invoices/texts/fr/amortisation.ftl"));
const ENGLISH: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/invoices/texts/en/amortisation.ftl"));

#[test]
fn both_languages_have_the_same_messages_and_each_is_asked_for() {
    let sources = [
        include_str!("../pdf.rs"),
        include_str!("assets.rs"),
        include_str!("chart.rs"),
        include_str!("figures.rs"),
        include_str!("months.rs"),
        include_str!("opening.rs"),
    ]
    .concat();
    assert_eq!(ids(FRENCH), ids(ENGLISH));
    for id in ids(FRENCH) {
        assert!(sources.contains(&format!("\"{id}\"")), "{id} is never used");
    }
    for asked in sources.split('"').filter(|text| text.starts_with("amortisation-")) {
        assert!(ids(FRENCH).contains(asked), "{asked} has no text");
    }
}

#[test]
fn french_punctuation_stands_off_by_a_narrow_no_break_space() {
    for line in FRENCH.lines().filter(|line| !line.starts_with('#')) {
        let text = line.split_once(" =").map_or(line, |(_, text)| text);
        for (index, _) in text.match_indices([':', ';', '!', '?']) {
            assert_eq!(text[..index].chars().next_back(), Some('\u{202f}'), "{line}");
        }
        assert!(!text.contains('\''), "{line}");
    }
}

fn ids(file: &str) -> BTreeSet<&str> {
    let is_message = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    file.lines().filter(is_message).filter_map(|line| line.split(" =").next()).collect()
}
