//! The API over HTTP: who may do what, readings in, invoices out, and what bad requests get.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "http/access.rs"]
mod access;
#[path = "http/administration.rs"]
mod administration;
#[path = "http/archive.rs"]
mod archive;
#[path = "http/as_on_pages.rs"]
mod as_on_pages;
#[path = "http/asset_events.rs"]
mod asset_events;
#[path = "http/bad_requests.rs"]
mod bad_requests;
mod common;
#[path = "http/days.rs"]
mod days;
#[path = "http/described.rs"]
mod described;
#[path = "http/edges.rs"]
mod edges;
#[path = "http/files.rs"]
mod files;
#[path = "http/finance.rs"]
mod finance;
#[path = "http/inventory.rs"]
mod inventory;
#[path = "http/on_account.rs"]
mod on_account;
#[path = "http/paid_back.rs"]
mod paid_back;
#[path = "http/parts.rs"]
mod parts;
#[path = "http/races.rs"]
mod races;
#[path = "http/readings.rs"]
mod readings;
#[path = "http/reminders.rs"]
mod reminders;
#[path = "http/removals.rs"]
mod removals;
#[path = "http/repeated.rs"]
mod repeated;
#[path = "http/reports.rs"]
mod reports;
#[path = "http/sent.rs"]
mod sent;
mod site;
#[path = "http/strict.rs"]
mod strict;
#[path = "http/terms.rs"]
mod terms;
