//! Domain values as bytes people and machines read: invoices, reports.

pub mod amortisation;
