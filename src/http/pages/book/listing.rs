//! What the lists of tenants, contracts and tariffs have in common: search, order and page from their address.

use serde::Deserialize;

use super::Address;
use crate::app::listing::{Order, SortKey, Wanted};
use crate::http::asked::{Expected, parsed};
use crate::http::error::Fault;

/// What is searched for at most, in characters.
const TEXT_CHARS_MAX: usize = 100;

#[derive(Deserialize, Default)]
pub struct ListQuery {
    q: Option<String>,
    /// A key, with a dash before it for descending.
    sort: Option<String>,
    page: Option<String>,
}

impl ListQuery {
    pub fn wanted<K: SortKey>(&self) -> Result<Wanted<K>, Fault> {
        Ok(Wanted {
            text: self.q.as_deref().unwrap_or_default().trim().chars().take(TEXT_CHARS_MAX).collect(),
            order: Order::named(self.sort.as_deref().unwrap_or_default()),
            page: Some(parsed("page", self.page.as_deref(), Expected::Page)?.unwrap_or(1)),
        })
    }

    /// All of it at once, for a file.
    pub fn whole<K: SortKey>(&self) -> Result<Wanted<K>, Fault> {
        Ok(Wanted { page: None, ..self.wanted()? })
    }
}

/// The address of the first page of what is wanted of the list at `path`.
pub fn address<K: SortKey>(path: &str, wanted: &Wanted<K>) -> Address {
    Address::new(path).set("q", &wanted.text).set("sort", wanted.order.text())
}
