//! The address people use, read once: what rests on it (cookies, links in mails, whose requests are ours) finds it in one
//! form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const PORTS: [(&str, &str); 2] = [("http", ":80"), ("https", ":443")];

/// `http` or `https` and a host, perhaps with a port: in lower case, without a slash at its end, and without the port its
/// scheme implies, as browsers write an origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl(String);

/// Why a text is no address people could use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("server.public_url `{given}` {wrong}: write it like https://chapelle.example.org")]
pub struct PublicUrlError {
    given: String,
    wrong: &'static str,
}

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True where people come by HTTPS.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<PublicUrl, PublicUrlError> {
        let wrong = |wrong| PublicUrlError { given: text.to_owned(), wrong };
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(|| wrong("has no scheme"))?;
        let scheme = scheme.to_ascii_lowercase();
        let implied = PORTS.into_iter().find(|(known, _)| *known == scheme);
        let (_, implied_port) = implied.ok_or_else(|| wrong("is neither http nor https"))?;
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        if authority.contains(['/', '?', '#']) {
            return Err(wrong("has a path or a query, and this server is at the root of its host"));
        }
        let authority = authority.strip_suffix(implied_port).unwrap_or(&authority);
        if !is_authority(authority) {
            return Err(wrong("names no host"));
        }
        Ok(PublicUrl(format!("{scheme}://{authority}")))
    }
}

/// A host's name in ASCII or an address, and a port where one is given.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port =
        |port: &str| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(is_label),
    };
    is_host && port.is_none_or(is_port)
}

fn is_label(text: &str) -> bool {
    let has_known = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    !text.is_empty() && text.len() <= 63 && has_known && !text.starts_with('-') && !text.ends_with('-')
}

impl TryFrom<String> for PublicUrl {
    type Error = PublicUrlError;

    fn try_from(text: String) -> Result<PublicUrl, PublicUrlError> {
        text.parse()
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> String {
        url.0
    }
}

impl Default for PublicUrl {
    /// This machine, where the server listens unless it is told otherwise.
    fn default() -> PublicUrl {
        PublicUrl("http://127.0.0.1:8080".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        let read = |text: &str| text.parse::<PublicUrl>().map(String::from);
        for (given, kept) in [
            ("https://dc.example.org", "https://dc.example.org"),
            ("HTTPS://DC.Example.org/", "https://dc.example.org"),
            (" https://dc.example.org:443/ ", "https://dc.example.org"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("https://dc.example.org:8443", "https://dc.example.org:8443"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[::1]", "http://[::1]"),
            ("http://localhost:8080", "http://localhost:8080"),
        ] {
            assert_eq!(read(given).as_deref(), Ok(kept), "{given}");
        }
        assert!(read("HTTPS://x").is_ok_and(|url| PublicUrl(url).is_secure()));
    }

    #[test]
    fn what_nobody_could_open_is_refused_with_the_way_out() {
        for given in [
            "",
            "nonsense",
            "dc.example.org",
            "ftp://x",
            "javascript:alert(1)",
            "javascript://x",
            "/chapelle",
            "https://",
            "https:///",
            "https://dc.example.org/chapelle",
            "https://dc.example.org//",
            "https://dc.example.org?a=b",
            "https://dc.example.org#top",
            "https://user@dc.example.org",
            "https://dc example.org",
            "https://dc..example.org",
            "https://dc.example.org:",
            "https://dc.example.org:0",
            "https://dc.example.org:+80",
            "https://dc.example.org:70000",
            "https://[::1",
            "https://données.example.org",
        ] {
            let error = given.parse::<PublicUrl>().expect_err(given).to_string();
            assert!(error.contains("server.public_url") && error.contains("https://chapelle.example.org"), "{error}");
        }
    }
}
