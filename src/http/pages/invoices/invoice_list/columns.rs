//! The columns of the list of invoices, and which of them a person wants to see.

use super::super::Frame;
use super::super::parts::{Address, Column};
use super::sort_text;
use crate::app::read_invoices::{Order, SortKey};

/// A column's name in addresses, its heading, what it orders by, whether it holds numbers.
const COLUMNS: [(&str, &str, Option<SortKey>, bool); 10] = [
    ("state", "state", None, false),
    ("tenant", "invoice-tenant", Some(SortKey::Tenant), false),
    ("contract", "invoice-contract", Some(SortKey::Contract), false),
    ("month", "invoice-month", Some(SortKey::Month), false),
    ("issued", "invoice-issued", Some(SortKey::Issued), false),
    ("due", "invoice-due", Some(SortKey::Due), false),
    ("net", "invoice-net", Some(SortKey::Net), true),
    ("tax", "total-tax", None, true),
    ("gross", "invoice-gross", Some(SortKey::Gross), true),
    ("open", "invoice-open", None, true),
];

const AMOUNTS: [&str; 4] = ["net", "tax", "gross", "open"];
/// The amounts a narrow screen keeps where they are shown.
const MAIN: [&str; 2] = ["gross", "open"];

/// Those shown to who has not chosen: as many as a common screen shows without scrolling.
const USUAL: [&str; 8] = ["state", "tenant", "month", "issued", "due", "net", "gross", "open"];

/// The names among `wanted` that are columns, in the order of the table.
pub fn known<'a>(wanted: impl Iterator<Item = &'a str>) -> Vec<&'static str> {
    let wanted: Vec<&str> = wanted.collect();
    COLUMNS.iter().map(|(name, ..)| *name).filter(|name| wanted.contains(name)).collect()
}

/// The columns of one page. The number always comes first.
pub struct Shown {
    names: Vec<&'static str>,
    has_tenant: bool,
}

/// A column to choose.
pub struct ColumnChoice {
    pub name: &'static str,
    pub label: String,
    pub is_chosen: bool,
}

impl Shown {
    /// `has_tenant` is false for who sees one tenant only.
    pub fn new(chosen: Option<Vec<&'static str>>, has_tenant: bool) -> Shown {
        let mut names = chosen.filter(|names| !names.is_empty()).unwrap_or_else(|| USUAL.to_vec());
        names.retain(|name| has_tenant || *name != "tenant");
        Shown { names, has_tenant }
    }

    pub fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// The columns between the number and the amounts.
    pub fn facts(&self) -> impl Iterator<Item = &&'static str> {
        self.names.iter().filter(|name| !AMOUNTS.contains(name))
    }

    /// Whether a column gives way on a narrow screen: the number's cell tells there what the document is about, so that
    /// what it comes to and what is open stand beside it.
    pub fn is_spare(&self, name: &str) -> bool {
        let has_main = MAIN.iter().any(|main| self.has(main));
        !MAIN.contains(&name) && (!AMOUNTS.contains(&name) || has_main)
    }

    /// The names in the order of the table.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    pub fn label(frame: &Frame, name: &str) -> String {
        let known = COLUMNS.iter().find(|(known, ..)| *known == name);
        known.map(|(_, key, ..)| frame.t(key)).unwrap_or_default()
    }

    pub fn choices(&self, frame: &Frame) -> Vec<ColumnChoice> {
        let open = COLUMNS.iter().filter(|(name, ..)| self.has_tenant || *name != "tenant");
        open.map(|(name, key, ..)| ColumnChoice { name, label: frame.t(key), is_chosen: self.has(name) }).collect()
    }

    pub fn heads(&self, frame: &Frame, address: &Address, order: Order) -> Vec<Column> {
        let ordering = |label: String, key: SortKey, is_number: bool| {
            let is_current = order.key == key;
            let next = Order { key, descending: is_current && !order.descending };
            Column {
                address: Some(address.set("sort", sort_text(next)).href()),
                sorted: is_current.then_some(if order.descending { "descending" } else { "ascending" }),
                is_number,
                ..Column::plain(label)
            }
        };
        let column = |(_, key, sort, is_number): &(&str, &str, Option<SortKey>, bool)| match sort {
            Some(sort) => ordering(frame.t(key), *sort, *is_number),
            None if *is_number => Column::number(frame.t(key)),
            None => Column::plain(frame.t(key)),
        };
        let mut heads = vec![ordering(frame.t("invoice-number"), SortKey::Number, false)];
        let shown = COLUMNS.iter().filter(|(name, ..)| self.has(name));
        heads.extend(shown.map(|known| column(known).giving_way(self.is_spare(known.0))));
        heads
    }
}
