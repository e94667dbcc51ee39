//! What pages are put together from: addresses with their query, columns, tabs, pagers, badges. The macros of
//! `components.html` of the same names draw them.

use std::fmt::Display;

use super::sheet::Sheet;
use super::{Frame, encoded};
use crate::app::listing::{Order, SortKey};
use crate::app::read_tenants::TenantNames;
use crate::domain::ids::TenantCode;

/// An address of this site and the query that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    path: String,
    pairs: Vec<(&'static str, String)>,
}

impl Address {
    pub fn new(path: impl Into<String>) -> Address {
        Address { path: path.into(), pairs: vec![] }
    }

    /// The same with `name` set to `value`; an empty value takes it away.
    pub fn set(&self, name: &'static str, value: impl Display) -> Address {
        let mut pairs = self.pairs.clone();
        let value = value.to_string();
        pairs.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
        Address { path: self.path.clone(), pairs }
    }

    pub fn without(&self, name: &'static str) -> Address {
        self.set(name, "")
    }

    /// The same query at another path.
    pub fn at(&self, path: impl Into<String>) -> Address {
        Address { path: path.into(), pairs: self.pairs.clone() }
    }

    /// As a link has it.
    pub fn href(&self) -> String {
        let query: Vec<String> = self.pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }

    /// What a form that changes one of `except` has to carry on, as hidden fields.
    pub fn carried(&self, except: &[&str]) -> Vec<(&'static str, String)> {
        self.pairs.iter().filter(|(name, _)| !except.contains(name)).cloned().collect()
    }
}

/// What a list is narrowed to beside what is searched for, in words, and the same list without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub text: String,
    pub without: String,
}

/// A heading, which orders the list where it has an address.
pub struct Column {
    pub label: String,
    pub address: Option<String>,
    /// In the words of `aria-sort`.
    pub sorted: Option<&'static str>,
    pub is_number: bool,
    /// Whether it gives way on a narrow screen, where the first cell of a row says what it says.
    pub is_spare: bool,
}

impl Column {
    pub fn plain(label: String) -> Column {
        Column { label, address: None, sorted: None, is_number: false, is_spare: false }
    }

    pub fn number(label: String) -> Column {
        Column { is_number: true, ..Column::plain(label) }
    }

    /// One that orders the list at `address`, which is in `order` now, by `key`.
    pub fn ordering<K: SortKey>(label: String, address: &Address, order: Order<K>, key: K) -> Column {
        let sorted = if order.descending { "descending" } else { "ascending" };
        Column {
            address: Some(address.set("sort", order.towards(key).text()).without("page").href()),
            sorted: (order.key == key).then_some(sorted),
            ..Column::plain(label)
        }
    }

    /// The same over numbers.
    pub fn of_numbers(self) -> Column {
        Column { is_number: true, ..self }
    }

    /// One that gives way on a narrow screen, where `is_spare`.
    pub fn giving_way(self, is_spare: bool) -> Column {
        Column { is_spare, ..self }
    }

    /// Whether it orders the list and its head is not seen on a narrow screen.
    pub fn sorts_unseen(&self) -> bool {
        self.is_spare && self.address.is_some()
    }

    pub fn class(&self) -> &'static str {
        match (self.is_number, self.is_spare) {
            (true, true) => "number spare",
            (true, false) => "number",
            (false, true) => "spare",
            (false, false) => "",
        }
    }
}

/// An option of a filter.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// A filter by tenant.
pub fn tenant_choices(names: &TenantNames, chosen: Option<&TenantCode>) -> Vec<Choice> {
    let choice = |(code, name): (&TenantCode, &str)| Choice {
        value: code.to_string(),
        label: name.to_owned(),
        is_chosen: chosen == Some(code),
    };
    names.iter().map(choice).collect()
}

/// A part of a list with a link of its own.
pub struct Tab {
    pub label: String,
    pub address: String,
    pub count: Option<String>,
    pub is_current: bool,
}

/// Where a list goes on.
pub struct Pager {
    pub page: usize,
    pub pages: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Pager {
    /// Pages are counted from 1 and named `page` in the address.
    pub fn new(address: &Address, page: usize, pages: usize) -> Pager {
        Pager::named("page", address, page, pages)
    }

    /// The same of a second list on a page, under a name of its own.
    pub fn named(name: &'static str, address: &Address, page: usize, pages: usize) -> Pager {
        let to = |page: usize| address.set(name, page).href();
        Pager { page, pages, previous: (page > 1).then(|| to(page - 1)), next: (page < pages).then(|| to(page + 1)) }
    }

    pub fn text(&self, frame: &Frame) -> String {
        frame.page_of(self.page, self.pages)
    }
}

/// How a state feels; its text says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Ok,
    Info,
    Warn,
    Error,
}

/// A state in a word.
pub struct Badge {
    pub tone: Tone,
    pub text: String,
}

impl Badge {
    pub const fn class(&self) -> &'static str {
        match self.tone {
            Tone::Plain => "",
            Tone::Ok => "badge-ok",
            Tone::Info => "badge-info",
            Tone::Warn => "badge-warn",
            Tone::Error => "badge-error",
        }
    }
}

/// A label with where it leads.
pub struct Link {
    pub label: String,
    pub address: String,
}

/// Links to a list as files, in the list's own order and filter: `path` without its ending.
pub fn exports(address: &Address, path: &str) -> Vec<Link> {
    exports_of(0, address, path)
}

/// The same of so many rows: as paper only where that many are printed.
pub fn exports_of(rows: usize, address: &Address, path: &str) -> Vec<Link> {
    let link = |sheet: Sheet| {
        let ending = sheet.format().name();
        let address = address.at(format!("{path}.{ending}")).without("page");
        Link { label: ending.to_uppercase(), address: address.href() }
    };
    Sheet::ALL.into_iter().filter(|sheet| sheet.takes(rows)).map(link).collect()
}

/// What is wrong with one field of a form.
pub struct FieldError {
    /// The field's id.
    pub field: &'static str,
    pub text: String,
}

impl FieldError {
    pub fn is_at(&self, field: &str) -> bool {
        self.field == field
    }
}

/// `1 250`, with a number's separators.
pub fn count(frame: &Frame, count: impl TryInto<i64>) -> String {
    frame.whole(count.try_into().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_what_they_were_given() {
        let address = Address::new("/invoices").set("month", "2026-10").set("q", "Hôpital & cie");
        assert_eq!(address.href(), "/invoices?month=2026-10&q=H%C3%B4pital%20%26%20cie");
        assert_eq!(address.set("month", "").href(), "/invoices?q=H%C3%B4pital%20%26%20cie");
        assert_eq!(address.carried(&["q"]), [("month", "2026-10".to_owned())]);
        let pager = Pager::new(&address.without("q"), 2, 2);
        assert_eq!(pager.previous.as_deref(), Some("/invoices?month=2026-10&page=1"));
        assert_eq!(pager.next, None);
        let files = |rows| exports_of(rows, &address, "/list").into_iter().map(|link| link.label).collect::<Vec<_>>();
        assert_eq!(
            (files(2_000).join(" "), files(2_001).join(" ")),
            ("PDF XLSX CSV".to_owned(), "XLSX CSV".to_owned())
        );
    }
}
