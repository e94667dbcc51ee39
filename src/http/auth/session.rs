//! The session cookie, and what protects a form.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{self, HeaderMap};
use sha2::{Digest, Sha256};

use crate::domain::audit::hex;

/// With the `__Host-` prefix a browser takes the cookie only over HTTPS, from this very host, for all its paths.
const SECURE_NAME: &str = "__Host-chapelle";
/// For a server on the same machine, reached without TLS.
const PLAIN_NAME: &str = "chapelle";

const fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The session's secret as the browser sent it.
pub fn secret(request: &HttpRequest, secure: bool) -> Option<String> {
    request.cookie(name(secure)).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// The cookie that carries `secret` until the browser closes; no script and no other site ever sees it.
pub fn cookie(secret: String, secure: bool) -> Cookie<'static> {
    Cookie::build(name(secure), secret).path("/").http_only(true).same_site(SameSite::Lax).secure(secure).finish()
}

/// The cookie that makes the browser forget.
pub fn removal(secure: bool) -> Cookie<'static> {
    let mut cookie = cookie(String::new(), secure);
    cookie.make_removal();
    cookie
}

/// What a form of this session carries: only who holds the session's secret can know it, and it does not tell it.
pub fn form_token(secret: &str) -> String {
    hex(&Sha256::digest(format!("form:{secret}")))
}

/// Whether two tokens are equal, in a time that does not depend on where they differ. What a page adds to its own after a
/// full stop is no part of it.
pub fn same_token(expected: &str, sent: &str) -> bool {
    let sent = sent.split_once('.').map_or(sent, |(token, _)| token);
    let differences = expected.bytes().zip(sent.bytes()).fold(0, |found, (a, b)| found | (a ^ b));
    expected.len() == sent.len() && differences == 0
}

/// Whether a request that changes something comes from our own pages. Browsers say so in Sec-Fetch-Site, older ones in
/// Origin; what says neither is no browser, and has no cookies that someone else could misuse.
pub fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(header::ORIGIN.as_str()).is_none_or(|origin| origin == public_url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn the_cookie_is_bound_to_the_host_where_there_is_tls() {
        let secure = cookie("s".into(), true).to_string();
        assert_eq!(secure, "__Host-chapelle=s; HttpOnly; SameSite=Lax; Secure; Path=/");
        assert_eq!(cookie("s".into(), false).to_string(), "chapelle=s; HttpOnly; SameSite=Lax; Path=/");
    }

    #[test]
    fn requests_of_other_sites_are_told_apart() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in pairs {
                map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            map
        };
        let ours = |pairs| is_same_origin(&headers(pairs), "https://dc.example.org");
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[]));
        assert!(ours(&[("origin", "https://dc.example.org")]));
        assert!(!ours(&[("sec-fetch-site", "cross-site")]));
        assert!(!ours(&[("sec-fetch-site", "same-site"), ("origin", "https://dc.example.org")]));
        assert!(!ours(&[("origin", "https://dc.example.org.evil.example")]));
        assert!(!ours(&[("origin", "null")]));
    }

    #[test]
    fn tokens_are_compared_whole() {
        let token = form_token("secret");
        assert!(same_token(&token, &form_token("secret")));
        assert!(!same_token(&token, &token[..63]) && !same_token(&token, "") && !same_token(&token, &form_token("s")));
    }
}
