//! Identifiers that carry their own check: SIREN, SIRET, VAT number, IBAN, BIC.
//!
//! Owns: their form and check digits (handbook, Identifiers). Does not own: whether the body or account exists.
//! Invariant: a value of these types has passed its check, also when it was deserialised; the text is stored without
//! spaces, in capitals.

use std::fmt;
use std::str::FromStr;

use iban::IbanLike;
use serde::{Deserialize, Serialize};

/// Why a text is not the identifier it should be, and what it should be where that can be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    #[error("{kind} `{text}` has {found} characters; it should have {expected}")]
    Length { kind: &'static str, text: String, found: usize, expected: &'static str },
    #[error("{kind} `{text}` may only hold {allowed}")]
    Characters { kind: &'static str, text: String, allowed: &'static str },
    #[error(
        "{kind} `{text}` fails its check: if the other digits are right, the last should be {expected}, not {found}"
    )]
    CheckDigit { kind: &'static str, text: String, found: u32, expected: u32 },
    #[error(
        "SIRET `{text}` of La Poste has the digit sum {sum}, which is not a multiple of 5: check it digit by digit"
    )]
    LaPoste { text: String, sum: u32 },
    #[error("VAT number `{text}`: the VAT key of SIREN {siren} is {expected}, not {found}; write FR{expected}{siren}")]
    VatKey { text: String, siren: String, found: String, expected: String },
    #[error("VAT number `{text}` holds no valid SIREN: {reason}")]
    VatSiren { text: String, reason: Box<IdentifierError> },
    #[error("IBAN `{text}` fails its check: if the rest is right, it begins with {expected}, not {found}")]
    IbanCheck { text: String, found: String, expected: String },
    #[error(
        "IBAN `{text}` does not have the form of country {country}: a French one is FR, 2 digits and 23 characters"
    )]
    IbanForm { text: String, country: String },
    #[error(
        "BIC `{text}` must be 4 letters of the bank, 2 letters of the country, 2 letters or digits of the place and, where there is a branch, 3 more"
    )]
    BicForm { text: String },
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Without spaces, in capitals.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentifierError;
            fn try_from(text: String) -> Result<$name, IdentifierError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> String {
                identifier.0
            }
        }
    )* };
}

identifiers! {
    /// Nine digits naming a legal unit, the last a Luhn check digit.
    Siren,
    /// Fourteen digits naming an establishment: its SIREN and five more, the last a check digit over all.
    Siret,
    /// A European VAT number; a French one is `FR`, a two-digit key and the SIREN it is computed from.
    VatNumber,
    /// An account number in its electronic form, without spaces.
    Iban,
    /// Eight characters naming a bank, or eleven naming one of its branches.
    Bic,
}

impl FromStr for Siren {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<Siren, IdentifierError> {
        let compact = digits("SIREN", text, 9, "9 digits")?;
        luhn_checked("SIREN", &compact)?;
        Ok(Siren(compact))
    }
}

/// La Poste has more establishments than check digits allow for: its SIRETs follow a rule of their own.
const LA_POSTE_SIREN: &str = "356000000";

impl Siret {
    /// The legal unit the establishment belongs to.
    pub fn siren(&self) -> Siren {
        Siren(self.0.chars().take(9).collect())
    }
}

impl FromStr for Siret {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<Siret, IdentifierError> {
        let compact = digits("SIRET", text, 14, "14 digits: the SIREN and 5 more")?;
        let sum: u32 = compact.chars().filter_map(|digit| digit.to_digit(10)).sum();
        match luhn_checked("SIRET", &compact) {
            Err(_) if compact.starts_with(LA_POSTE_SIREN) && sum.is_multiple_of(5) => {}
            Err(_) if compact.starts_with(LA_POSTE_SIREN) => {
                return Err(IdentifierError::LaPoste { text: compact, sum });
            }
            checked => checked?,
        }
        Ok(Siret(compact))
    }
}

impl VatNumber {
    /// The number every French legal unit has: key = (12 + 3 × (SIREN mod 97)) mod 97.
    pub fn of_siren(siren: &Siren) -> VatNumber {
        VatNumber(format!("FR{}{siren}", vat_key(siren)))
    }

    /// The SIREN inside a French number.
    pub fn siren(&self) -> Option<Siren> {
        self.0.strip_prefix("FR").map(|rest| Siren(rest.chars().skip(2).collect()))
    }
}

impl FromStr for VatNumber {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<VatNumber, IdentifierError> {
        const KIND: &str = "VAT number";
        let compact = compacted(text);
        let allowed = "two letters of the country, then letters and digits, such as FR72217500016";
        if !compact.chars().all(|c| c.is_ascii_alphanumeric()) || !starts_with_letters(&compact, 2) {
            return Err(IdentifierError::Characters { kind: KIND, text: compact, allowed });
        }
        match compact.strip_prefix("FR") {
            Some(rest) => french_vat_checked(&compact, rest)?,
            None if !(4..=14).contains(&compact.len()) => {
                let found = compact.len();
                return Err(IdentifierError::Length { kind: KIND, text: compact, found, expected: "4 to 14" });
            }
            None => {}
        }
        Ok(VatNumber(compact))
    }
}

fn french_vat_checked(text: &str, rest: &str) -> Result<(), IdentifierError> {
    if rest.len() != 11 {
        let (text, found) = (text.to_owned(), text.len());
        return Err(IdentifierError::Length {
            kind: "VAT number",
            text,
            found,
            expected: "13: FR, 2 digits, the SIREN",
        });
    }
    let (found, siren) = rest.split_at(2);
    let siren: Siren = siren
        .parse()
        .map_err(|reason| IdentifierError::VatSiren { text: text.to_owned(), reason: Box::new(reason) })?;
    let expected = vat_key(&siren);
    if found != expected {
        let (text, found, siren) = (text.to_owned(), found.to_owned(), siren.0);
        return Err(IdentifierError::VatKey { text, siren, found, expected });
    }
    Ok(())
}

fn vat_key(siren: &Siren) -> String {
    format!("{:02}", (12 + 3 * modulo_97(&siren.0)) % 97)
}

impl FromStr for Iban {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<Iban, IdentifierError> {
        const ALLOWED: &str = "two letters of the country, two digits, then letters and digits";
        let compact = compacted(text);
        if !compact.chars().all(|c| c.is_ascii_alphanumeric()) || !starts_with_letters(&compact, 2) {
            return Err(IdentifierError::Characters { kind: "IBAN", text: compact, allowed: ALLOWED });
        }
        if compact.starts_with("FR") && compact.len() != 27 {
            let found = compact.len();
            return Err(IdentifierError::Length {
                kind: "IBAN",
                text: compact,
                found,
                expected: "27, as every French one",
            });
        }
        match compact.parse::<iban::Iban>() {
            Ok(parsed) => Ok(Iban(parsed.electronic_str().to_owned())),
            Err(iban::ParseIbanError::InvalidBaseIban { source: iban::ParseBaseIbanError::InvalidChecksum }) => {
                Err(iban_check_mistake(compact))
            }
            Err(_) => {
                let country = compact.chars().take(2).collect();
                Err(IdentifierError::IbanForm { text: compact, country })
            }
        }
    }
}

/// Says which two check digits the rest of the number asks for (ISO 7064: 98 − the rest's remainder by 97).
fn iban_check_mistake(text: String) -> IdentifierError {
    let country: String = text.chars().take(2).collect();
    let found: String = text.chars().take(4).collect();
    let account: String = text.chars().skip(4).collect();
    let expected = format!("{country}{:02}", 98 - modulo_97(&format!("{account}{country}00")));
    IdentifierError::IbanCheck { text, found, expected }
}

impl FromStr for Bic {
    type Err = IdentifierError;
    fn from_str(text: &str) -> Result<Bic, IdentifierError> {
        let compact = compacted(text);
        let well_formed = matches!(compact.len(), 8 | 11)
            && starts_with_letters(&compact, 6)
            && compact.chars().all(|c| c.is_ascii_alphanumeric());
        if well_formed { Ok(Bic(compact)) } else { Err(IdentifierError::BicForm { text: compact }) }
    }
}

/// Without the spaces people group identifiers by (plain, no-break and narrow), in capitals.
fn compacted(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

fn starts_with_letters(text: &str, count: usize) -> bool {
    text.chars().count() >= count && text.chars().take(count).all(|c| c.is_ascii_uppercase())
}

fn digits(kind: &'static str, text: &str, length: usize, expected: &'static str) -> Result<String, IdentifierError> {
    let compact = compacted(text);
    if !compact.chars().all(|c| c.is_ascii_digit()) {
        return Err(IdentifierError::Characters { kind, text: compact, allowed: "digits" });
    }
    if compact.len() != length {
        let found = compact.len();
        return Err(IdentifierError::Length { kind, text: compact, found, expected });
    }
    Ok(compact)
}

/// Luhn: from the right, every second digit is doubled and its own digits added; the sum is a multiple of ten.
fn luhn_checked(kind: &'static str, digits: &str) -> Result<(), IdentifierError> {
    let values: Vec<u32> = digits.chars().rev().filter_map(|digit| digit.to_digit(10)).collect();
    let doubled = |(position, value): (usize, &u32)| match position % 2 {
        0 => *value,
        _ if *value > 4 => 2 * value - 9,
        _ => 2 * value,
    };
    let excess = values.iter().enumerate().map(doubled).sum::<u32>() % 10;
    if excess == 0 {
        return Ok(());
    }
    let found = values.first().copied().unwrap_or(0);
    let expected = (found + 10 - excess) % 10;
    Err(IdentifierError::CheckDigit { kind, text: digits.to_owned(), found, expected })
}

/// The remainder by 97 of a number whose letters stand for 10 to 35 (ISO 7064).
fn modulo_97(text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(0, |remainder, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (remainder * shift + value) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn identifiers_of_the_handbook_are_valid() {
        for (siret, vat) in [("21750001600019", "FR72217500016"), ("26750045200011", "FR95267500452")] {
            let siret: Siret = siret.parse().unwrap();
            assert_eq!(VatNumber::of_siren(&siret.siren()), vat.parse().unwrap());
            assert_eq!(vat.parse::<VatNumber>().unwrap().siren(), Some(siret.siren()));
        }
        let eau_de_paris: Siren = "510 611 056".parse().unwrap();
        assert_eq!(VatNumber::of_siren(&eau_de_paris).as_str(), "FR62510611056");
        let iban: Iban = "fr14 2004 1010 0505 0001 3M02 606".parse().unwrap();
        assert_eq!(iban.as_str(), "FR1420041010050500013M02606");
        assert_eq!("BDFEFRPPCCT".parse::<Bic>().unwrap().as_str(), "BDFEFRPPCCT");
    }

    #[test]
    fn la_poste_counts_digits_instead() {
        assert!("35600000000048".parse::<Siret>().is_ok(), "Luhn holds for its head office");
        assert!("35600000049837".parse::<Siret>().is_ok(), "digit sum 45");
        let error = "35600000049838".parse::<Siret>().unwrap_err();
        assert_eq!(error, IdentifierError::LaPoste { text: "35600000049838".into(), sum: 46 });
    }

    #[rstest]
    #[case::handbook(
        "73282932000079",
        "SIRET `73282932000079` fails its check: if the other digits are right, the last should be 4, not 9"
    )]
    #[case::short(
        "2675004520001",
        "SIRET `2675004520001` has 13 characters; it should have 14 digits: the SIREN and 5 more"
    )]
    #[case::letters("2675004520001O", "SIRET `2675004520001O` may only hold digits")]
    #[case::arabic_digits("٢٦٧٥٠٠٤٥٢٠٠٠١١", "SIRET `٢٦٧٥٠٠٤٥٢٠٠٠١١` may only hold digits")]
    fn a_siret_is_refused_with_what_would_be_right(#[case] text: &str, #[case] message: &str) {
        assert_eq!(text.parse::<Siret>().unwrap_err().to_string(), message);
    }

    #[rstest]
    #[case(
        "FR96267500452",
        "VAT number `FR96267500452`: the VAT key of SIREN 267500452 is 95, not 96; write FR95267500452"
    )]
    #[case("FR9526750045", "VAT number `FR9526750045` has 12 characters; it should have 13: FR, 2 digits, the SIREN")]
    #[case(
        "95267500452",
        "VAT number `95267500452` may only hold two letters of the country, then letters and digits, such as FR72217500016"
    )]
    #[case(
        "FR95267500453",
        "VAT number `FR95267500453` holds no valid SIREN: SIREN `267500453` fails its check: if the other digits are right, the last should be 2, not 3"
    )]
    fn a_vat_number_is_refused_with_its_key(#[case] text: &str, #[case] message: &str) {
        assert_eq!(text.parse::<VatNumber>().unwrap_err().to_string(), message);
    }

    #[rstest]
    #[case(
        "FR1520041010050500013M02606",
        "IBAN `FR1520041010050500013M02606` fails its check: if the rest is right, it begins with FR14, not FR15"
    )]
    #[case("FR142004", "IBAN `FR142004` has 8 characters; it should have 27, as every French one")]
    #[case(
        "1420041010050500013M02606",
        "IBAN `1420041010050500013M02606` may only hold two letters of the country, two digits, then letters and digits"
    )]
    fn an_iban_is_refused_with_its_check_digits(#[case] text: &str, #[case] message: &str) {
        assert_eq!(text.parse::<Iban>().unwrap_err().to_string(), message);
    }

    #[test]
    fn a_bic_has_8_or_11_characters() {
        assert!("BDFEFRPP".parse::<Bic>().is_ok());
        for text in ["BDFEFRP", "BDFEFRPPCC", "BDF1FRPP", "", "BDFEFRPPÉÉ"] {
            assert!(text.parse::<Bic>().is_err(), "{text}");
        }
    }

    #[test]
    fn deserialising_checks_too() {
        assert!(serde_json::from_str::<Siret>("\"73282932000079\"").is_err());
        let siret: Siret = serde_json::from_str("\"26750045200011\"").unwrap();
        assert_eq!(serde_json::to_string(&siret).unwrap(), "\"26750045200011\"");
    }

    proptest! {
        #[test]
        fn the_digit_proposed_is_the_right_one(body in "[0-9]{8}", last in 0u32..10) {
            match format!("{body}{last}").parse::<Siren>() {
                Ok(siren) => prop_assert!(VatNumber::of_siren(&siren).as_str().parse::<VatNumber>().is_ok()),
                Err(IdentifierError::CheckDigit { expected, .. }) => {
                    let right = format!("{body}{expected}").parse::<Siren>();
                    prop_assert!(right.is_ok());
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
        }

        #[test]
        fn no_text_makes_a_parser_panic(text in "\\PC{0,40}") {
            let _ = (text.parse::<Siret>(), text.parse::<VatNumber>(), text.parse::<Iban>(), text.parse::<Bic>());
        }
    }
}
