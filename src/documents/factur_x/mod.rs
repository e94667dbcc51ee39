//! Factur-X: the invoice on paper with its data inside (handbook, Invoices).
//!
//! Owns: the XML of the EN 16931 profile under the French rules, and how it travels in the PDF. Invariant: paper and
//! data come from the same frozen record, and a document the rules would refuse is refused here.

use super::DocumentError;
use super::invoice::{self, Words};
use super::pdf::{self, Attachment};
use crate::domain::invoice::IssuedInvoice;

mod cii;
mod xml;
mod xmp;

pub use cii::cii_xml;

/// An issued invoice as it is archived, sent and deposited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedInvoice {
    /// PDF/A-3a and PDF/UA-1, with `xml` attached as `factur-x.xml`.
    pub pdf: Vec<u8>,
    /// UN/CEFACT Cross Industry Invoice D22B.
    pub xml: Vec<u8>,
}

/// Makes the document. Equal invoices give equal bytes.
pub fn factur_x(invoice: &IssuedInvoice) -> Result<RenderedInvoice, DocumentError> {
    let xml = cii_xml(invoice)?;
    let composition = invoice::compose(invoice)?;
    let metadata = invoice::metadata(invoice, &Words::of(invoice).title(invoice), Some(xmp::SCHEMA));
    let attachment = Attachment {
        name: xmp::FILE_NAME,
        subtype: "text/xml",
        relationship: "Data",
        description: "Factur-X",
        content: &xml,
    };
    let pdf = pdf::save(composition, &metadata, Some(&attachment))?;
    Ok(RenderedInvoice { pdf, xml })
}
