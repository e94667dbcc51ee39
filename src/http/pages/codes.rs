//! Codes within sentences: set as codes, and never broken over two lines.

use askama::filters::Safe;

/// `text` for a page, where each code in it (`AP-HP-2025`, `A01-A`, `DC-2019-001/froid`) is set as one. Which it is can be
/// told by its looks alone, so that it holds for what people typed and for labels kept long ago too: a hyphen inside, a
/// letter first, a digit somewhere. What a year begins (`2026-10-31`, `2019-0042/froid`) stays in one piece as well.
pub fn codes(text: &str) -> Safe<String> {
    let mut html = String::with_capacity(text.len() + 32);
    let mut rest = text;
    let mut is_domain = false;
    while let Some(first) = rest.chars().next() {
        let inside = is_inside(first);
        let end = rest.find(|character| is_inside(character) != inside).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        match inside {
            // The host of an address is no code either.
            true if is_domain => escape(&mut html, run),
            true => word(&mut html, run, after),
            false => escape(&mut html, run),
        }
        is_domain = run.ends_with('@');
        rest = after;
    }
    Safe(html)
}

fn is_inside(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '/' | '_' | '.')
}

/// A longer word is a file's name or a path, no code.
const CHARACTERS_MAX: usize = 24;

/// A word, `after` which the text goes on.
fn word(html: &mut String, run: &str, after: &str) {
    let code = run.trim_end_matches(['.', '-', '/']);
    let class = match code.chars().next() {
        // What is longer than a telephone's line must break.
        _ if !code.contains('-') || after.starts_with('@') || code.chars().count() > CHARACTERS_MAX => None,
        Some(first) if first.is_alphabetic() && code.contains(|character: char| character.is_ascii_digit()) => {
            Some("code whole")
        }
        Some(_) if code.bytes().take_while(u8::is_ascii_digit).count() == 4 => Some("whole"),
        _ => None,
    };
    let Some(class) = class else { return escape(html, run) };
    html.push_str("<span class=\"");
    html.push_str(class);
    html.push_str("\">");
    escape(html, code);
    html.push_str("</span>");
    escape(html, run.strip_prefix(code).unwrap_or_default());
}

fn escape(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            plain => html.push(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, html: &str) {
        assert_eq!(codes(text).0, html);
    }

    #[test]
    fn codes_are_known_by_their_looks() {
        check(
            "Convention AP-HP-2025, compteur A01-A.",
            "Convention <span class=\"code whole\">AP-HP-2025</span>, compteur <span class=\"code whole\">A01-A</span>.",
        );
        check("Dotation DC-2019-001/froid", "Dotation <span class=\"code whole\">DC-2019-001/froid</span>");
        check("(2018-06-01)", "(<span class=\"whole\">2018-06-01</span>)");
        check("2019-0042/froid", "<span class=\"whole\">2019-0042/froid</span>");
        check("pdu-a1-", "<span class=\"code whole\">pdu-a1</span>-");
    }

    #[test]
    fn words_numbers_and_addresses_are_none() {
        for text in [
            "Assistance publique – Hôpitaux de Paris",
            "Saint-Denis",
            "10-minute",
            "1-2",
            "DC2026000038",
            "a-1@b.org",
            "a@data-centre-1.org",
            "-",
            "AP-HP",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn nothing_gets_into_the_page_as_markup() {
        check("<b-1>&\"'", "&#60;<span class=\"code whole\">b-1</span>&#62;&#38;&#34;&#39;");
    }
}
