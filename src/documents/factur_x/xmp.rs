//! What a Factur-X file says about itself in its metadata.

use crate::documents::pdf::{Extension, Property};

/// The name every reader looks for.
pub const FILE_NAME: &str = "factur-x.xml";

pub const SCHEMA: Extension = Extension {
    schema: "Factur-X PDFA Extension Schema",
    namespace: "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    prefix: "fx",
    properties: &[
        Property { name: "DocumentType", value: "INVOICE", description: "The type of the hybrid document" },
        Property { name: "DocumentFileName", value: FILE_NAME, description: "The name of the embedded XML document" },
        Property { name: "Version", value: "1.0", description: "The version of the standard of the embedded XML" },
        Property {
            name: "ConformanceLevel",
            value: "EN 16931",
            description: "The conformance level of the embedded XML",
        },
    ],
};
