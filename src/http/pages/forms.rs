//! Reading what people typed into a form.

use chrono::NaiveDate;

use super::Frame;
use super::parts::FieldError;
use crate::app::AppError;
use crate::domain::calendar::BillingMonth;
use crate::domain::freetext::Text;
use crate::domain::money;
use crate::domain::party::Language;
use crate::domain::quantity::Micro;
use crate::domain::told::{Tell, Told};
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::storage::StorageError;

/// What was done, or why it is refused in words for people; any other error is one.
pub fn refused<T>(done: Result<T, AppError>) -> Result<Result<T, Told>, AppError> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(AppError::Refused(told)) => Ok(Err(*told)),
        Err(error @ AppError::Storage(StorageError::Closed(_))) => Ok(Err(error.told())),
        Err(error) => Err(error),
    }
}

/// The same, what is not known (any more) among what is refused, in the words of `unknown`.
pub fn refused_or<T>(done: Result<T, AppError>, unknown: impl FnOnce() -> Told) -> Result<Result<T, Told>, AppError> {
    match done {
        Err(AppError::NotFound(_)) => Ok(Err(unknown())),
        done => refused(done),
    }
}

/// What is wrong with the reason that was typed where one is needed; `missing` says that there is none.
pub fn reason_error(frame: &Frame, fields: &Fields, missing: &str) -> Option<FieldError> {
    let text = match Text::Reason.check(fields.text("reason")) {
        _ if !fields.has("reason") => frame.t(missing),
        Err(error) => frame.said(&error.told()),
        Ok(()) => return None,
    };
    Some(FieldError { field: "reason", text })
}

/// A number as it is typed into a field: the language's decimal sign, no separator of thousands, so that what a form shows
/// is what it reads.
pub fn as_typed(language: Language, number: impl ToString) -> String {
    let text = number.to_string();
    match language {
        Language::French => text.replace('.', ","),
        Language::English => text,
    }
}

/// The language a form was shown in, which its token ends with; none where it says none.
pub fn language_of(form_token: &str) -> Option<Language> {
    let code = form_token.trim().rsplit_once('.').map(|(_, code)| code)?;
    [Language::French, Language::English].into_iter().find(|language| language.code() == code)
}

/// The field that carries the language in which numbers were typed on to the question whether it shall be done.
const TYPED_IN: &str = "typed_in";

/// A confirmation of whatever is there.
const INSIST: &str = "1";

/// The fields of a form as they were sent.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields, if the form is one of this session's.
    pub fn of(pairs: Vec<(String, String)>, visitor: &Visitor) -> Result<Fields, Fault> {
        let fields = Fields(pairs);
        visitor.check_form(fields.text("form_token"))?;
        Ok(fields)
    }

    /// The same from an address, which changes nothing.
    pub fn of_query(pairs: Vec<(String, String)>) -> Fields {
        Fields(pairs)
    }

    /// A field without the space around it; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    pub fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// A number as it was typed: `1 234,56`. It is read in the language of the page it was typed into, whichever the reader
    /// chose since in another window; `language` is that of a form that says none.
    pub fn number<T: std::str::FromStr>(&self, name: &str, language: Language) -> Option<T> {
        number(self.text(name), self.typed_in().unwrap_or(language))
    }

    /// The number's text for the form shown again, which may be of another language than the one it was typed into.
    pub fn again(&self, name: &str) -> String {
        let text = self.text(name);
        self.typed_in().map_or_else(|| text.to_owned(), |language| unparted(text, language))
    }

    fn typed_in(&self) -> Option<Language> {
        let carried = language_of(&format!(".{}", self.text(TYPED_IN)));
        carried.or_else(|| language_of(self.text("form_token")))
    }

    /// A day as either language writes it: `2026-10-31`, `31/10/2026`.
    pub fn day(&self, name: &str) -> Option<NaiveDate> {
        day(self.text(name))
    }

    /// Whether this is the confirmation of a question about `open`, an amount or several, which it names. Sent a second
    /// time, or after somebody else changed the account, it asks again.
    pub fn confirms(&self, open: impl ToString) -> bool {
        [open.to_string().as_str(), INSIST].contains(&self.text("confirm"))
    }

    /// What was seen when the question was answered, to be held against the account once nobody else changes it; nothing
    /// where whoever answers insists. For what [`Fields::confirms`] found to be of now.
    pub fn seen<T>(&self, now: T) -> Option<T> {
        (self.text("confirm") != INSIST).then_some(now)
    }

    /// Whether what was confirmed has changed since it was asked.
    pub fn confirms_another(&self, open: impl ToString) -> bool {
        self.has("confirm") && !self.confirms(open)
    }

    /// Everything but the token, for the form that asks whether it shall be done.
    pub fn carried(&self) -> Vec<(String, String)> {
        let is_typed = |name: &str| !["form_token", "confirm", TYPED_IN].contains(&name);
        let typed = self.0.iter().filter(|(name, _)| is_typed(name)).cloned();
        typed.chain(self.typed_in().map(|language| (TYPED_IN.to_owned(), language.code().to_owned()))).collect()
    }
}

/// A number as it was typed into a page of `language`, with nothing but digits, a point and a sign where it is one: the
/// book writes it so. Both languages' ways are read in both, but for `1,000`: a thousand in English, one in French.
pub fn plain_number(text: &str, language: Language) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '€').collect();
    // A minus sign as pages show it.
    let text = text.replace('\u{2212}', "-");
    // Where both stand, the last is the decimal mark and the other parts thousands.
    match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) if comma < point => text.replace(',', ""),
        // Several commas part thousands.
        (Some(last), None) if text.find(',') != Some(last) => text.replace(',', ""),
        (Some(comma), None) if language == Language::English && parts_thousands(&text, comma) => text.replace(',', ""),
        (Some(_), _) => text.replace('.', "").replace(',', "."),
        _ => text,
    }
}

/// A number as it was typed in `language`; where another language would read another one (`1,000`), as the book writes it:
/// from then on it is read alike.
pub fn unparted(text: &str, language: Language) -> String {
    let [french, english] = [Language::French, Language::English].map(|language| plain_number(text, language));
    match language {
        _ if french == english => text.to_owned(),
        Language::French => french,
        Language::English => english,
    }
}

/// Whether the one comma of a number parts thousands: three digits to its end, and before it one to three that no zero
/// begins. `1,5`, `0,145` and `1000,000` have it as their decimal mark in English too.
fn parts_thousands(text: &str, comma: usize) -> bool {
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_at_checked(comma).is_some_and(|(whole, rest)| {
        let (whole, rest) = (whole.trim_start_matches(['-', '+']), rest.trim_start_matches(','));
        rest.len() == 3
            && are_digits(rest)
            && matches!(whole.len(), 1..=3)
            && are_digits(whole)
            && !whole.starts_with('0')
    })
}

/// A day as either language writes it.
pub fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    text.parse().ok().or_else(|| NaiveDate::parse_from_str(text, "%d/%m/%Y").ok())
}

/// What a meter shows: a number with no sign of money about it.
pub fn index(text: &str, language: Language) -> Option<Micro> {
    if text.contains('€') { None } else { number(text, language) }
}

pub fn number<T: std::str::FromStr>(text: &str, language: Language) -> Option<T> {
    let text = plain_number(text, language);
    // What is read as a decimal nowhere else is no number here.
    money::parse(&text).ok()?;
    text.parse().ok()
}

/// A month as addresses have it; what is none is not there.
pub fn month(text: &str) -> Result<BillingMonth, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;

    #[test]
    fn a_number_is_read_in_the_language_of_the_page_it_was_typed_into() {
        let sent = |fields: &[(&str, &str)]| {
            Fields(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let typed = sent(&[("form_token", "0a1b.en"), ("amount", "1,000")]);
        let amount = |fields: &Fields, now| fields.number::<Money>("amount", now).map(|amount| amount.to_string());
        assert_eq!(amount(&typed, Language::French).as_deref(), Some("1000.00"), "the reader chose French since");
        // The question is asked in French, and carries what was typed in English.
        let carried = typed.carried();
        let pairs = carried.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let answered: Vec<_> = [("form_token", "0a1b.fr")].into_iter().chain(pairs).collect();
        assert_eq!(amount(&sent(&answered), Language::French).as_deref(), Some("1000.00"));
        assert_eq!(amount(&sent(&[("amount", "1,000")]), Language::French).as_deref(), Some("1.00"));
        assert_eq!(unparted("1,000", Language::French), "1.000");
        assert_eq!(unparted("1,000", Language::English), "1000");
        assert_eq!(unparted("1,50", Language::English), "1,50");
    }

    #[test]
    fn amounts_are_read_as_both_languages_write_them() {
        for language in [Language::French, Language::English] {
            let read = |text: &str| number::<Money>(text, language).map(|amount| amount.to_string());
            for text in ["1234.56", "1 234,56", "1\u{202f}234,56 €", "1.234,56", "1,234.56"] {
                assert_eq!(read(text).as_deref(), Some("1234.56"), "{text}");
            }
            for text in ["a lot", "12 kWh", ""] {
                assert_eq!(read(text), None, "{text}");
            }
            assert_eq!(read("\u{2212}1,50"), read("-1.50"));
        }
    }

    /// `1,000` is what each language means by it; where it can be nothing but a decimal mark, both read it so.
    #[test]
    fn a_comma_before_three_digits_parts_thousands_in_english_only() {
        for (text, french, english) in [
            ("1,000", "1.000", "1000"),
            ("-12,500", "-12.500", "-12500"),
            ("€999,999", "999.999", "999999"),
            ("1,5", "1.5", "1.5"),
            ("1,50", "1.50", "1.50"),
            ("1,0000", "1.0000", "1.0000"),
            ("0,145", "0.145", "0.145"),
            ("1000,000", "1000.000", "1000.000"),
            ("1,000.5", "1000.5", "1000.5"),
            ("1,000,000", "1000000", "1000000"),
        ] {
            assert_eq!(plain_number(text, Language::French), french, "{text}");
            assert_eq!(plain_number(text, Language::English), english, "{text}");
        }
        let index = |text: &str| index(text, Language::French);
        assert_eq!((index("1 234,5"), index("1 234,5 €")), ("1234.5".parse().ok(), None), "an index is no amount");
    }

    /// A form saved as it was shown changes nothing, in either language.
    #[test]
    fn what_a_field_shows_is_what_is_read_from_it() {
        for text in ["2500", "30000", "16000000.00", "1000.5", "-2.5", "0.145", "1000.000001"] {
            for language in [Language::French, Language::English] {
                let shown = as_typed(language, text.parse::<rust_decimal::Decimal>().unwrap());
                assert_eq!(plain_number(&shown, language), text, "{language:?}: {shown}");
            }
        }
    }

    #[test]
    fn days_are_read_as_both_languages_write_them() {
        for text in ["2026-10-31", " 31/10/2026 "] {
            assert_eq!(day(text).map(|day| day.to_string()).as_deref(), Some("2026-10-31"), "{text}");
        }
        assert_eq!(day("2026-02-30").or(day("hier")), None);
    }
}
