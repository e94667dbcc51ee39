//! What every page has around its content: language, navigation, who is signed in.

use std::borrow::Cow;

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use askama::filters::Safe;
use chrono::NaiveDate;

use super::{codes, flash, language, static_files, texts};
use crate::app::sign_in::{SESSION_IDLE_HOURS_MAX, Stage};
use crate::domain::access::{Action, Decision, Role, policy};
use crate::domain::calendar::{BillingMonth, DEFAULT_ZONE, DatePeriod, Timestamp};
use crate::domain::money::Money;
use crate::domain::party::{Language, PaymentTermClass};
use crate::domain::told::{Told, Value};
use crate::domain::typography;
use crate::http::auth::{Access, Visitor};
use crate::http::routes::routes;
use crate::http::state::Shared;
use chrono_tz::Tz;
use rust_decimal::Decimal;

/// The frame of one page; templates ask it for words and for figures as people read them.
pub struct Frame {
    pub language: Language,
    pub visitor: Option<Visitor>,
    pub navigation: Vec<NavigationGroup>,
    /// The pages above this one, from the first.
    pub crumbs: Vec<Crumb>,
    /// What the last action did, told once.
    pub flash: Option<flash::Flash>,
    /// This page in the other language.
    pub other_language: LanguageLink,
    /// The zone of the facility's clock.
    pub zone: Tz,
}

/// Sections that belong together.
pub struct NavigationGroup {
    /// Empty for the first and the last, home and help.
    pub label: String,
    pub items: Vec<NavigationItem>,
}

pub struct NavigationItem {
    pub path: &'static str,
    pub label: String,
    /// The page, or the section it is in.
    pub is_current: bool,
}

pub struct Crumb {
    pub label: String,
    pub address: String,
}

pub struct LanguageLink {
    pub address: String,
    pub language: Language,
}

/// How long before its end a session that nobody uses says so. A session notes its use every few minutes only, which
/// this is longer than.
const WARNING_MINUTES: i64 = 10;

/// The sections by group, in the order of work. One is shown where its route exists and the role may use it.
pub(super) const SECTIONS: [(&str, &[(&str, &str)]); 7] = [
    ("", &[("/", "nav-home")]),
    (
        "nav-group-billing",
        &[
            ("/billing", "nav-billing"),
            ("/invoices", "nav-invoices"),
            ("/payments", "nav-payments"),
            ("/dunning", "nav-dunning"),
        ],
    ),
    (
        "nav-group-tenants",
        &[
            ("/tenants", "nav-tenants"),
            ("/contracts", "nav-contracts"),
            ("/tariffs", "nav-tariffs"),
            ("/usage", "nav-usage"),
        ],
    ),
    (
        "nav-group-site",
        &[("/racks", "nav-racks"), ("/meters", "nav-meters"), ("/readings", "nav-readings"), ("/alarms", "nav-alarms")],
    ),
    (
        "nav-group-accounts",
        &[
            ("/amortisation", "nav-amortisation"),
            ("/payback", "nav-payback"),
            ("/journal", "nav-journal"),
            ("/reports", "nav-reports"),
            ("/audit", "nav-audit"),
        ],
    ),
    (
        "nav-group-settings",
        &[
            ("/me", "nav-me"),
            ("/users", "nav-users"),
            ("/settings", "nav-settings"),
            ("/settings/seller", "nav-seller"),
        ],
    ),
    ("", &[("/help", "nav-help")]),
];

impl Frame {
    pub fn of(request: &HttpRequest) -> Frame {
        let language = language::of(request);
        let visitor = request.extensions().get::<Visitor>().cloned();
        let navigation =
            visitor.as_ref().map(|visitor| navigation(visitor, language, request.path())).unwrap_or_default();
        Frame {
            language,
            crumbs: crumbs(&navigation, request.path()),
            navigation,
            visitor,
            flash: flash::told(request, language),
            other_language: other_language(request, language),
            zone: request.app_data::<Data<Shared>>().map_or(DEFAULT_ZONE, |shared| shared.zone()),
        }
    }

    /// The same with one more page above it.
    pub fn under(mut self, label: impl Into<String>, address: impl Into<String>) -> Frame {
        self.crumbs.push(Crumb { label: label.into(), address: address.into() });
        self
    }

    /// Whether there is a page at `path` and the reader may see it.
    pub fn has(&self, path: &str) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| is_open(visitor, path))
    }

    /// What the forms of this page carry.
    pub fn form_token(&self) -> String {
        let token = |visitor: &Visitor| format!("{}.{}", visitor.form_token, self.language.code());
        self.visitor.as_ref().map(token).unwrap_or_default()
    }

    /// After so long without a page the reader is told that the session is about to end.
    pub fn quiet_seconds(&self) -> i64 {
        (SESSION_IDLE_HOURS_MAX * 60 - WARNING_MINUTES) * 60
    }

    /// What the section `key` is called to the reader.
    pub fn section(&self, key: &str) -> String {
        let role = self.visitor.as_ref().map(|visitor| visitor.person.role);
        self.t(role.map_or(key, |role| item_label(role, key)))
    }

    /// A text without values.
    pub fn t(&self, key: &str) -> String {
        texts::text(self.language, key, &[])
    }

    /// A sentence for the page, with what codes are in it set as codes.
    #[expect(clippy::unused_self, reason = "every template has a frame, and asks it for what it writes")]
    pub fn codes(&self, text: impl AsRef<str>) -> Safe<String> {
        codes::codes(text.as_ref())
    }

    /// What the book calls something: its names are French, whichever language the page is in.
    pub fn of_book(&self, name: impl AsRef<str>) -> Safe<String> {
        let name = codes::codes(name.as_ref());
        match self.language {
            Language::French => name,
            Language::English => Safe(format!("<span lang=\"fr\">{}</span>", name.0)),
        }
    }

    /// A text that need not be there.
    pub fn optional(&self, key: &str) -> Option<String> {
        texts::optional(self.language, key, "value", "")
    }

    /// Whether the reader may do this, for somebody at least.
    pub fn may(&self, action: Action) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| policy(visitor.person.role, action) != Decision::Deny)
    }

    /// A text with one value.
    pub fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        texts::text(self.language, key, &[(name, value)])
    }

    /// A text with several values.
    pub fn texts(&self, key: &str, values: &[(&'static str, &str)]) -> String {
        texts::text(self.language, key, values)
    }

    /// What a message says in this language; none where it has no words in it. A month `m` is also there as `of-m`, where
    /// French elides: `d’octobre 2026`.
    pub fn told(&self, told: &Told) -> Option<String> {
        let values = told.values.iter().flat_map(|(name, value)| {
            let of_month = match value {
                Value::Month(month) => Some((Cow::Owned(format!("of-{name}")), self.of_month(month))),
                _ => None,
            };
            std::iter::once((Cow::Owned(name.clone()), self.value(value))).chain(of_month)
        });
        let values: Vec<(Cow<'static, str>, String)> = values.collect();
        let key = format!("told-{}", told.key);
        let own = (!told.key.is_empty()).then(|| texts::of_values(self.language, &key, values)).flatten();
        own.or_else(|| self.english(&told.english))
    }

    /// A text that exists in English only: nothing to a reader of French.
    pub fn english(&self, text: &str) -> Option<String> {
        (self.language == Language::English).then(|| text.to_owned())
    }

    /// A message, or that something is wrong where there is no more to say in this language.
    pub fn said(&self, told: &Told) -> String {
        self.told(told).unwrap_or_else(|| self.t("told-unknown"))
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Day(day) => self.date(day),
            Value::Instant(at) => self.instant(*at, self.zone),
            Value::Month(month) => self.month(month),
            Value::Amount(amount) => self.amount(amount),
            Value::Number(number) => self.number(number),
            Value::Unit(unit) => typography::unit_symbol(*unit, self.language).to_owned(),
            Value::Told(told) => self.said(told),
        }
    }

    /// The `part` (title, text) of what is said about a fault; most have words of their own.
    pub fn fault(&self, name: &str, part: &str) -> String {
        const OWN: [&str; 9] = [
            "bad-request",
            "forbidden",
            "cross-site",
            "not-found",
            "conflict",
            "unprocessable",
            "too-large",
            "too-many-attempts",
            "unavailable",
        ];
        let name = if OWN.contains(&name) { name } else { "other" };
        self.t(&format!("fault-{name}-{part}"))
    }

    /// `30 jours`
    pub fn terms(&self, class: &PaymentTermClass) -> String {
        self.with("tenant-days", "days", &class.days().to_string())
    }

    /// A period of days: a whole month by its name, others by their first and last day.
    pub fn period(&self, period: DatePeriod) -> String {
        let month = BillingMonth::of(period.from);
        match period.last_day() {
            _ if period == month.days() => self.month(&month),
            Some(last) => self.span(&self.date(&period.from), &self.date(&last)),
            None => self.with("since", "first", &self.date(&period.from)),
        }
    }

    /// `du 1er au 31 octobre`, both days included.
    fn span(&self, first: &str, last: &str) -> String {
        self.texts("from-to", &[("first", first), ("last", last)])
    }

    pub fn page_of(&self, page: usize, pages: usize) -> String {
        self.texts("page-of", &[("page", &page.to_string()), ("pages", &pages.to_string())])
    }

    pub fn amount(&self, money: &Money) -> String {
        typography::amount(*money, self.language)
    }

    /// For columns whose heading names the currency.
    pub fn bare(&self, money: &Money) -> String {
        typography::bare_amount(*money, self.language)
    }

    pub fn date(&self, day: &NaiveDate) -> String {
        typography::date(*day, self.language)
    }

    pub fn short_date(&self, day: &NaiveDate) -> String {
        in_one_piece(&typography::short_date(*day, self.language))
    }

    pub fn month(&self, month: &BillingMonth) -> String {
        typography::month(*month, self.language)
    }

    /// `1 250`
    pub fn whole(&self, number: i64) -> String {
        typography::decimal(Decimal::from(number), self.language)
    }

    /// A number with its own decimals, without zeros at their end.
    pub fn number(&self, number: &Decimal) -> String {
        typography::decimal(number.normalize(), self.language)
    }

    /// `01/10/2026 00:10` as the facility's clock shows it.
    pub fn instant(&self, at: Timestamp, zone: Tz) -> String {
        in_one_piece(&typography::instant(at, zone, self.language))
    }

    /// In this language, of texts kept in both.
    pub fn either<'a>(&self, french: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::French => french,
            Language::English => english,
        }
    }

    /// The month as a complement: `d’octobre 2026`, `for October 2026`.
    pub fn of_month(&self, month: &BillingMonth) -> String {
        typography::of_month(*month, self.language)
    }

    pub fn stylesheet(&self) -> &'static str {
        static_files::stylesheet_path()
    }

    pub fn script(&self) -> &'static str {
        static_files::script_path()
    }

    pub fn icon(&self) -> &'static str {
        static_files::icon_path()
    }
}

/// A day of digits that no line ends within: browsers break `2026-12-23` after a hyphen.
fn in_one_piece(text: &str) -> String {
    text.replace('-', "\u{2011}")
}

/// Whether the route table has a page at `path` that the visitor may see.
fn is_open(visitor: &Visitor, path: &str) -> bool {
    visitor.stage == Stage::Open
        && routes().any(|row| {
            row.path == path
                && row.method == actix_web::http::Method::GET
                && match row.access {
                    Access::AnyVisitor => true,
                    Access::Page(action) => policy(visitor.person.role, action) != Decision::Deny,
                    _ => false,
                }
        })
}

fn navigation(visitor: &Visitor, language: Language, current: &str) -> Vec<NavigationGroup> {
    // One section only is the reader's, the closest: `/settings/seller` is a section below another.
    let around = |path: &&str| current == *path || is_below(current, path);
    let paths = SECTIONS.iter().flat_map(|(_, entries)| *entries).map(|(path, _)| *path);
    let closest = paths.filter(around).filter(|path| is_open(visitor, path)).max_by_key(|path| path.len());
    let group = |(label, entries): &(&'static str, &[(&'static str, &str)])| {
        let open = entries.iter().filter(|(path, _)| is_open(visitor, path));
        let items: Vec<NavigationItem> = open
            .map(|(path, key)| NavigationItem {
                path,
                label: texts::text(language, item_label(visitor.person.role, key), &[]),
                is_current: closest == Some(*path),
            })
            .collect();
        let label =
            group_label(visitor.person.role, label).map(|key| texts::text(language, key, &[])).unwrap_or_default();
        (!items.is_empty()).then_some(NavigationGroup { label, items })
    };
    SECTIONS.iter().filter_map(group).collect()
}

/// The key of a group's name. What is the tenants' to who bills them is a tenant's own contract.
fn group_label(role: Role, key: &'static str) -> Option<&'static str> {
    match (role, key) {
        (_, "") => None,
        (Role::Tenant, "nav-group-tenants") => Some("nav-group-own"),
        (_, key) => Some(key),
    }
}

/// The key of a section's name: a tenant finds themself under the first.
fn item_label(role: Role, key: &str) -> &str {
    match (role, key) {
        (Role::Tenant, "nav-tenants") => "nav-own-details",
        (_, key) => key,
    }
}

fn is_below(path: &str, section: &str) -> bool {
    section != "/" && path.strip_prefix(section).is_some_and(|rest| rest.starts_with('/'))
}

/// Home, and the section a deeper page is in.
fn crumbs(navigation: &[NavigationGroup], path: &str) -> Vec<Crumb> {
    let crumb = |item: &NavigationItem| Crumb { label: item.label.clone(), address: item.path.to_owned() };
    let items = || navigation.iter().flat_map(|group| &group.items);
    if path == "/" {
        return vec![];
    }
    items().filter(|item| item.path == "/" || is_below(path, item.path)).map(crumb).collect()
}

fn other_language(request: &HttpRequest, language: Language) -> LanguageLink {
    let other = match language {
        Language::French => Language::English,
        Language::English => Language::French,
    };
    let kept = request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let query: Vec<&str> = kept.collect();
    let separator = if query.is_empty() { "" } else { "&" };
    let address = format!("{}?{}{separator}lang={}", request.path(), query.join("&"), other.code());
    LanguageLink { address, language: other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn no_line_ends_within_a_day_of_digits() {
        let frame = |uri: &str| Frame::of(&TestRequest::with_uri(uri).to_http_request());
        let day = NaiveDate::from_ymd_opt(2026, 12, 23).unwrap();
        assert_eq!(frame("/?lang=en").short_date(&day), "2026\u{2011}12\u{2011}23");
        assert_eq!(frame("/?lang=fr").short_date(&day), "23/12/2026");
        let told = frame("/?lang=en").instant(Timestamp::from_seconds(1_790_805_600), Tz::Europe__Paris);
        assert!(!told.contains(['-', ' ']), "{told}");
    }

    #[test]
    fn the_other_language_keeps_the_rest_of_the_address() {
        let link = |uri: &str| other_language(&TestRequest::with_uri(uri).to_http_request(), Language::French).address;
        assert_eq!(link("/"), "/?lang=en");
        assert_eq!(link("/invoices?month=2026-10&lang=fr&sort=due"), "/invoices?month=2026-10&sort=due&lang=en");
    }
}
