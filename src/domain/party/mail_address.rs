//! Addresses mail is sent from and to.

use email_address::{EmailAddress, Options};

/// What can be told apart and sent to everywhere: RFC 5321's dotted form, a domain of two labels at least, neither a quoted
/// name nor a numeric host.
const SENDABLE: Options = Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };

/// Whether mail can be sent to `text`, as every relay reads it.
pub fn is_mail_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '"';
    let numeric = mail_host(text).rsplit('.').next().is_some_and(|label| label.chars().all(|c| c.is_ascii_digit()));
    text.chars().all(plain) && !numeric && EmailAddress::parse_with_options(text, SENDABLE).is_ok()
}

/// What stands behind the `@`, for the Message-IDs of what is sent from `address`.
pub fn mail_host(address: &str) -> &str {
    address.rsplit_once('@').map_or("localhost", |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_relay_would_refuse_is_no_address() {
        for sendable in ["facturation@example.org", "a.b+c@mail.paris.fr", "o'neil@example.org"] {
            assert!(is_mail_address(sendable), "{sendable}");
        }
        let local_part = format!("{}@example.org", "a".repeat(65));
        let label = format!("a@{}.org", "b".repeat(64));
        for refused in [
            "",
            "a",
            "a@b",
            "@example.org",
            "a@",
            "a b@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a.@example.org",
            "a@-x.org",
            "a@x-.org",
            "a@x..org",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "\"a b\"@example.org",
            "A <a@example.org>",
            "é@example.org",
            "a@b@example.org",
            &local_part,
            &label,
        ] {
            assert!(!is_mail_address(refused), "{refused}");
        }
    }

    #[test]
    fn the_host_ends_message_ids() {
        assert_eq!(mail_host("facturation@example.org"), "example.org");
        assert_eq!(mail_host(""), "localhost");
    }
}
