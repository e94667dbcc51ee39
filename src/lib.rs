//! Billing, contracts and amortisation of a public data centre.
//!
//! Modules stand in layer order: `domain <- {storage, documents, mail, collect, bookfile} <- app <- {http, jobs, cli}
//! <- main`. See `ARCHITECTURE.md` for the map and its invariants.

pub mod domain;

pub mod bookfile;
pub mod collect;
pub mod documents;
pub mod mail;
pub mod storage;

pub mod app;
pub mod config;

pub mod cli;
pub mod http;
pub mod jobs;
