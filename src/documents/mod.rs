//! Domain values to bytes: the issued invoice as a Factur-X file, the amortisation report, lists, archives of files.
//!
//! Owns: the look and words of documents, PDF/A and PDF/UA, the XML of an electronic invoice. Does not own: any figure
//! (the domain has worked them all out), where files are kept, who may read them. Invariants: equal input gives equal
//! bytes (the only time in a document is the one it was issued at); a character the fonts lack is an error, never an
//! empty box; nothing is drawn that a screen reader does not meet in the structure tree, save decoration.

pub mod amortisation;
pub mod arithmetic;
mod edition;
mod error;
pub mod evidence;
mod factur_x;
mod format;
#[expect(clippy::float_arithmetic, reason = "positions on paper are floats; no amount is")]
mod invoice;
mod json;
pub mod ledger;
pub mod payback;
#[expect(clippy::float_arithmetic, reason = "positions on paper are floats; no amount is")]
mod pdf;
mod report_format;
#[expect(clippy::float_arithmetic, reason = "positions on paper are floats; no amount is")]
mod report_paper;
pub mod sheet;
pub mod table;
mod texts;
pub mod zip;

pub use edition::{Edition, Issuer};
pub use error::DocumentError;
pub use factur_x::{RenderedInvoice, cii_xml, factur_x};
pub use invoice::draft_pdf;
pub use json::json;
pub use report_format::ReportFormat;
pub use texts::counted;
