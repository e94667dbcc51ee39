//! Lists that are at hand as a whole: what they are ordered by, how they are searched, and how they are cut into pages.

use std::cmp::Ordering;

pub const ROWS_PER_PAGE: usize = 50;

/// What a list may be ordered by.
pub trait SortKey: Copy + Eq + Default + 'static {
    const ALL: &'static [Self];

    /// As addresses say it.
    fn name(self) -> &'static str;

    /// Whether one looks for the largest first: true of amounts.
    fn falls_first(self) -> bool {
        false
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order<K> {
    pub key: K,
    pub descending: bool,
}

impl<K: SortKey> Order<K> {
    /// An order as addresses say it: a key, with a dash before it where it falls. What is no key is the usual order.
    pub fn named(text: &str) -> Order<K> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let found = K::ALL.iter().find(|key| key.name() == name);
        found.map_or_else(Order::default, |key| Order { key: *key, descending })
    }

    /// As addresses say it; nothing for the usual order.
    pub fn text(self) -> String {
        match self == Order::default() {
            true => String::new(),
            false => format!("{}{}", if self.descending { "-" } else { "" }, self.key.name()),
        }
    }

    /// Where the heading of `key` leads: to the other direction where the list is ordered by it already.
    pub fn towards(self, key: K) -> Order<K> {
        let descending = if self.key == key { !self.descending } else { key.falls_first() };
        Order { key, descending }
    }

    /// How two values follow each other.
    pub fn of<T: Ord>(self, a: &T, b: &T) -> Ordering {
        if self.descending { b.cmp(a) } else { a.cmp(b) }
    }

    /// The same of values that may be missing: rows without one stand at the end whichever way the list goes.
    pub fn of_known<T: Ord>(self, a: &Option<T>, b: &Option<T>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => self.of(a, b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

impl<K: Default> Default for Wanted<K> {
    fn default() -> Wanted<K> {
        Wanted { text: String::new(), order: Order::default(), page: Some(1) }
    }
}

/// Which rows of a list, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<K> {
    /// What is searched for; everything where it is empty.
    pub text: String,
    pub order: Order<K>,
    /// From 1; none for all at once.
    pub page: Option<usize>,
}

impl<K> Wanted<K> {
    /// Whether one of the texts of a row holds what is searched for, accents and case aside.
    pub fn finds(&self, texts: &[&str]) -> bool {
        let text = folded(self.text.trim());
        text.is_empty() || texts.iter().any(|one| folded(one).contains(&text))
    }
}

/// The rows of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    pub rows: Vec<T>,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
    /// Of the whole list.
    pub total: usize,
}

impl<T> Rows<T> {
    /// The `page`th page of `all`, or all of it at once. A page beyond the last is the last.
    pub fn cut(all: Vec<T>, page: Option<usize>) -> Rows<T> {
        let total = all.len();
        let Some(page) = page else { return Rows { rows: all, page: 1, pages: 1, total } };
        let pages = total.div_ceil(ROWS_PER_PAGE).max(1);
        let page = page.clamp(1, pages);
        let skipped = (page - 1).saturating_mul(ROWS_PER_PAGE);
        Rows { rows: all.into_iter().skip(skipped).take(ROWS_PER_PAGE).collect(), page, pages, total }
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Rows<U> {
        let Rows { rows, page, pages, total } = self;
        Rows { rows: rows.into_iter().map(change).collect(), page, pages, total }
    }
}

/// Lower case without accents: `Hôpitaux` is found by `hopitaux`, and stands beside `Hôtel` where names are ordered.
pub fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        '’' => '\'',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    enum Key {
        #[default]
        Name,
        Amount,
    }

    impl SortKey for Key {
        const ALL: &'static [Key] = &[Key::Name, Key::Amount];

        fn name(self) -> &'static str {
            if self == Key::Name { "name" } else { "amount" }
        }

        fn falls_first(self) -> bool {
            self == Key::Amount
        }
    }

    #[test]
    fn orders_are_said_and_read_by_addresses() {
        let usual = Order::<Key>::default();
        assert_eq!((usual.text().as_str(), Order::<Key>::named("'; drop")), ("", usual));
        let largest = usual.towards(Key::Amount);
        assert_eq!((largest.text().as_str(), Order::named("-amount")), ("-amount", largest));
        assert_eq!(largest.towards(Key::Amount).text(), "amount");
        assert_eq!(usual.towards(Key::Name).text(), "-name");
    }

    #[test]
    fn rows_without_a_value_stand_at_the_end() {
        let sorted = |order: Order<Key>| {
            let mut rows = vec![None, Some(2), None, Some(3)];
            rows.sort_by(|a, b| order.of_known(a, b));
            rows
        };
        assert_eq!(sorted(Order::named("amount")), [Some(2), Some(3), None, None]);
        assert_eq!(sorted(Order::named("-amount")), [Some(3), Some(2), None, None]);
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let all = || (0..ROWS_PER_PAGE + 1).collect::<Vec<_>>();
        let last = Rows::cut(all(), Some(9));
        assert_eq!((last.rows.as_slice(), last.page, last.pages, last.total), (&[50][..], 2, 2, 51));
        assert_eq!(Rows::cut(all(), None).rows.len(), 51);
        assert_eq!(Rows::cut(Vec::<u8>::new(), Some(2)).pages, 1);
        let wanted = Wanted::<Key> { text: " HOPITAUX ".into(), ..Wanted::default() };
        assert!(wanted.finds(&["aphp", "Hôpitaux de Paris"]) && !wanted.finds(&["Eau de Paris"]));
    }
}
