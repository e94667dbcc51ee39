//! The JSON API: one file per kind of thing, DTOs beside their handlers.
//!
//! Amounts are decimal strings in euros, quantities decimal strings beside their unit, days `YYYY-MM-DD`, instants
//! RFC 3339 in UTC. `docs/api.md` shows it in use.

pub mod alarms;
pub mod amortisation;
pub mod audit;
pub mod billing;
pub mod invoices;
pub mod journal;
pub mod ledger;
pub mod meters;
pub mod notices;
pub mod once;
pub mod openapi;
pub mod payback;
pub mod payments;
pub mod racks;
pub mod readings;
pub mod tenants;
pub mod titre;
pub mod token;
pub mod usage;

use std::str::FromStr;

use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};

use super::error::Fault;

/// Rows of one answer where nothing else is agreed.
pub(super) const PAGE_ROWS_MAX: usize = 100;

/// A query's value, where it is given and not empty; `what` says what is expected.
pub(super) fn parsed<T: FromStr>(name: &str, text: Option<&str>, what: &str) -> Result<Option<T>, Fault> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Fault::BadRequest(format!("{name}={text} is not {what}"))),
    }
}

/// The header that makes a browser save a file under `name` (ASCII).
pub(super) fn download(name: String) -> ContentDisposition {
    ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![DispositionParam::Filename(name)] }
}
