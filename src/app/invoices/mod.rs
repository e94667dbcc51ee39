//! Issued documents: numbered, archived, listed, credited and stated again.

pub mod archive_invoice;
pub mod cancelled;
pub mod correct_invoice;
pub mod credit_invoice;
pub(super) mod issue_invoice;
pub mod list_invoices;
pub mod read_invoices;
pub mod report_titre;
mod searched;
