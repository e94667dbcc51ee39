//! Which language a page speaks: `?lang=`, else what was chosen in this browser, else what the person chose for
//! themselves, else what the browser asks for, else French.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use crate::domain::party::Language;
use crate::http::auth::{Caller, Visitor};

/// Remembers a choice: a preference, not a person, so it needs no session and no consent.
const COOKIE: &str = "chapelle-lang";
const COOKIE_DAYS: i64 = 365;

pub fn of(request: &HttpRequest) -> Language {
    chosen(request)
        .or_else(|| request.cookie(COOKIE).and_then(|cookie| named(cookie.value())))
        .or_else(|| request.extensions().get::<Visitor>().and_then(|visitor| visitor.person.language))
        .or_else(|| request.extensions().get::<Caller>().and_then(|caller| caller.person.language))
        .or_else(|| accepted(request.headers().get("accept-language")?.to_str().ok()?))
        .unwrap_or_default()
}

/// Keeps the choice a request makes.
pub fn keep_language(request: &HttpRequest, response: &mut HttpResponse) {
    let Some(language) = chosen(request) else { return };
    let cookie = Cookie::build(COOKIE, language.code())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(COOKIE_DAYS))
        .finish();
    if response.add_cookie(&cookie).is_err() {
        tracing::warn!("the choice of language could not be kept");
    }
}

fn chosen(request: &HttpRequest) -> Option<Language> {
    request.query_string().split('&').find_map(|pair| named(pair.strip_prefix("lang=")?))
}

pub(super) fn named(code: &str) -> Option<Language> {
    match code {
        "fr" => Some(Language::French),
        "en" => Some(Language::English),
        _ => None,
    }
}

/// The language of ours with the highest weight in an Accept-Language header; the first of equals.
fn accepted(header: &str) -> Option<Language> {
    let weighted = header.split(',').filter_map(|item| {
        let (tag, parameters) = item.trim().split_once(';').unwrap_or((item.trim(), ""));
        let language = named(tag.split('-').next()?.to_ascii_lowercase().as_str())?;
        Some((language, weight(parameters)))
    });
    weighted
        .filter(|(_, weight)| *weight > 0)
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|best| best.0)
}

/// `q=0.8` in thousandths; 1 where there is none.
fn weight(parameters: &str) -> u32 {
    let Some(value) = parameters.trim().strip_prefix("q=") else { return 1000 };
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let whole: u32 = whole.parse().unwrap_or(0);
    (whole * 1000 + thousandths.parse::<u32>().unwrap_or(0)).min(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn french_is_spoken_unless_english_is_asked_for() {
        let speaks =
            |header: &str| of(&TestRequest::default().insert_header(("accept-language", header)).to_http_request());
        assert_eq!(of(&TestRequest::default().to_http_request()), Language::French);
        assert_eq!(speaks("en-GB,en;q=0.9"), Language::English);
        assert_eq!(speaks("de, en;q=0.5, fr;q=0.8"), Language::French);
        assert_eq!(speaks("de-DE,de;q=0.9"), Language::French);
        assert_eq!(speaks("fr;q=0, en;q=0.1"), Language::English);
        assert_eq!(speaks("en;q=9999999999999"), Language::French);
    }

    #[test]
    fn a_choice_counts_and_is_kept() {
        let request = TestRequest::with_uri("/invoices?month=2026-10&lang=en").to_http_request();
        assert_eq!(of(&request), Language::English);
        let mut response = HttpResponse::Ok().finish();
        keep_language(&request, &mut response);
        let kept = response.cookies().next().unwrap().to_string();
        assert!(kept.starts_with("chapelle-lang=en;"), "{kept}");
        let later = TestRequest::default().cookie(Cookie::new(COOKIE, "en")).to_http_request();
        assert_eq!(of(&later), Language::English);
    }
}
