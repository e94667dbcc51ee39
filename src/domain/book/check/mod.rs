//! The rules of a book, one file per kind of thing.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::problem::{BookFault, BookPath, BookProblem, Labels};
use super::{BookParts, nearest};
use crate::domain::money::HALF_UP;
use crate::domain::quantity::Micro;

mod accounting;
mod assets;
mod assignments;
mod contracts;
mod meters;
mod parties;
mod payback;
mod places;
mod prices;
mod texts;

/// Every rule the parts break, in the book's order.
pub(super) fn all(parts: &BookParts) -> Vec<BookProblem> {
    let mut findings = Findings::default();
    places::check(parts, &mut findings);
    parties::check(parts, &mut findings);
    accounting::check(parts, &mut findings);
    meters::check(parts, &mut findings);
    prices::check(parts, &mut findings);
    contracts::check(parts, &mut findings);
    assignments::check(parts, &mut findings);
    assets::check(parts, &mut findings);
    payback::check(parts, &mut findings);
    texts::check(parts, &mut findings);
    findings.0
}

/// The problems found so far, and the checks many things share.
#[derive(Default)]
struct Findings(Vec<BookProblem>);

impl Findings {
    fn add(&mut self, path: BookPath, fault: BookFault) {
        self.0.push(BookProblem { path, fault });
    }

    /// Walks the items of a list below `parent`: hands each out with its path, and checks its code.
    fn each<'a, T>(
        &mut self,
        parent: &BookPath,
        kind: &'static str,
        items: &'a [T],
        code: impl Fn(&T) -> &str,
    ) -> Vec<(BookPath, &'a T)> {
        let walked = labelled(parent, kind, items, &code);
        for (path, item) in &walked {
            if !is_code(code(item)) {
                self.add(path.key("code"), BookFault::MalformedCode { code: code(item).to_owned() });
            }
        }
        walked
    }

    /// Reports each code that an earlier item of the same kind already has.
    fn unique<'a>(&mut self, kind: &'static str, coded: impl IntoIterator<Item = (&'a BookPath, &'a str)>) {
        let mut seen = HashSet::new();
        for (path, code) in coded {
            if !seen.insert(code) {
                self.add(path.key("code"), BookFault::DuplicateCode { kind, code: code.to_owned() });
            }
        }
    }

    /// Reports a code that no item of `kind` has.
    fn known<'a>(
        &mut self,
        path: BookPath,
        kind: &'static str,
        code: &str,
        candidates: impl Iterator<Item = &'a str> + Clone,
    ) -> bool {
        let found = candidates.clone().any(|candidate| candidate == code);
        if !found {
            let nearest = nearest(code, candidates).map(str::to_owned);
            self.add(path, BookFault::Unknown { kind, code: code.to_owned(), nearest });
        }
        found
    }

    fn not_negative(&mut self, path: BookPath, value: Decimal, instead: &'static str) {
        if value.is_sign_negative() && !value.is_zero() {
            self.add(path, BookFault::Negative { value, instead });
        }
    }

    fn positive(&mut self, path: BookPath, value: Decimal, instead: &'static str) {
        if value <= Decimal::ZERO {
            self.add(path, BookFault::NotPositive { value, instead });
        }
    }

    fn within(&mut self, path: BookPath, value: Decimal, (low, high): (Decimal, Decimal), instead: &'static str) {
        if value < low || value > high {
            self.add(path, BookFault::OutOfRange { value, low, high, instead });
        }
    }

    /// A quantity people agree on: not negative, not absurd, and with no more decimals than it can be billed with.
    fn quantity(&mut self, path: BookPath, value: Decimal, decimals: u32, instead: &'static str) {
        let limit = Decimal::from(Micro::LIMIT_UNITS);
        if value.is_sign_negative() && !value.is_zero() {
            self.add(path, BookFault::Negative { value, instead });
        } else if value > limit {
            self.add(path, BookFault::OutOfRange { value, low: Decimal::ZERO, high: limit, instead });
        } else {
            self.decimals(path, value, decimals);
        }
    }

    /// No more decimals than it can be counted with.
    fn decimals(&mut self, path: BookPath, value: Decimal, decimals: u32) {
        if value.normalize().scale() > decimals {
            let rounded = value.round_dp_with_strategy(decimals, HALF_UP);
            self.add(path, BookFault::TooPrecise { value, decimals, rounded });
        }
    }

    fn not_blank(&mut self, path: BookPath, text: &str, instead: &'static str) {
        if text.trim().is_empty() {
            self.add(path, BookFault::Empty { instead });
        }
    }
}

/// The items of a list below `parent`, each with its path.
fn labelled<'a, T>(parent: &BookPath, kind: &str, items: &'a [T], code: impl Fn(&T) -> &str) -> Vec<(BookPath, &'a T)> {
    let mut labels = Labels::default();
    items.iter().map(|item| (parent.item(kind, labels.next(code(item))), item)).collect()
}

/// Words that stand in addresses where the code of a thing does.
const ADDRESS_WORDS: [&str; 3] = ["new", "file", "post"];

/// 1 to 40 letters, digits, `-`, `_` or `.`: safe in file names, URLs, mail headers and spreadsheets.
pub fn is_code(code: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let starts_well = code.starts_with(|c: char| c.is_ascii_alphanumeric());
    starts_well && code.len() <= 40 && code.chars().all(allowed) && !ADDRESS_WORDS.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_in_an_address_as_it_is() {
        for code in ["A01-EA", "2025-DC-001", "a", "x.y_z", "newest"] {
            assert!(is_code(code), "{code}");
        }
        for code in ["", "new", "file", "post", "a/edit", "-a", ".a", "é", "a b", "=cmd", &"a".repeat(41)] {
            assert!(!is_code(code), "{code}");
        }
    }
}
