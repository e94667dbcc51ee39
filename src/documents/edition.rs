//! Whose report it is and in which language it is made.

use crate::domain::party::Language;

/// The body whose books they are, and its facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    pub body: String,
    pub facility: String,
}

/// How a report is made. A language alone makes one that names nobody.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    pub language: Language,
    /// Stands at the foot of every page on paper.
    pub issuer: Option<&'a Issuer>,
}

impl<'a> Edition<'a> {
    pub const fn of(language: Language, issuer: &'a Issuer) -> Edition<'a> {
        Edition { language, issuer: Some(issuer) }
    }
}

impl From<Language> for Edition<'_> {
    fn from(language: Language) -> Self {
        Edition { language, issuer: None }
    }
}
