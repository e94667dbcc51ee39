//! A file carried inside the document (PDF/A-3, ISO 19005-3 6.8).

use lopdf::{Document, Object, ObjectId, Stream, dictionary};

use super::archive::text;
use super::integer;

/// A file and how it relates to the pages.
#[derive(Debug, Clone, Copy)]
pub struct Attachment<'a> {
    pub name: &'static str,
    /// MIME type.
    pub subtype: &'static str,
    /// `Data`: what the pages show was made from it; `Source`, `Alternative`, `Supplement`.
    pub relationship: &'static str,
    pub description: &'static str,
    pub content: &'a [u8],
}

impl Attachment<'_> {
    /// Adds the file; returns its specification, to be named in the catalog's `AF` and `Names`.
    pub(super) fn embed(&self, document: &mut Document, modified: &str) -> ObjectId {
        let parameters = dictionary! { "ModDate" => text(modified), "Size" => integer(self.content.len()) };
        let entries = dictionary! {
            "Type" => "EmbeddedFile",
            "Subtype" => Object::Name(self.subtype.into()),
            "Params" => parameters,
        };
        let file = document.add_object(Stream::new(entries, self.content.to_vec()));
        document.add_object(dictionary! {
            "Type" => "Filespec",
            "F" => text(self.name),
            "UF" => text(self.name),
            "AFRelationship" => Object::Name(self.relationship.into()),
            "Desc" => text(self.description),
            "EF" => dictionary! { "F" => file, "UF" => file },
        })
    }
}
