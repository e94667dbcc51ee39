//! What every page has around its content: language, navigation, who is signed in.

use actix_web::{HttpMessage, HttpRequest};
use chrono::NaiveDate;

use super::{assets, language, texts};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::money::Money;
use crate::domain::party::{Language, PaymentTermClass};
use crate::domain::typography;
use crate::http::auth::Visitor;

/// The frame of one page; templates ask it for words and for figures as people read them.
pub struct Frame {
    pub language: Language,
    pub visitor: Option<Visitor>,
    pub navigation: Vec<NavigationItem>,
    /// This page in the other language.
    pub other_language: LanguageLink,
}

pub struct NavigationItem {
    pub path: &'static str,
    pub label: String,
    /// The page, or the section it is in.
    pub is_current: bool,
}

pub struct LanguageLink {
    pub address: String,
    pub language: Language,
}

/// The sections, as far as a role may see them.
const SECTIONS: [(&str, &str, Action); 4] = [
    ("/invoices", "nav-invoices", Action::SeeInvoices),
    ("/tenants", "nav-tenants", Action::SeeTenants),
    ("/amortisation", "nav-amortisation", Action::SeeAmortisation),
    ("/audit", "nav-audit", Action::SeeTrail),
];

impl Frame {
    pub fn of(request: &HttpRequest) -> Frame {
        let language = language::of(request);
        let visitor = request.extensions().get::<Visitor>().cloned();
        Frame {
            language,
            navigation: visitor
                .as_ref()
                .map(|visitor| navigation(visitor, language, request.path()))
                .unwrap_or_default(),
            visitor,
            other_language: other_language(request, language),
        }
    }

    /// A text without values.
    pub fn t(&self, key: &str) -> String {
        texts::text(self.language, key, &[])
    }

    /// A text with one value.
    pub fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        texts::text(self.language, key, &[(name, value)])
    }

    /// A text with several values.
    pub fn texts(&self, key: &str, values: &[(&'static str, &str)]) -> String {
        texts::text(self.language, key, values)
    }

    /// The `part` (title, text) of what is said about a fault; most have words of their own.
    pub fn fault(&self, name: &str, part: &str) -> String {
        const OWN: [&str; 7] =
            ["bad-request", "forbidden", "cross-site", "not-found", "conflict", "too-many-attempts", "unavailable"];
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
        typography::short_date(*day, self.language)
    }

    pub fn month(&self, month: &BillingMonth) -> String {
        typography::month(*month, self.language)
    }

    pub fn stylesheet(&self) -> &'static str {
        assets::stylesheet_path()
    }

    pub fn icon(&self) -> &'static str {
        assets::icon_path()
    }
}

fn navigation(visitor: &Visitor, language: Language, current: &str) -> Vec<NavigationItem> {
    let seen = SECTIONS.iter().filter(|(.., action)| policy(visitor.person.role, *action) != Decision::Deny);
    seen.map(|(path, key, _)| NavigationItem {
        path,
        label: texts::text(language, key, &[]),
        is_current: current == *path || current.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')),
    })
    .collect()
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
    fn the_other_language_keeps_the_rest_of_the_address() {
        let link = |uri: &str| other_language(&TestRequest::with_uri(uri).to_http_request(), Language::French).address;
        assert_eq!(link("/"), "/?lang=en");
        assert_eq!(link("/invoices?month=2026-10&lang=fr&sort=due"), "/invoices?month=2026-10&sort=due&lang=en");
    }
}
