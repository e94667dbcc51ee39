//! What the lists of tenants, contracts and tariffs have in common: search, order and page from their address, the page
//! around their rows (`book_list.html`), and the same as files.

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Deserialize;

use super::parts::{Column, Filter, Link, Pager, count, exports_of};
use super::sheet::{self, Sheet};
use super::{Address, Frame};
use crate::app::listing::{Order, Rows, SortKey, Wanted};
use crate::documents::table::{Cell, Table};
use crate::http::asked::{Expected, parsed};
use crate::http::error::Fault;
use crate::http::state::Shared;

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

/// A list of the book: its path and the beginning of the keys of its texts.
#[derive(Debug, Clone, Copy)]
pub struct BookList {
    pub path: &'static str,
    pub key: &'static str,
    /// What it is called in the menu.
    pub section: &'static str,
}

/// The page of a list, but for its rows.
pub struct Listing {
    pub path: &'static str,
    pub title: String,
    pub text: String,
    /// What it is narrowed to beside the text.
    pub filters: Vec<Filter>,
    /// What a search carries on.
    pub carried: Vec<(&'static str, String)>,
    pub columns: Vec<Column>,
    pub pager: Pager,
    pub count: String,
    pub files: Vec<Link>,
    /// Where another is added, for who may.
    pub new: Option<Link>,
    pub empty: String,
    pub none_found: String,
    pub search: String,
    pub caption: String,
}

/// What a list is narrowed to: the name in its address, the key of what that is called, the code, and what it stands for.
pub struct Narrowed {
    pub name: &'static str,
    pub key: &'static str,
    pub code: String,
    pub value: String,
}

impl Narrowed {
    fn told(&self, frame: &Frame) -> (String, String) {
        (frame.t(self.key), self.value.clone())
    }
}

impl Listing {
    /// Whether rows may be left out because of what is asked.
    pub fn is_narrowed(&self) -> bool {
        !self.text.is_empty() || !self.filters.is_empty()
    }
}

impl BookList {
    fn t(self, frame: &Frame, part: &str) -> String {
        frame.t(&format!("{}-{part}", self.key))
    }

    /// The page of what is wanted of the list `narrowed`. `columns` are drawn over the address they order.
    pub fn page<K: SortKey, R>(
        self,
        frame: &Frame,
        (wanted, narrowed): (&Wanted<K>, &[Narrowed]),
        found: &Rows<R>,
        columns: impl FnOnce(&Address) -> Vec<Column>,
        new: Option<String>,
    ) -> Listing {
        let address = narrowed.iter().fold(Address::new(self.path), |address, one| address.set(one.name, &one.code));
        let address = address.set("q", &wanted.text).set("sort", wanted.order.text());
        let filter = |one: &Narrowed| {
            let (label, value) = one.told(frame);
            let text = frame.texts("trail-pair", &[("label", &label), ("value", &value)]);
            Filter { text, without: address.without(one.name).href() }
        };
        Listing {
            path: self.path,
            title: frame.section(self.section),
            text: wanted.text.clone(),
            filters: narrowed.iter().map(filter).collect(),
            carried: address.carried(&["q"]),
            columns: columns(&address),
            pager: Pager::new(&address, found.page, found.pages),
            count: frame.with(&format!("{}-count", self.key), "count", &count(frame, found.total)),
            files: exports_of(found.total, &address, self.path),
            new: new.map(|label| Link { label, address: format!("{}/new", self.path) }),
            empty: self.t(frame, "empty"),
            none_found: self.t(frame, "none-found"),
            search: self.t(frame, "search"),
            caption: self.t(frame, "caption"),
        }
    }

    /// The whole of what was asked as a file, under the headings of these keys.
    pub async fn file(
        self,
        (shared, frame): (&Shared, &Frame),
        (text, narrowed, day): (&str, &[Narrowed], NaiveDate),
        sheet: Sheet,
        headings: &[&str],
        rows: Vec<Vec<Cell>>,
    ) -> Result<HttpResponse, Fault> {
        let headings = headings.iter().map(|key| frame.t(key)).collect();
        let table = Table { name: frame.section(self.section), day, headings, rows };
        let name = format!("{}-{day}", self.t(frame, "file"));
        let mut about = sheet::searched(frame, text);
        about.filter.extend(narrowed.iter().map(|one| one.told(frame)));
        sheet::respond_about(shared, frame, table, about, sheet, &name).await
    }
}
