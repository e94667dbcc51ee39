//! The report's words: both languages say the same things, and each message is asked for.

use std::collections::BTreeSet;

use super::words::Words;
use crate::domain::party::Language;

const FRENCH: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/invoices/texts/fr/payback.ftl"));
const ENGLISH: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/invoices/texts/en/payback.ftl"));

fn ids(file: &str) -> BTreeSet<&str> {
    let is_message = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    file.lines().filter(is_message).filter_map(|line| line.split(" =").next()).collect()
}

#[test]
fn both_languages_have_the_same_messages_and_each_is_asked_for() {
    let sources = [
        include_str!("words.rs"),
        include_str!("csv.rs"),
        include_str!("xlsx.rs"),
        include_str!("xlsx/tables.rs"),
        include_str!("pdf.rs"),
        include_str!("pdf/basis.rs"),
        include_str!("pdf/chart.rs"),
        include_str!("pdf/opening.rs"),
        include_str!("pdf/periods.rs"),
        include_str!("pdf/results.rs"),
    ]
    .concat();
    assert_eq!(ids(FRENCH), ids(ENGLISH));
    let keys =
        crate::domain::payback::Scenario::unchanged("", "").assumptions().map(|(key, _)| format!("payback-key-{key}"));
    for id in ids(FRENCH).into_iter().filter(|id| !keys.iter().any(|key| key == id)) {
        assert!(sources.contains(&format!("\"{id}\"")), "{id} is never used");
    }
    for asked in sources.split('"').filter(|text| text.starts_with("payback-") && !text.contains('{')) {
        assert!(ids(FRENCH).contains(asked), "{asked} has no text");
    }
    for key in &keys {
        assert!(ids(FRENCH).contains(key.as_str()), "{key} has no text");
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

/// What the report works out has one decimal everywhere, a whole number too: 12.00 and 11.92 stand beside one another.
#[test]
fn rates_that_are_worked_out_have_one_decimal() {
    let words = Words::new(Language::French);
    let shown = ["12.00", "11.92", "41", "35.9"].map(|rate| words.percent(rate.parse().unwrap()));
    assert_eq!(shown, ["12,0\u{a0}%", "11,9\u{a0}%", "41,0\u{a0}%", "35,9\u{a0}%"]);
    assert_eq!(Words::new(Language::English).percent("12".parse().unwrap()), "12.0%");
}

#[test]
fn scenarios_that_agree_on_a_month_name_it_once() {
    let month = |text: &str| text.parse().unwrap();
    let words = Words::new(Language::French);
    let told = |a, b| words.between(month(a), month(b)).replace('\u{a0}', " ");
    assert_eq!(told("2027-03", "2027-03"), "Selon tous les scénarios, l’équilibre se situe en mars 2027.");
    assert!(told("2027-03", "2028-01").ends_with("entre mars 2027 et janvier 2028."));
}
