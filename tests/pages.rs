//! The pages: what people of each role see, in both languages, and what protects them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "pages/audit.rs"]
mod audit;
#[path = "pages/billing.rs"]
mod billing;
mod common;
#[path = "pages/finance.rs"]
mod finance;
#[path = "pages/markup.rs"]
mod markup;
#[path = "pages/plant.rs"]
mod plant;
#[path = "pages/reading.rs"]
mod reading;
#[path = "pages/sessions.rs"]
mod sessions;
mod site;
