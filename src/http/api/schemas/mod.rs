//! What answers and requests look like that are not DTOs beside their handlers: the results of use cases and reports, which
//! are answered as they are serialised, and the documents of the book.
//!
//! Owns: their description alone. Nothing is made of these types, and the domain knows nothing of them. Invariant: what
//! they say is what is answered; the tests hold every answer of the API against its schema, where an object has no
//! property but those named here.

#![allow(
    dead_code,
    clippy::enum_variant_names,
    clippy::large_enum_variant,
    reason = "they are described as they are written elsewhere, never made"
)]

pub mod asset_book;
pub mod asset_events;
pub mod asset_reports;
pub mod assets;
pub mod billing;
pub mod book;
pub mod books;
pub mod payback;
pub mod payback_book;
pub mod payback_terms;
pub mod readings;
pub mod receivables;
pub mod reports;
pub mod titre;
pub mod values;
pub mod words;
