//! Why a document cannot be made.

use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::UnitPrice;

/// Each message names what stands in the way and what to change.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DocumentError {
    #[error(
        "the document's fonts have no `{character}` (U+{:04X}), met in \"{text}\": write it with Latin, Greek or Cyrillic letters",
        u32::from(*character)
    )]
    NoGlyph { character: char, text: String },
    #[error("control character U+{:04X} in \"{text}\": remove it, XML cannot hold it", u32::from(*character))]
    ControlCharacter { character: char, text: String },
    #[error(
        "line {line} has unit price {unit_price}: an electronic invoice takes none below zero; make the quantity negative instead"
    )]
    NegativePrice { line: usize, unit_price: UnitPrice },
    #[error(
        "{number} corrects another document but names {named} of them: a credit note names at least one, a corrected invoice exactly one"
    )]
    Corrects { number: InvoiceNumber, named: usize },
    #[error("`{0}` is not a time zone of the IANA database, such as Europe/Paris")]
    Zone(String),
    #[error("invoices/letterhead.json cannot be read: {0}")]
    Letterhead(String),
    #[error("the embedded font {0} cannot be read or reduced: {1}")]
    Font(&'static str, String),
    #[error("the document could not be written: {0}")]
    Write(String),
}
