//! Storage on both engines. `./tests/run` starts the PostgreSQL these need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "storage/accounts.rs"]
mod accounts;
#[path = "storage/assets.rs"]
mod assets;
#[path = "storage/availability.rs"]
mod availability;
#[path = "storage/bookkeeping.rs"]
mod bookkeeping;
#[path = "storage/books.rs"]
mod books;
#[path = "storage/engines.rs"]
mod engines;
#[path = "storage/fixture.rs"]
mod fixture;
#[path = "storage/frozen.rs"]
mod frozen;
#[path = "storage/invoicing.rs"]
mod invoicing;
#[path = "storage/kept.rs"]
mod kept;
#[path = "storage/ledger.rs"]
mod ledger;
#[path = "storage/lists.rs"]
mod lists;
#[path = "storage/paid_back.rs"]
mod paid_back;
#[path = "storage/people.rs"]
mod people;
#[path = "storage/readings.rs"]
mod readings;
#[path = "storage/series.rs"]
mod series;
#[path = "storage/trail.rs"]
mod trail;
