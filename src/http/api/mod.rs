//! The JSON API: one file per kind of thing, DTOs beside their handlers; what is answered as use cases give it is described in
//! [`schemas`].
//!
//! Amounts are decimal strings in euros, quantities decimal strings beside their unit, days `YYYY-MM-DD`, instants
//! RFC 3339 in UTC. `docs/api.md` shows it in use.

pub mod alarms;
pub mod amortisation;
pub mod asset_papers;
pub mod asset_previews;
pub mod assets;
pub mod audit;
pub mod audit_packs;
pub mod audit_sample;
pub mod audit_sheet;
pub mod availability;
pub mod bank_statements;
pub mod billing;
pub mod bookkeeping;
pub mod comparison;
pub mod documents;
pub mod drafts;
pub mod entry;
pub mod files;
pub mod imports;
pub mod invoices;
pub mod journal;
pub mod ledger;
pub mod line_readings;
pub mod me;
pub mod meter_readings;
pub mod meters;
pub mod notices;
pub mod on_account;
pub mod once;
pub mod openapi;
pub mod opening;
mod packed;
pub mod paid_back;
pub mod payback;
pub mod payments;
pub mod racks;
pub mod readings;
pub mod regularisations;
pub mod reminders;
pub mod reports;
pub mod resolutions;
pub mod schemas;
pub mod settings;
pub mod tariffs;
pub mod tenants;
pub mod terms;
pub mod titre;
pub mod token;
pub mod usage;
pub mod users;

use std::fmt::Display;
use std::str::FromStr;

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::asked::{Expected, either, none_of, page as page_asked, parsed};
use super::error::Fault;
use crate::app::listing::{Order, SortKey, Wanted};

/// Rows of one answer where nothing else is agreed.
pub(super) const PAGE_ROWS_MAX: usize = 100;

/// Rows of one answer of a list of short rows.
const LONG_PAGE_ROWS_MAX: usize = 1_000;

/// The part of a list that a page shows, with what tells the rest: how many there are, and where the next page is.
pub(super) fn paged<T: Serialize>(http: &HttpRequest, rows: &[T], page: Option<&str>) -> Result<HttpResponse, Fault> {
    paged_by(PAGE_ROWS_MAX, http, rows, page)
}

/// The same of a list whose rows are short: programs that read it whole find nearly always all of it on the first page.
pub(super) fn paged_long<T: Serialize>(
    http: &HttpRequest,
    rows: &[T],
    page: Option<&str>,
) -> Result<HttpResponse, Fault> {
    paged_by(LONG_PAGE_ROWS_MAX, http, rows, page)
}

fn paged_by<T: Serialize>(
    rows_max: usize,
    http: &HttpRequest,
    rows: &[T],
    page: Option<&str>,
) -> Result<HttpResponse, Fault> {
    let page = page_asked(page)?;
    let part = rows.chunks(rows_max).nth(page.saturating_sub(1)).unwrap_or_default();
    let next = (page < rows.len().div_ceil(rows_max)).then(|| page + 1);
    Ok(page_told(http, rows.len(), next).json(part))
}

/// The beginning of an answer that tells of how many rows it is a part, and which page is the next.
pub(super) fn page_told<N: Display>(http: &HttpRequest, total: N, next: Option<N>) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("x-total-count", total.to_string()));
    if let Some(next) = next {
        answer.insert_header((header::LINK, link_on(http, &format!("page={next}"))));
    }
    answer
}

/// The same where page `page` of so many rows is at hand already.
pub(super) fn page_of(http: &HttpRequest, page: usize, total: usize) -> HttpResponseBuilder {
    page_told(http, total, (page < total.div_ceil(PAGE_ROWS_MAX)).then(|| page + 1))
}

/// That the list goes on at `place`, a page or a cursor, under the same question.
fn link_on(http: &HttpRequest, place: &str) -> String {
    let kept = http.query_string().split('&').filter(|pair| !pair.is_empty());
    let kept = kept.filter(|pair| !pair.starts_with("page=") && !pair.starts_with("cursor="));
    let query: Vec<&str> = kept.chain([place]).collect();
    format!("<{}?{}>; rel=\"next\"", http.path(), query.join("&"))
}

/// The order a list is asked for in; a key it does not have is refused with those it has.
pub(super) fn order<K: SortKey>(sort: Option<&str>) -> Result<Order<K>, Fault> {
    let text = sort.map(str::trim).unwrap_or_default();
    let name = text.strip_prefix('-').unwrap_or(text);
    let known: Vec<&str> = K::ALL.iter().map(|key| key.name()).collect();
    if !name.is_empty() && !known.contains(&name) {
        return Err(none_of("sort", name, &known));
    }
    Ok(Order::named(text))
}

/// The whole of a list as it is searched and ordered.
pub(super) fn wanted<K: SortKey>(q: Option<&str>, sort: Option<&str>) -> Result<Wanted<K>, Fault> {
    Ok(Wanted { text: q.unwrap_or_default().to_owned(), order: order(sort)?, page: None })
}

/// The same of a list that programs get by `unasked` where they name no order.
pub(super) fn wanted_by<K: SortKey>(q: Option<&str>, sort: Option<&str>, unasked: K) -> Result<Wanted<K>, Fault> {
    let asked = sort.map(str::trim).filter(|sort| !sort.is_empty());
    wanted(q, asked.or(Some(unasked.name())))
}

/// What page `page` shows of a list at hand; nothing beyond its end.
pub(super) fn part<T>(rows: &[T], page: usize) -> &[T] {
    rows.chunks(PAGE_ROWS_MAX).nth(page.saturating_sub(1)).unwrap_or_default()
}

/// The rows of a list that was read by the page: none where a page beyond the end was asked for, in whose place people
/// are shown the last. A program that goes on to the next page comes to an end so.
pub(super) fn only_of<T>(asked: usize, shown: usize, rows: Vec<T>) -> Vec<T> {
    if asked == shown { rows } else { Vec::new() }
}

/// A page of a long list, or the part after a cursor.
pub(super) enum Asked<C> {
    Page(usize),
    After(C),
}

impl<C: FromStr> Asked<C> {
    /// What `page` and `cursor` ask for: one of them at most.
    pub(super) fn of(page: Option<&str>, cursor: Option<&str>) -> Result<Asked<C>, Fault> {
        either(("page", &page), ("cursor", &cursor))?;
        Ok(match parsed("cursor", cursor, Expected::Cursor)? {
            Some(cursor) => Asked::After(cursor),
            None => Asked::Page(page_asked(page)?),
        })
    }
}

/// The first `rows_max` of rows of which one more was read, and whether there is more.
pub(super) fn cut<T>(mut rows: Vec<T>, rows_max: usize) -> (Vec<T>, bool) {
    let goes_on = rows.len() > rows_max;
    rows.truncate(rows_max);
    (rows, goes_on)
}

/// An answer that names where the list goes on, if it does: the same query after `next`.
pub(super) fn going_on(http: &HttpRequest, next: Option<&str>, answer: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        response.insert_header((header::LINK, link_on(http, &format!("cursor={next}"))));
    }
    response.json(answer)
}

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// From 1; 100 rows each. `Link` names the next, `X-Total-Count` how many there are.
    page: Option<String>,
}

/// Which page of a list of short rows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LongPageQuery {
    /// From 1; 1,000 rows each. `Link` names the next, `X-Total-Count` how many there are.
    page: Option<String>,
}

/// The header that makes a browser save a file under `name` (ASCII).
pub(super) fn download(name: String) -> ContentDisposition {
    ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![DispositionParam::Filename(name)] }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::app::list_terms::TenantKey;

    #[test]
    fn a_long_list_names_its_next_page_until_its_end() {
        let rows: Vec<u32> = (0..2_001).collect();
        let http = TestRequest::get().uri("/api/v1/x?page=1&q=a%20b").to_http_request();
        let link = |page: Option<&str>| {
            let answer = paged_long(&http, &rows, page).unwrap();
            assert_eq!(answer.headers().get("x-total-count").unwrap(), "2001");
            answer.headers().get(header::LINK).map(|link| link.to_str().unwrap().to_owned())
        };
        assert_eq!(link(None).as_deref(), Some("</api/v1/x?q=a%20b&page=2>; rel=\"next\""));
        assert_eq!(link(Some("2")).as_deref(), Some("</api/v1/x?q=a%20b&page=3>; rel=\"next\""));
        assert_eq!((link(Some("3")), link(Some("4"))), (None, None));
        assert!(paged_long(&http, &rows, Some("0")).is_err());
    }

    #[test]
    fn a_list_has_an_order_of_its_own_where_none_is_asked_for() {
        let order = |sort| wanted_by(None, sort, TenantKey::Code).unwrap().order.text();
        assert_ne!(TenantKey::Code, TenantKey::default());
        assert_eq!([None, Some(""), Some(" ")].map(order), ["code"; 3]);
        assert_eq!(order(Some("-siret")), "-siret");
    }
}
