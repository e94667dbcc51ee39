//! Why no VAT is due, in the words a document must state.

use serde::{Deserialize, Serialize};

use crate::domain::party::Language;

/// The reason in both languages. One that is told the same in both is kept as one text, as every reason was before there
/// could be two: what was frozen so is read and written as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct VatReason {
    pub fr: String,
    pub en: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Plain(String),
    Each { fr: String, en: String },
}

impl VatReason {
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }

    /// The text of a reason that is told the same in both languages.
    pub fn plain(&self) -> Option<&str> {
        (self.fr == self.en).then_some(self.fr.as_str())
    }

    /// Both reasons, each told once.
    pub fn joined(&self, other: &VatReason) -> VatReason {
        let join = |own: &str, other: &str| match own.split("; ").any(|known| known == other) {
            true => own.to_owned(),
            false => format!("{own}; {other}"),
        };
        VatReason { fr: join(&self.fr, &other.fr), en: join(&self.en, &other.en) }
    }
}

impl From<&str> for VatReason {
    fn from(text: &str) -> VatReason {
        VatReason { fr: text.to_owned(), en: text.to_owned() }
    }
}

impl From<String> for VatReason {
    fn from(text: String) -> VatReason {
        VatReason { fr: text.clone(), en: text }
    }
}

impl From<Kept> for VatReason {
    fn from(kept: Kept) -> VatReason {
        match kept {
            Kept::Plain(text) => text.into(),
            Kept::Each { fr, en } => VatReason { fr, en },
        }
    }
}

impl From<VatReason> for Kept {
    fn from(reason: VatReason) -> Kept {
        match reason.plain() {
            Some(text) => Kept::Plain(text.to_owned()),
            None => Kept::Each { fr: reason.fr, en: reason.en },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::VatTreatment;

    #[test]
    fn a_reason_is_kept_as_it_was_before_there_were_two() {
        let same = |json: &str| {
            let treatment: VatTreatment = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&treatment).unwrap(), json);
        };
        same(r#"{"category":"exempt","reason":"article 261 du CGI"}"#);
        same(r#"{"category":"out-of-scope","reason":{"fr":"hors champ","en":"outside the scope"}}"#);
    }

    #[test]
    fn reasons_are_joined_in_each_language() {
        let both = |fr: &str, en: &str| VatReason { fr: fr.into(), en: en.into() };
        let joined = both("un", "one").joined(&"due".into()).joined(&both("un", "one"));
        assert_eq!(joined, both("un; due", "one; due"));
        assert_eq!((joined.in_language(Language::English), joined.plain()), ("one; due", None));
    }
}
