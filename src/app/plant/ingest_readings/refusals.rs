//! What was not taken of a long stream: the first refusals word for word, the others counted.

use std::collections::BTreeMap;

use crate::domain::told::Told;

/// So many refusals are kept: more than anyone reads, and no more than memory for a page.
pub const REFUSALS_KEPT: usize = 1_000;

/// Refusals by their place in the stream. They arrive in any order: a conflict is known only once its batch is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals {
    count: u64,
    first: BTreeMap<u64, Told>,
}

impl Refusals {
    pub fn note(&mut self, place: u64, why: Told) {
        self.count += 1;
        self.first.insert(place, why);
        if self.first.len() > REFUSALS_KEPT {
            self.first.pop_last();
        }
    }

    /// All of them.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first [`REFUSALS_KEPT`] in the order of the stream.
    pub fn first(&self) -> impl Iterator<Item = (u64, &Told)> {
        self.first.iter().map(|(place, why)| (*place, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_kept_in_order_and_all_are_counted() {
        let mut refusals = Refusals::default();
        let many = u64::try_from(REFUSALS_KEPT).unwrap() * 3;
        (1..=many).rev().for_each(|place| refusals.note(place, Told::plain(format!("why {place}"))));
        assert_eq!(refusals.count(), many);
        assert_eq!(refusals.first().next(), Some((1, &Told::plain("why 1"))));
        assert_eq!(refusals.first().count(), REFUSALS_KEPT);
        assert_eq!(refusals.first().last().map(|(place, _)| place), u64::try_from(REFUSALS_KEPT).ok());
    }
}
