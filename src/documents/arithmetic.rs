//! A stored calculation as people read it: numbers, units and months as the language writes them.
//!
//! What is stored is one text for all languages, with a point and no separators; words and codes in it stay as they are.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::domain::calendar::BillingMonth;
use crate::domain::party::Language;
use crate::domain::quantity::Unit;
use crate::domain::tariff::symbol;
use crate::domain::typography::{NBSP, decimal, unit_word};

/// Before a semicolon in French.
const NARROW: &str = "\u{202f}";

/// `formula` with the numbers, units and months of the language.
pub fn arithmetic(language: Language, formula: &str) -> String {
    let (mut shown, mut counted) = (String::with_capacity(formula.len() * 2), None);
    for (index, word) in formula.split(' ').enumerate() {
        let (before, bare, after) = parts(word);
        let unit = Unit::ALL.into_iter().find(|unit| !bare.is_empty() && symbol(*unit) == bare);
        if index > 0 {
            shown.push(if unit.is_some() && counted.is_some() { NBSP } else { ' ' });
        }
        shown.push_str(before);
        match unit {
            Some(unit) => shown.push_str(&unit_word(counted.unwrap_or(Decimal::ONE), unit, language)),
            None => shown.push_str(&fraction(language, bare)),
        }
        match after.split_once(';') {
            Some((closing, rest)) if language == Language::French => {
                shown.extend([closing, NARROW, ";", rest]);
            }
            _ => shown.push_str(after),
        }
        counted = bare.parse().ok();
    }
    shown
}

/// A word without the marks around it, and those marks.
fn parts(word: &str) -> (&str, &str, &str) {
    let inner = word.trim_start_matches('(');
    let bare = inner.trim_end_matches([')', ';', '.', ',', '…']);
    let (before, _) = word.split_at(word.len() - inner.len());
    (before, bare, inner.strip_prefix(bare).unwrap_or_default())
}

/// Numbers or months, one or two with a stroke between them; anything else as it is.
fn fraction(language: Language, word: &str) -> Cow<'_, str> {
    let shown = |one: &str| number(language, one).or_else(|| month(language, one));
    match word.split_once('/') {
        None => shown(word).map_or(Cow::Borrowed(word), Cow::Owned),
        Some((above, below)) => match (shown(above), shown(below)) {
            (Some(above), Some(below)) => Cow::Owned(format!("{above}/{below}")),
            _ => Cow::Borrowed(word),
        },
    }
}

fn number(language: Language, word: &str) -> Option<String> {
    let is_number = word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    word.parse::<Decimal>().ok().filter(|_| is_number).map(|value| decimal(value, language))
}

/// `09/2024`; English keeps `2024-09`.
fn month(language: Language, word: &str) -> Option<String> {
    let month = word.parse::<BillingMonth>().ok()?;
    Some(match language {
        Language::French => format!("{:02}/{}", month.month(), month.year()),
        Language::English => month.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// French: narrow spaces between thousands, a comma, units counted; English: commas, a point.
    #[test]
    fn calculations_are_written_as_the_language_does() {
        let formula = "9150.08 kWh × PUE 1.25 = 11437.6 kWh.";
        let french = arithmetic(Language::French, formula);
        assert_eq!(french, "9\u{202f}150,08\u{a0}kWh × PUE 1,25 = 11\u{202f}437,6\u{a0}kWh.");
        assert_eq!(arithmetic(Language::English, formula), "9,150.08\u{a0}kWh × PUE 1.25 = 11,437.6\u{a0}kWh.");
    }

    #[test]
    fn units_are_counted() {
        let told = |language| arithmetic(language, "12 rack × 1.5 TB; 1 month; 2 d; 1.5 rack.");
        assert_eq!(
            told(Language::French),
            "12\u{a0}baies × 1,5\u{a0}To\u{202f}; 1\u{a0}mois\u{202f}; 2\u{a0}jours\u{202f}; 1,5\u{a0}baie."
        );
        assert_eq!(told(Language::English), "12\u{a0}racks × 1.5\u{a0}TB; 1\u{a0}month; 2\u{a0}days; 1.5\u{a0}racks.");
    }

    /// Codes, dates and numbers of documents are no quantities.
    #[test]
    fn what_is_no_number_stays() {
        for kept in ["A01-EA", "DC2026000001", "(DC2025000001)", "2026-10-01", "×", "e10", "inf", "1  ×", "…"] {
            assert_eq!(arithmetic(Language::French, kept), kept);
        }
        let closed = arithmetic(Language::French, "(Syntec 2024-09 / 2023-09); 655");
        assert_eq!(closed, "(Syntec 09/2024 / 09/2023)\u{202f}; 655");
        let index = "0.15 + 0.85 × 314.5/306 = 1.02361111… (Syntec 2024-09 / 2023-09)";
        assert_eq!(
            arithmetic(Language::French, index),
            "0,15 + 0,85 × 314,5/306 = 1,02361111… (Syntec 09/2024 / 09/2023)"
        );
        assert_eq!(
            arithmetic(Language::French, "(30000 kWh − 1200.00) × 17/31"),
            "(30\u{202f}000\u{a0}kWh − 1\u{202f}200,00) × 17/31"
        );
    }
}
