//! A message that is told once, on the page one arrives at: carried by a cookie that names a text, never by the text.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};

use super::{encoded, texts};
use crate::domain::party::Language;

const COOKIE: &str = "chapelle-done";
/// Nobody needs to be told after so long.
const COOKIE_SECONDS: i64 = 60;

/// Leaves `done-<what>` with its value to the next page.
pub fn tell(response: &mut HttpResponse, what: &str, value: &str) {
    let cookie = Cookie::build(COOKIE, format!("{what}|{}", encoded(value)))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(COOKIE_SECONDS))
        .finish();
    if response.add_cookie(&cookie).is_err() {
        tracing::warn!("a message could not be left");
    }
}

/// A message as the page shows it.
pub struct Flash {
    pub text: String,
    /// It was done, and something about it should be looked at.
    pub warns: bool,
}

/// What was done and should be looked at again.
const WARNINGS: [&str; 1] = ["tenant-same-siret"];

/// The message the request brings; what is no word of ours is nothing.
pub fn told(request: &HttpRequest, language: Language) -> Option<Flash> {
    let cookie = request.cookie(COOKIE)?;
    let (what, value) = cookie.value().split_once('|')?;
    let text = texts::optional(language, &format!("done-{what}"), "value", &decoded(value))?;
    Some(Flash { text, warns: WARNINGS.contains(&what) })
}

/// Once a page has shown it, the message is gone.
pub fn forget(request: &HttpRequest, response: &mut HttpResponse) {
    if request.cookie(COOKIE).is_none() || !response.status().is_success() {
        return;
    }
    let mut gone = Cookie::build(COOKIE, "").path("/").finish();
    gone.make_removal();
    if response.add_cookie(&gone).is_err() {
        tracing::warn!("a message could not be taken back");
    }
}

/// What [`encoded`] wrote.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.split_at_checked(2).filter(|_| *first == b'%').and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = code.unwrap_or((*first, tail));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went() {
        for value in ["DC2026000001", "Hôpitaux & cie ; 100 %", ""] {
            assert_eq!(decoded(&encoded(value)), value);
        }
    }
}
