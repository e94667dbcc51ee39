//! Lines that settle one another (lettrage).

use std::collections::HashMap;

use chrono::NaiveDate;

use super::Journal;

/// The mark of lines that sum to zero, and the day they came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub code: String,
    pub lettered_on: NaiveDate,
}

/// Letters by journal, document and position of the line, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letters(HashMap<(Journal, String, i64), Letter>);

impl Letters {
    pub fn new(lines: impl IntoIterator<Item = ((Journal, String, i64), Letter)>) -> Letters {
        Letters(lines.into_iter().collect())
    }

    pub fn of(&self, journal: Journal, document: &str, position: i64) -> Option<&Letter> {
        self.0.get(&(journal, document.to_owned(), position))
    }
}

/// `AAA`, `AAB` ... for the first, second ... lettering.
pub fn letter_code(position: i64) -> String {
    let mut rest = position.max(1) - 1;
    let mut code = Vec::new();
    while rest > 0 || code.len() < 3 {
        let letter = u8::try_from(rest % 26).unwrap_or_default();
        code.push(char::from(b'A' + letter));
        rest /= 26;
    }
    code.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_like_digits() {
        let codes = [1, 2, 26, 27, 676, 677, 17_576, 17_577].map(letter_code);
        assert_eq!(codes, ["AAA", "AAB", "AAZ", "ABA", "AZZ", "BAA", "ZZZ", "BAAA"]);
    }
}
