//! The pure core: every rule of metering, rating, invoicing and amortisation, over exact values.
//!
//! No database, network, document format, clock, randomness or environment: `now` is an argument. Modules stand in
//! layer order; a test reads the `use` lines and fails on an import that goes up.

// layer 0
pub mod calendar;
pub mod ids;
pub mod money;
pub mod quantity;
// layer 1
pub mod access;
pub mod audit;
pub mod facility;
pub mod freetext;
pub mod ledger;
pub mod metering;
pub mod party;
pub mod sampling;
pub mod tariff;
pub mod told;
pub mod typography;
// layer 2
pub mod amortisation;
pub mod contract;
pub mod payback;
// layer 3
pub mod book;
pub mod rating;
// layer 4
pub mod invoice;
// layer 5
pub mod billing_run;
pub mod receivables;
pub mod reconciliation;
